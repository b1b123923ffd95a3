#include "load/check.h"

#include <stddef.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "load/index.h"

/* A message for each row of a query whose text is not ok.  0 if there is none. */
static int
complain_of_rows(sqlite3 *db, const char *path, const char *sql, const char *what)
{
	sqlite3_stmt *rows = db_prepare(db, path, sql);
	int wrong = 0, code = SQLITE_ERROR;

	while (rows != NULL && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(rows, 0);

		if (text != NULL && sqlite3_stricmp(text, "ok") == 0)
			continue;
		msg("%s: %s: %s", path, what, text != NULL ? text : "NULL");
		wrong++;
	}
	if (rows != NULL && code != SQLITE_DONE)
		db_complain(db, path);
	sqlite3_finalize(rows);
	return wrong > 0 || code != SQLITE_DONE ? -1 : 0;
}

int
check_database(sqlite3 *db, const char *path)
{
	int wrong = 0;

	wrong |= complain_of_rows(db, path, "PRAGMA integrity_check", "integrity");
	wrong |= complain_of_rows(db, path,
	    "SELECT DISTINCT \"table\" || ' refers to what is not in ' || parent "
	    "FROM pragma_foreign_key_check",
	    "reference");
	if (db_exec(db, path, "INSERT INTO search (search) VALUES ('integrity-check')") !=
	    0)
		wrong = -1;
	wrong |= index_check(db, path);
	return wrong != 0 ? EXIT_PARTIAL : EXIT_DONE;
}
