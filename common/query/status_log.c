/* elog-status --log: who changed what of the local data when. */
#include "base/exit.h"
#include "db/db.h"
#include "query/rows.h"
#include "query/status.h"

int
status_log(const struct status *status)
{
	sqlite3_stmt *query;
	int result;

	if (db_require(status->db, status->path, "log_records") != 0)
		return EXIT_PARTIAL;
	query = status_prepare(status, status->json ? "log.json" : "log");
	if (query == NULL)
		return EXIT_PARTIAL;
	sqlite3_bind_int64(
	    query, sqlite3_bind_parameter_index(query, ":rows"), status->rows);
	result = rows_print(query, status->path,
	    printer_format_chosen(status->json ? "json" : NULL), NULL);
	sqlite3_finalize(query);
	return result;
}
