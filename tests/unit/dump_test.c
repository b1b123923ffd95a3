/* Whatever elog-load keeps, elog-dump writes: no table, no column is forgotten. */
#include "query/dump.h"

#include "db/db.h"
#include "db/member.h"
#include "db/open.h"

#include "unit.h"

/* Tables that are no stream's, and why. */
static const char *const apart[] = {
    "schema_version",	 /* of the database, not of what is in it */
    "dump_generations",	 /* the means of elog-dump */
    "dump_rows",	 /* */
    "dump_keys",	 /* */
    "file_contents",	 /* come with run_files */
    "condition_columns", /* are made of the documents of runs */
    "run_columns",	 /* and of runs */
    "run_columns_due",	 /* */
    "log_counts",
    "site_hashes",   /* counted by triggers */
    "search_places", /* of elog-search's index, which is made of the rows */
    NULL,
};

/* Columns that no record of a stream needs: our own numbers, and what stands in doc. */
static bool
is_derived(const struct streams_row *row, const char *column)
{
	static const char *const numbers[] = {
	    "id", "experiment_id", "run_id", "type_id", "run_number", NULL};

	for (int i = 0; numbers[i] != NULL; i++)
		if (strcmp(column, numbers[i]) == 0)
			return true;
	/* What the values are of which kind is seen from the values. */
	if (strcmp(column, "kinds") == 0 ||
	    (strcmp(row->name, "conditions") == 0 && strcmp(column, "value_type") == 0))
		return true;
	/* Both are the path; the bytes of what sha256 has in letters. */
	if (strncmp(row->name, "hash_", 5) == 0 &&
	    (strcmp(column, "directory") == 0 || strcmp(column, "name") == 0 ||
		strcmp(column, "digest") == 0))
		return true;
	return row->applied == STREAMS_STAGED; /* doc has it all */
}

static bool
is_apart(const char *table)
{
	for (int i = 0; apart[i] != NULL; i++)
		if (strcmp(table, apart[i]) == 0)
			return true;
	return strncmp(table, "sqlite_", 7) == 0;
}

static bool
has_column(const struct streams_row *row, const char *column)
{
	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (!c->unkept && strcmp(streams_column_of(c), column) == 0)
			return true;
	return false;
}

static void
check_table(sqlite3 *db, const char *name)
{
	const struct streams_row *row = streams;
	struct member_table table;

	while (row->name != NULL && strcmp(streams_table(row), name) != 0)
		row++;
	if (row->name == NULL)
		fail_msg("table %s is no stream's: elog-dump forgets it", name);
	assert_int_equal(member_table_open(&table, db, "x", name), 0);
	if (row->applied == STREAMS_STAGED)
		assert_true(member_table_has(&table, "doc"));
	for (int i = 0; i < table.n; i++)
		if (!table.generated[i] && !has_column(row, table.columns[i]) &&
		    !is_derived(row, table.columns[i]))
			fail_msg("column %s.%s is no member of stream %s", name,
			    table.columns[i], row->name);
	member_table_close(&table);
}

static void
all_tables(void **state)
{
	char path[] = "/tmp/dump_test.XXXXXX";
	int fd = mkstemp(path);
	sqlite3_stmt *tables;
	sqlite3 *db;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	db = db_open_draft(path);
	assert_non_null(db);
	tables = db_prepare(db, path,
	    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
	    "ORDER BY name");
	assert_non_null(tables);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(tables, 0);

		if (!is_apart(name))
			check_table(db, name);
	}
	sqlite3_finalize(tables);
	sqlite3_close(db);
	unlink(path);
}

/* Each stream can be dumped, whole and since a state, from an empty database. */
static void
all_streams(void **state)
{
	char path[] = "/tmp/dump_test.XXXXXX", *text, value[4000], *said;
	int fd = mkstemp(path), out_fd;
	struct dump_options options = {.experiments = NULL};
	struct stream out;
	sqlite3 *db;
	size_t schemas;

	(void)state;
	close(fd);
	db = db_open_draft(path);
	assert_non_null(db);
	for (size_t i = 0; i < streams_count(); i++)
		options.wanted[i] = true;
	for (int round = 0; round < 2; round++) {
		out_fd = unit_file();
		assert_int_equal(stream_open(&out, out_fd), 0);
		unit_listen();
		assert_int_equal(dump_run(db, path, &out, &options), 0);
		said = unit_said();
		assert_string_equal(said, "");
		free(said);
		assert_int_equal(stream_close(&out), 0);
		text = unit_contents(out_fd, NULL);
		close(out_fd);
		schemas = 0;
		for (char *p = text; (p = strstr(p, "\"SCHEMA\"")) != NULL; p++)
			schemas++;
		assert_int_equal(schemas, streams_count());
		assert_non_null(strstr(text, "\"STATE\""));
		/* The second time: since the state of the first. */
		assert_int_equal(
		    sscanf(strstr(text, "{\"bookmarks\""), "%3999[^\n]", value), 1);
		value[strlen(value) - 1] = '\0'; /* the brace of the message */
		free(text);
		options.since = value;
	}
	sqlite3_close(db);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_tables),
	    cmocka_unit_test(all_streams),
	};

	return cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
