/*
 * The words of the mirror, kept in table search by the loader, in the transaction of the
 * rows: those of a document that goes or changes are taken out, those of one that came
 * are put in.  Both wait for the end of the transaction, so that all of it become one
 * segment of the index, in its order.  common/sql/search/views.sql says what is indexed.
 */
#ifndef INDEX_H
#define INDEX_H

#include <sqlite3.h>
#include <stdint.h>

struct index;

/*
 * The place of an entry is its second, in so many of them, or the next one behind that is
 * free: the smaller the distances from one to the next, the smaller is the index.  Where
 * entries come so close that they are pushed far behind, and a search would look at many
 * to find the newest, it is made anew in seconds; so it was for all until version 17 of
 * the schema.
 */
#define INDEX_SECONDS 32

/* Places that are seconds go beyond it, others not before the year 3058. */
#define INDEX_PLACE_OF_SECONDS ((int64_t)1 << 30)

/* SQL: the last place of a database; and in how many seconds it and all others are. */
#define INDEX_LAST_PLACE "SELECT max(place) FROM search_places"
static inline int64_t
index_seconds(int64_t last_place)
{
	return last_place >= INDEX_PLACE_OF_SECONDS ? 1 : INDEX_SECONDS;
}

/* Begin on an open database; path names it in messages.  What an older schema loaded is
   indexed now.  To be called within a transaction.  NULL after a message. */
struct index *index_open(sqlite3 *db, const char *path);

/* An experiment begins, which may be undone: then all since is forgotten.  0, or -1 after
   a message. */
int index_begin(struct index *index, const char *experiment);
void index_undo(struct index *index);

/*
 * Before and after the rows of a stream of an experiment are written from what was
 * staged (stage.h).  Streams without words are left alone.  0, or -1 after a message.
 */
int index_before(struct index *index, const char *stream, const char *experiment,
    sqlite3_int64 experiment_id);
int index_after(struct index *index, const char *stream, const char *experiment,
    sqlite3_int64 experiment_id);

/* The transaction ends: index what waits.  0, or -1 after a message. */
int index_flush(struct index *index);

/* Between two transactions: where the index is in many pieces, make fewer of them. */
void index_tidy(struct index *index);

/* Take out all of an experiment, before its rows go.  0, or -1 after a message. */
int index_forget(struct index *index, sqlite3_int64 experiment_id);

/*
 * Is all that should be in the index there, and nothing else?  0, or -1 after a message
 * that says how much is missing or left over.
 */
int index_check(sqlite3 *db, const char *path);

/* Make it anew, in a transaction.  0, or -1 after a message. */
int index_rebuild(sqlite3 *db, const char *path);

/* How many of sqlite3_total_changes() were the index's own. */
int index_changes(const struct index *index);

/* NULL is allowed. */
void index_close(struct index *index);

#endif
