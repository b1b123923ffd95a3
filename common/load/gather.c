#include "load/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"

struct column {
	sqlite3_int64 experiment, type, block;
	size_t text;		      /* its offset */
	struct condition_draft draft; /* but for the text */
};

struct gather {
	const char *path;
	sqlite3_stmt *insert;
	struct column *columns; /* in the order in which they came */
	size_t n, room;
	size_t written; /* of them, the first ones */
	char *text;
	size_t used, size;
	size_t *order; /* of those to be written */
	size_t order_room;
	/* As it was at gather_begin(). */
	size_t before, written_before, used_before;
};

struct gather *
gather_open(sqlite3 *db, const char *path)
{
	struct gather *gather = calloc(1, sizeof(*gather));

	if (gather == NULL) {
		msg("no memory");
		return NULL;
	}
	gather->path = path;
	gather->insert = db_prepare(db, path,
	    "INSERT INTO condition_columns (id, experiment_id, type_id, block, n, kinds, "
	    "minimum, maximum, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
	if (gather->insert != NULL)
		return gather;
	gather_close(gather);
	return NULL;
}

void
gather_close(struct gather *gather)
{
	if (gather == NULL)
		return;
	sqlite3_finalize(gather->insert);
	free(gather->columns);
	free(gather->text);
	free(gather->order);
	free(gather);
}

void
gather_clear(struct gather *gather)
{
	gather->n = gather->written = gather->used = 0;
	gather->before = gather->written_before = gather->used_before = 0;
}

int
gather_begin(struct gather *gather, sqlite3_int64 experiment)
{
	bool write = gather->used >= GATHER_BYTES;

	for (size_t i = gather->written; i < gather->n && !write && experiment != 0; i++)
		write = gather->columns[i].experiment == experiment;
	if (write && gather_write(gather) != 0)
		return -1;
	if (gather->written == gather->n)
		gather_clear(gather);
	gather->before = gather->n;
	gather->written_before = gather->written;
	gather->used_before = gather->used;
	return 0;
}

void
gather_undo(struct gather *gather)
{
	gather->n = gather->before;
	gather->written = gather->written_before;
	gather->used = gather->used_before;
}

int
gather_count(const struct gather *gather)
{
	return (int)(gather->n - gather->written);
}

/* Room for one more column, of n bytes.  False without memory. */
static bool
make_room(struct gather *gather, size_t n)
{
	if (gather->n == gather->room) {
		size_t room = gather->room * 2 + 1024;
		struct column *columns =
		    realloc(gather->columns, room * sizeof(*columns));

		if (columns == NULL)
			return false;
		gather->columns = columns;
		gather->room = room;
	}
	if (gather->size - gather->used < n) {
		size_t size = (gather->used + n) / 2 * 3 + 4096;
		char *text = realloc(gather->text, size);

		if (text == NULL)
			return false;
		gather->text = text;
		gather->size = size;
	}
	return true;
}

int
gather_add(struct gather *gather, sqlite3_int64 experiment, sqlite3_int64 type,
    sqlite3_int64 block, const struct condition_draft *draft)
{
	struct column *column;

	if (gather->used - gather->used_before >= GATHER_BYTES)
		return 0;
	if (!make_room(gather, draft->n)) {
		msg("no memory");
		return -1;
	}
	column = &gather->columns[gather->n++];
	*column = (struct column){.experiment = experiment,
	    .type = type,
	    .block = block,
	    .text = gather->used,
	    .draft = *draft};
	memcpy(gather->text + gather->used, draft->text, draft->n);
	gather->used += draft->n;
	return 1;
}

/* ---- writing ---------------------------------------------------------------- */

static void
bind_number(sqlite3_stmt *statement, int number, const struct number *bound)
{
	if (bound->is_real)
		sqlite3_bind_double(statement, number, bound->real);
	else
		sqlite3_bind_int64(statement, number, bound->integer);
}

void
gather_bind(sqlite3_stmt *statement, const struct condition_draft *draft)
{
	sqlite3_bind_int64(statement, 5, draft->count);
	sqlite3_bind_int64(statement, 6, draft->kinds);
	if (draft->some_number) {
		bind_number(statement, 7, &draft->least);
		bind_number(statement, 8, &draft->most);
	} else if (draft->some_text && !draft->long_text) {
		sqlite3_bind_text64(statement, 7, draft->text + draft->first,
		    draft->first_n, SQLITE_STATIC, SQLITE_UTF8);
		sqlite3_bind_text64(statement, 8, draft->text + draft->last,
		    draft->last_n, SQLITE_STATIC, SQLITE_UTF8);
	} else {
		sqlite3_bind_null(statement, 7);
		sqlite3_bind_null(statement, 8);
	}
	sqlite3_bind_text64(
	    statement, 9, draft->text, draft->n, SQLITE_STATIC, SQLITE_UTF8);
}

static int
insert(const struct gather *gather, const struct column *column)
{
	struct condition_draft draft = column->draft;

	draft.text = gather->text + column->text;
	sqlite3_bind_int64(gather->insert, 2, column->experiment);
	sqlite3_bind_int64(gather->insert, 3, column->type);
	sqlite3_bind_int64(gather->insert, 4, column->block);
	gather_bind(gather->insert, &draft);
	return statement_run(gather->insert, gather->path);
}

/* By conditions, and of each as they came. */
static int
by_type(const void *a, const void *b, void *context)
{
	const struct column *columns = context;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;

	if (columns[i].type != columns[j].type)
		return columns[i].type < columns[j].type ? -1 : 1;
	return i < j ? -1 : 1;
}

int
gather_write(struct gather *gather)
{
	size_t n = gather->n - gather->written;

	if (n > gather->order_room) {
		size_t *order = realloc(gather->order, n * 2 * sizeof(*order));

		if (order == NULL) {
			msg("no memory");
			return -1;
		}
		gather->order = order;
		gather->order_room = n * 2;
	}
	for (size_t i = 0; i < n; i++)
		gather->order[i] = gather->written + i;
	if (n > 0)
		qsort_r(
		    gather->order, n, sizeof(*gather->order), by_type, gather->columns);
	for (size_t i = 0; i < n; i++)
		if (insert(gather, &gather->columns[gather->order[i]]) != 0)
			return -1;
	gather->written = gather->n;
	return 0;
}
