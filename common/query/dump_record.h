/* What the parts of a dump have in common: the dump itself, SQL that grows, records. */
#ifndef DUMP_RECORD_H
#define DUMP_RECORD_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "stream/stream.h"
#include "stream/streams.h"
#include "text/writer.h"

struct dump {
	sqlite3 *db;
	const char *path;
	struct stream *out;
	const bool *wanted;	  /* by row of streams[] */
	const char *experiments;  /* a GLOB that their names match, or NULL: all */
	struct writer json;	  /* to out */
	bool since;		  /* only what changed */
	sqlite3_int64 generation; /* since which */
	char now[28];
};

/* An SQL text that grows. */
struct dump_text {
	FILE *out;
	char *text;
	size_t n;
};

/* Begin an SQL text: NULL after a message. */
FILE *dump_text(struct dump_text *text);

/* Prepare what was written, and release it.  NULL after a message. */
sqlite3_stmt *dump_prepare(struct dump *dump, struct dump_text *text);

/* sqlite3_step(), with a message for what is no row and no end. */
int dump_step(struct dump *dump, sqlite3_stmt *statement);

void dump_begin_record(struct dump *dump, const struct streams_row *row);
void dump_end_record(struct dump *dump);

/* A row as a record: its columns are those of which[], up to NULL.  shaped: elog-load
   does more with such records than to write rows, which it is told that this one is. */
void dump_put_row(struct dump *dump, const struct streams_row *row,
    const struct streams_column *const *which, sqlite3_stmt *from, bool shaped);

/* That what has the keys in columns 0, 1, ... of a row is no more. */
void dump_put_deleted(
    struct dump *dump, const struct streams_row *row, sqlite3_stmt *keys);

#endif
