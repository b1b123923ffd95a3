#include "load/rcdb.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "load/changes.h"
#include "load/direct.h"
#include "text/json.h"

struct import {
	sqlite3 *db;
	const char *name, *file, *experiment;
	struct direct *direct;
	long records, refused;
};

/* A file's URI for reading only (RFC 3986, section 2): malloc'd, NULL after a message. */
static char *
uri_of(const char *file)
{
	char *path = access(file, R_OK) == 0 ? db_path(file) : NULL, *uri = NULL, *u;

	if (path == NULL) {
		msg("%s: %s", file, strerror(errno));
		return NULL;
	}
	uri = malloc(strlen(path) * 3 + sizeof("file:?mode=ro"));
	if (uri != NULL) {
		u = stpcpy(uri, "file:");
		for (const char *p = path; *p != '\0'; p++)
			if (isalnum((unsigned char)*p) || strchr("/-._~", *p) != NULL)
				*u++ = *p;
			else
				u += snprintf(u, 4, "%%%02X", (unsigned char)*p);
		stpcpy(u, "?mode=ro");
	} else {
		msg("no memory");
	}
	free(path);
	return uri;
}

/* Attach it as rcdb, and see that it is one. */
static int
attach(struct import *import)
{
	char *uri = uri_of(import->file);
	sqlite3_stmt *statement;
	int result = -1;

	if (uri == NULL)
		return -1;
	statement = db_prepare(import->db, import->name, "ATTACH :uri AS rcdb");
	if (statement != NULL) {
		statement_text(statement, ":uri", uri);
		result = statement_run(statement, import->file);
		sqlite3_finalize(statement);
	}
	free(uri);
	if (result != 0)
		return -1;
	/* Tables alone, without generated columns: a stranger's file runs no functions of
	   ours.  (PRAGMA trusted_schema = OFF would refuse our own generated columns.) */
	switch (db_number(import->db,
	    "SELECT count(*) FROM rcdb.sqlite_schema m WHERE type = 'table' AND name IN "
	    "('runs', 'conditions', 'condition_types', 'files', 'files_have_runs', "
	    "'run_periods', 'aliases', 'schema_versions') AND NOT EXISTS (SELECT 1 FROM "
	    "pragma_table_xinfo(m.name, 'rcdb') WHERE hidden <> 0)",
	    -1)) {
	case 8:
		return 0;
	case -1:
		db_complain(import->db, import->file);
		return -1;
	default:
		msg("%s: not an RCDB database of schema version 2", import->file);
		return -1;
	}
}

/* One record, of the stream that the row names. */
static int
take(struct import *import, sqlite3_stmt *row)
{
	const char *stream = (const char *)sqlite3_column_text(row, 0);
	const char *text = (const char *)sqlite3_column_text(row, 1);
	struct json_span record = {text, (size_t)sqlite3_column_bytes(row, 1)};
	const struct streams_row *d = streams;
	char why[DIRECT_WHY] = "not UTF-8";
	struct json s;

	while (d->name != NULL && stream != NULL && strcmp(d->name, stream) != 0)
		d++;
	if (stream == NULL || text == NULL || d->name == NULL) {
		msg("%s: no memory", import->file);
		return -1;
	}
	import->records++;
	json_begin(&s, record.p, record.n);
	if (json_value(&s, NULL))
		switch (direct_take(import->direct, d, record, why)) {
		case DIRECT_TAKEN:
			return 0;
		case DIRECT_FAILED:
			return -1;
		case DIRECT_REFUSED:
			break;
		}
	msg("%s: %s: left out: %s", import->file, stream, why);
	import->refused++;
	return 0;
}

/* Run a statement, and take the records that it gives. */
static int
run(struct import *import, sqlite3_stmt *statement)
{
	int code, result = 0;

	statement_text(statement, ":experiment", import->experiment);
	while (result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW)
		result = take(import, statement);
	if (result == 0 && code != SQLITE_DONE) {
		db_complain(import->db, import->name);
		result = -1;
	}
	sqlite3_reset(statement);
	return result;
}

/* Say it if there is a reason against it all: the first statement. */
static int
ask_reason(struct import *import, sqlite3_stmt *statement)
{
	int result = -1, code;

	statement_text(statement, ":experiment", import->experiment);
	code = sqlite3_step(statement);
	if (code != SQLITE_ROW)
		db_complain(import->db, import->file);
	else if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
		msg("%s: %s", import->file,
		    (const char *)sqlite3_column_text(statement, 0));
	else
		result = 0;
	sqlite3_reset(statement);
	return result;
}

/* All statements, in the caller's transaction. */
static int
import_all(struct import *import)
{
	struct steps steps = {.n = 0};
	int result = -1;

	import->direct = direct_open(import->db, import->name);
	if (import->direct != NULL &&
	    steps_prepare(&steps, import->db, import->file,
		statement_file("rcdb", "import", ""), 0, STEPS_MAX) > 0)
		result = ask_reason(import, steps.statements[0]);
	for (int i = 1; i < steps.n && result == 0; i++)
		result = run(import, steps.statements[i]);
	steps_finalize(&steps);
	direct_close(import->direct);
	return result;
}

int
rcdb_import(
    sqlite3 *db, const char *name, const char *file, const char *experiment, bool talk)
{
	struct import import = {
	    .db = db, .name = name, .file = file, .experiment = experiment};
	struct changes *changes;
	int before = sqlite3_total_changes(db);
	bool done;

	if (experiment[0] == '\0') {
		msg("--experiment: the name is empty");
		return EXIT_PARTIAL;
	}
	if (attach(&import) != 0 || db_exec(db, name, "BEGIN IMMEDIATE") != 0)
		return EXIT_PARTIAL;
	changes = changes_open(db, name);
	done = changes != NULL && import_all(&import) == 0 &&
	       changes_write(changes) == 0 && db_exec(db, name, "COMMIT") == 0;
	changes_close(changes);
	if (!done) {
		sqlite3_exec(db, "ROLLBACK; DETACH rcdb", NULL, NULL, NULL);
		return EXIT_PARTIAL;
	}
	if (talk)
		msg("%s: %s: %ld records of RCDB, %ld left out; %d rows changed", name,
		    experiment, import.records, import.refused,
		    sqlite3_total_changes(db) - before);
	if (db_exec(db, name, "DETACH rcdb") != 0 || import.refused > 0)
		return EXIT_PARTIAL;
	return EXIT_DONE;
}
