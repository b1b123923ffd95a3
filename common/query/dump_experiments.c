#include "query/dump_experiments.h"

#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "db/member.h"
#include "db/statement.h"
#include "query/dump_rows.h"
#include "stream/document.h"

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
	struct dump_text text;

	if (dump_text(&text) == NULL)
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
	return dump_prepare(dump, &text);
}

/* The rows of an experiment that have no document. */
static sqlite3_stmt *
prepare_others(struct dump *dump, const struct streams_row *row, struct staged *staged)
{
	struct member_table table;
	sqlite3_stmt *others = NULL;
	struct dump_text text;

	if (member_table_open(&table, dump->db, dump->path, streams_table(row)) == 0 &&
	    dump_text(&text) != NULL) {
		fputs("SELECT ", text.out);
		dump_put_members(text.out, &table, row, staged->which);
		if (dump->since)
			fprintf(text.out,
			    " FROM touched c JOIN \"%s\" t ON t.id = c.id WHERE "
			    "c.experiment = :experiment AND c.stream = '%s'",
			    streams_table(row), row->name);
		else
			fprintf(text.out, " FROM \"%s\" t WHERE t.experiment_id = :id",
			    streams_table(row));
		fputs(" AND t.doc IS NULL", text.out);
		others = dump_prepare(dump, &text);
	}
	member_table_close(&table);
	return others;
}

static int
prepare_staged(struct dump *dump, struct staged staged[STREAMS_MAX])
{
	for (size_t i = 0; i < streams_staged(); i++) {
		if (!dump->wanted[i])
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
	while (
	    (code = dump_step(dump, documents)) == SQLITE_ROW && dump->out->error == 0) {
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
	while ((code = dump_step(dump, staged->gone)) == SQLITE_ROW &&
	       dump->out->error == 0) {
		dump_put_deleted(dump, row, staged->gone);
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
	while ((code = dump_step(dump, others)) == SQLITE_ROW && dump->out->error == 0)
		dump_put_row(dump, row, staged->which, others, true);
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
	dump_begin_record(dump, fetches);
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
	dump_end_record(dump);
}

/* "SELECT 'experiments', updated_at FROM ...", of the tables that have one. */
static sqlite3_stmt *
prepare_times(struct dump *dump)
{
	struct dump_text text;
	const char *before = "";

	if (dump_text(&text) == NULL)
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
	return dump_prepare(dump, &text);
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

int
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
	statement_text(names, ":glob", dump->experiments);
	while ((code = dump_step(dump, names)) == SQLITE_ROW && dump->out->error == 0) {
		if (sqlite3_column_type(names, 1) == SQLITE_NULL) {
			dump_put_deleted(dump, &streams[0], names);
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
