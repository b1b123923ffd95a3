#include "web/page_site.h"

#include <stdlib.h>
#include <time.h>

#include "db/db.h"
#include "db/statement.h"
#include "query/rows.h"
#include "text/duration.h"

/* A statement of common/sql/FOLDER/NAME.sql, with the time and how often a site should be
   heard of.  NULL after a message. */
static sqlite3_stmt *
prepare(struct view *view, const char *folder, const char *name)
{
	const char *text = view_value(view, "live_interval");
	sqlite3_stmt *statement = db_prepare(view->connection->db, view->connection->path,
	    statement_file(folder, name, ""));
	int64_t interval;

	if (statement == NULL)
		return NULL;
	if (text == NULL || !duration_read(text, &interval))
		interval = 35L * 60;
	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":now"), time(NULL));
	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":interval"), interval);
	return statement;
}

static int
add(struct view *view, const char *folder, const char *name)
{
	sqlite3_stmt *rows = prepare(view, folder, name);
	int result = rows != NULL ? view_rows(view, name, rows) : -1;

	sqlite3_finalize(rows);
	return result;
}

static int
print(struct view *view, const char *folder, const char *name,
    const struct printer_format *format, stream_write *write, void *context)
{
	sqlite3_stmt *rows = prepare(view, folder, name);
	int result = rows != NULL ? rows_write(rows, view->connection->path, format, NULL,
					write, context)
				  : -1;

	sqlite3_finalize(rows);
	return result;
}

int
page_sites(struct view *view)
{
	if (add(view, "site", "dashboard") != 0 || add(view, "site", "sites") != 0)
		return -1;
	return add(view, "site", "updates");
}

int
page_sites_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	return print(view, "site", "sites", format, write, context);
}

int
page_files(struct view *view)
{
	return add(view, "status", "downloads") != 0 ? -1 : add(view, "status", "days");
}

int
page_files_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	return print(view, "status", "days", format, write, context);
}
