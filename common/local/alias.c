#include "local/alias.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "query/query.h"

/* The text of an alias in the database, borrowed until the next call; NULL: none. */
static const char *
look_up(void *context, const char *alias)
{
	sqlite3_stmt *query = context;

	sqlite3_reset(query);
	statement_text(query, ":name", alias);
	if (sqlite3_step(query) != SQLITE_ROW)
		return NULL;
	return (const char *)sqlite3_column_text(query, 0);
}

/* Without a database nothing can be known of other aliases, but of itself. */
static int
check_alone(const char *name, const char *expression, struct query_error *error)
{
	struct query_names names = {0};
	int result = query_names_read(expression, &names, error);

	for (size_t i = 0; i < names.n_aliases && result == 0; i++)
		if (strcmp(names.aliases[i], name) == 0)
			result = query_error_plain(error, "@%s would use itself", name);
	query_names_free(&names);
	return result;
}

static int
check_with(sqlite3 *db, const char *path, const char *name, const char *expression)
{
	sqlite3_stmt *query =
	    db_prepare(db, path, "SELECT expression FROM aliases WHERE name = :name");
	struct query_error error = {0};
	int result;

	if (query == NULL)
		return EXIT_PARTIAL;
	result = query_alias_check(name, expression, look_up, query, &error);
	sqlite3_finalize(query);
	if (result != 0)
		query_error_print(&error);
	return result == 0 ? EXIT_DONE : EXIT_USAGE;
}

int
alias_check(const char *name, const char *expression, const char *db)
{
	struct query_error error = {0};
	char *file = NULL;
	sqlite3 *reader;
	int status = EXIT_PARTIAL;

	if (db == NULL || access(db, F_OK) != 0) {
		if (check_alone(name, expression, &error) == 0)
			return EXIT_DONE;
		query_error_print(&error);
		return EXIT_USAGE;
	}
	reader = db_open_reader(db, &file);
	if (reader != NULL)
		status = check_with(reader, file, name, expression);
	sqlite3_close(reader);
	free(file);
	return status;
}
