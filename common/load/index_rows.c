#include "load/index_rows.h"

#include <stdlib.h>

#include "db/statement.h"
#include "load/segment.h"

/* What a pointer that is bound to a statement says it is. */
#define KIND "index_rows"

enum { PLACE, ID, SIZES, DOCUMENTS };

struct documents {
	struct postings_document *const *all;
	size_t n;
};

struct cursor {
	sqlite3_vtab_cursor base;
	const struct documents *documents;
	size_t at;
	unsigned char sizes[9 * SEGMENTS_COLUMNS];
};

static int
connect_table(sqlite3 *db, void *context, int argc, const char *const *argv,
    sqlite3_vtab **table, char **message)
{
	(void)context, (void)argc, (void)argv, (void)message;
	*table = sqlite3_malloc(sizeof(**table));
	if (*table == NULL)
		return SQLITE_NOMEM;
	**table = (sqlite3_vtab){0};
	return sqlite3_declare_vtab(
	    db, "CREATE TABLE x (place, id, sz, documents HIDDEN)");
}

static int
disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

/* The documents are the argument. */
static int
best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	for (int i = 0; i < info->nConstraint; i++)
		if (info->aConstraint[i].iColumn == DOCUMENTS &&
		    info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ &&
		    info->aConstraint[i].usable) {
			info->aConstraintUsage[i].argvIndex = 1;
			info->aConstraintUsage[i].omit = 1;
			return SQLITE_OK;
		}
	return SQLITE_CONSTRAINT;
}

static int
open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
	struct cursor *made = calloc(1, sizeof(*made));

	(void)table;
	if (made == NULL)
		return SQLITE_NOMEM;
	*cursor = (sqlite3_vtab_cursor *)made;
	return SQLITE_OK;
}

static int
close_cursor(sqlite3_vtab_cursor *cursor)
{
	free(cursor);
	return SQLITE_OK;
}

static void
skip_gone(struct cursor *cursor)
{
	while (cursor->documents != NULL && cursor->at < cursor->documents->n &&
	       cursor->documents->all[cursor->at]->gone)
		cursor->at++;
}

static int
filter(sqlite3_vtab_cursor *base, int number, const char *name, int argc,
    sqlite3_value **argv)
{
	struct cursor *cursor = (struct cursor *)base;

	(void)number, (void)name;
	cursor->documents = argc > 0 ? sqlite3_value_pointer(argv[0], KIND) : NULL;
	cursor->at = 0;
	skip_gone(cursor);
	return SQLITE_OK;
}

static int
next(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = (struct cursor *)base;

	cursor->at++;
	skip_gone(cursor);
	return SQLITE_OK;
}

static int
at_end(sqlite3_vtab_cursor *base)
{
	const struct cursor *cursor = (const struct cursor *)base;

	return cursor->documents == NULL || cursor->at >= cursor->documents->n;
}

static int
column(sqlite3_vtab_cursor *base, sqlite3_context *context, int number)
{
	struct cursor *cursor = (struct cursor *)base;
	const struct postings_document *document = cursor->documents->all[cursor->at];
	size_t used = 0;

	switch (number) {
	case PLACE:
		sqlite3_result_int64(context, document->place);
		break;
	case ID:
		sqlite3_result_int64(context, document->id);
		break;
	case SIZES:
		for (size_t i = 0; i < SEGMENTS_COLUMNS; i++)
			used += segment_number(cursor->sizes + used, document->words[i]);
		sqlite3_result_blob(context, cursor->sizes, (int)used, SQLITE_STATIC);
		break;
	default:
		sqlite3_result_null(context);
	}
	return SQLITE_OK;
}

static int
rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *number)
{
	*number = (sqlite3_int64)((const struct cursor *)base)->at;
	return SQLITE_OK;
}

/* A function that is a table: it needs no CREATE. */
static const sqlite3_module module = {
    .xConnect = connect_table,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = column,
    .xRowid = rowid,
};

int
index_rows_function(sqlite3 *db)
{
	return sqlite3_create_module(db, "index_rows", &module, NULL);
}

int
index_rows_write(sqlite3_stmt *statement, const char *path,
    struct postings_document *const *documents, size_t n)
{
	struct documents all = {documents, n};
	int result;

	sqlite3_bind_pointer(statement, 1, &all, KIND, NULL);
	result = statement_run(statement, path);
	sqlite3_bind_null(statement, 1);
	return result;
}
