/*
 * Columns of conditions: the values that a block of runs of one experiment have of one
 * condition, as one JSON object from run number to value,
 *
 *	{"1":0.25,"2":0.2510,"7":9007199254740993,"9":"RETRACTED"}
 *
 * Runs ascend; those that have no value are missing.  Numbers stand as they were spelled,
 * also those that were spelled in quotes; an infinity is 9e999.  Readers must expect
 * anything: a text that is no column ends early.
 */
#ifndef CONDITION_COLUMN_H
#define CONDITION_COLUMN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "db/condition_type.h"
#include "text/json.h"

/* Runs of a block, where run numbers are whole: block 0 is of 0 to 255, and so on. */
#define CONDITION_BLOCK 256

/* ---- runs ------------------------------------------------------------------- */

/* A run number: a whole number at most sites, a text at some. */
struct condition_run {
	bool whole;
	sqlite3_int64 number;  /* if it is whole */
	struct json_span text; /* as a column spells it, without its quotes */
};

/*
 * The block of a run: of whole numbers a number; of texts a text, what is before the last
 * two characters, so that runs that are counted stand together.  Gives n bytes of text,
 * or n = 0 and a number.
 */
struct condition_block {
	bool whole;
	sqlite3_int64 number;
	struct json_span text; /* a part of the run's, borrowed */
};
struct condition_block condition_block_of(const struct condition_run *run);

/*
 * A run number as SQL has it: a whole number, or a text of n bytes.  *spelled gets memory
 * that the text needs where it is not spelled as it is, else NULL.  False without memory.
 */
void condition_run_whole(struct condition_run *run, sqlite3_int64 number);
bool condition_run_text(
    struct condition_run *run, const char *text, size_t n, char **spelled);

/* Give it to an SQL function or virtual table.  An SQLite code. */
int condition_run_result(sqlite3_context *context, const struct condition_run *run);

/* As SQL orders run numbers: whole ones first, texts by their bytes. */
int condition_run_compare(const struct condition_run *a, const struct condition_run *b);

/* ---- reading ---------------------------------------------------------------- */

struct condition_column {
	const char *at, *end; /* what is left of it */
	bool whole;	      /* its runs are whole numbers */
	double pace; /* bytes for a run, about, where condition_column_skip() knows */
};

void condition_column_begin(
    struct condition_column *column, struct json_span text, bool whole);

/* The next run and its value, which is borrowed.  False behind the last. */
bool condition_column_next(
    struct condition_column *column, struct condition_run *run, struct json_span *value);

/*
 * Pass over runs before one, in a column of whole runs that has nothing but numbers and
 * bools, or nothing but strings without escapes: what is next is that run, or one before
 * it, or the first behind it where there are none before it.
 */
void condition_column_skip(
    struct condition_column *column, sqlite3_int64 run, bool strings);

/* ---- writing ---------------------------------------------------------------- */

/* A column that is being written.  Begin with {0}; release with free(text). */
struct condition_draft {
	char *text;
	size_t n, size;
	long count;	/* of its values */
	unsigned kinds; /* of its values */
	/*
	 * The smallest and the largest of its numbers; of a column without numbers, of
	 * its texts, where all are short and plain.  Meaningless where there is none.
	 */
	struct number least, most;
	size_t first, first_n, last, last_n; /* offsets of texts, and how long they are */
	bool some_number, some_text, long_text;
};

/* Take back what was written; the memory stays. */
void condition_draft_clear(struct condition_draft *draft);

/*
 * Write a value behind those of lower runs.  A value that is none, which is spelled null,
 * takes the one away that the run had, where a draft is a change of a column.  0, or -1
 * without memory.
 */
int condition_draft_add(struct condition_draft *draft, const struct condition_run *run,
    struct json_span value);

/* Write the closing brace, and find the bounds.  0, or -1 without memory. */
int condition_draft_end(struct condition_draft *draft);

/* The column that a change, ended or not, makes of an older one.  0, or -1. */
int condition_draft_merge(struct condition_draft *draft, struct json_span older,
    const struct condition_draft *change, bool whole);

/* ---- SQL -------------------------------------------------------------------- */

/*
 * Make these known to a connection:
 *
 *	column_block(RUN)       the block of a run number
 *	column_value(DATA, RUN, TYPE)   what a column has for a run, as that type gives
 *	    it, or by itself if TYPE is NULL; NULL if it does not fit
 *	column_type(DATA, RUN)  of which type that is by itself
 *	kind_of(TYPE)           the bit of a type in a set of kinds
 *	type_of_kinds(KINDS)    what values of those kinds have in common, or NULL
 *	all_kinds(KINDS)        an aggregate: those in any
 *
 * Returns an SQLite code.
 */
int condition_column_functions(sqlite3 *db);

#endif
