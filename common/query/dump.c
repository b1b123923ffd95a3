#include "query/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/member.h"
#include "db/statement.h"
#include "db/value.h"
#include "stream/document.h"
#include "text/timestamp.h"
#include "text/writer.h"

struct dump {
	sqlite3 *db;
	const char *path;
	struct stream *out;
	const struct dump_options *options;
	struct writer json;	  /* to out */
	bool since;		  /* only what changed */
	sqlite3_int64 generation; /* since which */
	char now[28];
};

/* An SQL text that grows. */
struct text {
	FILE *out;
	char *text;
	size_t n;
};

static FILE *
text_begin(struct text *text)
{
	*text = (struct text){.text = NULL};
	text->out = open_memstream(&text->text, &text->n);
	if (text->out == NULL)
		msg("no memory");
	return text->out;
}

/* Prepare what was written, and release it. */
static sqlite3_stmt *
text_prepare(struct dump *dump, struct text *text)
{
	sqlite3_stmt *statement = NULL;

	if (fclose(text->out) == 0)
		statement = db_prepare(dump->db, dump->path, text->text);
	else
		msg("no memory");
	free(text->text);
	return statement;
}

static int
step(struct dump *dump, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	if (code != SQLITE_ROW && code != SQLITE_DONE)
		db_complain(dump->db, dump->path);
	return code;
}

/* ---- messages ------------------------------------------------------------------ */

static void
begin_record(struct dump *dump, const struct streams_row *row)
{
	document_begin(dump->out, row);
	dump->json.comma = false;
}

static void
end_record(struct dump *dump)
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

/* That what has the keys in columns 0, 1, ... of a row is no more. */
static void
put_deleted(struct dump *dump, const struct streams_row *row, sqlite3_stmt *keys)
{
	begin_record(dump, row);
	writer_object(&dump->json, NULL);
	for (int i = 0; row->keys[i] != NULL; i++)
		put_member(dump, streams_column(row, row->keys[i], strlen(row->keys[i])),
		    keys, i);
	if (row->applied != STREAMS_STAGED)
		writer_string(&dump->json, STREAMS_COPY, "row");
	writer_string(&dump->json, STREAMS_DELETED, dump->now);
	writer_end_object(&dump->json);
	end_record(dump);
}

/* ---- rows of our own ----------------------------------------------------------- */

/* The members that there are, as columns; which[] gets them, NULL behind the last. */
static void
put_members(FILE *sql, const struct member_table *table, const struct streams_row *row,
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
	if (dump->options->experiments != NULL && experiment != NULL) {
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

static void
put_row(struct dump *dump, const struct streams_row *row,
    const struct streams_column *const *which, sqlite3_stmt *from, bool shaped)
{
	begin_record(dump, row);
	writer_object(&dump->json, NULL);
	for (int i = 0; which[i] != NULL; i++)
		put_member(dump, which[i], from, i);
	if (shaped)
		writer_string(&dump->json, STREAMS_COPY, "row");
	writer_end_object(&dump->json);
	end_record(dump);
}

/* The keys of what was removed, or changed in a table without rowid. */
static sqlite3_stmt *
prepare_keys(struct dump *dump, const struct streams_row *row)
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

static void
bind_keys(sqlite3_stmt *statement, const struct streams_row *row, sqlite3_stmt *keys)
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
	return dump->options->experiments == NULL ||
	       strcmp(row->keys[0], "experiment") != 0 ||
	       sqlite3_strglob(dump->options->experiments,
		   (const char *)sqlite3_column_text(keys, 0)) == 0;
}

/* Of each key: its row, where it has no rowid by which it would come anyhow; or that it
   is no more. */
static int
put_keys(struct dump *dump, const struct streams_row *row,
    const struct member_table *table, const struct streams_column **which, bool shaped)
{
	sqlite3_stmt *keys = prepare_keys(dump, row), *find = NULL;
	struct text text;
	int code = SQLITE_ERROR;

	if (keys != NULL && text_begin(&text) != NULL) {
		fputs("SELECT ", text.out);
		put_members(text.out, table, row, which);
		fprintf(text.out, " FROM \"%s\" t WHERE ", streams_table(row));
		member_put_keys(text.out, table, row, "t");
		put_conditions(text.out, dump, table, row);
		find = text_prepare(dump, &text);
	}
	if (find != NULL && dump->options->experiments != NULL)
		statement_text(find, ":glob", dump->options->experiments);
	while (find != NULL && (code = step(dump, keys)) == SQLITE_ROW) {
		if (!is_of_wanted(dump, row, keys))
			continue;
		bind_keys(find, row, keys);
		code = step(dump, find);
		if (code == SQLITE_ROW && table->without_rowid)
			put_row(dump, row, which, find, shaped);
		else if (code == SQLITE_DONE)
			put_deleted(dump, row, keys);
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
	struct text text;
	int code = SQLITE_ERROR;

	if (text_begin(&text) == NULL)
		return -1;
	fputs("SELECT ", text.out);
	put_members(text.out, table, row, which);
	if (dump->since)
		fprintf(text.out,
		    " FROM changed c CROSS JOIN \"%s\" t ON t.rowid BETWEEN c.first AND "
		    "c.last WHERE c.stream = '%s'",
		    streams_table(row), row->name);
	else
		fprintf(text.out, " FROM \"%s\" t WHERE true", streams_table(row));
	put_conditions(text.out, dump, table, row);
	rows = text_prepare(dump, &text);
	if (rows == NULL)
		return -1;
	statement_text(rows, ":glob", dump->options->experiments);
	while ((code = step(dump, rows)) == SQLITE_ROW && dump->out->error == 0)
		put_row(dump, row, which, rows, shaped);
	sqlite3_finalize(rows);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
}

/* A stream whose rows stand by themselves. */
static int
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

static int
dump_singly(struct dump *dump, bool first)
{
	int result = 0;

	for (const struct streams_row *row = streams; result == 0 && row->name != NULL;
	     row++)
		if (row->applied != STREAMS_STAGED && row->first == first &&
		    dump->options->wanted[row - streams])
			result = dump_rows(dump, row);
	return result;
}

/* ---- experiments ---------------------------------------------------------------- */

/* What is asked of one experiment after the other. */
struct staged {
	sqlite3_stmt *documents, *gone;
	sqlite3_stmt *others; /* rows without a document, or NULL */
	const struct streams_column *which[STREAMS_COLUMNS_MAX + 1]; /* their members */
	long count;
};

/* The documents of an experiment in the order of their rowids: those of all its rows, or
   of those that changed. */
static sqlite3_stmt *
prepare_documents(struct dump *dump, const struct streams_row *row)
{
	const char *table = streams_table(row);
	const char *id = row == streams ? "id" : "experiment_id";
	struct text text;

	if (text_begin(&text) == NULL)
		return NULL;
	if (dump->since)
		fprintf(text.out,
		    "SELECT t.doc FROM touched c JOIN \"%s\" t ON t.id = c.id "
		    "WHERE c.experiment = :experiment AND c.stream = '%s' "
		    "AND t.doc IS NOT NULL",
		    table, row->name);
	else
		fprintf(text.out,
		    "SELECT doc FROM \"%s\" WHERE id IN (SELECT id FROM \"%s\" WHERE "
		    "%s = :id) AND doc IS NOT NULL",
		    table, table, id);
	return text_prepare(dump, &text);
}

/* The rows of an experiment that have no document. */
static sqlite3_stmt *
prepare_others(struct dump *dump, const struct streams_row *row, struct staged *staged)
{
	struct member_table table;
	sqlite3_stmt *others = NULL;
	struct text text;

	if (member_table_open(&table, dump->db, dump->path, streams_table(row)) == 0 &&
	    text_begin(&text) != NULL) {
		fputs("SELECT ", text.out);
		put_members(text.out, &table, row, staged->which);
		if (dump->since)
			fprintf(text.out,
			    " FROM touched c JOIN \"%s\" t ON t.id = c.id WHERE "
			    "c.experiment = :experiment AND c.stream = '%s'",
			    streams_table(row), row->name);
		else
			fprintf(text.out, " FROM \"%s\" t WHERE t.experiment_id = :id",
			    streams_table(row));
		fputs(" AND t.doc IS NULL", text.out);
		others = text_prepare(dump, &text);
	}
	member_table_close(&table);
	return others;
}

static int
prepare_staged(struct dump *dump, struct staged staged[STREAMS_MAX])
{
	for (size_t i = 0; i < streams_staged(); i++) {
		if (!dump->options->wanted[i])
			continue;
		staged[i].documents = prepare_documents(dump, &streams[i]);
		if (staged[i].documents == NULL)
			return -1;
		if (streams[i].undocumented && (staged[i].others = prepare_others(dump,
						    &streams[i], &staged[i])) == NULL)
			return -1;
		if (!dump->since)
			continue;
		staged[i].gone = db_prepare(dump->db, dump->path,
		    "SELECT key ->> 0, key ->> 1, key ->> 2, key ->> 3 FROM gone "
		    "WHERE experiment = :experiment AND stream = :stream");
		if (staged[i].gone == NULL)
			return -1;
	}
	return 0;
}

static void
finalize_staged(struct staged staged[STREAMS_MAX])
{
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		sqlite3_finalize(staged[i].documents);
		sqlite3_finalize(staged[i].gone);
		sqlite3_finalize(staged[i].others);
	}
}

static int
put_stream(struct dump *dump, const struct streams_row *row, struct staged *staged,
    const char *experiment, sqlite3_int64 id, const char *prefix)
{
	sqlite3_stmt *documents = staged->documents;
	int code;

	staged->count = 0;
	statement_text(documents, ":experiment", experiment);
	sqlite3_bind_int64(documents, sqlite3_bind_parameter_index(documents, ":id"), id);
	while ((code = step(dump, documents)) == SQLITE_ROW && dump->out->error == 0) {
		document_put(dump->out, row, prefix, experiment,
		    (const char *)sqlite3_column_text(documents, 0),
		    (size_t)sqlite3_column_bytes(documents, 0));
		staged->count++;
	}
	sqlite3_reset(documents);
	if (staged->gone == NULL || code != SQLITE_DONE)
		return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
	statement_text(staged->gone, ":experiment", experiment);
	statement_text(staged->gone, ":stream", row->name);
	while ((code = step(dump, staged->gone)) == SQLITE_ROW && dump->out->error == 0) {
		put_deleted(dump, row, staged->gone);
		staged->count++;
	}
	sqlite3_reset(staged->gone);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
}

/* Rows without a document, behind the record that closes the experiment: they are no
   part of what the service has. */
static int
put_others(struct dump *dump, const struct streams_row *row, struct staged *staged,
    const char *experiment, sqlite3_int64 id)
{
	sqlite3_stmt *others = staged->others;
	int code;

	if (others == NULL)
		return 0;
	statement_text(others, ":experiment", experiment);
	sqlite3_bind_int64(others, sqlite3_bind_parameter_index(others, ":id"), id);
	while ((code = step(dump, others)) == SQLITE_ROW && dump->out->error == 0)
		put_row(dump, row, staged->which, others, true);
	sqlite3_reset(others);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
}

/* When the rows of an experiment in the tables that say so were last brought. */
static void
put_times(struct dump *dump, sqlite3_stmt *times, sqlite3_int64 id)
{
	sqlite3_bind_int64(times, 1, id);
	writer_object(&dump->json, "updated_at");
	while (sqlite3_step(times) == SQLITE_ROW)
		writer_string(&dump->json, (const char *)sqlite3_column_text(times, 0),
		    (const char *)sqlite3_column_text(times, 1));
	sqlite3_reset(times);
	writer_end_object(&dump->json);
}

/* The record that closes an experiment.  Of one that did not change there is none. */
static void
put_closing(struct dump *dump, const struct staged *staged, const char *experiment,
    const char *at, sqlite3_stmt *times, sqlite3_int64 id)
{
	const struct streams_row *fetches = &streams[streams_staged()];
	bool any = false;

	for (size_t i = 0; i < streams_staged(); i++)
		any |=
		    staged[i].documents != NULL && (!dump->since || staged[i].count > 0);
	if (!any)
		return;
	begin_record(dump, fetches);
	writer_object(&dump->json, NULL);
	writer_string(&dump->json, "experiment", experiment);
	writer_string(&dump->json, "status", "complete");
	writer_string(&dump->json, STREAMS_COPY, "close");
	if (dump->since)
		writer_bool(&dump->json, "incremental", true);
	writer_object(&dump->json, "records");
	for (size_t i = 0; i < streams_staged(); i++)
		if (staged[i].documents != NULL && (!dump->since || staged[i].count > 0))
			writer_integer(&dump->json, streams[i].name, staged[i].count);
	writer_end_object(&dump->json);
	put_times(dump, times, id);
	writer_string(&dump->json, "fetched_at", at != NULL ? at : dump->now);
	writer_end_object(&dump->json);
	end_record(dump);
}

/* "SELECT 'experiments', updated_at FROM ...", of the tables that have one. */
static sqlite3_stmt *
prepare_times(struct dump *dump)
{
	struct text text;
	const char *before = "";

	if (text_begin(&text) == NULL)
		return NULL;
	for (size_t i = 0; i < streams_staged(); i++) {
		struct member_table table;

		if (member_table_open(
			&table, dump->db, dump->path, streams_table(&streams[i])) == 0 &&
		    member_table_has(&table, "updated_at")) {
			fprintf(text.out,
			    "%sSELECT '%s', updated_at FROM \"%s\" WHERE %s = ?1 "
			    "AND updated_at IS NOT NULL",
			    before, streams[i].name, streams_table(&streams[i]),
			    i == 0 ? "id" : "experiment_id");
			before = " UNION ALL ";
		}
		member_table_close(&table);
	}
	return text_prepare(dump, &text);
}

static int
dump_experiment(struct dump *dump, struct staged *staged, sqlite3_stmt *times,
    const char *experiment, sqlite3_int64 id, const char *at)
{
	char *json = writer_quote(experiment, strlen(experiment));
	int result = json != NULL ? 0 : -1;

	for (size_t i = 0; i < streams_staged() && result == 0; i++) {
		char *prefix;

		if (staged[i].documents == NULL)
			continue;
		prefix = document_prefix(&streams[i], json);
		result = prefix != NULL ? put_stream(dump, &streams[i], &staged[i],
					      experiment, id, prefix)
					: -1;
		free(prefix);
	}
	if (result == 0)
		put_closing(dump, staged, experiment, at, times, id);
	for (size_t i = 0; i < streams_staged() && result == 0; i++)
		result = put_others(dump, &streams[i], &staged[i], experiment, id);
	free(json);
	return result;
}

static int
dump_experiments(struct dump *dump)
{
	struct staged staged[STREAMS_MAX] = {{.count = 0}};
	sqlite3_stmt *times = prepare_times(dump), *names;
	int code = SQLITE_ERROR;

	names = db_prepare(dump->db, dump->path,
	    dump->since
		? "SELECT n.experiment, e.id, coalesce(f.completed_at, f.fetched_at, "
		  "e.updated_at) FROM (SELECT experiment FROM touched UNION SELECT "
		  "experiment FROM gone) n LEFT JOIN experiments e ON e.name = "
		  "n.experiment LEFT JOIN fetches f ON f.experiment = n.experiment "
		  "WHERE :glob IS NULL OR n.experiment GLOB :glob"
		: "SELECT name, id, coalesce(f.completed_at, f.fetched_at, e.updated_at) "
		  "FROM experiments e LEFT JOIN fetches f ON f.experiment = e.name "
		  "WHERE :glob IS NULL OR name GLOB :glob ORDER BY id");
	if (times == NULL || names == NULL || prepare_staged(dump, staged) != 0)
		goto done;
	statement_text(names, ":glob", dump->options->experiments);
	while ((code = step(dump, names)) == SQLITE_ROW && dump->out->error == 0) {
		if (sqlite3_column_type(names, 1) == SQLITE_NULL) {
			put_deleted(dump, &streams[0], names);
			continue;
		}
		if (dump_experiment(dump, staged, times,
			(const char *)sqlite3_column_text(names, 0),
			sqlite3_column_int64(names, 1),
			(const char *)sqlite3_column_text(names, 2)) != 0) {
			code = SQLITE_ERROR;
			break;
		}
	}
done:
	finalize_staged(staged);
	sqlite3_finalize(times);
	sqlite3_finalize(names);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
}

/* ---- what changed ---------------------------------------------------------------- */

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

		code = step(dump, from);
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
	sqlite3_stmt *keys = prepare_keys(dump, row), *find = NULL, *note;
	struct member_table table;
	struct text text;
	int code = SQLITE_ERROR;

	note = db_prepare(dump->db, dump->path,
	    "INSERT INTO gone VALUES (?1, ?5, json_array(?1, ?2, ?3, ?4))");
	if (member_table_open(&table, dump->db, dump->path, streams_table(row)) == 0 &&
	    text_begin(&text) != NULL) {
		fprintf(text.out, "SELECT 1 FROM \"%s\" t WHERE t.doc IS NOT NULL AND ",
		    streams_table(row));
		member_put_keys(text.out, &table, row, "t");
		find = text_prepare(dump, &text);
	}
	member_table_close(&table);
	while (keys != NULL && note != NULL && find != NULL &&
	       (code = step(dump, keys)) == SQLITE_ROW) {
		int there;

		if (sqlite3_column_type(keys, 0) == SQLITE_NULL)
			continue;
		bind_keys(find, row, keys);
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
	struct text text;
	char *sql = NULL;
	int result = -1;

	if (member_table_open(&table, dump->db, dump->path, streams_table(row)) != 0 ||
	    text_begin(&text) == NULL)
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

static int
collect(struct dump *dump)
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
		if (dump->options->wanted[i]) {
			result = collect_gone(dump, &streams[i]);
			if (result == 0)
				result = collect_touched(dump, &streams[i]);
		}
	return result;
}

/* ---- states ---------------------------------------------------------------------- */

/* What is chosen, as a text; malloc'd.  Empty: all. */
static char *
selection_of(const struct dump_options *options)
{
	struct text text;
	bool all = options->experiments == NULL;

	if (text_begin(&text) == NULL)
		return NULL;
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		all &= options->wanted[row - streams];
	for (const struct streams_row *row = streams; row->name != NULL && !all; row++)
		if (options->wanted[row - streams])
			fprintf(text.out, "%s,", row->name);
	if (options->experiments != NULL)
		fprintf(text.out, "-e %s", options->experiments);
	if (fclose(text.out) == 0)
		return text.text;
	free(text.text);
	msg("no memory");
	return NULL;
}

/* Is it a state of this database and this choice?  Then only what changed is wanted. */
static int
find_since(struct dump *dump, const char *selection)
{
	sqlite3_stmt *find;
	int code;

	if (dump->options->since == NULL)
		return 0;
	find = db_prepare(dump->db, dump->path,
	    "SELECT g.generation FROM (SELECT :state -> '$.bookmarks.elog-dump' AS s) "
	    "JOIN dump_generations g ON g.generation = s ->> 'generation' "
	    "AND g.token = s ->> 'token' "
	    "AND g.schema = (SELECT max(version) FROM schema_version) "
	    "WHERE coalesce(s ->> 'selection', '') = :selection "
	    "AND json_valid(:state)");
	if (find == NULL)
		return -1;
	statement_text(find, ":state", dump->options->since);
	statement_text(find, ":selection", selection);
	code = sqlite3_step(find);
	if (code == SQLITE_ROW) {
		dump->since = true;
		dump->generation = sqlite3_column_int64(find, 0);
	} else {
		msg("%s: the state is of another database, another choice or too long "
		    "ago: all is written",
		    dump->path);
	}
	sqlite3_finalize(find);
	return 0;
}

static int
put_state(struct dump *dump, const char *selection)
{
	sqlite3_stmt *newest = db_prepare(dump->db, dump->path,
	    "SELECT generation, token FROM dump_generations ORDER BY generation DESC "
	    "LIMIT 1");
	int code;

	if (newest == NULL)
		return -1;
	code = step(dump, newest);
	if (code == SQLITE_ROW) {
		stream_puts(dump->out, "{\"type\":\"STATE\",\"value\":");
		dump->json.comma = false;
		writer_object(&dump->json, NULL);
		writer_object(&dump->json, "bookmarks");
		writer_object(&dump->json, "elog-dump");
		writer_integer(
		    &dump->json, "generation", sqlite3_column_int64(newest, 0));
		writer_string(
		    &dump->json, "token", (const char *)sqlite3_column_text(newest, 1));
		if (selection[0] != '\0')
			writer_string(&dump->json, "selection", selection);
		writer_end_object(&dump->json);
		writer_end_object(&dump->json);
		writer_end_object(&dump->json);
		end_record(dump);
	}
	sqlite3_finalize(newest);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

int
dump_run(
    sqlite3 *db, const char *path, struct stream *out, const struct dump_options *options)
{
	struct dump dump = {.db = db,
	    .path = path,
	    .out = out,
	    .options = options,
	    .json = writer_to(stream_take, out)};
	char *selection = selection_of(options);
	int result = -1;

	timestamp_now(dump.now);
	if (selection == NULL || value_functions(db) != SQLITE_OK ||
	    db_exec(db, path, "BEGIN") != 0)
		goto done;
	result = find_since(&dump, selection);
	for (const struct streams_row *row = streams; result == 0 && row->name != NULL;
	     row++)
		if (options->wanted[row - streams])
			streams_schema(out, row);
	if (result == 0 && dump.since)
		result = collect(&dump);
	if (result == 0)
		result = dump_singly(&dump, true);
	if (result == 0)
		result = dump_experiments(&dump);
	if (result == 0)
		result = dump_singly(&dump, false);
	if (result == 0)
		result = put_state(&dump, selection);
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
done:
	free(selection);
	return result;
}
