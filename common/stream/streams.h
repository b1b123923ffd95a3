/*
 * What streams there are: one table, a row a stream.  From its row, and from the
 * database's table of its name, come its SCHEMA message, what elog-load does with its
 * records, what elog-dump writes, the counts of elog-status, the names that --only
 * takes and the completion offers.
 *
 * Adding a stream is a row here, a migration that makes its table
 * (common/sql/migrations/), its entry in elog-stream(5) and elog-schema(5); and where
 * its records must be shaped or checked beyond what the row says, an SQL file of its
 * name: common/sql/load/ (of an experiment; see load/apply.h) or common/sql/direct/
 * (each record by itself; see load/direct.h).
 */
#ifndef STREAMS_H
#define STREAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "stream/stream.h"
#include "text/json.h"

#define STREAMS_KEYS_MAX 4
#define STREAMS_COLUMNS_MAX 48

/* What a member may be.  In the database a text is a text, a boolean 0 or 1, an object
   or array its text. */
enum streams_type {
	STREAMS_TEXT,
	STREAMS_TIME,	 /* a text: RFC 3339 */
	STREAMS_URL,	 /* a text with :// in it */
	STREAMS_SHA256,	 /* a text of 64 hexadecimal digits, small letters */
	STREAMS_INTEGER, /* a whole number of 64 bits */
	STREAMS_COUNT,	 /* one that is not negative */
	STREAMS_NUMBER,
	STREAMS_BOOLEAN,
	STREAMS_RUN,   /* a run number: a whole number or a text */
	STREAMS_LOOSE, /* a number or a text, as a service has it */
	STREAMS_OBJECT,
	STREAMS_ARRAY,
	STREAMS_JSON, /* any value; kept as its text, so that no digit is lost */
	STREAMS_ANY,  /* any value; kept as SQLite's ->> would give it */
};

/* What becomes of a value where the database has another one for the same key.  Of a
   member that a record does not have, the old value stays, but for rows that say whole.
 */
enum streams_merge {
	STREAMS_TAKE,	 /* the new one, null too */
	STREAMS_FILL,	 /* the new one, unless it is null */
	STREAMS_FIRST,	 /* the old one, unless that is null */
	STREAMS_GREATER, /* the greater one */
	STREAMS_LESSER,	 /* the lesser one that is not null */
	STREAMS_ONWARD,	 /* the one that stands later in words */
};

struct streams_column {
	const char *name; /* of the member, and of the table's column */
	enum streams_type type;
	bool required; /* neither missing nor null */
	/*
	 * Where not NULL: the texts that it may be, with blanks between them; "A|B" are
	 * of one rank for STREAMS_ONWARD, where B takes the place of A and A that of B.
	 */
	const char *words;
	enum streams_merge merge;
	/* SQL for its value where the record has none: STREAMS_NOW, STREAMS_USER, "''".
	 */
	const char *otherwise;
	/* Another value of it alone is no change: it comes from the clock. */
	bool passing;
	/* A member that the table has no column for: it says how to take the record, or
	   is shaped by SQL. */
	bool unkept;
	const char *column; /* the table's column, if it is called otherwise */
	/* SQL for its value in a record of elog-dump, where it is more than the column of
	   the table, which is called t. */
	const char *dump;
};

#define STREAMS_NOW "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
#define STREAMS_USER "who()"

/* How records become rows. */
enum streams_applied {
	STREAMS_STAGED,	 /* they wait until the record that closes their experiment,
			    are counted, and are applied whole or not at all */
	STREAMS_CLOSING, /* they are those that close */
	STREAMS_SINGLY,	 /* each by itself, as it comes */
};

/* What the service has in "value", and how it becomes records. */
enum streams_shape {
	STREAMS_OURS,	 /* not of the service: written by our own tools */
	STREAMS_ONE,	 /* an object: one record */
	STREAMS_MANY,	 /* an array of objects: one record each */
	STREAMS_WRAPPED, /* an array kept whole: one record {experiment, member} */
	STREAMS_BARE,	 /* an object without the envelope: one record */
};

struct streams_row {
	const char *name; /* of the stream, and of its table */
	enum streams_applied applied;
	/* key_properties, NULL behind the last.  A staged stream's first is experiment.
	 */
	const char *keys[STREAMS_KEYS_MAX + 1];
	/* The members that its schema names, keys among them; others may be there.  Ends
	   with a NULL name. */
	const struct streams_column *columns;

	enum streams_shape shape;
	/* Path under the authenticated prefix after "/EXPERIMENT", or NULL for the
	   questionnaire, which has a prefix of its own. */
	const char *path;
	const char *member; /* STREAMS_WRAPPED: the name that holds the array */
	bool optional;	    /* HTTP 404 means that there is none */
	bool newest_first;  /* the order in which the service gives them */
	bool undocumented;  /* its table has rows without a document, too */
	/* Members of a document that the service computes from the clock, with blanks
	   between them: where they alone differ, the document has not changed. */
	const char *clocked;

	/* Of those that are applied singly: */
	bool whole;	   /* a record is all there is to say: a member that is missing
			      is null, not kept */
	const char *newer; /* a column: a record with a lesser value than the table's is
			      passed over */
	bool by_hand;	   /* common/sql/direct/NAME.sql does all: nothing is derived */
	const char *table; /* its table, where that has another name */
	bool first; /* elog-dump writes it before the experiments, whose records are
		       taken by what it says */
	const char *dumped; /* SQL, with % for a row of the table: is it one that
			       elog-dump writes?  NULL: all are */
	bool uncounted;	    /* elog-status does not say how many rows there are */
	bool alike; /* several records may have one key: only all of a record tells them
		       apart */
	bool own;   /* it tells of the database that it is in: where several are gathered,
		       each has rows of its own */
};

/* Ends with a row whose name is NULL.  The staged ones come first, of them experiments,
   then fetches. */
extern const struct streams_row streams[];

/* Room for a value of each row: a bound that streams.c holds the table to. */
#define STREAMS_MAX 64

/* Number of rows before the last; of those that are staged. */
size_t streams_count(void);
size_t streams_staged(void);

/* The row of a stream of that name: n bytes, or a JSON string with its quotes.  NULL if
   there is none. */
const struct streams_row *streams_named(const char *name, size_t n);
const struct streams_row *streams_of(struct json_span name);

/* A record that has this member, other than null, says that what has its key is no more.
 */
#define STREAMS_DELETED "_sdc_deleted_at"

/*
 * Of records that elog-dump writes: "row" says that the row of a table is to be just so,
 * without what else elog-load does with such a record; "close", of fetches, that the
 * experiment is closed, without an outcome to be noted.
 */
#define STREAMS_COPY "_elog_copy"

/* Does a record, an object that was checked, say that it is deleted? */
bool streams_says_deleted(struct json_span record);

/* Is a record of a staged stream a row without a document?  elog-dump ends it so; to look
   through each document would take long. */
bool streams_says_row(struct json_span record);

/* The row's table. */
const char *streams_table(const struct streams_row *row);

/* A column by the name of its member, or NULL. */
const struct streams_column *streams_column(
    const struct streams_row *row, const char *name, size_t n);

/* Its column in the table. */
const char *streams_column_of(const struct streams_column *column);

/* Is it one of the row's keys? */
bool streams_is_key(const struct streams_row *row, const struct streams_column *column);

/* The rank of n bytes among the column's words, from 0; -1 if they are none of them. */
int streams_rank(const struct streams_column *column, const char *word, size_t n);

#define STREAMS_WHY 160

/*
 * Is a member's value (checked JSON, or {NULL, 0} if it is missing) what its column
 * says?  If not, why gets what is to be put behind its name: "is no URL".
 */
bool streams_fits(
    const struct streams_column *column, struct json_span value, char why[STREAMS_WHY]);

/* Can a value be a key: is it there, and a string or a number? */
bool streams_is_key_value(struct json_span value);

/* Write the SCHEMA message, a line. */
void streams_schema(struct stream *out, const struct streams_row *row);

/* The same by name.  One that is not in the table is an error of the program, and
   writes nothing. */
void streams_schema_named(struct stream *out, const char *name);

#endif
