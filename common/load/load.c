#include "load/load.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "load/changes.h"
#include "load/conditions.h"
#include "load/direct.h"
#include "load/foreign.h"
#include "load/forget.h"
#include "load/gather.h"
#include "load/index.h"
#include "load/run_columns.h"
#include "load/stage.h"
#include "stream/message.h"
#include "stream/streams.h"

/* Experiments and records share a transaction of COMMIT_SECONDS.  Where a commit is slow,
   a transaction lasts COMMIT_TIMES as long as the commit took, but COMMIT_SECONDS_MAX at
   most. */
#define COMMIT_SECONDS 0.25
#define COMMIT_TIMES 10
#define COMMIT_SECONDS_MAX 5
/* A new database is written without a log, each page once, in longer ones, as long as
   lines come as fast as they are taken: they may wait for a part of the time. */
#define COMMIT_SECONDS_FRESH 3
#define WAIT_PART 0.25
/* Where one lasts so long, a reader held it up: with a log they do not meet. */
#define HELD_SECONDS (COMMIT_SECONDS_MAX + 2)

struct load {
	sqlite3 *db;
	const char *path;
	FILE *states;
	struct load_totals totals;
	struct stage *stage;
	struct steps *steps, *after; /* by row of streams[] */
	bool bare[STREAMS_MAX];
	struct steps fetches;
	sqlite3_stmt *problem, *problem_of, *problems_of, *forget, *refuse, *accept,
	    *withheld, *ensure, *id_of, *metadata;
	struct conditions *conditions;
	struct gather *gather; /* its columns that are to be written */
	struct direct *direct;
	struct changes *noted; /* for elog-dump */
	struct foreign *foreign;
	struct index *index;
	struct lock *lock; /* that others may have between two commits, or NULL */
	const volatile sig_atomic_t *stopped;
	bool fresh;		   /* a new database, without a log */
	bool idle;		   /* no line came since load_idle() */
	long uncommitted;	   /* experiments and records since the last commit */
	struct timespec committed; /* when that was */
	double took;		   /* how many seconds */
	struct timespec paused;	   /* since when no line came; 0: one came */
	double waited;		   /* seconds for lines, since the last commit */
	char *pending; /* values of STATE messages that wait for the next one */
	size_t pending_used, pending_size;
	/* Rows that the experiment at hand changed, by stream: "runs":2,"files":1 */
	char changes[STREAMS_MAX * 40];
	char updated_at[64];
	char *text; /* decoded strings: experiment and fetched_at behind each other */
	size_t text_size;
};

/* ---- statements ------------------------------------------------------------- */

static int
run(struct load *load, sqlite3_stmt *statement)
{
	return statement_run(statement, load->path);
}

/* Rows written so far, or as good as, but for those that the index of words writes for
 * itself. */
static int
changes_of(const struct load *load)
{
	return changes_total(load->noted) + gather_count(load->gather) -
	       (load->index != NULL ? index_changes(load->index) : 0);
}

static int
exec(struct load *load, const char *sql)
{
	return db_exec(load->db, load->path, sql);
}

static int
prepare_fixed(struct load *load)
{
	const struct {
		sqlite3_stmt **statement;
		const char *sql;
	} fixed[] = {
	    {&load->problem,
		"INSERT OR IGNORE INTO problems VALUES (:experiment, :stream, :reason)"},
	    {&load->problem_of, "SELECT reason FROM problems WHERE experiment = "
				":experiment AND stream = :stream"},
	    {&load->problems_of,
		"SELECT reason FROM problems WHERE experiment = :experiment"},
	    {&load->forget, "DELETE FROM problems WHERE experiment = :experiment"},
	    {&load->refuse, "INSERT OR IGNORE INTO refused VALUES (:experiment)"},
	    {&load->accept, "DELETE FROM refused WHERE experiment = :experiment"},
	    {&load->withheld,
		"SELECT 1 FROM json_each(:value -> 'bookmarks') b WHERE "
		"EXISTS (SELECT 1 FROM refused WHERE experiment = b.key) "
		"OR (b.key = 'elog-dump' AND (:errors > 0 "
		"OR EXISTS (SELECT 1 FROM staged))) "
		"OR EXISTS (SELECT 1 FROM staged WHERE experiment = b.key)"},
	    {&load->ensure, "INSERT OR IGNORE INTO experiments (name, updated_at) "
			    "VALUES (:experiment, :fetched_at)"},
	    {&load->id_of, "SELECT id FROM experiments WHERE name = :experiment"},
	    {&load->metadata,
		"INSERT INTO metadata (key, value) VALUES (:key, :value) ON CONFLICT "
		"DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value"},
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		*fixed[i].statement = db_prepare(load->db, load->path, fixed[i].sql);
		if (*fixed[i].statement == NULL)
			return -1;
	}
	return 0;
}

/*
 * Do a stream's steps write a large table without reading generated columns (see
 * stage_write_bare())?  A trigger might read them: then not; those of migration 16 do
 * not.
 */
static bool
is_bare(struct load *load, const char *stream)
{
	char sql[240];

	if (strcmp(stream, "runs") != 0 && strcmp(stream, "logbook_entries") != 0 &&
	    strcmp(stream, "files") != 0)
		return false;
	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = "
	    "'%s' AND name NOT IN ('runs_added', 'runs_removed', 'runs_changed')",
	    stream);
	return db_number(load->db, sql, 1) == 0;
}

static int
prepare_steps(struct load *load)
{
	for (size_t i = 0; i < streams_staged(); i++) {
		const char *stream = streams[i].name;

		load->bare[i] = is_bare(load, stream);
		/* The first two are the stage's: see stage.h. */
		if (steps_prepare(&load->steps[i], load->db, load->path,
			statement_file("load", stream, ""), 2, STEPS_MAX) < 0 ||
		    steps_prepare(&load->after[i], load->db, load->path,
			statement_file("load", stream, ".after"), 0, STEPS_MAX) < 0)
			return -1;
	}
	return steps_prepare(&load->fetches, load->db, load->path,
	    statement_file("load", "fetches", ""), 0, STEPS_MAX);
}

struct load *
load_open(sqlite3 *db, const char *path, FILE *states)
{
	struct load *load = calloc(1, sizeof(*load));

	if (load == NULL) {
		msg("no memory");
		return NULL;
	}
	load->db = db;
	load->path = path;
	load->states = states;
	load->steps = calloc(streams_staged(), sizeof(*load->steps));
	load->after = calloc(streams_staged(), sizeof(*load->after));
	if (load->steps == NULL || load->after == NULL) {
		msg("no memory");
		load_close(load);
		return NULL;
	}
	load->stage = stage_open(db, path);
	load->direct = direct_open(db, path);
	load->foreign = foreign_open(db, path);
	load->noted = changes_open(db, path);
	load->fresh = db_is_fresh(db);
	clock_gettime(CLOCK_MONOTONIC, &load->committed);
	if (load->noted == NULL || load->stage == NULL || load->direct == NULL ||
	    load->foreign == NULL ||
	    exec(load,
		/* Why a stream of an experiment that is not closed yet must be refused.
		 */
		"CREATE TEMP TABLE IF NOT EXISTS problems (experiment TEXT, stream TEXT, "
		"reason TEXT, PRIMARY KEY (experiment, stream));"
		/* Experiments that were refused: their bookmarks are withheld. */
		"CREATE TEMP TABLE IF NOT EXISTS refused (experiment TEXT PRIMARY "
		"KEY)") != 0 ||
	    prepare_fixed(load) != 0 || prepare_steps(load) < 0 ||
	    exec(load, "BEGIN") != 0 || (load->gather = gather_open(db, path)) == NULL ||
	    (load->conditions = conditions_open(db, path, load->gather)) == NULL ||
	    (load->index = index_open(db, path)) == NULL) {
		load_close(load);
		return NULL;
	}
	return load;
}

void
load_close(struct load *load)
{
	sqlite3_stmt *fixed[] = {load->problem, load->problem_of, load->problems_of,
	    load->forget, load->refuse, load->accept, load->withheld, load->ensure,
	    load->id_of, load->metadata};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		sqlite3_finalize(fixed[i]);
	if (load->steps != NULL && load->after != NULL)
		for (size_t i = 0; i < streams_staged(); i++) {
			steps_finalize(&load->steps[i]);
			steps_finalize(&load->after[i]);
		}
	steps_finalize(&load->fetches);
	stage_close(load->stage);
	conditions_close(load->conditions);
	gather_close(load->gather);
	direct_close(load->direct);
	changes_close(load->noted);
	foreign_close(load->foreign);
	index_close(load->index);
	if (!sqlite3_get_autocommit(load->db))
		sqlite3_exec(load->db, "ROLLBACK", NULL, NULL, NULL);
	free(load->steps);
	free(load->after);
	free(load->text);
	free(load->pending);
	free(load);
}

const struct load_totals *
load_totals(const struct load *load)
{
	return &load->totals;
}

/* ---- staging ---------------------------------------------------------------- */

void
load_bad_line(struct load *load, long number, const char *why)
{
	if (number > 0)
		msg("line %ld: %s", number, why);
	else
		msg("%s", why);
	load->totals.errors++;
}

/* Decode a JSON string to offset in load->text; NULL without memory. */
static char *
decode(struct load *load, struct json_span string, size_t offset)
{
	if (load->text_size < offset + string.n) {
		size_t size = (offset + string.n) * 2;
		char *text = realloc(load->text, size);

		if (text == NULL)
			return NULL;
		load->text = text;
		load->text_size = size;
	}
	json_string_decode(string, load->text + offset);
	return load->text + offset;
}

/* Note why a stream of an experiment must not be applied, once. */
static int
note_problem(
    struct load *load, const char *experiment, const char *stream, const char *reason)
{
	statement_text(load->problem, ":experiment", experiment);
	statement_text(load->problem, ":stream", stream);
	statement_text(load->problem, ":reason", reason);
	return run(load, load->problem);
}

/* A record of an experiment that is no more where it comes from. */
static int
take_gone(struct load *load, struct json_span name)
{
	int before = changes_of(load);

	if (decode(load, name, 0) == NULL) {
		msg("no memory");
		return -1;
	}
	if (index_flush(load->index) != 0 || gather_write(load->gather) != 0 ||
	    forget_copied(load->db, load->path, load->text) != 0)
		return -1;
	load->totals.changed += changes_of(load) - before;
	load->uncommitted++;
	return 0;
}

/* A record of a stream that we know. */
static int
take_ours(struct load *load, const struct load_line *look)
{
	const struct streams_row *r = look->row;
	struct json_span record = look->message.record;
	long number = look->number;
	const char *experiment;
	struct json_span name, deleted;
	char why[STAGE_WHY], line[STAGE_WHY + 64];

	if (r == streams && json_find(record, STREAMS_DELETED, &deleted) &&
	    deleted.p[0] != 'n' && json_find(record, "experiment", &name) &&
	    name.p[0] == '"')
		return take_gone(load, name);
	switch (stage_take(load->stage, r, record, &look->found, &experiment, why)) {
	case STAGE_TAKEN:
		return 0;
	case STAGE_FAILED:
		return -1;
	case STAGE_REFUSED:
		break;
	}
	if (experiment == NULL) {
		load_bad_line(load, number, why);
		return 0;
	}
	snprintf(line, sizeof(line), "%.60s: %s", experiment, why);
	load_bad_line(load, number, line);
	return note_problem(load, experiment, r->name, why);
}

/* ---- applying --------------------------------------------------------------- */

/* Tell the bookmarks of what is on disk now. */
static void
tell_states(struct load *load)
{
	if (load->pending_used == 0)
		return;
	fwrite(load->pending, 1, load->pending_used, load->states);
	load->pending_used = 0;
	if (fflush(load->states) == 0)
		return;
	/* Nobody listens any more; what is loaded is loaded all the same. */
	if (errno != EPIPE)
		msg("stdout: %s", strerror(errno));
	clearerr(load->states); /* it was said */
	load->totals.errors++;
	load->states = NULL;
}

/* Seconds from one time to another. */
static double
seconds(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) +
	       (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

void
load_share(struct load *load, struct lock *lock, const volatile sig_atomic_t *stopped)
{
	load->lock = lock;
	load->stopped = stopped;
}

/* Between two transactions: let those in line write.  They may have changed anything. */
static int
let_others_in(struct load *load)
{
	if (load->lock == NULL || !lock_is_wanted(load->lock))
		return 0;
	conditions_forget(load->conditions);
	return lock_yield(load->lock, load->stopped) == 0 ? 0 : -1;
}

static bool
is_aside(const struct load *load)
{
	return load->lock != NULL && load->lock->fd < 0;
}

/* A line came: how long was it waited for? */
static void
end_pause(struct load *load)
{
	struct timespec now;

	if (load->paused.tv_sec == 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	load->waited += seconds(&load->paused, &now);
	load->paused.tv_sec = 0;
}

/* Be the one that writes, again. */
static int
come_back(struct load *load)
{
	load->idle = false;
	end_pause(load);
	if (!is_aside(load))
		return 0;
	if (lock_come_back(load->lock, load->stopped) != 0)
		return -1;
	return exec(load, "BEGIN");
}

int
load_alone(struct load *load)
{
	if (come_back(load) != 0)
		return -1;
	load->lock = NULL;
	return 0;
}

/* Is it time for a log, at the end of a transaction of so many seconds? */
static bool
needs_log(const struct load *load, double lasted)
{
	return load->fresh && (load->idle || load->waited > WAIT_PART * lasted ||
				  lasted > HELD_SECONDS ||
				  (load->lock != NULL && lock_is_wanted(load->lock)));
}

static int
commit(struct load *load)
{
	struct timespec begun, before = load->committed;

	load->uncommitted = 0;
	clock_gettime(CLOCK_MONOTONIC, &begun);
	if (gather_write(load->gather) != 0 || index_flush(load->index) != 0 ||
	    run_columns_write(load->db, load->path) != 0 ||
	    changes_write(load->noted) != 0 || exec(load, "COMMIT") != 0)
		return -1;
	gather_clear(load->gather);
	clock_gettime(CLOCK_MONOTONIC, &load->committed);
	load->took = seconds(&begun, &load->committed);
	if (needs_log(load, seconds(&before, &load->committed))) {
		db_begin_log(load->db);
		load->fresh = db_is_fresh(load->db);
	}
	load->waited = 0;
	index_tidy(load->index);
	msg_debug("%s: committed in %.3f s", load->path, load->took);
	tell_states(load);
	if (let_others_in(load) != 0)
		return -1;
	/* Time in line is none of ours: else each turn would be a record long. */
	clock_gettime(CLOCK_MONOTONIC, &load->committed);
	return exec(load, "BEGIN");
}

/* How many seconds ago was the last commit? */
static double
since_commit(const struct load *load)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return seconds(&load->committed, &now);
}

/*
 * Commit unless that was done just now: experiments that come fast share a commit,
 * for each writes the same pages of the indexes again.
 */
static int
commit_at_times(struct load *load)
{
	double wait = load->took * COMMIT_TIMES;

	load->uncommitted++;
	if (wait < COMMIT_SECONDS)
		wait = load->fresh ? COMMIT_SECONDS_FRESH : COMMIT_SECONDS;
	if (wait > COMMIT_SECONDS_MAX)
		wait = COMMIT_SECONDS_MAX;
	return since_commit(load) < wait ? 0 : commit(load);
}

int
load_pause(struct load *load)
{
	if (load->paused.tv_sec == 0)
		clock_gettime(CLOCK_MONOTONIC, &load->paused);
	if (is_aside(load) || (load->uncommitted == 0 && load->pending_used == 0))
		return 0;
	return load->fresh || since_commit(load) < COMMIT_SECONDS ? 0 : commit(load);
}

int
load_idle(struct load *load)
{
	bool long_since = load->idle;

	if (is_aside(load))
		return 0;
	load->idle = true;
	if (load->uncommitted > 0 || load->pending_used > 0)
		return commit(load);
	if (!long_since || load->lock == NULL || !lock_is_wanted(load->lock))
		return 0;
	if (changes_write(load->noted) != 0 || exec(load, "COMMIT") != 0)
		return -1;
	conditions_forget(load->conditions);
	lock_step_aside(load->lock);
	return is_aside(load) ? 0 : exec(load, "BEGIN");
}

static void
bind_experiment(sqlite3_stmt *statement, const char *experiment, sqlite3_int64 id,
    struct json_span fetch, const char *fetched_at)
{
	int i = sqlite3_bind_parameter_index(statement, ":experiment_id");

	statement_text(statement, ":experiment", experiment);
	if (i > 0)
		sqlite3_bind_int64(statement, i, id);
	statement_span(statement, ":doc", fetch);
	statement_text(statement, ":fetched_at", fetched_at);
}

/*
 * When the rows of a stream were last brought: as elog-dump says in "updated_at", or
 * fetched_at.  It lasts until the next call.
 */
static const char *
time_of(
    struct load *load, struct json_span fetch, const char *stream, const char *fetched_at)
{
	struct json_span times, at;

	if (!json_find(fetch, "updated_at", &times) || times.p[0] != '{' ||
	    !json_find(times, stream, &at) || at.p[0] != '"' ||
	    at.n > sizeof(load->updated_at))
		return fetched_at;
	json_string_decode(at, load->updated_at);
	return load->updated_at;
}

static int
run_steps(struct load *load, struct steps *steps, const char *experiment,
    sqlite3_int64 id, const char *fetched_at)
{
	for (int i = 0; i < steps->n; i++) {
		bind_experiment(steps->statements[i], experiment, id,
		    (struct json_span){NULL, 0}, fetched_at);
		if (run(load, steps->statements[i]) != 0)
			return -1;
	}
	return 0;
}

/* Did a stream come, and is it good?  1, 0, or -1 after a message. */
static int
is_good(
    struct load *load, const char *experiment, struct json_span fetch, const char *stream)
{
	struct json_span records, count;
	int problem;

	if (!json_find(fetch, "records", &records) || records.p[0] != '{' ||
	    !json_find(records, stream, &count))
		return 0;
	statement_text(load->problem_of, ":experiment", experiment);
	statement_text(load->problem_of, ":stream", stream);
	problem = statement_ask(load->problem_of, load->path);
	return problem < 0 ? -1 : !problem;
}

/* Note that a step wrote or removed n rows. */
static void
note_changes(struct load *load, const char *what, int n)
{
	size_t used = strlen(load->changes);

	if (n != 0)
		snprintf(load->changes + used, sizeof(load->changes) - used,
		    "%s\"%s\":%d", used > 0 ? "," : "", what, n);
}

/* The number of an experiment; 0 if there is none, or after a message. */
static sqlite3_int64
id_of(struct load *load, const char *experiment)
{
	sqlite3_int64 id = 0;
	int code;

	statement_text(load->id_of, ":experiment", experiment);
	code = sqlite3_step(load->id_of);
	if (code == SQLITE_ROW)
		id = sqlite3_column_int64(load->id_of, 0);
	else if (code != SQLITE_DONE)
		db_complain(load->db, load->path);
	sqlite3_reset(load->id_of);
	return id;
}

/* Turn the staged records of an experiment into rows. */
static int
apply(struct load *load, const char *experiment, struct json_span fetch,
    const char *fetched_at)
{
	sqlite3_int64 id = 0;
	int runs = is_good(load, experiment, fetch, "runs");
	struct json_span incremental;
	int before, changed, conditions, result;

	statement_text(load->ensure, ":experiment", experiment);
	statement_text(load->ensure, ":fetched_at",
	    time_of(load, fetch, streams[0].name, fetched_at));
	if (run(load, load->ensure) != 0)
		return -1;
	id = id_of(load, experiment);
	if (id == 0 || runs < 0)
		return -1;
	if (json_find(fetch, "incremental", &incremental) && incremental.p[0] == 't')
		for (size_t i = 0; i < streams_staged(); i++)
			if (is_good(load, experiment, fetch, streams[i].name) > 0 &&
			    stage_keep(load->stage, &streams[i], experiment, id) != 0)
				return -1;
	before = changes_of(load);
	if (runs && conditions_apply(load->conditions, experiment, id, fetched_at) != 0)
		return -1;
	conditions = changes_of(load) - before;
	for (size_t i = 0; i < streams_staged(); i++) {
		int good = is_good(load, experiment, fetch, streams[i].name);

		if (good < 0)
			return -1;
		if (!good)
			continue;
		/* The rows that the index writes for itself are no changes. */
		if (index_before(load->index, streams[i].name, experiment, id) != 0)
			return -1;
		before = changes_of(load);
		stage_write_bare(load->bare[i]);
		result = run_steps(load, &load->steps[i], experiment, id,
		    time_of(load, fetch, streams[i].name, fetched_at));
		changed = changes_of(load) - before;
		note_changes(load, streams[i].name, changed);
		if (changed != 0 && result == 0)
			result =
			    run_steps(load, &load->after[i], experiment, id, fetched_at);
		stage_write_bare(false);
		if (changed != 0 && result == 0)
			result =
			    index_after(load->index, streams[i].name, experiment, id);
		if (result != 0)
			return -1;
	}
	note_changes(load, "conditions", conditions);
	return 0;
}

static int take_direct(
    struct load *load, const struct streams_row *d, struct json_span record, long number);

/* Does a record have a member that says that? */
static bool
says(struct json_span record, const char *name, const char *text)
{
	struct json_span value;

	return json_find(record, name, &value) && value.p[0] == '"' &&
	       json_string_is(value, text);
}

/*
 * The first reason that a query gives against an experiment, malloc'd; NULL if it gives
 * none.  *failed is set, after a message, if the database is in trouble.
 */
static char *
find_reason(struct load *load, sqlite3_stmt *query, const char *experiment,
    struct json_span fetch, bool *failed)
{
	char *reason = NULL;
	int code;

	bind_experiment(query, experiment, 0, fetch, NULL);
	code = sqlite3_step(query);
	if (code == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(query, 0);

		reason = strdup(text != NULL ? text : "it cannot be counted");
		*failed |= reason == NULL;
	} else if (code != SQLITE_DONE) {
		db_complain(load->db, load->path);
		*failed = true;
	}
	sqlite3_reset(query);
	return reason;
}

/* Write what came of an experiment, and drop what was staged of it. */
static int
note_outcome(struct load *load, const char *experiment, struct json_span fetch,
    const char *fetched_at, const char *reason)
{
	bool closes_only = reason == NULL && says(fetch, STREAMS_COPY, "close");

	for (int i = 1; i < load->fetches.n && !closes_only; i++) {
		sqlite3_stmt *statement = load->fetches.statements[i];

		bind_experiment(statement, experiment, 0, fetch, fetched_at);
		statement_text(statement, ":message", reason);
		statement_text(statement, ":changes",
		    load->changes[0] != '\0' && reason == NULL ? load->changes : NULL);
		if (run(load, statement) != 0)
			return -1;
	}
	load->changes[0] = '\0';
	statement_text(load->forget, ":experiment", experiment);
	if (run(load, load->forget) != 0)
		return -1;
	return stage_drop(load->stage, experiment);
}

/* Is the database itself in trouble, so that the next experiment fares no better? */
static bool
is_fatal(sqlite3 *db)
{
	int code = sqlite3_errcode(db) & 0xff;

	return code != SQLITE_CONSTRAINT && code != SQLITE_ERROR &&
	       code != SQLITE_MISMATCH && code != SQLITE_TOOBIG;
}

/*
 * Apply an experiment in a savepoint of its own.  Returns 0, with *refused set if
 * its rows were taken back, or -1 after a message.
 */
static int
apply_or_undo(struct load *load, const char *experiment, struct json_span fetch,
    const char *fetched_at, bool *refused)
{
	int before;

	*refused = false;
	load->changes[0] = '\0';
	if (index_begin(load->index, experiment) != 0 ||
	    gather_begin(load->gather, id_of(load, experiment)) != 0 ||
	    exec(load, "SAVEPOINT experiment") != 0)
		return -1;
	before = changes_of(load);
	if (apply(load, experiment, fetch, fetched_at) == 0) {
		load->totals.changed += changes_of(load) - before;
		return exec(load, "RELEASE experiment");
	}
	if (is_fatal(load->db))
		return -1;
	*refused = true;
	conditions_forget(load->conditions);
	gather_undo(load->gather);
	index_undo(load->index);
	return exec(load, "ROLLBACK TO experiment; RELEASE experiment");
}

/*
 * An experiment of which everything came, or some streams: apply those, unless lines of
 * them were lost on the way.  A stream that is no good by itself stays out alone.
 */
static int
take_arrived(struct load *load, const char *experiment, struct json_span fetch,
    const char *fetched_at, bool complete)
{
	bool failed = false, refused = false;
	char *reason, *problem = NULL;
	int result = -1;

	reason =
	    find_reason(load, load->fetches.statements[0], experiment, fetch, &failed);
	if (failed)
		goto done;
	if (reason == NULL) {
		if (apply_or_undo(load, experiment, fetch, fetched_at, &refused) != 0)
			goto done;
		if (refused && (reason = strdup("the database does not take it")) == NULL)
			goto done;
	}
	problem = find_reason(load, load->problems_of, experiment, fetch, &failed);
	if (failed)
		goto done;
	complete = complete && reason == NULL && problem == NULL;
	statement_text(load->refuse, ":experiment", experiment);
	statement_text(load->accept, ":experiment", experiment);
	if (run(load, complete ? load->accept : load->refuse) != 0)
		goto done;
	if (reason != NULL || problem != NULL) {
		msg("%s: not applied: %s", experiment, reason != NULL ? reason : problem);
		load->totals.errors++;
	}
	load->totals.complete += complete;
	load->totals.failed += reason != NULL;
	load->totals.partial += !complete && reason == NULL;
	result = note_outcome(load, experiment, fetch, fetched_at, reason);
done:
	free(reason);
	free(problem);
	return result;
}

/* How a fetch can end: whether anything came, and if not what counts it. */
static const struct outcome {
	const char *status;
	bool arrived;
	size_t total; /* offset in struct load_totals */
} outcomes[] = {
    {"complete", true, 0},
    {"partial", true, 0},
    {"failed", false, offsetof(struct load_totals, failed)},
    {"denied", false, offsetof(struct load_totals, denied)},
    {"gone", false, offsetof(struct load_totals, gone)},
    {NULL, false, 0},
};

static const struct outcome *
outcome_of(struct json_span status)
{
	for (const struct outcome *o = outcomes; o->status != NULL; o++)
		if (json_string_is(status, o->status))
			return o;
	return NULL;
}

/* The record that closes an experiment. */
static int
take_fetch(struct load *load, struct json_span record, long number)
{
	struct json_span name, status, at;
	char *experiment, *fetched_at;
	const struct outcome *outcome;

	if (says(record, STREAMS_COPY, "row"))
		return take_direct(load, streams_named("fetches", 7), record, number);

	if (!json_find(record, "experiment", &name) || name.p[0] != '"' ||
	    !json_find(record, "status", &status) || status.p[0] != '"' ||
	    (outcome = outcome_of(status)) == NULL) {
		load_bad_line(load, number,
		    "a record of fetches without an experiment, or with a status that is "
		    "none of complete, partial, failed, denied and gone");
		return 0;
	}
	if (!json_find(record, "fetched_at", &at) || at.p[0] != '"')
		at = (struct json_span){"\"\"", 2};
	/* The longer one first: the second call may move the buffer. */
	if (decode(load, at, name.n) == NULL)
		goto memory;
	experiment = decode(load, name, 0);
	if (experiment == NULL)
		goto memory;
	fetched_at = load->text + name.n;
	if (outcome->arrived) {
		if (take_arrived(load, experiment, record, fetched_at,
			json_string_is(status, "complete")) != 0)
			return -1;
	} else {
		*(long *)((char *)&load->totals + outcome->total) += 1;
		if (note_outcome(load, experiment, record, fetched_at, NULL) != 0)
			return -1;
	}
	return commit_at_times(load);
memory:
	msg("no memory");
	return -1;
}

/* ---- lines ------------------------------------------------------------------ */

static int
take_state(struct load *load, const struct message *message)
{
	size_t n = message->value.n;
	int withheld;

	statement_span(load->withheld, ":value", message->value);
	/* A bookmark of elog-dump stands for all that came before it. */
	sqlite3_bind_int64(load->withheld,
	    sqlite3_bind_parameter_index(load->withheld, ":errors"), load->totals.errors);
	withheld = statement_ask(load->withheld, load->path);
	if (withheld < 0)
		return -1;
	if (withheld > 0 || load->states == NULL)
		return 0;
	if (load->pending_size < load->pending_used + n + 1) {
		size_t size = (load->pending_used + n + 1) * 2;
		char *pending = realloc(load->pending, size);

		if (pending == NULL) {
			msg("no memory");
			return -1;
		}
		load->pending = pending;
		load->pending_size = size;
	}
	memcpy(load->pending + load->pending_used, message->value.p, n);
	load->pending[load->pending_used + n] = '\n';
	load->pending_used += n + 1;
	return load->uncommitted > 0 ? 0 : commit(load);
}

/* The line of its producer's own input that a record comes from, where it says so: that
   is where its author looks for what was wrong. */
static long
line_of(struct json_span record, long number)
{
	struct json_span line;
	char digits[20], *end;
	long own;

	if (!json_find(record, "line", &line) || line.n >= sizeof(digits))
		return number;
	memcpy(digits, line.p, line.n);
	digits[line.n] = '\0';
	own = strtol(digits, &end, 10);
	return *end == '\0' && own >= 0 ? own : number;
}

/* The name of the condition that a record gives a type.  It stands in load->text. */
static const char *
declared_condition(
    struct load *load, const struct streams_row *d, struct json_span record)
{
	struct json_span name;

	if (strcmp(d->name, "condition_types") != 0 ||
	    !json_find(record, "name", &name) || name.p[0] != '"')
		return NULL;
	return decode(load, name, 0);
}

/* A record of one of our own tools. */
static int
take_direct(
    struct load *load, const struct streams_row *d, struct json_span record, long number)
{
	const char *declared;
	int before;
	char why[DIRECT_WHY];

	/* Some look at columns. */
	if (gather_write(load->gather) != 0)
		return -1;
	before = changes_of(load);
	switch (direct_take(load->direct, d, record, why)) {
	case DIRECT_TAKEN:
		if (changes_of(load) != before) {
			conditions_forget(load->conditions); /* it may have been a type */
			declared = declared_condition(load, d, record);
			if (declared != NULL &&
			    conditions_declared(load->conditions, declared) != 0)
				return -1;
		}
		load->totals.changed += changes_of(load) - before;
		return commit_at_times(load);
	case DIRECT_REFUSED:
		load_bad_line(load, line_of(record, number), why);
		return 0;
	case DIRECT_FAILED:
		break;
	}
	return -1;
}

static int
take_foreign(struct load *load, const struct message *message, long number)
{
	char why[FOREIGN_WHY];

	switch (foreign_take(load->foreign, message, why)) {
	case FOREIGN_TAKEN:
		return commit_at_times(load);
	case FOREIGN_REFUSED:
		load_bad_line(load, number, why);
		return 0;
	case FOREIGN_FAILED:
		break;
	}
	return -1;
}

/* Is a record of a staged stream a row without a document?  elog-dump puts it so; to look
   through each document would take long. */
static bool
is_copied_row(struct json_span record)
{
	static const char end[] = ",\"" STREAMS_COPY "\":\"row\"}";
	size_t n = sizeof(end) - 1;

	return record.n > n && memcmp(record.p + record.n - n, end, n) == 0;
}

static int
take_record(struct load *load, const struct load_line *look)
{
	const struct message *message = &look->message;
	const struct streams_row *row = look->row;
	long number = look->number;

	load->totals.records++;
	if (row == NULL ||
	    foreign_lacks_key(load->foreign, message->stream, row->keys[0]))
		return take_foreign(load, message, number);
	if (look->staged)
		return take_ours(load, look);
	if (row->applied == STREAMS_CLOSING)
		return take_fetch(load, message->record, number);
	return take_direct(load, row, message->record, number);
}

void
load_look(
    const struct load *load, char *line, size_t n, long number, struct load_line *look)
{
	struct message *message = &look->message;
	size_t blank = 0;

	look->number = number;
	look->is = LOAD_BLANK;
	look->why = NULL;
	if (number == 1 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3; /* a byte order mark */
		n -= 3;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	while (blank < n && strchr(" \t\r", line[blank]) != NULL)
		blank++;
	if (blank == n)
		return;
	look->is = LOAD_MESSAGE;
	look->why = message_read(line, n, message);
	if (look->why != NULL && message_after_torn(line, n, message) > 0)
		look->why = "its writer died in the middle of it; "
			    "what another wrote behind it is taken";
	else if (look->why != NULL)
		look->is = LOAD_BAD;
	if (look->is == LOAD_BAD || message->type != MESSAGE_RECORD)
		return;
	look->row = streams_of(message->stream);
	look->staged = look->row != NULL && look->row->applied == STREAMS_STAGED &&
		       !is_copied_row(message->record);
	if (look->staged)
		stage_look(load->stage, look->row, message->record, &look->found);
}

int
load_take(struct load *load, struct load_line *look)
{
	if (come_back(load) != 0)
		return -1;
	if (look->why != NULL)
		load_bad_line(load, look->number, look->why);
	if (look->is != LOAD_MESSAGE)
		return 0;
	switch (look->message.type) {
	case MESSAGE_SCHEMA:
		return foreign_schema(load->foreign, &look->message);
	case MESSAGE_RECORD:
		return take_record(load, look);
	case MESSAGE_STATE:
		return take_state(load, &look->message);
	case MESSAGE_OTHER:
		return 0;
	}
	return 0;
}

int
load_line(struct load *load, char *line, size_t n, long number)
{
	struct load_line look;

	load_look(load, line, n, number, &look);
	return load_take(load, &look);
}

/* Close the experiments whose own closing record never came. */
static int
close_unfinished(struct load *load)
{
	static const char reason[] = "its fetch was cut short: no closing record came";
	static const char failed[] = "{\"status\":\"failed\"}";
	sqlite3_stmt *next = db_prepare(load->db, load->path,
	    "SELECT experiment, strftime('%Y-%m-%dT%H:%M:%SZ', 'now') FROM "
	    "(SELECT experiment FROM staged UNION SELECT experiment FROM problems)");
	int result = next != NULL ? 0 : -1, code;

	while (result == 0 && (code = sqlite3_step(next)) == SQLITE_ROW) {
		char *experiment = strdup((const char *)sqlite3_column_text(next, 0));
		char *now = strdup((const char *)sqlite3_column_text(next, 1));

		sqlite3_reset(next);
		if (experiment != NULL && now != NULL) {
			msg("%s: not applied: %s", experiment, reason);
			load->totals.errors++;
			load->totals.failed++;
			result = note_outcome(load, experiment,
			    (struct json_span){failed, sizeof(failed) - 1}, now, reason);
		} else {
			msg("no memory");
			result = -1;
		}
		free(experiment);
		free(now);
	}
	if (result == 0 && code != SQLITE_DONE) {
		db_complain(load->db, load->path);
		result = -1;
	}
	sqlite3_finalize(next);
	return result;
}

int
load_end(struct load *load)
{
	if (come_back(load) != 0 || close_unfinished(load) != 0)
		return -1;
	load->fresh = false; /* nothing follows that needs a log */
	return commit(load);
}

int
load_metadata(struct load *load, const char *key, const char *value)
{
	if (come_back(load) != 0)
		return -1;
	statement_text(load->metadata, ":key", key);
	statement_text(load->metadata, ":value", value);
	return run(load, load->metadata);
}
