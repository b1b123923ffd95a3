#include "query/value_ahead.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/thread.h"

/*
 * Each thread reads so many experiments that follow each other, for to go to another one
 * costs a read.  So many are in memory; and where the thread had to wait, so many are to
 * be free again before it is woken.
 */
#define CHUNK 8
#define SLOTS 32
#define FREE 12

/* Of a smaller database no condition has many columns. */
#define LARGE (4 << 20)
/* Where the header says the mode: 1 and 1 is rollback mode (fileformat2.html, 1.3.3). */
#define VERSIONS 18

#define SOMETHING "SELECT 1 FROM condition_columns LIMIT 1"

enum state { BUSY, DONE, FAILED };

/* An experiment that a thread reads, or has read. */
struct slot {
	struct value_experiment *experiment;
	int reader;
	enum state state;
};

/* A thread's own memory for experiments: what it used last, it takes again, for that is
   near its processor. */
struct pool {
	struct value_experiment all[SLOTS], *unused[SLOTS];
	size_t n; /* of unused */
};

/* What a thread has to read. */
struct chunk {
	size_t at, end;
};

struct value_ahead {
	pthread_t thread;
	char *path;
	sqlite3 *db;		      /* the thread's */
	struct value_reader *readers; /* the thread's, as soon as it is used */
	size_t n_readers;
	struct chunk own; /* the statement's thread's */
	size_t given;	  /* what is before that one is not needed any more */
	/* What follows is read and written under the lock; but a slot is its reader's. */
	pthread_mutex_t lock;
	pthread_cond_t more; /* there may be something to read */
	pthread_cond_t done; /* something was read */
	const struct value_question *question;
	const sqlite3_int64 *ids;
	size_t n;
	size_t at;		 /* what was asked for */
	size_t claimed;		 /* the first that nobody reads or has read */
	bool used, ended, reads; /* does the thread read? */
	bool waits;		 /* does the statement's? */
	struct slot slots[SLOTS];
	struct pool pools[2];
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

/* Is the file that a connection reads still the one of its name? */
static bool
is_in_place(sqlite3 *db)
{
	int moved = 1;

	return sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
		   SQLITE_OK &&
	       moved == 0;
}

static void
fill(struct pool *pool)
{
	for (pool->n = 0; pool->n < SLOTS; pool->n++)
		pool->unused[pool->n] = &pool->all[pool->n];
}

/* With the lock: what is before an experiment was asked for, and is over. */
static void
give_back(struct value_ahead *ahead, size_t before)
{
	for (; ahead->given < before; ahead->given++) {
		const struct slot *slot = &ahead->slots[ahead->given % SLOTS];
		struct pool *pool = &ahead->pools[slot->reader];

		pool->unused[pool->n++] = slot->experiment;
	}
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
		struct pool *pool = &ahead->pools[reader];

		ahead->slots[i % SLOTS] = (struct slot){
		    .experiment = pool->unused[--pool->n], .reader = reader};
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
	int code;

	value_experiment_begin(slot->experiment, ahead->ids[i]);
	code = read_all(ahead, slot->experiment, readers);
	pthread_mutex_lock(&ahead->lock);
	slot->state = code == SQLITE_OK ? DONE : FAILED;
}

/* Read the schema.  A lock that lasted would hold a writer up for whom the statement's
   thread, which has none yet, may wait. */
static bool
connect(struct value_ahead *ahead)
{
	return sqlite3_open_v2(ahead->path, &ahead->db,
		   SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
	       sqlite3_exec(ahead->db, SOMETHING, NULL, NULL, NULL) == SQLITE_OK;
}

/* Wait until it is said what is to be read, and begin the transaction.  False: nothing
   is. */
static bool
get_ready(struct value_ahead *ahead)
{
	int code;

	pthread_mutex_lock(&ahead->lock);
	while (!ahead->used && !ahead->ended)
		pthread_cond_wait(&ahead->more, &ahead->lock);
	pthread_mutex_unlock(&ahead->lock);
	if (!ahead->used || !is_in_place(ahead->db))
		return false;
	code = value_reader_keep_few(ahead->db, ahead->n_readers);
	if (code == SQLITE_OK)
		code = sqlite3_exec(ahead->db, "BEGIN; " SOMETHING, NULL, NULL, NULL);
	for (size_t i = 0; i < ahead->n_readers && code == SQLITE_OK; i++)
		code = value_reader_open(&ahead->readers[i], ahead->db);
	return code == SQLITE_OK;
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
	struct chunk chunk;

	if (!connect(ahead) || !get_ready(ahead))
		return NULL;
	pthread_mutex_lock(&ahead->lock);
	while (!ahead->ended && !is_all_claimed(ahead)) {
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

/*
 * Is it so large that a second thread may be of use, and in rollback mode?  Who finds a
 * journal may have to write, which another reader would prevent.
 */
static bool
is_suitable(const char *path)
{
	char versions[2] = "", *journal;
	struct stat st;
	bool is;
	int fd;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < LARGE)
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is =
	    pread(fd, versions, 2, VERSIONS) == 2 && versions[0] == 1 && versions[1] == 1;
	close(fd);
	if (!is || asprintf(&journal, "%s-journal", path) < 0)
		return false;
	is = access(journal, F_OK) != 0;
	free(journal);
	return is;
}

struct value_ahead *
value_ahead_open(const char *path)
{
	struct value_ahead *ahead;

	if (sqlite3_threadsafe() == 0 || !has_two_processors() || !is_suitable(path))
		return NULL;
	ahead = calloc(1, sizeof(*ahead));
	if (ahead == NULL)
		return NULL;
	ahead->path = realpath(path, NULL);
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->more, NULL);
	pthread_cond_init(&ahead->done, NULL);
	if (ahead->path != NULL && thread_start(&ahead->thread, work, ahead) == 0)
		return ahead;
	ahead->ended = true;
	value_ahead_close(ahead);
	return NULL;
}

bool
value_ahead_use(
    struct value_ahead *ahead, sqlite3 *db, const struct value_reader *readers, size_t n)
{
	const char *path = sqlite3_db_filename(db, "main");
	bool good = !ahead->used && path != NULL && strcmp(path, ahead->path) == 0 &&
		    keeps_writers_away(db) && is_in_place(db);

	if (!good)
		return false;
	ahead->readers = calloc(n + 1, sizeof(*ahead->readers));
	good = ahead->readers != NULL;
	for (size_t i = 0; i < n && good; i++)
		ahead->readers[i] = (struct value_reader){.id = readers[i].id,
		    .type = readers[i].type,
		    .has_local = readers[i].has_local};
	for (size_t i = 0; i < SLOTS && good; i++)
		good = value_experiment_open(&ahead->pools[0].all[i], n) &&
		       value_experiment_open(&ahead->pools[1].all[i], n);
	if (!good)
		return false;
	pthread_mutex_lock(&ahead->lock);
	ahead->n_readers = n;
	ahead->used = true;
	pthread_cond_signal(&ahead->more);
	pthread_mutex_unlock(&ahead->lock);
	return true;
}

void
value_ahead_stop(struct value_ahead *ahead)
{
	if (ahead == NULL || ahead->ended)
		return;
	pthread_mutex_lock(&ahead->lock);
	ahead->ended = true;
	pthread_cond_signal(&ahead->more);
	pthread_mutex_unlock(&ahead->lock);
	pthread_join(ahead->thread, NULL);
}

void
value_ahead_close(struct value_ahead *ahead)
{
	if (ahead == NULL)
		return;
	value_ahead_stop(ahead);
	pthread_cond_destroy(&ahead->done);
	pthread_cond_destroy(&ahead->more);
	pthread_mutex_destroy(&ahead->lock);
	for (size_t i = 0; i < ahead->n_readers; i++)
		value_reader_close(&ahead->readers[i]);
	sqlite3_close(ahead->db);
	for (size_t i = 0; i < SLOTS; i++)
		for (int reader = 0; reader < 2; reader++)
			value_experiment_close(&ahead->pools[reader].all[i]);
	free(ahead->readers);
	free(ahead->path);
	free(ahead);
}

void
value_ahead_begin(struct value_ahead *ahead, const struct value_question *question,
    const sqlite3_int64 *ids, size_t n)
{
	pthread_mutex_lock(&ahead->lock);
	ahead->question = question;
	ahead->ids = ids;
	ahead->n = n;
	ahead->at = ahead->claimed = ahead->given = 0;
	fill(&ahead->pools[0]);
	fill(&ahead->pools[1]);
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
	give_back(ahead, i);
	if (ahead->claimed + FREE <= i + SLOTS)
		pthread_cond_signal(&ahead->more);
	while (ahead->claimed <= i || slot->state == BUSY)
		help(ahead, readers);
	pthread_mutex_unlock(&ahead->lock);
	*experiment = slot->experiment;
	if (slot->state == FAILED) {
		/* Once more, so that the caller's connection knows why. */
		value_experiment_begin(*experiment, ahead->ids[i]);
		code = value_experiment_find(*experiment, readers, ahead->question);
	}
	return code;
}
