#include "query/search_thread.h"

#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"

struct search_threads {
	sqlite3 *db;
	const char *path;
	struct search_print *print;
	struct search_documents documents; /* apart from those of the search */
	sqlite3_stmt *thread, *seen;
	int status;
};

struct search_threads *
search_threads_open(sqlite3 *db, const char *path, struct search_print *print)
{
	struct search_threads *threads = calloc(1, sizeof(*threads));

	if (threads == NULL) {
		msg("no memory");
		return NULL;
	}
	threads->db = db;
	threads->path = path;
	threads->print = print;
	if (search_documents_open(&threads->documents, db, path, false, true) == 0 &&
	    db_exec(db, path,
		"CREATE TEMP TABLE IF NOT EXISTS search_seen (id INTEGER PRIMARY KEY)") ==
		0) {
		threads->thread =
		    db_prepare(db, path, statement_file("search", "thread", ""));
		threads->seen = db_prepare(
		    db, path, "INSERT OR IGNORE INTO temp.search_seen VALUES (?)");
	}
	if (threads->thread != NULL && threads->seen != NULL)
		return threads;
	search_threads_close(threads);
	return NULL;
}

/* Note that an entry is printed; was it before?  1, 0, or -1 after a message. */
static int
note(struct search_threads *threads, sqlite3_int64 id)
{
	sqlite3_bind_int64(threads->seen, 1, id);
	if (statement_run(threads->seen, threads->path) != 0)
		return -1;
	return sqlite3_changes(threads->db) == 0;
}

int
search_threads_take(void *context, const struct search_document *found)
{
	struct search_threads *threads = context;
	sqlite3_stmt *thread = threads->thread;
	struct search_document part;
	char *hit = strdup(found->entry_id);
	int code = SQLITE_DONE, result = 0;

	if (hit == NULL || hit[0] == '\0') {
		free(hit);
		return search_print_text(threads->print, found);
	}
	sqlite3_bind_int64(thread, sqlite3_bind_parameter_index(thread, ":experiment_id"),
	    found->experiment_id);
	statement_text(thread, ":entry_id", hit);
	while (result == 0 && (code = sqlite3_step(thread)) == SQLITE_ROW) {
		sqlite3_int64 id = sqlite3_column_int64(thread, 0);
		int depth = sqlite3_column_int(thread, 2);

		result = note(threads, id);
		if (result != 0)
			break;
		if (search_documents_read(
			&threads->documents, SEARCH_ENTRIES, id, &part) != 1)
			continue;
		if (depth == 0 && threads->print->shown > 0)
			fputc('\n', threads->print->out);
		search_print_part(
		    threads->print, &part, depth, strcmp(part.entry_id, hit) == 0);
	}
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		db_complain(threads->db, threads->path);
	if (result < 0 || (code != SQLITE_ROW && code != SQLITE_DONE))
		threads->status = EXIT_PARTIAL;
	sqlite3_reset(thread);
	free(hit);
	return result < 0 || ferror(threads->print->out) != 0;
}

int
search_threads_close(struct search_threads *threads)
{
	int status = threads != NULL ? threads->status : EXIT_PARTIAL;

	if (threads == NULL)
		return status;
	sqlite3_finalize(threads->thread);
	sqlite3_finalize(threads->seen);
	search_documents_close(&threads->documents);
	free(threads);
	return status;
}
