/*
 * Records that need no experiment around them: applied one by one, as they come.
 *
 * What becomes of one is derived from its stream's row (load/upsert.h): its values are
 * checked by the types of the columns, and its row is written where something differs;
 * one with a member _sdc_deleted_at, other than null, deletes the row of its keys.
 *
 * Where more is to be done it is SQL: common/sql/direct/STREAM.sql.  Its first statement
 * gives the reason why the record must be refused, as a text, or no row or NULL if it
 * need not; those behind it are run in their order, and then the derived one, unless the
 * row says by_hand; all or none.  A parameter :NAME gets the record's member of that
 * name as SQLite's ->> would give it, :NAME_json its text as it stands, :record the
 * whole record.  A member that is missing is NULL.  Where the first statement has more
 * columns, :NAME in those behind, the derived one too, is the column of that name
 * instead: what was looked up once need not be looked up again; and where one of them is
 * called next, the statement of that number (1 is the one behind the first) is the one
 * to go on with.  The functions of value.h are there.
 *
 * A record of elog-dump that says so (STREAMS_COPY) is taken by the derived statement
 * alone, or by common/sql/copy/STREAM.sql: its row is to be what the record says.
 */
#ifndef DIRECT_H
#define DIRECT_H

#include <sqlite3.h>
#include <stdbool.h>

#include "stream/streams.h"
#include "text/json.h"

#define DIRECT_WHY 300

struct direct;

/* Statements are prepared when the first record of their stream comes.  The database
   and path are borrowed.  NULL without memory, after a message. */
struct direct *direct_open(sqlite3 *db, const char *path);

enum direct_result {
	DIRECT_TAKEN,
	DIRECT_REFUSED, /* why says what is wrong with the record */
	DIRECT_FAILED,	/* the database did, after a message */
};

/* Prepare a stream's statements, those for copies or else all others, before its first
   record.  0, or -1 after a message: the row, its SQL file and the database's table do
   not fit. */
int direct_prepare(struct direct *direct, const struct streams_row *stream, bool copy);

/* Apply a record (of a staged stream, a copy), an object that was checked, within the
 * caller's transaction. */
enum direct_result direct_take(struct direct *direct, const struct streams_row *stream,
    struct json_span record, char why[DIRECT_WHY]);

/* NULL is allowed. */
void direct_close(struct direct *direct);

#endif
