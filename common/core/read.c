#include "core/read.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "core/table.h"
#include "stream/document.h"
#include "stream/emit.h"
#include "text/writer.h"

struct reading {
	struct dbms *server;
	struct stream *out;
	const struct read_options *options;
	/* Of the rows at hand: */
	const struct streams_row *row;
	const struct table *table;
	const char *experiment;
	char *prefix;
	long count;
	char updated_at[STREAMS_MAX][40];
	long counts[STREAMS_MAX];
};

static bool
is_wanted(const struct reading *reading, const char *experiment)
{
	const char *glob = reading->options->experiments;

	return glob == NULL || (experiment != NULL && fnmatch(glob, experiment, 0) == 0);
}

/* ---- rows of our own -------------------------------------------------------- */

static int
take_record(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct reading *reading = context;

	if (values[0] == NULL || (n > 1 && !is_wanted(reading, values[1])))
		return 0;
	document_begin(reading->out, reading->row);
	stream_put(reading->out, values[0], lengths[0]);
	document_end(reading->out);
	return reading->out->error == 0 ? 0 : -1;
}

static enum dbms_result
read_singly(struct reading *reading, const struct streams_row *row)
{
	const struct table *table = table_of(row);
	enum dbms_result result;
	char *columns =
	    dialect_sql(table->experiment != NULL ? "record, \"$x\"" : "record", "x",
		table->experiment != NULL ? table->experiment : "", NULL);
	char *sql =
	    dialect_sql("SELECT $c FROM \"$t\" WHERE record IS NOT NULL$o ORDER BY $k",
		"c", columns != NULL ? columns : "", "t", table->name, "o",
		table->own ? " AND source = ?" : "", "k",
		table->experiment != NULL ? "2, row_key" : "row_key", NULL);

	reading->row = row;
	reading->table = table;
	if (columns == NULL || sql == NULL)
		result = dbms_fail(reading->server, DBMS_REFUSED, "no memory");
	else
		result = dbms_ask(reading->server, sql, table->own,
		    &reading->options->source, take_record, reading);
	free(columns);
	free(sql);
	return result;
}

/* ---- experiments ------------------------------------------------------------ */

static int
take_document(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct reading *reading = context;

	if (n > 1 && values[1] != NULL)
		snprintf(reading->updated_at[reading->row - streams],
		    sizeof(reading->updated_at[0]), "%s", values[1]);
	document_put(reading->out, reading->row, reading->prefix, reading->experiment,
	    values[0], lengths[0]);
	reading->count++;
	return reading->out->error == 0 ? 0 : -1;
}

/* A row without a document, from its columns. */
static int
take_bare(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct reading *reading = context;
	struct writer w = emit_record(reading->out, reading->row->name);
	int at = 1;

	writer_string(&w, "experiment", reading->experiment);
	writer_json(&w, reading->row->keys[1], (struct json_span){values[0], lengths[0]});
	for (size_t i = 0; i < reading->table->n && at < n; i++) {
		const struct table_column *c = &reading->table->columns[i];
		struct json_span value = {values[at], lengths[at]};

		if (c->from != TABLE_MEMBER)
			continue;
		at++;
		if (strcmp(c->member, reading->row->keys[1]) == 0)
			continue;
		if (value.p == NULL)
			writer_null(&w, c->member);
		else if (c->type == DIALECT_TEXT)
			writer_text(&w, c->member, value.p, value.n);
		else
			writer_json(&w, c->member, value);
	}
	writer_string(&w, STREAMS_COPY, "row");
	emit_end(&w);
	return reading->out->error == 0 ? 0 : -1;
}

/* SELECT row_key and all members. */
static char *
bare_sql(const struct table *table)
{
	char *text = NULL;
	size_t n;
	FILE *sql = open_memstream(&text, &n);

	if (sql == NULL)
		return NULL;
	fputs("SELECT row_key", sql);
	for (size_t i = 0; i < table->n; i++)
		if (table->columns[i].from == TABLE_MEMBER)
			fprintf(sql, ", \"%s\"", table->columns[i].name);
	fprintf(sql, " FROM \"%s\" WHERE \"%s\" = ? AND doc IS NULL ORDER BY row_key",
	    table->name, table->experiment);
	if (fclose(sql) == 0)
		return text;
	free(text);
	return NULL;
}

static enum dbms_result
read_staged(struct reading *reading, size_t i, const char *json)
{
	const struct table *table = table_of(&streams[i]);
	enum dbms_result result;
	char *sql =
	    dialect_sql("SELECT doc$u FROM \"$t\" WHERE \"$x\" = ? AND doc IS NOT "
			"NULL ORDER BY row_key",
		"t", table->name, "x", table->experiment, "u",
		table->single ? ", updated_at" : "", NULL);

	reading->row = &streams[i];
	reading->table = table;
	reading->count = 0;
	reading->updated_at[i][0] = '\0';
	reading->prefix = document_prefix(&streams[i], json);
	if (sql == NULL || reading->prefix == NULL)
		result = dbms_fail(reading->server, DBMS_REFUSED, "no memory");
	else
		result = dbms_ask(reading->server, sql, 1, &reading->experiment,
		    take_document, reading);
	reading->counts[i] = reading->count;
	free(reading->prefix);
	free(sql);
	return result;
}

static void
put_closing(struct reading *reading, const char *fetched_at)
{
	const struct read_options *options = reading->options;
	struct writer w = emit_record(reading->out, "fetches");

	writer_string(&w, "experiment", reading->experiment);
	writer_string(&w, "status", "complete");
	writer_string(&w, STREAMS_COPY, "close");
	writer_object(&w, "records");
	for (size_t i = 0; i < streams_staged(); i++)
		if (options->wanted[i])
			writer_integer(&w, streams[i].name, reading->counts[i]);
	writer_end_object(&w);
	writer_object(&w, "updated_at");
	for (size_t i = 0; i < streams_staged(); i++)
		if (options->wanted[i] && reading->updated_at[i][0] != '\0')
			writer_string(&w, streams[i].name, reading->updated_at[i]);
	writer_end_object(&w);
	writer_string(&w, "fetched_at", fetched_at != NULL ? fetched_at : "");
	emit_end(&w);
}

static enum dbms_result
read_experiment(struct reading *reading, const char *experiment, const char *fetched_at)
{
	enum dbms_result result = DBMS_DONE;
	char *json = writer_quote(experiment, strlen(experiment));

	if (json == NULL)
		return dbms_fail(reading->server, DBMS_REFUSED, "no memory");
	reading->experiment = experiment;
	for (size_t i = 0; i < streams_staged() && result == DBMS_DONE; i++)
		if (reading->options->wanted[i])
			result = read_staged(reading, i, json);
	free(json);
	if (result == DBMS_DONE)
		put_closing(reading, fetched_at);
	for (size_t i = 0; i < streams_staged() && result == DBMS_DONE; i++) {
		char *sql;

		if (!reading->options->wanted[i] || !streams[i].undocumented)
			continue;
		reading->row = &streams[i];
		reading->table = table_of(&streams[i]);
		sql = bare_sql(reading->table);
		if (sql == NULL)
			return dbms_fail(reading->server, DBMS_REFUSED, "no memory");
		result = dbms_ask(
		    reading->server, sql, 1, &reading->experiment, take_bare, reading);
		free(sql);
	}
	return result;
}

struct name {
	char *experiment, *fetched_at;
	struct name *next;
};

struct names {
	struct reading *reading;
	struct name *first, **last;
};

static int
take_name(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct names *names = context;
	struct name *name;

	(void)lengths;
	if (n < 2 || values[0] == NULL || !is_wanted(names->reading, values[0]))
		return 0;
	name = calloc(1, sizeof(*name));
	if (name == NULL || (name->experiment = strdup(values[0])) == NULL) {
		free(name);
		msg("no memory");
		return -1;
	}
	name->fetched_at = values[1] != NULL ? strdup(values[1]) : NULL;
	*names->last = name;
	names->last = &name->next;
	return 0;
}

static enum dbms_result
read_experiments(struct reading *reading)
{
	struct names names = {.reading = reading, .last = &names.first};
	enum dbms_result result = dbms_ask(reading->server,
	    "SELECT experiment, max(fetched_at) FROM holdings GROUP BY experiment ORDER "
	    "BY "
	    "experiment",
	    0, NULL, take_name, &names);

	while (names.first != NULL) {
		struct name *name = names.first;

		names.first = name->next;
		if (result == DBMS_DONE)
			result =
			    read_experiment(reading, name->experiment, name->fetched_at);
		free(name->experiment);
		free(name->fetched_at);
		free(name);
	}
	return result;
}

/* ---- all -------------------------------------------------------------------- */

static enum dbms_result
read_all(struct reading *reading)
{
	const struct read_options *options = reading->options;
	enum dbms_result result =
	    dbms_run(reading->server, reading->server->dialect->isolate, 0);
	bool any = false;

	if (result == DBMS_DONE)
		result = dbms_run(reading->server, reading->server->dialect->snapshot, 0);
	for (const struct streams_row *row = streams; row->name != NULL; row++) {
		bool wanted = options->wanted[row - streams];

		any |= wanted && row->applied == STREAMS_STAGED;
		if (wanted)
			streams_schema(reading->out, row);
	}
	for (int first = 1; first >= 0; first--) {
		for (const struct streams_row *row = streams;
		     row->name != NULL && result == DBMS_DONE; row++)
			if (options->wanted[row - streams] &&
			    row->first == (first == 1) && row->applied != STREAMS_STAGED)
				result = read_singly(reading, row);
		if (first == 1 && any && result == DBMS_DONE)
			result = read_experiments(reading);
	}
	if (result == DBMS_DONE)
		result = dbms_run(reading->server, "COMMIT", 0);
	return result;
}

int
read_stream(struct dbms *server, struct stream *out, const struct read_options *options)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	enum dbms_result result;

	if (reading == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	reading->server = server;
	reading->out = out;
	reading->options = options;
	result = read_all(reading);
	free(reading);
	return dbms_status(server, result, "reading");
}
