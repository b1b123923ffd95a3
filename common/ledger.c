#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "msg.h"
#include "statement.h"
#include "wanted.h"

#define PAGE 500 /* pending files asked for at once */

/* The two tables that say what is wanted: common/sql/pending/STREAM.sql. */
static const struct pending {
	const char *stream;
	bool attachment;
} pendings[] = {{"remote_files", false}, {"attachments", true}};

#define PENDINGS (sizeof(pendings) / sizeof(pendings[0]))

struct ledger {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *download, *attempts, *pending[PENDINGS];
	/* Pending files: a page of their records, and behind which URL the next begins.
	 */
	char *records[PAGE];
	int n, next;
	size_t table;
	char *last;
};

static bool
has_table(struct ledger *known, const char *name)
{
	sqlite3_stmt *ask = db_prepare(known->db, known->path,
	    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name");
	bool has;

	if (ask == NULL)
		return false;
	statement_text(ask, ":name", name);
	has = statement_ask(ask, known->path) == 1;
	sqlite3_finalize(ask);
	return has;
}

struct ledger *
ledger_open(const char *path)
{
	struct ledger *known = calloc(1, sizeof(*known));

	if (known == NULL) {
		msg("no memory");
		return NULL;
	}
	known->db = db_open_reader(path, &known->path);
	if (known->db == NULL)
		goto fail;
	if (!has_table(known, "downloads"))
		return known;
	known->download = db_prepare(known->db, known->path,
	    "SELECT path, sha256, size, modified, mtime FROM downloads WHERE url = :url");
	known->attempts = db_prepare(known->db, known->path,
	    "SELECT attempts FROM partial_downloads WHERE url = :url");
	for (size_t i = 0; i < PENDINGS; i++)
		if (has_table(known, pendings[i].stream)) {
			known->pending[i] = db_prepare(known->db, known->path,
			    statement_file("pending", pendings[i].stream, ""));
			if (known->pending[i] == NULL)
				goto fail;
		}
	if (known->download != NULL && known->attempts != NULL)
		return known;
fail:
	ledger_close(known);
	return NULL;
}

void
ledger_close(struct ledger *known)
{
	if (known == NULL)
		return;
	for (int i = known->next; i < known->n; i++)
		free(known->records[i]);
	for (size_t i = 0; i < PENDINGS; i++)
		sqlite3_finalize(known->pending[i]);
	sqlite3_finalize(known->download);
	sqlite3_finalize(known->attempts);
	sqlite3_close(known->db);
	free(known->last);
	free(known->path);
	free(known);
}

static char *
column_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text != NULL ? strdup(text) : NULL;
}

static void
read_download(sqlite3_stmt *row, struct ledger_download *download)
{
	*download = (struct ledger_download){
	    .path = column_text(row, 0),
	    .sha256 = column_text(row, 1),
	    .size = sqlite3_column_int64(row, 2),
	    .modified = wanted_time((const char *)sqlite3_column_text(row, 3)),
	    .mtime = wanted_time((const char *)sqlite3_column_text(row, 4)),
	};
}

int
ledger_download(struct ledger *known, const char *url, struct ledger_download *download)
{
	int code;

	if (known == NULL || known->download == NULL)
		return 0;
	statement_text(known->download, ":url", url);
	code = sqlite3_step(known->download);
	if (code == SQLITE_ROW)
		read_download(known->download, download);
	else if (code != SQLITE_DONE)
		db_complain(known->db, known->path);
	sqlite3_reset(known->download);
	return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : -1;
}

void
ledger_download_free(struct ledger_download *download)
{
	free(download->path);
	free(download->sha256);
	*download = (struct ledger_download){0};
}

long long
ledger_attempts(struct ledger *known, const char *url)
{
	long long attempts = 0;

	if (known == NULL || known->attempts == NULL)
		return 0;
	statement_text(known->attempts, ":url", url);
	if (sqlite3_step(known->attempts) == SQLITE_ROW)
		attempts = sqlite3_column_int64(known->attempts, 0);
	sqlite3_reset(known->attempts);
	return attempts;
}

/* Read the next page of one table; 0 if it has no more, -1 after a message. */
static int
read_page(struct ledger *known)
{
	sqlite3_stmt *ask = known->pending[known->table];
	int code;

	known->n = known->next = 0;
	if (ask == NULL)
		return 0;
	statement_text(ask, ":last", known->last != NULL ? known->last : "");
	sqlite3_bind_int(ask, sqlite3_bind_parameter_index(ask, ":limit"), PAGE);
	while ((code = sqlite3_step(ask)) == SQLITE_ROW && known->n < PAGE) {
		char *record = column_text(ask, 0), *url = column_text(ask, 1);

		if (record == NULL || url == NULL) {
			free(record);
			free(url);
			continue;
		}
		known->records[known->n++] = record;
		free(known->last);
		known->last = url;
	}
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		db_complain(known->db, known->path);
	sqlite3_reset(ask);
	return code == SQLITE_DONE || code == SQLITE_ROW ? known->n : -1;
}

char *
ledger_pending(struct ledger *known, bool *attachment, bool *failed)
{
	*failed = false;
	while (known->next == known->n && known->table < PENDINGS) {
		int n = read_page(known);

		if (n < 0) {
			*failed = true;
			return NULL;
		}
		if (n == 0) {
			known->table++;
			free(known->last);
			known->last = NULL;
		}
	}
	if (known->table == PENDINGS)
		return NULL;
	*attachment = pendings[known->table].attachment;
	return known->records[known->next++];
}

int
ledger_each(struct ledger *known,
    void (*visit)(void *context, const char *url, const struct ledger_download *download),
    void *context)
{
	sqlite3_stmt *all;
	int code;

	if (known->download == NULL)
		return 0;
	all = db_prepare(known->db, known->path,
	    "SELECT path, sha256, size, modified, mtime, url FROM downloads ORDER BY "
	    "path");
	if (all == NULL)
		return -1;
	while ((code = sqlite3_step(all)) == SQLITE_ROW) {
		struct ledger_download download;

		read_download(all, &download);
		visit(context, (const char *)sqlite3_column_text(all, 5), &download);
		ledger_download_free(&download);
	}
	if (code != SQLITE_DONE)
		db_complain(known->db, known->path);
	sqlite3_finalize(all);
	return code == SQLITE_DONE ? 0 : -1;
}
