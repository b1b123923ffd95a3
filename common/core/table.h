/*
 * The tables of a server database, derived from streams[]: a table a stream, of its name
 * and with the columns of elog-schema(5), but with natural keys.
 *
 * Each has source, who brought the row; where its records have one the experiment; and
 * row_key, what else the key has, as JSON values with commas between them (one that is
 * too long for an index is cut, and ends with its SHA-256).  Those of a stream that comes
 * whole have doc, the document byte for byte; all others record, the record.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialect.h"
#include "stream/streams.h"

#define TABLE_COLUMNS 64

/* Where a column's value comes from. */
enum table_from {
	TABLE_SOURCE,
	TABLE_EXPERIMENT,
	TABLE_ROW_KEY,
	TABLE_MEMBER, /* a member of the record */
	TABLE_WHOLE,  /* the document again: what older queries know it by */
	TABLE_PERSON, /* of "Name (mail)" the name */
	TABLE_MAIL,   /* the mail */
	TABLE_STAMP,  /* how new it is: a time, or a number with leading zeros */
	TABLE_DOCUMENT,
	TABLE_UPDATED, /* when it was last brought */
};

struct table_column {
	const char *name;
	const char *member; /* TABLE_MEMBER, _STAMP: "a", or "a.b": b in a */
	enum dialect_type type;
	enum table_from from;
	bool required;
};

struct table {
	const struct streams_row *row;
	const char *name;
	struct table_column columns[TABLE_COLUMNS];
	size_t n;
	const char *experiment; /* the column that holds it, or NULL */
	const char *document;	/* "doc" or "record" */
	bool staged;		/* it comes whole, an experiment at a time */
	bool single;		/* an experiment has one row */
	bool own; /* it tells of its source's database: each source has rows of its own */
	bool stamped;
};

/* Those of all streams, by row of streams[]; made once. */
const struct table *table_of(const struct streams_row *row);

/* The columns that are written, in quotes with commas between them, malloc'd; prefix
   stands before each.  NULL without memory. */
char *table_columns(
    const struct table *table, const struct dialect *dialect, const char *prefix);

/* Is a column made by the server itself? */
bool table_is_made(const struct table_column *column, const struct dialect *dialect);

/* That a row t and a row s have the same key, malloc'd; NULL without memory. */
char *table_same_key(const struct table *table);

/* CREATE TABLE IF NOT EXISTS, or the definition of one column for ALTER TABLE, malloc'd.
 */
char *table_create(const struct table *table, const struct dialect *dialect);
char *table_define(const struct table *table, const struct table_column *column,
    const struct dialect *dialect);

#endif
