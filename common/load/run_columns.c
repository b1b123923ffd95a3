#include "load/run_columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "db/condition_column.h"
#include "db/db.h"
#include "db/statement.h"
#include "text/buffer.h"
#include "text/timestamp.h"
#include "text/writer.h"

/* The columns, as a row of runs has them behind its number. */
static const char *const names[] = {"start_time", "end_time", "type", "sample"};

#define NAMES (sizeof(names) / sizeof(names[0]))
#define TIMES 2 /* of those are times */

enum { NEXT, RUNS, WRITE, REMOVE, DONE, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    [NEXT] = "SELECT experiment_id, block FROM run_columns_due LIMIT 1",
    [RUNS] = ("SELECT run_number, start_time, end_time, type, sample FROM runs "
	      "WHERE experiment_id = ?1 AND run_number BETWEEN ?2 AND ?3 "
	      "AND typeof(run_number) = 'integer' ORDER BY run_number"),
    [WRITE] = ("INSERT INTO run_columns (experiment_id, block, name, data) "
	       "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (experiment_id, name, block) "
	       "DO UPDATE SET data = excluded.data WHERE data <> excluded.data"),
    [REMOVE] = ("DELETE FROM run_columns WHERE experiment_id = ?1 AND block = ?2 "
		"AND name = ?3"),
    [DONE] = "DELETE FROM run_columns_due WHERE experiment_id = ?1 AND block = ?2",
};

struct columns {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *statements[STATEMENTS];
	sqlite3_int64 experiment, block;
	struct buffer data[NAMES];
};

static void
put_value(struct writer *w, const char *run, sqlite3_stmt *row, size_t i)
{
	const char *text = (const char *)sqlite3_column_text(row, (int)i + 1);
	size_t n = (size_t)sqlite3_column_bytes(row, (int)i + 1);
	int64_t when;

	if (text == NULL)
		return;
	if (i >= TIMES)
		writer_text(w, run, text, n);
	else if (timestamp_read(text, n, &when))
		writer_integer(w, run, when);
}

/* What the runs of the block have.  0, or -1 if the database failed. */
static int
read_block(struct columns *c)
{
	sqlite3_stmt *row = c->statements[RUNS];
	sqlite3_int64 first = c->block * CONDITION_BLOCK;
	struct writer writers[NAMES];
	int code;

	for (size_t i = 0; i < NAMES; i++) {
		writers[i] = writer_to(buffer_put, &c->data[i]);
		writer_object(&writers[i], NULL);
	}
	sqlite3_bind_int64(row, 1, c->experiment);
	sqlite3_bind_int64(row, 2, first);
	sqlite3_bind_int64(row, 3, first + CONDITION_BLOCK - 1);
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		char run[24];

		snprintf(run, sizeof(run), "%lld", sqlite3_column_int64(row, 0));
		for (size_t i = 0; i < NAMES; i++)
			put_value(&writers[i], run, row, i);
	}
	for (size_t i = 0; i < NAMES; i++)
		writer_end_object(&writers[i]);
	if (code != SQLITE_DONE)
		db_complain(c->db, c->path);
	sqlite3_reset(row);
	return code == SQLITE_DONE ? 0 : -1;
}

static int
run_for(struct columns *c, int which, const char *name, const struct buffer *data)
{
	sqlite3_stmt *statement = c->statements[which];

	sqlite3_bind_int64(statement, 1, c->experiment);
	sqlite3_bind_int64(statement, 2, c->block);
	if (name != NULL)
		sqlite3_bind_text(statement, 3, name, -1, SQLITE_STATIC);
	if (data != NULL)
		sqlite3_bind_text64(
		    statement, 4, data->p, data->n, SQLITE_STATIC, SQLITE_UTF8);
	return statement_run(statement, c->path);
}

static int
write_block(struct columns *c)
{
	int result = read_block(c);

	for (size_t i = 0; i < NAMES && result == 0; i++) {
		const struct buffer *data = &c->data[i];

		if (data->failed) {
			msg("no memory");
			result = -1;
		} else {
			/* Two bytes are "{}". */
			result = data->n > 2 ? run_for(c, WRITE, names[i], data)
					     : run_for(c, REMOVE, names[i], NULL);
		}
	}
	for (size_t i = 0; i < NAMES; i++)
		c->data[i].n = 0;
	return result == 0 ? run_for(c, DONE, NULL, NULL) : -1;
}

/* Is there one more block?  1, 0, or -1 after a message. */
static int
next_block(struct columns *c)
{
	sqlite3_stmt *next = c->statements[NEXT];
	int code = sqlite3_step(next);

	c->experiment = sqlite3_column_int64(next, 0);
	c->block = sqlite3_column_int64(next, 1);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		db_complain(c->db, c->path);
	sqlite3_reset(next);
	return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : -1;
}

int
run_columns_write(sqlite3 *db, const char *path)
{
	struct columns c = {.db = db, .path = path};
	int more = -1;

	c.statements[NEXT] = db_prepare(db, path, texts[NEXT]);
	if (c.statements[NEXT] != NULL)
		more = next_block(&c);
	/* Most often there is nothing to do. */
	for (int i = NEXT + 1; i < STATEMENTS && more > 0; i++) {
		c.statements[i] = db_prepare(db, path, texts[i]);
		if (c.statements[i] == NULL)
			more = -1;
	}
	while (more > 0)
		more = write_block(&c) == 0 ? next_block(&c) : -1;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(c.statements[i]);
	for (size_t i = 0; i < NAMES; i++)
		buffer_free(&c.data[i]);
	return more;
}
