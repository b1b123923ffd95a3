#include "load/index.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "base/worker.h"
#include "db/db.h"
#include "db/document.h"
#include "db/statement.h"
#include "load/entry.h"
#include "load/index_rows.h"
#include "load/postings.h"
#include "load/segment.h"
#include "load/segments.h"
#include "text/html.h"
#include "text/timestamp.h"

/* The streams that have words, each with a view search_STREAM. */
static const char *const indexed[] = {
    "logbook_entries", "questionnaires", "workflows", "runs", "samples"};

#define INDEXED (sizeof(indexed) / sizeof(indexed[0]))

/* Pages of the index that one go of tidying writes. */
#define TIDY_PAGES 2000

/* Which documents: what is to be replaced or goes; what came, and the same where nothing
   was there that it replaces; all; an experiment's. */
enum which { BEFORE, AFTER, FRESH, ALL, FORGET, WHICH };

/* Columns of what is asked for. */
enum { ID, PLACE, CREATED_AT, DOC };
enum { TITLE = 2, CONTENT };

/*
 * Entries, whose documents are read here.  A staged document that is NULL is the one that
 * is there.
 */
#define ENTRY "SELECT l.id, NULL, l.created_at, l.doc FROM logbook_entries l "
static const char *const entries[WHICH] = {
    [BEFORE] =
	ENTRY "WHERE l.experiment_id = :experiment_id AND NOT EXISTS (SELECT 1 FROM "
	      "staged_logbook_entries s WHERE s.experiment = :experiment "
	      "AND s.key IS l.entry_id AND s.doc IS NULL)",
    [AFTER] = "SELECT l.id, NULL, s.insert_time, s.doc FROM staged_logbook_entries s "
	      "JOIN logbook_entries l ON l.experiment_id = :experiment_id "
	      "AND l.entry_id = s.key WHERE s.experiment = :experiment "
	      "AND s.doc IS NOT NULL",
    [FRESH] = ENTRY "WHERE l.id > :newest",
    [ALL] = ENTRY,
    [FORGET] = ENTRY "WHERE l.experiment_id = :experiment_id",
};

/* Others, where %s, at most three of them, is the stream.  Only of those that changed is
   the text made: a run's document may be long. */
#define OTHER "SELECT id, place, title, content FROM temp.search_%s v "
#define CHANGED                                                                          \
	"SELECT v.id, v.place, v.title, v.content FROM temp.keys_%s k "                  \
	"CROSS JOIN temp.search_%s v ON v.id = k.id "                                    \
	"WHERE k.experiment_id = :experiment_id AND "
static const char *const others[WHICH] = {
    [BEFORE] = CHANGED "NOT EXISTS (SELECT 1 FROM staged_%s s WHERE "
		       "s.experiment = :experiment AND s.key = k.key AND s.doc IS NULL)",
    [AFTER] =
	CHANGED "EXISTS (SELECT 1 FROM staged_%s s WHERE "
		"s.experiment = :experiment AND s.key = k.key AND s.doc IS NOT NULL)",
    [ALL] = OTHER,
    [FORGET] = OTHER "WHERE experiment_id = :experiment_id",
};

/* So many bytes of documents become a segment, where they come in one transaction. */
#define BYTES_MANY ((size_t)36 << 20)

/* So many of them go to the worker at once. */
#define BYTES_BATCH ((size_t)64 << 10)

/* How many places an entry may be pushed behind its own. */
#define CROWD 500

/* A document on its way to the worker; its texts stand in struct batch.bytes. */
struct item {
	struct postings_document document;
	bool entry; /* text is its whole document; else its content */
	size_t text, n, title, n_title;
};

struct batch {
	struct postings *postings;
	struct buffer bytes;
	struct item *items;
	size_t n, size;
	bool failed;
};

/* An entry that needs a place: not before its second. */
struct newcomer {
	int64_t second;
	struct postings_document *document;
};

struct index {
	sqlite3 *db;
	const char *path;
	struct worker *worker;
	/* The worker's, unless it was waited for. */
	struct postings *postings;
	/* A segment that the worker makes while other documents come, and what it is made
	   of. */
	struct {
		bool going;
		struct segment *segment;
		struct postings_document *documents, **order;
		size_t n;
		bool failed;
		int64_t rows, words[SEGMENTS_COLUMNS]; /* more than before */
	} making;
	/* Ours. */
	struct batch *batch; /* is being filled, or NULL */
	size_t given, bytes; /* documents and bytes that wait, also in the batch */
	size_t mark;	     /* how many when the experiment began */
	char **experiments;  /* that have documents which wait */
	size_t n_experiments, experiments_size;
	bool many; /* segments */
	int changes;
	int64_t seconds; /* of which places are made */
	bool crowded;	 /* too many entries for so many */
	bool replaced;	 /* entries of the experiment were, or went */
	int64_t newest;	 /* id of an entry, before those of the experiment came */
	sqlite3_stmt *statements[INDEXED][WHICH];
	sqlite3_stmt *find_newest, *find_taken, *put_places, *find_place, *free_place,
	    *put_sizes, *drop_size;
};

static int
no_memory(void)
{
	msg("no memory");
	return -1;
}

static int make_anew(struct index *index, int64_t seconds);

/* ---- Documents -------------------------------------------------------------- */

/* The place of what is no entry that stands in search_places. */
static int64_t
place_of(int kind, int64_t id)
{
	return -((int64_t)kind << 40 | id);
}

static void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	buffer_free(&batch->bytes);
	free(batch->items);
	free(batch);
}

static void
take_text(void *context, int column, const char *text, size_t n)
{
	postings_text(context, column, text, n);
}

/* The worker's part: take the documents of a batch apart. */
static void
read_batch(void *argument)
{
	struct batch *batch = argument;
	struct postings *postings = batch->postings;
	struct buffer scratch = {0};

	for (size_t i = 0; i < batch->n; i++) {
		struct item *item = &batch->items[i];
		const char *text = batch->bytes.p + item->text;
		struct entry entry;

		if (!item->entry) {
			postings_begin(postings, &item->document);
			postings_text(postings, 0, text, item->n);
			postings_text(
			    postings, 1, batch->bytes.p + item->title, item->n_title);
			continue;
		}
		entry = entry_read((struct json_span){text, item->n});
		item->document.hidden = entry.deleted_by.p != NULL;
		postings_begin(postings, &item->document);
		entry_texts(&entry, &scratch, take_text, postings);
	}
	if (scratch.failed)
		postings_fail(postings);
	buffer_free(&scratch);
	batch_free(batch);
}

static int
give_batch(struct index *index)
{
	struct batch *batch = index->batch;

	index->batch = NULL;
	if (batch == NULL)
		return 0;
	if (batch->failed || batch->bytes.failed) {
		batch_free(batch);
		return no_memory();
	}
	worker_give(index->worker, read_batch, batch);
	return 0;
}

static struct item *
new_item(struct index *index)
{
	struct batch *batch = index->batch;

	if (batch == NULL) {
		batch = index->batch = calloc(1, sizeof(*batch));
		if (batch == NULL)
			return NULL;
		batch->postings = index->postings;
		buffer_put(&batch->bytes, "", 1); /* texts are offsets from something */
	}
	if (batch->n == batch->size) {
		size_t size = batch->size * 2 + 64;
		struct item *more = realloc(batch->items, size * sizeof(*more));

		if (more == NULL)
			return NULL;
		batch->items = more;
		batch->size = size;
	}
	return &batch->items[batch->n++];
}

/* A column's text, into the batch; its offset. */
static size_t
keep_text(struct batch *batch, sqlite3_stmt *row, int column, size_t *n)
{
	/* No text of ours has a NUL behind it that would have to be put there. */
	const char *text = sqlite3_column_blob(row, column);
	size_t at = batch->bytes.n;

	*n = text != NULL ? (size_t)sqlite3_column_bytes(row, column) : 0;
	buffer_put(&batch->bytes, text != NULL ? text : "", *n);
	return at;
}

/* The place of an entry that goes, which is free from then on.  One that was deleted has
   none, nor has one that a damaged index lacks. */
static int
leave_place(struct index *index, const struct item *item, int64_t first, int64_t *place)
{
	struct json_span doc = {index->batch->bytes.p + item->text, item->n};
	bool found;

	*place = place_of(1, item->document.id);
	if (index->batch->bytes.failed || entry_read(doc).deleted_by.p != NULL)
		return 0;
	sqlite3_bind_int64(index->find_place, 1, first);
	sqlite3_bind_int64(index->find_place, 2, item->document.id);
	found = sqlite3_step(index->find_place) == SQLITE_ROW;
	if (found)
		*place = sqlite3_column_int64(index->find_place, 0);
	sqlite3_reset(index->find_place);
	if (!found)
		return 0;
	sqlite3_bind_int64(index->free_place, 1, *place);
	return statement_run(index->free_place, index->path);
}

static int
take_row(struct index *index, sqlite3_stmt *row, bool entry, bool gone)
{
	struct item *item = new_item(index);
	int64_t second;

	if (item == NULL)
		return no_memory();
	*item = (struct item){.entry = entry,
	    .document = {.place = sqlite3_column_int64(row, PLACE),
		.id = sqlite3_column_int64(row, ID),
		.gone = gone}};
	item->text = keep_text(index->batch, row, entry ? DOC : CONTENT, &item->n);
	if (!entry) {
		item->title = keep_text(index->batch, row, TITLE, &item->n_title);
	} else {
		/* The first place that one which comes may have. */
		second =
		    timestamp_seconds((const char *)sqlite3_column_text(row, CREATED_AT));
		item->document.place = second > 0 ? second / index->seconds : 0;
		if (gone && leave_place(index, item, item->document.place,
				&item->document.place) != 0)
			return -1;
	}
	index->given++;
	index->bytes += item->n + item->n_title;
	return index->batch->bytes.n >= BYTES_BATCH ? give_batch(index) : 0;
}

/* ---- Places ----------------------------------------------------------------- */

static int
by_second(const void *a, const void *b)
{
	const struct newcomer *x = a, *y = b;

	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	return x->document->id < y->document->id ? -1 : x->document->id > y->document->id;
}

/* Is it an entry that came, and no one deleted it? */
static bool
is_newcomer(const struct postings_document *document)
{
	return document->place >= 0 && !document->gone && !document->hidden;
}

/* The next place that an entry has, from one on, or behind the last that was asked for;
   INT64_MAX where there is none, -1 after a message. */
static int64_t
next_taken(struct index *index, int64_t from, bool on)
{
	int code;

	if (!on) {
		sqlite3_reset(index->find_taken);
		sqlite3_bind_int64(index->find_taken, 1, from);
	}
	code = sqlite3_step(index->find_taken);
	if (code == SQLITE_ROW)
		return sqlite3_column_int64(index->find_taken, 0);
	if (code == SQLITE_DONE)
		return INT64_MAX;
	db_complain(index->db, index->path);
	return -1;
}

/* Give entries their places: ascending, so that they fill up gaps. */
static int
give_places(struct index *index, struct newcomer *newcomers, size_t n)
{
	int64_t place = -1, taken = -1;
	size_t i = 0;

	if (n > 0)
		qsort(newcomers, n, sizeof(*newcomers), by_second);
	for (; i < n; i++) {
		const struct newcomer *newcomer = &newcomers[i];

		place = newcomer->second > place ? newcomer->second : place + 1;
		if (taken < place && (taken = next_taken(index, place, false)) < 0)
			break;
		for (; taken == place; place++)
			if ((taken = next_taken(index, place, true)) < 0)
				break;
		if (taken < 0)
			break;
		newcomer->document->place = place;
		/* Where places are seconds, the newest is to tell so: not if it is of
		   before 2004, or has no time. */
		index->crowded |=
		    index->seconds > 1 &&
		    newcomer->second >= INDEX_PLACE_OF_SECONDS / INDEX_SECONDS &&
		    place - newcomer->second > CROWD;
	}
	sqlite3_reset(index->find_taken);
	return i == n ? 0 : -1;
}

static int
place_all(struct index *index, struct postings_document *all, size_t n)
{
	struct newcomer *newcomers = malloc((n + 1) * sizeof(*newcomers));
	size_t waiting = 0;
	int result;

	if (newcomers == NULL)
		return no_memory();
	for (size_t i = 0; i < n; i++) {
		if (all[i].hidden && !all[i].gone)
			all[i].place = place_of(1, all[i].id);
		else if (is_newcomer(&all[i]))
			newcomers[waiting++] = (struct newcomer){all[i].place, &all[i]};
	}
	result = give_places(index, newcomers, waiting);
	free(newcomers);
	return result;
}

static int
by_place(const void *a, const void *b)
{
	const struct postings_document *x = *(struct postings_document *const *)a;
	const struct postings_document *y = *(struct postings_document *const *)b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return y->gone - x->gone;
}

/* ---- Writing ---------------------------------------------------------------- */

/* The rows of search_places and search_docsize, and what these come to. */
static int
put_rows(struct index *index)
{
	for (size_t i = 0; i < index->making.n; i++) {
		const struct postings_document *document = index->making.order[i];
		int sign = document->gone ? -1 : 1;

		if (document->gone) {
			sqlite3_bind_int64(index->drop_size, 1, document->place);
			if (statement_run(index->drop_size, index->path) != 0)
				return -1;
			/* Where a damaged index has no such row, nothing goes. */
			if (sqlite3_changes(index->db) == 0)
				continue;
		}
		index->making.rows += sign;
		for (size_t column = 0; column < SEGMENTS_COLUMNS; column++)
			index->making.words[column] +=
			    sign * (int64_t)document->words[column];
	}
	if (index_rows_write(index->put_places, index->path, index->making.order,
		index->making.n) != 0)
		return -1;
	return index_rows_write(
	    index->put_sizes, index->path, index->making.order, index->making.n);
}

/* The worker's part: make a segment of what it took apart. */
static void
make_segment(void *argument)
{
	struct index *index = argument;

	segment_begin(index->making.segment);
	index->making.failed = postings_write(index->postings, index->making.order,
				   index->making.n, index->making.segment) != 0;
	segment_end(index->making.segment);
	postings_clear(index->postings);
}

static int
put_segment(struct index *index, struct segments *segments)
{
	int id = segments_free_id(segments, index->path), pages;

	if (index->making.failed)
		return no_memory();
	if (id < 0)
		return -1;
	pages = segment_store(index->making.segment, index->db, index->path, id);
	if (pages > 0)
		segments_add(segments, id, pages);
	return pages < 0 ? -1 : 0;
}

static void
forget_made(struct index *index)
{
	free(index->making.documents);
	free(index->making.order);
	index->making.documents = NULL;
	index->making.order = NULL;
	index->making.going = false;
}

/* Write the segment that the worker makes. */
static int
finish_segment(struct index *index)
{
	struct segments *segments;
	int result = -1;

	if (!index->making.going)
		return 0;
	worker_wait(index->worker);
	segments = segments_read(index->db, index->path);
	if (segments != NULL) {
		segments_count(segments, index->making.rows, index->making.words);
		result = put_segment(index, segments);
		if (result == 0)
			result = segments_write(segments, index->db, index->path);
		index->many = segments_are_many(segments);
	}
	segments_free(segments);
	forget_made(index);
	return result;
}

/* What the worker took apart is what the next segment is made of. */
static int
collect(struct index *index)
{
	struct postings_document *all;
	size_t n;

	all = postings_all(index->postings, &n);
	index->making.n = n;
	index->making.rows = 0;
	memset(index->making.words, 0, sizeof(index->making.words));
	index->making.documents = malloc((n + 1) * sizeof(*index->making.documents));
	index->making.order = malloc((n + 1) * sizeof(struct postings_document *));
	if (index->making.documents == NULL || index->making.order == NULL ||
	    postings_failed(index->postings))
		return no_memory();
	if (html_trouble() != NULL) {
		msg("libxml2, which takes HTML apart: %s: install it", html_trouble());
		return -1;
	}
	memcpy(index->making.documents, all, n * sizeof(*all));
	if (place_all(index, index->making.documents, n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		index->making.order[i] = &index->making.documents[i];
	qsort(index->making.order, n, sizeof(struct postings_document *), by_place);
	return put_rows(index);
}

static void
clear(struct index *index)
{
	index->given = index->bytes = index->mark = 0;
	while (index->n_experiments > 0)
		free(index->experiments[--index->n_experiments]);
}

/* Begin to make a segment of what waits.  Its rows are written, it is not yet. */
static int
begin_segment(struct index *index)
{
	int before = sqlite3_total_changes(index->db), result;

	if (index->given == 0)
		return 0;
	result = give_batch(index);
	worker_wait(index->worker);
	if (result == 0)
		result = finish_segment(index);
	if (result == 0)
		result = collect(index);
	clear(index);
	index->changes += sqlite3_total_changes(index->db) - before;
	if (result == 0) {
		index->making.going = true;
		worker_give(index->worker, make_segment, index);
	} else {
		forget_made(index);
		postings_clear(index->postings);
	}
	return result;
}

int
index_flush(struct index *index)
{
	int result = begin_segment(index), before = sqlite3_total_changes(index->db);

	if (result == 0)
		result = finish_segment(index);
	index->changes += sqlite3_total_changes(index->db) - before;
	if (result == 0 && index->crowded)
		result = make_anew(index, 1);
	return result;
}

/* ---- Taking ----------------------------------------------------------------- */

static sqlite3_stmt *
prepare(struct index *index, size_t stream, enum which which)
{
	const char *name = indexed[stream];
	char *sql = NULL;

	if (index->statements[stream][which] == NULL &&
	    (sql = sqlite3_mprintf(
		 stream == 0 ? entries[which] : others[which], name, name, name)) != NULL)
		index->statements[stream][which] =
		    db_prepare(index->db, index->path, sql);
	sqlite3_free(sql);
	return index->statements[stream][which];
}

/* Take in documents.  Where nothing can be undone, a segment that is full is written. */
static int
take(struct index *index, size_t stream, enum which which, const char *experiment,
    int64_t experiment_id)
{
	sqlite3_stmt *rows = prepare(index, stream, which);
	bool gone = which == BEFORE || which == FORGET;
	int before = sqlite3_total_changes(index->db), code = SQLITE_DONE, id, result = 0;

	if (rows == NULL)
		return -1;
	id = sqlite3_bind_parameter_index(rows, ":experiment_id");
	if (id > 0)
		sqlite3_bind_int64(rows, id, experiment_id);
	id = sqlite3_bind_parameter_index(rows, ":newest");
	if (id > 0)
		sqlite3_bind_int64(rows, id, index->newest);
	statement_text(rows, ":experiment", experiment);
	while (result == 0 && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		result = take_row(index, rows, stream == 0, gone);
		if (which == ALL && result == 0 && index->bytes >= BYTES_MANY)
			result = begin_segment(index);
	}
	if (result == 0 && code != SQLITE_DONE) {
		db_complain(index->db, index->path);
		result = -1;
	}
	sqlite3_reset(rows);
	if (which != ALL)
		index->changes += sqlite3_total_changes(index->db) - before;
	return result;
}

/* Index all that is in the database, in places of so many seconds. */
static int
make_anew(struct index *index, int64_t seconds)
{
	int before = sqlite3_total_changes(index->db);

	index->seconds = seconds;
	index->crowded = false;
	if (db_exec(index->db, index->path,
		"INSERT INTO search (search) VALUES ('delete-all');"
		"DELETE FROM search_places") != 0)
		return -1;
	index->changes += sqlite3_total_changes(index->db) - before;
	for (size_t i = 0; i < INDEXED; i++)
		if (take(index, i, ALL, NULL, 0) != 0)
			return -1;
	return index_flush(index);
}

void
index_tidy(struct index *index)
{
	sqlite3 *other = NULL;
	char sql[80];

	if (!index->many)
		return;
	/* FTS5 merges segments, on a connection that knows none of before. */
	snprintf(sql, sizeof(sql),
	    "INSERT INTO search (search, rank) VALUES ('merge', %d)", TIDY_PAGES);
	if (sqlite3_open_v2(index->path, &other, SQLITE_OPEN_READWRITE, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(other, sql, NULL, NULL, NULL) != SQLITE_OK)
		msg_debug("%s: index of words: not tidied: %s", index->path,
		    sqlite3_errmsg(other));
	sqlite3_close(other);
}

/* ---- Beginning and ending --------------------------------------------------- */

/* What an older schema loaded. */
static int
index_pending(struct index *index)
{
	if (db_number(index->db,
		"SELECT count(*) FROM metadata WHERE key = 'search_pending'", 0) == 0)
		return 0;
	if (make_anew(index, INDEX_SECONDS) != 0)
		return -1;
	return db_exec(
	    index->db, index->path, "DELETE FROM metadata WHERE key = 'search_pending'");
}

static int
prepare_fixed(struct index *index)
{
	const struct {
		sqlite3_stmt **statement;
		const char *sql;
	} fixed[] = {
	    {&index->find_newest, "SELECT max(id) FROM logbook_entries"},
	    {&index->find_taken,
		"SELECT place FROM search_places WHERE place >= ? ORDER BY place"},
	    {&index->put_places, "INSERT INTO search_places (place, id) "
				 "SELECT place, id FROM index_rows(?) WHERE place >= 0"},
	    {&index->find_place, "SELECT place FROM search_places WHERE place >= ? "
				 "AND id = ? LIMIT 1"},
	    {&index->free_place, "DELETE FROM search_places WHERE place = ?"},
	    {&index->put_sizes, "INSERT INTO search_docsize (id, sz) "
				"SELECT place, sz FROM index_rows(?)"},
	    {&index->drop_size, "DELETE FROM search_docsize WHERE id = ?"},
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		*fixed[i].statement = db_prepare(index->db, index->path, fixed[i].sql);
		if (*fixed[i].statement == NULL)
			return -1;
	}
	return 0;
}

struct index *
index_open(sqlite3 *db, const char *path)
{
	struct index *index = calloc(1, sizeof(*index));

	if (index == NULL) {
		no_memory();
		return NULL;
	}
	index->db = db;
	index->path = path;
	if (document_functions(db) != SQLITE_OK || index_rows_function(db) != SQLITE_OK)
		db_complain(db, path);
	else if (db_exec(db, path, statement_file("search", "views", "")) == 0 &&
		 prepare_fixed(index) == 0 &&
		 (index->postings = postings_open(db, path)) != NULL) {
		index->making.segment = segment_open();
		index->worker = worker_open();
		index->seconds = index_seconds(db_number(db, INDEX_LAST_PLACE, 0));
		if (index->making.segment == NULL)
			no_memory();
		else if (index_pending(index) == 0)
			return index;
	}
	index_close(index);
	return NULL;
}

int
index_begin(struct index *index, const char *experiment)
{
	bool waits = index->bytes >= BYTES_MANY;

	/* What is not in the index yet cannot be taken out. */
	for (size_t i = 0; i < index->n_experiments && !waits; i++)
		waits = strcmp(index->experiments[i], experiment) == 0;
	if (waits && begin_segment(index) != 0)
		return -1;
	index->mark = index->given;
	if (index->n_experiments == index->experiments_size) {
		size_t size = index->experiments_size * 2 + 64;
		char **more = realloc(index->experiments, size * sizeof(*more));

		if (more == NULL)
			return no_memory();
		index->experiments = more;
		index->experiments_size = size;
	}
	index->experiments[index->n_experiments] = strdup(experiment);
	return index->experiments[index->n_experiments++] != NULL ? 0 : no_memory();
}

void
index_undo(struct index *index)
{
	/* What stands before it may be in the same batch. */
	give_batch(index);
	worker_wait(index->worker);
	postings_cut(index->postings, index->mark);
	index->given = index->mark;
}

static int
take_named(struct index *index, enum which which, const char *stream,
    const char *experiment, int64_t experiment_id)
{
	for (size_t i = 0; i < INDEXED; i++)
		if (strcmp(indexed[i], stream) == 0)
			return take(index, i, which, experiment, experiment_id);
	return 0;
}

int
index_before(struct index *index, const char *stream, const char *experiment,
    sqlite3_int64 experiment_id)
{
	size_t given = index->given;

	if (strcmp(stream, indexed[0]) != 0)
		return take_named(index, BEFORE, stream, experiment, experiment_id);
	if (sqlite3_step(index->find_newest) == SQLITE_ROW)
		index->newest = sqlite3_column_int64(index->find_newest, 0);
	sqlite3_reset(index->find_newest);
	if (take(index, 0, BEFORE, experiment, experiment_id) != 0)
		return -1;
	index->replaced = index->given > given;
	return 0;
}

int
index_after(struct index *index, const char *stream, const char *experiment,
    sqlite3_int64 experiment_id)
{
	if (strcmp(stream, indexed[0]) == 0)
		return take(
		    index, 0, index->replaced ? AFTER : FRESH, experiment, experiment_id);
	return take_named(index, AFTER, stream, experiment, experiment_id);
}

int
index_forget(struct index *index, sqlite3_int64 experiment_id)
{
	if (index_flush(index) != 0)
		return -1;
	for (size_t i = 0; i < INDEXED; i++)
		if (take(index, i, FORGET, NULL, experiment_id) != 0)
			return -1;
	return index_flush(index);
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
	worker_close(index->worker);
	batch_free(index->batch);
	if (index->postings != NULL)
		clear(index);
	for (size_t i = 0; i < INDEXED; i++)
		for (int which = 0; which < WHICH; which++)
			sqlite3_finalize(index->statements[i][which]);
	sqlite3_finalize(index->find_newest);
	sqlite3_finalize(index->find_taken);
	sqlite3_finalize(index->put_places);
	sqlite3_finalize(index->find_place);
	sqlite3_finalize(index->free_place);
	sqlite3_finalize(index->put_sizes);
	sqlite3_finalize(index->drop_size);
	segment_close(index->making.segment);
	forget_made(index);
	postings_close(index->postings);
	free(index->experiments);
	free(index);
}
