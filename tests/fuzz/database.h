/*
 * What the targets that load need: a database in memory that each input finds as the
 * first one did, and what must be true of it whatever was loaded.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/open.h"
#include "load/load.h"

static inline void
require(int condition)
{
	if (!condition)
		abort();
}

/* Load lines of n bytes, the last of which need no newline.  *totals may be NULL. */
static inline void
database_load(sqlite3 *db, const char *lines, size_t n, struct load_totals *totals)
{
	static FILE *nowhere;
	char *text = malloc(n + 1), *line = text;
	struct load *load;
	long number = 0;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	require(nowhere != NULL && text != NULL);
	memcpy(text, lines, n);
	text[n] = '\n';
	load = load_open(db, "memory", nowhere);
	require(load != NULL);
	for (char *p = text; p <= text + n; p++)
		if (*p == '\n') {
			require(load_line(load, line, (size_t)(p - line), ++number) == 0);
			line = p + 1;
		}
	require(load_end(load) == 0);
	if (totals != NULL)
		*totals = *load_totals(load);
	load_close(load);
	free(text);
}

static inline void
database_copy(sqlite3 *to, sqlite3 *from)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");

	require(backup != NULL && sqlite3_backup_step(backup, -1) == SQLITE_DONE);
	require(sqlite3_backup_finish(backup) == SQLITE_OK);
}

/* The database, with these lines loaded and nothing else: the same ones each time. */
static inline sqlite3 *
database_fresh(const char *lines)
{
	static sqlite3 *db, *first;

	if (db == NULL) {
		db = db_open_writer(":memory:", NULL);
		require(db != NULL && sqlite3_open(":memory:", &first) == SQLITE_OK);
		database_load(db, lines, strlen(lines), NULL);
		database_copy(first, db);
	} else {
		database_copy(db, first);
	}
	return db;
}

/* No row may be there. */
static inline void
database_none(sqlite3 *db, const char *query)
{
	sqlite3_stmt *statement;
	int code;

	require(sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK);
	code = sqlite3_step(statement);
	if (code != SQLITE_DONE) {
		printf("%s\n", query);
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const char *text =
			    (const char *)sqlite3_column_text(statement, i);

			printf("%s\n", text != NULL ? text : "NULL");
		}
		fflush(stdout);
		abort();
	}
	sqlite3_finalize(statement);
}

/* What must be true. */
static inline void
database_check(sqlite3 *db)
{
	static const char *const none[] = {
	    "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
	    "SELECT * FROM pragma_foreign_key_check",
	    /* Nothing but experiments of which something came whole once. */
	    "SELECT name FROM experiments WHERE name NOT IN "
	    "(SELECT experiment FROM fetches WHERE completed_at IS NOT NULL "
	    "UNION SELECT experiment FROM fetched_streams)",
	    /* Each value is of a kind that its type has. */
	    "SELECT t.name, t.value_type, typeof(c.value), quote(c.value), c.set_by "
	    "FROM conditions c JOIN condition_types t ON t.id = c.type_id "
	    "WHERE NOT CASE t.value_type "
	    "WHEN 'bool' THEN typeof(c.value) = 'integer' AND c.value IN (0, 1) "
	    "WHEN 'int' THEN typeof(c.value) = 'integer' "
	    "WHEN 'float' THEN typeof(c.value) = 'real' OR "
	    "(typeof(c.value) = 'integer' AND NOT t.declared) "
	    "WHEN 'string' THEN typeof(c.value) = 'text' "
	    "WHEN 'json' THEN typeof(c.value) = 'text' AND json_valid(c.value) "
	    "WHEN 'time' THEN typeof(c.value) = 'text' AND julianday(c.value) NOTNULL "
	    "WHEN 'mixed' THEN t.declared = 0 ELSE typeof(c.value) = 'blob' END",
	    /* Columns are what they say of themselves, and no more than a block. */
	    "SELECT * FROM condition_columns c WHERE n = 0 OR NOT json_valid(data) "
	    "OR n <> (SELECT count(*) FROM json_each(c.data)) OR n > 256 "
	    "OR EXISTS (SELECT 1 FROM json_each(c.data) v WHERE v.type = 'null' "
	    "OR v.value < c.minimum OR (v.type IN ('integer', 'real') "
	    "AND v.value > c.maximum) OR c.block <> column_block("
	    "iif(typeof(c.block) = 'integer', CAST(v.key AS INTEGER), v.key)))",
	    /* A name has the kinds that its values are of. */
	    "SELECT name, kinds FROM condition_types t WHERE kinds <> (SELECT "
	    "all_kinds(kinds) FROM (SELECT kinds FROM condition_columns "
	    "WHERE type_id = t.id UNION ALL SELECT kind_of(value_type) "
	    "FROM local_conditions WHERE type_id = t.id)) OR (NOT declared AND "
	    "kinds <> 0 AND value_type <> type_of_kinds(kinds))",
	    /* Nothing that the logbook said of a run that it has no more. */
	    "SELECT r.run_number, t.name, quote(c.value) FROM conditions c "
	    "JOIN runs r ON r.id = c.run_id JOIN condition_types t ON t.id = c.type_id "
	    "WHERE c.set_by IS NULL AND r.doc IS NULL",
	    "SELECT type_id FROM conditions WHERE run_id NOT IN (SELECT id FROM runs)",
	    ("SELECT run_id FROM conditions "
	     "WHERE type_id NOT IN (SELECT id FROM condition_types)"),
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		database_none(db, none[i]);
}

#endif
