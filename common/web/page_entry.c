#include "web/page_entry.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/db.h"
#include "web/beneath.h"
#include "web/clean.h"

/* The only row of the only statement of a file; NULL if there is none. */
static sqlite3_stmt *
row_of(struct view *view, const char *name)
{
	const struct pool_file *file = pool_statements(view->connection, name);

	if (file == NULL || file->n == 0)
		return NULL;
	view_bind(view, file->statements[0].statement);
	if (sqlite3_step(file->statements[0].statement) == SQLITE_ROW)
		return file->statements[0].statement;
	sqlite3_reset(file->statements[0].statement);
	return NULL;
}

int
page_entry_html(struct view *view)
{
	sqlite3_stmt *row = row_of(view, "entry_html");
	xmlNode *html = view_add(view, NULL, "html", NULL, 0);
	int result = -1;

	if (html != NULL)
		result = row == NULL ? 0
				     : clean_html(view->doc, html,
					   (const char *)sqlite3_column_text(row, 0),
					   (size_t)sqlite3_column_bytes(row, 0));
	sqlite3_reset(row);
	return result;
}

/* Pictures are shown; all else is handed over as a file, whatever it calls itself. */
static const char *
type_of(const char *said)
{
	static const char *const shown[] = {
	    "image/png", "image/jpeg", "image/gif", "image/webp", NULL};

	for (size_t i = 0; said != NULL && shown[i] != NULL; i++)
		if (strcmp(shown[i], said) == 0)
			return shown[i];
	return NULL;
}

int
page_entry_file(struct view *view, struct view_file *file)
{
	sqlite3_stmt *row = row_of(view, "entry_file");
	const char *directory, *path, *name, *said;
	struct stat st;

	view->status = 404;
	if (row == NULL)
		return 0;
	directory = (const char *)sqlite3_column_text(row, 0);
	path = (const char *)sqlite3_column_text(row, 1);
	name = (const char *)sqlite3_column_text(row, 2);
	said = (const char *)sqlite3_column_text(row, 3);
	file->fd = directory != NULL && path != NULL ? beneath_open(directory, path) : -1;
	file->type = type_of(said);
	file->name =
	    name != NULL ? arena_text(&view->request->arena, name, strlen(name)) : "file";
	sqlite3_reset(row);
	if (file->fd < 0)
		return 0;
	if (fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(file->fd);
		file->fd = -1;
		return 0;
	}
	file->n = (size_t)st.st_size;
	view->status = 200;
	return 0;
}
