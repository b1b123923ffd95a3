#include "load/transaction.h"

#include <string.h>

#include "base/clock.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "load/changes.h"
#include "load/conditions.h"
#include "load/gather.h"
#include "load/index.h"
#include "load/run_columns.h"

/* A transaction lasts COMMIT_SECONDS.  Where a commit is slow, it lasts COMMIT_TIMES as
   long as the commit took, but COMMIT_SECONDS_MAX at most. */
#define COMMIT_SECONDS 0.25
#define COMMIT_TIMES 10
#define COMMIT_SECONDS_MAX 5
/* That of a database without a log: as long as lines were not waited for a larger part of
   the time. */
#define COMMIT_SECONDS_FRESH 3
#define WAIT_PART 0.25
/* Where one lasts so long, a reader held it up: with a log they do not meet. */
#define HELD_SECONDS (COMMIT_SECONDS_MAX + 2)

static int
exec(struct transaction *t, const char *sql)
{
	return db_exec(t->db, t->path, sql);
}

int
transaction_open(struct transaction *t, sqlite3 *db, const char *path, FILE *bookmarks,
    struct load_totals *totals)
{
	memset(t, 0, sizeof(*t));
	t->db = db;
	t->path = path;
	t->bookmarks.out = bookmarks;
	t->totals = totals;
	t->fresh = db_is_fresh(db);
	t->committed = clock_seconds();
	if ((t->noted = changes_open(db, path)) == NULL || exec(t, "BEGIN") != 0 ||
	    (t->gather = gather_open(db, path)) == NULL ||
	    (t->conditions = conditions_open(db, path, t->gather)) == NULL ||
	    (t->index = index_open(db, path)) == NULL)
		return -1;
	return 0;
}

void
transaction_close(struct transaction *t)
{
	conditions_close(t->conditions);
	gather_close(t->gather);
	changes_close(t->noted);
	index_close(t->index);
	bookmarks_free(&t->bookmarks);
	if (!sqlite3_get_autocommit(t->db))
		sqlite3_exec(t->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- others, and pauses ----------------------------------------------------- */

void
transaction_share(
    struct transaction *t, struct lock *lock, const volatile sig_atomic_t *stopped)
{
	t->lock = lock;
	t->stopped = stopped;
}

/* Between two transactions: let those in line write.  They may have changed anything. */
static int
let_others_in(struct transaction *t)
{
	if (t->lock == NULL || !lock_is_wanted(t->lock))
		return 0;
	conditions_forget(t->conditions);
	return lock_yield(t->lock, t->stopped) == 0 ? 0 : -1;
}

static bool
is_aside(const struct transaction *t)
{
	return t->lock != NULL && t->lock->fd < 0;
}

/* A line came: how long was it waited for? */
static void
end_pause(struct transaction *t)
{
	if (t->paused == 0)
		return;
	t->waited += clock_seconds() - t->paused;
	t->paused = 0;
}

int
transaction_enter(struct transaction *t)
{
	t->idle = false;
	end_pause(t);
	if (!is_aside(t))
		return 0;
	if (lock_come_back(t->lock, t->stopped) != 0)
		return -1;
	return exec(t, "BEGIN");
}

int
transaction_alone(struct transaction *t)
{
	if (transaction_enter(t) != 0)
		return -1;
	t->lock = NULL;
	return 0;
}

/* ---- its end ---------------------------------------------------------------- */

int
transaction_flush(struct transaction *t)
{
	return gather_write(t->gather) != 0 || index_flush(t->index) != 0 ? -1 : 0;
}

/* Is it time for a log, at the end of a transaction of so many seconds? */
static bool
needs_log(const struct transaction *t, double lasted)
{
	return t->fresh &&
	       (t->idle || t->waited > WAIT_PART * lasted || lasted > HELD_SECONDS ||
		   (t->lock != NULL && lock_is_wanted(t->lock)));
}

static int
commit(struct transaction *t)
{
	double begun = clock_seconds(), before = t->committed;

	t->uncommitted = 0;
	if (transaction_flush(t) != 0 || run_columns_write(t->db, t->path) != 0 ||
	    changes_write(t->noted) != 0 || exec(t, "COMMIT") != 0)
		return -1;
	gather_clear(t->gather);
	t->committed = clock_seconds();
	t->took = t->committed - begun;
	if (needs_log(t, t->committed - before)) {
		db_begin_log(t->db);
		t->fresh = db_is_fresh(t->db);
	}
	t->waited = 0;
	index_tidy(t->index);
	msg_debug("%s: committed in %.3f s", t->path, t->took);
	if (bookmarks_tell(&t->bookmarks) != 0)
		t->totals->errors++;
	if (let_others_in(t) != 0)
		return -1;
	/* Time in line is none of ours: else each turn would be a record long. */
	t->committed = clock_seconds();
	return exec(t, "BEGIN");
}

/* How many seconds ago was the last commit? */
static double
since_commit(const struct transaction *t)
{
	return clock_seconds() - t->committed;
}

int
transaction_wrote(struct transaction *t)
{
	double wait = t->took * COMMIT_TIMES;

	t->uncommitted++;
	if (wait < COMMIT_SECONDS)
		wait = t->fresh ? COMMIT_SECONDS_FRESH : COMMIT_SECONDS;
	if (wait > COMMIT_SECONDS_MAX)
		wait = COMMIT_SECONDS_MAX;
	return since_commit(t) < wait ? 0 : commit(t);
}

int
transaction_bookmark(struct transaction *t, struct json_span value)
{
	if (t->bookmarks.out == NULL)
		return 0;
	if (bookmarks_add(&t->bookmarks, value) != 0)
		return -1;
	return t->uncommitted > 0 ? 0 : commit(t);
}

int
transaction_pause(struct transaction *t)
{
	if (t->paused == 0)
		t->paused = clock_seconds();
	if (is_aside(t) || (t->uncommitted == 0 && !bookmarks_wait(&t->bookmarks)))
		return 0;
	return t->fresh || since_commit(t) < COMMIT_SECONDS ? 0 : commit(t);
}

int
transaction_idle(struct transaction *t)
{
	bool long_since = t->idle;

	if (is_aside(t))
		return 0;
	t->idle = true;
	if (t->uncommitted > 0 || bookmarks_wait(&t->bookmarks))
		return commit(t);
	if (!long_since || t->lock == NULL || !lock_is_wanted(t->lock))
		return 0;
	if (changes_write(t->noted) != 0 || exec(t, "COMMIT") != 0)
		return -1;
	conditions_forget(t->conditions);
	lock_step_aside(t->lock);
	return is_aside(t) ? 0 : exec(t, "BEGIN");
}

int
transaction_end(struct transaction *t)
{
	t->fresh = false; /* nothing follows that needs a log */
	return commit(t);
}

/* ---- what is written within ------------------------------------------------- */

int
transaction_rows(const struct transaction *t)
{
	return changes_total(t->noted) + gather_count(t->gather) -
	       index_changes(t->index);
}

int
transaction_mark(struct transaction *t, const char *experiment, sqlite3_int64 id)
{
	if (index_begin(t->index, experiment) != 0 || gather_begin(t->gather, id) != 0)
		return -1;
	return exec(t, "SAVEPOINT experiment");
}

int
transaction_keep(struct transaction *t)
{
	return exec(t, "RELEASE experiment");
}

int
transaction_undo(struct transaction *t)
{
	conditions_forget(t->conditions);
	gather_undo(t->gather);
	index_undo(t->index);
	return exec(t, "ROLLBACK TO experiment; RELEASE experiment");
}
