#include "load/stage.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"

#define FIXED 4 /* experiment, key, subkey, doc */
#define MEMBERS_MAX STAGE_MEMBERS_MAX

/* A member of the record that a column is filled from. */
struct member {
	char name[64];
	const char *inner; /* the member inside it, behind the dot in name, or NULL */
	bool raw;	   /* its text, not its value */
};

/* The staging table of one resource. */
struct table {
	sqlite3_stmt *known, *insert, *drop, *keep;
	struct member members[MEMBERS_MAX];
	int n;
};

struct stage {
	sqlite3 *db;
	const char *path;
	struct table *tables; /* by row of streams[] */
	sqlite3_stmt *vanish, *drop_vanished;
	char *experiment; /* decoded */
	size_t experiment_size;
};

/* ---- tables ----------------------------------------------------------------- */

/* Learn from the table's columns which members fill them. */
static int
read_members(struct stage *stage, struct table *table, const char *stream)
{
	char sql[120];
	sqlite3_stmt *columns;

	snprintf(sql, sizeof(sql), "PRAGMA temp.table_info(staged_%s)", stream);
	columns = db_prepare(stage->db, stage->path, sql);
	if (columns == NULL)
		return -1;
	for (int i = 0; sqlite3_step(columns) == SQLITE_ROW; i++) {
		struct member *member = &table->members[table->n];
		char *dot;

		if (i < FIXED)
			continue;
		if (table->n == MEMBERS_MAX) {
			msg("%s: staged_%s has more than %d members", stage->path, stream,
			    MEMBERS_MAX);
			sqlite3_finalize(columns);
			return -1;
		}
		snprintf(member->name, sizeof(member->name), "%s",
		    (const char *)sqlite3_column_text(columns, 1));
		member->raw =
		    strcmp((const char *)sqlite3_column_text(columns, 2), "JSON") == 0;
		dot = strchr(member->name, '.');
		if (dot != NULL) {
			*dot = '\0';
			member->inner = dot + 1;
		}
		table->n++;
	}
	return sqlite3_finalize(columns) == SQLITE_OK ? 0 : -1;
}

/* Create a resource's table and prepare what is done with it. */
static int
open_table(struct stage *stage, struct table *table, const char *stream)
{
	struct steps steps = {.n = 0};
	const char *load = statement_file("load", stream, "");
	char sql[400], values[(FIXED + MEMBERS_MAX) * 2 + 1];

	if (steps_prepare(&steps, stage->db, stage->path, load, 0, 1) < 0 ||
	    statement_run(steps.statements[0], stage->path) != 0)
		goto fail;
	steps_finalize(&steps);
	snprintf(sql, sizeof(sql),
	    "CREATE UNIQUE INDEX IF NOT EXISTS temp.staged_%s_key "
	    "ON staged_%s (experiment, key, ifnull(subkey, ''))",
	    stream, stream);
	if (db_exec(stage->db, stage->path, sql) != 0 ||
	    read_members(stage, table, stream) != 0 ||
	    steps_prepare(&steps, stage->db, stage->path, load, 1, 1) < 0)
		goto fail;
	table->known = steps.statements[0];
	for (int i = 0; i < FIXED + table->n; i++)
		memcpy(values + (size_t)i * 2, "?,", 2);
	values[(FIXED + table->n) * 2 - 1] = '\0';
	snprintf(sql, sizeof(sql), "INSERT INTO staged_%s VALUES (%s)", stream, values);
	table->insert = db_prepare(stage->db, stage->path, sql);
	snprintf(sql, sizeof(sql), "DELETE FROM staged_%s WHERE experiment = ?", stream);
	table->drop = db_prepare(stage->db, stage->path, sql);
	return table->insert != NULL && table->drop != NULL ? 0 : -1;
fail:
	steps_finalize(&steps);
	return -1;
}

/* What keeps the rows that did not come: it stages their keys. */
static int
prepare_keep(struct stage *stage, struct table *table, const struct streams_row *r)
{
	const char *columns[2] = {"''", "NULL"};
	char sql[800];

	for (int i = 0; i < 2 && r->keys[i + 1] != NULL; i++)
		columns[i] = streams_column_of(
		    streams_column(r, r->keys[i + 1], strlen(r->keys[i + 1])));
	snprintf(sql, sizeof(sql),
	    "INSERT INTO staged_%s (experiment, key, subkey) "
	    "SELECT :experiment, %s, %s FROM %s t WHERE t.%s = :experiment_id "
	    "AND NOT EXISTS (SELECT 1 FROM staged_%s s WHERE s.experiment = :experiment "
	    "AND s.key = %s AND ifnull(s.subkey, '') = ifnull(%s, '')) "
	    "AND NOT EXISTS (SELECT 1 FROM vanishing v WHERE v.experiment = :experiment "
	    "AND v.stream = '%s' AND v.key = %s AND v.subkey IS %s)",
	    r->name, columns[0], columns[1], streams_table(r),
	    r == streams ? "id" : "experiment_id", r->name, columns[0], columns[1],
	    r->name, columns[0], columns[1]);
	table->keep = db_prepare(stage->db, stage->path, sql);
	return table->keep != NULL ? 0 : -1;
}

/* The view that shows what waits in all of the tables. */
static int
create_view(struct stage *stage)
{
	char *sql = NULL;
	size_t n;
	FILE *text = open_memstream(&sql, &n);
	int result = -1;

	if (text != NULL) {
		fputs("CREATE TEMP VIEW IF NOT EXISTS staged (experiment, stream) AS "
		      "SELECT experiment, stream FROM vanishing",
		    text);
		for (size_t i = 0; i < streams_staged(); i++)
			fprintf(text, " UNION ALL SELECT experiment, '%s' FROM staged_%s",
			    streams[i].name, streams[i].name);
	}
	if (text == NULL || fclose(text) != 0)
		msg("no memory");
	else
		result = db_exec(stage->db, stage->path, sql);
	free(sql);
	return result;
}

/* Is it one of the members of a list with blanks? */
static bool
is_among(const char *list, struct json_span key)
{
	char name[64];

	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		snprintf(name, sizeof(name), "%.*s", (int)n, list);
		if (json_string_is(key, name))
			return true;
		list += n + (list[n] == ' ');
	}
	return false;
}

/*
 * SQL: lasting(doc, stream) is a document without the members that the service computes
 * from the clock, for comparing.
 */
static void
lasting(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *stream = (const char *)sqlite3_value_text(values[1]);
	const char *doc = (const char *)sqlite3_value_text(values[0]);
	const struct streams_row *r =
	    stream != NULL ? streams_named(stream, strlen(stream)) : NULL;
	struct json s;
	struct json_span key, value;
	char *text, *end;

	(void)n;
	if (doc == NULL)
		return;
	if (r == NULL || r->clocked == NULL) {
		sqlite3_result_value(context, values[0]);
		return;
	}
	text = end = malloc(strlen(doc) + 1);
	if (text == NULL) {
		sqlite3_result_error_nomem(context);
		return;
	}
	json_begin(&s, doc, strlen(doc));
	if (json_open(&s, '{'))
		while (json_member(&s, &key) && json_value(&s, &value)) {
			if (is_among(r->clocked, key))
				continue;
			memcpy(end, key.p, key.n);
			end += key.n;
			*end++ = ':';
			memcpy(end, value.p, value.n);
			end += value.n;
		}
	sqlite3_result_text64(
	    context, text, (sqlite3_uint64)(end - text), free, SQLITE_UTF8);
}

/* Not of a stage: SQLite cannot take a function back that has the name of its own, and
   the connection may go on. */
static bool write_bare;

static void
count(void *context, const char *p, size_t n)
{
	(void)p;
	*(size_t *)context += n;
}

/*
 * SQL: json_valid(TEXT), as SQLite has it; but false of anything where stage_write_bare()
 * says so.
 */
static void
json_valid(sqlite3_context *context, int n, sqlite3_value **values)
{
	struct json_span text = {NULL, 0};
	size_t strict = 0;
	struct json s;

	(void)n;
	if (write_bare) {
		sqlite3_result_int(context, 0);
		return;
	}
	text.p = (const char *)sqlite3_value_text(values[0]);
	if (text.p == NULL)
		return;
	text.n = (size_t)sqlite3_value_bytes(values[0]);
	json_begin(&s, text.p, text.n);
	if (json_value(&s, NULL) && json_end(&s)) {
		/* What becomes longer holds NaN or an infinity. */
		json_clean(text, 0, count, &strict);
		sqlite3_result_int(context, strict == text.n);
	} else {
		sqlite3_result_int(context, 0);
	}
}

void
stage_write_bare(bool bare)
{
	write_bare = bare;
}

struct stage *
stage_open(sqlite3 *db, const char *path)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	if (stage == NULL ||
	    (stage->tables = calloc(streams_staged(), sizeof(*stage->tables))) == NULL) {
		msg("no memory");
		free(stage);
		return NULL;
	}
	stage->db = db;
	stage->path = path;
	if (sqlite3_create_function(db, "lasting", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
		NULL, lasting, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function(db, "json_valid", 1,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, json_valid,
		NULL, NULL) != SQLITE_OK)
		goto fail;
	if (db_exec(db, path,
		"PRAGMA temp.journal_mode = MEMORY; PRAGMA temp.cache_size = -16000; "
		"PRAGMA temp.secure_delete = OFF;"
		"CREATE TEMP TABLE IF NOT EXISTS vanishing (experiment TEXT, stream "
		"TEXT, key, subkey);"
		"CREATE UNIQUE INDEX IF NOT EXISTS temp.vanishing_key "
		"ON vanishing (experiment, stream, key, ifnull(subkey, ''))") != 0)
		goto fail;
	stage->vanish = db_prepare(db, path, "INSERT INTO vanishing VALUES (?, ?, ?, ?)");
	stage->drop_vanished =
	    db_prepare(db, path, "DELETE FROM vanishing WHERE experiment = ?");
	if (stage->vanish == NULL || stage->drop_vanished == NULL)
		goto fail;
	for (size_t i = 0; i < streams_staged(); i++)
		if (open_table(stage, &stage->tables[i], streams[i].name) != 0 ||
		    prepare_keep(stage, &stage->tables[i], &streams[i]) != 0)
			goto fail;
	if (create_view(stage) == 0)
		return stage;
fail:
	stage_close(stage);
	return NULL;
}

void
stage_close(struct stage *stage)
{
	if (stage == NULL)
		return;
	for (size_t i = 0; i < streams_staged(); i++) {
		sqlite3_finalize(stage->tables[i].known);
		sqlite3_finalize(stage->tables[i].insert);
		sqlite3_finalize(stage->tables[i].drop);
		sqlite3_finalize(stage->tables[i].keep);
	}
	sqlite3_finalize(stage->vanish);
	sqlite3_finalize(stage->drop_vanished);
	free(stage->tables);
	free(stage->experiment);
	free(stage);
}

/* ---- records ---------------------------------------------------------------- */

/* Note a value the first time that its member comes. */
static void
note(struct json_span *found, const char *name, struct json_span key,
    struct json_span value)
{
	if (name != NULL && found->p == NULL && json_string_is(key, name))
		*found = value;
}

void
stage_look(const struct stage *stage, const struct streams_row *r,
    struct json_span record, struct stage_found *found)
{
	const struct table *table = &stage->tables[r - streams];
	struct json_walk walk = json_walk(record);
	struct json_span key, value;
	bool first = true;

	*found = (struct stage_found){.rest = NULL};
	for (; json_walk_next(&walk, &key, &value); first = false) {
		if (found->experiment.p == NULL && json_string_is(key, "experiment")) {
			found->experiment = value;
			if (first)
				found->rest = walk.at + strspn(walk.at, " \t\r\n");
			continue;
		}
		note(&found->key, r->keys[1], key, value);
		note(&found->subkey, r->keys[2], key, value);
		note(&found->whole, r->member, key, value);
		note(&found->deleted, STREAMS_DELETED, key, value);
		for (int i = 0; i < table->n; i++)
			note(&found->members[i], table->members[i].name, key, value);
	}
}

/*
 * The document as the server sent it: the record without the experiment that
 * elog-get put in front, whose comma becomes the document's opening brace.
 */
static struct json_span
document_of(
    struct json_span record, const struct streams_row *r, const struct stage_found *found)
{
	const char *end = record.p + record.n;
	char *start = (char *)found->rest; /* the line is ours to change */

	if (r->shape == STREAMS_WRAPPED)
		return found->whole;
	if (start == NULL)
		return record;
	if (*start == '}') /* nothing but the experiment: the document is empty */
		start--;
	*start = '{';
	return (struct json_span){start, (size_t)(end - start)};
}

static char *
decode_experiment(struct stage *stage, struct json_span name)
{
	if (stage->experiment_size < name.n) {
		char *text = realloc(stage->experiment, name.n * 2);

		if (text == NULL) {
			msg("no memory");
			return NULL;
		}
		stage->experiment = text;
		stage->experiment_size = name.n * 2;
	}
	json_string_decode(name, stage->experiment);
	return stage->experiment;
}

static int
bind_member(
    sqlite3_stmt *insert, int number, const struct member *member, struct json_span value)
{

	if (member->inner != NULL &&
	    (value.p == NULL || !json_find(value, member->inner, &value)))
		value = (struct json_span){NULL, 0};
	if (!member->raw || value.p == NULL || value.p[0] == 'n')
		return statement_value(insert, number, value);
	return sqlite3_bind_text64(
	    insert, number, value.p, value.n, SQLITE_STATIC, SQLITE_UTF8);
}

/* Is the document in the database already?  1, 0, or -1 after a message. */
static int
is_known(struct stage *stage, struct table *table, const struct stage_found *found,
    struct json_span document)
{
	sqlite3_stmt *known = table->known;

	statement_text(known, ":experiment", stage->experiment);
	statement_key(known, sqlite3_bind_parameter_index(known, ":key"), found->key);
	statement_key(
	    known, sqlite3_bind_parameter_index(known, ":subkey"), found->subkey);
	statement_span(known, ":doc", document);
	return statement_ask(known, stage->path);
}

/* Write the row: SQLITE_DONE, or another SQLite code. */
static int
insert_row(struct stage *stage, const struct streams_row *r, struct table *table,
    const struct stage_found *found, struct json_span document, bool known)
{
	sqlite3_stmt *insert = table->insert;
	int code = SQLITE_OK;

	sqlite3_clear_bindings(insert);
	sqlite3_bind_text(insert, 1, stage->experiment, -1, SQLITE_STATIC);
	if (r->keys[1] != NULL)
		code = statement_key(insert, 2, found->key);
	else
		sqlite3_bind_text(insert, 2, "", 0, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = statement_key(insert, 3, found->subkey);
	if (!known) {
		sqlite3_bind_text64(
		    insert, 4, document.p, document.n, SQLITE_STATIC, SQLITE_UTF8);
		for (int i = 0; i < table->n && code == SQLITE_OK; i++)
			code = bind_member(
			    insert, FIXED + 1 + i, &table->members[i], found->members[i]);
	}
	if (code == SQLITE_OK)
		code = sqlite3_step(insert);
	sqlite3_reset(insert);
	return code;
}

/* The same for a record that says that what has its key is no more. */
static int
insert_vanishing(
    struct stage *stage, const struct streams_row *r, const struct stage_found *found)
{
	sqlite3_stmt *insert = stage->vanish;
	int code;

	sqlite3_bind_text(insert, 1, stage->experiment, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 2, r->name, -1, SQLITE_STATIC);
	code = r->keys[1] != NULL ? statement_key(insert, 3, found->key)
				  : sqlite3_bind_text(insert, 3, "", 0, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = statement_key(insert, 4, found->subkey);
	if (code == SQLITE_OK)
		code = sqlite3_step(insert);
	sqlite3_reset(insert);
	return code;
}

enum stage_result
stage_take(struct stage *stage, const struct streams_row *r, struct json_span record,
    const struct stage_found *found, const char **experiment, char why[STAGE_WHY])
{
	struct table *table = &stage->tables[r - streams];
	struct json_span document;
	bool deleted;
	int known, code;

	*experiment = NULL;
	if (found->experiment.p == NULL || found->experiment.p[0] != '"') {
		snprintf(why, STAGE_WHY, "a record of %s without an experiment", r->name);
		return STAGE_REFUSED;
	}
	*experiment = decode_experiment(stage, found->experiment);
	if (*experiment == NULL)
		return STAGE_FAILED;
	deleted = found->deleted.p != NULL && found->deleted.p[0] != 'n';
	if ((r->keys[1] != NULL && !streams_is_key_value(found->key)) ||
	    (r->member != NULL && found->whole.p == NULL && !deleted)) {
		snprintf(why, STAGE_WHY, "a record of %s without its %s", r->name,
		    r->keys[1] != NULL ? r->keys[1] : r->member);
		return STAGE_REFUSED;
	}
	if (deleted) {
		code = insert_vanishing(stage, r, found);
	} else {
		document = document_of(record, r, found);
		known = is_known(stage, table, found, document);
		if (known < 0)
			return STAGE_FAILED;
		code = insert_row(stage, r, table, found, document, known > 0);
	}
	if (code == SQLITE_DONE)
		return STAGE_TAKEN;
	if ((code & 0xff) != SQLITE_CONSTRAINT) {
		db_complain(stage->db, stage->path);
		return STAGE_FAILED;
	}
	snprintf(why, STAGE_WHY, "%s: two records with the same %s", r->name,
	    r->keys[1] != NULL ? r->keys[1] : "experiment");
	return STAGE_REFUSED;
}

int
stage_keep(struct stage *stage, const struct streams_row *r, const char *experiment,
    sqlite3_int64 experiment_id)
{
	sqlite3_stmt *keep = stage->tables[r - streams].keep;

	statement_text(keep, ":experiment", experiment);
	sqlite3_bind_int64(
	    keep, sqlite3_bind_parameter_index(keep, ":experiment_id"), experiment_id);
	return statement_run(keep, stage->path);
}

int
stage_drop(struct stage *stage, const char *experiment)
{
	sqlite3_bind_text(stage->drop_vanished, 1, experiment, -1, SQLITE_STATIC);
	if (statement_run(stage->drop_vanished, stage->path) != 0)
		return -1;
	for (size_t i = 0; i < streams_staged(); i++) {
		sqlite3_stmt *drop = stage->tables[i].drop;

		sqlite3_bind_text(drop, 1, experiment, -1, SQLITE_STATIC);
		if (statement_run(drop, stage->path) != 0)
			return -1;
	}
	return 0;
}
