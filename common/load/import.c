#include "load/import.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "load/changes.h"
#include "load/run_columns.h"

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

int
import_attach(struct import *import)
{
	char *uri = uri_of(import->file), *sql = NULL;
	sqlite3_stmt *statement = NULL;
	int result = -1;

	import->changed = -1;
	if (uri != NULL &&
	    (sql = sqlite3_mprintf("ATTACH :uri AS \"%w\"", import->schema)) != NULL)
		statement = db_prepare(import->db, import->name, sql);
	if (statement != NULL) {
		statement_text(statement, ":uri", uri);
		result = statement_run(statement, import->file);
	}
	sqlite3_finalize(statement);
	sqlite3_free(sql);
	free(uri);
	return result;
}

void
import_detach(struct import *import)
{
	char *sql = sqlite3_mprintf("DETACH \"%w\"", import->schema);

	if (sql != NULL)
		(void)sqlite3_exec(import->db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
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
			if (import->taken != NULL)
				import->taken(import, stream, record);
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

/* All statements, in a transaction. */
static int
run_all(struct import *import, const char *sql)
{
	struct steps steps = {.n = 0};
	int result = -1;

	import->direct = direct_open(import->db, import->name);
	if (import->direct != NULL &&
	    steps_prepare(&steps, import->db, import->file, sql, 0, STEPS_MAX) > 0)
		result = ask_reason(import, steps.statements[0]);
	for (int i = 1; i < steps.n && result == 0; i++)
		result = run(import, steps.statements[i]);
	steps_finalize(&steps);
	direct_close(import->direct);
	import->direct = NULL;
	return result;
}

int
import_all(struct import *import, const char *sql)
{
	struct changes *changes;
	int changed = 0;
	bool done;

	if (db_exec(import->db, import->name, "BEGIN IMMEDIATE") != 0)
		return -1;
	changes = changes_open(import->db, import->name);
	if (changes != NULL)
		changed = -changes_total(changes);
	done = changes != NULL && run_all(import, sql) == 0;
	if (changes != NULL)
		changed += changes_total(changes);
	done = done && run_columns_write(import->db, import->name) == 0 &&
	       changes_write(changes) == 0 &&
	       db_exec(import->db, import->name, "COMMIT") == 0;
	changes_close(changes);
	if (done)
		import->changed = changed;
	else
		sqlite3_exec(import->db, "ROLLBACK", NULL, NULL, NULL);
	return done ? 0 : -1;
}
