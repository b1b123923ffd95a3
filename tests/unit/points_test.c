/*
 * points.c: what a plot shows is the same whether it is read from the columns of
 * conditions and of runs, or by the statement of the query.  Random runs, random queries,
 * all kinds of axes.
 */
#include "query/points.h"

#include <math.h>

#include "database.h"
#include "load/run_columns.h"

#define NAMES 5
#define EXPERIMENTS 3
#define LAST 600

/* ---- A database ------------------------------------------------------------- */

/* A value of a name as a document spells it. */
static void
spell(int name, char *out, size_t n)
{
	static const char *const odd[] = {"-0", "1e-5", "2.5E3", "\"5\"", "\"Infinity\"",
	    "9223372036854775807", "12345678901234567890", "0.1000000000000000055",
	    "89.99999999999999999999", "true", "false", "{}", "[1,\"a,\"]", "\"\\\"\"",
	    "\"\"", "\"dark\"", "5", "90", "100000000000.5"};
	static const char *const words[] = {
	    "\"dark\"", "\"laser\"", "\"a,b\"", "\"}\"", "\"t\\u00e9\"", "\"\\\\\""};

	switch (name) {
	case 0:
		snprintf(out, n, "%d", (int)dice(200) - 20);
		break;
	case 1:
		snprintf(out, n, "%.*f", (int)dice(19), dice(100000) / 1000.0 - 5);
		break;
	case 2:
		snprintf(out, n, "%s", words[dice(COUNT_OF(words))]);
		break;
	case 3:
		snprintf(out, n, "%s", dice(2) ? "true" : "false");
		break;
	default:
		snprintf(out, n, "%s", odd[dice(COUNT_OF(odd))]);
	}
}

static void
put_column(sqlite3 *db, int experiment, int name, int block)
{
	struct condition_draft draft = {.text = NULL};
	char *sql;

	for (int run = block * CONDITION_BLOCK; run < (block + 1) * CONDITION_BLOCK;
	     run++) {
		struct condition_run r;
		char text[64];

		condition_run_whole(&r, run);
		spell(name, text, sizeof(text));
		if (run < -3 || run > LAST || dice(5) == 0)
			continue;
		assert_int_equal(condition_draft_add(
				     &draft, &r, (struct json_span){text, strlen(text)}),
		    0);
	}
	assert_int_equal(condition_draft_end(&draft), 0);
	sql = sqlite3_mprintf(
	    "INSERT INTO condition_columns (experiment_id, type_id, block, "
	    "n, kinds, data) VALUES (%d, %d, %d, %ld, %u, '%.*q')",
	    experiment, name + 1, block, draft.count, draft.kinds, (int)draft.n,
	    draft.text);
	exec(db, sql);
	sqlite3_free(sql);
	free(draft.text);
}

static void
put_runs(sqlite3 *db, int experiment)
{
	static const char *const types[] = {"'DATA'", "'DARK'", "NULL", "'12'", "'a\"b'"};
	static const char *const zones[] = {
	    "Z", "+00:00", "-07:00", ".250000+00:00", "?"};

	for (int run = -3; run <= LAST; run++) {
		unsigned start = dice(100000), length = dice(200);
		char *sql = sqlite3_mprintf(
		    "INSERT INTO runs (experiment_id, run_number, start_time, end_time, "
		    "type, sample) VALUES (%d, %d, strftime('%%Y-%%m-%%dT%%H:%%M:%%S', "
		    "1700000000 + %u, 'unixepoch') || '%s', iif(%u, NULL, "
		    "strftime('%%Y-%%m-%%d %%H:%%M:%%S', 1700000000 + %u, 'unixepoch')), "
		    "%s, %s)",
		    experiment, run, start, zones[dice(COUNT_OF(zones))], dice(9) == 0,
		    start + length, types[dice(COUNT_OF(types))],
		    types[dice(COUNT_OF(types))]);

		exec(db, sql);
		sqlite3_free(sql);
	}
}

static sqlite3 *
database(void)
{
	sqlite3 *db = empty_database(":memory:");

	exec(
	    db, "INSERT INTO experiments (id, name) VALUES (1, 'b'), (2, 'a'), (3, 'c')");
	exec(db,
	    "INSERT INTO condition_types (id, name, value_type) VALUES (1, 'i', 'int'), "
	    "(2, 'f', 'float'), (3, 's', 'string'), (4, 't', 'bool'), (5, 'o', "
	    "'mixed')");
	for (int experiment = 1; experiment <= EXPERIMENTS; experiment++) {
		put_runs(db, experiment);
		for (int name = 0; name < NAMES; name++)
			for (int block = -1; block <= LAST / CONDITION_BLOCK; block++)
				if (dice(8) > 0)
					put_column(db, experiment, name, block);
	}
	count_types(db);
	exec(db, "INSERT INTO run_periods (name, run_min, run_max, start_time, end_time) "
		 "VALUES ('p', 7, 400, NULL, NULL), ('q', NULL, 300, "
		 "'2023-11-14T23:00:00Z', '2023-11-15T20:00:00Z')");
	assert_int_equal(run_columns_write(db, "test"), 0);
	return db;
}

/* ---- Points ----------------------------------------------------------------- */

/* The order of conditions is not that of the statement: they are put into it. */
struct taken {
	struct points *points;
	char **lines;
	size_t n, room;
};

static void
take(void *context, size_t i, const struct point *point)
{
	struct taken *taken = context;
	const struct points_axis *colour = points_colour(taken->points);
	char ink[100];

	if (taken->n == taken->room) {
		taken->room = taken->room * 2 + 1000;
		taken->lines = realloc(taken->lines, taken->room * sizeof(char *));
		assert_non_null(taken->lines);
	}
	/* Classes are numbered as they come, which is another order. */
	if (colour->kind == POINTS_CLASS)
		snprintf(ink, sizeof(ink), "%s",
		    isfinite(point->colour)
			? points_class(taken->points, (size_t)point->colour)
			: "none");
	else
		snprintf(ink, sizeof(ink), "%.17g", point->colour);
	assert_true(asprintf(&taken->lines[taken->n++], "%zu %s %lld: %.17g %.17g %s\n",
			i, points_experiment(taken->points, point->experiment),
			(long long)point->run.number, point->x, point->y, ink) > 0);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All points as a text, and how many values were left out; NULL if it is refused. */
static char *
read_all(sqlite3 *db, const struct query_wanted *wanted, const char *x,
    const char *colour, bool by_statement, double low, bool *by_columns)
{
	struct query_error error;
	struct points *points = points_open(db, "test", wanted, x, colour, &error);
	struct taken taken = {.points = points};
	char *text;
	size_t n;
	FILE *out;

	if (points == NULL)
		return NULL;
	if (by_statement)
		points_by_statement(points);
	assert_int_equal(points_read(points, low, INFINITY, take, &taken), 0);
	*by_columns = points_by_columns(points);
	if (taken.n > 0)
		qsort(taken.lines, taken.n, sizeof(char *), by_text);
	out = open_memstream(&text, &n);
	fprintf(out, "%lld texts\n", points_texts(points));
	for (size_t i = 0; i < taken.n; i++) {
		fputs(taken.lines[i], out);
		free(taken.lines[i]);
	}
	fclose(out);
	free(taken.lines);
	points_close(points);
	return text;
}

static void
term(char *out, size_t n)
{
	static const char *const names[] = {"i", "f", "s", "t", "o", "run", "duration",
	    "start_time", "end_time", "type", "sample"};
	static const char *const operators[] = {">", ">=", "<", "<=", "==", "!="};
	static const char *const numbers[] = {"90", "0", "-1", "5", "17.25", "0.1",
	    "89.99999999999999", "1e300", "True", "100", "0.001", "9223372036854775807"};
	static const char *const texts[] = {
	    "'dark'", "'DATA'", "''", "'5'", "'12'", "'a,b'"};
	static const char *const times[] = {"'2023-11-15'", "'2023-11-15T03:00:00Z'"};
	const char *name = pick(names, COUNT_OF(names)), *constant[2] = {"", ""};

	for (int i = 0; i < 2; i++)
		constant[i] = strstr(name, "_time") != NULL ? pick(times, COUNT_OF(times))
			      : *name == 's' || strcmp(name, "type") == 0 ||
				      (*name == 'o' && dice(2) == 0)
				  ? pick(texts, COUNT_OF(texts))
				  : pick(numbers, COUNT_OF(numbers));
	switch (dice(8)) {
	case 0:
		snprintf(out, n, "%s %s [%s, %s]", name, dice(2) ? "in" : "not in",
		    constant[0], constant[1]);
		break;
	case 1:
		snprintf(out, n, "%s is %sNone", name, dice(2) ? "not " : "");
		break;
	case 2:
		snprintf(out, n, "%s < %s <= %s", constant[0], name, constant[1]);
		break;
	case 3:
		snprintf(out, n, "%s %s %s", constant[0],
		    pick(operators, COUNT_OF(operators)), name);
		break;
	default:
		snprintf(out, n, "%s %s %s", name, pick(operators, COUNT_OF(operators)),
		    constant[0]);
	}
}

static void
join(char *out, size_t n, const char *one, const char *two)
{
	switch (dice(6)) {
	case 0:
		snprintf(out, n, "%s or %s", one, two);
		break;
	case 1:
		snprintf(out, n, "not (%s)", one);
		break;
	case 2:
		snprintf(out, n, "not (%s or %s)", one, two);
		break;
	case 3:
		snprintf(out, n, "%s and not (%s)", one, two);
		break;
	case 4:
		snprintf(out, n, "%s", one);
		break;
	default:
		snprintf(out, n, "%s and %s", one, two);
	}
}

static void
as_the_statement(void **state)
{
	static const char *const v[] = {"i", "f,o", "s", "duration", "o,t,i", "sample,i"};
	static const char *const x[] = {
	    NULL, "start_time", "f", "o", "duration", "end_time"};
	static const char *const colour[] = {
	    NULL, "s", "o", "experiment", "type", "t", "i"};
	int found = 0, refused = 0, columns = 0;

	(void)state;
	for (int round = 0; round < 6; round++) {
		sqlite3 *db = database();

		for (int i = 0; i < 100; i++) {
			char one[120], two[120], query[300];
			struct query_wanted wanted = {.columns = pick(v, COUNT_OF(v)),
			    .runs = dice(5) == 0 ? "1-20,300-400,402-" : NULL,
			    .experiments = dice(5) == 0 ? "[ac]" : NULL,
			    .period = dice(6) == 0   ? "p"
				      : dice(6) == 0 ? "q"
						     : NULL,
			    .limit = -1};
			const char *across = pick(x, COUNT_OF(x));
			const char *ink = pick(colour, COUNT_OF(colour));
			double low = across == NULL && dice(3) == 0 ? 300 : -INFINITY;
			bool quick = false, slow = false;
			char *got, *expected;

			term(one, sizeof(one));
			term(two, sizeof(two));
			join(query, sizeof(query), one, two);
			wanted.text = dice(10) == 0 ? NULL : query;
			got = read_all(db, &wanted, across, ink, false, low, &quick);
			expected = read_all(db, &wanted, across, ink, true, low, &slow);
			assert_false(slow);
			if ((got == NULL) != (expected == NULL) ||
			    (got != NULL && strcmp(got, expected) != 0))
				fail_msg(
				    "%s of %s against %s, colour %s:\n%.1500s\n%.1500s",
				    query, wanted.columns, across ? across : "run",
				    ink ? ink : "none", got ? got : "refused",
				    expected ? expected : "refused");
			found += got != NULL && strlen(got) > 30;
			refused += got == NULL;
			columns += quick;
			free(got);
			free(expected);
		}
		sqlite3_close(db);
	}
	/* Most queries mean something, find something, and are told from columns. */
	print_message("# %d found, %d by columns, %d refused\n", found, columns, refused);
	assert_true(found > 250);
	assert_true(columns > 300);
	assert_true(refused < 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_the_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
