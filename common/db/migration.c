#include "db/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/sql.h"

/* Number of a migration from its name, "migrations/001-mirror"; 0 if it is none. */
static int
number_of(const struct sql_file *file)
{
	static const char directory[] = "migrations/";

	if (strncmp(file->name, directory, strlen(directory)) != 0)
		return 0;
	return (int)strtol(file->name + strlen(directory), NULL, 10);
}

int
migration_newest(void)
{
	int newest = 0;

	for (const struct sql_file *file = sql_files; file->name != NULL; file++)
		if (number_of(file) > newest)
			newest = number_of(file);
	return newest;
}

static migration_fill *filler;

void
migration_filled_by(migration_fill *fill)
{
	filler = fill;
}

#define GENERATIONS 13 /* the migration that makes dump_generations */

/* Apply one migration.  0, or -1 after a message. */
static int
apply_one(sqlite3 *db, const char *path, const struct sql_file *file, int number)
{
	sqlite3_stmt *note;
	int result = -1;

	if (number == 1 &&
	    db_exec(db, path,
		"PRAGMA application_id = 0x656c6f67;"
		"CREATE TABLE schema_version (version INTEGER PRIMARY KEY, "
		"name TEXT NOT NULL, applied_at TEXT NOT NULL)") != 0)
		return -1;
	if (db_exec(db, path, file->text) != 0 ||
	    (filler != NULL && filler(db, path, number) != 0))
		return -1;
	note = db_prepare(db, path,
	    "INSERT INTO schema_version VALUES (?, ?, "
	    "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))");
	if (note == NULL)
		return -1;
	sqlite3_bind_int(note, 1, number);
	sqlite3_bind_text(note, 2, file->name + strlen("migrations/"), -1, SQLITE_STATIC);
	result = sqlite3_step(note) == SQLITE_DONE ? 0 : -1;
	if (result != 0)
		db_complain(db, path);
	sqlite3_finalize(note);
	/* The next dump writes all anew: nobody noted what the step changed. */
	if (result == 0 && number != GENERATIONS && db_has(db, "dump_generations"))
		result = db_exec(db, path,
		    "INSERT INTO dump_generations "
		    "SELECT max(generation) + 1, lower(hex(randomblob(8))), "
		    "(SELECT max(version) FROM schema_version) FROM dump_generations");
	return result;
}

/* One that came into the source behind a later one was passed over by those who were up
   to date then: what counts is the row, not the highest number. */
static bool
is_applied(sqlite3 *db, int number)
{
	char sql[80];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM schema_version WHERE version = %d", number);
	return db_number(db, sql, 0) > 0;
}

bool
migration_lacks(sqlite3 *db)
{
	for (const struct sql_file *file = sql_files; file->name != NULL; file++)
		if (number_of(file) > 0 && !is_applied(db, number_of(file)))
			return true;
	return false;
}

int
migration_apply(sqlite3 *db, const char *path, int version)
{
	bool begun = false;
	int result = 0;

	/* The table is sorted by name, so by number. */
	for (const struct sql_file *file = sql_files; file->name != NULL && result == 0;
	     file++) {
		int number = number_of(file);

		if (number == 0 || (number <= version && is_applied(db, number)))
			continue;
		if (!begun)
			result = db_exec(db, path, "BEGIN IMMEDIATE");
		begun |= result == 0;
		if (result == 0)
			result = apply_one(db, path, file, number);
	}
	if (begun && result == 0)
		result = db_exec(db, path, "COMMIT");
	if (begun && result != 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

char *
migration_pending(sqlite3 *db)
{
	char *pending = strdup("");

	for (const struct sql_file *file = sql_files; file->name != NULL; file++) {
		char *more;

		if (pending == NULL || number_of(file) == 0 ||
		    is_applied(db, number_of(file)))
			continue;
		if (asprintf(&more, "%s%s%s", pending, pending[0] != '\0' ? " " : "",
			file->name + strlen("migrations/")) < 0)
			more = NULL;
		free(pending);
		pending = more;
	}
	return pending;
}
