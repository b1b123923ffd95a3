#include "db/path.h"

#include <string.h>

#include "text/utf8.h"

int
path_bind(sqlite3_stmt *statement, int number, const char *p, size_t n)
{
	if (utf8_valid(p, n) == n)
		return sqlite3_bind_text64(
		    statement, number, p, n, SQLITE_STATIC, SQLITE_UTF8);
	return sqlite3_bind_blob64(statement, number, p, n, SQLITE_STATIC);
}

static void
result(sqlite3_context *context, const char *p, size_t n)
{
	if (utf8_valid(p, n) == n)
		sqlite3_result_text64(context, p, n, SQLITE_TRANSIENT, SQLITE_UTF8);
	else
		sqlite3_result_blob64(context, p, n, SQLITE_TRANSIENT);
}

/* The bytes of a path and its last slash; NULL if there is none. */
static const char *
last_slash(sqlite3_value *value, const char **p, size_t *n)
{
	*p = sqlite3_value_blob(value);
	*n = (size_t)sqlite3_value_bytes(value);
	return *p != NULL ? memrchr(*p, '/', *n) : NULL;
}

static void
sql_directory(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *p, *slash;
	size_t n;

	(void)argc;
	slash = last_slash(argv[0], &p, &n);
	if (slash != NULL)
		result(context, p, slash > p ? (size_t)(slash - p) : 1);
}

static void
sql_name(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *p, *slash;
	size_t n;

	(void)argc;
	slash = last_slash(argv[0], &p, &n);
	if (slash != NULL)
		result(context, slash + 1, (size_t)(p + n - slash - 1));
}

static void
sql_join(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *path = sqlite3_value_blob(argv[0]),
		   *name = sqlite3_value_blob(argv[1]);
	size_t n = (size_t)sqlite3_value_bytes(argv[0]),
	       m = (size_t)sqlite3_value_bytes(argv[1]);
	char *joined;

	(void)argc;
	if (path == NULL || name == NULL)
		return;
	joined = sqlite3_malloc64(n + m + 1);
	if (joined == NULL) {
		sqlite3_result_error_nomem(context);
		return;
	}
	memcpy(joined, path, n);
	if (n == 0 || path[n - 1] != '/')
		joined[n++] = '/';
	memcpy(joined + n, name, m);
	result(context, joined, n + m);
	sqlite3_free(joined);
}

static void
sql_below(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *path = sqlite3_value_blob(argv[0]),
		   *directory = sqlite3_value_blob(argv[1]);
	size_t n = (size_t)sqlite3_value_bytes(argv[0]),
	       m = (size_t)sqlite3_value_bytes(argv[1]);

	(void)argc;
	if (m > 0 && directory[m - 1] == '/')
		m--;
	sqlite3_result_int(context, path != NULL && directory != NULL && n > m + 1 &&
					memcmp(path, directory, m) == 0 &&
					path[m] == '/');
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static void
sql_unhex(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *p = (const char *)sqlite3_value_text(argv[0]);
	int n = p != NULL ? sqlite3_value_bytes(argv[0]) : 0;
	unsigned char bytes[64];

	(void)argc;
	if (n == 0 || n % 2 != 0 || n / 2 > (int)sizeof(bytes))
		return;
	for (size_t i = 0; i < (size_t)n / 2; i++) {
		int high = digit(p[2 * i]), low = digit(p[2 * i + 1]);

		if (high < 0 || low < 0)
			return;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	sqlite3_result_blob(context, bytes, n / 2, SQLITE_TRANSIENT);
}

int
path_functions(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	int code = sqlite3_create_function(
	    db, "path_directory", 1, flags, NULL, sql_directory, NULL, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_create_function(
		    db, "path_name", 1, flags, NULL, sql_name, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_create_function(
		    db, "path_join", 2, flags, NULL, sql_join, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_create_function(
		    db, "path_below", 2, flags, NULL, sql_below, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_create_function(
		    db, "unhex_digest", 1, flags, NULL, sql_unhex, NULL, NULL);
	return code;
}
