#include "db/condition_column.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/statement.h"
#include "text/writer.h"

#define TEXT_BOUND 40 /* longer texts are no bounds */

/* Is a string with escapes, which is to be decoded, a string of JSON? */
static bool
is_string(const char *p, size_t n)
{
	struct json s;

	if (memchr(p, '\\', n) == NULL)
		return true;
	json_begin(&s, p, n);
	return json_value(&s, NULL) && json_end(&s);
}

/* ---- runs ------------------------------------------------------------------- */

void
condition_run_whole(struct condition_run *run, sqlite3_int64 number)
{
	*run = (struct condition_run){.whole = true, .number = number};
}

bool
condition_run_text(struct condition_run *run, const char *text, size_t n, char **spelled)
{
	size_t plain = 0;

	*spelled = NULL;
	*run = (struct condition_run){.text = {text, n}};
	while (plain < n && text[plain] != '"' && text[plain] != '\\' &&
	       (unsigned char)text[plain] >= 0x20)
		plain++;
	if (plain == n)
		return true;
	*spelled = writer_quote(text, n);
	if (*spelled == NULL)
		return false;
	run->text = (struct json_span){*spelled + 1, strlen(*spelled) - 2};
	return true;
}

int
condition_run_result(sqlite3_context *context, const struct condition_run *run)
{
	char *quoted, *text;
	size_t n;

	if (run->whole) {
		sqlite3_result_int64(context, run->number);
		return SQLITE_OK;
	}
	if (run->text.n == 0 || memchr(run->text.p, '\\', run->text.n) == NULL) {
		sqlite3_result_text64(
		    context, run->text.p, run->text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		return SQLITE_OK;
	}
	quoted = malloc(run->text.n + 2);
	text = sqlite3_malloc64(run->text.n + 2);
	if (quoted == NULL || text == NULL) {
		free(quoted);
		sqlite3_free(text);
		return SQLITE_NOMEM;
	}
	quoted[0] = '"';
	memcpy(quoted + 1, run->text.p, run->text.n);
	quoted[run->text.n + 1] = '"';
	n = is_string(quoted, run->text.n + 2)
		? json_string_decode((struct json_span){quoted, run->text.n + 2}, text)
		: 0;
	free(quoted);
	sqlite3_result_text64(context, text, n, sqlite3_free, SQLITE_UTF8);
	return SQLITE_OK;
}

struct condition_block
condition_block_of(const struct condition_run *run)
{
	struct condition_block block = {.whole = run->whole};

	if (run->whole) {
		/* Rounded down, also below 0. */
		block.number = run->number >= 0
				   ? run->number / CONDITION_BLOCK
				   : -1 - (-1 - run->number) / CONDITION_BLOCK;
		return block;
	}
	block.text = run->text;
	/* Two characters, of any length in UTF-8. */
	for (int i = 0; i < 2 && block.text.n > 0; i++)
		do
			block.text.n--;
		while (block.text.n > 0 && (block.text.p[block.text.n] & 0xc0) == 0x80);
	return block;
}

int
condition_run_compare(const struct condition_run *a, const struct condition_run *b)
{
	size_t n = a->text.n < b->text.n ? a->text.n : b->text.n;
	int order;

	if (a->whole != b->whole)
		return a->whole ? -1 : 1;
	if (a->whole)
		return (a->number > b->number) - (a->number < b->number);
	order = n > 0 ? memcmp(a->text.p, b->text.p, n) : 0;
	return order != 0 ? order : (a->text.n > b->text.n) - (a->text.n < b->text.n);
}

/* ---- reading ---------------------------------------------------------------- */

void
condition_column_begin(struct condition_column *column, struct json_span text, bool whole)
{
	*column = (struct condition_column){
	    .at = text.p, .end = text.p + text.n, .whole = whole};
	if (text.n > 0 && *text.p == '{')
		column->at++;
	else
		column->at = column->end;
}

/* A byte in all places of a word, and whether a word has a byte that is 0. */
#define BYTES(byte) (0x0101010101010101u * (uint64_t)(byte))
#define HAS_ZERO(word) (((word)-BYTES(0x01)) & ~(word)&BYTES(0x80))

/* The first of two bytes from p on, or end: eight at a time as long as none is there. */
static const char *
first_of(const char *p, const char *end, char a, char b)
{
	for (; end - p >= 8; p += 8) {
		uint64_t word;

		memcpy(&word, p, 8);
		if ((HAS_ZERO(word ^ BYTES(a)) | HAS_ZERO(word ^ BYTES(b))) != 0)
			break;
	}
	while (p < end && *p != a && *p != b)
		p++;
	return p;
}

/* Behind the closing quote of a string that begins at p, or NULL. */
static const char *
behind_string(const char *p, const char *end)
{
	for (p++; (p = first_of(p, end, '"', '\\')) < end; p += 2)
		if (*p == '"')
			return p + 1;
		else if (end - p < 2)
			break;
	return NULL;
}

/* Behind the last bracket of an array or object that begins at p, or NULL. */
static const char *
behind_brackets(const char *p, const char *end)
{
	size_t depth = 0;

	while (p != NULL && p < end) {
		if (*p == '"') {
			p = behind_string(p, end);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if ((*p == '}' || *p == ']') && --depth == 0)
			return p + 1;
		p++;
	}
	return NULL;
}

/* Behind the value that begins at p, or NULL. */
static const char *
behind_value(const char *p, const char *end)
{
	if (p == end)
		return NULL;
	switch (*p) {
	case '"':
		return behind_string(p, end);
	case '{':
	case '[':
		return behind_brackets(p, end);
	case ',':
	case '}':
		return NULL;
	default:
		return first_of(p, end, ',', '}');
	}
}

static bool
read_whole(struct json_span digits, sqlite3_int64 *number)
{
	bool negative = digits.n > 0 && digits.p[0] == '-';
	sqlite3_uint64 value = 0;
	size_t i = negative;

	/* 18 digits always fit; the few longer ones are texts for number_json(). */
	if (digits.n > 18) {
		struct number slow;

		if (!number_json(digits.p, digits.n, &slow) || slow.is_real)
			return false;
		*number = slow.integer;
		return true;
	}
	if (i == digits.n)
		return false;
	for (; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		value = value * 10 + (sqlite3_uint64)(digits.p[i] - '0');
	}
	*number = negative ? -(sqlite3_int64)value : (sqlite3_int64)value;
	return true;
}

/* The run in quotes at p, and the colon.  Behind them, or NULL. */
static const char *
read_run(const char *p, const char *end, bool whole, struct condition_run *run)
{
	const char *behind = p + 1;
	int64_t number = 0;

	if (p >= end || *p != '"')
		return NULL;
	if (whole) {
		/* Nearly all are a few digits. */
		while (
		    behind < end && *behind >= '0' && *behind <= '9' && behind - p <= 18)
			number = number * 10 + (*behind++ - '0');
		if (behind - p > 1 && end - behind > 1 && behind[0] == '"' &&
		    behind[1] == ':') {
			run->whole = true;
			run->number = number;
			run->text = (struct json_span){p + 1, (size_t)(behind - p - 1)};
			return behind + 2;
		}
	}
	behind = behind_string(p, end);
	if (behind == NULL || behind == end || *behind != ':')
		return NULL;
	run->whole = whole;
	run->number = 0;
	run->text = (struct json_span){p + 1, (size_t)(behind - p - 2)};
	return !whole || read_whole(run->text, &run->number) ? behind + 1 : NULL;
}

bool
condition_column_next(
    struct condition_column *column, struct condition_run *run, struct json_span *value)
{
	const char *p = column->at, *end = column->end, *behind;

	column->at = end;
	if (p < end && *p == ',')
		p++;
	p = read_run(p, end, column->whole, run);
	if (p == NULL)
		return false;
	behind = behind_value(p, end);
	if (behind == NULL || (*p == '"' && !is_string(p, (size_t)(behind - p))))
		return false;
	*value = (struct json_span){p, (size_t)(behind - p)};
	column->at = behind;
	return true;
}

/*
 * The comma before an entry behind p, before high; NULL if there is none.  In a string
 * without escapes there is no quote, so that one before a colon ends a run number; a
 * number has no comma.
 */
static const char *
next_entry(const char *p, const char *high, bool strings)
{
	const char *colon = p;

	if (!strings)
		return memchr(p, ',', (size_t)(high - p));
	while ((colon = memchr(colon + 1, ':', (size_t)(high - colon - 1))) != NULL) {
		const char *digit = colon - 1;

		if (*digit != '"')
			continue;
		while (digit - p > 2 &&
		       ((digit[-1] >= '0' && digit[-1] <= '9') || digit[-1] == '-'))
			digit--;
		if (digit < colon - 1 && digit - p >= 2 && digit[-1] == '"' &&
		    digit[-2] == ',')
			return digit - 2;
	}
	return NULL;
}

#define NEAR 3 /* runs, which are not worth a jump */

/*
 * Runs mostly follow each other, and their values are about as long: so a run is sought
 * where it should be, and where that does not help, in the middle.
 */
void
condition_column_skip(struct condition_column *column, sqlite3_int64 number, bool strings)
{
	const char *low = column->at, *high = column->end, *from, *middle;
	struct condition_run at, run;

	if (high - low < 2 ||
	    read_run(low + (*low == ','), column->end, true, &at) == NULL)
		return;
	/* From low on a run is not more than that one, from high on it is. */
	for (int i = 0; high - low > 64 && number - at.number > NEAR; i++) {
		double guess = column->pace * (double)(number - at.number) - 12;

		from = low + (high - low) / 2;
		if (i % 3 < 2 && guess > 1 && guess < (double)(high - low))
			from = low + (long)guess;
		middle = next_entry(from, high, strings);
		if (middle == NULL) {
			high = from; /* the last value may be long */
			continue;
		}
		if (read_run(middle + 1, column->end, true, &run) == NULL)
			return;
		if (run.number > at.number)
			column->pace =
			    (double)(middle - low) / (double)(run.number - at.number);
		if (run.number <= number) {
			low = middle;
			at = run;
		} else {
			high = middle;
		}
	}
	column->at = low;
}

/* ---- writing ---------------------------------------------------------------- */

void
condition_draft_clear(struct condition_draft *draft)
{
	*draft = (struct condition_draft){.text = draft->text, .size = draft->size};
}

/* Room for n bytes more.  False without memory. */
static bool
make_room(struct condition_draft *draft, size_t n)
{
	size_t size;
	char *text;

	if (draft->size - draft->n >= n)
		return true;
	size = (draft->n + n) * 2;
	text = realloc(draft->text, size);
	if (text == NULL)
		return false;
	draft->text = text;
	draft->size = size;
	return true;
}

static void
put(struct condition_draft *draft, const char *p, size_t n)
{
	if (n > 0)
		memcpy(draft->text + draft->n, p, n);
	draft->n += n;
}

static void
put_whole(struct condition_draft *draft, sqlite3_int64 number)
{
	char digits[24], *p = digits + sizeof(digits);
	sqlite3_uint64 rest =
	    number < 0 ? -(sqlite3_uint64)number : (sqlite3_uint64)number;

	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		*--p = '-';
	put(draft, p, (size_t)(digits + sizeof(digits) - p));
}

static int
compare_texts(const char *a, size_t a_n, const char *b, size_t b_n)
{
	int order = memcmp(a, b, a_n < b_n ? a_n : b_n);

	return order != 0 ? order : (a_n > b_n) - (a_n < b_n);
}

/* Let the bounds hold a text that stands at an offset of the draft, with its quotes. */
static void
bound_text(struct condition_draft *draft, size_t at, size_t n)
{
	const char *text = draft->text + at + 1;

	n -= 2;
	if (n > TEXT_BOUND || memchr(text, '\\', n) != NULL) {
		draft->long_text = true;
		return;
	}
	if (!draft->some_text ||
	    compare_texts(text, n, draft->text + draft->first, draft->first_n) < 0) {
		draft->first = at + 1;
		draft->first_n = n;
	}
	if (!draft->some_text ||
	    compare_texts(text, n, draft->text + draft->last, draft->last_n) > 0) {
		draft->last = at + 1;
		draft->last_n = n;
	}
	draft->some_text = true;
}

static void
bound_number(struct condition_draft *draft, const struct number *number)
{
	if (!draft->some_number || number_compare(number, &draft->least) < 0)
		draft->least = *number;
	if (!draft->some_number || number_compare(number, &draft->most) > 0)
		draft->most = *number;
	draft->some_number = true;
}

/* Note of which kind a value is that was written at an offset. */
static void
note(struct condition_draft *draft, const struct condition_value *value, size_t at)
{
	draft->count += value->type != CONDITION_NONE;
	draft->kinds |= value->type != CONDITION_NONE ? CONDITION_KIND(value->type) : 0;
	switch (value->type) {
	case CONDITION_NONE:
		break;
	case CONDITION_BOOL:
		bound_number(draft, &(struct number){.integer = draft->text[at] == 't',
					.real = draft->text[at] == 't'});
		break;
	case CONDITION_INT:
	case CONDITION_FLOAT:
		bound_number(draft, &value->number);
		break;
	case CONDITION_STRING:
		bound_text(draft, at, draft->n - at);
		break;
	default:
		draft->long_text = true;
	}
}

int
condition_draft_add(
    struct condition_draft *draft, const struct condition_run *run, struct json_span json)
{
	struct condition_value value;
	bool quote;
	size_t at;

	condition_value_read(json, &value);
	if (value.type == CONDITION_NONE)
		value.text = (struct json_span){"null", 4};
	quote = value.type == CONDITION_STRING && value.text.p[0] != '"';
	if (!make_room(draft, run->text.n + value.text.n + 40))
		return -1;
	draft->text[draft->n] = draft->n == 0 ? '{' : ',';
	draft->text[draft->n + 1] = '"';
	draft->n += 2;
	if (run->whole)
		put_whole(draft, run->number);
	else
		put(draft, run->text.p, run->text.n);
	put(draft, "\":", 2);
	at = draft->n;
	if (quote)
		put(draft, "\"", 1);
	put(draft, value.text.p, value.text.n);
	if (quote)
		put(draft, "\"", 1);
	note(draft, &value, at);
	return 0;
}

int
condition_draft_end(struct condition_draft *draft)
{
	if (!make_room(draft, 2))
		return -1;
	if (draft->n == 0)
		draft->text[draft->n++] = '{';
	draft->text[draft->n++] = '}';
	return 0;
}

int
condition_draft_merge(struct condition_draft *draft, struct json_span older,
    const struct condition_draft *change, bool whole)
{
	struct condition_column old, new;
	struct condition_run old_run, new_run;
	struct json_span old_value, new_value;
	bool old_left, new_left;

	condition_draft_clear(draft);
	condition_column_begin(&old, older, whole);
	condition_column_begin(&new, (struct json_span){change->text, change->n}, whole);
	old_left = condition_column_next(&old, &old_run, &old_value);
	new_left = condition_column_next(&new, &new_run, &new_value);
	while (old_left || new_left) {
		int order = !old_left	? 1
			    : !new_left ? -1
					: condition_run_compare(&old_run, &new_run);
		int result = 0;

		if (order < 0)
			result = condition_draft_add(draft, &old_run, old_value);
		else if (new_value.p[0] != 'n')
			result = condition_draft_add(draft, &new_run, new_value);
		if (result != 0)
			return -1;
		if (order <= 0)
			old_left = condition_column_next(&old, &old_run, &old_value);
		if (order >= 0)
			new_left = condition_column_next(&new, &new_run, &new_value);
	}
	return condition_draft_end(draft);
}

/* ---- SQL -------------------------------------------------------------------- */

/* The run number in an argument.  False if it is none, or without memory. */
static bool
run_of(sqlite3_value *argument, struct condition_run *run, char **spelled)
{
	*spelled = NULL;
	if (sqlite3_value_type(argument) == SQLITE_INTEGER) {
		condition_run_whole(run, sqlite3_value_int64(argument));
		return true;
	}
	if (sqlite3_value_type(argument) != SQLITE_TEXT)
		return false;
	return condition_run_text(run, (const char *)sqlite3_value_text(argument),
	    (size_t)sqlite3_value_bytes(argument), spelled);
}

static void
sql_block(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct condition_block block;
	struct condition_run run;
	char *spelled;

	(void)argc;
	if (run_of(argv[0], &run, &spelled)) {
		block = condition_block_of(&run);
		if (block.whole)
			sqlite3_result_int64(context, block.number);
		else
			sqlite3_result_text64(context, block.text.p, block.text.n,
			    SQLITE_TRANSIENT, SQLITE_UTF8);
	}
	free(spelled);
}

/* What a column has for a run.  False if it has nothing. */
static bool
find(sqlite3_value *data, sqlite3_value *number, struct json_span *value)
{
	struct json_span text = {
	    (const char *)sqlite3_value_text(data), (size_t)sqlite3_value_bytes(data)};
	struct condition_column column;
	struct condition_run run, here;
	char *spelled = NULL;
	bool found = false;

	if (text.p == NULL || !run_of(number, &run, &spelled))
		return false;
	condition_column_begin(&column, text, run.whole);
	while (!found && condition_column_next(&column, &here, value))
		found = condition_run_compare(&here, &run) == 0;
	free(spelled);
	return found;
}

static void
sql_value(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *type = (const char *)sqlite3_value_text(argv[2]);
	struct json_span value;

	(void)argc;
	if (find(argv[0], argv[1], &value))
		(void)condition_type_result(context,
		    type != NULL ? condition_type_named(type) : CONDITION_MIXED, value);
}

static void
sql_type(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span value;
	const char *name;

	(void)argc;
	if (!find(argv[0], argv[1], &value))
		return;
	name = condition_type_name(condition_type_of(value));
	if (name != NULL)
		sqlite3_result_text(context, name, -1, SQLITE_STATIC);
}

static void
sql_kind_of(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *name = (const char *)sqlite3_value_text(argv[0]);
	enum condition_type type =
	    name != NULL ? condition_type_named(name) : CONDITION_NONE;

	(void)argc;
	if (type != CONDITION_NONE)
		sqlite3_result_int64(context, CONDITION_KIND(type));
}

static void
sql_type_of_kinds(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *name = condition_type_name(
	    condition_type_of_kinds((unsigned)sqlite3_value_int64(argv[0])));

	(void)argc;
	if (name != NULL)
		sqlite3_result_text(context, name, -1, SQLITE_STATIC);
}

static void
add_kinds(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	unsigned *kinds = sqlite3_aggregate_context(context, sizeof(*kinds));

	(void)argc;
	if (kinds != NULL)
		*kinds |= (unsigned)sqlite3_value_int64(argv[0]);
}

static void
give_kinds(sqlite3_context *context)
{
	const unsigned *kinds = sqlite3_aggregate_context(context, 0);

	sqlite3_result_int64(context, kinds != NULL ? *kinds : 0);
}

int
condition_column_functions(sqlite3 *db)
{
	static const struct statement_function functions[] = {
	    {"column_block", 1, sql_block, NULL},
	    {"column_value", 3, sql_value, NULL},
	    {"column_type", 2, sql_type, NULL},
	    {"kind_of", 1, sql_kind_of, NULL},
	    {"type_of_kinds", 1, sql_type_of_kinds, NULL},
	    {NULL, 0, NULL, NULL},
	};
	int code = statement_functions(db, functions, SQLITE_DIRECTONLY);

	if (code == SQLITE_OK)
		code = sqlite3_create_function_v2(db, "all_kinds", 1,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, NULL,
		    add_kinds, give_kinds, NULL);
	return code;
}
