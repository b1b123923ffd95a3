/*
 * What the experiment at hand has of one condition: the values of the logbook, of which
 * only as much is read as is asked for, with local ones in their place.
 *
 * Most experiments have whole run numbers and nothing local: their columns are kept as
 * texts, in which runs are found (db/condition_column.h).  Of others a list is made.
 */
#ifndef VALUE_SOURCE_H
#define VALUE_SOURCE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "db/condition_column.h"
#include "db/condition_type.h"
#include "query/value_term.h"

/* What a run has. */
struct value_entry {
	struct condition_run run;
	struct json_span value;		/* where it is the logbook's */
	sqlite3_value *local;		/* where it is not NULL, */
	enum condition_type local_type; /* and what it is by itself */
	bool plain;			/* as value_term_holds() has it */
};

/* What reads a condition from a connection.  Begin with what says what it is, all else 0.
 */
struct value_reader {
	sqlite3_int64 id;	  /* of the condition */
	enum condition_type type; /* that somebody declared, or CONDITION_MIXED */
	long long bytes;	  /* of one of its columns, about; 0: not known */
	bool has_local;		  /* any experiment has local values */
	sqlite3 *db;
	sqlite3_stmt *columns; /* from an experiment on */
	sqlite3_int64 ahead;   /* the experiment of its row, if it has one */
	sqlite3_int64 asked;   /* the one that it was asked for last */
	bool has_row;
	sqlite3_int64 until; /* nothing behind that experiment will be asked for next */
	sqlite3_stmt *locals;
};

/* An SQLite code. */
int value_reader_open(struct value_reader *reader, sqlite3 *db);

void value_reader_close(struct value_reader *reader);

/*
 * A page of a column is read once: to keep it costs more than to read it.  A connection
 * from which nothing but n conditions is read keeps few.  An SQLite code.
 */
int value_reader_keep_few(sqlite3 *db, size_t n);

/* Begin with {0}. */
struct value_source {
	bool loaded;
	enum condition_type type; /* as the reader has it */
	char *text;		  /* its columns, behind each other */
	size_t used, room;
	struct value_piece *pieces;
	size_t n_pieces, pieces_room;
	size_t piece; /* the one at hand, and what is left of it */
	struct condition_column column;
	struct value_entry *entries; /* the list, if there is one */
	size_t n, entries_room, at;
	bool is_list;
	char **owned; /* texts of runs with local values */
	size_t n_owned, owned_room;
	/* In columns: the run that was asked for last, and what it has, if anything. */
	bool has_asked, has_found;
	sqlite3_int64 asked_run;
	struct value_entry found;
};

void value_source_free(struct value_source *source);

/*
 * Read an experiment, where that was not done.  A column in which no value can satisfy
 * the terms, of a source that is not declared, is left out; no other terms may be asked
 * of it then.  An SQLite code.
 */
int value_source_read(struct value_source *source, struct value_reader *reader,
    sqlite3_int64 experiment, const struct value_term *const *terms, size_t n);

/* Another experiment will be read. */
void value_source_forget(struct value_source *source);

/*
 * Each of its runs whose value satisfies some terms, in their order, from the first on.
 * The entry is borrowed until the source forgets.  Of a declared condition all values
 * do: the statement tells.
 */
void value_source_begin(struct value_source *source);
bool value_source_next(struct value_source *source, const struct value_term *const *terms,
    size_t n, struct value_entry *entry);

/* Does an entry satisfy a term? */
bool value_source_holds(const struct value_source *source,
    const struct value_entry *entry, const struct value_term *term);

/* What a run has; NULL if it has nothing.  Fast where runs ascend.  Until the next call.
 */
const struct value_entry *value_source_find(
    struct value_source *source, const struct condition_run *run);

#endif
