#include "files/seen.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "text/timestamp.h"

/* The same two questions to each of the two databases. */
#define FILE_SQL                                                                         \
	"SELECT size, modified, time, fields, observed_at FROM remote_files WHERE url "  \
	"= ?1"
#define DIRECTORY_SQL                                                                    \
	"SELECT status = 'listed', settled, entries, attempts, newest_change, "          \
	"modified, "                                                                     \
	"selection, time, until, tried_at FROM scanned_directories WHERE url = ?1"
#define FAILED_SQL                                                                       \
	"SELECT url FROM scanned_directories WHERE status = 'failed' AND url >= ?1 "     \
	"AND url < ?1 || x'ff' ORDER BY url"

struct base {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *file, *directory;
	bool broken; /* said so */
};

struct seen {
	struct base disk, memory; /* db NULL: there is none */
	sqlite3_stmt *note_file, *note_directory, *forget;
	sqlite3_stmt *refused, *below[3]; /* by enum seen_table; NULL: no such table */
};

uint64_t
seen_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

static int
prepare(struct base *base)
{
	base->file = db_prepare(base->db, base->path, FILE_SQL);
	base->directory = db_prepare(base->db, base->path, DIRECTORY_SQL);
	return base->file != NULL && base->directory != NULL ? 0 : -1;
}

static int
open_disk(struct base *base, const char *path)
{
	if (path == NULL || db_is_empty(path))
		return 0;
	base->db = db_open_reader(path, &base->path);
	if (base->db == NULL)
		return -1;
	if (db_number(base->db,
		"SELECT count(*) FROM sqlite_schema WHERE name IN ('remote_files', "
		"'scanned_directories')",
		0) == 2)
		return prepare(base);
	sqlite3_close(base->db);
	base->db = NULL;
	return 0;
}

static int
open_memory(struct seen *seen)
{
	struct base *base = &seen->memory;

	base->path = strdup("memory");
	if (base->path == NULL || sqlite3_open(":memory:", &base->db) != SQLITE_OK) {
		msg("no memory");
		return -1;
	}
	if (db_exec(base->db, base->path,
		"CREATE TABLE remote_files (url TEXT PRIMARY KEY, size, modified, time, "
		"fields, observed_at) WITHOUT ROWID;"
		"CREATE TABLE scanned_directories (url TEXT PRIMARY KEY, status, "
		"settled, "
		"entries, attempts, newest_change, modified, selection, time, until, "
		"tried_at) "
		"WITHOUT ROWID") != 0 ||
	    prepare(base) != 0)
		return -1;
	seen->note_file = db_prepare(base->db, base->path,
	    "INSERT OR REPLACE INTO remote_files VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
	seen->note_directory = db_prepare(base->db, base->path,
	    "INSERT OR REPLACE INTO scanned_directories VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
	    "?7, ?8, ?9, ?10, ?11)");
	seen->forget = db_prepare(base->db, base->path,
	    "DELETE FROM remote_files WHERE url > ?1 AND url < ?1 || x'ff'");
	return seen->note_file != NULL && seen->note_directory != NULL &&
		       seen->forget != NULL
		   ? 0
		   : -1;
}

/* What is asked of the database alone. */
static int
prepare_below(struct seen *seen)
{
	static const char *const tables[] = {[SEEN_DIRECTORIES] = "scanned_directories",
	    [SEEN_FILES] = "remote_files",
	    [SEEN_PARTIAL] = "partial_downloads"};
	struct base *base = &seen->disk;

	if (base->db == NULL)
		return 0;
	for (int i = 0; i < 3; i++) {
		char sql[160];

		if (i == SEEN_PARTIAL &&
		    db_number(base->db,
			"SELECT count(*) FROM sqlite_schema WHERE name = "
			"'partial_downloads'",
			0) == 0)
			return 0;
		snprintf(sql, sizeof(sql),
		    "SELECT url FROM %s WHERE url >= ?1 AND url < ?1 || x'ff' AND url > "
		    "?2 "
		    "ORDER BY url LIMIT 1",
		    tables[i]);
		seen->below[i] = db_prepare(base->db, base->path, sql);
		if (seen->below[i] == NULL)
			return -1;
	}
	seen->refused = db_prepare(base->db, base->path,
	    "SELECT 1 FROM partial_downloads WHERE status = 'failed' AND url >= ?1 AND "
	    "url < ?1 || iif(substr(?1, -1) = '/', x'ff', char(1)) LIMIT 1");
	return seen->refused != NULL ? 0 : -1;
}

struct seen *
seen_open(const char *path, bool remember)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	if (seen == NULL) {
		msg("no memory");
		return NULL;
	}
	if (open_disk(&seen->disk, path) == 0 && prepare_below(seen) == 0 &&
	    (!remember || open_memory(seen) == 0))
		return seen;
	seen_close(seen);
	return NULL;
}

static void
close_base(struct base *base)
{
	sqlite3_finalize(base->file);
	sqlite3_finalize(base->directory);
	sqlite3_close(base->db);
	free(base->path);
}

void
seen_close(struct seen *seen)
{
	if (seen == NULL)
		return;
	sqlite3_finalize(seen->note_file);
	sqlite3_finalize(seen->note_directory);
	sqlite3_finalize(seen->forget);
	sqlite3_finalize(seen->refused);
	for (int i = 0; i < 3; i++)
		sqlite3_finalize(seen->below[i]);
	close_base(&seen->disk);
	close_base(&seen->memory);
	free(seen);
}

static const char *
text(sqlite3_stmt *statement, int column)
{
	const char *value = (const char *)sqlite3_column_text(statement, column);

	return value != NULL ? value : "";
}

static void
bind(sqlite3_stmt *statement, int number, const char *value)
{
	if (value == NULL || *value == '\0')
		sqlite3_bind_null(statement, number);
	else
		sqlite3_bind_text(statement, number, value, -1, SQLITE_TRANSIENT);
}

/* Is the row there?  It is to be reset by the caller then. */
static bool
ask(struct base *base, sqlite3_stmt *statement, const char *url)
{
	int code;

	if (base->db == NULL || statement == NULL)
		return false;
	sqlite3_reset(statement);
	bind(statement, 1, url);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE && !base->broken) {
		db_complain(base->db, base->path);
		base->broken = true;
	}
	sqlite3_reset(statement);
	return false;
}

/* A time that a column has, or what stands for NULL. */
static int64_t
time_of(sqlite3_stmt *statement, int column, int64_t otherwise)
{
	struct window unit;

	return window_time(text(statement, column), 0, &unit) ? unit.from : otherwise;
}

static bool
ask_directory(struct base *base, const char *url, struct seen_directory *directory)
{
	sqlite3_stmt *row = base->directory;

	if (!ask(base, row, url))
		return false;
	*directory = (struct seen_directory){
	    .listed = sqlite3_column_int(row, 0) != 0,
	    .failed = sqlite3_column_int(row, 0) == 0,
	    .settled = sqlite3_column_int(row, 1) != 0,
	    .entries = (long)sqlite3_column_int64(row, 2),
	    .attempts = (long)sqlite3_column_int64(row, 3),
	};
	snprintf(directory->newest_change, sizeof(directory->newest_change), "%s",
	    text(row, 4));
	snprintf(directory->modified, sizeof(directory->modified), "%s", text(row, 5));
	directory->selection = sqlite3_column_type(row, 6) == SQLITE_INTEGER
				   ? (uint64_t)sqlite3_column_int64(row, 6)
				   : strtoull(text(row, 6), NULL, 16);
	directory->span.from = time_of(row, 7, INT64_MIN);
	directory->span.to = time_of(row, 8, WINDOW_OPEN);
	directory->tried = time_of(row, 9, INT64_MIN);
	sqlite3_reset(row);
	return true;
}

bool
seen_broken(const struct seen *seen)
{
	return seen->disk.broken || seen->memory.broken;
}

bool
seen_directory(struct seen *seen, const char *url, struct seen_directory *directory)
{
	*directory = (struct seen_directory){.listed = false};
	return ask_directory(&seen->memory, url, directory) ||
	       ask_directory(&seen->disk, url, directory);
}

int
seen_failed(struct seen *seen, const char *prefix, seen_take *take, void *context)
{
	struct seen_directory directory;
	sqlite3_stmt *rows;
	int code;

	if (seen->disk.db == NULL)
		return 0;
	rows = db_prepare(seen->disk.db, seen->disk.path, FAILED_SQL);
	if (rows == NULL)
		return -1;
	bind(rows, 1, prefix);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW)
		if (seen_directory(seen, text(rows, 0), &directory) && directory.failed)
			take(context, text(rows, 0), &directory);
	if (code != SQLITE_DONE)
		db_complain(seen->disk.db, seen->disk.path);
	sqlite3_finalize(rows);
	return code == SQLITE_DONE ? 0 : -1;
}

bool
seen_refused(struct seen *seen, const char *url)
{
	bool found = ask(&seen->disk, seen->refused, url);

	sqlite3_reset(seen->refused);
	return found;
}

char *
seen_below(
    struct seen *seen, enum seen_table table, const char *prefix, const char *after)
{
	sqlite3_stmt *row = seen->below[table];
	char *url = NULL;

	if (row == NULL)
		return NULL;
	bind(row, 2, after);
	if (ask(&seen->disk, row, prefix))
		url = strdup(text(row, 0));
	sqlite3_reset(row);
	return url;
}

/* -1: there is no row; 0: another one; 1: the same. */
static int
ask_file(struct base *base, const struct seen_file *file)
{
	sqlite3_stmt *row = base->file;
	int64_t before;
	bool same;

	if (!ask(base, row, file->url))
		return -1;
	same = !directory_changed(text(row, 1), file->modified) &&
	       strcmp(text(row, 2), file->time) == 0 &&
	       strcmp(text(row, 3), file->fields) == 0 &&
	       (file->size < 0 || sqlite3_column_type(row, 0) == SQLITE_NULL ||
		   sqlite3_column_int64(row, 0) == file->size);
	/* What was listed too early to be final counts once more when it is. */
	before = time_of(row, 4, INT64_MIN);
	if (before != INT64_MIN && directory_is_early(text(row, 1), before) &&
	    !directory_is_early(text(row, 1), file->listed))
		same = false;
	sqlite3_reset(row);
	return same;
}

bool
seen_file(struct seen *seen, const struct seen_file *file)
{
	int answer = ask_file(&seen->memory, file);

	if (answer < 0)
		answer = ask_file(&seen->disk, file);
	return answer > 0;
}

static int
note(struct seen *seen, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	sqlite3_reset(statement);
	if (code == SQLITE_DONE)
		return 0;
	db_complain(seen->memory.db, seen->memory.path);
	return -1;
}

int
seen_note_directory(
    struct seen *seen, const char *url, const struct seen_directory *directory)
{
	sqlite3_stmt *row = seen->note_directory;
	char from[TIMESTAMP_SHORT] = "", to[TIMESTAMP_SHORT] = "";
	char tried[TIMESTAMP_SHORT];

	if (row == NULL)
		return 0;
	window_texts(directory->span, from, to);
	bind(row, 1, url);
	bind(row, 2, directory->listed ? "listed" : "failed");
	sqlite3_bind_int(row, 3, directory->settled);
	sqlite3_bind_int64(row, 4, directory->entries);
	sqlite3_bind_int64(row, 5, directory->attempts);
	bind(row, 6, directory->newest_change);
	bind(row, 7, directory->modified);
	sqlite3_bind_int64(row, 8, (sqlite3_int64)directory->selection);
	bind(row, 9, from);
	bind(row, 10, to);
	bind(row, 11,
	    directory->tried == INT64_MIN ? "" : timestamp_text(directory->tried, tried));
	return note(seen, row);
}

int
seen_note_file(struct seen *seen, const struct seen_file *file)
{
	sqlite3_stmt *row = seen->note_file;
	char listed[TIMESTAMP_SHORT];

	if (row == NULL)
		return 0;
	bind(row, 1, file->url);
	if (file->size >= 0)
		sqlite3_bind_int64(row, 2, file->size);
	else
		sqlite3_bind_null(row, 2);
	bind(row, 3, file->modified);
	bind(row, 4, file->time);
	bind(row, 5, file->fields);
	timestamp_text(file->listed, listed);
	bind(row, 6, listed);
	return note(seen, row);
}

void
seen_forget_files(struct seen *seen, const char *url)
{
	if (seen->forget == NULL)
		return;
	bind(seen->forget, 1, url);
	(void)note(seen, seen->forget);
}
