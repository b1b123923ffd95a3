/* SQLite statements: whole files of them, and values bound by name. */
#ifndef STATEMENT_H
#define STATEMENT_H

#include <sqlite3.h>

#include "text/json.h"

#define STEPS_MAX 24

/* The statements of an SQL file, in their order. */
struct steps {
	sqlite3_stmt *statements[STEPS_MAX];
	int n;
};

/*
 * The text of the file common/sql/DIRECTORY/NAME SUFFIX.sql, as it was compiled in;
 * NULL if there is none.
 */
const char *statement_file(const char *directory, const char *name, const char *suffix);

/*
 * Prepare the statements of a text (NULL: none), from the first'th on, at most limit
 * of them (STEPS_MAX: all), behind those that steps has.  Returns the number of
 * statements, or -1 after a message that names path; also if steps has no room for all.
 */
int steps_prepare(struct steps *steps, sqlite3 *db, const char *path, const char *sql,
    int first, int limit);

/*
 * The first statement of a text as it can stand inside another: without the semicolon,
 * malloc'd.  NULL after a message that names path.
 */
char *statement_inner(sqlite3 *db, const char *path, const char *sql);

void steps_finalize(struct steps *steps);

/* Run a statement to its end and reset it.  0, or -1 after a message. */
int statement_run(sqlite3_stmt *statement, const char *path);

/* Does a query give a row?  Resets it.  1, 0, or -1 after a message. */
int statement_ask(sqlite3_stmt *statement, const char *path);

/*
 * Bind a text to a parameter by its name, if the statement has it.  The text is
 * borrowed until it is bound to another.  NULL binds NULL.
 */
void statement_text(sqlite3_stmt *statement, const char *name, const char *text);
void statement_span(sqlite3_stmt *statement, const char *name, struct json_span text);

/*
 * Bind a JSON value (checked before) to the parameter of that number (0: do nothing)
 * as SQLite's ->> gives it: a string decoded, a whole number as an integer, any
 * other number as a float, true and false as 1 and 0, null and {NULL, 0} as NULL,
 * arrays and objects as their text.  Texts are borrowed where they need no decoding.
 * Returns an SQLite code.
 */
int statement_value(sqlite3_stmt *statement, int number, struct json_span value);

/*
 * The same for a key: a number that is not whole, or too large, stays text, so that
 * no two keys fall together.
 */
int statement_key(sqlite3_stmt *statement, int number, struct json_span key);

/* A function of SQL in C. */
struct statement_function {
	const char *name;
	int arguments;
	void (*function)(sqlite3_context *, int, sqlite3_value **);
	void *data; /* sqlite3_user_data(), or NULL */
};

/*
 * Give a connection functions, up to a NULL name, whose values depend on their arguments
 * alone; flags as of sqlite3_create_function_v2().  Returns an SQLite code.
 */
int statement_functions(
    sqlite3 *db, const struct statement_function *functions, int flags);

#endif
