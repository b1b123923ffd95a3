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
has_table(struct ledger *ledger, const char *name)
{
	sqlite3_stmt *ask = db_prepare(ledger->db, ledger->path,
	    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name");
	bool has;

	if (ask == NULL)
		return false;
	statement_text(ask, ":name", name);
	has = statement_ask(ask, ledger->path) == 1;
	sqlite3_finalize(ask);
	return has;
}

struct ledger *
ledger_open(const char *path)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (ledger == NULL) {
		msg("no memory");
		return NULL;
	}
	if (db_is_empty(path))
		return ledger;
	ledger->db = db_open_reader(path, &ledger->path);
	if (ledger->db == NULL)
		goto fail;
	if (!has_table(ledger, "downloads"))
		return ledger;
	ledger->download = db_prepare(ledger->db, ledger->path,
	    "SELECT path, sha256, size, modified, mtime, started FROM downloads WHERE "
	    "url = :url");
	ledger->attempts = db_prepare(ledger->db, ledger->path,
	    "SELECT attempts FROM partial_downloads WHERE url = :url");
	for (size_t i = 0; i < PENDINGS; i++)
		if (has_table(ledger, pendings[i].stream)) {
			ledger->pending[i] = db_prepare(ledger->db, ledger->path,
			    statement_file("pending", pendings[i].stream, ""));
			if (ledger->pending[i] == NULL)
				goto fail;
		}
	if (ledger->download != NULL && ledger->attempts != NULL)
		return ledger;
fail:
	ledger_close(ledger);
	return NULL;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	while (ledger->next < ledger->n)
		free(ledger->records[ledger->next++]);
	for (size_t i = 0; i < PENDINGS; i++)
		sqlite3_finalize(ledger->pending[i]);
	sqlite3_finalize(ledger->download);
	sqlite3_finalize(ledger->attempts);
	sqlite3_close(ledger->db);
	free(ledger->last);
	free(ledger->path);
	free(ledger);
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
	    .started = wanted_time((const char *)sqlite3_column_text(row, 5)),
	};
}

int
ledger_download(struct ledger *ledger, const char *url, struct ledger_download *download)
{
	int code;

	if (ledger == NULL || ledger->download == NULL)
		return 0;
	statement_text(ledger->download, ":url", url);
	code = sqlite3_step(ledger->download);
	if (code == SQLITE_ROW)
		read_download(ledger->download, download);
	else if (code != SQLITE_DONE)
		db_complain(ledger->db, ledger->path);
	sqlite3_reset(ledger->download);
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
ledger_attempts(struct ledger *ledger, const char *url)
{
	long long attempts = 0;

	if (ledger == NULL || ledger->attempts == NULL)
		return 0;
	statement_text(ledger->attempts, ":url", url);
	if (sqlite3_step(ledger->attempts) == SQLITE_ROW)
		attempts = sqlite3_column_int64(ledger->attempts, 0);
	sqlite3_reset(ledger->attempts);
	return attempts;
}

/* Read the next page of one table; 0 if it has no more, -1 after a message. */
static int
read_page(struct ledger *ledger)
{
	sqlite3_stmt *ask = ledger->pending[ledger->table];
	int code;

	ledger->n = ledger->next = 0;
	if (ask == NULL)
		return 0;
	statement_text(ask, ":last", ledger->last != NULL ? ledger->last : "");
	sqlite3_bind_int(ask, sqlite3_bind_parameter_index(ask, ":limit"), PAGE);
	while ((code = sqlite3_step(ask)) == SQLITE_ROW && ledger->n < PAGE) {
		char *record = column_text(ask, 0), *url = column_text(ask, 1);

		if (record == NULL || url == NULL) {
			free(record);
			free(url);
			continue;
		}
		ledger->records[ledger->n++] = record;
		free(ledger->last);
		ledger->last = url;
	}
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		db_complain(ledger->db, ledger->path);
	sqlite3_reset(ask);
	return code == SQLITE_DONE || code == SQLITE_ROW ? ledger->n : -1;
}

char *
ledger_pending(struct ledger *ledger, bool *attachment, bool *failed)
{
	*failed = false;
	while (ledger->next == ledger->n && ledger->table < PENDINGS) {
		int n = read_page(ledger);

		if (n < 0) {
			*failed = true;
			return NULL;
		}
		if (n == 0) {
			ledger->table++;
			free(ledger->last);
			ledger->last = NULL;
		}
	}
	if (ledger->table == PENDINGS)
		return NULL;
	*attachment = pendings[ledger->table].attachment;
	return ledger->records[ledger->next++];
}

int
ledger_each(struct ledger *ledger,
    void (*visit)(void *context, const char *url, const struct ledger_download *download),
    void *context)
{
	sqlite3_stmt *all;
	int code;

	if (ledger->download == NULL)
		return 0;
	all = db_prepare(ledger->db, ledger->path,
	    "SELECT path, sha256, size, modified, mtime, started, url FROM downloads "
	    "ORDER BY "
	    "path");
	if (all == NULL)
		return -1;
	while ((code = sqlite3_step(all)) == SQLITE_ROW) {
		struct ledger_download download;

		read_download(all, &download);
		visit(context, (const char *)sqlite3_column_text(all, 6), &download);
		ledger_download_free(&download);
	}
	if (code != SQLITE_DONE)
		db_complain(ledger->db, ledger->path);
	sqlite3_finalize(all);
	return code == SQLITE_DONE ? 0 : -1;
}
