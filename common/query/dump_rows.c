#include "query/dump_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"

void
dump_put_members(FILE *sql, const struct member_table *table,
    const struct streams_row *row,
    const struct streams_column *which[STREAMS_COLUMNS_MAX + 1])
{
	int n = 0;

	for (const struct streams_column *c = row->columns; c->name != NULL; c++) {
		const char *comma = n > 0 ? ", " : "";

		if (c->unkept && c->dump == NULL)
			continue;
		fputs(comma, sql);
		if (c->dump != NULL)
			fputs(c->dump, sql);
		else if (!member_put(sql, table, c, "t"))
			fputs("NULL", sql);
		which[n++] = c;
	}
	which[n] = NULL;
}

/* Which rows: those that are dumped at all, and of the experiments that are wanted. */
static void
put_conditions(FILE *sql, struct dump *dump, const struct member_table *table,
    const struct streams_row *row)
{
	const struct streams_column *experiment = streams_column(row, "experiment", 10);

	if (row->dumped != NULL) {
		fputs(" AND ", sql);
		member_put_text(sql, row->dumped, "t");
	}
	if (dump->experiments != NULL && experiment != NULL) {
		fputs(" AND ", sql);
		if (!member_put(sql, table, experiment, "t"))
			fputs("NULL", sql);
		fputs(" GLOB :glob", sql);
	}
}

/* Does elog-load do more with a record than to write its row? */
static bool
is_shaped(const struct streams_row *row)
{
	return row->applied == STREAMS_CLOSING ||
	       statement_file("direct", row->name, "") != NULL;
}

sqlite3_stmt *
dump_prepare_keys(struct dump *dump, const struct streams_row *row)
{
	sqlite3_stmt *keys = db_prepare(dump->db, dump->path,
	    "SELECT key ->> 0, key ->> 1, key ->> 2, key ->> 3 FROM (SELECT DISTINCT key "
	    "FROM dump_keys WHERE generation > :generation AND stream = :stream)");

	if (keys != NULL) {
		sqlite3_bind_int64(keys, 1, dump->generation);
		sqlite3_bind_text(keys, 2, row->name, -1, SQLITE_STATIC);
	}
	return keys;
}

void
dump_bind_keys(sqlite3_stmt *statement, const struct streams_row *row, sqlite3_stmt *keys)
{
	char name[80];

	for (int i = 0; row->keys[i] != NULL; i++) {
		int number;

		snprintf(name, sizeof(name), ":%s", row->keys[i]);
		number = sqlite3_bind_parameter_index(statement, name);
		if (number > 0)
			sqlite3_bind_value(
			    statement, number, sqlite3_column_value(keys, i));
	}
}

static bool
is_of_wanted(struct dump *dump, const struct streams_row *row, sqlite3_stmt *keys)
{
	if (sqlite3_column_type(keys, 0) == SQLITE_NULL)
		return false; /* what it belonged to went first */
	return dump->experiments == NULL || strcmp(row->keys[0], "experiment") != 0 ||
	       sqlite3_strglob(
		   dump->experiments, (const char *)sqlite3_column_text(keys, 0)) == 0;
}

/* Of each key: its row, where it has no rowid by which it would come anyhow; or that it
   is no more. */
static int
put_keys(struct dump *dump, const struct streams_row *row,
    const struct member_table *table, const struct streams_column **which, bool shaped)
{
	sqlite3_stmt *keys = dump_prepare_keys(dump, row), *find = NULL;
	struct dump_text text;
	int code = SQLITE_ERROR;

	if (keys != NULL && dump_text(&text) != NULL) {
		fputs("SELECT ", text.out);
		dump_put_members(text.out, table, row, which);
		fprintf(text.out, " FROM \"%s\" t WHERE ", streams_table(row));
		member_put_keys(text.out, table, row, "t");
		put_conditions(text.out, dump, table, row);
		find = dump_prepare(dump, &text);
	}
	if (find != NULL && dump->experiments != NULL)
		statement_text(find, ":glob", dump->experiments);
	while (find != NULL && (code = dump_step(dump, keys)) == SQLITE_ROW) {
		if (!is_of_wanted(dump, row, keys))
			continue;
		dump_bind_keys(find, row, keys);
		code = dump_step(dump, find);
		if (code == SQLITE_ROW && table->without_rowid)
			dump_put_row(dump, row, which, find, shaped);
		else if (code == SQLITE_DONE)
			dump_put_deleted(dump, row, keys);
		sqlite3_reset(find);
		if (code != SQLITE_ROW && code != SQLITE_DONE)
			break;
	}
	sqlite3_finalize(find);
	sqlite3_finalize(keys);
	return code == SQLITE_DONE ? 0 : -1;
}

static int
put_rows(struct dump *dump, const struct streams_row *row,
    const struct member_table *table, const struct streams_column **which, bool shaped)
{
	sqlite3_stmt *rows = NULL;
	struct dump_text text;
	int code = SQLITE_ERROR;

	if (dump_text(&text) == NULL)
		return -1;
	fputs("SELECT ", text.out);
	dump_put_members(text.out, table, row, which);
	if (dump->since)
		fprintf(text.out,
		    " FROM changed c CROSS JOIN \"%s\" t ON t.rowid BETWEEN c.first AND "
		    "c.last WHERE c.stream = '%s'",
		    streams_table(row), row->name);
	else
		fprintf(text.out, " FROM \"%s\" t WHERE true", streams_table(row));
	put_conditions(text.out, dump, table, row);
	rows = dump_prepare(dump, &text);
	if (rows == NULL)
		return -1;
	statement_text(rows, ":glob", dump->experiments);
	while ((code = dump_step(dump, rows)) == SQLITE_ROW && dump->out->error == 0)
		dump_put_row(dump, row, which, rows, shaped);
	sqlite3_finalize(rows);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
}

int
dump_rows(struct dump *dump, const struct streams_row *row)
{
	const struct streams_column *which[STREAMS_COLUMNS_MAX + 1];
	struct member_table table;
	bool shaped = is_shaped(row);
	int result = member_table_open(&table, dump->db, dump->path, streams_table(row));

	if (result == 0 && table.n == 0) {
		msg("%s: there is no table %s", dump->path, streams_table(row));
		result = -1;
	}
	if (result == 0 && dump->since)
		result = put_keys(dump, row, &table, which, shaped);
	if (result == 0 && !(dump->since && table.without_rowid))
		result = put_rows(dump, row, &table, which, shaped);
	member_table_close(&table);
	return result;
}
