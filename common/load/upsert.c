#include "load/upsert.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"

/* The defaults of a table's columns, as SQL, by the row's columns: NULL is none. */
struct defaults {
	char *of[STREAMS_COLUMNS_MAX];
	bool found[STREAMS_COLUMNS_MAX];
};

static size_t
column_count(const struct streams_row *row)
{
	size_t n = 0;

	while (row->columns[n].name != NULL)
		n++;
	return n;
}

/* Learn from the table which columns it has. */
static int
read_table(sqlite3 *db, const char *path, const struct streams_row *row,
    struct defaults *defaults)
{
	sqlite3_stmt *info = db_prepare(
	    db, path, "SELECT name, dflt_value FROM pragma_table_info(:table)");
	int code;

	if (info == NULL)
		return -1;
	sqlite3_bind_text(info, 1, streams_table(row), -1, SQLITE_STATIC);
	while ((code = sqlite3_step(info)) == SQLITE_ROW)
		for (size_t i = 0; row->columns[i].name != NULL; i++) {
			const char *value = (const char *)sqlite3_column_text(info, 1);

			if (strcmp((const char *)sqlite3_column_text(info, 0),
				streams_column_of(&row->columns[i])) != 0)
				continue;
			defaults->found[i] = true;
			defaults->of[i] = value != NULL ? strdup(value) : NULL;
		}
	sqlite3_finalize(info);
	if (code != SQLITE_DONE) {
		db_complain(db, path);
		return -1;
	}
	for (size_t i = 0; row->columns[i].name != NULL; i++)
		if (!row->columns[i].unkept && !defaults->found[i]) {
			msg("%s: table %s has no column %s for stream %s: elog-load "
			    "--migrate brings it up to date",
			    path, streams_table(row), streams_column_of(&row->columns[i]),
			    row->name);
			return -1;
		}
	return 0;
}

/* The member's value as the record has it, or what stands for one that it lacks. */
static void
put_given(FILE *sql, const struct streams_column *c)
{
	const char *before = "", *behind = "";

	if (c->type == STREAMS_JSON) {
		before = "nullif(";
		behind = "_json, 'null')";
	}
	if (c->otherwise != NULL)
		fprintf(
		    sql, "coalesce(%s:%s%s, %s)", before, c->name, behind, c->otherwise);
	else
		fprintf(sql, "%s:%s%s", before, c->name, behind);
}

/* The rank of a text among a column's words. */
static void
put_rank(FILE *sql, const struct streams_column *c, const char *text)
{
	const char *p = c->words;

	fprintf(sql, "CASE %s", text);
	while (*p != '\0') {
		size_t n = strcspn(p, " |");

		fprintf(sql, " WHEN '%.*s' THEN %d", (int)n, p, streams_rank(c, p, n));
		p += n + (p[n] != '\0');
	}
	fputs(" ELSE -1 END", sql);
}

/* What a column is to hold: o is the row that is there, if one is. */
static void
put_value(FILE *sql, const struct streams_row *row, size_t i, const char *otherwise)
{
	const struct streams_column *c = &row->columns[i];
	const char *name = streams_column_of(c);
	char *given = NULL, old[120];
	size_t n;
	FILE *value = open_memstream(&given, &n);

	if (value == NULL)
		return;
	put_given(value, c);
	fclose(value);
	if (streams_is_key(row, c)) {
		fputs(given, sql);
		free(given);
		return;
	}
	if (otherwise != NULL)
		snprintf(old, sizeof(old), "coalesce(o.\"%s\", %.60s)", name, otherwise);
	else
		snprintf(old, sizeof(old), "o.\"%s\"", name);
	if (!row->whole && c->otherwise == NULL)
		fprintf(sql, "iif(:given & %llu, ", 1ULL << i);
	switch (c->merge) {
	case STREAMS_TAKE:
		fputs(given, sql);
		break;
	case STREAMS_FILL:
		fprintf(sql, "coalesce(%s, %s)", given, old);
		break;
	case STREAMS_FIRST:
		fprintf(sql, "coalesce(%s, %s)", old, given);
		break;
	case STREAMS_GREATER:
	case STREAMS_LESSER:
		fprintf(sql, "%s(coalesce(%s, %s), coalesce(%s, %s))",
		    c->merge == STREAMS_GREATER ? "max" : "min", given, old, old, given);
		break;
	case STREAMS_ONWARD:
		fputs("iif(", sql);
		put_rank(sql, c, given);
		fputs(" >= ", sql);
		put_rank(sql, c, old);
		fprintf(sql, ", %s, %s)", given, old);
		break;
	}
	if (!row->whole && c->otherwise == NULL)
		fprintf(sql, ", %s)", old);
	free(given);
}

/* Is the row that is there needed to know what a column is to hold? */
static bool
needs_old(const struct streams_row *row)
{
	if (!row->whole || row->newer != NULL)
		return true;
	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (c->merge != STREAMS_TAKE && !c->unkept)
			return true;
	return false;
}

/* All; or those that are no keys, and of which another value is a change. */
enum which { ALL, COUNTING };

/* The kept columns, each with a text before it, with commas between them. */
static void
put_columns(
    FILE *sql, const struct streams_row *row, enum which which, const char *before)
{
	const char *comma = "";

	for (const struct streams_column *c = row->columns; c->name != NULL; c++) {
		if (c->unkept || (which != ALL && streams_is_key(row, c)) ||
		    (which == COUNTING && c->passing))
			continue;
		fprintf(sql, "%s%s\"%s\"", comma, before, streams_column_of(c));
		comma = ", ";
	}
}

/* "a" = excluded."a", ... of all that are no keys. */
static void
put_update(FILE *sql, const struct streams_row *row)
{
	const char *comma = "";

	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (!c->unkept && !streams_is_key(row, c)) {
			fprintf(sql, "%s\"%s\" = excluded.\"%s\"", comma,
			    streams_column_of(c), streams_column_of(c));
			comma = ", ";
		}
}

/* table."key" = :key AND ... */
static void
put_same_keys(FILE *sql, const struct streams_row *row, const char *table)
{
	const char *and = "";

	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (streams_is_key(row, c)) {
			fprintf(sql, "%s%s\"%s\" = ", and, table, streams_column_of(c));
			put_given(sql, c);
			and = " AND ";
		}
}

static void
put_select(FILE *sql, const struct streams_row *row, const struct defaults *defaults)
{
	const char *comma = "";

	fputs(" SELECT ", sql);
	for (size_t i = 0; row->columns[i].name != NULL; i++)
		if (!row->columns[i].unkept) {
			fputs(comma, sql);
			put_value(sql, row, i, defaults->of[i]);
			comma = ", ";
		}
	fprintf(sql, " FROM (SELECT 1) LEFT JOIN \"%s\" o ON ", streams_table(row));
	put_same_keys(sql, row, "o.");
	fputs(" WHERE true", sql);
	if (row->newer != NULL)
		fprintf(sql, " AND (o.\"%s\" IS NULL OR :%s >= o.\"%s\")", row->newer,
		    row->newer, row->newer);
}

static void
put_values(FILE *sql, const struct streams_row *row)
{
	const char *comma = "";

	fputs(" VALUES (", sql);
	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (!c->unkept) {
			fputs(comma, sql);
			put_given(sql, c);
			comma = ", ";
		}
	fputs(")", sql);
}

static void
put_conflict(FILE *sql, const struct streams_row *row)
{
	const char *comma = "";
	bool beside = false, counting = false;

	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (!c->unkept && !streams_is_key(row, c)) {
			beside = true;
			counting |= !c->passing;
		}
	fputs(" ON CONFLICT (", sql);
	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (streams_is_key(row, c)) {
			fprintf(sql, "%s\"%s\"", comma, streams_column_of(c));
			comma = ", ";
		}
	fputs(beside ? ") DO UPDATE SET " : ") DO NOTHING", sql);
	if (!beside)
		return;
	put_update(sql, row);
	if (!counting)
		return;
	fputs(" WHERE (", sql);
	put_columns(sql, row, COUNTING, "");
	fputs(") IS NOT (", sql);
	put_columns(sql, row, COUNTING, "excluded.");
	fputs(")", sql);
}

char *
upsert_sql(sqlite3 *db, const char *path, const struct streams_row *row)
{
	struct defaults defaults = {.of = {NULL}};
	char *text = NULL;
	size_t n;
	FILE *sql = NULL;

	if (column_count(row) > STREAMS_COLUMNS_MAX)
		msg("stream %s has too many columns", row->name);
	else if (read_table(db, path, row, &defaults) == 0 &&
		 (sql = open_memstream(&text, &n)) == NULL)
		msg("no memory");
	if (sql != NULL) {
		fprintf(sql, "INSERT INTO \"%s\" (", streams_table(row));
		put_columns(sql, row, ALL, "");
		fputs(")", sql);
		if (needs_old(row))
			put_select(sql, row, &defaults);
		else
			put_values(sql, row);
		put_conflict(sql, row);
		if (fclose(sql) != 0) {
			msg("no memory");
			free(text);
			text = NULL;
		}
	}
	for (size_t i = 0; i < STREAMS_COLUMNS_MAX; i++)
		free(defaults.of[i]);
	return text;
}

char *
upsert_delete_sql(const struct streams_row *row)
{
	char *text = NULL;
	size_t n;
	FILE *sql = open_memstream(&text, &n);

	if (sql == NULL) {
		msg("no memory");
		return NULL;
	}
	fprintf(sql, "DELETE FROM \"%s\" WHERE ", streams_table(row));
	put_same_keys(sql, row, "");
	if (row->newer != NULL)
		fprintf(sql, " AND (:%s IS NULL OR \"%s\" IS NULL OR :%s >= \"%s\")",
		    row->newer, row->newer, row->newer, row->newer);
	if (fclose(sql) != 0) {
		msg("no memory");
		free(text);
		return NULL;
	}
	return text;
}
