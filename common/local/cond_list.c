#include "local/cond_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "db/value.h"
#include "query/rows.h"

#define HASH_LEAST 4

static const struct rows_kind kinds[] = {
    {"declared", CELL_BOOL}, {"value", CELL_JSON}, {NULL, CELL_NULL}};

static bool
is_json(const struct printer_format *format)
{
	return format == &printer_json || format == &printer_json_array;
}

/* The query common/sql/cond/NAME.sql, in the form that is wanted. */
static sqlite3_stmt *
prepare(sqlite3 *db, const char *path, const char *name, const struct cond_form *form)
{
	const char *suffix = is_json(form->format) ? ".json"
			     : form->detailed	   ? ".long"
						   : "";

	if (value_functions(db) != SQLITE_OK) {
		db_complain(db, path);
		return NULL;
	}
	if (db_require(db, path, "local_conditions") != 0 ||
	    (strcmp(name, "ls") == 0 &&
		db_require(db, path, "run_param_descriptions") != 0))
		return NULL;
	return db_prepare(db, path, statement_file("cond", name, suffix));
}

static int
print(sqlite3_stmt *query, const char *path, const struct cond_form *form)
{
	return rows_print(
	    query, path, form->format, is_json(form->format) ? kinds : NULL);
}

int
cond_list(sqlite3 *db, const char *path, const char *glob, const struct cond_form *form)
{
	sqlite3_stmt *query = prepare(db, path, "ls", form);
	char *part = NULL;
	int status;

	if (query == NULL)
		return EXIT_PARTIAL;
	/* A word alone is looked for anywhere in the names. */
	if (glob != NULL && strpbrk(glob, "*?[") == NULL &&
	    asprintf(&part, "*%s*", glob) < 0)
		part = NULL;
	statement_text(query, ":glob", part != NULL ? part : glob);
	status = print(query, path, form);
	sqlite3_finalize(query);
	free(part);
	return status;
}

/* Say it where there is no such run.  EXIT_DONE if there is. */
static int
expect_run(sqlite3 *db, const char *path, const char *experiment, const char *run)
{
	sqlite3_stmt *query = db_prepare(db, path,
	    "SELECT 1 FROM experiments e JOIN runs r ON r.experiment_id = e.id "
	    "WHERE e.name = replace(:experiment, ' ', '_') "
	    "AND r.run_number IN (:run, CAST(:run AS INTEGER)) "
	    "AND CAST(r.run_number AS TEXT) = :run");
	int found = -1;

	if (query != NULL) {
		statement_text(query, ":experiment", experiment);
		statement_text(query, ":run", run);
		found = statement_ask(query, path);
	}
	sqlite3_finalize(query);
	if (found == 0)
		msg("%s: there is no run %s of %s", path, run, experiment);
	return found > 0 ? EXIT_DONE : EXIT_PARTIAL;
}

int
cond_show(sqlite3 *db, const char *path, const char *experiment, const char *run,
    const struct cond_form *form)
{
	sqlite3_stmt *query = prepare(db, path, "show", form);
	int status;

	if (query == NULL)
		return EXIT_PARTIAL;
	statement_text(query, ":experiment", experiment);
	statement_text(query, ":run", run);
	status = expect_run(db, path, experiment, run);
	if (status == EXIT_DONE)
		status = print(query, path, form);
	sqlite3_finalize(query);
	return status;
}

int
cond_cat(sqlite3 *db, const char *path, const char *hash)
{
	sqlite3_stmt *query;
	int rows = 0, code;
	size_t n = strlen(hash);

	if (n < HASH_LEAST || strspn(hash, "0123456789abcdef") != n) {
		msg("'%s': at least %d digits of a SHA-256, 0-9 and a-f, are expected",
		    hash, HASH_LEAST);
		return EXIT_USAGE;
	}
	query = prepare(db, path, "cat", &(struct cond_form){0});
	if (query == NULL)
		return EXIT_PARTIAL;
	statement_text(query, ":hash", hash);
	while ((code = sqlite3_step(query)) == SQLITE_ROW)
		rows++;
	sqlite3_reset(query);
	if (rows == 1 && (code = sqlite3_step(query)) == SQLITE_ROW) {
		const void *content = sqlite3_column_blob(query, 0);

		fwrite(content != NULL ? content : "", 1,
		    (size_t)sqlite3_column_bytes(query, 0), stdout);
		code = SQLITE_DONE;
	} else if (code == SQLITE_DONE) {
		msg("%s: %s begin with %s", path,
		    rows == 0 ? "no file's digits" : "the digits of several files", hash);
	}
	if (code != SQLITE_DONE)
		db_complain(db, path);
	sqlite3_finalize(query);
	return code == SQLITE_DONE && rows == 1 ? EXIT_DONE : EXIT_PARTIAL;
}
