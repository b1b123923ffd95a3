/*
 * Values that people give to conditions: their type, and how they are kept in it.
 *
 * They are read more kindly than what the service sends (condition_type.h): people type
 * texts.  A text is what it reads as: wholly a number of RFC 8259 an int or a float,
 * "true" and "false" a bool, a JSON object or array a json, anything else a string.
 * An object {"$base64": TEXT} is a blob.  Kept are: bool as 0 or 1; int; float; string;
 * json as its text; time as a text in UTC, ISO 8601, ending in Z; blob.
 */
#ifndef VALUE_H
#define VALUE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "db/condition_type.h"
#include "text/json.h"
#include "text/timestamp.h"

/* The type of a JSON value, checked before; CONDITION_NONE: null and "NaN". */
enum condition_type value_type(struct json_span json);

/* A time as it is kept, from any that timestamp.h reads.  False if it is none. */
bool value_time(const char *text, size_t n, char out[TIMESTAMP_BYTES]);

/*
 * Make these functions known to a connection, for SQL:
 *
 *	value_target(JSON, TYPE, DECLARED)  the type that a value is kept in: TYPE of the
 *	    condition if it is DECLARED, else the value's own.  NULL if it has none.
 *	value_as(JSON, TYPE)    the value as TYPE keeps it, NULL if it does not fit
 *	value_recast(VALUE, FROM, TO)   a kept value as another type keeps it, or NULL
 *	value_text(VALUE, TYPE) a kept value for people: a blob as its SHA-256
 *	value_time(TEXT)        a time as it is kept, or NULL
 *	value_name_fault(NAME)  why a condition cannot have that name, or NULL
 *	base64(BLOB), unbase64(TEXT), sha256(BLOB)
 *	who()                   the user that runs this program
 *
 * and those of condition_column.h.  Returns an SQLite code.
 */
int value_functions(sqlite3 *db);

#endif
