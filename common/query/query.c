#include "query/query.h"

#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "query/query_check.h"
#include "query/query_label.h"
#include "query/query_lex.h"
#include "query/query_parse.h"
#include "query/query_plan.h"
#include "query/query_scope.h"
#include "query/query_sql.h"
#include "query/query_sqlite.h"
#include "query/query_values.h"
#include "query/rows.h"
#include "query/run_table.h"
#include "query/value_source.h"

#define COLUMNS_MAX 1000

struct query {
	sqlite3 *db;
	struct arena arena;
	struct query_catalog catalog;
	struct query_scope scope;
	struct query_node *filter; /* NULL: all runs */
	struct query_condition *columns[COLUMNS_MAX];
	const char *labels[COLUMNS_MAX]; /* NULL: the condition's name */
	int n_columns;
	struct query_sql sql;
	struct query_values *values;
	sqlite3_stmt *statement;
	/* A text of an alias, until the next is asked for. */
	sqlite3_stmt *aliases;
	bool began; /* the transaction is ours */
};

static bool
is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n\f")] == '\0';
}

static struct query_source *
new_source(struct arena *arena, const char *text)
{
	struct query_source *source = arena_get(arena, sizeof(*source));

	if (source != NULL) {
		source->length = strlen(text);
		source->text = text;
	}
	return source;
}

/* ---- The filter ------------------------------------------------------------- */

static const char *
lookup_alias(void *context, const char *alias)
{
	struct query *query = context;

	sqlite3_reset(query->aliases);
	sqlite3_bind_text(query->aliases, 1, alias, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(query->aliases) != SQLITE_ROW)
		return NULL;
	return (const char *)sqlite3_column_text(query->aliases, 0);
}

/* There is no such alias: say which are near. */
static int
add_near_alias(struct query *query, struct query_error *error)
{
	char near[300];

	query_near(query->db, "SELECT name FROM aliases ORDER BY name", error->alias,
	    QUERY_NEAR_LIST, near, sizeof(near));
	return query_error_add(error, "%s", near);
}

static int
read_filter(struct query *query, const char *text, struct query_error *error)
{
	struct query_parser parser = {&query->arena, error, 0};
	const struct query_source *source = new_source(&query->arena, text);

	if (source == NULL)
		return query_error_plain(error, "no memory");
	query->filter = query_parse(&parser, source);
	if (query->filter == NULL)
		return -1;
	if (sqlite3_prepare_v2(query->db, "SELECT expression FROM aliases WHERE name = ?",
		-1, &query->aliases, NULL) != SQLITE_OK)
		return -1;
	if (query_expand(&parser, query->filter, NULL, lookup_alias, query) != 0)
		return error->alias[0] != '\0' ? add_near_alias(query, error) : -1;
	if (query_node_measure(query->filter, error) != 0 ||
	    query_check(&query->catalog, query->filter) != 0)
		return -1;
	if (query->filter->type == QUERY_LIST)
		return query_error_set(
		    error, &query->filter->place, "a list is no condition by itself");
	if (query_label_resolve(query->filter, &query->arena) != 0)
		return query_error_plain(error, "no memory");
	return query_plan(&query->catalog, query->filter);
}

/* ---- The columns ------------------------------------------------------------ */

static int
add_column(
    struct query *query, struct query_condition *condition, struct query_error *error)
{
	if (condition == NULL)
		return -1;
	for (int i = 0; i < query->n_columns; i++)
		if (query->columns[i] == condition)
			return 0;
	if (query->n_columns == COLUMNS_MAX)
		return query_error_plain(error, "more than %d columns", COLUMNS_MAX);
	query_plan_column(&query->catalog, condition);
	query->columns[query->n_columns++] = condition;
	return 0;
}

/* One name of -v, from p on: plain, with anything but commas in it, or in back-quotes. */
static int
read_column(struct query *query, const struct query_source *source, size_t *at,
    struct query_error *error)
{
	const char *text = source->text;
	struct query_place place = {source, *at + strspn(text + *at, " \t\n"), 1};
	size_t n = 0, i = place.at;
	char *name = arena_get(&query->arena, source->length + 1);

	if (name == NULL)
		return query_error_plain(error, "no memory");
	if (text[i] == '`') {
		for (i++; text[i] != '`' || text[i + 1] == '`'; i++) {
			if (text[i] == '\0')
				return query_error_set(
				    error, &place, "-v: the back-quote is not closed");
			i += text[i] == '`';
			name[n++] = text[i];
		}
		i++;
		i += strspn(text + i, " \t\n");
		if (text[i] != ',' && text[i] != '\0') {
			place.at = i;
			return query_error_set(error, &place, "-v: a comma is expected");
		}
	} else {
		while (text[i] != ',' && text[i] != '\0')
			name[n++] = text[i++];
		while (n > 0 && strchr(" \t\n", name[n - 1]) != NULL)
			n--;
	}
	place.n = i > place.at ? i - place.at : 1;
	*at = i;
	if (n == 0)
		return query_error_set(error, &place, "-v: a name is expected");
	return add_column(
	    query, query_catalog_find(&query->catalog, name, &place), error);
}

static int
read_columns(struct query *query, const char *text, struct query_error *error)
{
	const struct query_source *source;
	size_t at = 0;

	if (add_column(query, query_catalog_find(&query->catalog, "experiment", NULL),
		error) != 0 ||
	    add_column(query, query_catalog_find(&query->catalog, "run", NULL), error) !=
		0)
		return -1;
	if (text == NULL) {
		/* The names of the query, which come first in the catalog. */
		for (struct query_condition *c = query->catalog.first; c; c = c->next)
			if (c->filtered && add_column(query, c, error) != 0)
				return -1;
		if (query->n_columns > 2)
			return 0;
		return add_column(query,
		    query_catalog_find(&query->catalog, "start_time", NULL), error);
	}
	source = new_source(&query->arena, text);
	if (source == NULL)
		return query_error_plain(error, "no memory");
	if (is_blank(text))
		return 0;
	for (;; at++) {
		if (read_column(query, source, &at, error) != 0)
			return -1;
		if (text[at] == '\0')
			return 0;
	}
}

/* A column of a run table: of a name that no run has, it is empty. */
static int
add_labelled(
    struct query *query, const char *label, const char *source, struct query_error *error)
{
	bool given;
	char *name = run_table_name(&query->arena, source, &given);
	char *shown = arena_text(&query->arena, label, strlen(label));
	struct query_condition *condition;

	if (name == NULL || shown == NULL)
		return query_error_plain(error, "no memory");
	if (strcmp(name, "run") == 0) /* it stands there already */
		return 0;
	if (query->n_columns == COLUMNS_MAX)
		return query_error_plain(error, "more than %d columns", COLUMNS_MAX);
	if (given || query_catalog_has(&query->catalog, name)) {
		condition = query_catalog_find(&query->catalog, name, NULL);
	} else {
		condition = arena_get(&query->arena, sizeof(*condition));
		if (condition != NULL)
			*condition = (struct query_condition){.name = shown,
			    .type = QUERY_STRING,
			    .sql = "NULL",
			    .number = -1};
	}
	if (condition == NULL)
		return error->message[0] != '\0' ? -1
						 : query_error_plain(error, "no memory");
	query_plan_column(&query->catalog, condition);
	query->labels[query->n_columns] = shown;
	query->columns[query->n_columns++] = condition;
	return 0;
}

/* The columns of a run table, of all experiments in the scope that have it. */
static int
read_run_table(struct query *query, const char *table, struct query_error *error)
{
	static const char sql[] =
	    "SELECT c.value ->> 'label', c.value ->> 'source' "
	    "FROM run_tables t, json_each(t.coldefs) c WHERE t.name = ?1 "
	    "AND t.experiment_id IN (SELECT value FROM json_each(?2)) "
	    "AND c.value ->> 'label' IS NOT NULL AND c.value ->> 'source' IS NOT NULL "
	    "GROUP BY 1, 2 ORDER BY min(c.value ->> 'position'), 1";
	sqlite3_stmt *row = NULL;
	int result = read_columns(query, "", error), code, n = 0;

	if (result != 0 ||
	    sqlite3_prepare_v2(query->db, sql, -1, &row, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_text(row, 1, table, -1, SQLITE_STATIC);
	sqlite3_bind_text(row, 2,
	    query->scope.experiments != NULL ? query->scope.experiments : "[]", -1,
	    SQLITE_STATIC);
	while (result == 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
		result = add_labelled(query, (const char *)sqlite3_column_text(row, 0),
		    (const char *)sqlite3_column_text(row, 1), error);
		n++;
	}
	sqlite3_finalize(row);
	if (result == 0 && code != SQLITE_DONE)
		return -1;
	if (result == 0 && n == 0) {
		char near[300];

		query_near(query->db,
		    "SELECT DISTINCT name FROM run_tables ORDER BY name", table,
		    "the table run_tables", near, sizeof(near));
		return query_error_plain(
		    error, "--table: there is no run table %.80s%s", table, near);
	}
	return result;
}

/* ---- The statement ---------------------------------------------------------- */

/* The condition whose runs are gone through: of those that a run must have, the one with
   the fewest columns.  NULL: the runs themselves are. */
static struct query_condition *
choose_first(struct query *query)
{
	struct query_condition *best = NULL;

	for (struct query_condition *c = query->catalog.first; c; c = c->next)
		if (c->required && (best == NULL || c->columns < best->columns))
			best = c;
	return best;
}

#define JOIN_RUNS                                                                        \
	"\nCROSS JOIN runs r ON r.experiment_id = c.experiment_id "                      \
	"AND r.run_number = c.run_number"
#define JOIN_EXPERIMENTS "\nCROSS JOIN experiments e ON e.id = c.experiment_id"

/* CROSS JOIN keeps SQLite to this order. */
static void
write_from(struct query *query, const struct query_condition *first)
{
	FILE *out = query->sql.out;
	bool any = false;

	for (const struct query_condition *c = query->catalog.first; c; c = c->next)
		any |= c->number >= 0;
	if (first != NULL) {
		fputs("\nFROM elog_values c" JOIN_RUNS JOIN_EXPERIMENTS, out);
		return;
	}
	fputs("\nFROM experiments e CROSS JOIN runs r ON r.experiment_id = e.id", out);
	if (any)
		fputs("\nCROSS JOIN elog_values c ON c.experiment_id = r.experiment_id "
		      "AND c.run_number = r.run_number",
		    out);
}

/* A table that need not be read where nothing is asked of it but what elog_values has. */
struct joined {
	const char *join, *prefix;
	const char *columns[3], *ours[3];
};

static const struct joined joined[] = {
    {JOIN_RUNS, "r.", {"run_number", "experiment_id"}, {"run_number", "experiment_id"}},
    {JOIN_EXPERIMENTS, "e.", {"name"}, {"experiment"}},
};

/* Which column a text behind a prefix names: its number, or -1. */
static int
column_at(const struct joined *j, const char *p)
{
	for (int i = 0; j->columns[i] != NULL; i++) {
		size_t n = strlen(j->columns[i]);

		if (strncmp(p, j->columns[i], n) == 0 && strchr(" ),\n", p[n]) != NULL)
			return i;
	}
	return -1;
}

/* Does a prefix stand there, and no longer name that ends with it? */
static bool
is_prefix(const char *text, const char *p)
{
	return p == text || strchr(" (,\n", p[-1]) != NULL;
}

/*
 * Leave a table out, where that can be: its columns are those of elog_values then.  The
 * text, which holds no values, is written anew.  0, or -1 without memory.
 */
static int
leave_out(struct query_sql *sql, const struct joined *j)
{
	char *join = strstr(sql->text, j->join), *text = NULL;
	const char *from = sql->text;
	size_t length;
	FILE *out;

	if (join == NULL)
		return 0;
	for (const char *p = from; (p = strstr(p, j->prefix)) != NULL; p += 2)
		if ((p < join || p >= join + strlen(j->join)) && is_prefix(from, p) &&
		    column_at(j, p + 2) < 0)
			return 0;
	out = open_memstream(&text, &length);
	if (out == NULL)
		return -1;
	while (*from != '\0') {
		int column =
		    strncmp(from, j->prefix, 2) == 0 && is_prefix(sql->text, from)
			? column_at(j, from + 2)
			: -1;

		if (from == join) {
			from += strlen(j->join);
		} else if (column >= 0) {
			fprintf(out, "c.%s", j->ours[column]);
			from += 2 + strlen(j->columns[column]);
		} else {
			putc(*from++, out);
		}
	}
	if (fclose(out) != 0) {
		free(text);
		return -1;
	}
	free(sql->text);
	sql->text = text;
	sql->length = length;
	return 0;
}

/* Run numbers that are texts stand among the others by their numbers. */
static void
write_order(FILE *out, bool first, bool descending)
{
	const char *way = descending ? " DESC" : "";

	if (first)
		fprintf(
		    out, "c.experiment%s, c.run_order%s, c.run_number%s", way, way, way);
	else
		fprintf(out,
		    "e.name%s, CAST(r.run_number AS INTEGER)%s, "
		    "r.run_number%s",
		    way, way, way);
}

static int
write_select(struct query *query, const struct query_condition *first,
    const struct query_wanted *wanted)
{
	struct query_sql *sql = &query->sql;
	int by = wanted->sort != NULL ? query->n_columns - 1 : -1;

	while (by >= 0 && strcmp(query_column_name(query, by), wanted->sort) != 0)
		by--;

	fputs("SELECT ", sql->out);
	for (int i = 0; i < query->n_columns; i++) {
		if (i > 0)
			fputs(", ", sql->out);
		query_sql_condition(sql, query->columns[i]);
	}
	/* Values of several kinds say how they are to be printed (rows.h). */
	for (int i = 0; i < query->n_columns; i++)
		if (query->columns[i]->type == QUERY_MIXED) {
			fputs(", elog_cell(", sql->out);
			query_sql_condition(sql, query->columns[i]);
			fprintf(sql->out, ") AS " ROWS_KIND_OF, i);
		}
	write_from(query, first);
	fputs("\nWHERE true", sql->out);
	if (query->filter != NULL) {
		fputs("\n  AND ", sql->out);
		query_sql_filter(sql, query->filter);
	}
	query_scope_write(&query->scope, first != NULL ? "c" : "r", sql);
	fputs("\nORDER BY ", sql->out);
	if (by >= 0)
		fprintf(sql->out, "%d%s NULLS LAST, ", by + 1,
		    wanted->descending ? " DESC" : "");
	write_order(sql->out, first != NULL, wanted->descending && by < 0);
	if (wanted->limit >= 0) {
		fputs("\nLIMIT ", sql->out);
		query_sql_integer(sql, wanted->limit, NULL);
	}
	if (query_sql_end(sql) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++)
		if (leave_out(sql, &joined[i]) != 0)
			return -1;
	return 0;
}

static size_t
stored_conditions(const struct query *query)
{
	size_t n = 0;

	for (const struct query_condition *c = query->catalog.first; c; c = c->next)
		n += c->number >= 0;
	return n;
}

static int
prepare(struct query *query, const struct query_wanted *wanted, struct query_error *error)
{
	const struct query_condition *first;

	query->began = sqlite3_get_autocommit(query->db) != 0;
	if (query_sqlite_register(query->db) != SQLITE_OK ||
	    (query->began &&
		sqlite3_exec(query->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK))
		return -1;
	if (!is_blank(wanted->text) && read_filter(query, wanted->text, error) != 0)
		return -1;
	if (query_scope_read(&query->scope, query->db, &query->arena, wanted->runs,
		wanted->experiments, wanted->gone, wanted->table, wanted->period,
		error) != 0 ||
	    (wanted->table != NULL ? read_run_table(query, wanted->table, error)
				   : read_columns(query, wanted->columns, error)) != 0)
		return -1;
	for (const struct query_condition *c = query->catalog.first; c; c = c->next)
		if (c->number >= QUERY_VALUES_MAX)
			return query_error_plain(
			    error, "more than %d conditions", QUERY_VALUES_MAX);
	first = choose_first(query);
	if (query_sql_begin(&query->sql, &query->arena) != 0)
		return query_error_plain(error, "no memory");
	if (write_select(query, first, wanted) != 0)
		return query_error_plain(error, "the query is too long");
	if (first != NULL && strstr(query->sql.text, "CROSS JOIN") == NULL &&
	    value_reader_keep_few(query->db, stored_conditions(query)) != SQLITE_OK)
		return -1;
	query->values = query_values_open(query->db, &query->catalog,
	    first != NULL ? first->number : -1, wanted->ahead);
	if (query->values == NULL)
		return -1;
	if (sqlite3_prepare_v2(query->db, query->sql.text, -1, &query->statement, NULL) !=
		SQLITE_OK ||
	    query_sql_bind(&query->sql, query->statement) != SQLITE_OK)
		return -1;
	return 0;
}

struct query *
query_prepare(sqlite3 *db, const char *path, const struct query_wanted *wanted,
    struct query_error *error)
{
	struct query *query = calloc(1, sizeof(*query));

	*error = (struct query_error){0};
	if (query == NULL) {
		query_error_plain(error, "no memory");
		return NULL;
	}
	query->db = db;
	query_catalog_begin(&query->catalog, db, &query->arena, error);
	if (prepare(query, wanted, error) == 0)
		return query;
	if (error->message[0] == '\0')
		db_complain(db, path);
	query_free(query);
	return NULL;
}

sqlite3_stmt *
query_statement(const struct query *query)
{
	return query->statement;
}

int
query_columns(const struct query *query)
{
	return query->n_columns;
}

const char *
query_column_name(const struct query *query, int column)
{
	return query->labels[column] != NULL ? query->labels[column]
					     : query->columns[column]->name;
}

enum query_type
query_column_type(const struct query *query, int column)
{
	return query->columns[column]->type;
}

sqlite3_int64
query_column_stored(const struct query *query, int column)
{
	const struct query_condition *condition = query->columns[column];

	return condition->sql == NULL && condition->declared == CONDITION_NONE
		   ? condition->id
		   : 0;
}

/* What a printer is to know of a column's values. */
static enum cell_kind
kind_of(enum query_type type)
{
	switch (type) {
	case QUERY_BOOL:
		return CELL_BOOL;
	case QUERY_INT:
	case QUERY_RUN:
		return CELL_INT;
	case QUERY_FLOAT:
		return CELL_FLOAT;
	case QUERY_JSON:
		return CELL_JSON;
	default:
		return CELL_TEXT;
	}
}

struct printer_column *
query_printer_columns(const struct query *query)
{
	struct printer_column *columns =
	    calloc((size_t)query->n_columns + 1, sizeof(*columns));

	for (int i = 0; columns != NULL && i < query->n_columns; i++) {
		columns[i].name = query_column_name(query, i);
		columns[i].kind = kind_of(query_column_type(query, i));
	}
	return columns;
}

const struct query_node *
query_filter(const struct query *query)
{
	return query->filter;
}

const struct query_scope *
query_scope(const struct query *query)
{
	return &query->scope;
}

static void
explain_value(const struct query_value *value, int number, FILE *out)
{
	struct query_node node = {.kind = KIND_CONSTANT,
	    .type = value->type,
	    .integer = value->integer,
	    .real = value->real,
	    .text = value->text,
	    .length = value->length};

	fprintf(out, "?%d = ", number);
	if (value->type != QUERY_RUN)
		query_node_print(&node, out);
	if (value->about != NULL)
		fprintf(out, value->type == QUERY_RUN ? "%s" : "  (%s)", value->about);
	putc('\n', out);
}

/* What is to be read of the stored conditions. */
static int
explain_columns(const struct query *query, FILE *out)
{
	sqlite3_stmt *count = NULL;
	int code = sqlite3_prepare_v2(query->db,
	    "SELECT count(*), ifnull(sum(n), 0), ifnull(sum(length(data)), 0), "
	    "(SELECT count(*) FROM local_conditions WHERE type_id = ?1) "
	    "FROM condition_columns WHERE type_id = ?1",
	    -1, &count, NULL);

	for (const struct query_condition *c = query->catalog.first;
	     c != NULL && code == SQLITE_OK; c = c->next) {
		if (c->number < 0)
			continue;
		sqlite3_bind_int64(count, 1, c->id);
		if (sqlite3_step(count) == SQLITE_ROW)
			fprintf(out,
			    "c.v%d: %s: %lld columns, %lld values in %lld bytes; %lld "
			    "set here\n",
			    c->number, c->name, sqlite3_column_int64(count, 0),
			    sqlite3_column_int64(count, 1),
			    sqlite3_column_int64(count, 2),
			    sqlite3_column_int64(count, 3));
		code = sqlite3_reset(count);
	}
	sqlite3_finalize(count);
	return code == SQLITE_OK ? 0 : -1;
}

int
query_explain(const struct query *query, FILE *out)
{
	sqlite3_stmt *plan = NULL;
	char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", query->sql.text);
	int code = sql != NULL ? sqlite3_prepare_v2(query->db, sql, -1, &plan, NULL)
			       : SQLITE_NOMEM;
	int i = 0;

	sqlite3_free(sql);
	fprintf(out, "%s\n\n", query->sql.text);
	for (const struct query_value *v = query->sql.values; v != NULL; v = v->next)
		explain_value(v, ++i, out);
	putc('\n', out);
	if (code == SQLITE_OK)
		while ((code = sqlite3_step(plan)) == SQLITE_ROW)
			fprintf(out, "%s\n", (const char *)sqlite3_column_text(plan, 3));
	sqlite3_finalize(plan);
	putc('\n', out);
	return code == SQLITE_DONE ? explain_columns(query, out) : -1;
}

void
query_free(struct query *query)
{
	if (query == NULL)
		return;
	sqlite3_finalize(query->statement);
	sqlite3_finalize(query->aliases);
	query_values_close(query->values);
	if (query->began && !sqlite3_get_autocommit(query->db))
		sqlite3_exec(query->db, "COMMIT", NULL, NULL, NULL);
	query_sql_free(&query->sql);
	query_scope_free(&query->scope);
	arena_free(&query->arena);
	free(query);
}
