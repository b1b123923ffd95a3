#include "core/push.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/exit.h"
#include "base/msg.h"
#include "core/merge.h"
#include "core/row.h"
#include "core/schema.h"
#include "stream/bookmarks.h"
#include "stream/message.h"
#include "text/object.h"

/* A transaction has about so many bytes or rows, but an experiment is never split. */
#define BATCH_BYTES ((size_t)8 * 1024 * 1024)
#define BATCH_ROWS 20000
/* So often a transaction is tried, when each time another was quicker. */
#define ATTEMPTS 20
#define PAUSE_MS 20L

struct push {
	struct dbms *server;
	struct push_options options;
	struct push_totals totals;
	long records, experiments; /* of the batch */
	struct row_maker maker;
	struct merge merge;
	struct batch batch;
	struct bookmarks bookmarks;    /* that are told once it is written */
	struct batch_experiment *open; /* experiments that are not closed yet */
	size_t bytes;
	long rows;	   /* of the batch, about */
	char *state;	   /* the bookmark that the server has */
	char foreign[160]; /* what was said last of a stream that is not elog's */
};

/* ---- the server ------------------------------------------------------------- */

/* What is there: the schema, and if it is ours the bookmark. */
static enum dbms_result
look_once(struct push *push, enum schema_state *state)
{
	enum dbms_result result = schema_look(push->server, state);

	if (result == DBMS_DONE && *state == SCHEMA_CURRENT)
		result = dbms_value(push->server, &push->state,
		    "SELECT state FROM sources WHERE source = ?", 1,
		    push->options.source);
	return result;
}

static int
look(struct push *push, enum schema_state *state)
{
	time_t until = time(NULL) + push->options.wait;
	enum dbms_result result;
	int status;

	while ((result = look_once(push, state)) == DBMS_AWAY || result == DBMS_AGAIN) {
		if (time(NULL) >= until || *push->options.stop != 0)
			break;
		status = dbms_open(
		    push->server, true, (long)(until - time(NULL)), push->options.stop);
		if (status != EXIT_DONE)
			return status;
	}
	return dbms_status(push->server, result, NULL);
}

static int
check_schema(struct push *push)
{
	enum schema_state state;
	int status = look(push, &state);

	if (status != EXIT_DONE || state == SCHEMA_CURRENT)
		return status;
	if (state == SCHEMA_OLDER && !push->options.migrate) {
		msg("%s: its schema is not that of this elog-push: elog-push --migrate "
		    "brings it up to date",
		    push->server->address.shown);
		return EXIT_PARTIAL;
	}
	status = schema_migrate(push->server);
	return status == EXIT_DONE ? look(push, &state) : status;
}

static int
begin_session(struct push *push)
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
		msg("getrandom: %s", strerror(errno));
		return EXIT_PARTIAL;
	}
	snprintf(push->merge.session, sizeof(push->merge.session),
	    "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
	srandom((unsigned)random[0]); /* or two that are late together stay so */
	push->merge.source = push->options.source;
	push->maker.source = push->options.source;
	push->maker.dialect = push->server->dialect;
	push->maker.longest = push->server->longest;
	return EXIT_DONE;
}

int
push_open(struct push **out, struct dbms *server, const struct push_options *options)
{
	struct push *push = calloc(1, sizeof(*push));
	int status;

	*out = NULL;
	if (push == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	push->server = server;
	push->options = *options;
	push->bookmarks.out = options->states;
	status = check_schema(push);
	if (status == EXIT_DONE)
		status = begin_session(push);
	if (status == EXIT_DONE)
		*out = push;
	else
		push_close(push);
	return status;
}

void
push_close(struct push *push)
{
	struct batch_experiment *next;

	if (push == NULL)
		return;
	for (struct batch_experiment *e = push->open; e != NULL; e = next) {
		next = e->next;
		batch_experiment_close(e);
	}
	batch_clear(&push->batch);
	bookmarks_free(&push->bookmarks);
	row_release(&push->maker);
	free(push->state);
	free(push);
}

const struct push_totals *
push_totals(const struct push *push)
{
	return &push->totals;
}

void
push_bad_line(struct push *push, long number, const char *why)
{
	if (number > 0)
		msg("line %ld: %s", number, why);
	else
		msg("%s", why);
	push->totals.errors++;
}

/* ---- writing ---------------------------------------------------------------- */

static void
sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Write the batch, again and again where that helps: on the next server, if this one went
   away. */
static int
write_batch(struct push *push)
{
	enum dbms_result result = DBMS_AWAY;
	time_t until = time(NULL) + push->options.wait;
	int status;

	for (int attempt = 1;; attempt++) {
		result = merge_batch(&push->merge, push->server, &push->batch);
		if (result == DBMS_DONE)
			return EXIT_DONE;
		if (result == DBMS_STOPPED)
			return push->merge.superseded ? EXIT_LATER : EXIT_PARTIAL;
		if (result == DBMS_REFUSED || result == DBMS_LACKING ||
		    result == DBMS_ADDRESS || result == DBMS_LOGIN ||
		    *push->options.stop != 0)
			break;
		msg_debug("%s: %s: tried again", push->server->address.shown,
		    push->server->why);
		if (result != DBMS_AWAY && attempt >= ATTEMPTS)
			break;
		if (result != DBMS_AWAY) {
			/* Of two that meet again and again one is to be late. */
			sleep_ms(PAUSE_MS * attempt + random() % (PAUSE_MS * attempt));
			continue;
		}
		if (time(NULL) > until)
			break;
		if (attempt > 1)
			sleep_ms(200);
		status = dbms_open(push->server, attempt > 1,
		    (long)(until - time(NULL)) + 1, push->options.stop);
		if (status != EXIT_DONE)
			return status;
	}
	return dbms_status(push->server, result, NULL);
}

/* One state is all there is, and the server has it. */
static bool
is_known(const struct push *push)
{
	return batch_is_empty(&push->batch) &&
	       (push->batch.state == NULL ||
		   (push->state != NULL && strcmp(push->state, push->batch.state) == 0));
}

static int
flush(struct push *push)
{
	int status = EXIT_DONE;

	if (!is_known(push)) {
		push->merge.number++;
		status = write_batch(push);
		push->totals.batches += status == EXIT_DONE;
	}
	if (status == EXIT_DONE) {
		push->totals.records += push->records;
		push->totals.experiments += push->experiments;
		push->totals.errors += bookmarks_tell(&push->bookmarks) != 0;
	}
	bookmarks_free(&push->bookmarks);
	batch_clear(&push->batch);
	push->records = push->experiments = 0;
	push->bytes = 0;
	push->rows = 0;
	return status;
}

static int
flush_if_full(struct push *push)
{
	return push->bytes >= BATCH_BYTES || push->rows >= BATCH_ROWS ? flush(push)
								      : EXIT_DONE;
}

int
push_idle(struct push *push)
{
	return batch_is_empty(&push->batch) && push->batch.state == NULL &&
		       !bookmarks_wait(&push->bookmarks)
		   ? EXIT_DONE
		   : flush(push);
}

/* ---- records ---------------------------------------------------------------- */

static struct batch_experiment **
find_open(struct push *push, struct json_span name)
{
	struct batch_experiment **e = &push->open;

	while (*e != NULL && !json_string_is(name, (*e)->name))
		e = &(*e)->next;
	return e;
}

/* The experiment of a name, which is open from now on; NULL after a message. */
static struct batch_experiment *
open_experiment(struct push *push, struct json_span name)
{
	struct batch_experiment **e = find_open(push, name);
	char *text;

	if (*e != NULL)
		return *e;
	text = json_string_copy(name, NULL);
	if (text == NULL) {
		msg("no memory");
		return NULL;
	}
	*e = batch_experiment_open(text);
	free(text);
	return *e;
}

static int
add_row(struct push *push, struct pile *pile, bool deleted)
{
	if (pile == NULL ||
	    pile_add(pile, push->maker.line.p, push->maker.line.n, push->maker.hash) != 0)
		return EXIT_PARTIAL;
	pile->deletes |= deleted;
	return EXIT_DONE;
}

/* An experiment that is no more where it comes from. */
static int
take_gone(struct push *push, struct json_span name)
{
	struct batch_experiment *e;
	char *text = json_string_copy(name, NULL);
	int status = EXIT_DONE;

	if (text == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	if (batch_has(&push->batch, text))
		status = flush(push);
	e = status == EXIT_DONE ? batch_experiment_open(text) : NULL;
	free(text);
	if (e == NULL)
		return status != EXIT_DONE ? status : EXIT_PARTIAL;
	e->gone = true;
	batch_add(&push->batch, e);
	push->rows++;
	push->records++;
	return flush_if_full(push);
}

/* A record of an experiment that comes whole. */
static int
take_staged(struct push *push, const struct streams_row *row, struct json_span record,
    long number)
{
	const struct table *table = table_of(row);
	struct batch_experiment *e;
	struct json_span name;
	char why[ROW_WHY], line[ROW_WHY + 100];
	bool deleted = streams_says_deleted(record);
	const char *wrong;
	struct pile *pile;

	if (!json_find(record, "experiment", &name) || name.p[0] != '"') {
		push_bad_line(push, number, "a record without its experiment");
		return EXIT_DONE;
	}
	if (deleted && row == streams)
		return take_gone(push, name);
	e = open_experiment(push, name);
	if (e == NULL)
		return EXIT_PARTIAL;
	wrong =
	    row_make(&push->maker, table, record, deleted ? ROW_DELETED : ROW_WHOLE, why);
	if (wrong != NULL) {
		snprintf(line, sizeof(line), "%.60s: %s", e->name, wrong);
		push_bad_line(push, number, line);
		e->bad[row - streams] = true;
		if (e->problem == NULL)
			e->problem = strdup(wrong);
		return EXIT_DONE;
	}
	e->arrived[row - streams]++;
	pile = batch_pile(e->piles, row);
	if (pile != NULL && table->single)
		pile_clear(pile); /* of two the last one counts */
	return add_row(push, pile, deleted);
}

/* Modes of records that only elog-load, which knows what was there before, can take. */
static bool
is_for_load(struct json_span record)
{
	static const char *const modes[] = {"update", "end", "prune", NULL};
	struct json_span tree;

	for (const char *const *m = modes; *m != NULL; m++)
		if (json_says(record, "mode", *m))
			return true;
	return json_find(record, "tree", &tree) && tree.p[0] == 't';
}

/* A record that stands by itself. */
static int
take_singly(struct push *push, const struct streams_row *row, struct json_span record,
    enum row_kind kind, long number)
{
	char why[ROW_WHY];
	const char *wrong = NULL;
	int status;

	if (streams_says_deleted(record) || json_says(record, "mode", "remove"))
		kind = ROW_DELETED;
	else if (is_for_load(record))
		wrong =
		    "only a database with what was there before can take it: give it to "
		    "elog-load, and push that database";
	if (wrong == NULL)
		wrong = row_make(&push->maker, table_of(row), record, kind, why);
	if (wrong != NULL) {
		push_bad_line(push, number, wrong);
		return EXIT_DONE;
	}
	/* Of a single table the row has no end yet. */
	if (table_of(row)->single) {
		buffer_put(&push->maker.line, "\t\\N\n", 4);
	}
	status = add_row(push, batch_pile(push->batch.rows, row), kind == ROW_DELETED);
	push->rows++;
	push->records++;
	push->bytes += push->maker.line.n;
	return status == EXIT_DONE ? flush_if_full(push) : status;
}

/* ---- closing ---------------------------------------------------------------- */

/* What the closing record says of the streams: how many records were sent. */
static void
read_counts(struct batch_experiment *e, struct json_span record)
{
	struct json_span records, times, key, value;
	struct json_walk walk;

	if (json_find(record, "records", &records))
		for (walk = json_walk(records); json_walk_next(&walk, &key, &value);) {
			const struct streams_row *row = streams_of(key);

			if (row != NULL)
				e->sent[row - streams] = object_count(records, row->name);
		}
	if (json_find(record, "updated_at", &times))
		for (walk = json_walk(times); json_walk_next(&walk, &key, &value);) {
			const struct streams_row *row = streams_of(key);

			if (row != NULL)
				e->updated_at[row - streams] =
				    object_member(times, row->name);
		}
}

/* Did all arrive that was sent?  False, and why. */
static bool
is_counted(const struct batch_experiment *e, char *why, size_t size)
{
	for (size_t i = 0; i < streams_staged(); i++) {
		long sent = e->sent[i] > 0 ? e->sent[i] : 0;

		if (e->arrived[i] == sent || e->bad[i])
			continue;
		snprintf(why, size, "%s: %ld of %ld records arrived", streams[i].name,
		    e->arrived[i], sent);
		return false;
	}
	return true;
}

static void
refuse(struct push *push, const struct batch_experiment *e, const char *why)
{
	msg("%s: not pushed: %s", e->name, why);
	push->totals.errors++;
}

/* An experiment of which everything came, or some streams. */
static int
take_arrived(struct push *push, struct batch_experiment *e, struct json_span record)
{
	struct json_span incremental;
	char why[120];
	int status = EXIT_DONE;

	e->fetched_at = object_member(record, "fetched_at");
	e->copied = json_says(record, STREAMS_COPY, "close");
	e->incremental =
	    json_find(record, "incremental", &incremental) && incremental.p[0] == 't';
	read_counts(e, record);
	if (!is_counted(e, why, sizeof(why))) {
		refuse(push, e, why);
		batch_experiment_close(e);
		return EXIT_DONE;
	}
	if (e->problem != NULL)
		refuse(push, e, e->problem);
	if (batch_has(&push->batch, e->name))
		status = flush(push);
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (e->piles[i] != NULL) {
			push->bytes += pile_bytes(e->piles[i]);
			push->rows += e->piles[i]->rows;
		}
		push->records += e->bad[i] ? 0 : e->arrived[i];
	}
	push->rows++;
	push->experiments++;
	batch_add(&push->batch, e);
	return status;
}

static int
take_closing(struct push *push, const struct streams_row *row, struct json_span record,
    long number)
{
	struct batch_experiment **slot, *e;
	struct json_span name;
	bool came = json_says(record, "status", "complete") ||
		    json_says(record, "status", "partial");
	int status = EXIT_DONE;

	if (json_says(record, STREAMS_COPY, "row") || streams_says_deleted(record))
		return take_singly(push, row, record, ROW_WHOLE, number);
	if (!json_find(record, "experiment", &name) || name.p[0] != '"') {
		push_bad_line(push, number, "a record of fetches without its experiment");
		return EXIT_DONE;
	}
	if (came && open_experiment(push, name) == NULL)
		return EXIT_PARTIAL;
	slot = find_open(push, name);
	e = *slot;
	if (e != NULL)
		*slot = e->next;
	if (came && e != NULL)
		status = take_arrived(push, e, record);
	else
		batch_experiment_close(e);
	if (status == EXIT_DONE && !json_says(record, STREAMS_COPY, "close"))
		status = take_singly(push, row, record, ROW_WHOLE, number);
	return status == EXIT_DONE ? flush_if_full(push) : status;
}

/* ---- lines ------------------------------------------------------------------ */

/* A state of elog-dump stands for all before it: then it is the source's bookmark. */
static int
take_state(struct push *push, struct json_span value)
{
	struct json_span bookmarks, dump;

	if (push->totals.errors > 0 || push->open != NULL)
		return EXIT_DONE;
	if (bookmarks_add(&push->bookmarks, value) != 0)
		return EXIT_PARTIAL;
	if (!json_find(value, "bookmarks", &bookmarks) ||
	    !json_find(bookmarks, "elog-dump", &dump))
		return EXIT_DONE;
	free(push->batch.state);
	push->batch.state = strndup(value.p, value.n);
	if (push->batch.state != NULL)
		return EXIT_DONE;
	msg("no memory");
	return EXIT_PARTIAL;
}

static int
take_record(struct push *push, const struct message *message, long number)
{
	const struct streams_row *row = streams_of(message->stream);
	char why[160];

	if (row == NULL) {
		snprintf(why, sizeof(why),
		    "%.*s: no stream of elog's: give it to elog-load, and push that "
		    "database",
		    (int)(message->stream.n < 60 ? message->stream.n : 60),
		    message->stream.p);
		/* Of a whole stream once. */
		if (strcmp(why, push->foreign) == 0) {
			push->totals.errors++;
			return EXIT_DONE;
		}
		memcpy(push->foreign, why, sizeof(why));
		push_bad_line(push, number, why);
		return EXIT_DONE;
	}
	if (row->applied == STREAMS_CLOSING)
		return take_closing(push, row, message->record, number);
	if (row->applied == STREAMS_STAGED && !streams_says_row(message->record))
		return take_staged(push, row, message->record, number);
	return take_singly(push, row, message->record,
	    row->applied == STREAMS_STAGED ? ROW_BARE : ROW_WHOLE, number);
}

int
push_line(struct push *push, char *line, size_t n, long number)
{
	struct message message;
	const char *why;

	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (n == strspn(line, " \t") || n == 0)
		return EXIT_DONE;
	why = message_read(line, n, &message);
	if (why != NULL) {
		push_bad_line(push, number, why);
		return EXIT_DONE;
	}
	if (message.type == MESSAGE_RECORD)
		return take_record(push, &message, number);
	return message.type == MESSAGE_STATE ? take_state(push, message.value)
					     : EXIT_DONE;
}

int
push_end(struct push *push)
{
	for (const struct batch_experiment *e = push->open; e != NULL; e = e->next)
		refuse(push, e, "its fetch was cut short: no closing record came");
	return push_idle(push);
}

/* ---- bookmarks -------------------------------------------------------------- */

int
push_bookmark(struct dbms *server, const char *source)
{
	char *state = NULL;
	enum schema_state schema;
	enum dbms_result result = schema_look(server, &schema);

	if (result == DBMS_DONE && schema != SCHEMA_OLDER)
		result = dbms_value(server, &state,
		    "SELECT state FROM sources WHERE source = ?", 1, source);
	if (result == DBMS_DONE && state != NULL)
		puts(state);
	free(state);
	return dbms_status(server, result, "the bookmark");
}
