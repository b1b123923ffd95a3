/* Templates of dated trees, and times. */
#include "files/template.h"

#include "text/timestamp.h"
#include "unit.h"

#define DEFAULT "{source}/{Y}/{m}/{d}/{H}/{MS}/"

/* The text of a field, or "". */
static const char *
field(const struct template *t, const struct template_values *values, const char *name)
{
	for (int i = 0; template_field(t, i) != NULL; i++)
		if (strcmp(template_field(t, i), name) == 0)
			return values->text[i] != NULL ? values->text[i] : "";
	return "";
}

/* Match directories parted by slashes, and write the span that is left. */
static bool
span_of(const struct template *t, const char *path, char from[TIMESTAMP_SHORT],
    char to[TIMESTAMP_SHORT])
{
	struct template_values values = {{NULL}};
	struct window span;
	bool fits = true;
	int level = 0;

	while (*path != '\0' && fits) {
		size_t n = strcspn(path, "/");

		fits = template_match(t, level++, path, n, &values);
		path += n + (path[n] == '/');
	}
	fits = fits && template_span(t, &values, &span);
	if (fits) {
		timestamp_text(span.from, from);
		timestamp_text(span.to, to);
	}
	template_forget(&values);
	return fits;
}

static void
spans(void **state)
{
	static const struct {
		const char *template, *path, *from, *to;
	} table[] = {
	    {DEFAULT, "2025", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
	    {DEFAULT, "2025/12", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"},
	    {DEFAULT, "2024/02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
	    {DEFAULT, "2024/02/29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
	    {DEFAULT, "2025/01/01/18", "2025-01-01T18:00:00Z", "2025-01-01T19:00:00Z"},
	    {DEFAULT, "2025/01/01/18/3020", "2025-01-01T18:30:20Z",
		"2025-01-01T18:30:21Z"},
	    {"{Y}/{j}/", "2024/366", "2024-12-31T00:00:00Z", "2025-01-01T00:00:00Z"},
	    {"x{Y}-{m}-{d}T{H}{M}/", "x2025-01-31T2359", "2025-01-31T23:59:00Z",
		"2025-02-01T00:00:00Z"},
	    /* The day is known before its month: the year is all that helps. */
	    {"{Y}/{d}/{m}/", "2025/31", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
	    {"{Y}/{d}/{m}/", "2025/31/12", "2025-12-31T00:00:00Z",
		"2026-01-01T00:00:00Z"},
	    /* None of the tree, or no such time. */
	    {DEFAULT, "202", NULL, NULL},
	    {DEFAULT, "20255", NULL, NULL},
	    {DEFAULT, "latest", NULL, NULL},
	    {DEFAULT, "2025/13", NULL, NULL},
	    {DEFAULT, "2025/00", NULL, NULL},
	    {DEFAULT, "2025/02/29", NULL, NULL},
	    {DEFAULT, "2025/01/01/24", NULL, NULL},
	    {DEFAULT, "2025/01/01/18/6000", NULL, NULL},
	    {DEFAULT, "0000", NULL, NULL},
	    {"{Y}/{j}/", "2025/366", NULL, NULL},
	    {"{Y}/{j}/", "2025/000", NULL, NULL},
	    /* A year that is said twice must be the same. */
	    {"{Y}/{Y}{m}/{d}/", "2025/202502/01", "2025-02-01T00:00:00Z",
		"2025-02-02T00:00:00Z"},
	    {"{Y}/{Y}{m}/{d}/", "2025/202402", NULL, NULL},
	    {"a.b/{Y}/{m}/{d}/", "axb/2025", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct template *t = template_read(table[i].template, NULL);
		char from[TIMESTAMP_SHORT], to[TIMESTAMP_SHORT];

		assert_non_null(t);
		if (table[i].from == NULL) {
			assert_false(span_of(t, table[i].path, from, to));
		} else {
			assert_true(span_of(t, table[i].path, from, to));
			assert_string_equal(from, table[i].from);
			assert_string_equal(to, table[i].to);
		}
		template_free(t);
	}
}

static void
fields(void **state)
{
	struct template *t = template_read("{source}/{Y}/{m}/{site}-{d}/{run}_{H}{M}.dat",
	    "^(?<run>[a-z]+)_.*\\.(?<kind>[a-z]+)$");
	struct template_values values = {{NULL}};
	struct window span;

	(void)state;
	assert_non_null(t);
	assert_true(template_has_sources(t));
	assert_int_equal(template_depth(t), 3);
	assert_true(template_match(t, 0, "2025/", 4, &values));
	assert_true(template_match(t, 1, "01", 2, &values));
	assert_true(template_match(t, 2, "a-b-07", 6, &values));
	assert_true(template_match_file(t, "abc_1830.dat", 12, &values));
	assert_string_equal(field(t, &values, "site"), "a-b");
	assert_string_equal(field(t, &values, "run"), "abc");
	assert_string_equal(field(t, &values, "kind"), "dat");
	assert_true(template_span(t, &values, &span));
	assert_int_equal(span.from, timestamp_civil(2025, 1, 7, 18, 30, 0));
	template_forget(&values);
	/* The pattern and the template disagree on run. */
	assert_false(template_match_file(t, "ABC_1830.dat", 12, &values));
	template_forget(&values);
	template_free(t);
}

static void
refused(void **state)
{
	static const char *const table[] = {"{source}/", "{Y}/{m}/", "{m}/{d}/", "{Y",
	    "{}/{Y}/{m}/{d}/", "{a b}/{Y}/{m}/{d}/", "{1}/{Y}/{m}/{d}/", ""};
	int quiet = open("/dev/null", O_WRONLY), saved = dup(STDERR_FILENO);

	(void)state;
	dup2(quiet, STDERR_FILENO);
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_null(template_read(table[i], NULL));
	assert_null(template_read(DEFAULT, "(?<x"));
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(quiet);
}

static void
times(void **state)
{
	static const int64_t now = INT64_C(1752580800);
	static const struct {
		const char *text, *from, *to;
	} table[] = {
	    {"2025", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
	    {"2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
	    {"2025-12-31", "2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z"},
	    {"2025-12-31T23", "2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z"},
	    {"2025-12-31 23:59", "2025-12-31T23:59:00Z", "2026-01-01T00:00:00Z"},
	    {"2025-12-31T23:59:59Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"},
	    {"-2d", "2025-07-13T12:00:00Z", "2025-07-13T12:00:01Z"},
	    {"-90m", "2025-07-15T10:30:00Z", "2025-07-15T10:30:01Z"},
	    {"", NULL, NULL},
	    {"-", NULL, NULL},
	    {"-2", NULL, NULL},
	    {"-2y", NULL, NULL},
	    {"--2d", NULL, NULL},
	    {"-99999999d", NULL, NULL},
	    {"yesterday", NULL, NULL},
	    {"2025-02-30", NULL, NULL},
	    {"2025-1-1", NULL, NULL},
	    {"2025-01-01Z", NULL, NULL},
	    {"2025-01-01T12:00:00+01:00", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct window unit;
		char from[TIMESTAMP_SHORT], to[TIMESTAMP_SHORT];

		if (table[i].from == NULL) {
			assert_false(window_time(table[i].text, now, &unit));
			continue;
		}
		assert_true(window_time(table[i].text, now, &unit));
		timestamp_text(unit.from, from);
		timestamp_text(unit.to, to);
		assert_string_equal(from, table[i].from);
		assert_string_equal(to, table[i].to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spans),
	    cmocka_unit_test(fields),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
