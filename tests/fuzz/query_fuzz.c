/*
 * A query of any bytes, and behind a NUL a list of columns: refused with a message, or
 * run without an error of SQLite.  What parses, prints as what parses the same.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/sql.h"
#include "query/query.h"
#include "query/query_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One condition of each type, and runs with and without. */
static const char rows[] =
    "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name, applied_at);"
    "INSERT INTO experiments (id, name) VALUES (1, 'e1'), (2, 'e2');"
    "INSERT INTO runs (id, experiment_id, run_number, start_time, end_time)"
    " VALUES (1, 1, 1, '2026-03-01T12:00:00.1+00:00', '2026-03-01T13:00:00Z'),"
    " (2, 1, 'A7', 'x', NULL), (3, 2, '007', NULL, NULL);"
    "INSERT INTO files (id, experiment_id, path, run_number, doc)"
    " VALUES (1, 1, '/f', 1, '{\"size\":10}');"
    "INSERT INTO condition_types (id, name, value_type) VALUES (1, 'a', 'int'),"
    " (2, 'b', 'float'), (3, 'c', 'bool'), (4, 'd', 'string'), (5, 'e', 'json'),"
    " (6, 'f', 'time'), (7, 'g', 'blob'), (8, 'A:B:05.RBV', 'int'),"
    " (9, 'm', 'mixed');"
    "UPDATE condition_types SET declared = 1 WHERE id = 6;"
    "INSERT INTO condition_columns (experiment_id, type_id, block, n, kinds, data) VALUES"
    " (1, 1, 0, 1, 4, '{\"1\":-9223372036854775808}'),"
    " (2, 1, '0', 1, 4, '{\"007\":9223372036854775807}'), (1, 2, 0, 1, 8, "
    "'{\"1\":1e300}'),"
    " (2, 2, '0', 1, 8, '{\"007\":2.5}'), (1, 3, 0, 1, 2, '{\"1\":false}'),"
    " (2, 3, '0', 1, 2, '{\"007\":true}'), (1, 4, 0, 1, 16, '{\"1\":\"\"}'),"
    " (1, 5, 0, 1, 32, '{\"1\":{\"a\":1}}'), (1, 6, 0, 1, 16, '{\"1\":\"2026-03-01\"}'),"
    " (1, 9, 0, 1, 16, '{\"1\":\"t\\u00e9\"}'), (1, 9, '', 1, 4, '{\"A7\":7}'),"
    " (1, 8, 0, 1, 4, '{\"1\":5,\"2\":\"\\u0\",\"3');"
    "INSERT INTO local_conditions VALUES (4, 2, '007', 'haha', 'string', 'x', NULL),"
    " (5, 1, 'A7', 'no json', 'json', 'x', NULL), (6, 1, 'A7', 'x', 'time', 'x', NULL),"
    " (5, 2, '007', '[3,\"x\",{\"b\":5}]', 'json', 'x', NULL), "
    " (7, 1, 1, x'00ff', 'blob', 'x', NULL), (9, 2, '007', '5', 'string', 'x', NULL);"
    "INSERT INTO aliases (name, expression) VALUES ('good', 'a > 1 and @other'),"
    " ('other', 'b < 2 or c'), ('loop', '@loop'), ('bad', '(');";

static sqlite3 *
database(void)
{
	static sqlite3 *db;

	if (db != NULL)
		return db;
	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		abort();
	for (const struct sql_file *file = sql_files; file->name != NULL; file++)
		if (strncmp(file->name, "migrations/", 11) == 0 &&
		    sqlite3_exec(db, file->text, NULL, NULL, NULL) != SQLITE_OK)
			abort();
	if (sqlite3_exec(db, rows, NULL, NULL, NULL) != SQLITE_OK)
		abort();
	return db;
}

/* Parse, print, parse. */
static void
there_and_back(const char *text)
{
	struct arena arena = {0};
	struct query_error error;
	struct query_parser parser = {&arena, &error, 0};
	struct query_source source = {text, strlen(text), NULL}, again = {NULL, 0, NULL};
	struct query_node *tree = query_parse(&parser, &source), *second;
	char *printed = NULL;
	FILE *out;

	if (tree == NULL && error.message[0] == '\0')
		abort();
	if (tree == NULL || query_node_measure(tree, &error) != 0)
		goto done;
	out = open_memstream(&printed, &again.length);
	query_node_print(tree, out);
	fclose(out);
	again.text = printed;
	parser.nodes = 0;
	second = query_parse(&parser, &again);
	if (second == NULL || !query_node_equal(tree, second)) {
		printf("%s\n%s\n", printed, error.message);
		abort();
	}
done:
	free(printed);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sqlite3 *db = database();
	struct query_wanted wanted = {.limit = -1};
	struct query_error error;
	struct query *query;
	char *text = malloc(size + 2);
	int code;

	memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	wanted.text = text;
	if (strlen(text) < size)
		wanted.columns = text + strlen(text) + 1;
	there_and_back(text);
	query = query_prepare(db, "fuzz", &wanted, &error);
	if (query == NULL && error.message[0] == '\0') {
		printf("%s\n", sqlite3_errmsg(db));
		abort();
	}
	if (query != NULL) {
		while ((code = sqlite3_step(query_statement(query))) == SQLITE_ROW)
			;
		if (code != SQLITE_DONE) {
			printf("%s\n", sqlite3_errmsg(db));
			abort();
		}
	}
	query_free(query);
	free(text);
	return 0;
}
