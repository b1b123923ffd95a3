#include "db/statement.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/sql.h"

const char *
statement_file(const char *directory, const char *name, const char *suffix)
{
	char wanted[80];

	snprintf(wanted, sizeof(wanted), "%s/%s%s", directory, name, suffix);
	for (const struct sql_file *file = sql_files; file->name != NULL; file++)
		if (strcmp(file->name, wanted) == 0)
			return file->text;
	return NULL;
}

int
steps_prepare(struct steps *steps, sqlite3 *db, const char *path, const char *sql,
    int first, int limit)
{
	sqlite3_stmt *statement;
	int i;

	for (i = 0;
	     sql != NULL && *sql != '\0' && (limit == STEPS_MAX || i < first + limit);
	     i++) {
		if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
			&sql) != SQLITE_OK) {
			db_complain(db, path);
			return -1;
		}
		if (statement == NULL)
			break; /* only white space was left */
		if (i >= first && steps->n == STEPS_MAX) {
			sqlite3_finalize(statement);
			msg("%s: more than %d statements in a text of SQL", path,
			    STEPS_MAX);
			return -1;
		}
		if (i < first)
			sqlite3_finalize(statement);
		else
			steps->statements[steps->n++] = statement;
	}
	return i;
}

char *
statement_inner(sqlite3 *db, const char *path, const char *sql)
{
	sqlite3_stmt *statement;
	const char *end;
	char *inner;

	/* SQLite finds its end: a semicolon in a comment or a text is none. */
	if (sqlite3_prepare_v2(db, sql, -1, &statement, &end) != SQLITE_OK) {
		db_complain(db, path);
		return NULL;
	}
	sqlite3_finalize(statement);
	if (end > sql && end[-1] == ';')
		end--;
	/* A line of its own: what stands last may be a comment. */
	if (asprintf(&inner, "%.*s\n", (int)(end - sql), sql) < 0) {
		msg("no memory");
		return NULL;
	}
	return inner;
}

void
steps_finalize(struct steps *steps)
{
	for (int i = 0; i < steps->n; i++)
		sqlite3_finalize(steps->statements[i]);
	steps->n = 0;
}

int
statement_run(sqlite3_stmt *statement, const char *path)
{
	int code;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		;
	if (code != SQLITE_DONE)
		db_complain(sqlite3_db_handle(statement), path);
	sqlite3_reset(statement);
	return code == SQLITE_DONE ? 0 : -1;
}

int
statement_ask(sqlite3_stmt *statement, const char *path)
{
	int code = sqlite3_step(statement);

	if (code != SQLITE_ROW && code != SQLITE_DONE)
		db_complain(sqlite3_db_handle(statement), path);
	sqlite3_reset(statement);
	return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : -1;
}

void
statement_text(sqlite3_stmt *statement, const char *name, const char *text)
{
	int i = sqlite3_bind_parameter_index(statement, name);

	if (i > 0)
		sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
}

void
statement_span(sqlite3_stmt *statement, const char *name, struct json_span text)
{
	int i = sqlite3_bind_parameter_index(statement, name);

	if (i > 0)
		sqlite3_bind_text64(
		    statement, i, text.p, text.n, SQLITE_STATIC, SQLITE_UTF8);
}

static int
bind_string(sqlite3_stmt *statement, int number, struct json_span string)
{
	char *text;

	if (memchr(string.p, '\\', string.n) == NULL)
		return sqlite3_bind_text64(statement, number, string.p + 1, string.n - 2,
		    SQLITE_STATIC, SQLITE_UTF8);
	text = malloc(string.n);
	if (text == NULL)
		return SQLITE_NOMEM;
	return sqlite3_bind_text64(
	    statement, number, text, json_string_decode(string, text), free, SQLITE_UTF8);
}

/* Bind a whole number that fits 64 bits.  False if it is another. */
static bool
bind_integer(sqlite3_stmt *statement, int number, struct json_span value)
{
	char digits[24], *end;
	sqlite3_int64 integer;

	if (value.n >= sizeof(digits))
		return false;
	memcpy(digits, value.p, value.n);
	digits[value.n] = '\0';
	errno = 0;
	integer = strtoll(digits, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	sqlite3_bind_int64(statement, number, integer);
	return true;
}

static int
bind_float(sqlite3_stmt *statement, int number, struct json_span value)
{
	char *text = strndup(value.p, value.n);
	int code;

	if (text == NULL)
		return SQLITE_NOMEM;
	code = sqlite3_bind_double(statement, number, strtod(text, NULL));
	free(text);
	return code;
}

static int
bind_raw(sqlite3_stmt *statement, int number, struct json_span value)
{
	return sqlite3_bind_text64(
	    statement, number, value.p, value.n, SQLITE_STATIC, SQLITE_UTF8);
}

int
statement_value(sqlite3_stmt *statement, int number, struct json_span value)
{
	if (number == 0)
		return SQLITE_OK;
	switch (value.p != NULL ? value.p[0] : 'n') {
	case 'n':
		return sqlite3_bind_null(statement, number);
	case 't':
	case 'f':
		return sqlite3_bind_int(statement, number, value.p[0] == 't');
	case '"':
		return bind_string(statement, number, value);
	case '{':
	case '[':
		return bind_raw(statement, number, value);
	default:
		if (bind_integer(statement, number, value))
			return SQLITE_OK;
		return bind_float(statement, number, value);
	}
}

int
statement_key(sqlite3_stmt *statement, int number, struct json_span key)
{
	bool is_number =
	    key.p != NULL && (key.p[0] == '-' || (key.p[0] >= '0' && key.p[0] <= '9'));

	if (number > 0 && is_number && !bind_integer(statement, number, key))
		return bind_raw(statement, number, key);
	return is_number && number > 0 ? SQLITE_OK
				       : statement_value(statement, number, key);
}

int
statement_functions(sqlite3 *db, const struct statement_function *functions, int flags)
{
	int code = SQLITE_OK;

	for (; code == SQLITE_OK && functions->name != NULL; functions++)
		code = sqlite3_create_function_v2(db, functions->name,
		    functions->arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | flags,
		    functions->data, functions->function, NULL, NULL, NULL);
	return code;
}
