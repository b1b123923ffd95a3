#include "query/value_ahead.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

/*
 * Each thread reads so many experiments that follow each other, for to go to another one
 * costs a read.  So many are in memory; and where the thread had to wait, so many are to
 * be free again before it is woken.
 */
#define CHUNK 8
#define SLOTS 32
#define FREE 12

enum state { BUSY, DONE, FAILED };

/* An experiment; each thread has its own memory for it, which stays near its processor.
 */
struct slot {
	struct value_experiment of[2];
	int reader;
	enum state state;
};

/* What a thread has to read. */
struct chunk {
	size_t at, end;
};

struct value_ahead {
	pthread_t thread;
	char *path;
	struct value_reader *readers; /* the thread's */
	size_t n_readers;
	struct chunk own; /* the statement's thread's */
	/* What follows is read and written under the lock; but a slot is its reader's. */
	pthread_mutex_t lock;
	pthread_cond_t more; /* there may be something to read */
	pthread_cond_t done; /* something was read */
	const struct value_question *question;
	const sqlite3_int64 *ids;
	size_t n;
	size_t at;	   /* what was asked for */
	size_t claimed;	   /* the first that nobody reads or has read */
	bool ended, reads; /* does the thread read? */
	bool waits;	   /* does the statement's? */
	struct slot slots[SLOTS];
};

/* ---- the thread ------------------------------------------------------------- */

/* All that the query is about, if anything: it will be asked for. */
static int
read_all(struct value_ahead *ahead, struct value_experiment *experiment,
    struct value_reader *readers)
{
	int code = value_experiment_find(experiment, readers, ahead->question);

	for (size_t i = 0;
	     i < experiment->n && code == SQLITE_OK && experiment->n_rows > 0; i++)
		code = value_experiment_read(experiment, readers, ahead->question, i);
	return code;
}

/* With the lock: take the next ones, where there is room for them. */
static bool
claim(struct value_ahead *ahead, struct chunk *chunk, int reader)
{
	size_t end = ahead->claimed + CHUNK;

	if (end > ahead->n)
		end = ahead->n;
	if (ahead->claimed >= end || end > ahead->at + SLOTS)
		return false;
	*chunk = (struct chunk){ahead->claimed, end};
	for (size_t i = ahead->claimed; i < end; i++) {
		ahead->slots[i % SLOTS].state = BUSY;
		ahead->slots[i % SLOTS].reader = reader;
	}
	ahead->claimed = end;
	return true;
}

/* A thread goes to a chunk: what is behind it is another one's. */
static void
set_until(
    struct value_ahead *ahead, const struct chunk *chunk, struct value_reader *readers)
{
	sqlite3_int64 until = ahead->ids[chunk->at];

	for (size_t i = chunk->at; i < chunk->end; i++)
		if (ahead->ids[i] > until)
			until = ahead->ids[i];
	for (size_t i = 0; i < ahead->n_readers; i++)
		readers[i].until = until;
}

/* Read the next one of a chunk, without the lock; give it with the lock, which is kept.
 */
static void
read_next(struct value_ahead *ahead, struct chunk *chunk, struct value_reader *readers)
{
	size_t i = chunk->at++;
	struct slot *slot = &ahead->slots[i % SLOTS];
	struct value_experiment *experiment = &slot->of[slot->reader];
	int code;

	value_experiment_begin(experiment, ahead->ids[i]);
	code = read_all(ahead, experiment, readers);
	pthread_mutex_lock(&ahead->lock);
	slot->state = code == SQLITE_OK ? DONE : FAILED;
}

static sqlite3 *
connect(struct value_ahead *ahead)
{
	sqlite3 *db = NULL;
	int code = sqlite3_open_v2(
	    ahead->path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK)
		code =
		    sqlite3_exec(db, "PRAGMA cache_size = 40; BEGIN", NULL, NULL, NULL);
	for (size_t i = 0; i < ahead->n_readers && code == SQLITE_OK; i++)
		code = value_reader_open(&ahead->readers[i], db);
	if (code == SQLITE_OK)
		return db;
	sqlite3_close_v2(db);
	return NULL;
}

/* Another time, if there is one, the statement's thread is alone. */
static bool
is_all_claimed(const struct value_ahead *ahead)
{
	return ahead->n > 0 && ahead->claimed == ahead->n;
}

static void *
work(void *context)
{
	struct value_ahead *ahead = context;
	sqlite3 *db = connect(ahead);
	struct chunk chunk;

	pthread_mutex_lock(&ahead->lock);
	while (db != NULL && !ahead->ended && !is_all_claimed(ahead)) {
		if (!claim(ahead, &chunk, 1)) {
			pthread_cond_wait(&ahead->more, &ahead->lock);
			continue;
		}
		ahead->reads = true;
		set_until(ahead, &chunk, ahead->readers);
		while (chunk.at < chunk.end && chunk.at < ahead->n) {
			pthread_mutex_unlock(&ahead->lock);
			read_next(ahead, &chunk, ahead->readers);
			if (ahead->waits)
				pthread_cond_signal(&ahead->done);
		}
		ahead->reads = false;
		if (ahead->waits)
			pthread_cond_signal(&ahead->done);
	}
	pthread_mutex_unlock(&ahead->lock);
	for (size_t i = 0; i < ahead->n_readers; i++)
		value_reader_close(&ahead->readers[i]);
	sqlite3_close_v2(db);
	return NULL;
}

/* ---- the statement ---------------------------------------------------------- */

/* Is the journal of the database one that keeps writers away from readers? */
static bool
keeps_writers_away(sqlite3 *db)
{
	sqlite3_stmt *mode = NULL;
	bool does = false;

	if (sqlite3_txn_state(db, "main") != SQLITE_TXN_READ ||
	    sqlite3_prepare_v2(db, "PRAGMA main.journal_mode", -1, &mode, NULL) !=
		SQLITE_OK)
		return false;
	if (sqlite3_step(mode) == SQLITE_ROW)
		does = strcmp((const char *)sqlite3_column_text(mode, 0), "delete") == 0;
	sqlite3_finalize(mode);
	return does;
}

static bool
has_two_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 1;
}

static void
release(struct value_ahead *ahead)
{
	for (size_t i = 0; i < SLOTS; i++)
		for (int reader = 0; reader < 2; reader++)
			value_experiment_close(&ahead->slots[i].of[reader]);
	free(ahead->readers);
	free(ahead->path);
	free(ahead);
}

static struct value_ahead *
create(const char *path, const struct value_reader *readers, size_t n)
{
	struct value_ahead *ahead = calloc(1, sizeof(*ahead));
	bool good;

	if (ahead == NULL)
		return NULL;
	ahead->path = strdup(path);
	ahead->readers = calloc(n + 1, sizeof(*ahead->readers));
	ahead->n_readers = n;
	good = ahead->path != NULL && ahead->readers != NULL;
	for (size_t i = 0; i < n && good; i++)
		ahead->readers[i] =
		    (struct value_reader){.id = readers[i].id, .type = readers[i].type};
	for (size_t i = 0; i < SLOTS && good; i++)
		good = value_experiment_open(&ahead->slots[i].of[0], n) &&
		       value_experiment_open(&ahead->slots[i].of[1], n);
	if (good)
		return ahead;
	release(ahead);
	return NULL;
}

struct value_ahead *
value_ahead_open(sqlite3 *db, const struct value_reader *readers, size_t n)
{
	const char *path = sqlite3_db_filename(db, "main");
	struct value_ahead *ahead;

	if (path == NULL || path[0] == '\0' || sqlite3_threadsafe() == 0 ||
	    !has_two_processors() || !keeps_writers_away(db))
		return NULL;
	ahead = create(path, readers, n);
	if (ahead == NULL)
		return NULL;
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->more, NULL);
	pthread_cond_init(&ahead->done, NULL);
	if (thread_start(&ahead->thread, work, ahead) == 0)
		return ahead;
	release(ahead);
	return NULL;
}

void
value_ahead_close(struct value_ahead *ahead)
{
	if (ahead == NULL)
		return;
	pthread_mutex_lock(&ahead->lock);
	ahead->ended = true;
	pthread_cond_signal(&ahead->more);
	pthread_mutex_unlock(&ahead->lock);
	pthread_join(ahead->thread, NULL);
	pthread_cond_destroy(&ahead->done);
	pthread_cond_destroy(&ahead->more);
	pthread_mutex_destroy(&ahead->lock);
	release(ahead);
}

void
value_ahead_begin(struct value_ahead *ahead, const struct value_question *question,
    const sqlite3_int64 *ids, size_t n)
{
	pthread_mutex_lock(&ahead->lock);
	ahead->question = question;
	ahead->ids = ids;
	ahead->n = n;
	ahead->at = ahead->claimed = 0;
	ahead->own = (struct chunk){0, 0};
	pthread_cond_signal(&ahead->more);
	pthread_mutex_unlock(&ahead->lock);
}

void
value_ahead_end(struct value_ahead *ahead)
{
	pthread_mutex_lock(&ahead->lock);
	ahead->n = 0;
	ahead->waits = true;
	while (ahead->reads)
		pthread_cond_wait(&ahead->done, &ahead->lock);
	ahead->waits = false;
	pthread_mutex_unlock(&ahead->lock);
}

/* With the lock: while another experiment is not there yet, read one oneself, or wait. */
static void
help(struct value_ahead *ahead, struct value_reader *readers)
{
	bool more = ahead->own.at < ahead->own.end;

	if (!more && claim(ahead, &ahead->own, 0)) {
		set_until(ahead, &ahead->own, readers);
		more = true;
	}
	if (more) {
		pthread_mutex_unlock(&ahead->lock);
		read_next(ahead, &ahead->own, readers);
		return;
	}
	ahead->waits = true;
	pthread_cond_wait(&ahead->done, &ahead->lock);
	ahead->waits = false;
}

int
value_ahead_get(struct value_ahead *ahead, size_t i, struct value_reader *readers,
    struct value_experiment **experiment)
{
	struct slot *slot = &ahead->slots[i % SLOTS];
	int code = SQLITE_OK;

	pthread_mutex_lock(&ahead->lock);
	ahead->at = i;
	if (ahead->claimed + FREE <= i + SLOTS)
		pthread_cond_signal(&ahead->more);
	while (ahead->claimed <= i || slot->state == BUSY)
		help(ahead, readers);
	pthread_mutex_unlock(&ahead->lock);
	*experiment = &slot->of[slot->reader];
	if (slot->state == FAILED) {
		/* Once more, so that the caller's connection knows why. */
		value_experiment_begin(*experiment, ahead->ids[i]);
		code = value_experiment_find(*experiment, readers, ahead->question);
	}
	return code;
}
