#include "load/index.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/fold.h"
#include "db/statement.h"

/* The streams that have words, each with a view search_STREAM. */
static const char *const indexed[] = {
    "logbook_entries", "questionnaires", "workflows", "runs", "samples"};

#define INDEXED (sizeof(indexed) / sizeof(indexed[0]))

enum which { WAITS, BEFORE, FREE, AFTER, DUE, FLUSH, FORGET, FORGET_PLACES, WHICH };

#define DELETE                                                                           \
	"INSERT INTO search (search, rowid, title, content, author, tags, files) "       \
	"SELECT 'delete', place, title, content, author, tags, files "

/*
 * Where %s, at most three of them, is the stream.  A staged document that is NULL is the
 * one that is there.
 */
static const char *const texts[WHICH] = {
    [WAITS] = "SELECT 1 FROM temp.index_due WHERE stream = '%s' "
	      "AND experiment_id = :experiment_id",
    [BEFORE] =
	DELETE "FROM temp.search_%s v WHERE experiment_id = :experiment_id AND NOT "
	       "EXISTS (SELECT 1 FROM staged_%s s WHERE s.experiment = :experiment "
	       "AND (v.key IS NULL OR s.key IS v.key) AND s.doc IS NULL) "
	       "ORDER BY place",
    [FREE] = "DELETE FROM search_places WHERE id IN (SELECT id FROM logbook_entries v "
	     "WHERE experiment_id = :experiment_id AND NOT EXISTS (SELECT 1 FROM "
	     "staged_logbook_entries s WHERE s.experiment = :experiment "
	     "AND s.key IS v.entry_id AND s.doc IS NULL))",
    [AFTER] = "INSERT INTO temp.index_due (stream, experiment_id, id, second) "
	      "SELECT '%s', experiment_id, id, iif(place IS NULL, second, NULL) "
	      "FROM temp.search_%s v WHERE experiment_id = :experiment_id AND EXISTS ("
	      "SELECT 1 FROM staged_%s s WHERE s.experiment = :experiment "
	      "AND (v.key IS NULL OR s.key IS v.key) AND s.doc IS NOT NULL)",
    [DUE] = "INSERT INTO temp.index_due (stream, experiment_id, id, second) "
	    "SELECT '%s', experiment_id, id, iif(place IS NULL, second, NULL) "
	    "FROM temp.search_%s",
    [FLUSH] = "INSERT INTO search (rowid, title, content, author, tags, files) "
	      "SELECT place, title, content, author, tags, files FROM temp.search_%s "
	      "WHERE id IN (SELECT id FROM temp.index_due WHERE stream = '%s') "
	      "ORDER BY place",
    [FORGET] = DELETE "FROM temp.search_%s WHERE experiment_id = :experiment_id "
		      "ORDER BY place",
    [FORGET_PLACES] = "DELETE FROM search_places WHERE id IN (SELECT id FROM "
		      "logbook_entries WHERE experiment_id = :experiment_id)",
};

struct index {
	sqlite3 *db;
	const char *path;
	bool due; /* something waits in index_due */
	int changes;
	sqlite3_stmt *statements[INDEXED][WHICH];
};

static sqlite3_stmt *
prepare(struct index *index, size_t stream, enum which which)
{
	const char *name = indexed[stream];
	char *sql = NULL;

	if (index->statements[stream][which] == NULL &&
	    (sql = sqlite3_mprintf(texts[which], name, name, name)) != NULL)
		index->statements[stream][which] =
		    db_prepare(index->db, index->path, sql);
	sqlite3_free(sql);
	return index->statements[stream][which];
}

static int
run(struct index *index, size_t stream, enum which which, const char *experiment,
    sqlite3_int64 experiment_id)
{
	sqlite3_stmt *statement = prepare(index, stream, which);
	int id, before, result;

	if (statement == NULL)
		return -1;
	id = sqlite3_bind_parameter_index(statement, ":experiment_id");
	if (id > 0)
		sqlite3_bind_int64(statement, id, experiment_id);
	statement_text(statement, ":experiment", experiment);
	if (which == WAITS)
		return statement_ask(statement, index->path);
	before = sqlite3_total_changes(index->db);
	result = statement_run(statement, index->path);
	index->changes += sqlite3_total_changes(index->db) - before;
	return result;
}

/* Give the entries that wait their places: ascending, so that they fill up gaps. */
static int
index_place(struct index *index)
{
	sqlite3_stmt *due = db_prepare(index->db, index->path,
	    "SELECT id, second FROM temp.index_due WHERE second IS NOT NULL "
	    "ORDER BY second, id");
	sqlite3_stmt *taken = db_prepare(
	    index->db, index->path, "SELECT 1 FROM search_places WHERE place = ?");
	sqlite3_stmt *take =
	    db_prepare(index->db, index->path, "INSERT INTO search_places VALUES (?, ?)");
	sqlite3_int64 place = -1;
	int code = SQLITE_DONE, before = sqlite3_total_changes(index->db);

	if (due == NULL || taken == NULL || take == NULL)
		code = SQLITE_ERROR;
	while (code == SQLITE_DONE && (code = sqlite3_step(due)) == SQLITE_ROW) {
		sqlite3_int64 second = sqlite3_column_int64(due, 1);

		place = second > place ? second : place + 1;
		for (;; place++) {
			sqlite3_bind_int64(taken, 1, place);
			code = sqlite3_step(taken);
			sqlite3_reset(taken);
			if (code != SQLITE_ROW)
				break;
		}
		sqlite3_bind_int64(take, 1, place);
		sqlite3_bind_int64(take, 2, sqlite3_column_int64(due, 0));
		if (code == SQLITE_DONE)
			code = sqlite3_step(take);
		sqlite3_reset(take);
	}
	if (code != SQLITE_DONE)
		db_complain(index->db, index->path);
	index->changes += sqlite3_total_changes(index->db) - before;
	sqlite3_finalize(due);
	sqlite3_finalize(taken);
	sqlite3_finalize(take);
	return code == SQLITE_DONE ? 0 : -1;
}

int
index_flush(struct index *index)
{
	int before, result;

	if (!index->due)
		return 0;
	if (index_place(index) != 0)
		return -1;
	for (size_t i = 0; i < INDEXED; i++)
		if (run(index, i, FLUSH, NULL, 0) != 0)
			return -1;
	index->due = false;
	before = sqlite3_total_changes(index->db);
	result = db_exec(index->db, index->path, "DELETE FROM temp.index_due");
	index->changes += sqlite3_total_changes(index->db) - before;
	return result;
}

/* What an older schema loaded. */
static int
index_pending(struct index *index)
{
	if (db_number(index->db,
		"SELECT count(*) FROM metadata WHERE key = 'search_pending'", 0) == 0)
		return 0;
	if (db_exec(index->db, index->path,
		"INSERT INTO search (search) VALUES ('delete-all');"
		"DELETE FROM search_places") != 0)
		return -1;
	for (size_t i = 0; i < INDEXED; i++)
		if (run(index, i, DUE, NULL, 0) != 0)
			return -1;
	index->due = true;
	if (index_flush(index) != 0)
		return -1;
	return db_exec(
	    index->db, index->path, "DELETE FROM metadata WHERE key = 'search_pending'");
}

struct index *
index_open(sqlite3 *db, const char *path)
{
	struct index *index = calloc(1, sizeof(*index));

	if (index == NULL) {
		msg("no memory");
		return NULL;
	}
	index->db = db;
	index->path = path;
	if (fold_functions(db) != SQLITE_OK) {
		db_complain(db, path);
	} else if (db_exec(db, path,
		       "CREATE TEMP TABLE IF NOT EXISTS index_due (stream TEXT, "
		       "experiment_id INTEGER, "
		       "id INTEGER, second INTEGER, "
		       "PRIMARY KEY (stream, experiment_id, id)) "
		       "WITHOUT ROWID") == 0 &&
		   db_exec(db, path, statement_file("search", "views", "")) == 0 &&
		   index_pending(index) == 0) {
		/* Another one on this connection may have left some. */
		index->due =
		    db_number(db, "SELECT 1 FROM temp.index_due LIMIT 1", 0) != 0;
		return index;
	}
	index_close(index);
	return NULL;
}

static int
run_named(struct index *index, enum which which, const char *stream,
    const char *experiment, sqlite3_int64 experiment_id)
{
	for (size_t i = 0; i < INDEXED; i++)
		if (strcmp(indexed[i], stream) == 0)
			return run(index, i, which, experiment, experiment_id);
	return 0;
}

int
index_before(struct index *index, const char *stream, const char *experiment,
    sqlite3_int64 experiment_id)
{
	int waits =
	    index->due ? run_named(index, WAITS, stream, experiment, experiment_id) : 0;

	/* What is not in the index yet cannot be taken out. */
	if (waits < 0 || (waits > 0 && index_flush(index) != 0))
		return -1;
	if (run_named(index, BEFORE, stream, experiment, experiment_id) != 0)
		return -1;
	return strcmp(stream, indexed[0]) == 0
		   ? run(index, 0, FREE, experiment, experiment_id)
		   : 0;
}

int
index_after(struct index *index, const char *stream, const char *experiment,
    sqlite3_int64 experiment_id)
{
	index->due = true;
	return run_named(index, AFTER, stream, experiment, experiment_id);
}

int
index_forget(struct index *index, sqlite3_int64 experiment_id)
{
	if (index_flush(index) != 0)
		return -1;
	for (size_t i = 0; i < INDEXED; i++)
		if (run(index, i, FORGET, NULL, experiment_id) != 0)
			return -1;
	return run(index, 0, FORGET_PLACES, NULL, experiment_id);
}

int
index_check(sqlite3 *db, const char *path)
{
	struct index *index = index_open(db, path);
	long long there = 0, missing = 0;

	if (index == NULL)
		return -1;
	for (size_t i = 0; i < INDEXED; i++) {
		char *sql = sqlite3_mprintf("SELECT count(*) FROM temp.search_%s v "
					    "WHERE NOT EXISTS (SELECT 1 FROM "
					    "search_docsize d WHERE d.id = v.place)",
		    indexed[i]);
		char *all =
		    sqlite3_mprintf("SELECT count(*) FROM temp.search_%s", indexed[i]);

		missing += sql != NULL ? db_number(db, sql, -1) : -1;
		there += all != NULL ? db_number(db, all, -1) : -1;
		sqlite3_free(sql);
		sqlite3_free(all);
	}
	there -= db_number(db, "SELECT count(*) FROM search_docsize", -1);
	index_close(index);
	if (missing == 0 && there == 0)
		return 0;
	msg("%s: index of words: %lld documents are missing in it, %lld too many are "
	    "there: elog-load --reindex makes it anew",
	    path, missing, missing - there);
	return -1;
}

int
index_rebuild(sqlite3 *db, const char *path)
{
	struct index *index = NULL;
	int result = -1;

	if (db_exec(db, path,
		"BEGIN IMMEDIATE; INSERT INTO metadata (key, value) "
		"VALUES ('search_pending', 'all') ON CONFLICT DO NOTHING") == 0 &&
	    (index = index_open(db, path)) != NULL)
		result = db_exec(db, path, "COMMIT");
	if (result != 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	index_close(index);
	return result;
}

int
index_changes(const struct index *index)
{
	return index->changes;
}

void
index_close(struct index *index)
{
	if (index == NULL)
		return;
	for (size_t i = 0; i < INDEXED; i++)
		for (int which = 0; which < WHICH; which++)
			sqlite3_finalize(index->statements[i][which]);
	free(index);
}
