/*
 * The types of conditions: what a JSON value is taken for, what the values of one name
 * have in common, and how a value is given in a type.  elog-query(7) tells users.
 */
#ifndef CONDITION_TYPE_H
#define CONDITION_TYPE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "text/json.h"
#include "text/number.h"

/* CONDITION_NONE is no value at all; only names are CONDITION_MIXED, no value is. */
enum condition_type {
	CONDITION_NONE,
	CONDITION_BOOL,
	CONDITION_INT,
	CONDITION_FLOAT,
	CONDITION_STRING,
	CONDITION_JSON,
	CONDITION_BLOB,
	CONDITION_TIME,
	CONDITION_MIXED,
};

/* Sets of kinds of values: a bit for each type. */
#define CONDITION_KIND(type) (1u << (type))
#define CONDITION_NUMBERS                                                                \
	(CONDITION_KIND(CONDITION_BOOL) | CONDITION_KIND(CONDITION_INT) |                \
	    CONDITION_KIND(CONDITION_FLOAT))
#define CONDITION_TEXTS                                                                  \
	(CONDITION_KIND(CONDITION_STRING) | CONDITION_KIND(CONDITION_JSON) |             \
	    CONDITION_KIND(CONDITION_TIME))

/* "bool", "int", ...; NULL for CONDITION_NONE. */
const char *condition_type_name(enum condition_type type);

/* The type of that name, CONDITION_NONE if there is none. */
enum condition_type condition_type_named(const char *name);

/*
 * What values of those kinds have in common: their own type; of numbers the wider, bool
 * < int < float; else CONDITION_MIXED.  CONDITION_NONE for the empty set.
 */
enum condition_type condition_type_of_kinds(unsigned kinds);

/* A value of a condition, and how it is written in a column. */
struct condition_value {
	enum condition_type type;
	struct number number;  /* of an int or a float */
	struct json_span text; /* of a string that is none in JSON, without quotes */
};

/*
 * What a JSON value, checked before, is by itself: true and false are a bool; a number,
 * and a string that is one by RFC 8259, section 6, is an int if it is whole and fits 64
 * bits, else a float; an array or an object is a json; any other string is a string, and
 * so is a number that no double holds.  null and the strings "NaN" are no value;
 * "Infinity" and "-Infinity" are floats.
 */
void condition_value_read(struct json_span json, struct condition_value *value);
enum condition_type condition_type_of(struct json_span value);

/*
 * Give an SQL function or virtual table a JSON value in a type: a bool as 0 or 1, an
 * int, a float, a string decoded (of a number, its own digits), a json as its text, a
 * time in UTC, a blob with the bytes of the string; CONDITION_MIXED: as what it is by
 * itself.  False, with nothing given, if the value does not fit the type.
 */
bool condition_type_result(
    sqlite3_context *context, enum condition_type type, struct json_span value);

/* Does a value, or can values that are by themselves of another type, fit one?  A text
   may be a time, or not. */
bool condition_type_fits(enum condition_type type, struct json_span value);
bool condition_type_holds(enum condition_type type, enum condition_type other);

#endif
