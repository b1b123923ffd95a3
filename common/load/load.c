#include "load/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/closing.h"
#include "load/conditions.h"
#include "load/direct.h"
#include "load/foreign.h"
#include "load/forget.h"
#include "load/gather.h"
#include "load/transaction.h"

struct load {
	struct load_totals totals;
	struct transaction transaction;
	struct stage *stage;
	struct closing *closing;
	struct direct *direct;
	struct foreign *foreign;
	sqlite3_stmt *metadata;
	const char *source; /* of lines, for messages; NULL: stdin */
	/* Lines behind each other that are no messages, and the last of them. */
	long unread, unread_last;
};

/* Of so many lines behind each other that are no messages each is told by itself. */
#define UNREAD_TOLD 10

struct load *
load_open(sqlite3 *db, const char *path, FILE *states)
{
	struct load *load = calloc(1, sizeof(*load));

	if (load == NULL) {
		msg("no memory");
		return NULL;
	}
	/* Outside of a transaction: it has PRAGMAs. */
	load->stage = stage_open(db, path);
	if (transaction_open(&load->transaction, db, path, states, &load->totals) == 0 &&
	    load->stage != NULL && (load->direct = direct_open(db, path)) != NULL &&
	    (load->foreign = foreign_open(db, path)) != NULL &&
	    (load->closing = closing_open(&load->transaction, load->stage)) != NULL &&
	    (load->metadata = db_prepare(db, path,
		 "INSERT INTO metadata (key, value) VALUES (:key, :value) ON CONFLICT "
		 "DO UPDATE SET value = excluded.value "
		 "WHERE value IS NOT excluded.value")) != NULL)
		return load;
	load_close(load);
	return NULL;
}

void
load_close(struct load *load)
{
	if (load == NULL)
		return;
	sqlite3_finalize(load->metadata);
	closing_close(load->closing);
	foreign_close(load->foreign);
	direct_close(load->direct);
	stage_close(load->stage);
	transaction_close(&load->transaction);
	free(load);
}

const struct load_totals *
load_totals(const struct load *load)
{
	return &load->totals;
}

void
load_share(struct load *load, struct lock *lock, const volatile sig_atomic_t *stopped)
{
	transaction_share(&load->transaction, lock, stopped);
}

int
load_alone(struct load *load)
{
	return transaction_alone(&load->transaction);
}

int
load_pause(struct load *load)
{
	return transaction_pause(&load->transaction);
}

void
load_bad_line(struct load *load, long number, const char *why)
{
	bool named = load->source != NULL && number > 0;

	if (number > 0)
		msg("%s%sline %ld: %s", named ? load->source : "", named ? ": " : "",
		    number, why);
	else
		msg("%s", why);
	load->totals.errors++;
}

/* A line that is no message.  A file that is something else has nothing but such. */
static void
note_unread(struct load *load, const struct load_line *look)
{
	load->unread_last = look->number;
	if (load->unread++ < UNREAD_TOLD)
		load_bad_line(load, look->number, look->why);
	else
		load->totals.errors++;
}

/* Another line comes, or none. */
static void
tell_unread(struct load *load)
{
	bool named = load->source != NULL;

	if (load->unread > UNREAD_TOLD)
		msg("%s%s%ld more lines, to line %ld, are no messages%s",
		    named ? load->source : "", named ? ": " : "",
		    load->unread - UNREAD_TOLD, load->unread_last,
		    load->totals.records == 0 ? ": is it a stream of records?" : "");
	load->unread = 0;
}

void
load_source(struct load *load, const char *name)
{
	tell_unread(load);
	load->source = name;
}

int
load_idle(struct load *load)
{
	tell_unread(load);
	return transaction_idle(&load->transaction);
}

/* ---- a record --------------------------------------------------------------- */

/* A record of an experiment that is no more where it comes from. */
static int
take_gone(struct load *load, struct json_span name)
{
	struct transaction *transaction = &load->transaction;
	int before = transaction_rows(transaction);
	char *experiment = json_string_copy(name, NULL);

	if (experiment == NULL) {
		msg("no memory");
		return -1;
	}
	if (transaction_flush(transaction) != 0 ||
	    forget_copied(transaction->db, transaction->path, experiment) != 0) {
		free(experiment);
		return -1;
	}
	free(experiment);
	load->totals.changed += transaction_rows(transaction) - before;
	return transaction_wrote(transaction);
}

/* A record of a stream of the service: it waits for the end of its experiment. */
static int
take_staged(struct load *load, const struct load_line *look)
{
	const struct streams_row *row = look->row;
	struct json_span record = look->message.record;
	const char *experiment;
	struct json_span name;
	char why[STAGE_WHY], line[STAGE_WHY + 64];

	if (row == streams && streams_says_deleted(record) &&
	    json_find(record, "experiment", &name) && name.p[0] == '"')
		return take_gone(load, name);
	switch (stage_take(load->stage, row, record, &look->found, &experiment, why)) {
	case STAGE_TAKEN:
		return 0;
	case STAGE_FAILED:
		return -1;
	case STAGE_REFUSED:
		break;
	}
	if (experiment == NULL) {
		load_bad_line(load, look->number, why);
		return 0;
	}
	snprintf(line, sizeof(line), "%.60s: %s", experiment, why);
	load_bad_line(load, look->number, line);
	return closing_problem(load->closing, experiment, row->name, why);
}

/* The record that closes an experiment. */
static int
take_closing(struct load *load, struct json_span record, long number)
{
	const char *why;

	switch (closing_take(load->closing, record, &why)) {
	case CLOSING_TAKEN:
		return transaction_wrote(&load->transaction);
	case CLOSING_REFUSED:
		load_bad_line(load, number, why);
		return 0;
	case CLOSING_FAILED:
		break;
	}
	return -1;
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

/* A record was written that may have given a condition a type. */
static int
type_changed(struct load *load, const struct streams_row *row, struct json_span record)
{
	struct conditions *conditions = load->transaction.conditions;
	struct json_span name;
	char *declared;
	int result;

	conditions_forget(conditions);
	if (strcmp(row->name, "condition_types") != 0 ||
	    !json_find(record, "name", &name) || name.p[0] != '"')
		return 0;
	declared = json_string_copy(name, NULL);
	if (declared == NULL)
		return 0;
	result = conditions_declared(conditions, declared);
	free(declared);
	return result;
}

/* A record of one of our own tools. */
static int
take_direct(struct load *load, const struct streams_row *row, struct json_span record,
    long number)
{
	struct transaction *transaction = &load->transaction;
	int before;
	char why[DIRECT_WHY];

	/* Some look at columns. */
	if (gather_write(transaction->gather) != 0)
		return -1;
	before = transaction_rows(transaction);
	switch (direct_take(load->direct, row, record, why)) {
	case DIRECT_TAKEN:
		if (transaction_rows(transaction) != before &&
		    type_changed(load, row, record) != 0)
			return -1;
		load->totals.changed += transaction_rows(transaction) - before;
		return transaction_wrote(transaction);
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
		return transaction_wrote(&load->transaction);
	case FOREIGN_REFUSED:
		load_bad_line(load, number, why);
		return 0;
	case FOREIGN_FAILED:
		break;
	}
	return -1;
}

static int
take_record(struct load *load, const struct load_line *look)
{
	const struct message *message = &look->message;
	const struct streams_row *row = look->row;

	load->totals.records++;
	if (row == NULL ||
	    foreign_lacks_key(load->foreign, message->stream, row->keys[0]))
		return take_foreign(load, message, look->number);
	if (look->staged)
		return take_staged(load, look);
	if (row->applied == STREAMS_CLOSING &&
	    !json_says(message->record, STREAMS_COPY, "row"))
		return take_closing(load, message->record, look->number);
	return take_direct(load, row, message->record, look->number);
}

/* ---- a line ----------------------------------------------------------------- */

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
		       !streams_says_row(message->record);
	if (look->staged)
		stage_look(load->stage, look->row, message->record, &look->found);
}

static int
take_state(struct load *load, struct json_span value)
{
	int withheld = closing_withholds(load->closing, value);

	if (withheld != 0)
		return withheld < 0 ? -1 : 0;
	return transaction_bookmark(&load->transaction, value);
}

int
load_take(struct load *load, struct load_line *look)
{
	if (transaction_enter(&load->transaction) != 0)
		return -1;
	if (look->is == LOAD_BAD) {
		note_unread(load, look);
		return 0;
	}
	tell_unread(load);
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
		return take_state(load, look->message.value);
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

int
load_end(struct load *load)
{
	tell_unread(load);
	if (transaction_enter(&load->transaction) != 0 ||
	    closing_rest(load->closing) != 0)
		return -1;
	return transaction_end(&load->transaction);
}

int
load_metadata(struct load *load, const char *key, const char *value)
{
	if (transaction_enter(&load->transaction) != 0)
		return -1;
	statement_text(load->metadata, ":key", key);
	statement_text(load->metadata, ":value", value);
	return statement_run(load->metadata, load->transaction.path);
}
