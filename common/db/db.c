#include "db/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"

const char *
db_library(void)
{
	static char text[40];

	snprintf(text, sizeof(text), "SQLite %s", sqlite3_libversion());
	return text;
}

/*
 * Was it told just now, or is it what follows from that?  Where the disk is full, SQLite
 * ends the transaction itself, and whoever commits next hears that there is none.
 */
static bool
is_told(const char *path, int code, const char *text)
{
	static _Thread_local char last[1000];
	char now[sizeof(last)];
	bool disk = code == SQLITE_FULL || code == SQLITE_IOERR;

	if (last[0] != '\0' && strstr(text, "no transaction is active") != NULL)
		return true;
	snprintf(now, sizeof(now), "%s: %s", path, disk ? "disk" : text);
	if (strcmp(now, last) == 0)
		return true;
	memcpy(last, now, sizeof(last));
	return false;
}

void
db_complain(sqlite3 *db, const char *path)
{
	int code = sqlite3_errcode(db) & 0xff;
	const char *text = sqlite3_errmsg(db), *remedy = "";

	if (code == SQLITE_NOTADB)
		text = "not an SQLite database";
	else if (code == SQLITE_FULL)
		remedy = ": make room on the disk and run it again";
	else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		remedy = ": another program holds it, try again later";
	else if (code == SQLITE_CORRUPT)
		remedy = ": restore it from a copy, or load anew into another file";
	else if ((code == SQLITE_READONLY || code == SQLITE_CANTOPEN) &&
		 access(path, F_OK) == 0 && access(path, R_OK) != 0)
		text = strerror(errno);
	else if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN)
		remedy = ": is the directory there, and yours to write?";
	else if (code == SQLITE_IOERR && sqlite3_system_errno(db) != 0)
		text = strerror(sqlite3_system_errno(db));
	if (is_told(path, code, text))
		return;
	msg("%s: %s%s", path, text, remedy);
}

sqlite3_stmt *
db_prepare(sqlite3 *db, const char *path, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK)
		return statement;
	db_complain(db, path);
	return NULL;
}

int
db_exec(sqlite3 *db, const char *path, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	db_complain(db, path);
	return -1;
}

long long
db_number(sqlite3 *db, const char *sql, long long fallback)
{
	sqlite3_stmt *statement = NULL;
	long long number = fallback;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_type(statement, 0) != SQLITE_NULL)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

bool
db_has(sqlite3 *db, const char *table)
{
	sqlite3_stmt *statement = NULL;
	bool has;

	has = sqlite3_prepare_v2(db,
		  "SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view') "
		  "AND name = ?",
		  -1, &statement, NULL) == SQLITE_OK &&
	      sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK &&
	      sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_finalize(statement);
	return has;
}

int
db_require(sqlite3 *db, const char *path, const char *table)
{
	if (db_has(db, table))
		return 0;
	if (sqlite3_errcode(db) != SQLITE_OK)
		db_complain(db, path);
	else
		msg("%s: of an older elog, without %s: elog-load --migrate %s brings it "
		    "up to date",
		    path, table, path);
	return -1;
}
