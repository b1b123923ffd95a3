#include "web/page_status.h"

#include "query/rows.h"
#include "query/status.h"

static sqlite3_stmt *
facts_of(struct view *view)
{
	const struct status status = {
	    .db = view->connection->db, .path = view->connection->path};

	return status_facts(&status);
}

int
page_status(struct view *view)
{
	sqlite3_stmt *facts = facts_of(view);
	int result = facts != NULL ? view_rows(view, "facts", facts) : -1;

	sqlite3_finalize(facts);
	return result;
}

int
page_status_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	sqlite3_stmt *facts = facts_of(view);
	int result = facts != NULL ? rows_write(facts, view->connection->path, format,
					 NULL, write, context)
				   : -1;

	sqlite3_finalize(facts);
	return result;
}
