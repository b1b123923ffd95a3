#include "core/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "core/row.h"

/* Rows that are fewer than that are few to any planner. */
#define ANALYZE_ROWS 50

/* What is done with the rows that have come to $s, in this order.  Each may take the
   source as a parameter. */
enum {
	STEP_TWICE,   /* what came again later */
	STEP_REMOVE,  /* what they say is no more */
	STEP_REMOVED, /* that was all that those rows had to say */
	STEP_PRUNE,   /* what is there just so, or newer */
	STEP_CHANGE,  /* what is there otherwise */
	STEP_INSERT,
	STEPS
};

static char *
step_sql(const struct table *table, const struct dialect *dialect, int step, bool bare)
{
	const char *templates[STEPS] = {
	    [STEP_TWICE] = dialect->delete_twice,
	    [STEP_REMOVE] = dialect->delete_come,
	    [STEP_REMOVED] = "DELETE FROM \"$s\" WHERE $w",
	    [STEP_PRUNE] = dialect->delete_staged,
	    [STEP_CHANGE] = dialect->delete_come,
	    [STEP_INSERT] = "INSERT INTO \"$t\" ($c) SELECT $c FROM \"$s\"",
	};
	const char *where[STEPS] = {
	    [STEP_TWICE] = "",
	    [STEP_REMOVE] =
		table->staged ? "s.source = ''" : "s.record IS NULL AND t.source = ?",
	    [STEP_REMOVED] = table->staged ? "source = ''" : "record IS NULL",
	    [STEP_PRUNE] = bare		    ? "1 = 1"
			   : table->stamped ? "($e OR s.row_stamp < t.row_stamp)"
					    : "$e",
	    [STEP_CHANGE] = "1 = 1",
	    [STEP_INSERT] = "",
	};
	char *columns = table_columns(table, dialect, ""), *key = table_same_key(table);
	char staged[80], *sql = NULL;

	snprintf(staged, sizeof(staged), "%s%s", dialect->temporary, table->name);
	if (columns != NULL && key != NULL && templates[step] != NULL)
		sql = dialect_sql(templates[step], "d", table->document, "e",
		    dialect->same, "t", table->name, "s", staged, "k", key, "w",
		    where[step], "c", columns, NULL);
	free(columns);
	free(key);
	return sql;
}

/* Run an SQL text that is ours to release, with the parameters that it has. */
static enum dbms_result
run_sql(struct dbms *server, char *sql, const char *value)
{
	enum dbms_result result;

	if (sql == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	result = dbms_run(server, sql, strchr(sql, '?') != NULL, value);
	free(sql);
	return result;
}

/* ---- rows on their way ------------------------------------------------------ */

/* The rows of a stream, of one experiment after the other. */
struct feed {
	const struct table *table;
	size_t stream;
	struct batch_experiment *experiment; /* at hand, or NULL */
	struct pile *pile;		     /* the only one, where there is none */
	size_t at;
	struct buffer end; /* what a row of a single table ends with */
	bool ended;
};

/* Rows of the next experiment that has any. */
static bool
next_experiment(struct feed *feed)
{
	while (feed->experiment != NULL &&
	       (!batch_takes(feed->experiment, feed->stream) || feed->experiment->gone ||
		   feed->experiment->piles[feed->stream] == NULL))
		feed->experiment = feed->experiment->next;
	if (feed->experiment == NULL)
		return false;
	feed->pile = feed->experiment->piles[feed->stream];
	feed->at = 0;
	feed->ended = false;
	return true;
}

/* When the row of a single table was brought, behind it. */
static long
end_row(struct feed *feed, const char **p)
{
	const struct batch_experiment *e = feed->experiment;
	const char *at = e->updated_at[feed->stream];

	if (at == NULL)
		at = e->fetched_at;
	feed->end.n = 0;
	buffer_put(&feed->end, "\t", 1);
	if (at != NULL)
		row_escape(&feed->end, at, strlen(at));
	else
		buffer_put(&feed->end, "\\N", 2);
	buffer_put(&feed->end, "\n", 1);
	*p = feed->end.p;
	return feed->end.failed ? -1 : (long)feed->end.n;
}

static long
feed_rows(void *context, const char **p)
{
	struct feed *feed = context;

	for (;;) {
		long n = 0;

		if (feed->pile != NULL)
			n = pile_read(feed->pile, &feed->at, p);
		if (n != 0)
			return n;
		if (feed->pile != NULL && feed->table->single && !feed->ended &&
		    feed->pile->rows > 0) {
			feed->ended = true;
			return end_row(feed, p);
		}
		feed->pile = NULL;
		if (feed->experiment != NULL)
			feed->experiment = feed->experiment->next;
		if (!next_experiment(feed))
			return 0;
	}
}

static enum dbms_result
load_rows(struct dbms *server, const struct table *table, const char *to,
    struct batch *batch, struct pile *pile, long rows)
{
	struct feed feed = {.table = table, .stream = (size_t)(table->row - streams)};
	char *columns = table_columns(table, server->dialect, "");
	enum dbms_result result;

	if (columns == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	if (pile != NULL) {
		feed.pile = pile;
	} else {
		feed.experiment = batch->first;
		(void)next_experiment(&feed);
	}
	result = dbms_load(server, to, columns, rows, feed_rows, &feed);
	buffer_free(&feed.end);
	free(columns);
	return result;
}

/* ---- one stream ------------------------------------------------------------- */

/* The rows into the temporary table of the stream. */
static enum dbms_result
stage(struct dbms *server, const struct table *table, struct batch *batch,
    struct pile *pile, long rows)
{
	const struct dialect *dialect = server->dialect;
	enum dbms_result result;
	char staged[80];

	snprintf(staged, sizeof(staged), "%s%s", dialect->temporary, table->name);
	result = run_sql(server,
	    dialect_sql(dialect->stage, "t", table->name, "s", staged, NULL), NULL);
	if (result == DBMS_DONE)
		result =
		    run_sql(server, dialect_sql(dialect->empty, "s", staged, NULL), NULL);
	if (result == DBMS_DONE && rows > 0)
		result = load_rows(server, table, staged, batch, pile, rows);
	if (result == DBMS_DONE && rows > ANALYZE_ROWS && dialect->analyze != NULL)
		result = run_sql(
		    server, dialect_sql(dialect->analyze, "s", staged, NULL), NULL);
	return result;
}

/* Rows of an experiment that came whole, and that are there and did not come. */
static enum dbms_result
vanish(struct dbms *server, const struct table *table, const char *experiment)
{
	char staged[80];

	snprintf(staged, sizeof(staged), "%s%s", server->dialect->temporary, table->name);
	return run_sql(server,
	    dialect_sql(
		"DELETE FROM \"$t\" WHERE \"$x\" = ? AND doc IS NOT NULL AND NOT "
		"EXISTS (SELECT 1 FROM \"$s\" s WHERE s.\"$x\" = \"$t\".\"$x\" AND "
		"s.row_key = \"$t\".row_key)",
		"t", table->name, "s", staged, "x", table->experiment, NULL),
	    experiment);
}

static enum dbms_result
merge_steps(struct merge *merge, struct dbms *server, const struct table *table,
    bool deletes, bool bare)
{
	enum dbms_result result = DBMS_DONE;

	for (int step = STEP_REMOVE; step < STEPS && result == DBMS_DONE; step++)
		if ((step != STEP_REMOVE && step != STEP_REMOVED) || deletes)
			result = run_sql(server,
			    step_sql(table, server->dialect, step, bare), merge->source);
	return result;
}

/* Load rows where nothing of them is there yet.  DBMS_CLASH: something was. */
static enum dbms_result
load_new(struct dbms *server, const struct table *table, struct batch *batch,
    struct pile *pile, long rows)
{
	enum dbms_result result = dbms_run(server, server->dialect->savepoint, 0);
	char why[DBMS_WHY];

	if (result == DBMS_DONE)
		result = load_rows(server, table, table->name, batch, pile, rows);
	if (result == DBMS_CLASH) {
		memcpy(why, server->why, sizeof(why));
		if (dbms_run(server, server->dialect->undo, 0) != DBMS_DONE)
			return DBMS_AWAY;
		memcpy(server->why, why, sizeof(why));
	}
	return result;
}

static enum dbms_result
take_twice(struct dbms *server, const struct table *table, bool twice)
{
	char *sql = twice ? step_sql(table, server->dialect, STEP_TWICE, false) : NULL;

	return sql != NULL ? run_sql(server, sql, NULL) : DBMS_DONE;
}

/* A stream of all experiments of the batch. */
static enum dbms_result
merge_staged(struct merge *merge, struct dbms *server, struct batch *batch, size_t i)
{
	const struct table *table = table_of(&streams[i]);
	bool any = false, fresh = true, twice = false, deletes = false;
	enum dbms_result result = DBMS_CLASH;
	long rows = 0;

	for (const struct batch_experiment *e = batch->first; e != NULL; e = e->next) {
		const struct pile *pile = e->piles[i];

		if (e->gone || !batch_takes(e, i))
			continue;
		any = true;
		fresh &= !e->held[i] && !e->shared[i];
		if (pile == NULL)
			continue;
		rows += pile->rows;
		twice |= pile->twice && !table->single;
		deletes |= pile->deletes;
	}
	if (!any || (rows == 0 && fresh))
		return DBMS_DONE;
	if (fresh && !twice && !deletes)
		result = load_new(server, table, batch, NULL, rows);
	if (result != DBMS_CLASH)
		return result;
	result = stage(server, table, batch, NULL, rows);
	if (result == DBMS_DONE)
		result = take_twice(server, table, twice);
	for (const struct batch_experiment *e = batch->first;
	     e != NULL && result == DBMS_DONE; e = e->next)
		if (!e->gone && batch_takes(e, i) && !e->incremental &&
		    (e->held[i] || e->shared[i]) &&
		    !(e->copied && e->sent[i] == 0 && e->shared[i]))
			result = vanish(server, table, e->name);
	if (result == DBMS_DONE && rows > 0)
		result = merge_steps(merge, server, table, deletes, false);
	return result;
}

/* Was the table empty before the first rows of this push came? */
static enum dbms_result
look_at_table(struct merge *merge, struct dbms *server, size_t i)
{
	char *value = NULL, *sql;
	enum dbms_result result;

	if (merge->looked[i])
		return DBMS_DONE;
	sql = dialect_sql(
	    "SELECT CASE WHEN EXISTS (SELECT 1 FROM \"$t\") THEN 1 ELSE 0 END", "t",
	    table_of(&streams[i])->name, NULL);
	if (sql == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	result = dbms_value(server, &value, sql, 0);
	merge->looked[i] = result == DBMS_DONE;
	merge->empty[i] = value != NULL && strcmp(value, "0") == 0;
	free(sql);
	free(value);
	return result;
}

/* Rows of our own, or bare ones. */
static enum dbms_result
merge_rows(struct merge *merge, struct dbms *server, struct batch *batch, size_t i)
{
	const struct table *table = table_of(&streams[i]);
	struct pile *pile = batch->rows[i];
	enum dbms_result result = DBMS_CLASH;

	if (pile == NULL || pile->rows == 0)
		return DBMS_DONE;
	result = look_at_table(merge, server, i);
	if (result != DBMS_DONE)
		return result;
	result = DBMS_CLASH;
	if (merge->empty[i] && !pile->twice && !pile->deletes && !table->staged) {
		result = load_new(server, table, batch, pile, pile->rows);
		if (result == DBMS_CLASH)
			merge->empty[i] = false;
	}
	if (result != DBMS_CLASH)
		return result;
	result = stage(server, table, batch, pile, pile->rows);
	if (result == DBMS_DONE)
		result = take_twice(server, table, pile->twice);
	if (result == DBMS_DONE)
		result = merge_steps(merge, server, table, pile->deletes, table->staged);
	return result;
}

/* ---- who has what ----------------------------------------------------------- */

struct holders {
	const struct merge *merge;
	struct batch_experiment *experiment;
	bool any[STREAMS_MAX];
	char *other; /* another source that has something of it */
};

static int
take_holder(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct holders *holders = context;
	struct batch_experiment *e = holders->experiment;
	const struct streams_row *row;
	const char *at = n > 2 ? values[2] : NULL;

	(void)lengths;
	if (n < 3 || values[0] == NULL || values[1] == NULL)
		return 0;
	row = streams_named(values[0], strlen(values[0]));
	if (row == NULL)
		return 0;
	if (strcmp(values[1], holders->merge->source) == 0) {
		e->held[row - streams] = true;
		return 0;
	}
	e->shared[row - streams] = true;
	if (at != NULL && e->fetched_at != NULL && strcmp(at, e->fetched_at) > 0)
		e->newer[row - streams] = true;
	if (holders->other == NULL)
		holders->other = strdup(values[1]);
	return 0;
}

/* An experiment that its source has no more.  What another has, too, is that one's. */
static enum dbms_result
forget(struct merge *merge, struct dbms *server, const struct batch_experiment *e,
    const char *other)
{
	enum dbms_result result =
	    dbms_run(server, "DELETE FROM holdings WHERE experiment = ? AND source = ?",
		2, e->name, merge->source);

	for (size_t i = 0; i < streams_staged() && result == DBMS_DONE; i++) {
		const struct table *table = table_of(&streams[i]);
		bool kept = e->shared[i];
		char *sql;

		if (streams[i].undocumented) {
			sql = dialect_sql(
			    "DELETE FROM \"$t\" WHERE \"$x\" = ? AND source = "
			    "? AND doc IS NULL",
			    "t", table->name, "x", table->experiment, NULL);
			result = sql != NULL
				     ? dbms_run(server, sql, 2, e->name, merge->source)
				     : DBMS_REFUSED;
			free(sql);
		}
		if (!e->held[i] || result != DBMS_DONE)
			continue;
		sql = dialect_sql(
		    kept ? "UPDATE \"$t\" SET source = ? WHERE \"$x\" = ? AND "
			   "source = ?"
			 : "DELETE FROM \"$t\" WHERE \"$x\" = ?",
		    "t", table->name, "x", table->experiment, NULL);
		if (sql == NULL)
			return dbms_fail(server, DBMS_REFUSED, "no memory");
		result = kept ? dbms_run(server, sql, 3, other, e->name, merge->source)
			      : dbms_run(server, sql, 1, e->name);
		free(sql);
	}
	return result;
}

/* What the server knows of each experiment; those that are gone go. */
static enum dbms_result
look(struct merge *merge, struct dbms *server, struct batch *batch)
{
	enum dbms_result result = DBMS_DONE;

	for (struct batch_experiment *e = batch->first; e != NULL && result == DBMS_DONE;
	     e = e->next) {
		struct holders holders = {.merge = merge, .experiment = e};
		const char *name = e->name;

		memset(e->newer, 0, sizeof(e->newer));
		memset(e->shared, 0, sizeof(e->shared));
		memset(e->held, 0, sizeof(e->held));
		result = dbms_ask(server,
		    "SELECT stream, source, fetched_at FROM holdings WHERE experiment = "
		    "?",
		    1, &name, take_holder, &holders);
		if (result == DBMS_DONE && e->gone)
			result = forget(merge, server, e, holders.other);
		free(holders.other);
	}
	return result;
}

static void
put_line(struct buffer *line, const char *const *fields, int n)
{
	line->n = 0;
	for (int i = 0; i < n; i++) {
		if (i > 0)
			buffer_put(line, "\t", 1);
		if (fields[i] != NULL)
			row_escape(line, fields[i], strlen(fields[i]));
		else
			buffer_put(line, "\\N", 2);
	}
	buffer_put(line, "\n", 1);
}

static long
feed_pile(void *context, const char **p)
{
	struct feed *feed = context;

	return pile_read(feed->pile, &feed->at, p);
}

static enum dbms_result
add_holding(struct merge *merge, const struct batch_experiment *e, const char *stream,
    struct pile *pile)
{
	const char *const fields[] = {merge->source, e->name, stream, e->fetched_at};
	struct buffer line = {0};
	int result;

	put_line(&line, fields, 4);
	result =
	    line.failed ? -1 : pile_add(pile, line.p, line.n, (uint64_t)pile->rows + 1);
	buffer_free(&line);
	return result == 0 ? DBMS_DONE : DBMS_STOPPED;
}

/* What the source has of an experiment.  *fresh: it had nothing of that. */
static enum dbms_result
hold_one(
    struct merge *merge, const struct batch_experiment *e, struct pile *pile, bool *fresh)
{
	enum dbms_result result = DBMS_DONE;
	bool any = false;

	if (e->gone)
		return DBMS_DONE;
	for (size_t i = 0; i < streams_staged() && result == DBMS_DONE; i++) {
		/* What a copy has nothing of its source may not be allowed to see. */
		any |= e->sent[i] > 0 || (e->sent[i] == 0 && !e->copied);
		if (!batch_takes(e, i) || (e->copied && e->sent[i] == 0))
			continue;
		*fresh &= !e->held[i];
		result = add_holding(merge, e, streams[i].name, pile);
	}
	/* An experiment of which there are only runs of our own. */
	if (!any && result == DBMS_DONE) {
		*fresh = false;
		result = add_holding(merge, e, "", pile);
	}
	return result;
}

/* Write down what the source has now, and as of when. */
static enum dbms_result
hold(struct merge *merge, struct dbms *server, struct batch *batch)
{
	static const char columns[] = "source, experiment, stream, fetched_at";
	static const char key[] =
	    "t.source = s.source AND t.experiment = s.experiment AND "
	    "t.stream = s.stream";
	const struct dialect *dialect = server->dialect;
	struct feed feed = {.pile = pile_open()};
	char staged[80];
	enum dbms_result result = DBMS_DONE;
	bool fresh = true;

	if (feed.pile == NULL)
		return DBMS_STOPPED;
	snprintf(staged, sizeof(staged), "%sholdings", dialect->temporary);
	for (const struct batch_experiment *e = batch->first;
	     e != NULL && result == DBMS_DONE; e = e->next)
		result = hold_one(merge, e, feed.pile, &fresh);
	if (result == DBMS_DONE && feed.pile->rows > 0 && fresh)
		result = dbms_load(
		    server, "holdings", columns, feed.pile->rows, feed_pile, &feed);
	if (result != DBMS_DONE || feed.pile->rows == 0 || fresh)
		goto done;
	result = run_sql(server,
	    dialect_sql(dialect->stage, "t", "holdings", "s", staged, NULL), NULL);
	if (result == DBMS_DONE)
		result =
		    run_sql(server, dialect_sql(dialect->empty, "s", staged, NULL), NULL);
	if (result == DBMS_DONE)
		result =
		    dbms_load(server, staged, columns, feed.pile->rows, feed_pile, &feed);
	if (result == DBMS_DONE)
		result = run_sql(server,
		    dialect_sql(dialect->delete_come, "t", "holdings", "s", staged, "k",
			key, "w", "1 = 1", NULL),
		    NULL);
	if (result == DBMS_DONE)
		result = run_sql(server,
		    dialect_sql("INSERT INTO holdings ($c) SELECT $c FROM \"$s\"", "c",
			columns, "s", staged, NULL),
		    NULL);
done:
	pile_close(feed.pile);
	return result;
}

/* ---- the transaction -------------------------------------------------------- */

struct claim {
	char session[64];
	long batch;
	bool any;
};

static int
take_claim(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct claim *claim = context;

	(void)lengths;
	claim->any = true;
	if (n > 1 && values[0] != NULL)
		snprintf(claim->session, sizeof(claim->session), "%s", values[0]);
	if (n > 1 && values[1] != NULL)
		claim->batch = strtol(values[1], NULL, 10);
	return 0;
}

/* Be the one push of this source that writes.  *done: this batch is written. */
static enum dbms_result
claim(struct merge *merge, struct dbms *server, bool *done)
{
	struct claim there = {.batch = 0};
	enum dbms_result result = dbms_ask(
	    server, server->dialect->claim, 1, &merge->source, take_claim, &there);

	*done = false;
	if (result != DBMS_DONE)
		return result;
	if (!there.any)
		return dbms_run(
		    server, "INSERT INTO sources (source) VALUES (?)", 1, merge->source);
	if (strcmp(there.session, merge->session) == 0) {
		*done = there.batch == merge->number;
		return DBMS_DONE;
	}
	if (!merge->begun)
		return DBMS_DONE;
	merge->superseded = true;
	msg("%s: another push of '%s' has begun: this one gives way",
	    server->address.shown, merge->source);
	return DBMS_STOPPED;
}

static enum dbms_result
note_batch(struct merge *merge, struct dbms *server, const struct batch *batch)
{
	char number[24];
	char *sql = dialect_sql("UPDATE sources SET session = ?, batch = ?, state = "
				"coalesce(?, state), pushed_at = $n WHERE source = ?",
	    "n", server->dialect->now, NULL);
	enum dbms_result result;

	if (sql == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	snprintf(number, sizeof(number), "%ld", merge->number);
	result =
	    dbms_run(server, sql, 4, merge->session, number, batch->state, merge->source);
	free(sql);
	return result;
}

static enum dbms_result
write_batch(struct merge *merge, struct dbms *server, struct batch *batch)
{
	enum dbms_result result = look(merge, server, batch);

	for (size_t i = 0; i < streams_staged() && result == DBMS_DONE; i++)
		result = merge_staged(merge, server, batch, i);
	for (size_t i = 0; i < streams_count() && result == DBMS_DONE; i++)
		result = merge_rows(merge, server, batch, i);
	if (result == DBMS_DONE)
		result = hold(merge, server, batch);
	if (result == DBMS_DONE)
		result = note_batch(merge, server, batch);
	return result;
}

enum dbms_result
merge_batch(struct merge *merge, struct dbms *server, struct batch *batch)
{
	enum dbms_result result = dbms_run(server, server->dialect->begin, 0);
	char why[DBMS_WHY];
	bool done = false;

	if (result == DBMS_DONE)
		result = claim(merge, server, &done);
	if (result == DBMS_DONE && !done)
		result = write_batch(merge, server, batch);
	if (result == DBMS_DONE)
		result = dbms_run(server, "COMMIT", 0);
	if (result == DBMS_DONE) {
		merge->begun = true;
		return result;
	}
	memcpy(why, server->why, sizeof(why));
	if (server->session != NULL && result != DBMS_AWAY)
		(void)dbms_run(server, "ROLLBACK", 0);
	memcpy(server->why, why, sizeof(why));
	return result;
}

char *
merge_text(const struct table *table, const struct dialect *dialect)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	for (int step = 0; step < STEPS; step++) {
		char *sql = step_sql(table, dialect, step, false);

		if (sql != NULL)
			fprintf(out, "%s;\n", sql);
		free(sql);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
