/*
 * What SQLite itself takes: the rows of a loaded database, read into memory first, are
 * inserted into an empty database of the same schema by prepared statements, with the
 * pragmas of elog-load, and N experiments a transaction.  Nothing is parsed, compared or
 * staged: no loader of these rows that writes as safely can be faster by much.
 *
 *	insert_limit LOADED EMPTY N		prints the seconds that the insertion took
 *	insert_limit LOADED EMPTY N TABLE	one table, in key order, N rows a
 *transaction
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TABLES_MAX 40
#define LIST_MAX 4000

struct table {
	char *name;
	int columns;
	sqlite3_stmt *insert;
	const char *order; /* the rows of an experiment, and their order */
};

/* A row in memory; its values follow. */
struct row {
	struct row *next;
	int table;
	sqlite3_value *values[];
};

static struct table tables[TABLES_MAX];
static int table_count;
static struct row *first, **end = &first;
static sqlite3 *from, *to;

static void
check(sqlite3 *db, int good)
{
	if (good)
		return;
	fprintf(stderr, "insert_limit: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
run(sqlite3 *db, const char *sql)
{
	check(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
	return statement;
}

/* List a table's columns, "a", "b", and as many marks, ?, ?; not the generated ones. */
static int
list_columns(const char *table, char columns[LIST_MAX], char marks[LIST_MAX])
{
	char sql[200];
	sqlite3_stmt *query;
	int n = 0;

	snprintf(sql, sizeof(sql), "SELECT name FROM pragma_table_info('%s')", table);
	query = prepare(from, sql);
	for (columns[0] = marks[0] = '\0'; sqlite3_step(query) == SQLITE_ROW; n++) {
		size_t used = strlen(columns), marked = strlen(marks);

		snprintf(columns + used, LIST_MAX - used, "%s\"%s\"", n > 0 ? ", " : "",
		    (const char *)sqlite3_column_text(query, 0));
		snprintf(marks + marked, LIST_MAX - marked, "%s?", n > 0 ? ", " : "");
	}
	sqlite3_finalize(query);
	return n;
}

/* Read the rows of a table that a condition chooses. */
static void
read_rows(int t, const char *where, sqlite3_int64 id)
{
	char columns[LIST_MAX], marks[LIST_MAX], sql[2 * LIST_MAX + 200];
	sqlite3_stmt *query;

	list_columns(tables[t].name, columns, marks);
	snprintf(
	    sql, sizeof(sql), "SELECT %s FROM %s %s", columns, tables[t].name, where);
	query = prepare(from, sql);
	if (sqlite3_bind_parameter_count(query) > 0)
		sqlite3_bind_int64(query, 1, id);
	while (sqlite3_step(query) == SQLITE_ROW) {
		int n = tables[t].columns;
		struct row *row =
		    malloc(sizeof(*row) + (size_t)n * sizeof(row->values[0]));

		check(from, row != NULL);
		row->next = NULL;
		row->table = t;
		for (int i = 0; i < n; i++)
			row->values[i] =
			    sqlite3_value_dup(sqlite3_column_value(query, i));
		*end = row;
		end = &row->next;
	}
	sqlite3_finalize(query);
}

/* The tables with an experiment_id, behind "experiments" itself and "fetches". */
static void
read_tables(void)
{
	sqlite3_stmt *query = prepare(from,
	    "SELECT s.name FROM sqlite_schema s WHERE s.type = 'table' AND (s.name IN "
	    "('experiments', 'fetches', 'conditions') OR EXISTS (SELECT 1 FROM "
	    "pragma_table_info(s.name) c WHERE c.name = 'experiment_id')) "
	    "ORDER BY s.name <> 'experiments', s.name <> 'fetches', s.rowid");
	char columns[LIST_MAX], marks[LIST_MAX], sql[2 * LIST_MAX + 200];

	while (sqlite3_step(query) == SQLITE_ROW && table_count < TABLES_MAX) {
		struct table *table = &tables[table_count++];

		table->name = strdup((const char *)sqlite3_column_text(query, 0));
		check(from, table->name != NULL);
		table->columns = list_columns(table->name, columns, marks);
		snprintf(sql, sizeof(sql), "INSERT INTO %s (%s) VALUES (%s)", table->name,
		    columns, marks);
		table->insert = prepare(to, sql);
		table->order = strcmp(table->name, "conditions") == 0
				   ? "WHERE run_id IN (SELECT id FROM runs WHERE "
				     "experiment_id = ?) ORDER BY type_id, run_id"
				   : "WHERE experiment_id = ? ORDER BY rowid";
	}
	sqlite3_finalize(query);
}

/* One table, all of it. */
static void
read_table(const char *name)
{
	char columns[LIST_MAX], marks[LIST_MAX], sql[2 * LIST_MAX + 200];
	struct table *table = &tables[table_count++];

	table->name = strdup(name);
	check(from, table->name != NULL);
	table->columns = list_columns(name, columns, marks);
	snprintf(
	    sql, sizeof(sql), "INSERT INTO %s (%s) VALUES (%s)", name, columns, marks);
	table->insert = prepare(to, sql);
	read_rows(0, "ORDER BY 1, 2", 0);
}

/* All tables, experiment by experiment. */
static void
read_experiments(void)
{
	sqlite3_stmt *experiments;

	read_tables();
	experiments = prepare(from, "SELECT id FROM experiments ORDER BY id");
	while (sqlite3_step(experiments) == SQLITE_ROW) {
		sqlite3_int64 id = sqlite3_column_int64(experiments, 0);

		read_rows(0, "WHERE id = ?", id);
		read_rows(1,
		    "WHERE experiment = (SELECT name FROM experiments WHERE id = ?)", id);
		for (int t = 2; t < table_count; t++)
			read_rows(t, tables[t].order, id);
	}
	sqlite3_finalize(experiments);
}

static void
insert(const struct row *row)
{
	sqlite3_stmt *statement = tables[row->table].insert;

	for (int i = 0; i < tables[row->table].columns; i++) {
		sqlite3_value *value = row->values[i];

		if (sqlite3_value_type(value) == SQLITE_TEXT)
			sqlite3_bind_text64(statement, i + 1,
			    (const char *)sqlite3_value_text(value),
			    (sqlite3_uint64)sqlite3_value_bytes(value), SQLITE_STATIC,
			    SQLITE_UTF8);
		else
			sqlite3_bind_value(statement, i + 1, value);
	}
	check(to, sqlite3_step(statement) == SQLITE_DONE);
	sqlite3_reset(statement);
}

static void
insert_all(long together)
{
	long experiments = 0;

	run(to, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
		"PRAGMA cache_size = -16000; BEGIN");
	for (const struct row *row = first; row != NULL; row = row->next) {
		if (row->table == 0 && experiments++ % together == 0 && row != first)
			run(to, "COMMIT; BEGIN");
		insert(row);
	}
	run(to, "COMMIT");
	for (int t = 0; t < table_count; t++)
		sqlite3_finalize(tables[t].insert);
	run(to, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
	sqlite3_close(to);
}

int
main(int argc, char **argv)
{
	struct timespec begin, done;

	if (argc < 4 || atol(argv[3]) < 1)
		return 2;
	check(from,
	    sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
	check(to, sqlite3_open(argv[2], &to) == SQLITE_OK);
	if (argc > 4)
		read_table(argv[4]);
	else
		read_experiments();
	clock_gettime(CLOCK_MONOTONIC, &begin);
	insert_all(atol(argv[3]));
	clock_gettime(CLOCK_MONOTONIC, &done);
	printf("%.6f\n", (double)(done.tv_sec - begin.tv_sec) +
			     (double)(done.tv_nsec - begin.tv_nsec) / 1e9);
	return 0;
}
