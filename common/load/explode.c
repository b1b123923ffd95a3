#include "load/explode.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/msg.h"
#include "db/condition_type.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/batch.h"
#include "load/map.h"
#include "load/parameter.h"
#include "text/json.h"

#define NAMES_MANY 65536 /* so many are not kept from one run to the next */
#define INDEX "CREATE INDEX IF NOT EXISTS conditions_by_run ON conditions (run_id)"

/* A condition, as condition_types has it. */
struct type {
	struct batch_type gathered; /* the first member: one is the other */
	char *name;
	enum condition_type stored; /* CONDITION_NONE: not in the table yet */
	enum condition_type wanted; /* what holds the rows that are gathered, too */
	bool declared;		    /* or for another reason does not widen */
	bool again;	    /* its rows are to be read from their documents again */
	unsigned long walk; /* the one that gave the last value, see struct explode */
	struct type *next;
};

enum {
	FIND_TYPE,
	ADD_TYPE,
	WIDEN_TYPE,
	MAKE_FLOAT,
	MAKE_WORD,
	MAKE_TEXT,
	NOTE_RUNS,
	NOTED_RUNS,
	FORGET_NOTED,
	OLD_RUNS,
	REMOVE,
	CHANGED_RUNS,
	ALL_RUNS,
	REMOVE_TYPE,
	INSERT,
	REPLACE,
	STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
    [FIND_TYPE] =
	"SELECT id, value_type, declared FROM condition_types WHERE name = :name",
    [ADD_TYPE] = "INSERT INTO condition_types (name, value_type, created_at) "
		 "VALUES (:name, :value_type, :at)",
    [WIDEN_TYPE] = "UPDATE condition_types SET value_type = :value_type WHERE id = :id",
    [MAKE_FLOAT] =
	"UPDATE conditions SET value = CAST(value AS REAL) WHERE type_id = :id",
    [MAKE_WORD] = "UPDATE conditions SET value = iif(value, 'true', 'false') "
		  "WHERE type_id = :id",
    [MAKE_TEXT] = "UPDATE conditions SET value = CAST(value AS TEXT) "
		  "WHERE type_id = :id AND set_by IS NOT NULL",
    [NOTE_RUNS] = "INSERT OR IGNORE INTO runs_again "
		  "SELECT run_id FROM conditions WHERE type_id = :id AND set_by IS NULL",
    [NOTED_RUNS] = "SELECT r.id, r.doc FROM runs_again a JOIN runs r ON r.id = a.id "
		   "WHERE r.doc IS NOT NULL ORDER BY a.id",
    [FORGET_NOTED] = "DELETE FROM runs_again",
    [OLD_RUNS] = "SELECT r.id FROM runs r LEFT JOIN staged_runs s "
		 "ON s.experiment = :experiment AND s.key = r.run_number "
		 "WHERE r.experiment_id = :experiment_id "
		 "AND (s.key IS NULL OR s.doc IS NOT NULL)",
    [REMOVE] = "DELETE FROM conditions WHERE run_id = :id AND set_by IS NULL",
    [CHANGED_RUNS] = "SELECT r.id, s.params, s.editable_params "
		     "FROM staged_runs s CROSS JOIN runs r "
		     "ON r.experiment_id = :experiment_id AND r.run_number = s.key "
		     "WHERE s.experiment = :experiment AND s.doc IS NOT NULL",
    [ALL_RUNS] = "SELECT id, doc FROM runs WHERE doc IS NOT NULL ORDER BY id",
    [REMOVE_TYPE] = "DELETE FROM conditions WHERE type_id = :id AND set_by IS NULL",
    /* It ignores runs that have a local value, and values that do not fit and are NULL.
     */
    [INSERT] = "INSERT OR IGNORE INTO conditions "
	       "SELECT type_id, run_id, value, NULL, NULL FROM gathered",
    [REPLACE] = "INSERT INTO conditions SELECT type_id, run_id, value, NULL, NULL "
		"FROM gathered WHERE true ON CONFLICT (type_id, run_id) DO UPDATE "
		"SET value = excluded.value WHERE set_by IS NULL",
};

struct explode {
	sqlite3 *db;
	const char *path;
	struct batch *gathered;
	sqlite3_stmt *statements[STATEMENTS];
	struct type *types;
	/* Names of types, as documents spell them, with quotes, and as they are, without.
	 */
	struct map *names;
	struct batch_type **touched; /* types that rows are gathered of */
	size_t n_touched, touched_room;
	char *name; /* a name decoded */
	size_t name_size;
	unsigned long walks; /* through parameters of a run: one may change twice */
	bool again;	     /* some type is */
	bool index_waits;
};

static int
out_of_memory(void)
{
	msg("no memory");
	return -1;
}

/* ---- names ------------------------------------------------------------------ */

/* Decode a name into x->name, as far as an SQLite text goes: to a NUL.  Its length, or -1
   after a message. */
static ssize_t
decode(struct explode *x, struct json_span name)
{
	if (x->name_size < name.n) {
		char *text = realloc(x->name, name.n * 2);

		if (text == NULL)
			return out_of_memory();
		x->name = text;
		x->name_size = name.n * 2;
	}
	(void)parameter_plain(x->name, json_string_decode(name, x->name));
	return (ssize_t)strlen(x->name);
}

void
explode_forget(struct explode *x)
{
	map_clear(x->names);
	while (x->types != NULL) {
		struct type *next = x->types->next;

		free(x->types->name);
		free(x->types);
		x->types = next;
	}
	batch_clear(x->gathered);
	x->n_touched = 0;
	x->again = false;
}

/* ---- types ------------------------------------------------------------------ */

/* A condition as the table has it; without a stored type if it has not.  NULL after a
   message. */
static struct type *
read_type(struct explode *x, const char *name)
{
	struct type *type = calloc(1, sizeof(*type));
	sqlite3_stmt *find = x->statements[FIND_TYPE];
	int code;

	if (type == NULL || (type->name = strdup(name)) == NULL) {
		free(type);
		(void)out_of_memory();
		return NULL;
	}
	type->next = x->types;
	x->types = type;
	statement_text(find, ":name", type->name);
	code = sqlite3_step(find);
	if (code == SQLITE_ROW) {
		type->gathered.id = sqlite3_column_int64(find, 0);
		type->stored =
		    condition_type_named((const char *)sqlite3_column_text(find, 1));
		/* No type is wider than a blob, which somebody set here. */
		type->declared =
		    sqlite3_column_int(find, 2) != 0 || type->stored == CONDITION_BLOB;
	} else if (code != SQLITE_DONE) {
		db_complain(x->db, x->path);
		type = NULL;
	}
	sqlite3_reset(find);
	return type;
}

/*
 * The condition of a name as a document spells it, with its quotes.  The plain name,
 * without quotes, is known beside its spellings.  NULL after a message.
 */
static struct type *
type_spelled(struct explode *x, struct json_span name)
{
	struct type *type = map_find(x->names, name);
	struct json_span plain;
	ssize_t n;

	if (type != NULL)
		return type;
	n = decode(x, name);
	if (n < 0)
		return NULL;
	plain = (struct json_span){x->name, (size_t)n};
	type = map_find(x->names, plain);
	if (type == NULL) {
		type = read_type(x, x->name);
		if (type == NULL)
			return NULL;
		if (map_add(x->names, plain, type) != 0) {
			(void)out_of_memory();
			return NULL;
		}
	}
	if (map_add(x->names, name, type) == 0)
		return type;
	(void)out_of_memory();
	return NULL;
}

/* Run a statement about a condition. */
static int
run_for(const struct explode *x, int number, const struct type *type)
{
	sqlite3_stmt *statement = x->statements[number];

	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":id"), type->gathered.id);
	return statement_run(statement, x->path);
}

/* A condition that condition_types does not have yet. */
static int
add_type(struct explode *x, struct type *type, const char *at)
{
	sqlite3_stmt *add = x->statements[ADD_TYPE];

	statement_text(add, ":name", type->name);
	statement_text(add, ":value_type", condition_type_name(type->wanted));
	statement_text(add, ":at", at);
	if (statement_run(add, x->path) != 0)
		return -1;
	type->gathered.id = sqlite3_last_insert_rowid(x->db);
	type->stored = type->wanted;
	return 0;
}

/*
 * One whose type becomes a wider one, and its rows with it.  Numbers that become texts
 * are read from their documents again, later: "1.50" is not what 1.5 is printed as.
 */
static int
widen_type(struct explode *x, struct type *type)
{
	enum condition_type was = type->stored;
	int result;

	type->stored = type->wanted;
	statement_text(
	    x->statements[WIDEN_TYPE], ":value_type", condition_type_name(type->wanted));
	result = run_for(x, WIDEN_TYPE, type);
	if (result == 0 && type->wanted == CONDITION_FLOAT)
		result = run_for(x, MAKE_FLOAT, type);
	if (result != 0 || type->wanted != CONDITION_STRING)
		return result;
	if (was == CONDITION_BOOL)
		return run_for(x, MAKE_WORD, type);
	if (was != CONDITION_INT && was != CONDITION_FLOAT)
		return 0;
	type->again = true;
	x->again = true;
	result = run_for(x, MAKE_TEXT, type);
	return result == 0 ? run_for(x, NOTE_RUNS, type) : result;
}

/* ---- rows ------------------------------------------------------------------- */

/* Gather one value of a run, unless its name gave one before. */
static int
add_value(struct explode *x, struct type *type, sqlite3_int64 run, struct json_span value)
{
	if (type->walk == x->walks)
		return 0;
	type->walk = x->walks;
	if (type->gathered.rows == 0 && x->n_touched == x->touched_room) {
		size_t room = x->touched_room * 2 + 64;
		struct batch_type **touched =
		    realloc(x->touched, room * sizeof(struct batch_type *));

		if (touched == NULL)
			return out_of_memory();
		x->touched = touched;
		x->touched_room = room;
	}
	if (type->gathered.rows == 0) {
		x->touched[x->n_touched++] = &type->gathered;
		type->wanted = type->stored;
	}
	type->wanted = condition_type_join(type->wanted, condition_type_of(value));
	if (batch_add(x->gathered, &type->gathered, run, value) != 0)
		return out_of_memory();
	return 0;
}

static int
add_named(
    struct explode *x, sqlite3_int64 run, struct json_span name, struct json_span value)
{
	struct type *type;

	if (condition_type_of(value) == CONDITION_NONE)
		return 0;
	type = type_spelled(x, name);
	if (type == NULL)
		return -1;
	return add_value(x, type, run, value);
}

/* Gather a value only if its type asks for it again.  No name is new here. */
static int
add_again(
    struct explode *x, sqlite3_int64 run, struct json_span name, struct json_span value)
{
	struct type *type = map_find(x->names, name);

	if (type == NULL) {
		ssize_t n = decode(x, name);

		if (n < 0)
			return -1;
		type = map_find(x->names, (struct json_span){x->name, (size_t)n});
	}
	if (type == NULL || !type->again || condition_type_of(value) == CONDITION_NONE)
		return 0;
	return add_value(x, type, run, value);
}

/* What is done with a parameter of a run.  0, or -1 after a message. */
typedef int take_value(
    struct explode *x, sqlite3_int64 run, struct json_span name, struct json_span value);

/* Walk the parameters of a run, edited ones first.  Either object may be missing, or
   none. */
static int
walk(struct explode *x, sqlite3_int64 run, struct json_span params,
    struct json_span editable, take_value *take)
{
	struct json s;
	struct json_span name, value, inner;

	x->walks++;
	json_begin(&s, editable.p, editable.n);
	if (editable.p != NULL && json_open(&s, '{'))
		while (json_member(&s, &name) && json_value(&s, &value))
			if (value.p[0] == '{' && json_find(value, "value", &inner) &&
			    take(x, run, name, inner) != 0)
				return -1;
	json_begin(&s, params.p, params.n);
	if (params.p != NULL && json_open(&s, '{'))
		while (json_member(&s, &name) && json_value(&s, &value))
			if (take(x, run, name, value) != 0)
				return -1;
	return 0;
}

static int
walk_document(
    struct explode *x, sqlite3_int64 run, struct json_span doc, take_value *take)
{
	struct json_span params, editable;

	if (doc.p == NULL || doc.p[0] != '{')
		return 0;
	if (!json_find(doc, "params", &params))
		params.p = NULL;
	if (!json_find(doc, "editable_params", &editable))
		editable.p = NULL;
	return walk(x, run, params, editable, take);
}

static void
report_refused(const struct explode *x, const struct type *type)
{
	char query[100];

	if (type->gathered.refused == 0)
		return;
	snprintf(query, sizeof(query), "SELECT run_number FROM runs WHERE id = %lld",
	    type->gathered.refused_run);
	msg("%s: run %lld: %s: no %s, the type of that condition: left out%s", x->path,
	    db_number(x->db, query, 0), type->name, condition_type_name(type->stored),
	    type->gathered.refused > 1 ? ", as in other runs" : "");
}

/* Write the rows that are gathered, whose types are settled. */
static int
put(struct explode *x, int statement)
{
	int result = 0;

	if (batch_sort(x->gathered, x->touched, x->n_touched) != 0)
		result = out_of_memory();
	if (result == 0)
		result = statement_run(x->statements[statement], x->path);
	for (size_t i = 0; i < x->n_touched; i++) {
		if (result == 0)
			report_refused(x, (struct type *)x->touched[i]);
		x->touched[i]->rows = 0;
		x->touched[i]->refused = 0;
	}
	x->n_touched = 0;
	batch_clear(x->gathered);
	return result;
}

static struct json_span
column(sqlite3_stmt *query, int number)
{
	const char *text = (const char *)sqlite3_column_text(query, number);

	return (struct json_span){text, (size_t)sqlite3_column_bytes(query, number)};
}

/* The next row of a query: 1, 0 behind the last, or -1 after a message. */
static int
next_row(const struct explode *x, sqlite3_stmt *query)
{
	int code = sqlite3_step(query);

	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		db_complain(x->db, x->path);
		return -1;
	}
	return code == SQLITE_ROW;
}

/* Numbers that became texts, as their documents have them. */
static int
read_again(struct explode *x)
{
	sqlite3_stmt *noted = x->statements[NOTED_RUNS];
	int result = 0, row = 0;

	while (result == 0 && (row = next_row(x, noted)) > 0) {
		result = walk_document(
		    x, sqlite3_column_int64(noted, 0), column(noted, 1), add_again);
		if (result == 0 && batch_is_full(x->gathered))
			result = put(x, REPLACE);
	}
	sqlite3_reset(noted);
	if (result == 0 && row == 0)
		result = put(x, REPLACE);
	for (struct type *type = x->types; type != NULL; type = type->next)
		type->again = false;
	x->again = false;
	return result == 0 && row == 0
		   ? statement_run(x->statements[FORGET_NOTED], x->path)
		   : -1;
}

/* Settle the types of what is gathered, and write it. */
static int
flush(struct explode *x, const char *at)
{
	for (size_t i = 0; i < x->n_touched; i++) {
		struct type *type = (struct type *)x->touched[i];

		if (type->stored == CONDITION_NONE && add_type(x, type, at) != 0)
			return -1;
		if (type->wanted != type->stored && !type->declared &&
		    widen_type(x, type) != 0)
			return -1;
		type->gathered.type = type->stored;
	}
	if (put(x, INSERT) != 0 || (x->again && read_again(x) != 0))
		return -1;
	if (map_count(x->names) > NAMES_MANY)
		explode_forget(x);
	return 0;
}

static int
flush_if_full(struct explode *x, const char *at)
{
	if (batch_is_full(x->gathered) || map_count(x->names) > NAMES_MANY)
		return flush(x, at);
	return 0;
}

/* ---- experiments ------------------------------------------------------------ */

static void
bind_experiment(sqlite3_stmt *statement, const char *experiment, sqlite3_int64 id)
{
	statement_text(statement, ":experiment", experiment);
	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":experiment_id"), id);
}

int
explode_before(struct explode *x, const char *experiment, sqlite3_int64 experiment_id)
{
	sqlite3_stmt *old = x->statements[OLD_RUNS], *remove = x->statements[REMOVE];
	int result = 0, row = 0;

	bind_experiment(old, experiment, experiment_id);
	while (result == 0 && (row = next_row(x, old)) > 0) {
		if (x->index_waits) {
			/* It is needed now, and not made while a statement reads. */
			sqlite3_reset(old);
			result = explode_end(x);
			continue;
		}
		sqlite3_bind_int64(remove, 1, sqlite3_column_int64(old, 0));
		result = statement_run(remove, x->path);
	}
	sqlite3_reset(old);
	return result == 0 && row == 0 ? 0 : -1;
}

int
explode_after(struct explode *x, const char *experiment, sqlite3_int64 experiment_id,
    const char *at)
{
	sqlite3_stmt *changed = x->statements[CHANGED_RUNS];
	int result = 0, row = 0;

	bind_experiment(changed, experiment, experiment_id);
	while (result == 0 && (row = next_row(x, changed)) > 0) {
		result = walk(x, sqlite3_column_int64(changed, 0), column(changed, 1),
		    column(changed, 2), add_named);
		if (result == 0)
			result = flush_if_full(x, at);
	}
	sqlite3_reset(changed);
	return result == 0 && row == 0 ? flush(x, at) : -1;
}

bool
explode_has(struct explode *x, const char *name)
{
	statement_text(x->statements[FIND_TYPE], ":name", name);
	return statement_ask(x->statements[FIND_TYPE], x->path) > 0;
}

int
explode_again(struct explode *x, const char *name)
{
	sqlite3_stmt *all = x->statements[ALL_RUNS];
	struct type *type;
	int result, row = 0;

	explode_forget(x);
	type = read_type(x, name);
	if (type == NULL)
		return -1;
	if (map_add(x->names, (struct json_span){name, strlen(name)}, type) != 0)
		return out_of_memory();
	type->again = true;
	type->gathered.type = type->stored;
	result = run_for(x, REMOVE_TYPE, type);
	while (result == 0 && (row = next_row(x, all)) > 0) {
		result = walk_document(
		    x, sqlite3_column_int64(all, 0), column(all, 1), add_again);
		if (result == 0 && batch_is_full(x->gathered))
			result = put(x, INSERT);
	}
	sqlite3_reset(all);
	if (result == 0 && row == 0)
		result = put(x, INSERT);
	explode_forget(x);
	return result == 0 && row == 0 ? 0 : -1;
}

/* ---- beginning and end ------------------------------------------------------ */

/* Runs that were loaded before there were conditions. */
static int
explode_older(struct explode *x)
{
	sqlite3_stmt *all = x->statements[ALL_RUNS];
	int result = 0, row = 0;

	if (db_number(
		x->db, "SELECT 1 FROM metadata WHERE key = 'conditions_pending'", 0) == 0)
		return 0;
	while (result == 0 && (row = next_row(x, all)) > 0) {
		result = walk_document(
		    x, sqlite3_column_int64(all, 0), column(all, 1), add_named);
		if (result == 0)
			result = flush_if_full(x, NULL);
	}
	sqlite3_reset(all);
	if (result != 0 || row != 0 || flush(x, NULL) != 0)
		return -1;
	return db_exec(
	    x->db, x->path, "DELETE FROM metadata WHERE key = 'conditions_pending'");
}

/* The index is made at the end of the first load; else it must be there. */
static int
begin_index(struct explode *x)
{
	static const char is_first[] =
	    "SELECT NOT EXISTS (SELECT 1 FROM conditions) AND "
	    "(NOT EXISTS (SELECT 1 FROM runs) OR "
	    "EXISTS (SELECT 1 FROM metadata WHERE key = 'conditions_pending'))";

	x->index_waits = db_number(x->db, is_first, 0) != 0;
	return db_exec(x->db, x->path,
	    x->index_waits ? "DROP INDEX IF EXISTS conditions_by_run" : INDEX);
}

static int
prepare(struct explode *x)
{
	for (int i = 0; i < STATEMENTS; i++) {
		x->statements[i] = db_prepare(x->db, x->path, sql[i]);
		if (x->statements[i] == NULL)
			return -1;
	}
	return 0;
}

struct explode *
explode_open(sqlite3 *db, const char *path)
{
	struct explode *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		(void)out_of_memory();
		return NULL;
	}
	x->db = db;
	x->path = path;
	x->gathered = batch_open(db);
	x->names = map_open();
	if (x->gathered == NULL || x->names == NULL)
		(void)out_of_memory();
	else if (begin_index(x) == 0 &&
		 db_exec(db, path,
		     "CREATE TEMP TABLE IF NOT EXISTS runs_again (id INTEGER PRIMARY "
		     "KEY)") == 0 &&
		 prepare(x) == 0 && explode_older(x) == 0)
		return x;
	explode_close(x);
	return NULL;
}

int
explode_end(struct explode *x)
{
	x->index_waits = false;
	return db_exec(x->db, x->path, INDEX);
}

void
explode_close(struct explode *x)
{
	if (x == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(x->statements[i]);
	if (x->gathered != NULL && x->names != NULL)
		explode_forget(x);
	if (x->gathered != NULL) {
		/* The connection may go on: it must not show rows that are gone. */
		sqlite3_create_module(x->db, "gathered", NULL, NULL);
	}
	batch_close(x->gathered);
	map_close(x->names);
	free(x->touched);
	free(x->name);
	free(x);
}
