#include "db/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/lock.h"
#include "base/msg.h"
#include "db/copy.h"
#include "db/db.h"
#include "db/migration.h"

#define BUSY_MS 10000
#define CLOSE_MS 1000
#define LOG_MS 200
#define FRESH_MS 60000 /* a reader of a new database, which has nothing to read, ends */
#define STEP_MS 20
#define BACKUPS_MAX 100 /* of one version of a database */

/* Is it ours, or empty?  -1 after a message; *version gets its schema's. */
static int
identify(sqlite3 *db, const char *path, int *version)
{
	long long tables = db_number(db, "SELECT count(*) FROM sqlite_schema", -1);

	*version = 0;
	if (tables < 0) {
		db_complain(db, path);
		return -1;
	}
	if (tables == 0)
		return 0;
	if (db_number(db, "PRAGMA application_id", 0) != DB_APPLICATION_ID) {
		msg("%s: a database of another application: name another file", path);
		return -1;
	}
	*version = (int)db_number(db, "SELECT max(version) FROM schema_version", 0);
	if (*version > migration_newest()) {
		msg("%s: its schema is version %d, this elog knows up to %d: "
		    "use a newer elog",
		    path, *version, migration_newest());
		return -1;
	}
	return 0;
}

char *
db_path(const char *path)
{
	struct stat st;
	char *full;

	if (path[0] == '\0') {
		msg("the name of the database is empty");
		return NULL;
	}
	if (stat(path, &st) != 0)
		return db_place(path);
	if (S_ISREG(st.st_mode)) {
		full = realpath(path, NULL);
		if (full == NULL)
			msg("%s: %s", path, strerror(errno));
		return full;
	}
	msg("%s: %s", path,
	    S_ISDIR(st.st_mode) ? "it is a directory" : "it is no regular file");
	return NULL;
}

char *
db_place(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory, *full = NULL;

	directory =
	    slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	if (directory != NULL && (full = realpath(directory, NULL)) != NULL) {
		char *joined;

		if (asprintf(&joined, "%s/%s", full, slash == NULL ? path : slash + 1) <
		    0)
			joined = NULL;
		free(full);
		full = joined;
	}
	if (full == NULL)
		msg("%s: %s", path, strerror(errno));
	free(directory);
	return full;
}

/*
 * Once, before the library starts, for speed: one thread uses it, and counts no memory.
 * What a savepoint may undo stays in memory, which is given back with each statement; in
 * a file it grows to the end of an experiment.
 */
static void
configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
}

/* Copy a database before it is migrated.  The copy's name, or NULL after a message. */
static char *
back_up(sqlite3 *db, const char *path, int version)
{
	char *name = NULL;
	struct stat st;

	for (int i = 1; i < BACKUPS_MAX; i++) {
		free(name);
		if ((i == 1 ? asprintf(&name, "%s.bak-v%d", path, version)
			    : asprintf(&name, "%s.bak-v%d.%d", path, version, i)) < 0) {
			msg("no memory");
			return NULL;
		}
		if (lstat(name, &st) == 0)
			continue;
		if (copy_whole(db, path, name, COPY_NEW) == 0)
			return name;
		break;
	}
	msg("%s: not migrated, for it cannot be copied first", path);
	free(name);
	return NULL;
}

/* SQLite finds a log by the name of the database, so that two names are two databases to
   it.  False after a message. */
static bool
has_one_name(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 || st.st_nlink < 2)
		return true;
	msg("%s: %ld hard links lead to it, and writing under one of them would damage "
	    "it under the others: remove them, or make a copy",
	    path, (long)st.st_nlink);
	return false;
}

/*
 * Open for writing, with a backup if there is a place for its name and a migration.
 * pragmas are run before anything is written, in a new database fresh, if not NULL.
 */
static sqlite3 *
open_writer(const char *path, const char *pragmas, const char *fresh, char **backup)
{
	sqlite3 *db = NULL;
	int version;

	configure();
	if (!has_one_name(path))
		return NULL;
	/* The names are absolute, so that only an ATTACH of ours is a URI. */
	if (sqlite3_open_v2(path, &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI,
		NULL) != SQLITE_OK) {
		db_complain(db, path);
		goto fail;
	}
	sqlite3_busy_timeout(db, BUSY_MS);
	if (identify(db, path, &version) != 0)
		goto fail;
	if (backup != NULL && version > 0 && migration_lacks(db) &&
	    (*backup = back_up(db, path, version)) == NULL)
		goto fail;
	if (version == 0 && db_exec(db, path, "PRAGMA page_size = 8192") != 0)
		goto fail;
	/* The first page is not written yet: WAL mode may come later. */
	if (db_exec(db, path, version == 0 && fresh != NULL ? fresh : pragmas) != 0)
		goto fail;
	if (version == 0)
		sqlite3_busy_timeout(db, FRESH_MS);
	if (migration_apply(db, path, version) != 0)
		goto fail;
	return db;
fail:
	sqlite3_close(db);
	return NULL;
}

sqlite3 *
db_open_writer(const char *path, char **backup)
{
	if (backup != NULL)
		*backup = NULL;
	return open_writer(path,
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
	    "PRAGMA cache_size = -32000",
	    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; "
	    "PRAGMA cache_size = -32000",
	    backup);
}

static int
note_mode(void *is_delete, int n, char **values, char **names)
{
	(void)names;
	*(bool *)is_delete =
	    n == 1 && values[0] != NULL && strcmp(values[0], "delete") == 0;
	return 0;
}

bool
db_is_fresh(sqlite3 *db)
{
	bool is_delete = false;

	return sqlite3_exec(db, "PRAGMA main.journal_mode", note_mode, &is_delete,
		   NULL) == SQLITE_OK &&
	       is_delete;
}

void
db_begin_log(sqlite3 *db)
{
	sqlite3_busy_timeout(db, LOG_MS);
	(void)sqlite3_exec(db, "PRAGMA main.journal_mode = WAL", NULL, NULL, NULL);
	sqlite3_busy_timeout(db, BUSY_MS);
}

sqlite3 *
db_open_draft(const char *path)
{
	return open_writer(path,
	    "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; "
	    "PRAGMA cache_size = -32000",
	    NULL, NULL);
}

/* Go back to journal mode DELETE: SQLite does not wait for readers there. */
static bool
leave_wal(sqlite3 *db)
{
	for (int waited = 0; waited <= CLOSE_MS; waited += STEP_MS) {
		if (sqlite3_exec(db, "PRAGMA main.journal_mode = DELETE", NULL, NULL,
			NULL) == SQLITE_OK)
			return true;
		sqlite3_sleep(STEP_MS);
	}
	return false;
}

int
db_close_writer(sqlite3 *db, const char *path, bool other_follows)
{
	int result = 0;

	if (other_follows)
		return sqlite3_close(db) == SQLITE_OK ? 0 : -1;
	sqlite3_busy_timeout(db, CLOSE_MS);
	if (sqlite3_exec(db, "PRAGMA main.wal_checkpoint(TRUNCATE)", NULL, NULL, NULL) !=
	    SQLITE_OK) {
		db_complain(db, path);
		result = -1;
	} else if (!leave_wal(db)) {
		msg_note(
		    "%s: another program still reads it: its -wal and -shm files stay "
		    "until the next load",
		    path);
	}
	if (sqlite3_close(db) != SQLITE_OK)
		result = -1;
	return result;
}

/* The name of a file that nobody writes, as a URI (SQLite's, after RFC 3986). */
static char *
immutable_uri(const char *full)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-";
	char *uri = malloc(strlen(full) * 3 + sizeof("file:?immutable=1")), *to = uri;

	if (uri == NULL)
		return NULL;
	to += sprintf(to, "file:");
	for (const char *c = full; *c != '\0'; c++)
		to += sprintf(to, strchr(plain, *c) != NULL ? "%c" : "%%%02X",
		    (unsigned)(unsigned char)*c);
	sprintf(to, "?immutable=1");
	return uri;
}

/* Is there a file of that name with something behind it, and does that hold anything? */
static bool
has_beside(const char *full, const char *suffix, bool *empty)
{
	struct stat st;
	char *path;
	bool there;

	*empty = false;
	if (asprintf(&path, "%s%s", full, suffix) < 0)
		return true;
	there = stat(path, &st) == 0;
	*empty = there && st.st_size == 0;
	free(path);
	return there;
}

/* Open read-only, and look whether that suffices: an SQLite code; *readable says. */
static int
try_reader(const char *name, int flags, sqlite3 **db, bool *readable)
{
	int code = sqlite3_open_v2(
	    name, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags, NULL);

	*readable = code == SQLITE_OK &&
		    sqlite3_busy_timeout(*db, BUSY_MS) == SQLITE_OK &&
		    db_number(*db, "SELECT count(*) FROM sqlite_schema", -1) >= 0;
	return code;
}

/*
 * Open for reading.  A writer that was killed in the first transaction of a new database
 * leaves a journal, by which SQLite takes back what was written, if it may write.  A
 * database that was left in WAL mode needs a file beside it even to be read; where that
 * cannot be made, and there is no WAL, nobody writes it.
 */
static int
open_reader(const char *full, sqlite3 **db)
{
	bool readable, empty = false;
	int code = try_reader(full, 0, db, &readable);
	sqlite3 *writer = NULL;
	char *uri;
	int failed;

	if (code != SQLITE_OK || readable)
		return code;
	failed = sqlite3_errcode(*db) & 0xff;
	if (failed != SQLITE_CANTOPEN && failed != SQLITE_READONLY)
		return code;
	if (has_beside(full, "-journal", &empty) && !empty) {
		if (sqlite3_open_v2(full, &writer, SQLITE_OPEN_READWRITE, NULL) ==
		    SQLITE_OK)
			(void)db_number(writer, "SELECT count(*) FROM sqlite_schema", -1);
		sqlite3_close(writer);
		sqlite3_close(*db);
		return try_reader(full, 0, db, &readable);
	}
	if (!has_beside(full, "-wal", &empty) && (uri = immutable_uri(full)) != NULL) {
		sqlite3_close(*db);
		code = try_reader(uri, SQLITE_OPEN_URI, db, &readable);
		free(uri);
	}
	return code;
}

bool
db_is_foreign(const char *path)
{
	/* The header, and that of the first page (SQLite's file format, sections 1.3 and
	   1.6): an application's number at 68, how many cells there are at 103. */
	unsigned char head[105];
	FILE *file = fopen(path, "re");
	size_t n = file != NULL ? fread(head, 1, sizeof(head), file) : 0;
	uint32_t application;

	if (file != NULL)
		fclose(file);
	if (n == 0)
		return false;
	if (n < sizeof(head) || memcmp(head, "SQLite format 3", 16) != 0)
		return true;
	application = (uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 |
		      (uint32_t)head[70] << 8 | head[71];
	/* One that is only begun has no tables yet: a leaf without cells. */
	return application != DB_APPLICATION_ID &&
	       (head[100] != 13 || head[103] != 0 || head[104] != 0);
}

bool
db_is_empty(const char *path)
{
	sqlite3 *db = NULL;
	bool empty;

	if (access(path, F_OK) != 0)
		return errno == ENOENT;
	empty = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		sqlite3_busy_timeout(db, BUSY_MS) == SQLITE_OK &&
		db_number(db, "SELECT count(*) FROM sqlite_schema", 1) == 0;
	sqlite3_close(db);
	return empty;
}

char *
db_file(const char *path)
{
	struct stat st;
	char *file;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		bool slash = path[strlen(path) - 1] == '/';

		if (asprintf(&file, "%s%selog.db", path, slash ? "" : "/") < 0)
			file = NULL;
	} else {
		file = strdup(path);
	}
	if (file == NULL)
		msg("no memory");
	return file;
}

void
db_configure_reader(void)
{
	/* Threads that read would wait for each other to count. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

sqlite3 *
db_open_reader(const char *path, char **file)
{
	struct stat st;
	sqlite3 *db = NULL;
	char *full;
	int version, code;

	*file = NULL;
	if (path[0] == '\0') {
		msg("the name of the database is empty");
		return NULL;
	}
	*file = db_file(path);
	if (*file == NULL)
		return NULL;
	if (stat(*file, &st) != 0) {
		msg("%s: %s", *file, strerror(errno));
		goto fail;
	}
	full = db_path(*file);
	if (full == NULL)
		goto fail;
	db_configure_reader();
	code = open_reader(full, &db);
	free(full);
	if (code != SQLITE_OK) {
		db_complain(db, *file);
		goto fail;
	}
	sqlite3_busy_timeout(db, BUSY_MS);
	if (identify(db, *file, &version) != 0)
		goto fail;
	if (version == 0) {
		msg("%s: an empty database: elog-sync.sh or elog-load fills it", *file);
		goto fail;
	}
	return db;
fail:
	sqlite3_close(db);
	free(*file);
	*file = NULL;
	return NULL;
}

int
db_turn(const char *path, int64_t wait)
{
	struct lock lock;
	char *full = path != NULL ? db_path(path) : NULL;
	int status = EXIT_DONE;

	if (full != NULL) {
		status = lock_take(&lock, full, wait);
		lock_release(&lock);
	}
	free(full);
	return status;
}
