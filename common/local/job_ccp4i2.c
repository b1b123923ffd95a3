#include "local/job_ccp4i2.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "local/job_spool.h"
#include "stream/loader.h"
#include "stream/stream.h"
#include "stream/streams.h"

static const char *const tables[] = {"project", "job", "file", "fileuse", "fileimport",
    "jobfloatvalue", "jobcharvalue", NULL};

/* Views without the name of Django's application before them, whatever that is. */
static int
name_tables(sqlite3 *db, const char *file)
{
	sqlite3_stmt *statement = db_prepare(db, file,
	    "SELECT substr(name, 1, length(name) - length('jobfloatvalue')) "
	    "FROM main.sqlite_schema WHERE type = 'table' AND name GLOB "
	    "'*_jobfloatvalue' "
	    "AND name NOT GLOB '*[^a-z0-9_]*'");
	char prefix[100] = "";
	int result = 0;

	if (statement == NULL)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW)
		snprintf(prefix, sizeof(prefix), "%s",
		    (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	for (size_t i = 0; tables[i] != NULL && result == 0; i++) {
		char table[130], *sql;

		snprintf(table, sizeof(table), "%s%s", prefix, tables[i]);
		if (prefix[0] == '\0' || !db_has(db, table)) {
			msg("%s: no database of CCP4i2: it has no table of %s", file,
			    tables[i]);
			return -1;
		}
		sql = sqlite3_mprintf(
		    "CREATE TEMP VIEW \"ccp4_%w\" AS SELECT * FROM main.\"%w\"",
		    tables[i], table);
		result = sql != NULL ? db_exec(db, file, sql) : -1;
		sqlite3_free(sql);
	}
	return result;
}

static void
put_record(struct stream *out, sqlite3_stmt *row)
{
	stream_puts(out, "{\"type\":\"RECORD\",\"stream\":\"");
	stream_puts(out, (const char *)sqlite3_column_text(row, 0));
	stream_puts(out, "\",\"record\":");
	stream_put(out, (const char *)sqlite3_column_text(row, 1),
	    (size_t)sqlite3_column_bytes(row, 1));
	stream_puts(out, "}");
	stream_end_line(out);
}

/* 0, or -1 after a message. */
static int
put_records(sqlite3 *db, const char *file, struct stream *out)
{
	struct steps steps = {.n = 0};
	int result = 0, code = SQLITE_DONE;

	for (size_t i = 0; job_spool_streams[i] != NULL; i++)
		streams_schema_named(out, job_spool_streams[i]);
	/* All of one state, also while CCP4i2 writes. */
	if (db_exec(db, file, "BEGIN") != 0 ||
	    steps_prepare(
		&steps, db, file, statement_file("job", "ccp4i2", ""), 0, STEPS_MAX) <= 0)
		result = -1;
	for (int i = 0; i < steps.n && result == 0; i++) {
		while ((code = sqlite3_step(steps.statements[i])) == SQLITE_ROW)
			if (sqlite3_column_text(steps.statements[i], 1) != NULL)
				put_record(out, steps.statements[i]);
		if (code != SQLITE_DONE) {
			db_complain(db, file);
			result = -1;
		}
	}
	steps_finalize(&steps);
	return result;
}

int
job_ccp4i2(const char *file, const char *db)
{
	sqlite3 *source = NULL;
	struct stream out;
	int status = EXIT_PARTIAL, loaded;

	if (access(file, R_OK) != 0) {
		msg("%s: %s", file, strerror(errno));
		return EXIT_PARTIAL;
	}
	if (sqlite3_open_v2(file, &source, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		db_complain(source, file);
		sqlite3_close(source);
		return EXIT_PARTIAL;
	}
	sqlite3_busy_timeout(source, 10000);
	if (db_number(source, "PRAGMA application_id", 0) == DB_APPLICATION_ID) {
		msg("%s: a database of elog, none of CCP4i2", file);
		sqlite3_close(source);
		return EXIT_PARTIAL;
	}
	/* Views and triggers of a stranger's file run no functions of ours. */
	if (db_exec(source, file, "PRAGMA trusted_schema = OFF") == 0 &&
	    name_tables(source, file) == 0 &&
	    db_exec(source, file, statement_file("job", "ccp4i2_views", "")) == 0)
		status = loader_start(db);
	if (status == EXIT_DONE) {
		status = EXIT_PARTIAL;
		if (stream_open(&out, STDOUT_FILENO) != 0) {
			msg("no memory");
		} else {
			if (put_records(source, file, &out) == 0)
				status = EXIT_DONE;
			if (stream_close(&out) != 0) {
				if (errno != EPIPE)
					msg("stdout: %s", strerror(errno));
				status = EXIT_PARTIAL;
			}
		}
		loaded = loader_end();
		status = loaded != EXIT_DONE ? loaded : status;
	}
	sqlite3_close(source);
	return status;
}
