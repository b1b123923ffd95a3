#include "files/downloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "files/target.h"
#include "text/timestamp.h"

#define DIRECTORIES_MAX 1000
#define PAGE 500 /* pending files asked for at once */

/* The two tables that say what is wanted: common/sql/pending/STREAM.sql. */
static const struct pending {
	const char *stream;
	bool attachment;
} pendings[] = {{"remote_files", false}, {"attachments", true}};

#define PENDINGS (sizeof(pendings) / sizeof(pendings[0]))

struct downloads {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *download, *attempts, *pending[PENDINGS];
	bool retry;
	/* Pending files: a page of their records, and behind which URL the next begins.
	 */
	char *records[PAGE];
	int n, next;
	size_t table;
	char *last;
	/* For downloads_mark(): */
	char **directories; /* ends with NULL */
	sqlite3_stmt *mark;
};

static bool
has_table(struct downloads *downloads, const char *name)
{
	sqlite3_stmt *ask = db_prepare(downloads->db, downloads->path,
	    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name");
	bool has;

	if (ask == NULL)
		return false;
	statement_text(ask, ":name", name);
	has = statement_ask(ask, downloads->path) == 1;
	sqlite3_finalize(ask);
	return has;
}

struct downloads *
downloads_open(const char *path)
{
	struct downloads *downloads = calloc(1, sizeof(*downloads));

	if (downloads == NULL) {
		msg("no memory");
		return NULL;
	}
	if (db_is_empty(path))
		return downloads;
	downloads->db = db_open_reader(path, &downloads->path);
	if (downloads->db == NULL)
		goto fail;
	if (!has_table(downloads, "downloads"))
		return downloads;
	if (!has_table(downloads, "download_states")) {
		msg("%s: of an older elog: elog-load --migrate brings it up to date",
		    downloads->path);
		goto fail;
	}
	downloads->download = db_prepare(downloads->db, downloads->path,
	    "SELECT path, sha256, size, modified, mtime, started, status = 'complete' "
	    "FROM downloads WHERE url = :url");
	downloads->attempts = db_prepare(downloads->db, downloads->path,
	    "SELECT attempts FROM partial_downloads WHERE url = :url");
	for (size_t i = 0; i < PENDINGS; i++)
		if (has_table(downloads, pendings[i].stream)) {
			downloads->pending[i] = db_prepare(downloads->db, downloads->path,
			    statement_file("pending", pendings[i].stream, ""));
			if (downloads->pending[i] == NULL)
				goto fail;
		}
	if (downloads->download != NULL && downloads->attempts != NULL)
		return downloads;
fail:
	downloads_close(downloads);
	return NULL;
}

void
downloads_close(struct downloads *downloads)
{
	if (downloads == NULL)
		return;
	while (downloads->next < downloads->n)
		free(downloads->records[downloads->next++]);
	for (size_t i = 0; i < PENDINGS; i++)
		sqlite3_finalize(downloads->pending[i]);
	sqlite3_finalize(downloads->mark);
	for (char **d = downloads->directories; d != NULL && *d != NULL; d++)
		free(*d);
	free(downloads->directories);
	sqlite3_finalize(downloads->download);
	sqlite3_finalize(downloads->attempts);
	sqlite3_close(downloads->db);
	free(downloads->last);
	free(downloads->path);
	free(downloads);
}

static char *
column_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text != NULL ? strdup(text) : NULL;
}

static void
read_download(sqlite3_stmt *row, struct downloads_row *download)
{
	*download = (struct downloads_row){
	    .path = column_text(row, 0),
	    .sha256 = column_text(row, 1),
	    .size = sqlite3_column_int64(row, 2),
	    .modified = timestamp_seconds((const char *)sqlite3_column_text(row, 3)),
	    .mtime = timestamp_seconds((const char *)sqlite3_column_text(row, 4)),
	    .started = timestamp_seconds((const char *)sqlite3_column_text(row, 5)),
	    .complete = sqlite3_column_int(row, 6) != 0,
	};
}

int
downloads_find(
    struct downloads *downloads, const char *url, struct downloads_row *download)
{
	int code;

	if (downloads == NULL || downloads->download == NULL)
		return 0;
	statement_text(downloads->download, ":url", url);
	code = sqlite3_step(downloads->download);
	if (code == SQLITE_ROW)
		read_download(downloads->download, download);
	else if (code != SQLITE_DONE)
		db_complain(downloads->db, downloads->path);
	sqlite3_reset(downloads->download);
	return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : -1;
}

void
downloads_row_free(struct downloads_row *download)
{
	free(download->path);
	free(download->sha256);
	*download = (struct downloads_row){0};
}

long long
downloads_attempts(struct downloads *downloads, const char *url)
{
	long long attempts = 0;

	if (downloads == NULL || downloads->attempts == NULL)
		return 0;
	statement_text(downloads->attempts, ":url", url);
	if (sqlite3_step(downloads->attempts) == SQLITE_ROW)
		attempts = sqlite3_column_int64(downloads->attempts, 0);
	sqlite3_reset(downloads->attempts);
	return attempts;
}

/* Read the next page of one table; 0 if it has no more, -1 after a message. */
static int
read_page(struct downloads *downloads)
{
	sqlite3_stmt *ask = downloads->pending[downloads->table];
	int code;

	downloads->n = downloads->next = 0;
	if (ask == NULL)
		return 0;
	statement_text(ask, ":last", downloads->last != NULL ? downloads->last : "");
	sqlite3_bind_int(ask, sqlite3_bind_parameter_index(ask, ":limit"), PAGE);
	sqlite3_bind_int(
	    ask, sqlite3_bind_parameter_index(ask, ":retry"), downloads->retry);
	while ((code = sqlite3_step(ask)) == SQLITE_ROW && downloads->n < PAGE) {
		char *record = column_text(ask, 0), *url = column_text(ask, 1);

		if (record == NULL || url == NULL) {
			free(record);
			free(url);
			continue;
		}
		downloads->records[downloads->n++] = record;
		free(downloads->last);
		downloads->last = url;
	}
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		db_complain(downloads->db, downloads->path);
	sqlite3_reset(ask);
	return code == SQLITE_DONE || code == SQLITE_ROW ? downloads->n : -1;
}

char *
downloads_pending(struct downloads *downloads, bool *attachment, bool *failed)
{
	*failed = false;
	while (downloads->next == downloads->n && downloads->table < PENDINGS) {
		int n = read_page(downloads);

		if (n < 0) {
			*failed = true;
			return NULL;
		}
		if (n == 0) {
			downloads->table++;
			free(downloads->last);
			downloads->last = NULL;
		}
	}
	if (downloads->table == PENDINGS)
		return NULL;
	*attachment = pendings[downloads->table].attachment;
	return downloads->records[downloads->next++];
}

void
downloads_retry(struct downloads *downloads)
{
	downloads->retry = true;
}

/* Ask one of common/sql/downloads/ about a text.  The row, to be finalized; NULL, after a
   message if something is wrong, if there is none. */
static sqlite3_stmt *
ask_one(struct downloads *downloads, const char *file, const char *name,
    const char *value, const char *second, const char *second_value)
{
	sqlite3_stmt *ask;
	int code;

	if (downloads->download == NULL)
		return NULL;
	ask = db_prepare(
	    downloads->db, downloads->path, statement_file("downloads", file, ""));
	if (ask == NULL)
		return NULL;
	statement_text(ask, name, value);
	if (second != NULL)
		statement_text(ask, second, second_value);
	code = sqlite3_step(ask);
	if (code == SQLITE_ROW)
		return ask;
	if (code != SQLITE_DONE)
		db_complain(downloads->db, downloads->path);
	sqlite3_finalize(ask);
	return NULL;
}

char *
downloads_again(struct downloads *downloads, const char *url, bool *attachment)
{
	sqlite3_stmt *row = ask_one(downloads, "again", ":url", url, NULL, NULL);
	char *record = row != NULL ? column_text(row, 1) : NULL;

	*attachment = row != NULL && sqlite3_column_int(row, 0) != 0;
	sqlite3_finalize(row);
	return record;
}

char *
downloads_lost(struct downloads *downloads, const char *url, const char *what)
{
	sqlite3_stmt *row = ask_one(downloads, "lost", ":url", url, ":status", what);
	char *record = row != NULL ? column_text(row, 0) : NULL;

	sqlite3_finalize(row);
	return record;
}

/* The directories under which files came, the longest first. */
static bool
read_directories(struct downloads *downloads)
{
	sqlite3_stmt *ask;

	if (downloads->directories != NULL || downloads->download == NULL)
		return downloads->directories != NULL;
	ask = db_prepare(downloads->db, downloads->path,
	    "SELECT DISTINCT directory FROM downloads WHERE directory IS NOT NULL "
	    "ORDER BY length(directory) DESC");
	downloads->directories = calloc(DIRECTORIES_MAX + 1, sizeof(char *));
	for (int i = 0; ask != NULL && downloads->directories != NULL &&
			i < DIRECTORIES_MAX && sqlite3_step(ask) == SQLITE_ROW;
	     i++)
		downloads->directories[i] = column_text(ask, 0);
	sqlite3_finalize(ask);
	return downloads->directories != NULL;
}

static char *
mark_below(struct downloads *downloads, const char *directory, const char *path,
    const char *state)
{
	char *record = NULL;

	if (downloads->mark == NULL)
		downloads->mark = db_prepare(downloads->db, downloads->path,
		    statement_file("downloads", "mark", ""));
	if (downloads->mark == NULL)
		return NULL;
	statement_text(downloads->mark, ":directory", directory);
	statement_text(downloads->mark, ":path", path);
	statement_text(downloads->mark, ":state", state);
	if (sqlite3_step(downloads->mark) == SQLITE_ROW)
		record = column_text(downloads->mark, 0);
	sqlite3_reset(downloads->mark);
	return record;
}

char *
downloads_mark(struct downloads *downloads, const char *path, const char *state)
{
	char *record = NULL;

	if (!read_directories(downloads))
		return NULL;
	for (char **d = downloads->directories; *d != NULL && record == NULL; d++) {
		size_t n = strlen(*d);

		if (strncmp(path, *d, n) == 0 && path[n] == '/')
			record = mark_below(downloads, *d, path + n + 1, state);
	}
	return record != NULL ? record : mark_below(downloads, NULL, path, state);
}

int
downloads_each(struct downloads *downloads,
    void (*visit)(void *context, const char *url, const struct downloads_row *download),
    void *context)
{
	sqlite3_stmt *all;
	int code;

	if (downloads->download == NULL)
		return 0;
	all = db_prepare(downloads->db, downloads->path,
	    "SELECT path, sha256, size, modified, mtime, started, status = 'complete', "
	    "url FROM downloads ORDER BY path");
	if (all == NULL)
		return -1;
	while ((code = sqlite3_step(all)) == SQLITE_ROW) {
		struct downloads_row download;

		read_download(all, &download);
		visit(context, (const char *)sqlite3_column_text(all, 7), &download);
		downloads_row_free(&download);
	}
	if (code != SQLITE_DONE)
		db_complain(downloads->db, downloads->path);
	sqlite3_finalize(all);
	return code == SQLITE_DONE ? 0 : -1;
}
