#include "load/changes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/member.h"
#include "db/statement.h"
#include "stream/streams.h"

/* More stretches of a stream than that become one. */
#define STRETCHES_MAX 65536
/* Older generations are forgotten when there are more lines than that. */
#define LINES_MAX "400000"

/* Others may have written between two transactions. */
#define THIS_GENERATION "(SELECT coalesce(max(generation), 0) + 1 FROM dump_generations)"
#define PRUNE_EVERY 1000

struct stretch {
	sqlite3_int64 first, last;
};

/* What was written of one stream's table. */
struct written {
	struct stretch *stretches;
	size_t n, room;
	bool all; /* there was no memory, or no room: take it that all was */
};

struct changes {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *keys, *note_rows, *begin;
	struct written written[STREAMS_MAX];
	bool any;
	sqlite3_int64 generation; /* that is being written */
	int own;	   /* rows that triggers wrote, or what follows from them */
	const char *table; /* of the last call: SQLite's own text, which stays */
	struct written *of_table;
};

/* ---- noting -------------------------------------------------------------------- */

/* The place for a table's rows; NULL if it is not of a stream. */
static struct written *
written_of(struct changes *changes, const char *table)
{
	if (table == changes->table)
		return changes->of_table;
	changes->table = table;
	changes->of_table = NULL;
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		if (strcmp(streams_table(row), table) == 0)
			changes->of_table = &changes->written[row - streams];
	return changes->of_table;
}

static int
compare(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Sort the stretches and join those that meet. */
static void
join(struct written *written)
{
	size_t n = 0;

	if (written->n == 0)
		return;
	qsort(written->stretches, written->n, sizeof(*written->stretches), compare);
	for (size_t i = 1; i < written->n; i++) {
		struct stretch *last = &written->stretches[n];
		const struct stretch *next = &written->stretches[i];

		if (next->first <= last->last + 1)
			last->last = next->last > last->last ? next->last : last->last;
		else
			written->stretches[++n] = *next;
	}
	written->n = n + 1;
}

static void
add(struct written *written, sqlite3_int64 rowid)
{
	if (written->n > 0) {
		struct stretch *last = &written->stretches[written->n - 1];

		if (rowid >= last->first && rowid <= last->last + 1) {
			last->last = rowid > last->last ? rowid : last->last;
			return;
		}
	}
	if (written->stretches == NULL || written->n == written->room) {
		size_t room = written->room > 0 ? written->room * 2 : 64;
		struct stretch *more = NULL;

		join(written);
		if (written->n > STRETCHES_MAX)
			written->all = true;
		if (written->n < written->room / 2)
			room = written->room;
		if (!written->all)
			more = realloc(written->stretches, room * sizeof(*more));
		if (more == NULL) {
			written->all = true;
			return;
		}
		written->stretches = more;
		written->room = room;
	}
	written->stretches[written->n++] = (struct stretch){rowid, rowid};
}

static void
hook(void *context, int operation, const char *database, const char *table,
    sqlite3_int64 rowid)
{
	struct changes *changes = context;
	struct written *written;

	(void)database;
	if (strcmp(table, "dump_keys") == 0 || strncmp(table, "run_columns", 11) == 0)
		changes->own++;
	if (operation == SQLITE_DELETE)
		return; /* a trigger notes its key */
	written = written_of(changes, table);
	if (written == NULL)
		return;
	changes->any = true;
	if (!written->all)
		add(written, rowid);
}

/* ---- triggers ------------------------------------------------------------------ */

static void
put_trigger(FILE *sql, const struct streams_row *row, const char *operation,
    const char *alias, const char *key)
{
	fprintf(sql,
	    "CREATE TEMP TRIGGER IF NOT EXISTS dump_%s_%s AFTER %s ON main.\"%s\"",
	    operation, row->name, operation, streams_table(row));
	if (row->dumped != NULL) {
		fputs(" WHEN ", sql);
		member_put_text(sql, row->dumped, alias);
	}
	fprintf(sql, " BEGIN INSERT INTO dump_keys VALUES (" THIS_GENERATION ", '%s', ",
	    row->name);
	member_put_text(sql, key, alias);
	fputs(") ON CONFLICT DO NOTHING; END;\n", sql);
}

/* The key of a row as a JSON array, in SQL with % for the row; malloc'd, NULL if the
   table does not have it all, or without memory. */
static char *
key_of(const struct member_table *table, const struct streams_row *row)
{
	char *text = NULL;
	size_t n;
	FILE *sql = open_memstream(&text, &n);
	bool whole = sql != NULL;

	for (int i = 0; whole && row->keys[i] != NULL; i++) {
		fputs(i > 0 ? ", " : "json_array(", sql);
		whole = member_put(sql, table,
		    streams_column(row, row->keys[i], strlen(row->keys[i])), "%");
	}
	if (sql == NULL)
		return NULL;
	fputs(")", sql);
	if (fclose(sql) == 0 && whole)
		return text;
	free(text);
	return NULL;
}

static int
put_triggers(struct changes *changes, FILE *sql, const struct streams_row *row)
{
	struct member_table table;
	int result =
	    member_table_open(&table, changes->db, changes->path, streams_table(row));
	char *key = result == 0 && table.n > 0 ? key_of(&table, row) : NULL;

	if (key != NULL) {
		put_trigger(sql, row, "DELETE", "OLD", key);
		if (table.without_rowid) {
			put_trigger(sql, row, "INSERT", "NEW", key);
			put_trigger(sql, row, "UPDATE", "NEW", key);
		}
	}
	free(key);
	member_table_close(&table);
	return result;
}

static int
create_triggers(struct changes *changes)
{
	char *text = NULL;
	size_t n;
	FILE *sql = open_memstream(&text, &n);
	int result = 0;

	if (sql == NULL) {
		msg("no memory");
		return -1;
	}
	for (const struct streams_row *row = streams; result == 0 && row->name != NULL;
	     row++)
		result = put_triggers(changes, sql, row);
	if (fclose(sql) != 0)
		result = -1;
	if (result == 0)
		result = db_exec(changes->db, changes->path, text);
	free(text);
	return result;
}

/* ---- generations --------------------------------------------------------------- */

struct changes *
changes_open(sqlite3 *db, const char *path)
{
	struct changes *changes = calloc(1, sizeof(*changes));

	if (changes == NULL) {
		msg("no memory");
		return NULL;
	}
	changes->db = db;
	changes->path = path;
	if (db_exec(db, path,
		"CREATE TEMP TABLE IF NOT EXISTS dump_token (token TEXT);"
		"DELETE FROM dump_token;"
		"INSERT INTO dump_token VALUES (lower(hex(randomblob(8))))") != 0 ||
	    create_triggers(changes) != 0)
		goto fail;
	changes->keys = db_prepare(db, path,
	    "SELECT 1 FROM dump_keys WHERE generation = " THIS_GENERATION " LIMIT 1");
	changes->begin = db_prepare(db, path,
	    "INSERT INTO dump_generations SELECT " THIS_GENERATION ", token, "
	    "(SELECT max(version) FROM schema_version) FROM dump_token");
	changes->note_rows =
	    db_prepare(db, path, "INSERT INTO dump_rows VALUES (?, ?, ?, ?)");
	if (changes->keys == NULL || changes->begin == NULL || changes->note_rows == NULL)
		goto fail;
	sqlite3_update_hook(db, hook, changes);
	return changes;
fail:
	changes_close(changes);
	return NULL;
}

void
changes_close(struct changes *changes)
{
	if (changes == NULL)
		return;
	sqlite3_update_hook(changes->db, NULL, NULL);
	sqlite3_finalize(changes->keys);
	sqlite3_finalize(changes->begin);
	sqlite3_finalize(changes->note_rows);
	for (size_t i = 0; i < STREAMS_MAX; i++)
		free(changes->written[i].stretches);
	free(changes);
}

static int
note_stretch(
    struct changes *changes, const char *stream, sqlite3_int64 first, sqlite3_int64 last)
{
	sqlite3_bind_int64(changes->note_rows, 1, changes->generation);
	sqlite3_bind_text(changes->note_rows, 2, stream, -1, SQLITE_STATIC);
	sqlite3_bind_int64(changes->note_rows, 3, first);
	sqlite3_bind_int64(changes->note_rows, 4, last);
	return statement_run(changes->note_rows, changes->path);
}

static int
note_written(struct changes *changes, const char *stream, struct written *written)
{
	int result = 0;

	if (written->all)
		result = note_stretch(changes, stream, INT64_MIN, INT64_MAX);
	else
		join(written);
	for (size_t i = 0; i < written->n && !written->all && result == 0; i++)
		result = note_stretch(changes, stream, written->stretches[i].first,
		    written->stretches[i].last);
	written->n = 0;
	written->all = false;
	return result;
}

/* Forget the older half where there is too much.  A dump whose state is older than what
   is left writes all. */
static int
prune(struct changes *changes)
{
	return db_exec(changes->db, changes->path,
	    "DELETE FROM dump_generations WHERE generation <= "
	    "(SELECT (min(generation) + max(generation)) / 2 FROM dump_generations) "
	    "AND (SELECT count(*) FROM dump_rows) + (SELECT count(*) FROM dump_keys) "
	    "> " LINES_MAX ";"
	    "DELETE FROM dump_rows WHERE generation < "
	    "(SELECT min(generation) FROM dump_generations);"
	    "DELETE FROM dump_keys WHERE generation < "
	    "(SELECT min(generation) FROM dump_generations)");
}

int
changes_write(struct changes *changes)
{
	int keys = statement_ask(changes->keys, changes->path);

	if (keys < 0)
		return -1;
	if (!changes->any && keys == 0)
		return 0;
	if (statement_run(changes->begin, changes->path) != 0)
		return -1;
	changes->generation = sqlite3_last_insert_rowid(changes->db);
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		if (note_written(changes, row->name, &changes->written[row - streams]) !=
		    0)
			return -1;
	changes->any = false;
	return changes->generation % PRUNE_EVERY == 0 ? prune(changes) : 0;
}

int
changes_total(const struct changes *changes)
{
	return sqlite3_total_changes(changes->db) - changes->own;
}
