/*
 * The types of conditions: what a JSON value is taken for, how two types widen to one
 * that holds both, and how a value is written in a type.  elog-query(7) tells users.
 */
#ifndef CONDITION_TYPE_H
#define CONDITION_TYPE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "text/json.h"

/* From narrow to wide, as far as they widen; CONDITION_NONE is no value at all. */
enum condition_type {
	CONDITION_NONE,
	CONDITION_BOOL,
	CONDITION_INT,
	CONDITION_FLOAT,
	CONDITION_STRING,
	CONDITION_JSON,
	CONDITION_BLOB,
	CONDITION_TIME,
};

/* "bool", "int", ...; NULL for CONDITION_NONE. */
const char *condition_type_name(enum condition_type type);

/* The type of that name, CONDITION_NONE if there is none. */
enum condition_type condition_type_named(const char *name);

/*
 * What a JSON value, checked before, is by itself: true and false are a bool; a number,
 * and a string that is one by RFC 8259, section 6, is an int if it is whole and fits 64
 * bits, else a float; an array or an object is a json; any other string is a string.
 * null and the strings "NaN" are no value; "Infinity" and "-Infinity" are floats.
 */
enum condition_type condition_type_of(struct json_span value);

/*
 * The narrowest type that holds the values of both: bool < int < float < string.  A json
 * and anything else are a string.
 */
enum condition_type condition_type_join(enum condition_type a, enum condition_type b);

/*
 * Give an SQL function or virtual table a JSON value in a type: a bool as 0 or 1, an
 * int, a float, a string decoded (of a number, its own digits), a json as its text, a
 * time in UTC, a blob with the bytes of the string.  False, with nothing given, if the
 * value does not fit the type.
 */
bool condition_type_result(
    sqlite3_context *context, enum condition_type type, struct json_span value);

#endif
