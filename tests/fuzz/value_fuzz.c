/*
 * A value of any bytes, as JSON or as a text, given to a condition of each type, recast
 * to each other, and as base64: what comes out is what the type keeps, and what goes
 * there and back is what it was.
 */
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/value.h"
#include "text/base64.h"
#include "text/utf8.h"

#define TYPES (CONDITION_TIME + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* result(JSON, TYPE): condition_type_result(). */
static void
sql_result(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *json = (const char *)sqlite3_value_text(argv[0]);
	size_t n = (size_t)sqlite3_value_bytes(argv[0]);

	(void)argc;
	/* Its text must outlive the call: SQLite copies what is static when it is used.
	 */
	if (!condition_type_result(context,
		(enum condition_type)sqlite3_value_int(argv[1]),
		(struct json_span){json, n}))
		sqlite3_result_null(context);
}

static sqlite3_stmt *
prepare(const char *sql)
{
	static sqlite3 *db;
	sqlite3_stmt *statement;

	if (db == NULL) {
		require(sqlite3_open(":memory:", &db) == SQLITE_OK);
		require(value_functions(db) == SQLITE_OK);
		require(sqlite3_create_function(db, "result", 2, SQLITE_UTF8, NULL,
			    sql_result, NULL, NULL) == SQLITE_OK);
	}
	require(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
	return statement;
}

/* Is the first column what a type keeps?  NULL is none of its values. */
static bool
fits(sqlite3_stmt *statement, enum condition_type type)
{
	int kept = sqlite3_column_type(statement, 0);
	int64_t at;

	switch (type) {
	case CONDITION_BOOL:
		return kept == SQLITE_INTEGER &&
		       (sqlite3_column_int64(statement, 0) & ~1) == 0;
	case CONDITION_INT:
		return kept == SQLITE_INTEGER;
	case CONDITION_FLOAT:
		return kept == SQLITE_FLOAT &&
		       !isnan(sqlite3_column_double(statement, 0));
	case CONDITION_TIME:
		return kept == SQLITE_TEXT &&
		       timestamp_read((const char *)sqlite3_column_text(statement, 0),
			   (size_t)sqlite3_column_bytes(statement, 0), &at);
	case CONDITION_STRING:
	case CONDITION_JSON:
		return kept == SQLITE_TEXT;
	case CONDITION_BLOB:
		return kept == SQLITE_BLOB;
	case CONDITION_NONE:
	case CONDITION_MIXED:
		break;
	}
	return false;
}

/* One value in a type; may it be refused? */
static void
give(sqlite3_stmt *statement, enum condition_type type, bool may_be_null)
{
	int code = sqlite3_step(statement);

	require(code == SQLITE_ROW);
	require(fits(statement, type) ||
		(may_be_null && sqlite3_column_type(statement, 0) == SQLITE_NULL));
	sqlite3_reset(statement);
}

/* All types, from JSON and from each other. */
static void
give_all(struct json_span json)
{
	static sqlite3_stmt *as, *result, *recast;
	enum condition_type own = value_type(json), plain = condition_type_of(json);

	if (as == NULL) {
		as = prepare("SELECT value_as(?, ?)");
		result = prepare("SELECT result(?, ?)");
		recast = prepare("SELECT value_recast(value_as(?, ?), ?, ?)");
	}
	for (int type = CONDITION_BOOL; type < TYPES; type++) {
		const char *name = condition_type_name((enum condition_type)type);

		require(condition_type_named(name) == (enum condition_type)type);
		sqlite3_bind_text(as, 1, json.p, (int)json.n, SQLITE_STATIC);
		sqlite3_bind_text(as, 2, name, -1, SQLITE_STATIC);
		/* A blob's base64 may be none. */
		give(as, (enum condition_type)type,
		    (int)own != type || own == CONDITION_BLOB);
		sqlite3_bind_text(result, 1, json.p, (int)json.n, SQLITE_STATIC);
		sqlite3_bind_int(result, 2, type);
		/* A json column takes what it is given: condition_type_join() gives it
		   nothing else. */
		if (type != CONDITION_JSON || plain == CONDITION_JSON)
			give(result, (enum condition_type)type, (int)plain != type);
		for (int to = CONDITION_BOOL; to < TYPES; to++) {
			sqlite3_bind_text(recast, 1, json.p, (int)json.n, SQLITE_STATIC);
			sqlite3_bind_text(recast, 2, name, -1, SQLITE_STATIC);
			sqlite3_bind_text(recast, 3, name, -1, SQLITE_STATIC);
			sqlite3_bind_text(recast, 4,
			    condition_type_name((enum condition_type)to), -1,
			    SQLITE_STATIC);
			give(recast, (enum condition_type)to, true);
		}
	}
	/* A value fits the types that hold its own, and is given as itself in any case.
	 */
	for (int type = CONDITION_BOOL; type <= CONDITION_JSON; type++) {
		if (plain == CONDITION_NONE ||
		    !condition_type_holds((enum condition_type)type, plain))
			continue;
		sqlite3_bind_text(result, 1, json.p, (int)json.n, SQLITE_STATIC);
		sqlite3_bind_int(result, 2, type);
		give(result, (enum condition_type)type, false);
	}
	if (plain != CONDITION_NONE) {
		sqlite3_bind_text(result, 1, json.p, (int)json.n, SQLITE_STATIC);
		sqlite3_bind_int(result, 2, CONDITION_MIXED);
		give(result, plain == CONDITION_JSON ? CONDITION_STRING : plain, false);
	}
}

static void
base64(const uint8_t *data, size_t size)
{
	char *text = base64_encode(data, size), *again;
	unsigned char *bytes;
	size_t n;

	require(text != NULL && strlen(text) == (size + 2) / 3 * 4);
	bytes = base64_decode(text, strlen(text), &n);
	require(bytes != NULL && n == size && (n == 0 || memcmp(bytes, data, n) == 0));
	free(bytes);
	free(text);
	text = malloc(size > 0 ? size : 1);
	require(text != NULL);
	memcpy(text, data, size);
	bytes = base64_decode(text, size, &n);
	if (bytes != NULL) {
		again = base64_encode(bytes, n);
		/* The bits that are left over may be any. */
		require(again != NULL && strlen(again) == size);
		require(size < 4 || memcmp(again, data, size - 4) == 0);
		free(again);
		free(bytes);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *json = malloc(size * 6 + 3), out[TIMESTAMP_BYTES], again[TIMESTAMP_BYTES];
	struct json_span value;
	struct json s;
	size_t n = 0;

	require(json != NULL);
	base64(data, size);
	json_begin(&s, (const char *)data, size);
	if (json_value(&s, &value) && json_end(&s) && !s.unclean) {
		memcpy(json, value.p, value.n);
		give_all((struct json_span){json, value.n});
	} else if (utf8_valid((const char *)data, size) == size) {
		json[n++] = '"';
		for (size_t i = 0; i < size; i++)
			if (data[i] < 0x20 || data[i] == '"' || data[i] == '\\')
				n += (size_t)snprintf(json + n, 7, "\\u%04x", data[i]);
			else
				json[n++] = (char)data[i];
		json[n++] = '"';
		give_all((struct json_span){json, n});
	}
	if (value_time((const char *)data, size, out)) {
		require(value_time(out, strlen(out), again));
		require(strcmp(out, again) == 0 && out[strlen(out) - 1] == 'Z');
	}
	free(json);
	return 0;
}
