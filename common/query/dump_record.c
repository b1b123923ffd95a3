#include "query/dump_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "stream/document.h"

FILE *
dump_text(struct dump_text *text)
{
	*text = (struct dump_text){.text = NULL};
	text->out = open_memstream(&text->text, &text->n);
	if (text->out == NULL)
		msg("no memory");
	return text->out;
}

sqlite3_stmt *
dump_prepare(struct dump *dump, struct dump_text *text)
{
	sqlite3_stmt *statement = NULL;

	if (fclose(text->out) == 0)
		statement = db_prepare(dump->db, dump->path, text->text);
	else
		msg("no memory");
	free(text->text);
	return statement;
}

int
dump_step(struct dump *dump, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	if (code != SQLITE_ROW && code != SQLITE_DONE)
		db_complain(dump->db, dump->path);
	return code;
}

void
dump_begin_record(struct dump *dump, const struct streams_row *row)
{
	document_begin(dump->out, row);
	dump->json.comma = false;
}

void
dump_end_record(struct dump *dump)
{
	document_end(dump->out);
}

/* A column of a row as the member that it is. */
static void
put_member(struct dump *dump, const struct streams_column *c, sqlite3_stmt *from, int i)
{
	const char *text;
	size_t n;

	switch (sqlite3_column_type(from, i)) {
	case SQLITE_NULL:
		writer_null(&dump->json, c->name);
		return;
	case SQLITE_INTEGER:
		if (c->type == STREAMS_BOOLEAN)
			writer_bool(
			    &dump->json, c->name, sqlite3_column_int(from, i) != 0);
		else if (c->type != STREAMS_JSON)
			writer_integer(
			    &dump->json, c->name, sqlite3_column_int64(from, i));
		if (c->type != STREAMS_JSON)
			return;
		break;
	case SQLITE_FLOAT:
		if (c->type != STREAMS_JSON) {
			writer_real(&dump->json, c->name, sqlite3_column_double(from, i));
			return;
		}
		break;
	default:
		break;
	}
	text = (const char *)sqlite3_column_text(from, i);
	n = (size_t)sqlite3_column_bytes(from, i);
	if (c->type == STREAMS_JSON || c->type == STREAMS_OBJECT ||
	    c->type == STREAMS_ARRAY)
		writer_json(&dump->json, c->name, (struct json_span){text, n});
	else
		writer_text(&dump->json, c->name, text, n);
}

void
dump_put_deleted(struct dump *dump, const struct streams_row *row, sqlite3_stmt *keys)
{
	dump_begin_record(dump, row);
	writer_object(&dump->json, NULL);
	for (int i = 0; row->keys[i] != NULL; i++)
		put_member(dump, streams_column(row, row->keys[i], strlen(row->keys[i])),
		    keys, i);
	if (row->applied != STREAMS_STAGED)
		writer_string(&dump->json, STREAMS_COPY, "row");
	writer_string(&dump->json, STREAMS_DELETED, dump->now);
	writer_end_object(&dump->json);
	dump_end_record(dump);
}

void
dump_put_row(struct dump *dump, const struct streams_row *row,
    const struct streams_column *const *which, sqlite3_stmt *from, bool shaped)
{
	dump_begin_record(dump, row);
	writer_object(&dump->json, NULL);
	for (int i = 0; which[i] != NULL; i++)
		put_member(dump, which[i], from, i);
	if (shaped)
		writer_string(&dump->json, STREAMS_COPY, "row");
	writer_end_object(&dump->json);
	dump_end_record(dump);
}
