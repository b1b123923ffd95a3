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
#include "base/zone.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "load/changes.h"
#include "load/direct.h"
#include "text/json.h"
#include "text/timestamp.h"

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

/* What schema version 1 lacks: each where the query gives no row. */
static const struct {
	const char *query, *view, *lacking;
} views[] = {
    {"SELECT count(*) FROM pragma_table_info('files', 'rcdb') WHERE name = 'importance'",
	"CREATE TEMP VIEW rcdb_files AS SELECT * FROM rcdb.files",
	"CREATE TEMP VIEW rcdb_files AS SELECT *, 0 AS importance FROM rcdb.files"},
    {"SELECT count(*) FROM rcdb.sqlite_schema WHERE name = 'run_periods'",
	"CREATE TEMP VIEW rcdb_run_periods AS SELECT * FROM rcdb.run_periods",
	"CREATE TEMP VIEW rcdb_run_periods AS SELECT 0 AS id, '' AS name, NULL AS "
	"description, NULL AS start_date, NULL AS end_date, NULL AS run_min, NULL AS "
	"run_max WHERE 0"},
    {"SELECT count(*) FROM rcdb.sqlite_schema WHERE name = 'aliases'",
	"CREATE TEMP VIEW rcdb_aliases AS SELECT * FROM rcdb.aliases",
	"CREATE TEMP VIEW rcdb_aliases AS SELECT 0 AS id, '' AS name, '' AS code, NULL "
	"AS description WHERE 0"},
};

#define NO_VIEWS                                                                         \
	"DROP VIEW temp.rcdb_files; DROP VIEW temp.rcdb_run_periods; "                   \
	"DROP VIEW temp.rcdb_aliases; "

static int
add_views(struct import *import)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (db_exec(import->db, import->name,
			db_number(import->db, views[i].query, 0) > 0
			    ? views[i].view
			    : views[i].lacking) != 0)
			return -1;
	return 0;
}

/* zoned_time(text): the time in UTC of one that does not say its zone. */
static void
sql_zoned_time(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	char out[TIMESTAMP_BYTES];
	int64_t at;

	(void)n;
	if (text != NULL &&
	    zone_read(text, (size_t)sqlite3_value_bytes(values[0]), &at) &&
	    timestamp_write(at, out))
		sqlite3_result_text(context, out, -1, SQLITE_TRANSIENT);
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
	/* Plain tables alone: views, virtual tables and generated columns of a stranger's
	   file would run functions of ours.  (PRAGMA trusted_schema = OFF would refuse
	   our own generated columns.) */
	switch (db_number(import->db,
	    "SELECT sum(iif(s.type <> 'table' OR s.sql LIKE 'CREATE VIRTUAL%' OR EXISTS "
	    "(SELECT 1 FROM pragma_table_xinfo(s.name, 'rcdb') WHERE hidden > 0), 100, "
	    "s.name NOT IN ('aliases', 'run_periods'))) "
	    "FROM rcdb.sqlite_schema s WHERE s.name IN ('runs', 'conditions', "
	    "'condition_types', 'files', 'files_have_runs', 'schema_versions', "
	    "'aliases', 'run_periods')",
	    -1)) {
	case 6:
		return add_views(import);
	case -1:
		db_complain(import->db, import->file);
		return -1;
	default:
		msg("%s: not an RCDB database of schema version 1 or 2", import->file);
		return -1;
	}
}

/* A method of Python's texts is a function here: say how an alias is to be said. */
static void
hint_alias(const struct import *import, const char *name, const char *code)
{
	static const char *const methods[] = {".startswith(", ".endswith(", NULL};

	for (const char *const *m = methods; *m != NULL; m++) {
		const char *dot = strstr(code, *m), *word = dot;
		size_t method = strlen(*m) - 2, arguments;

		if (dot == NULL)
			continue;
		while (
		    word > code && (isalnum((unsigned char)word[-1]) || word[-1] == '_'))
			word--;
		arguments = strcspn(dot + strlen(*m), ")");
		msg("%s: alias %s: '%.*s%.*s)' is said %.*s(%.*s, %.*s) here: elog-cond "
		    "alias --replace",
		    import->file, name, (int)(dot - word), word,
		    (int)(strlen(*m) + arguments), dot, (int)method, *m + 1,
		    (int)(dot - word), word, (int)arguments, dot + strlen(*m));
	}
}

/* The same for a record of aliases. */
static void
hint(const struct import *import, struct json_span record)
{
	struct json_span name, code;
	char *texts[2] = {NULL, NULL};

	if (!json_find(record, "name", &name) ||
	    !json_find(record, "expression", &code) || name.p[0] != '"' ||
	    code.p[0] != '"')
		return;
	texts[0] = malloc(name.n);
	texts[1] = malloc(code.n);
	if (texts[0] != NULL && texts[1] != NULL) {
		json_string_decode(name, texts[0]);
		json_string_decode(code, texts[1]);
		hint_alias(import, texts[0], texts[1]);
	}
	free(texts[0]);
	free(texts[1]);
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
			if (strcmp(stream, "aliases") == 0)
				hint(import, record);
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
	if (sqlite3_create_function(db, "zoned_time", 1, SQLITE_UTF8, NULL,
		sql_zoned_time, NULL, NULL) != SQLITE_OK) {
		db_complain(db, name);
		return EXIT_PARTIAL;
	}
	if (attach(&import) != 0 || db_exec(db, name, "BEGIN IMMEDIATE") != 0)
		return EXIT_PARTIAL;
	changes = changes_open(db, name);
	done = changes != NULL && import_all(&import) == 0 &&
	       changes_write(changes) == 0 && db_exec(db, name, "COMMIT") == 0;
	changes_close(changes);
	if (!done) {
		sqlite3_exec(db, "ROLLBACK; " NO_VIEWS "DETACH rcdb", NULL, NULL, NULL);
		return EXIT_PARTIAL;
	}
	if (talk)
		msg("%s: %s: %ld records of RCDB, %ld left out; %d rows changed", name,
		    experiment, import.records, import.refused,
		    sqlite3_total_changes(db) - before);
	if (db_exec(db, name, NO_VIEWS "DETACH rcdb") != 0 || import.refused > 0)
		return EXIT_PARTIAL;
	return EXIT_DONE;
}
