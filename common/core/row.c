#include "core/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/checksum.h"
#include "text/number.h"
#include "text/writer.h"

/* How much of a key that is too long stands before its sum. */
#define KEY_HEAD 120

void
row_release(struct row_maker *maker)
{
	buffer_free(&maker->line);
	buffer_free(&maker->key);
	buffer_free(&maker->value);
}

void
row_escape(struct buffer *line, const char *p, size_t n)
{
	static const char letters[256] = {
	    ['\\'] = '\\', ['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
	const char *end = p + n;

	while (p < end) {
		const char *run = p;
		char pair[2] = "\\";

		while (p < end && letters[(unsigned char)*p] == 0)
			p++;
		buffer_put(line, run, (size_t)(p - run));
		if (p == end)
			break;
		pair[1] = letters[(unsigned char)*p++];
		buffer_put(line, pair, 2);
	}
}

static void
put_null(struct buffer *line)
{
	buffer_put(line, "\\N", 2);
}

static bool
is_there(struct json_span value)
{
	return value.p != NULL && value.p[0] != 'n';
}

/* ---- values ----------------------------------------------------------------- */

/* A JSON string decoded into maker->value.  No server keeps a NUL in a text. */
static bool
decode(struct row_maker *maker, struct json_span string)
{
	size_t n;

	maker->value.n = 0;
	if (maker->value.capacity < string.n + 1) {
		char *more = realloc(maker->value.p, string.n * 2);

		if (more == NULL)
			return false;
		maker->value.p = more;
		maker->value.capacity = string.n * 2;
	}
	n = json_string_decode(string, maker->value.p);
	for (char *nul = maker->value.p;
	     (nul = memchr(nul, '\0', n - (size_t)(nul - maker->value.p))) != NULL;)
		*nul++ = '?';
	maker->value.n = n;
	return true;
}

static void
put_text(struct row_maker *maker, struct json_span value)
{
	if (!is_there(value))
		put_null(&maker->line);
	else if (value.p[0] != '"')
		row_escape(&maker->line, value.p, value.n);
	else if (decode(maker, value))
		row_escape(&maker->line, maker->value.p, maker->value.n);
	else
		maker->line.failed = true;
}

/* "Name (mail)", or a name alone. */
static void
put_person(struct row_maker *maker, struct json_span value, bool mail)
{
	const char *p, *end, *bracket = NULL;

	if (!is_there(value) || value.p[0] != '"' || !decode(maker, value)) {
		put_null(&maker->line);
		return;
	}
	p = maker->value.p;
	end = p + maker->value.n;
	if (memchr(p, ')', maker->value.n) != NULL)
		bracket = memrchr(p, '(', maker->value.n);
	if (mail && bracket == NULL) {
		put_null(&maker->line);
		return;
	}
	if (mail) {
		p = bracket + 1;
		if (memchr(p, ')', (size_t)(end - p)) != NULL)
			end = memchr(p, ')', (size_t)(end - p));
	} else if (bracket != NULL) {
		end = bracket;
	}
	while (p < end && *p == ' ')
		p++;
	while (p < end && end[-1] == ' ')
		end--;
	row_escape(&maker->line, p, (size_t)(end - p));
}

/* A whole number, also one that is a text or a boolean; what is none is NULL. */
static void
put_integer(struct row_maker *maker, struct json_span value)
{
	struct number number;
	char digits[24];
	bool is;

	if (value.p != NULL && (value.p[0] == 't' || value.p[0] == 'f')) {
		buffer_put(&maker->line, value.p[0] == 't' ? "1" : "0", 1);
		return;
	}
	if (value.p != NULL && value.p[0] == '"')
		is = number_read(value.p + 1, value.n - 2, &number);
	else
		is = is_there(value) && number_json(value.p, value.n, &number);
	if (is && number.is_real && number.real > -9e15 && number.real < 9e15 &&
	    number.real == (double)(int64_t)number.real) {
		number.integer = (int64_t)number.real;
		number.is_real = false;
	}
	if (!is || number.is_real) {
		put_null(&maker->line);
		return;
	}
	buffer_put(&maker->line, digits,
	    (size_t)snprintf(digits, sizeof(digits), "%" PRId64, number.integer));
}

static void
put_real(struct row_maker *maker, struct json_span value)
{
	struct number number;

	if (is_there(value) && number_json(value.p, value.n, &number) &&
	    number.real > -1e308 && number.real < 1e308 &&
	    (number.real == 0 || number.real > 1e-307 || number.real < -1e-307))
		buffer_put(&maker->line, value.p, value.n);
	else
		put_null(&maker->line);
}

/* A time, or a number with leading zeros: texts that sort as what they say. */
static void
put_stamp(struct row_maker *maker, struct json_span value)
{
	struct number number;
	char digits[32];

	if (is_there(value) && value.p[0] != '"' &&
	    number_json(value.p, value.n, &number) && !number.is_real)
		buffer_put(&maker->line, digits,
		    (size_t)snprintf(
			digits, sizeof(digits), "%020" PRId64, number.integer));
	else
		put_text(maker, value);
}

/* ---- keys ------------------------------------------------------------------- */

static struct json_span
member_of(struct json_span record, const char *name)
{
	struct json_span value;

	return json_find(record, name, &value) ? value : (struct json_span){NULL, 0};
}

static void
put_key_value(struct row_maker *maker, struct json_span value)
{
	struct writer w = writer_to(buffer_put, &maker->key);

	if (value.p[0] != '"')
		buffer_put(&maker->key, value.p, value.n);
	else if (decode(maker, value))
		writer_text(&w, NULL, maker->value.p, maker->value.n);
	else
		maker->key.failed = true;
}

/* What tells records apart that have one key. */
static const char *
add_sum(struct row_maker *maker, struct json_span record, char why[ROW_WHY])
{
	char hex[CHECKSUM_HEX];

	if (checksum_of(record.p, record.n, hex) != 0) {
		snprintf(why, ROW_WHY, "no memory");
		return why;
	}
	buffer_put(&maker->key, "#", 1);
	buffer_put(&maker->key, hex, strlen(hex));
	return NULL;
}

/* The keys behind the experiment into maker->key. */
static const char *
make_key(struct row_maker *maker, const struct table *table, struct json_span record,
    char why[ROW_WHY])
{
	const struct streams_row *row = table->row;
	struct buffer *key = &maker->key;

	key->n = 0;
	for (int i = table->experiment != NULL; row->keys[i] != NULL; i++) {
		const struct streams_column *c =
		    streams_column(row, row->keys[i], strlen(row->keys[i]));
		struct json_span value = member_of(record, row->keys[i]);
		char other[64];

		if (key->n > 0)
			buffer_put(key, ",", 1);
		if (is_there(value)) {
			put_key_value(maker, value);
			continue;
		}
		if (c->required) {
			snprintf(why, ROW_WHY, "%s: %s is missing", row->name, c->name);
			return why;
		}
		/* A path that is no UTF-8. */
		snprintf(other, sizeof(other), "%s_b64", c->name);
		value = member_of(record, other);
		if (is_there(value)) {
			buffer_put(key, "base64:", 7);
			put_key_value(maker, value);
		} else if (c->otherwise != NULL && strcmp(c->otherwise, "''") == 0) {
			buffer_put(key, "\"\"", 2);
		} else {
			buffer_put(key, "null", 4);
		}
	}
	return row->alike ? add_sum(maker, record, why) : NULL;
}

/* One that is too long for an index: what it begins with, and its sum. */
static void
shorten_key(struct row_maker *maker)
{
	struct buffer *key = &maker->key;
	char hex[CHECKSUM_HEX];
	size_t characters = 0, head = 0;

	for (size_t i = 0; i < key->n; i++) {
		if ((key->p[i] & 0xc0) == 0x80)
			continue;
		if (characters++ == KEY_HEAD)
			head = i;
	}
	if (characters <= DIALECT_KEY_MAX)
		return;
	if (checksum_of(key->p, key->n, hex) != 0) {
		key->failed = true;
		return;
	}
	key->n = head;
	buffer_put(key, "#", 1);
	buffer_put(key, hex, strlen(hex));
}

static uint64_t
hash_of(uint64_t hash, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)p[i]) * UINT64_C(1099511628211);
	return hash;
}

/* ---- rows ------------------------------------------------------------------- */

/* The document as the service sent it: without the experiment that elog-get put in front,
   whose comma gives way to the opening brace. */
static void
find_document(struct row_maker *maker, const struct table *table, struct json_span record)
{
	struct json_walk walk = json_walk(record);
	struct json_span key, value;

	maker->open = "";
	maker->document = record;
	if (!table->staged)
		return;
	if (table->row->shape == STREAMS_WRAPPED) {
		maker->document = member_of(record, table->row->member);
		return;
	}
	if (!json_walk_next(&walk, &key, &value) || !json_string_is(key, "experiment"))
		return;
	while (strchr(" \t\r\n", *walk.at) != NULL)
		walk.at++;
	maker->open = "{";
	maker->document.p = *walk.at == ',' ? walk.at + 1 : walk.at;
	maker->document.n = (size_t)(record.p + record.n - maker->document.p);
}

static void
put_document(struct row_maker *maker)
{
	if (maker->document.p == NULL) {
		put_null(&maker->line);
		return;
	}
	buffer_put(&maker->line, maker->open, strlen(maker->open));
	row_escape(&maker->line, maker->document.p, maker->document.n);
}

static void
put_column(
    struct row_maker *maker, const struct table_column *column, struct json_span value)
{
	switch (column->type) {
	case DIALECT_KEY:
	case DIALECT_TEXT:
		put_text(maker, value);
		break;
	case DIALECT_INTEGER:
		put_integer(maker, value);
		break;
	case DIALECT_REAL:
		put_real(maker, value);
		break;
	case DIALECT_JSON:
		if (is_there(value))
			row_escape(&maker->line, value.p, value.n);
		else if (strcmp(column->name, "parameters") == 0)
			buffer_put(&maker->line, "{}", 2);
		else
			put_null(&maker->line);
		break;
	case DIALECT_TYPES:
		break;
	}
}

/* The members that columns are made of, in one walk over the record. */
static void
find_members(const struct table *table, const struct dialect *dialect,
    struct json_span record, struct json_span found[TABLE_COLUMNS])
{
	struct json_walk walk = json_walk(record);
	struct json_span key, value;

	for (size_t i = 0; i < table->n; i++)
		found[i] = (struct json_span){NULL, 0};
	while (json_walk_next(&walk, &key, &value))
		for (size_t i = 0; i < table->n; i++) {
			const char *name = table->columns[i].member;
			size_t n;

			if (name == NULL || found[i].p != NULL || key.p[1] != name[0] ||
			    table_is_made(&table->columns[i], dialect))
				continue;
			n = strcspn(name, ".");
			if (!json_string_says(key, name, n))
				continue;
			found[i] = value;
			if (name[n] != '\0')
				found[i] = member_of(value, name + n + 1);
		}
}

static void
put_fields(struct row_maker *maker, const struct table *table,
    const struct json_span found[TABLE_COLUMNS], enum row_kind kind)
{
	struct buffer *line = &maker->line;

	for (size_t i = 0; i < table->n; i++) {
		const struct table_column *c = &table->columns[i];

		if (table_is_made(c, maker->dialect) || c->from == TABLE_UPDATED)
			continue;
		if (i > 0)
			buffer_put(line, "\t", 1);
		switch (c->from) {
		case TABLE_SOURCE:
			if (kind != ROW_DELETED || !table->staged)
				row_escape(line, maker->source, strlen(maker->source));
			break;
		case TABLE_ROW_KEY:
			row_escape(
			    line, maker->key.p != NULL ? maker->key.p : "", maker->key.n);
			break;
		case TABLE_STAMP:
			put_stamp(maker, found[i]);
			break;
		case TABLE_PERSON:
		case TABLE_MAIL:
			put_person(maker, found[i], c->from == TABLE_MAIL);
			break;
		case TABLE_WHOLE:
		case TABLE_DOCUMENT:
			if (kind == ROW_WHOLE)
				put_document(maker);
			else
				put_null(line);
			break;
		case TABLE_EXPERIMENT:
		case TABLE_MEMBER:
			put_column(maker, c, found[i]);
			break;
		case TABLE_UPDATED:
			break;
		}
	}
	if (!table->single)
		buffer_put(line, "\n", 1);
}

const char *
row_make(struct row_maker *maker, const struct table *table, struct json_span record,
    enum row_kind kind, char why[ROW_WHY])
{
	struct json_span found[TABLE_COLUMNS],
	    experiment = member_of(record, "experiment");
	const char *wrong;
	size_t characters = 0;

	maker->line.n = 0;
	wrong = make_key(maker, table, record, why);
	if (wrong != NULL)
		return wrong;
	shorten_key(maker);
	maker->hash = hash_of(UINT64_C(14695981039346656037), maker->key.p, maker->key.n);
	if (table->experiment != NULL) {
		if (experiment.p == NULL || experiment.p[0] != '"') {
			snprintf(
			    why, ROW_WHY, "%s: experiment is missing", table->row->name);
			return why;
		}
		for (size_t i = 0; i < experiment.n; i++)
			characters += (experiment.p[i] & 0xc0) != 0x80;
		if (characters > DIALECT_KEY_MAX) {
			snprintf(why, ROW_WHY,
			    "%s: the name of its experiment is longer "
			    "than %d characters",
			    table->row->name, DIALECT_KEY_MAX);
			return why;
		}
		maker->hash = hash_of(maker->hash, experiment.p, experiment.n);
	}
	find_document(maker, table, record);
	if (kind == ROW_WHOLE && maker->document.p == NULL) {
		snprintf(why, ROW_WHY, "%s: %s is missing", table->row->name,
		    table->row->member);
		return why;
	}
	if (maker->longest > 0 && maker->document.n > maker->longest) {
		snprintf(why, ROW_WHY,
		    "%s: a document of %zu bytes, and the server takes no more than %zu: "
		    "let it have a larger max_allowed_packet",
		    table->row->name, maker->document.n, maker->longest);
		return why;
	}
	find_members(table, maker->dialect, record, found);
	put_fields(maker, table, found, kind);
	if (!maker->line.failed && !maker->key.failed)
		return NULL;
	snprintf(why, ROW_WHY, "no memory");
	return why;
}
