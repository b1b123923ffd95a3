#include "core/table.h"

#include <stdlib.h>
#include <string.h>

/* Columns that elog-schema(5) has beside those of streams[]: parts of documents. */
static const struct {
	const char *stream;
	struct table_column column;
} more[] = {
    {"experiments", {"label", "name", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"experiments", {"pi", "contact_info", DIALECT_TEXT, TABLE_PERSON, false}},
    {"experiments", {"pi_email", "contact_info", DIALECT_TEXT, TABLE_MAIL, false}},
    {"experiments", {"proposal", "params.PNR", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"experiments",
	{"slack_channels", "params.slack_channels", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"experiments",
	{"analysis_queues", "params.analysis_queues", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"logbook_entries", {"title", "title", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"logbook_entries", {"parent", "parent", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"logbook_entries", {"deleted_by", "deleted_by", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"logbook_entries",
	{"deleted_at", "deleted_time", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"logbook_entries",
	{"previous_version", "previous_version", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"files", {"absolute_path", "absolute_path", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"questionnaires", {"data", NULL, DIALECT_JSON, TABLE_WHOLE, false}},
    {"workflow_jobs", {"name", "def.name", DIALECT_TEXT, TABLE_MEMBER, false}},
    {"shifts", {"description", "description", DIALECT_TEXT, TABLE_MEMBER, false}},
    {NULL, {NULL, NULL, DIALECT_TEXT, TABLE_MEMBER, false}},
};

/* Members that say how new a record of our own is, the first that there is. */
static const char *const stamps[] = {"set_at", "at", "finished", "last_attempt",
    "tried_at", "fetched_at", "changed_at", "current_dtg_latest", "noted_ns", NULL};

static const enum dialect_type types[] = {
    [STREAMS_TEXT] = DIALECT_TEXT,
    [STREAMS_TIME] = DIALECT_TEXT,
    [STREAMS_URL] = DIALECT_TEXT,
    [STREAMS_SHA256] = DIALECT_TEXT,
    [STREAMS_INTEGER] = DIALECT_INTEGER,
    [STREAMS_COUNT] = DIALECT_INTEGER,
    [STREAMS_NUMBER] = DIALECT_REAL,
    [STREAMS_BOOLEAN] = DIALECT_INTEGER,
    [STREAMS_RUN] = DIALECT_INTEGER,
    [STREAMS_LOOSE] = DIALECT_INTEGER,
    [STREAMS_OBJECT] = DIALECT_JSON,
    [STREAMS_ARRAY] = DIALECT_JSON,
    [STREAMS_JSON] = DIALECT_JSON,
    [STREAMS_ANY] = DIALECT_TEXT,
};

static void
add(struct table *table, const char *name, const char *member, enum dialect_type type,
    enum table_from from)
{
	struct table_column *column = &table->columns[table->n];

	if (table->n == TABLE_COLUMNS)
		return;
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return;
	table->n++;
	*column = (struct table_column){.name = name,
	    .member = member,
	    .type = type,
	    .from = from,
	    .required = from == TABLE_SOURCE || from == TABLE_EXPERIMENT ||
			from == TABLE_ROW_KEY};
}

static const char *
stamp_of(const struct streams_row *row)
{
	if (row->newer != NULL)
		return row->newer;
	for (const char *const *s = stamps; *s != NULL; s++)
		if (streams_column(row, *s, strlen(*s)) != NULL)
			return *s;
	return NULL;
}

static void
describe(struct table *table, const struct streams_row *row)
{
	const char *stamp = NULL;

	*table = (struct table){.row = row,
	    .name = streams_table(row),
	    .staged = row->applied == STREAMS_STAGED,
	    .own = row->own,
	    .single = row->applied == STREAMS_STAGED && row->keys[1] == NULL};
	table->document = table->staged ? "doc" : "record";
	add(table, "source", NULL, DIALECT_KEY, TABLE_SOURCE);
	if (strcmp(row->keys[0], "experiment") == 0) {
		table->experiment =
		    streams_column_of(streams_column(row, "experiment", 10));
		add(table, table->experiment, "experiment", DIALECT_KEY,
		    TABLE_EXPERIMENT);
	}
	add(table, "row_key", NULL, DIALECT_KEY, TABLE_ROW_KEY);
	for (const struct streams_column *c = row->columns; c->name != NULL; c++) {
		bool whole = row->shape == STREAMS_WRAPPED && row->member != NULL &&
			     strcmp(c->name, row->member) == 0;

		if (whole)
			add(table, streams_column_of(c), NULL, DIALECT_JSON, TABLE_WHOLE);
		else if (!c->unkept)
			add(table, streams_column_of(c), c->name, types[c->type],
			    TABLE_MEMBER);
	}
	for (size_t i = 0; more[i].stream != NULL; i++)
		if (strcmp(more[i].stream, row->name) == 0)
			add(table, more[i].column.name, more[i].column.member,
			    more[i].column.type, more[i].column.from);
	if (!table->staged)
		stamp = stamp_of(row);
	if (stamp != NULL)
		add(table, "row_stamp", stamp, DIALECT_TEXT, TABLE_STAMP);
	table->stamped = stamp != NULL;
	add(table, table->document, NULL, DIALECT_JSON, TABLE_DOCUMENT);
	if (table->single)
		add(table, "updated_at", NULL, DIALECT_TEXT, TABLE_UPDATED);
}

const struct table *
table_of(const struct streams_row *row)
{
	static struct table tables[STREAMS_MAX];
	struct table *table = &tables[row - streams];

	if (table->row == NULL)
		describe(table, row);
	return table;
}

/* ---- SQL -------------------------------------------------------------------- */

bool
table_is_made(const struct table_column *column, const struct dialect *dialect)
{
	/* Of a member of a document that is a JSON value itself. */
	if (column->from == TABLE_WHOLE)
		return dialect->repeats_all != NULL;
	return dialect->repeats != NULL && column->from == TABLE_MEMBER &&
	       column->type == DIALECT_JSON && strcmp(column->name, "parameters") == 0;
}

/* Write to a text; *text is NULL without memory. */
static FILE *
begin(char **text)
{
	static size_t n;

	*text = NULL;
	return open_memstream(text, &n);
}

static char *
end(FILE *sql, char **text)
{
	if (fclose(sql) == 0)
		return *text;
	free(*text);
	return NULL;
}

char *
table_columns(
    const struct table *table, const struct dialect *dialect, const char *prefix)
{
	const char *comma = "";
	char *text;
	FILE *sql = begin(&text);

	if (sql == NULL)
		return NULL;
	for (size_t i = 0; i < table->n; i++) {
		if (table_is_made(&table->columns[i], dialect))
			continue;
		fprintf(sql, "%s%s\"%s\"", comma, prefix, table->columns[i].name);
		comma = ", ";
	}
	return end(sql, &text);
}

char *
table_same_key(const struct table *table)
{
	char *text;
	FILE *sql = begin(&text);

	if (sql == NULL)
		return NULL;
	if (table->own)
		fputs("t.source = s.source AND ", sql);
	if (table->experiment != NULL)
		fprintf(sql, "t.\"%s\" = s.\"%s\" AND ", table->experiment,
		    table->experiment);
	fputs("t.row_key = s.row_key", sql);
	return end(sql, &text);
}

static void
define(FILE *sql, const struct table_column *column, const struct dialect *dialect)
{
	fprintf(sql, "\"%s\" %s", column->name, dialect->types[column->type]);
	if (table_is_made(column, dialect)) {
		fputc(' ', sql);
		dialect_put(sql,
		    column->from == TABLE_WHOLE ? dialect->repeats_all : dialect->repeats,
		    "m", column->member != NULL ? column->member : "", NULL);
	}
	if (column->required)
		fputs(" NOT NULL", sql);
}

char *
table_define(const struct table *table, const struct table_column *column,
    const struct dialect *dialect)
{
	char *text;
	FILE *sql = begin(&text);

	if (sql == NULL)
		return NULL;
	fprintf(sql, "ALTER TABLE \"%s\" ADD %s%s", table->name,
	    dialect->absent[0] != '\0' ? "COLUMN " : "", dialect->absent);
	define(sql, column, dialect);
	return end(sql, &text);
}

char *
table_create(const struct table *table, const struct dialect *dialect)
{
	char *text;
	FILE *sql = begin(&text);

	if (sql == NULL)
		return NULL;
	fprintf(sql, "CREATE TABLE %s\"%s\" (\n", dialect->absent, table->name);
	for (size_t i = 0; i < table->n; i++) {
		fputs("    ", sql);
		define(sql, &table->columns[i], dialect);
		fputs(",\n", sql);
	}
	fputs("    PRIMARY KEY (", sql);
	if (table->own)
		fputs("source, ", sql);
	if (table->experiment != NULL)
		fprintf(sql, "\"%s\", ", table->experiment);
	fprintf(sql, "row_key))%s", dialect->options);
	return end(sql, &text);
}
