/*
 * query_values.c: what a query finds by looking at the texts of columns is what SQL finds
 * in their values.  Random columns of all kinds, and random queries, each in a form that
 * is told from the texts and in one that SQL has to tell; once more where a local value
 * far away makes lists of the columns; and what a second thread reads ahead.
 */
#include "query/query_values.h"

#include <stdlib.h>
#include <unistd.h>

#include "database.h"
#include "db/condition_type.h"
#include "query/query.h"
#include "query/value_ahead.h"

#define NAMES 4
#define FEW 5
#define MANY 60 /* so many that a second thread reads */

/* A value as a document has it, of a column of some flavour. */
static void
value(unsigned flavour, char *out, size_t n)
{
	static const char *const odd[] = {"-0", "\"1e400\"", "1e-5", "2.5E3", "\"5\"",
	    "\"Infinity\"", "\"-Infinity\"", "9223372036854775807",
	    "-9223372036854775808", "12345678901234567890", "0.1000000000000000055",
	    "89.99999999999999999999", "90.00000000000000000001", "true", "false", "{}",
	    "[1,\"a,\\\"b\"]", "\"t\\u00e9\"", "\"\\\"\"", "\"a,\"", "\"\"", "\"é\"",
	    "\"IN\"", "\"-\"", "1e3", "100000000000", "999999999999.5"};
	static const char *const words[] = {"\"dark\"", "\"laser\"", "\"cosmic\"",
	    "\"a\"", "\"RETRACTED\"", "\"a,b\"", "\"}\""};

	if (flavour >= 4)
		flavour = dice(4);
	switch (flavour) {
	case 0:
		snprintf(out, n, "%d", (int)dice(200) - 20);
		break;
	case 1:
		snprintf(out, n, "%.*f", (int)dice(19), dice(100000) / 1000.0 - 5);
		break;
	case 2:
		snprintf(out, n, "%s", pick(words, COUNT_OF(words)));
		break;
	default:
		snprintf(out, n, "%s", pick(odd, COUNT_OF(odd)));
	}
}

/* Write a column of a draft. */
static void
put(sqlite3 *db, int experiment, int name, const struct condition_block *block,
    struct condition_draft *draft)
{
	sqlite3_stmt *insert;

	if (draft->n == 0)
		return;
	assert_int_equal(condition_draft_end(draft), 0);
	assert_int_equal(sqlite3_prepare_v2(db,
			     "INSERT INTO condition_columns (experiment_id, type_id, "
			     "block, n, kinds, minimum, maximum, data) "
			     "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			     -1, &insert, NULL),
	    SQLITE_OK);
	sqlite3_bind_int(insert, 1, experiment);
	sqlite3_bind_int(insert, 2, name);
	if (block->whole)
		sqlite3_bind_int64(insert, 3, block->number);
	else
		sqlite3_bind_text(
		    insert, 3, block->text.p, (int)block->text.n, SQLITE_TRANSIENT);
	sqlite3_bind_int64(insert, 4, draft->count);
	sqlite3_bind_int64(insert, 5, draft->kinds);
	if (draft->some_number) {
		struct number *bounds[] = {&draft->least, &draft->most};

		for (int i = 0; i < 2; i++)
			if (bounds[i]->is_real)
				sqlite3_bind_double(insert, 6 + i, bounds[i]->real);
			else
				sqlite3_bind_int64(insert, 6 + i, bounds[i]->integer);
	} else if (draft->some_text && !draft->long_text) {
		sqlite3_bind_text(insert, 6, draft->text + draft->first,
		    (int)draft->first_n, SQLITE_TRANSIENT);
		sqlite3_bind_text(insert, 7, draft->text + draft->last,
		    (int)draft->last_n, SQLITE_TRANSIENT);
	}
	sqlite3_bind_text(insert, 8, draft->text, (int)draft->n, SQLITE_TRANSIENT);
	assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
	sqlite3_finalize(insert);
	condition_draft_clear(draft);
}

/* What an experiment has of a condition. */
static void
fill(sqlite3 *db, int experiment, int name, unsigned flavour)
{
	struct condition_draft draft = {.text = NULL};
	unsigned lack = dice(4);
	struct condition_block block = {.whole = true};
	char text[64];

	for (int run = -3; run < 530; run += 1 + (int)dice(7)) {
		struct condition_run r;

		if (lack > 0 && dice(4) < lack)
			continue;
		condition_run_whole(&r, run);
		if (condition_block_of(&r).number != block.number)
			put(db, experiment, name, &block, &draft);
		block = condition_block_of(&r);
		value(flavour, text, sizeof(text));
		assert_int_equal(condition_draft_add(
				     &draft, &r, (struct json_span){text, strlen(text)}),
		    0);
	}
	put(db, experiment, name, &block, &draft);
	if (dice(4) == 0) {
		/* Runs that are texts, too; the block is that of all of them. */
		static const char *const runs[] = {"007", "12a", "90b", "A7"};

		for (size_t i = 0; i < COUNT_OF(runs); i++) {
			struct condition_run r;
			char *spelled;

			assert_true(
			    condition_run_text(&r, runs[i], strlen(runs[i]), &spelled));
			block = condition_block_of(&r);
			value(flavour, text, sizeof(text));
			assert_int_equal(condition_draft_add(&draft, &r,
					     (struct json_span){text, strlen(text)}),
			    0);
			put(db, experiment, name, &block, &draft);
		}
	}
	free(draft.text);
}

static sqlite3 *
database(const char *path, int experiments)
{
	sqlite3 *db = empty_database(path);

	exec(db, "BEGIN");
	for (int i = 1; i <= experiments; i++) {
		char sql[100];

		/* Their names in another order than their numbers. */
		snprintf(sql, sizeof(sql),
		    "INSERT INTO experiments (id, name) VALUES (%d, 'e%d')", i,
		    (i * 37) % 101);
		exec(db, sql);
	}
	exec(db, "INSERT INTO experiments (id, name) VALUES (99, 'far')");
	for (int name = 1; name <= NAMES; name++) {
		char sql[200];
		unsigned flavour = dice(10);

		snprintf(sql, sizeof(sql),
		    "INSERT INTO condition_types (id, name, value_type) VALUES (%d, "
		    "'%c', 'mixed')",
		    name, 'a' + name - 1);
		exec(db, sql);
		for (int experiment = 1; experiment <= experiments; experiment++)
			if (dice(5) > 0)
				fill(db, experiment, name, flavour);
	}
	count_types(db);
	exec(db, "COMMIT");
	return db;
}

/* All rows of what is wanted as a text; NULL if it is refused. */
static char *
answer(sqlite3 *db, const struct query_wanted *wanted)
{
	const char *text = wanted->text;
	struct query_error error;
	struct query *query = query_prepare(db, "test", wanted, &error);
	char *out = NULL;
	size_t n;
	FILE *file;
	int code;

	if (query == NULL)
		return NULL;
	file = open_memstream(&out, &n);
	while ((code = sqlite3_step(query_statement(query))) == SQLITE_ROW) {
		for (int i = 0; i < query_columns(query); i++) {
			const char *cell =
			    (const char *)sqlite3_column_text(query_statement(query), i);

			fprintf(file, "%d:%s ",
			    sqlite3_column_type(query_statement(query), i),
			    cell != NULL ? cell : "");
		}
		fputs("\n", file);
	}
	if (code != SQLITE_DONE)
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	fclose(file);
	query_free(query);
	return out;
}

static char *
rows(sqlite3 *db, const char *text, const char *columns, bool descending)
{
	struct query_wanted wanted = {
	    .text = text, .columns = columns, .limit = -1, .descending = descending};

	return answer(db, &wanted);
}

static void
term(char *out, size_t n)
{
	static const char *const operators[] = {">", ">=", "<", "<=", "==", "!="};
	static const char *const constants[] = {"90", "0", "-1", "5", "17.25", "0.1",
	    "89.99999999999999", "1e300", "100000000000", "'dark'", "'a'", "''", "'5'",
	    "'zz'", "1", "True", "1000", "0.001", "9223372036854775807"};
	char name = (char)('a' + dice(NAMES));

	if (dice(4) == 0)
		snprintf(out, n, "%c in [%s, %s]", name,
		    pick(constants, COUNT_OF(constants)),
		    pick(constants, COUNT_OF(constants)));
	else
		snprintf(out, n, "%c %s %s", name, pick(operators, COUNT_OF(operators)),
		    pick(constants, COUNT_OF(constants)));
}

static void
same(const char *query, const char *one, const char *other)
{
	if ((one == NULL) != (other == NULL) || (one != NULL && strcmp(one, other) != 0))
		fail_msg("%s:\n%.2000s\n%.2000s", query, one != NULL ? one : "refused",
		    other != NULL ? other : "refused");
}

static void
as_sql_tells(void **state)
{
	static const char *const columns[] = {"a,b,c,d", "a", "d,b", ""};
	long found = 0, refused = 0;

	(void)state;
	for (int round = 0; round < 12; round++) {
		sqlite3 *db = database(":memory:", FEW);

		for (int i = 0; i < 60; i++) {
			char one[100], two[100], query[220], slow[260];
			const char *v = pick(columns, COUNT_OF(columns));
			bool descending = dice(2) == 0;
			char *quick, *sql, *listed;

			term(one, sizeof(one));
			term(two, sizeof(two));
			snprintf(query, sizeof(query), dice(3) == 0 ? "%s" : "%s and %s",
			    one, two);
			snprintf(slow, sizeof(slow), "not (not (%s))", query);
			quick = rows(db, query, v, descending);
			sql = rows(db, slow, v, descending);
			same(query, quick, sql);
			exec(db, "INSERT INTO local_conditions SELECT id, 99, 1, -12345, "
				 "'int', "
				 "'x', NULL FROM condition_types");
			listed = rows(db, slow, v, descending);
			exec(db, "DELETE FROM local_conditions");
			/* The far one may be found. */
			if (listed != NULL && strstr(listed, "3:far ") == NULL)
				same(query, quick, listed);
			found += quick != NULL && quick[0] != '\0';
			refused += quick == NULL;
			free(quick);
			free(sql);
			free(listed);
		}
		sqlite3_close(db);
	}
	/* Most queries mean something, and find something. */
	assert_true(found > 300);
	assert_true(refused < 300);
}

/* With a second thread where it can be, and in WAL mode, where it cannot: the same. */
static void
ahead(void **state)
{
	static const char *const columns[] = {"a,b,c,d", "a", "d,b", ""};
	char path[] = "/tmp/elog-values-XXXXXX";
	int fd = mkstemp(path);
	sqlite3 *db;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	db = database(path, MANY);
	sqlite3_busy_timeout(db, 10000);
	/* Of a small database nothing is read ahead. */
	exec(db, "CREATE TABLE large (data); INSERT INTO large VALUES (zeroblob(5e6))");
	for (int i = 0; i < 200; i++) {
		char one[100], two[100], query[220];
		struct query_wanted wanted = {.text = query,
		    .columns = pick(columns, COUNT_OF(columns)),
		    .limit = dice(3) == 0 ? (long long)dice(2000) : -1,
		    .descending = dice(2) == 0};
		char *alone, *both;

		if (i == 100)
			exec(db, "INSERT INTO local_conditions SELECT id, 7, 1, 12, "
				 "'int', 'x', NULL FROM condition_types");
		if (i == 180)
			exec(db, "PRAGMA journal_mode = WAL");
		term(one, sizeof(one));
		term(two, sizeof(two));
		snprintf(
		    query, sizeof(query), dice(3) == 0 ? "%s" : "%s and %s", one, two);
		alone = answer(db, &wanted);
		wanted.ahead = value_ahead_open(path);
		if (i == 0) {
			/* Open, and not used yet, it keeps nobody away. */
			sqlite3_sleep(50);
			exec(db, "BEGIN EXCLUSIVE; COMMIT");
		}
		both = answer(db, &wanted);
		value_ahead_close(wanted.ahead);
		same(query, alone, both);
		free(alone);
		free(both);
	}
	sqlite3_close(db);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_sql_tells),
	    cmocka_unit_test(ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
