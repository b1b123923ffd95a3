#include "query/dump_changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/member.h"
#include "db/statement.h"
#include "query/dump_rows.h"

/* The stretches of rowids since then into the table changed, joined where they meet. */
static int
collect_stretches(struct dump *dump)
{
	sqlite3_stmt *from = db_prepare(dump->db, dump->path,
	    "SELECT stream, first, last FROM dump_rows WHERE generation > ? "
	    "ORDER BY stream, first");
	sqlite3_stmt *to =
	    db_prepare(dump->db, dump->path, "INSERT INTO changed VALUES (?, ?, ?)");
	char stream[64] = "";
	sqlite3_int64 first = 0, last = 0;
	int code = SQLITE_ERROR, result = -1;

	if (from == NULL || to == NULL)
		goto done;
	sqlite3_bind_int64(from, 1, dump->generation);
	do {
		const char *next = NULL;
		sqlite3_int64 begin = 0, end = 0;

		code = dump_step(dump, from);
		if (code == SQLITE_ROW) {
			next = (const char *)sqlite3_column_text(from, 0);
			begin = sqlite3_column_int64(from, 1);
			end = sqlite3_column_int64(from, 2);
		}
		if (next != NULL && strcmp(next, stream) == 0 &&
		    (last == INT64_MAX || begin <= last + 1)) {
			last = end > last ? end : last;
			continue;
		}
		if (stream[0] != '\0') {
			sqlite3_bind_text(to, 1, stream, -1, SQLITE_STATIC);
			sqlite3_bind_int64(to, 2, first);
			sqlite3_bind_int64(to, 3, last);
			if (statement_run(to, dump->path) != 0)
				goto done;
		}
		snprintf(stream, sizeof(stream), "%s", next != NULL ? next : "");
		first = begin;
		last = end;
	} while (code == SQLITE_ROW);
	result = code == SQLITE_DONE ? 0 : -1;
done:
	sqlite3_finalize(from);
	sqlite3_finalize(to);
	return result;
}

/* The keys of a staged stream that are there no more, into the table gone. */
static int
collect_gone(struct dump *dump, const struct streams_row *row)
{
	sqlite3_stmt *keys = dump_prepare_keys(dump, row), *find = NULL, *note;
	struct member_table table;
	struct dump_text text;
	int code = SQLITE_ERROR;

	note = db_prepare(dump->db, dump->path,
	    "INSERT INTO gone VALUES (?1, ?5, json_array(?1, ?2, ?3, ?4))");
	if (member_table_open(&table, dump->db, dump->path, streams_table(row)) == 0 &&
	    dump_text(&text) != NULL) {
		fprintf(text.out, "SELECT 1 FROM \"%s\" t WHERE t.doc IS NOT NULL AND ",
		    streams_table(row));
		member_put_keys(text.out, &table, row, "t");
		find = dump_prepare(dump, &text);
	}
	member_table_close(&table);
	while (keys != NULL && note != NULL && find != NULL &&
	       (code = dump_step(dump, keys)) == SQLITE_ROW) {
		int there;

		if (sqlite3_column_type(keys, 0) == SQLITE_NULL)
			continue;
		dump_bind_keys(find, row, keys);
		there = statement_ask(find, dump->path);
		if (there > 0)
			continue;
		for (int i = 0; i < 4; i++)
			sqlite3_bind_value(note, i + 1, sqlite3_column_value(keys, i));
		sqlite3_bind_text(note, 5, row->name, -1, SQLITE_STATIC);
		if (there < 0 || statement_run(note, dump->path) != 0) {
			code = SQLITE_ERROR;
			break;
		}
	}
	sqlite3_finalize(keys);
	sqlite3_finalize(find);
	sqlite3_finalize(note);
	return code == SQLITE_DONE ? 0 : -1;
}

/* The rows of a staged stream that changed, by experiment, into the table touched; those
   without a document into gone. */
static int
collect_touched(struct dump *dump, const struct streams_row *row)
{
	struct member_table table;
	struct dump_text text;
	char *sql = NULL;
	int result = -1;

	if (member_table_open(&table, dump->db, dump->path, streams_table(row)) != 0 ||
	    dump_text(&text) == NULL)
		goto done;
	fputs("INSERT INTO touched SELECT ", text.out);
	(void)member_put(text.out, &table, streams_column(row, "experiment", 10), "t");
	fprintf(text.out,
	    ", '%s', t.id FROM changed c CROSS JOIN \"%s\" t ON t.id BETWEEN c.first AND "
	    "c.last WHERE c.stream = '%s';\n",
	    row->name, streams_table(row), row->name);
	if (row != streams) {
		fputs("INSERT INTO gone SELECT c.experiment, c.stream, json_array("
		      "c.experiment",
		    text.out);
		for (int i = 1; row->keys[i] != NULL; i++) {
			fputs(", ", text.out);
			(void)member_put(text.out, &table,
			    streams_column(row, row->keys[i], strlen(row->keys[i])), "t");
		}
		fprintf(text.out,
		    ") FROM touched c JOIN \"%s\" t ON t.id = c.id "
		    "WHERE c.stream = '%s' AND t.doc IS NULL;\n",
		    streams_table(row), row->name);
	}
	if (fclose(text.out) != 0)
		msg("no memory");
	else
		result = db_exec(dump->db, dump->path, text.text);
	sql = text.text;
done:
	free(sql);
	member_table_close(&table);
	return result;
}

int
dump_collect(struct dump *dump)
{
	int result = db_exec(dump->db, dump->path,
	    "CREATE TEMP TABLE changed (stream TEXT, first INTEGER, last INTEGER, "
	    "PRIMARY KEY (stream, first)) WITHOUT ROWID;"
	    "CREATE TEMP TABLE touched (experiment TEXT, stream TEXT, id INTEGER, "
	    "PRIMARY KEY (experiment, stream, id)) WITHOUT ROWID;"
	    "CREATE TEMP TABLE gone (experiment TEXT, stream TEXT, key TEXT, "
	    "PRIMARY KEY (experiment, stream, key)) WITHOUT ROWID");

	if (result == 0)
		result = collect_stretches(dump);
	for (size_t i = 0; i < streams_staged() && result == 0; i++)
		if (dump->wanted[i]) {
			result = collect_gone(dump, &streams[i]);
			if (result == 0)
				result = collect_touched(dump, &streams[i]);
		}
	return result;
}
