#include "files/template.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/msg.h"
#include "text/timestamp.h"

/* Steps that one match may take: a pattern must not hold us up for ever. */
#define MATCH_LIMIT 100000

/* The names that say when. */
enum unit { YEAR, MONTH, DAY, YEARDAY, HOUR, MINUTE, SECOND, MINUTE_SECOND, UNITS };

static const struct {
	const char *name;
	const char *expression;
} units[UNITS] = {
    [YEAR] = {"Y", "[0-9]{4}"},
    [MONTH] = {"m", "[0-9]{2}"},
    [DAY] = {"d", "[0-9]{2}"},
    [YEARDAY] = {"j", "[0-9]{3}"},
    [HOUR] = {"H", "[0-9]{2}"},
    [MINUTE] = {"M", "[0-9]{2}"},
    [SECOND] = {"S", "[0-9]{2}"},
    [MINUTE_SECOND] = {"MS", "[0-9]{4}"},
};

struct pattern {
	pcre2_code *code;
	int fields[TEMPLATE_FIELDS]; /* by group in the order of n, rows of names */
	unsigned groups[TEMPLATE_FIELDS];
	int n;
};

struct template
{
	char names[TEMPLATE_FIELDS][TEMPLATE_NAME];
	int n;
	int unit[UNITS]; /* rows of names, -1: does not occur */
	struct pattern levels[TEMPLATE_LEVELS];
	int depth;
	bool sources;
	struct pattern file, name;
	pcre2_match_context *limits;
};

/* ---- reading --------------------------------------------------------------- */

/* The row of a name, which is made if need be; -1 after a message. */
static int
field_row(struct template *template, const char *name)
{
	for (int i = 0; i < template->n; i++)
		if (strcmp(template->names[i], name) == 0)
			return i;
	if (template->n == TEMPLATE_FIELDS) {
		msg("a template and a pattern have at most %d names", TEMPLATE_FIELDS);
		return -1;
	}
	snprintf(template->names[template->n], TEMPLATE_NAME, "%s", name);
	return template->n++;
}

/* Compile an expression and learn its named groups.  0, or -1 after a message. */
static int
compile(struct template *template, struct pattern *pattern, const char *expression,
    uint32_t options, const char *option)
{
	PCRE2_SPTR table;
	uint32_t count = 0, size = 0;
	PCRE2_SIZE at;
	int error;

	pattern->code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
	    options | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (pattern->code == NULL) {
		PCRE2_UCHAR text[160];

		pcre2_get_error_message(error, text, sizeof(text));
		msg("%s: %s, at character %zu", option, (const char *)text, at + 1);
		return -1;
	}
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < count; i++, table += size) {
		int row = field_row(template, (const char *)table + 2);

		if (row < 0)
			return -1;
		if (pattern->n == TEMPLATE_FIELDS) { /* of one name, several groups */
			msg("%s: more than %d named groups", option, TEMPLATE_FIELDS);
			return -1;
		}
		pattern->fields[pattern->n] = row;
		pattern->groups[pattern->n++] = (unsigned)(table[0] << 8 | table[1]);
	}
	return 0;
}

static const char *
expression_of(const char *name)
{
	for (int i = 0; i < UNITS; i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].expression;
	return "[^/]+?";
}

static bool
is_name(const char *p, size_t n)
{
	if (n == 0 || n >= TEMPLATE_NAME || isdigit((unsigned char)*p))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && p[i] != '_')
			return false;
	return true;
}

/* One part between slashes, n bytes, as an expression.  0, or -1 after a message. */
static int
compile_part(
    struct template *template, struct pattern *pattern, const char *part, size_t n)
{
	char *expression = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&expression, &size);
	int result = -1;

	if (out == NULL) {
		msg("no memory");
		return -1;
	}
	while (n > 0) {
		const char *end = *part == '{' ? memchr(part, '}', n) : NULL;
		size_t length = end != NULL ? (size_t)(end - part) + 1 : 1;

		if (*part == '{' && (end == NULL || !is_name(part + 1, length - 2))) {
			msg("--template: '%.*s': a name stands in braces, as in {Y} or "
			    "{field}",
			    (int)length, part);
			goto done;
		}
		if (*part == '{') {
			char name[TEMPLATE_NAME];

			snprintf(name, sizeof(name), "%.*s", (int)length - 2, part + 1);
			/* In the order of the template, not of PCRE2's table. */
			if (field_row(template, name) < 0)
				goto done;
			fprintf(out, "(?<%s>%s)", name, expression_of(name));
		} else if (isalnum((unsigned char)*part) ||
			   (unsigned char)*part >= 0x80) {
			fputc(*part, out);
		} else {
			fprintf(out, "\\%c", *part);
		}
		part += length;
		n -= length;
	}
	result = 0;
done:
	if (fclose(out) != 0)
		result = -1;
	if (result == 0)
		result = compile(template, pattern, expression,
		    PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DUPNAMES, "--template");
	free(expression);
	return result;
}

static int
read_parts(struct template *template, const char *text)
{
	if (*text == '/') {
		msg("--template: '%s': it begins below the URL, without a slash", text);
		return -1;
	}
	if (strncmp(text, "{source}/", 9) == 0) {
		template->sources = true;
		text += 9;
	}
	for (;;) {
		size_t n = strcspn(text, "/");

		if (n == 2 && text[0] == '.' && text[1] == '.') {
			msg("--template: no .. in it: the URL says where the tree is");
			return -1;
		}
		if (text[n] == '\0')
			return n == 0 ? 0
				      : compile_part(template, &template->file, text, n);
		if (template->depth == TEMPLATE_LEVELS) {
			msg("--template: more than %d directories", TEMPLATE_LEVELS);
			return -1;
		}
		if (n > 0 && compile_part(template, &template->levels[template->depth++],
				 text, n) != 0)
			return -1;
		text += n + 1;
	}
}

/* Year, month and day must be there, or nothing could be told apart by time. */
static int
check_date(struct template *template, const char *text)
{
	for (int u = 0; u < UNITS; u++) {
		template->unit[u] = -1;
		for (int i = 0; i < template->n; i++)
			if (strcmp(template->names[i], units[u].name) == 0)
				template->unit[u] = i;
	}
	if (template->unit[YEAR] >= 0 &&
	    (template->unit[YEARDAY] >= 0 ||
		(template->unit[MONTH] >= 0 && template->unit[DAY] >= 0)))
		return 0;
	msg("--template: '%s' has no date: {Y}, {m} and {d} (or {Y} and {j}) say where "
	    "year, month and day stand",
	    text);
	return -1;
}

struct template *
template_read(const char *text, const char *name_pattern)
{
	struct template *template = calloc(1, sizeof(*template));

	if (template == NULL ||
	    (template->limits = pcre2_match_context_create(NULL)) == NULL) {
		msg("no memory");
		free(template);
		return NULL;
	}
	pcre2_set_match_limit(template->limits, MATCH_LIMIT);
	if (read_parts(template, text) == 0 &&
	    (name_pattern == NULL || compile(template, &template->name, name_pattern,
					 PCRE2_DUPNAMES, "--name") == 0) &&
	    check_date(template, text) == 0)
		return template;
	template_free(template);
	return NULL;
}

void
template_free(struct template *template)
{
	if (template == NULL)
		return;
	for (int i = 0; i < TEMPLATE_LEVELS; i++)
		pcre2_code_free(template->levels[i].code);
	pcre2_code_free(template->file.code);
	pcre2_code_free(template->name.code);
	pcre2_match_context_free(template->limits);
	free(template);
}

int
template_depth(const struct template *template)
{
	return template->depth;
}

bool
template_has_sources(const struct template *template)
{
	return template->sources;
}

const char *
template_field(const struct template *template, int i)
{
	return i < template->n ? template->names[i] : NULL;
}

/* ---- matching -------------------------------------------------------------- */

/* Keep what a group caught; a name that occurs twice must say the same twice. */
static bool
keep(struct template_values *values, int row, const char *text, size_t n)
{
	char *old = values->text[row];

	if (old != NULL)
		return strlen(old) == n && memcmp(old, text, n) == 0;
	values->text[row] = strndup(text, n);
	return values->text[row] != NULL;
}

static bool
match(const struct template *template, const struct pattern *pattern, const char *name,
    size_t n, struct template_values *values)
{
	pcre2_match_data *data;
	const PCRE2_SIZE *offsets;
	bool fits;

	if (pattern->code == NULL)
		return true;
	data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
	if (data == NULL)
		return false;
	fits = pcre2_match(
		   pattern->code, (PCRE2_SPTR)name, n, 0, 0, data, template->limits) >= 0;
	offsets = pcre2_get_ovector_pointer(data);
	for (int i = 0; i < pattern->n && fits; i++) {
		unsigned group = pattern->groups[i];

		if (group < pcre2_get_ovector_count(data) &&
		    offsets[2 * (size_t)group] != PCRE2_UNSET)
			fits = keep(values, pattern->fields[i],
			    name + offsets[2 * (size_t)group],
			    offsets[2 * (size_t)group + 1] - offsets[2 * (size_t)group]);
	}
	pcre2_match_data_free(data);
	return fits;
}

bool
template_match(const struct template *template, int level, const char *name, size_t n,
    struct template_values *values)
{
	return match(template, &template->levels[level], name, n, values);
}

bool
template_match_file(const struct template *template, const char *name, size_t n,
    struct template_values *values)
{
	return match(template, &template->file, name, n, values) &&
	       match(template, &template->name, name, n, values);
}

/* ---- times ----------------------------------------------------------------- */

/* The number that a unit says; -1: not known, -2: no number. */
static int
value_of(
    const struct template *template, const struct template_values *values, enum unit unit)
{
	const char *text =
	    template->unit[unit] < 0 ? NULL : values->text[template->unit[unit]];
	int value = 0;

	if (text == NULL)
		return -1;
	if (strlen(text) != strspn(text, "0123456789") || strlen(text) > 4 ||
	    *text == '\0')
		return -2;
	for (; *text != '\0'; text++)
		value = value * 10 + (*text - '0');
	return value;
}

/* A finer unit narrows the span only if all coarser ones are known. */
static bool
narrow(struct window *span, int value, int limit, int64_t seconds)
{
	if (value < 0 || value >= limit)
		return false;
	span->from += value * seconds;
	span->to = span->from + seconds;
	return true;
}

static bool
narrow_day(const struct template *template, const struct template_values *values,
    int year, struct window *span, bool *known)
{
	int month = value_of(template, values, MONTH),
	    day = value_of(template, values, DAY),
	    yearday = value_of(template, values, YEARDAY);
	int64_t end = span->to;

	*known = true;
	if (yearday != -1) {
		if (yearday < 1 || !narrow(span, yearday - 1, 366, 86400))
			return false;
		return span->to <= end;
	}
	*known = false;
	if (month == -1)
		return true;
	span->from = timestamp_civil(year, month, 1, 0, 0, 0);
	span->to = month == 12 ? end : timestamp_civil(year, month + 1, 1, 0, 0, 0);
	if (month < 1 || month > 12)
		return false;
	if (day == -1)
		return true;
	*known = true;
	span->from = timestamp_civil(year, month, day, 0, 0, 0);
	span->to = span->from + 86400;
	return span->from != -1;
}

bool
template_span(const struct template *template, const struct template_values *values,
    struct window *span)
{
	int year = value_of(template, values, YEAR);
	int part[3] = {value_of(template, values, HOUR),
	    value_of(template, values, MINUTE), value_of(template, values, SECOND)};
	int both = value_of(template, values, MINUTE_SECOND);
	static const int limits[] = {24, 60, 60}, seconds[] = {3600, 60, 1};
	bool day_known;

	*span = (struct window){INT64_MIN, WINDOW_OPEN};
	if (year == -1)
		return true;
	span->from = timestamp_civil(year, 1, 1, 0, 0, 0);
	span->to = year == 9999 ? WINDOW_OPEN : timestamp_civil(year + 1, 1, 1, 0, 0, 0);
	if (span->from == -1 || !narrow_day(template, values, year, span, &day_known))
		return false;
	if (both == -2)
		return false;
	if (both >= 0) {
		part[1] = both / 100;
		part[2] = both % 100;
	}
	for (int i = 0; i < 3 && day_known && part[i] != -1; i++)
		if (!narrow(span, part[i], limits[i], seconds[i]))
			return false;
	return true;
}

bool
template_copy(const struct template_values *from, struct template_values *to)
{
	bool all = true;

	for (int i = 0; i < TEMPLATE_FIELDS; i++) {
		to->text[i] = from->text[i] != NULL ? strdup(from->text[i]) : NULL;
		all = all && (to->text[i] != NULL) == (from->text[i] != NULL);
	}
	return all;
}

void
template_forget(struct template_values *values)
{
	for (int i = 0; i < TEMPLATE_FIELDS; i++) {
		free(values->text[i]);
		values->text[i] = NULL;
	}
}
