/*
 * Where records wait until their experiment is closed: a temporary table for each
 * stream, which the first statement of its load step creates.
 *
 * Its columns are experiment, key, subkey and doc, and behind them members of the
 * record by their names ("params.PNR" is one inside another), which are filled here,
 * by the scanner: SQLite's own JSON functions take five times as long.  A column of
 * type JSON gets a member's text as it stands, any other gets its value as SQLite's
 * ->> would give it.  doc, and with it the members, is NULL where the database holds
 * the same document already; the second statement of the load step tells.
 *
 * SQL has the function lasting(doc, stream) for the second statement: the document
 * without what the service computes from the clock.
 *
 * A record with STREAMS_DELETED waits in the table vanishing instead.
 *
 * The view staged(experiment, stream) shows what waits.
 */
#ifndef STAGE_H
#define STAGE_H

#include <sqlite3.h>

#include "stream/streams.h"
#include "text/json.h"

#define STAGE_WHY 200

struct stage;

/* Create the tables.  NULL after a message that names path. */
struct stage *stage_open(sqlite3 *db, const char *path);

/* What every record is asked for; spans of it, or {NULL, 0}. */
#define STAGE_MEMBERS_MAX 24
struct stage_found {
	struct json_span experiment; /* a JSON string */
	struct json_span key, subkey, whole, deleted;
	/*
	 * What follows the first member, a comma or a brace, where that is the
	 * experiment that elog-get put there; else NULL.
	 */
	const char *rest;
	struct json_span members[STAGE_MEMBERS_MAX]; /* for the columns of the table */
};

/* Look at a record of a resource.  Nothing is asked of the database: another thread may
   do it. */
void stage_look(const struct stage *stage, const struct streams_row *resource,
    struct json_span record, struct stage_found *found);

enum stage_result {
	STAGE_TAKEN,
	STAGE_REFUSED, /* why says what is wrong with the record */
	STAGE_FAILED,  /* the database did, after a message */
};

/*
 * Stage a record of a resource that was looked at.  The line that it stands in may be
 * changed. *experiment gets its experiment's name, decoded, until the next call; NULL if
 * it names none.
 */
enum stage_result stage_take(struct stage *stage, const struct streams_row *resource,
    struct json_span record, const struct stage_found *found, const char **experiment,
    char why[STAGE_WHY]);

/* Of an experiment whose records are the changes since another time: stage the keys of
   the rows that neither came nor vanish, so that they stay.  0, or -1 after a message. */
int stage_keep(struct stage *stage, const struct streams_row *row, const char *experiment,
    sqlite3_int64 experiment_id);

/*
 * While it is set, json_valid() is false.  SQLite computes generated columns also where a
 * row is written, which for the parameters of a run means to take its whole document
 * apart for nothing: that column asks json_valid() first.  To be set around statements
 * that write such a table and read no generated column.
 */
void stage_write_bare(bool bare);

/* Drop what waits of an experiment.  0, or -1 after a message. */
int stage_drop(struct stage *stage, const char *experiment);

void stage_close(struct stage *stage);

#endif
