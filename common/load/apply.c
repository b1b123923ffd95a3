#include "load/apply.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/conditions.h"
#include "load/index.h"
#include "stream/streams.h"

struct apply {
	struct transaction *transaction;
	struct stage *stage;
	/* By row of streams[]. */
	struct steps *steps, *after;
	bool bare[STREAMS_MAX];
	sqlite3_stmt *problem, *ensure, *id;
	char changes[STREAMS_MAX * 40];
	char updated_at[64];
};

/* ---- opening ---------------------------------------------------------------- */

/*
 * Do a stream's steps write a large table without reading generated columns (see
 * stage_write_bare())?  A trigger might read them: then not; those of migration 16 do
 * not.
 */
static bool
is_bare(sqlite3 *db, const char *stream)
{
	char sql[240];

	if (strcmp(stream, "runs") != 0 && strcmp(stream, "logbook_entries") != 0 &&
	    strcmp(stream, "files") != 0)
		return false;
	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = "
	    "'%s' AND name NOT IN ('runs_added', 'runs_removed', 'runs_changed')",
	    stream);
	return db_number(db, sql, 1) == 0;
}

static int
prepare_steps(struct apply *apply)
{
	sqlite3 *db = apply->transaction->db;
	const char *path = apply->transaction->path;

	for (size_t i = 0; i < streams_staged(); i++) {
		const char *stream = streams[i].name;

		apply->bare[i] = is_bare(db, stream);
		/* The first two are the stage's: see stage.h. */
		if (steps_prepare(&apply->steps[i], db, path,
			statement_file("load", stream, ""), 2, STEPS_MAX) < 0 ||
		    steps_prepare(&apply->after[i], db, path,
			statement_file("load", stream, ".after"), 0, STEPS_MAX) < 0)
			return -1;
	}
	return 0;
}

static int
prepare(struct apply *apply)
{
	sqlite3 *db = apply->transaction->db;
	const char *path = apply->transaction->path;

	apply->problem = db_prepare(db, path,
	    "SELECT 1 FROM problems WHERE experiment = :experiment AND stream = :stream");
	apply->ensure = db_prepare(db, path,
	    "INSERT OR IGNORE INTO experiments (name, updated_at) "
	    "VALUES (:experiment, :fetched_at)");
	apply->id =
	    db_prepare(db, path, "SELECT id FROM experiments WHERE name = :experiment");
	if (apply->problem == NULL || apply->ensure == NULL || apply->id == NULL)
		return -1;
	return prepare_steps(apply);
}

struct apply *
apply_open(struct transaction *transaction, struct stage *stage)
{
	struct apply *apply = calloc(1, sizeof(*apply));

	if (apply == NULL) {
		msg("no memory");
		return NULL;
	}
	apply->transaction = transaction;
	apply->stage = stage;
	apply->steps = calloc(streams_staged(), sizeof(*apply->steps));
	apply->after = calloc(streams_staged(), sizeof(*apply->after));
	if (apply->steps == NULL || apply->after == NULL)
		msg("no memory");
	else if (prepare(apply) == 0)
		return apply;
	apply_close(apply);
	return NULL;
}

void
apply_close(struct apply *apply)
{
	if (apply == NULL)
		return;
	if (apply->steps != NULL && apply->after != NULL)
		for (size_t i = 0; i < streams_staged(); i++) {
			steps_finalize(&apply->steps[i]);
			steps_finalize(&apply->after[i]);
		}
	sqlite3_finalize(apply->problem);
	sqlite3_finalize(apply->ensure);
	sqlite3_finalize(apply->id);
	free(apply->steps);
	free(apply->after);
	free(apply);
}

/* ---- a stream --------------------------------------------------------------- */

void
apply_bind(sqlite3_stmt *statement, const char *experiment, struct json_span fetch,
    const char *fetched_at)
{
	statement_text(statement, ":experiment", experiment);
	statement_span(statement, ":doc", fetch);
	statement_text(statement, ":fetched_at", fetched_at);
}

static int
run_steps(struct apply *apply, struct steps *steps, const char *experiment,
    sqlite3_int64 id, const char *fetched_at)
{
	for (int i = 0; i < steps->n; i++) {
		sqlite3_stmt *statement = steps->statements[i];
		int number = sqlite3_bind_parameter_index(statement, ":experiment_id");

		apply_bind(
		    statement, experiment, (struct json_span){NULL, 0}, fetched_at);
		if (number > 0)
			sqlite3_bind_int64(statement, number, id);
		if (statement_run(statement, apply->transaction->path) != 0)
			return -1;
	}
	return 0;
}

/* Did a stream come, and is it good?  1, 0, or -1 after a message. */
static int
is_good(struct apply *apply, const char *experiment, struct json_span fetch,
    const char *stream)
{
	struct json_span records, count;
	int problem;

	if (!json_find(fetch, "records", &records) || records.p[0] != '{' ||
	    !json_find(records, stream, &count))
		return 0;
	statement_text(apply->problem, ":experiment", experiment);
	statement_text(apply->problem, ":stream", stream);
	problem = statement_ask(apply->problem, apply->transaction->path);
	return problem < 0 ? -1 : !problem;
}

/*
 * When the rows of a stream were last brought: as elog-dump says in "updated_at", or
 * fetched_at.  It lasts until the next call.
 */
static const char *
time_of(struct apply *apply, struct json_span fetch, const char *stream,
    const char *fetched_at)
{
	struct json_span times, at;

	if (!json_find(fetch, "updated_at", &times) || times.p[0] != '{' ||
	    !json_find(times, stream, &at) || at.p[0] != '"' ||
	    at.n > sizeof(apply->updated_at))
		return fetched_at;
	json_string_decode(at, apply->updated_at);
	return apply->updated_at;
}

/* Note that so many rows of something were written or removed. */
static void
note_changes(struct apply *apply, const char *what, int n)
{
	size_t used = strlen(apply->changes);

	if (n != 0)
		snprintf(apply->changes + used, sizeof(apply->changes) - used,
		    "%s\"%s\":%d", used > 0 ? "," : "", what, n);
}

/* What is staged of a stream becomes rows. */
static int
apply_stream(struct apply *apply, size_t row, const char *experiment, sqlite3_int64 id,
    struct json_span fetch, const char *fetched_at)
{
	const char *stream = streams[row].name;
	struct transaction *transaction = apply->transaction;
	int before, changed, result;

	if (index_before(transaction->index, stream, experiment, id) != 0)
		return -1;
	before = transaction_rows(transaction);
	stage_write_bare(apply->bare[row]);
	result = run_steps(apply, &apply->steps[row], experiment, id,
	    time_of(apply, fetch, stream, fetched_at));
	changed = transaction_rows(transaction) - before;
	note_changes(apply, stream, changed);
	if (changed != 0 && result == 0)
		result = run_steps(apply, &apply->after[row], experiment, id, fetched_at);
	stage_write_bare(false);
	if (changed != 0 && result == 0)
		result = index_after(transaction->index, stream, experiment, id);
	return result;
}

/* ---- an experiment ---------------------------------------------------------- */

/* The number of an experiment; 0 if there is none, or after a message. */
static sqlite3_int64
id_of(struct apply *apply, const char *experiment)
{
	sqlite3_int64 id = 0;
	int code;

	statement_text(apply->id, ":experiment", experiment);
	code = sqlite3_step(apply->id);
	if (code == SQLITE_ROW)
		id = sqlite3_column_int64(apply->id, 0);
	else if (code != SQLITE_DONE)
		db_complain(apply->transaction->db, apply->transaction->path);
	sqlite3_reset(apply->id);
	return id;
}

/* Turn the staged records of an experiment into rows. */
static int
apply_streams(struct apply *apply, const char *experiment, struct json_span fetch,
    const char *fetched_at)
{
	struct transaction *transaction = apply->transaction;
	sqlite3_int64 id;
	int runs = is_good(apply, experiment, fetch, "runs");
	struct json_span incremental;
	int before, conditions;

	statement_text(apply->ensure, ":experiment", experiment);
	statement_text(apply->ensure, ":fetched_at",
	    time_of(apply, fetch, streams[0].name, fetched_at));
	if (statement_run(apply->ensure, transaction->path) != 0)
		return -1;
	id = id_of(apply, experiment);
	if (id == 0 || runs < 0)
		return -1;
	if (json_find(fetch, "incremental", &incremental) && incremental.p[0] == 't')
		for (size_t i = 0; i < streams_staged(); i++)
			if (is_good(apply, experiment, fetch, streams[i].name) > 0 &&
			    stage_keep(apply->stage, &streams[i], experiment, id) != 0)
				return -1;
	before = transaction_rows(transaction);
	if (runs &&
	    conditions_apply(transaction->conditions, experiment, id, fetched_at) != 0)
		return -1;
	conditions = transaction_rows(transaction) - before;
	for (size_t i = 0; i < streams_staged(); i++) {
		int good = is_good(apply, experiment, fetch, streams[i].name);

		if (good < 0 || (good && apply_stream(apply, i, experiment, id, fetch,
					     fetched_at) != 0))
			return -1;
	}
	note_changes(apply, "conditions", conditions);
	return 0;
}

/* Is the database itself in trouble, so that the next experiment fares no better? */
static bool
is_fatal(sqlite3 *db)
{
	int code = sqlite3_errcode(db) & 0xff;

	return code != SQLITE_CONSTRAINT && code != SQLITE_ERROR &&
	       code != SQLITE_MISMATCH && code != SQLITE_TOOBIG;
}

enum apply_result
apply_experiment(struct apply *apply, const char *experiment, struct json_span fetch,
    const char *fetched_at)
{
	struct transaction *transaction = apply->transaction;
	int before;

	apply->changes[0] = '\0';
	if (transaction_mark(transaction, experiment, id_of(apply, experiment)) != 0)
		return APPLY_FAILED;
	before = transaction_rows(transaction);
	if (apply_streams(apply, experiment, fetch, fetched_at) == 0) {
		transaction->totals->changed += transaction_rows(transaction) - before;
		return transaction_keep(transaction) == 0 ? APPLY_DONE : APPLY_FAILED;
	}
	apply->changes[0] = '\0';
	if (is_fatal(transaction->db) || transaction_undo(transaction) != 0)
		return APPLY_FAILED;
	return APPLY_REFUSED;
}

const char *
apply_changes(const struct apply *apply)
{
	return apply->changes[0] != '\0' ? apply->changes : NULL;
}
