/* elog-status --downloads --state, --sets: what is to be done with files that came. */
#include "base/exit.h"
#include "db/db.h"
#include "db/statement.h"
#include "query/rows.h"
#include "query/status.h"

static int
print(const struct status *status, sqlite3_stmt *query, const char *format)
{
	int result;

	if (query == NULL)
		return EXIT_PARTIAL;
	result = rows_print(query, status->path, printer_format_chosen(format), NULL);
	sqlite3_finalize(query);
	return result;
}

int
status_queue(const struct status *status)
{
	sqlite3_stmt *query;

	if (db_require(status->db, status->path, "download_states") != 0)
		return EXIT_PARTIAL;
	query = status_prepare(status, status->json ? "queue.json" : "queue");
	if (query != NULL)
		statement_text(query, ":state", status->state);
	return print(status, query, status->json ? "json" : status->nul ? "nul" : "tsv");
}

int
status_sets(const struct status *status)
{
	sqlite3_stmt *query;

	if (db_require(status->db, status->path, "file_sets") != 0)
		return EXIT_PARTIAL;
	query = status_prepare(status, "sets");
	if (query != NULL)
		sqlite3_bind_int64(
		    query, sqlite3_bind_parameter_index(query, ":late"), status->late);
	return print(status, query, status->json ? "json" : NULL);
}
