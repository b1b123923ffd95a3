/* Which rows changed since when: stretches of rowids, and keys. */
#include "load/changes.h"

#include "db/db.h"
#include "db/open.h"

#include "unit.h"

static char path[] = "/tmp/changes_test.XXXXXX";
static sqlite3 *db;
static struct changes *changes;

static int
set_up(void **state)
{
	int fd;

	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	close(fd);
	db = db_open_draft(path);
	changes = changes_open(db, path);
	return db != NULL && changes != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	changes_close(changes);
	sqlite3_close(db);
	unlink(path);
	return 0;
}

/* Run SQL as a transaction of its own. */
static void
write_rows(const char *sql)
{
	assert_int_equal(db_exec(db, path, "BEGIN"), 0);
	assert_int_equal(db_exec(db, path, sql), 0);
	assert_int_equal(changes_write(changes), 0);
	assert_int_equal(db_exec(db, path, "COMMIT"), 0);
}

/* What was noted of the newest generation, as a text. */
static void
noted_is(const char *expected)
{
	sqlite3_stmt *noted = db_prepare(db, path,
	    "SELECT group_concat(what, ' ') FROM ("
	    "SELECT stream || ':' || first || '-' || last AS what FROM dump_rows WHERE "
	    "generation = (SELECT max(generation) FROM dump_generations) UNION ALL "
	    "SELECT stream || ':' || key FROM dump_keys WHERE generation = "
	    "(SELECT max(generation) FROM dump_generations))");

	assert_non_null(noted);
	assert_int_equal(sqlite3_step(noted), SQLITE_ROW);
	if (expected == NULL)
		assert_int_equal(sqlite3_column_type(noted, 0), SQLITE_NULL);
	else
		assert_string_equal(
		    (const char *)sqlite3_column_text(noted, 0), expected);
	sqlite3_finalize(noted);
}

static long long
generations(void)
{
	return db_number(db, "SELECT count(*) FROM dump_generations", -1);
}

static void
stretches(void **state)
{
	long long before = generations();

	(void)state;
	write_rows("INSERT INTO remote_files (id, url, source, path, observed_at) "
		   "SELECT value, 'ftp://h/' || value, 's', value, 'now' FROM "
		   "json_each('[5,6,7,1,2,9,3,20]')");
	noted_is("remote_files:1-3 remote_files:5-7 remote_files:9-9 remote_files:20-20");
	write_rows("UPDATE remote_files SET size = 1 WHERE id IN (2, 6)");
	noted_is("remote_files:2-2 remote_files:6-6");
	write_rows("DELETE FROM remote_files WHERE id >= 9");
	noted_is("remote_files:[\"ftp://h/20\"] remote_files:[\"ftp://h/9\"]");
	assert_int_equal(generations(), before + 3);
	/* Nothing, or nothing of a stream: no generation. */
	write_rows("UPDATE remote_files SET size = 1 WHERE id = 77");
	write_rows("CREATE TABLE another (x); INSERT INTO another VALUES (1)");
	assert_int_equal(generations(), before + 3);
}

/* Rows in any order, so many that their stretches are no longer kept apart. */
static void
too_many(void **state)
{
	(void)state;
	write_rows(
	    "WITH n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 149999)"
	    " INSERT INTO remote_files (id, url, source, path, observed_at) "
	    "SELECT i * 7919 % 150000 * 2 + 1, i, 's', i, 'now' FROM n");
	noted_is("remote_files:-9223372036854775808-9223372036854775807");
	write_rows("UPDATE remote_files SET size = 1 WHERE id = 7");
	noted_is("remote_files:7-7");
}

/* Rows of triggers and of rows that were taken back are counted right. */
static void
counted(void **state)
{
	int before = changes_total(changes);

	(void)state;
	write_rows("INSERT INTO aliases (name, expression) VALUES ('a', '1'), ('b', '2');"
		   "DELETE FROM aliases WHERE name = 'a'");
	/* And one for the generation, one for its stretch. */
	assert_int_equal(changes_total(changes) - before, 5);
	noted_is("aliases:1-2 aliases:[\"a\"]");
}

/* The older half goes when there is too much. */
static void
pruned(void **state)
{
	(void)state;
	assert_int_equal(db_exec(db, path,
			     "DELETE FROM dump_generations;"
			     "WITH n AS (SELECT 2 AS i UNION ALL SELECT i + 1 FROM n "
			     "WHERE i < 1999) INSERT INTO dump_generations "
			     "SELECT i, 'x', 13 FROM n;"
			     "WITH n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n "
			     "WHERE i < 400000) INSERT INTO dump_rows "
			     "SELECT 2 + i / 210, 'files', i, i FROM n"),
	    0);
	write_rows("INSERT INTO aliases (name, expression) VALUES ('a', '1')");
	assert_int_equal(
	    db_number(db, "SELECT max(generation) FROM dump_generations", 0), 2000);
	assert_int_equal(
	    db_number(db, "SELECT min(generation) FROM dump_generations", 0), 1002);
	assert_int_equal(db_number(db, "SELECT min(generation) FROM dump_rows", 0), 1002);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(stretches, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(too_many, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(counted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(pruned, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
