#include "load/closing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/apply.h"
#include "stream/streams.h"

struct closing {
	struct transaction *transaction;
	struct stage *stage;
	struct apply *apply;
	struct steps fetches;
	sqlite3_stmt *problem, *problems, *forget, *refuse, *accept, *withheld;
};

static int
prepare(struct closing *closing)
{
	const struct {
		sqlite3_stmt **statement;
		const char *sql;
	} fixed[] = {
	    {&closing->problem,
		"INSERT OR IGNORE INTO problems VALUES (:experiment, :stream, :reason)"},
	    {&closing->problems,
		"SELECT reason FROM problems WHERE experiment = :experiment"},
	    {&closing->forget, "DELETE FROM problems WHERE experiment = :experiment"},
	    {&closing->refuse, "INSERT OR IGNORE INTO refused VALUES (:experiment)"},
	    {&closing->accept, "DELETE FROM refused WHERE experiment = :experiment"},
	    {&closing->withheld,
		"SELECT 1 FROM json_each(:value -> 'bookmarks') b WHERE "
		"EXISTS (SELECT 1 FROM refused WHERE experiment = b.key) "
		"OR (b.key = 'elog-dump' AND (:errors > 0 "
		"OR EXISTS (SELECT 1 FROM staged))) "
		"OR EXISTS (SELECT 1 FROM staged WHERE experiment = b.key)"},
	};
	sqlite3 *db = closing->transaction->db;
	const char *path = closing->transaction->path;

	if (db_exec(db, path,
		/* Why a stream of an experiment that is not closed yet must be refused.
		 */
		"CREATE TEMP TABLE IF NOT EXISTS problems (experiment TEXT, stream TEXT, "
		"reason TEXT, PRIMARY KEY (experiment, stream));"
		/* Experiments that were refused: their bookmarks are withheld. */
		"CREATE TEMP TABLE IF NOT EXISTS refused (experiment TEXT PRIMARY "
		"KEY)") != 0)
		return -1;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		*fixed[i].statement = db_prepare(db, path, fixed[i].sql);
		if (*fixed[i].statement == NULL)
			return -1;
	}
	return steps_prepare(&closing->fetches, db, path,
		   statement_file("load", "fetches", ""), 0, STEPS_MAX) < 0
		   ? -1
		   : 0;
}

struct closing *
closing_open(struct transaction *transaction, struct stage *stage)
{
	struct closing *closing = calloc(1, sizeof(*closing));

	if (closing == NULL) {
		msg("no memory");
		return NULL;
	}
	closing->transaction = transaction;
	closing->stage = stage;
	if (prepare(closing) == 0 &&
	    (closing->apply = apply_open(transaction, stage)) != NULL)
		return closing;
	closing_close(closing);
	return NULL;
}

void
closing_close(struct closing *closing)
{
	if (closing == NULL)
		return;
	apply_close(closing->apply);
	steps_finalize(&closing->fetches);
	sqlite3_finalize(closing->problem);
	sqlite3_finalize(closing->problems);
	sqlite3_finalize(closing->forget);
	sqlite3_finalize(closing->refuse);
	sqlite3_finalize(closing->accept);
	sqlite3_finalize(closing->withheld);
	free(closing);
}

static int
run(struct closing *closing, sqlite3_stmt *statement)
{
	return statement_run(statement, closing->transaction->path);
}

int
closing_problem(struct closing *closing, const char *experiment, const char *stream,
    const char *reason)
{
	statement_text(closing->problem, ":experiment", experiment);
	statement_text(closing->problem, ":stream", stream);
	statement_text(closing->problem, ":reason", reason);
	return run(closing, closing->problem);
}

/*
 * The first reason that a query gives against an experiment, malloc'd; NULL if it gives
 * none.  *failed is set, after a message, if the database is in trouble.
 */
static char *
find_reason(struct closing *closing, sqlite3_stmt *query, const char *experiment,
    struct json_span fetch, bool *failed)
{
	char *reason = NULL;
	int code;

	apply_bind(query, experiment, fetch, NULL);
	code = sqlite3_step(query);
	if (code == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(query, 0);

		reason = strdup(text != NULL ? text : "it cannot be counted");
		*failed |= reason == NULL;
	} else if (code != SQLITE_DONE) {
		db_complain(closing->transaction->db, closing->transaction->path);
		*failed = true;
	}
	sqlite3_reset(query);
	return reason;
}

/* Write what came of an experiment, and drop what was staged of it. */
static int
note_outcome(struct closing *closing, const char *experiment, struct json_span fetch,
    const char *fetched_at, const char *reason, const char *changes)
{
	bool closes_only = reason == NULL && json_says(fetch, STREAMS_COPY, "close");

	for (int i = 1; i < closing->fetches.n && !closes_only; i++) {
		sqlite3_stmt *statement = closing->fetches.statements[i];

		apply_bind(statement, experiment, fetch, fetched_at);
		statement_text(statement, ":message", reason);
		statement_text(statement, ":changes", changes);
		if (run(closing, statement) != 0)
			return -1;
	}
	statement_text(closing->forget, ":experiment", experiment);
	if (run(closing, closing->forget) != 0)
		return -1;
	return stage_drop(closing->stage, experiment);
}

/*
 * An experiment of which everything came, or some streams: apply those, unless lines of
 * them were lost on the way.  A stream that is no good by itself stays out alone.
 */
static int
take_arrived(struct closing *closing, const char *experiment, struct json_span fetch,
    const char *fetched_at, bool complete)
{
	struct load_totals *totals = closing->transaction->totals;
	const char *changes = NULL;
	char *reason, *problem = NULL;
	bool failed = false;
	int result = -1;

	reason = find_reason(
	    closing, closing->fetches.statements[0], experiment, fetch, &failed);
	if (failed)
		goto done;
	if (reason == NULL)
		switch (apply_experiment(closing->apply, experiment, fetch, fetched_at)) {
		case APPLY_DONE:
			changes = apply_changes(closing->apply);
			break;
		case APPLY_REFUSED:
			reason = strdup("the database does not take it");
			if (reason != NULL)
				break;
			goto done;
		case APPLY_FAILED:
			goto done;
		}
	problem = find_reason(closing, closing->problems, experiment, fetch, &failed);
	if (failed)
		goto done;
	complete = complete && reason == NULL && problem == NULL;
	statement_text(closing->refuse, ":experiment", experiment);
	statement_text(closing->accept, ":experiment", experiment);
	if (run(closing, complete ? closing->accept : closing->refuse) != 0)
		goto done;
	if (reason != NULL || problem != NULL) {
		msg("%s: not applied: %s", experiment, reason != NULL ? reason : problem);
		totals->errors++;
	}
	totals->complete += complete;
	totals->failed += reason != NULL;
	totals->partial += !complete && reason == NULL;
	result = note_outcome(closing, experiment, fetch, fetched_at, reason, changes);
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

enum closing_result
closing_take(struct closing *closing, struct json_span record, const char **why)
{
	struct load_totals *totals = closing->transaction->totals;
	struct json_span name, status, at;
	char *experiment, *fetched_at;
	const struct outcome *outcome;
	int result = -1;

	if (!json_find(record, "experiment", &name) || name.p[0] != '"' ||
	    !json_find(record, "status", &status) || status.p[0] != '"' ||
	    (outcome = outcome_of(status)) == NULL) {
		*why = "a record of fetches without an experiment, or with a status that "
		       "is none of complete, partial, failed, denied and gone";
		return CLOSING_REFUSED;
	}
	if (!json_find(record, "fetched_at", &at) || at.p[0] != '"')
		at = (struct json_span){"\"\"", 2};
	experiment = json_string_copy(name, NULL);
	fetched_at = json_string_copy(at, NULL);
	if (experiment == NULL || fetched_at == NULL) {
		msg("no memory");
	} else if (outcome->arrived) {
		result = take_arrived(closing, experiment, record, fetched_at,
		    json_string_is(status, "complete"));
	} else {
		*(long *)((char *)totals + outcome->total) += 1;
		result =
		    note_outcome(closing, experiment, record, fetched_at, NULL, NULL);
	}
	free(experiment);
	free(fetched_at);
	return result == 0 ? CLOSING_TAKEN : CLOSING_FAILED;
}

int
closing_rest(struct closing *closing)
{
	static const char reason[] = "its fetch was cut short: no closing record came";
	static const char failed[] = "{\"status\":\"failed\"}";
	struct transaction *transaction = closing->transaction;
	sqlite3_stmt *next = db_prepare(transaction->db, transaction->path,
	    "SELECT experiment, strftime('%Y-%m-%dT%H:%M:%SZ', 'now') FROM "
	    "(SELECT experiment FROM staged UNION SELECT experiment FROM problems)");
	int result = next != NULL ? 0 : -1, code;

	while (result == 0 && (code = sqlite3_step(next)) == SQLITE_ROW) {
		char *experiment = strdup((const char *)sqlite3_column_text(next, 0));
		char *now = strdup((const char *)sqlite3_column_text(next, 1));

		sqlite3_reset(next);
		if (experiment != NULL && now != NULL) {
			msg("%s: not applied: %s", experiment, reason);
			transaction->totals->errors++;
			transaction->totals->failed++;
			result = note_outcome(closing, experiment,
			    (struct json_span){failed, sizeof(failed) - 1}, now, reason,
			    NULL);
		} else {
			msg("no memory");
			result = -1;
		}
		free(experiment);
		free(now);
	}
	if (result == 0 && code != SQLITE_DONE) {
		db_complain(transaction->db, transaction->path);
		result = -1;
	}
	sqlite3_finalize(next);
	return result;
}

int
closing_withholds(struct closing *closing, struct json_span value)
{
	sqlite3_stmt *withheld = closing->withheld;

	statement_span(withheld, ":value", value);
	sqlite3_bind_int64(withheld, sqlite3_bind_parameter_index(withheld, ":errors"),
	    closing->transaction->totals->errors);
	return statement_ask(withheld, closing->transaction->path);
}
