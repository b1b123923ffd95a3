#include "query/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "db/value.h"
#include "query/dump_changes.h"
#include "query/dump_experiments.h"
#include "query/dump_record.h"
#include "query/dump_rows.h"
#include "text/timestamp.h"

static int
dump_singly(struct dump *dump, bool first)
{
	int result = 0;

	for (const struct streams_row *row = streams; result == 0 && row->name != NULL;
	     row++)
		if (row->applied != STREAMS_STAGED && row->first == first &&
		    dump->wanted[row - streams])
			result = dump_rows(dump, row);
	return result;
}

/* ---- states ---------------------------------------------------------------------- */

/* What is chosen, as a text; malloc'd.  Empty: all. */
static char *
selection_of(const struct dump_options *options)
{
	struct dump_text text;
	bool all = options->experiments == NULL;

	if (dump_text(&text) == NULL)
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
find_since(struct dump *dump, const char *state, const char *selection)
{
	sqlite3_stmt *find;
	int code;

	if (state == NULL)
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
	statement_text(find, ":state", state);
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
	code = dump_step(dump, newest);
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
		dump_end_record(dump);
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
	    .wanted = options->wanted,
	    .experiments = options->experiments,
	    .json = writer_to(stream_take, out)};
	char *selection = selection_of(options);
	int result = -1;

	timestamp_now(dump.now);
	if (selection == NULL || value_functions(db) != SQLITE_OK ||
	    db_exec(db, path, "BEGIN") != 0)
		goto done;
	result = find_since(&dump, options->since, selection);
	for (const struct streams_row *row = streams; result == 0 && row->name != NULL;
	     row++)
		if (options->wanted[row - streams])
			streams_schema(out, row);
	if (result == 0 && dump.since)
		result = dump_collect(&dump);
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
