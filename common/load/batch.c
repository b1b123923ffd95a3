#include "load/batch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Texts are told by their offset: the room for them moves as it grows. */
struct row {
	struct batch_type *type;
	sqlite3_int64 run;
	size_t at;
	uint32_t n;
};

struct batch {
	struct row *rows;
	uint32_t *order; /* indexes of rows, as they are shown */
	size_t n, size, order_size;
	char *texts;
	size_t used, texts_size;
};

/* ---- the virtual table ------------------------------------------------------ */

struct table {
	sqlite3_vtab base;
	struct batch *gathered;
};

struct cursor {
	sqlite3_vtab_cursor base;
	size_t at;
};

static int
table_connect(sqlite3 *db, void *gathered, int argc, const char *const *argv,
    sqlite3_vtab **out, char **error)
{
	struct table *table;
	int code;

	(void)argc;
	(void)argv;
	(void)error;
	code = sqlite3_declare_vtab(db, "CREATE TABLE gathered (type_id, run_id, value)");
	if (code != SQLITE_OK)
		return code;
	table = sqlite3_malloc(sizeof(*table));
	if (table == NULL)
		return SQLITE_NOMEM;
	*table = (struct table){.gathered = gathered};
	*out = &table->base;
	return SQLITE_OK;
}

static int
table_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

/* There is one way to read it: all, in order. */
static int
table_plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedCost = 1e6;
	info->estimatedRows = 1000000;
	return SQLITE_OK;
}

static int
cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	struct cursor *cursor = sqlite3_malloc(sizeof(*cursor));

	(void)table;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	*cursor = (struct cursor){.at = 0};
	*out = &cursor->base;
	return SQLITE_OK;
}

static int
cursor_close(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int
cursor_start(sqlite3_vtab_cursor *cursor, int plan, const char *text, int argc,
    sqlite3_value **argv)
{
	(void)plan;
	(void)text;
	(void)argc;
	(void)argv;
	((struct cursor *)cursor)->at = 0;
	return SQLITE_OK;
}

static int
cursor_next(sqlite3_vtab_cursor *cursor)
{
	((struct cursor *)cursor)->at++;
	return SQLITE_OK;
}

static int
cursor_is_done(sqlite3_vtab_cursor *base)
{
	const struct cursor *cursor = (struct cursor *)base;

	return cursor->at >= ((struct table *)base->pVtab)->gathered->n;
}

static int
cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	const struct cursor *cursor = (struct cursor *)base;
	const struct batch *gathered = ((struct table *)base->pVtab)->gathered;
	const struct row *row = &gathered->rows[gathered->order[cursor->at]];
	struct json_span value = {gathered->texts + row->at, row->n};

	if (column == 0) {
		sqlite3_result_int64(context, row->type->id);
	} else if (column == 1) {
		sqlite3_result_int64(context, row->run);
	} else if (!condition_type_result(context, row->type->type, value)) {
		row->type->refused++;
		row->type->refused_run = row->run;
	}
	return SQLITE_OK;
}

static int
cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
	*rowid = (sqlite3_int64)((struct cursor *)cursor)->at;
	return SQLITE_OK;
}

/* Without xCreate it is there without being created, and only for this connection. */
static const sqlite3_module module = {
    .xConnect = table_connect,
    .xDisconnect = table_disconnect,
    .xBestIndex = table_plan,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_start,
    .xNext = cursor_next,
    .xEof = cursor_is_done,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

/* ---- the rows --------------------------------------------------------------- */

struct batch *
batch_open(sqlite3 *db)
{
	struct batch *gathered = calloc(1, sizeof(*gathered));

	if (gathered == NULL ||
	    sqlite3_create_module(db, "gathered", &module, gathered) != SQLITE_OK) {
		free(gathered);
		return NULL;
	}
	return gathered;
}

void
batch_close(struct batch *gathered)
{
	if (gathered == NULL)
		return;
	free(gathered->rows);
	free(gathered->order);
	free(gathered->texts);
	free(gathered);
}

/* Make room for need items of size bytes.  0, or -1 without memory. */
static int
grow(void **items, size_t *room, size_t need, size_t size)
{
	void *moved;

	if (*room >= need)
		return 0;
	moved = realloc(*items, need * 2 * size);
	if (moved == NULL)
		return -1;
	*items = moved;
	*room = need * 2;
	return 0;
}

int
batch_add(struct batch *gathered, struct batch_type *type, sqlite3_int64 run,
    struct json_span value)
{
	if (value.n > UINT32_MAX || gathered->n == UINT32_MAX ||
	    grow((void **)&gathered->rows, &gathered->size, gathered->n + 1,
		sizeof(*gathered->rows)) != 0 ||
	    grow((void **)&gathered->texts, &gathered->texts_size,
		gathered->used + value.n, 1) != 0)
		return -1;
	gathered->rows[gathered->n++] = (struct row){
	    .type = type, .run = run, .at = gathered->used, .n = (uint32_t)value.n};
	memcpy(gathered->texts + gathered->used, value.p, value.n);
	gathered->used += value.n;
	type->rows++;
	return 0;
}

bool
batch_is_full(const struct batch *gathered)
{
	return gathered->n >= BATCH_ROWS || gathered->used >= BATCH_BYTES;
}

static int
by_id(const void *a, const void *b)
{
	const struct batch_type *one = *(struct batch_type *const *)a;
	const struct batch_type *two = *(struct batch_type *const *)b;

	return (one->id > two->id) - (one->id < two->id);
}

/* A place for each type behind those of lower ids, then each row in its type's next. */
int
batch_sort(struct batch *gathered, struct batch_type **types, size_t n)
{
	size_t place = 0;

	if (grow((void **)&gathered->order, &gathered->order_size, gathered->n,
		sizeof(*gathered->order)) != 0)
		return -1;
	if (n > 0) /* else types may be NULL */
		qsort(types, n, sizeof(struct batch_type *), by_id);
	for (size_t i = 0; i < n; i++) {
		types[i]->place = place;
		place += types[i]->rows;
	}
	for (size_t i = 0; i < gathered->n; i++)
		gathered->order[gathered->rows[i].type->place++] = (uint32_t)i;
	return 0;
}

void
batch_clear(struct batch *gathered)
{
	gathered->n = 0;
	gathered->used = 0;
}
