#include "local/job_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "query/query.h"
#include "query/query_check.h"
#include "query/query_parse.h"
#include "query/query_sql.h"
#include "query/query_sqlite.h"

/* What every job has by itself. */
static const struct query_given parts[] = {
    {"number", QUERY_STRING, "j.number"},
    {"task", QUERY_STRING, "j.task"},
    {"title", QUERY_STRING, "j.title"},
    {"status", QUERY_STRING, "j.status"},
    {"experiment", QUERY_STRING, "j.experiment"},
    {"run", QUERY_RUN, "j.run_number"},
    {"parent", QUERY_STRING, "(SELECT p.number FROM jobs p WHERE p.uuid = j.parent)"},
    {"project", QUERY_STRING, "(SELECT p.name FROM projects p WHERE p.uuid = j.project)"},
    {"uuid", QUERY_STRING, "j.uuid"},
    {"host", QUERY_STRING, "j.host"},
    {"user", QUERY_STRING, "j.user"},
    {"directory", QUERY_STRING, "j.directory"},
    {"argv", QUERY_JSON, "j.argv"},
    {"created_at", QUERY_TIME, "j.created_at"},
    {"started_at", QUERY_TIME, "j.started_at"},
    {"finished_at", QUERY_TIME, "j.finished_at"},
    {"duration", QUERY_FLOAT,
	"round((julianday(coalesce(j.finished_at, 'now')) - julianday(j.started_at)) * "
	"86400, 3)"},
    {"exit_status", QUERY_INT, "j.exit_status"},
    {"signal", QUERY_INT, "j.signal"},
    {"stopped_by", QUERY_STRING, "j.stopped_by"},
    {"message", QUERY_STRING, "j.message"},
    {"attempts", QUERY_INT, "j.attempts"},
    {"user_seconds", QUERY_FLOAT, "j.user_seconds"},
    {"system_seconds", QUERY_FLOAT, "j.system_seconds"},
    {"max_rss_kb", QUERY_INT, "j.max_rss_kb"},
    {"read_bytes", QUERY_INT, "j.read_bytes"},
    {"written_bytes", QUERY_INT, "j.written_bytes"},
    {"git_commit", QUERY_STRING, "j.git_commit"},
    {"git_dirty", QUERY_BOOL, "j.git_dirty"},
    {"batch_system", QUERY_STRING, "j.batch_system"},
    {"batch_id", QUERY_STRING, "j.batch_id"},
    {"note", QUERY_STRING, "j.note"},
    {"evaluation", QUERY_STRING, "j.evaluation"},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

struct job_query {
	const struct job_view *view;
	struct arena arena;
	struct query_source source;
	struct query_given *given; /* parts, then figures */
	size_t n_given;
	struct query_catalog catalog;
	struct query_error error;
	struct query_sql sql;
	sqlite3_stmt *statement;
};

/* ---- Figures ---------------------------------------------------------------- */

/* The figures that there are, in a table that gives each a number: a statement names a
   figure by that.  One name after the other is looked up behind the last. */
#define FIGURES_OF(schema)                                                               \
	"WITH RECURSIVE n(name) AS (SELECT min(name) FROM " schema ".job_values "        \
	"UNION ALL SELECT (SELECT min(name) FROM " schema ".job_values v "               \
	"WHERE v.name > n.name) FROM n WHERE n.name IS NOT NULL) "                       \
	"INSERT OR IGNORE INTO figures (name) SELECT name FROM n WHERE name IS NOT "     \
	"NULL;"

static const char make_figures[] = "CREATE TEMP TABLE figures (id INTEGER PRIMARY KEY, "
				   "name TEXT NOT NULL UNIQUE);" FIGURES_OF("main");
static const char more_figures[] = FIGURES_OF("elog");

/* A number among others is one; a text among numbers compares as what it is. */
static const char type_of_figure[] =
    "SELECT min(typeof(value)), max(typeof(value)) FROM job_values "
    "WHERE name = :name AND value IS NOT NULL";

static enum query_type
find_type(struct job_query *query, const char *name)
{
	sqlite3_stmt *statement =
	    db_prepare(query->view->db, query->view->path, type_of_figure);
	enum query_type type = QUERY_PART;

	if (statement == NULL)
		return type;
	statement_text(statement, ":name", name);
	if (sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_type(statement, 0) != SQLITE_NULL) {
		bool low = sqlite3_column_text(statement, 0)[0] == 't';
		bool high = sqlite3_column_text(statement, 1)[0] == 't';

		type = low && high   ? QUERY_STRING
		       : high || low ? QUERY_PART
				     : QUERY_FLOAT;
	}
	sqlite3_finalize(statement);
	return type;
}

static bool
is_used(const struct query_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->names[i], name) == 0)
			return true;
	return false;
}

/* SQL for the figure of a number.  Of a database beside the project's each is asked by
   itself: SQLite reads all of a view on both for each job. */
static int
write_figure(const struct job_view *view, sqlite3_int64 id, char *sql, size_t size)
{
#define FIGURE(schema)                                                                   \
	"(SELECT v.value FROM " schema "job_values v WHERE v.job = j.uuid AND v.name = " \
	"(SELECT name FROM temp.figures WHERE id = %lld))"

	if (!view->both)
		return snprintf(sql, size, FIGURE("main."), id);
	return snprintf(
	    sql, size, "coalesce(" FIGURE("main.") ", " FIGURE("elog.") ")", id, id);
#undef FIGURE
}

/* 0, or -1 after a message. */
static int
give_names(struct job_query *query, const struct query_names *names)
{
	const struct job_view *view = query->view;
	sqlite3_stmt *figure;
	long long n;
	int code;

	if (db_exec(view->db, view->path, make_figures) != 0 ||
	    (view->both && db_exec(view->db, view->path, more_figures) != 0))
		return -1;
	n = db_number(view->db, "SELECT count(*) FROM figures", 0);
	query->given =
	    arena_get(&query->arena, (PARTS + (size_t)n) * sizeof(*query->given));
	figure = db_prepare(view->db, view->path, "SELECT id, name FROM figures");
	if (query->given == NULL || figure == NULL) {
		sqlite3_finalize(figure);
		return -1;
	}
	memcpy(query->given, parts, sizeof(parts));
	for (size_t i = 0; view->both && i < PARTS; i++)
		if (strcmp(parts[i].name, "parent") == 0)
			query->given[i].sql =
			    "coalesce((SELECT p.number FROM main.jobs p WHERE p.uuid = "
			    "j.parent), (SELECT p.number FROM elog.jobs p WHERE p.uuid = "
			    "j.parent))";
	query->n_given = PARTS;
	while ((code = sqlite3_step(figure)) == SQLITE_ROW &&
	       query->n_given < PARTS + (size_t)n) {
		const char *name = (const char *)sqlite3_column_text(figure, 1);
		struct query_given *given = &query->given[query->n_given++];
		char sql[600];
		int length =
		    write_figure(view, sqlite3_column_int64(figure, 0), sql, sizeof(sql));

		given->name = arena_text(&query->arena, name, strlen(name));
		given->type = is_used(names, name) ? find_type(query, name) : QUERY_PART;
		given->sql = arena_text(&query->arena, sql, (size_t)length);
	}
	sqlite3_finalize(figure);
	if (code != SQLITE_DONE || query->arena.failed) {
		db_complain(view->db, view->path);
		return -1;
	}
	return 0;
}

/* ---- The statement ---------------------------------------------------------- */

static const char *
lookup_alias(void *context, const char *alias)
{
	(void)context;
	(void)alias;
	return NULL; /* they are of runs */
}

/* The tree of the expression, checked; NULL with the error set, or after a message. */
static struct query_node *
read_filter(struct job_query *query, const char *expression)
{
	struct query_error *error = &query->error;
	struct query_parser parser = {&query->arena, error, 0};
	struct query_names names;
	struct query_node *tree;
	int given;

	query->source =
	    (struct query_source){.text = expression, .length = strlen(expression)};
	if (query_names_read(expression, &names, error) != 0)
		return NULL;
	given = give_names(query, &names);
	query_names_free(&names);
	if (given != 0)
		return NULL;
	tree = query_parse(&parser, &query->source);
	if (tree == NULL || query_expand(&parser, tree, NULL, lookup_alias, NULL) != 0)
		return NULL;
	query_catalog_begin_given(&query->catalog, query->given, query->n_given,
	    "figure or property of jobs", &query->arena, error);
	if (query_node_measure(tree, error) != 0 ||
	    query_check(&query->catalog, tree) != 0)
		return NULL;
	if (tree->type == QUERY_LIST) {
		query_error_set(error, &tree->place, "a list is no condition by itself");
		return NULL;
	}
	return tree;
}

static bool
is_part(const char *name)
{
	for (size_t i = 0; i < PARTS; i++)
		if (strcmp(parts[i].name, name) == 0)
			return true;
	return false;
}

/* SELECT number, task, status, ... and the figures that are asked for. */
static void
write_columns(struct job_query *query)
{
	FILE *out = query->sql.out;

	fputs("SELECT j.number, j.task, j.status", out);
	for (struct query_condition *c = query->catalog.first; c != NULL; c = c->next)
		if (!is_part(c->name)) {
			fputs(", ", out);
			query_sql_condition(&query->sql, c);
			fputs(" AS \"", out);
			for (const char *p = c->name; *p != '\0'; p++)
				fprintf(out, *p == '"' ? "\"\"" : "%c", *p);
			putc('"', out);
		}
	fprintf(out,
	    ", j.started_at, %s AS duration, j.title, j.experiment, "
	    "j.run_number AS run, (SELECT p.name FROM projects p WHERE p.uuid = "
	    "j.project) AS project, j.uuid",
	    "round((julianday(coalesce(j.finished_at, 'now')) - "
	    "julianday(j.started_at)) * 86400, 3)");
}

/* 0, or -1 with the error set, or after a message. */
static int
write_sql(struct job_query *query, const char *expression, long long limit)
{
	struct query_node *filter = NULL;

	if (expression != NULL && expression[strspn(expression, " \t\r\n")] != '\0' &&
	    (filter = read_filter(query, expression)) == NULL)
		return -1;
	if (query_sql_begin(&query->sql, &query->arena) != 0)
		return query_error_plain(&query->error, "no memory");
	write_columns(query);
	fputs("\nFROM jobs j", query->sql.out);
	if (filter != NULL) {
		fputs("\nWHERE ", query->sql.out);
		query_sql_filter(&query->sql, filter);
	}
	fputs("\nORDER BY j.project, job_order(j.number)\nLIMIT ", query->sql.out);
	query_sql_integer(&query->sql, limit, NULL);
	if (query_sql_end(&query->sql) != 0)
		return query_error_plain(&query->error, "the expression is too long");
	return 0;
}

struct job_query *
job_query_open(
    const struct job_view *view, const char *expression, long long limit, int *status)
{
	struct job_query *query = calloc(1, sizeof(*query));

	*status = EXIT_PARTIAL;
	if (query == NULL) {
		msg("no memory");
		return NULL;
	}
	query->view = view;
	if (query_sqlite_register(view->db) != SQLITE_OK) {
		db_complain(view->db, view->path);
	} else if (write_sql(query, expression, limit) != 0) {
		if (query->error.message[0] != '\0') {
			query_error_print(&query->error);
			*status = EXIT_USAGE;
		}
	} else {
		query->statement = db_prepare(view->db, view->path, query->sql.text);
		if (query->statement != NULL &&
		    query_sql_bind(&query->sql, query->statement) == SQLITE_OK) {
			*status = EXIT_DONE;
			return query;
		}
	}
	job_query_close(query);
	return NULL;
}

sqlite3_stmt *
job_query_statement(const struct job_query *query)
{
	return query->statement;
}

void
job_query_close(struct job_query *query)
{
	if (query == NULL)
		return;
	sqlite3_finalize(query->statement);
	query_sql_free(&query->sql);
	arena_free(&query->arena);
	free(query);
}
