/*
 * A term of a statement that a value of a condition must satisfy: an operator, and a
 * constant, or several of which one will do (IN).  Told exactly as SQLite would, of
 * values in a form that a column of elog_values has (query_values.h).
 */
#ifndef VALUE_TERM_H
#define VALUE_TERM_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/json.h"

struct value_constant;

/* Begin with {0} and a form and an operator. */
struct value_term {
	char form; /* 'v': the value; 'n': it, if it is a number; 's': if it is a text */
	int operator; /* SQLITE_INDEX_CONSTRAINT_EQ, GT, GE, LT or LE */
	struct value_constant *constants;
	size_t n;
};

/* Add a constant, which is copied.  False without memory. */
bool value_term_add(struct value_term *term, sqlite3_value *value);

void value_term_free(struct value_term *term);

/*
 * Can a value of a column of those kinds and bounds satisfy it?  A bound that is NULL is
 * not known.
 */
bool value_term_can_hold(const struct value_term *term, unsigned kinds,
    sqlite3_value *minimum, sqlite3_value *maximum);

/*
 * Does a value of the logbook, as a column spells it, satisfy it?  plain: it is known to
 * be a number without exponent, or a string without escapes.  False too without memory.
 */
bool value_term_holds(const struct value_term *term, struct json_span value, bool plain);

/*
 * What the digits before the point of a number that is not negative, at most
 * VALUE_TERM_DIGITS of them, tell of a term: with more than above it is satisfied if more
 * is set, and else sure not to be; with less than below, if less is.  False where they
 * tell nothing.
 */
#define VALUE_TERM_DIGITS 11
struct value_quick {
	int64_t above, below;
	bool more, less;
};
bool value_term_quick(const struct value_term *term, struct value_quick *quick);

/* Is an operator satisfied by how something compares: less (-1), equal (0), more (1)? */
bool value_term_order(int operator, int order);

/* Does a value that was set here, as SQL has it? */
bool value_term_holds_local(const struct value_term *term, sqlite3_value *value);

#endif
