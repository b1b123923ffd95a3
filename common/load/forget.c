#include "load/forget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "db/value.h"
#include "load/changes.h"
#include "load/index.h"
#include "load/run_columns.h"

struct forget {
	sqlite3 *db;
	const char *path, *experiment;
	sqlite3_int64 id; /* of the experiment, 0: only its fetch is known */
	int runs, rows;
};

/* Run a statement with what it asks for. */
static int
run(const struct forget *forget, sqlite3_stmt *statement)
{
	int id = sqlite3_bind_parameter_index(statement, ":experiment_id");
	int runs = sqlite3_bind_parameter_index(statement, ":runs");
	int rows = sqlite3_bind_parameter_index(statement, ":rows");

	statement_text(statement, ":experiment", forget->experiment);
	if (id > 0)
		sqlite3_bind_int64(statement, id, forget->id);
	if (runs > 0)
		sqlite3_bind_int(statement, runs, forget->runs);
	if (rows > 0)
		sqlite3_bind_int(statement, rows, forget->rows);
	return statement_run(statement, forget->path);
}

static int
run_file(const struct forget *forget, const char *name, int first, int limit)
{
	struct steps steps = {.n = 0};
	int result = steps_prepare(&steps, forget->db, forget->path,
			 statement_file("forget", name, ""), first, limit) >= 0
			 ? 0
			 : -1;

	for (int i = 0; i < steps.n && result == 0; i++)
		result = run(forget, steps.statements[i]);
	steps_finalize(&steps);
	return result;
}

/* Find it.  1, 0 after a message if it is not there, -1 after a message. */
static int
find(struct forget *forget)
{
	struct steps steps = {.n = 0};
	int result = -1;

	if (steps_prepare(&steps, forget->db, forget->path,
		statement_file("forget", "experiment", ""), 0, 1) < 0)
		return -1;
	statement_text(steps.statements[0], ":experiment", forget->experiment);
	if (sqlite3_step(steps.statements[0]) != SQLITE_ROW) {
		db_complain(forget->db, forget->path);
	} else if (sqlite3_column_type(steps.statements[0], 0) != SQLITE_NULL) {
		msg("%s: %s: %s", forget->path, forget->experiment,
		    (const char *)sqlite3_column_text(steps.statements[0], 0));
		result = 0;
	} else {
		forget->id = sqlite3_column_int64(steps.statements[0], 1);
		forget->runs = sqlite3_column_int(steps.statements[0], 2);
		result = 1;
	}
	steps_finalize(&steps);
	return result;
}

/* Remove its rows from one table.  The names are those of our own schema. */
static int
clear_table(
    const struct forget *forget, const char *table, const char *column, int by_run)
{
	sqlite3_stmt *statement = NULL;
	char *sql =
	    sqlite3_mprintf(by_run ? "DELETE FROM \"%w\" WHERE \"%w\" IN (SELECT id "
				     "FROM runs WHERE experiment_id = "
				     ":experiment_id)"
				   : "DELETE FROM \"%w\" WHERE \"%w\" = "
				     ":experiment_id",
		table, column);
	int result = -1;

	if (sql != NULL)
		statement = db_prepare(forget->db, forget->path, sql);
	if (statement != NULL)
		result = run(forget, statement);
	sqlite3_finalize(statement);
	sqlite3_free(sql);
	return result;
}

static int
clear_tables(const struct forget *forget)
{
	struct steps steps = {.n = 0};
	sqlite3_stmt *tables;
	int result = 0, code;

	if (forget->id == 0)
		return 0;
	if (steps_prepare(&steps, forget->db, forget->path,
		statement_file("forget", "tables", ""), 0, 1) < 0)
		return -1;
	tables = steps.statements[0];
	while (result == 0 && (code = sqlite3_step(tables)) == SQLITE_ROW)
		result = clear_table(forget, (const char *)sqlite3_column_text(tables, 0),
		    (const char *)sqlite3_column_text(tables, 1),
		    sqlite3_column_int(tables, 2));
	if (result == 0 && code != SQLITE_DONE) {
		db_complain(forget->db, forget->path);
		result = -1;
	}
	steps_finalize(&steps);
	return result;
}

/* Its words leave the index while its documents are there to tell them. */
static int
clear_words(const struct forget *forget)
{
	struct index *index = index_open(forget->db, forget->path);
	int result = index != NULL ? index_forget(index, forget->id) : -1;

	index_close(index);
	return result;
}

/* One experiment.  As find(). */
static int
forget_one(struct forget *forget, const struct changes *noted)
{
	int before, result = find(forget);

	if (result != 1)
		return result;
	if (clear_words(forget) != 0)
		return -1;
	before = changes_total(noted);
	if (run_file(forget, "experiment", 1, STEPS_MAX) != 0 ||
	    clear_tables(forget) != 0)
		return -1;
	forget->rows = changes_total(noted) - before;
	return run_file(forget, "after", 0, STEPS_MAX) == 0 ? 1 : -1;
}

int
forget_copied(sqlite3 *db, const char *path, const char *experiment)
{
	struct forget forget = {.db = db, .path = path, .experiment = experiment};
	sqlite3_stmt *known = db_prepare(db, path,
	    "SELECT id FROM experiments WHERE name = :experiment "
	    "UNION ALL SELECT 0 FROM fetches WHERE experiment = :experiment LIMIT 1");
	int code;

	if (known == NULL)
		return -1;
	statement_text(known, ":experiment", experiment);
	code = sqlite3_step(known);
	if (code == SQLITE_ROW)
		forget.id = sqlite3_column_int64(known, 0);
	else if (code != SQLITE_DONE)
		db_complain(db, path);
	sqlite3_finalize(known);
	if (code != SQLITE_ROW)
		return code == SQLITE_DONE ? 0 : -1;
	/* The log, the third statement behind, comes with the copy. */
	if ((forget.id != 0 && clear_words(&forget) != 0) ||
	    run_file(&forget, "experiment", 1, STEPS_MAX) != 0 ||
	    clear_tables(&forget) != 0 || run_file(&forget, "after", 0, 2) != 0)
		return -1;
	return 0;
}

/* What a name that somebody gave is called here: a label is an address with spaces.
   malloc'd, NULL after a message. */
static char *
address_of(sqlite3 *db, const char *path, const char *name)
{
	sqlite3_stmt *find = db_prepare(db, path,
	    "SELECT name FROM experiments WHERE name IN (?1, replace(?1, ' ', '_')) "
	    "ORDER BY name = ?1 DESC LIMIT 1");
	char *address = NULL;

	if (find == NULL)
		return NULL;
	sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
	address = strdup(sqlite3_step(find) == SQLITE_ROW
			     ? (const char *)sqlite3_column_text(find, 0)
			     : name);
	if (address == NULL)
		msg("no memory");
	sqlite3_finalize(find);
	return address;
}

int
forget_experiments(sqlite3 *db, const char *path, char *const *names)
{
	struct changes *noted;
	int status = EXIT_DONE;

	if (value_functions(db) != SQLITE_OK) {
		db_complain(db, path);
		return EXIT_PARTIAL;
	}
	noted = changes_open(db, path);
	if (noted == NULL || db_exec(db, path, "BEGIN IMMEDIATE") != 0) {
		changes_close(noted);
		return EXIT_PARTIAL;
	}
	for (; *names != NULL; names++) {
		char *address = address_of(db, path, *names);
		struct forget forget = {.db = db, .path = path, .experiment = address};
		int result = address != NULL ? forget_one(&forget, noted) : -1;

		free(address);
		switch (result) {
		case 1:
			break;
		case 0:
			status = EXIT_PARTIAL;
			break;
		default:
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
			changes_close(noted);
			return EXIT_PARTIAL;
		}
	}
	if (run_columns_write(db, path) != 0 || changes_write(noted) != 0 ||
	    db_exec(db, path, "COMMIT") != 0)
		status = EXIT_PARTIAL;
	changes_close(noted);
	return status;
}
