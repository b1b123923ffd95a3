#include "query/query_scope.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "query/query_label.h"
#include "query/query_name.h"
#include "text/timestamp.h"

static int
read_runs(struct query_scope *scope, const char *text, struct query_error *error)
{
	struct query_source source = {text, strlen(text), NULL};
	struct query_place place = {&source, 0, 1};
	int code = run_list_read(text, &scope->runs, &place.at);

	if (code == -1)
		return query_error_set(error, &place,
		    "-r: a list of runs is expected, such as 100-200,250,300-");
	return code == 0 ? 0 : query_error_plain(error, "no memory");
}

/* The ids of the experiments whose names match, as a JSON array; all do if glob is NULL.
 */
static int
match(struct query_scope *scope, sqlite3 *db, struct arena *arena, const char *glob,
    bool gone, const char *table, struct query_error *error)
{
	static const char all_of_them[] =
	    "SELECT id, name, name IN (SELECT experiment FROM fetches WHERE status = "
	    "'gone') FROM experiments";
	static const char with_table[] =
	    "SELECT id, name, name IN (SELECT experiment FROM fetches WHERE status = "
	    "'gone') OR id NOT IN (SELECT experiment_id FROM run_tables WHERE name = ?) "
	    "FROM experiments";
	sqlite3_stmt *statement = NULL;
	long matched = 0, all = 0;
	char *text = NULL;
	size_t length;
	FILE *out;
	int code = sqlite3_prepare_v2(
	    db, table != NULL ? with_table : all_of_them, -1, &statement, NULL);

	if (code != SQLITE_OK)
		return -1;
	if (table != NULL)
		sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
	out = open_memstream(&text, &length);
	if (out == NULL) {
		sqlite3_finalize(statement);
		return query_error_plain(error, "no memory");
	}
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 1);

		all++;
		if (!gone && sqlite3_column_int(statement, 2) != 0)
			continue;
		if (glob == NULL ||
		    (name != NULL && fnmatch(glob, name, FNM_CASEFOLD) == 0))
			fprintf(out, "%s%lld", matched++ > 0 ? "," : "[",
			    sqlite3_column_int64(statement, 0));
	}
	fputs(matched > 0 ? "]" : "[]", out);
	fclose(out);
	sqlite3_finalize(statement);
	if (text != NULL)
		scope->experiments = arena_text(arena, text, length);
	free(text);
	scope->some = matched < all;
	if (code != SQLITE_DONE)
		return -1;
	if (scope->experiments == NULL)
		return query_error_plain(error, "no memory");
	if (matched == 0 && glob != NULL)
		return query_error_plain(
		    error, "-e: no experiment matches '%.80s'", glob);
	return 0;
}

static bool
read_time(sqlite3_stmt *row, int column, sqlite3_int64 *when, bool *good)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	int64_t microseconds;

	if (text == NULL)
		return false;
	if (!timestamp_read(text, strlen(text), &microseconds)) {
		*good = false;
		return false;
	}
	*when = microseconds;
	return true;
}

static int
read_period(
    struct query_scope *scope, sqlite3 *db, const char *name, struct query_error *error)
{
	static const char sql[] = "SELECT run_min, run_max, start_time, end_time FROM "
				  "run_periods WHERE name = ?";
	sqlite3_stmt *row = NULL;
	bool good = true;
	int code = sqlite3_prepare_v2(db, sql, -1, &row, NULL);

	if (code == SQLITE_OK) {
		sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
		code = sqlite3_step(row);
	}
	if (code == SQLITE_ROW) {
		scope->period = true;
		scope->has_min = sqlite3_column_type(row, 0) != SQLITE_NULL;
		scope->run_min = sqlite3_column_int64(row, 0);
		scope->has_max = sqlite3_column_type(row, 1) != SQLITE_NULL;
		scope->run_max = sqlite3_column_int64(row, 1);
		scope->has_start = read_time(row, 2, &scope->start, &good);
		scope->has_end = read_time(row, 3, &scope->end, &good);
	}
	sqlite3_finalize(row);
	if (code == SQLITE_DONE) {
		char near[300];

		query_near(db, "SELECT name FROM run_periods ORDER BY name", name,
		    QUERY_NEAR_LIST, near, sizeof(near));
		return query_error_plain(
		    error, "--period: there is no run period %.80s%s", name, near);
	}
	if (!good)
		return query_error_plain(error,
		    "--period: the run period %.80s has a time that is none", name);
	return code == SQLITE_ROW ? 0 : -1;
}

int
query_scope_read(struct query_scope *scope, sqlite3 *db, struct arena *arena,
    const char *runs, const char *glob, bool gone, const char *table, const char *period,
    struct query_error *error)
{
	static const char any_gone[] =
	    "SELECT 1 FROM fetches WHERE status = 'gone' LIMIT 1";

	if (glob != NULL) {
		glob = query_label_address(arena, glob, strlen(glob));
		if (glob == NULL)
			return query_error_plain(error, "no memory");
	}
	*scope = (struct query_scope){0};
	*error = (struct query_error){0};
	if (runs != NULL && read_runs(scope, runs, error) != 0)
		return -1;
	if ((glob != NULL || table != NULL ||
		(!gone && db_number(db, any_gone, 0) != 0)) &&
	    match(scope, db, arena, glob, gone, table, error) != 0)
		return -1;
	return period != NULL ? read_period(scope, db, period, error) : 0;
}

static void
write_bound(struct query_sql *sql, bool given, const char *term, sqlite3_int64 bound)
{
	if (!given)
		return;
	fprintf(sql->out, "\n  AND %s ", term);
	query_sql_integer(sql, bound, NULL);
}

void
query_scope_write(
    const struct query_scope *scope, const char *table, struct query_sql *sql)
{
	if (scope->some) {
		struct query_value ids = {.type = QUERY_STRING,
		    .text = scope->experiments,
		    .length = strlen(scope->experiments)};

		fprintf(sql->out,
		    "\n  AND %s.experiment_id IN (SELECT value FROM json_each(", table);
		query_sql_value(sql, &ids);
		fputs("))", sql->out);
	}
	if (scope->runs.n > 0) {
		struct query_value runs = {.type = QUERY_RUN,
		    .runs = (struct run_list *)&scope->runs,
		    .about = "the runs of -r"};

		fputs("\n  AND elog_in_runs(r.run_number, ", sql->out);
		query_sql_value(sql, &runs);
		fputs(")", sql->out);
	}
	write_bound(sql, scope->has_min, "elog_integer(r.run_number) >=", scope->run_min);
	write_bound(sql, scope->has_max, "elog_integer(r.run_number) <=", scope->run_max);
	write_bound(sql, scope->has_start, "elog_time(r.start_time) >=", scope->start);
	write_bound(sql, scope->has_end, "elog_time(r.start_time) <=", scope->end);
}

void
query_scope_free(struct query_scope *scope)
{
	run_list_free(&scope->runs);
}
