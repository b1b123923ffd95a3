#include "load/conditions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/msg.h"
#include "db/condition_column.h"
#include "db/condition_type.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/editable.h"
#include "load/gather.h"
#include "load/map.h"
#include "text/json.h"

#define NAMES_MANY 65536 /* so many are not kept from one block to the next */
#define DRAFTS_MANY ((size_t)16 * 1024 * 1024) /* nor are so many bytes of values */

/* A condition, as condition_types has it, and what is to be written of it. */
struct name {
	char *text;
	char *spelled; /* by the document that had it first, with quotes */
	size_t spelled_n;
	sqlite3_int64 id;		  /* 0: not in the table yet */
	unsigned kinds;			  /* as the table has them */
	enum condition_type declared;	  /* or CONDITION_NONE */
	bool shrunk;			  /* a column lost a kind of values */
	struct condition_draft change;	  /* of the block at hand */
	unsigned long walk;		  /* the one that gave the last value */
	unsigned long old_walk;		  /* the same of an older document, */
	struct json_span old;		  /* and that value */
	long refused;			  /* values that do not fit the declared type, */
	struct condition_run refused_run; /* and a run that has one */
	struct name *next;
};

enum {
	FIND_NAME,
	ADD_NAME,
	WIDEN,
	COUNT_AGAIN,
	COUNT_LOCAL,
	ANY_COLUMN,
	CHANGED_RUNS,
	VANISHED_RUNS,
	ALL_RUNS,
	FIND,
	INSERT,
	UPDATE,
	REMOVE,
	STATEMENTS,
};

#define ALL_KINDS                                                                        \
	"(SELECT all_kinds(kinds) AS kinds FROM (SELECT kinds FROM condition_columns "   \
	"WHERE type_id = :id UNION ALL SELECT kind_of(value_type) FROM "                 \
	"local_conditions WHERE type_id = :id))"

static const char *const sql[STATEMENTS] = {
    [FIND_NAME] =
	"SELECT id, kinds, iif(declared, value_type, NULL) FROM condition_types "
	"WHERE name = :name",
    [ADD_NAME] = "INSERT INTO condition_types (name, value_type, created_at) "
		 "VALUES (:name, 'mixed', :at)",
    [WIDEN] = "UPDATE condition_types SET kinds = kinds | :kinds, value_type = "
	      "iif(declared, value_type, type_of_kinds(kinds | :kinds)) WHERE id = :id",
    [COUNT_AGAIN] = "UPDATE condition_types SET kinds = k.kinds, value_type = "
		    "iif(declared OR k.kinds = 0, value_type, type_of_kinds(k.kinds)) "
		    "FROM " ALL_KINDS " k WHERE id = :id",
    [COUNT_LOCAL] = "SELECT DISTINCT type_id FROM local_conditions",
    [ANY_COLUMN] = "SELECT 1 FROM condition_columns WHERE experiment_id = :experiment_id",
    [CHANGED_RUNS] = "SELECT s.key, s.doc, r.doc "
		     "FROM staged_runs s LEFT JOIN runs r "
		     "ON r.experiment_id = :experiment_id AND r.run_number = s.key "
		     "WHERE s.experiment = :experiment AND s.doc IS NOT NULL "
		     "ORDER BY s.key",
    [VANISHED_RUNS] =
	"SELECT run_number, doc FROM runs r WHERE experiment_id = :experiment_id "
	"AND doc IS NOT NULL AND NOT EXISTS (SELECT 1 FROM staged_runs s "
	"WHERE s.experiment = :experiment AND s.key = r.run_number) ORDER BY run_number",
    [ALL_RUNS] = "SELECT run_number, doc, experiment_id FROM runs "
		 "WHERE doc IS NOT NULL ORDER BY experiment_id, run_number",
    [FIND] = "SELECT id, kinds, data FROM condition_columns "
	     "WHERE experiment_id = ? AND type_id = ? AND block = ?",
    [INSERT] = "INSERT INTO condition_columns (id, experiment_id, type_id, block, n, "
	       "kinds, minimum, maximum, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [UPDATE] = "UPDATE condition_columns SET n = ?5, kinds = ?6, minimum = ?7, "
	       "maximum = ?8, data = ?9 WHERE id = ?1",
    [REMOVE] = "DELETE FROM condition_columns WHERE id = ?",
};

struct conditions {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *statements[STATEMENTS];
	struct name *names;
	/* Names as documents spell them, with quotes, and as they are, without. */
	struct map *map;
	/* The names of the last run's parameters, in their order: mostly that of the
	   next one's. */
	struct name **order;
	size_t n_order, order_room;
	size_t place;	       /* of the parameter at hand */
	struct name **touched; /* those with a change */
	size_t n_touched, touched_room;
	size_t bytes; /* of all changes, about */
	char *name;   /* a name decoded */
	size_t name_size;
	unsigned long walks; /* through parameters of a run */
	struct name **old;   /* the names of an older document */
	size_t n_old, old_room;
	/* The block that is being written. */
	sqlite3_int64 experiment;
	bool first; /* the experiment had no columns when it began */
	bool open;
	struct condition_block block;
	char *block_text;
	const char *at;
	struct condition_draft merged;
	bool shrunk;	       /* some name is */
	struct gather *gather; /* or NULL: columns are written at once */
};

static int
out_of_memory(void)
{
	msg("no memory");
	return -1;
}

/* Room for one more item of an array of names.  False without memory. */
static bool
grow(struct name ***items, size_t *room, size_t n)
{
	size_t more = *room * 2 + 64;
	struct name **moved;

	if (n < *room)
		return true;
	moved = realloc(*items, more * sizeof(struct name *));
	if (moved == NULL)
		return false;
	*items = moved;
	*room = more;
	return true;
}

/* ---- names ------------------------------------------------------------------ */

size_t
conditions_plain(char *name, size_t n)
{
	size_t to = 0;

	for (size_t at = 0; at < n; to++) {
		if (n - at >= 3 && memcmp(name + at, "\xef\xbc\x8e", 3) == 0) {
			name[to] = '.';
			at += 3;
		} else if (n - at >= 3 && memcmp(name + at, "\xef\xbc\x84", 3) == 0) {
			name[to] = '$';
			at += 3;
		} else {
			name[to] = name[at++];
		}
	}
	name[to] = '\0';
	return to;
}

/* Decode a name into c->name, as far as an SQLite text goes: to a NUL.  Its length, or -1
   after a message. */
static ssize_t
decode(struct conditions *c, struct json_span name)
{
	if (c->name_size < name.n) {
		char *text = realloc(c->name, name.n * 2);

		if (text == NULL)
			return out_of_memory();
		c->name = text;
		c->name_size = name.n * 2;
	}
	(void)conditions_plain(c->name, json_string_decode(name, c->name));
	return (ssize_t)strlen(c->name);
}

void
conditions_forget(struct conditions *c)
{
	map_clear(c->map);
	while (c->names != NULL) {
		struct name *next = c->names->next;

		free(c->names->text);
		free(c->names->spelled);
		free(c->names->change.text);
		free(c->names);
		c->names = next;
	}
	c->n_touched = 0;
	c->n_order = 0;
	c->n_old = 0;
	c->bytes = 0;
	c->open = false;
	c->shrunk = false;
}

/* A condition as the table has it; without an id if it has not.  NULL after a message. */
static struct name *
read_name(struct conditions *c, const char *text)
{
	struct name *name = calloc(1, sizeof(*name));
	sqlite3_stmt *find = c->statements[FIND_NAME];
	int code;

	if (name == NULL || (name->text = strdup(text)) == NULL) {
		free(name);
		(void)out_of_memory();
		return NULL;
	}
	name->next = c->names;
	c->names = name;
	statement_text(find, ":name", name->text);
	code = sqlite3_step(find);
	if (code == SQLITE_ROW) {
		const char *declared = (const char *)sqlite3_column_text(find, 2);

		name->id = sqlite3_column_int64(find, 0);
		name->kinds = (unsigned)sqlite3_column_int64(find, 1);
		if (declared != NULL)
			name->declared = condition_type_named(declared);
	} else if (code != SQLITE_DONE) {
		db_complain(c->db, c->path);
		name = NULL;
	}
	sqlite3_reset(find);
	return name;
}

/* The condition of a name as a document spells it, with its quotes.  The plain name,
   without quotes, is known beside its spellings.  NULL after a message. */
static struct name *
look_up(struct conditions *c, struct json_span spelled)
{
	struct name *name = map_find(c->map, spelled);
	struct json_span plain;
	ssize_t n;

	if (name != NULL)
		return name;
	n = decode(c, spelled);
	if (n < 0)
		return NULL;
	plain = (struct json_span){c->name, (size_t)n};
	name = map_find(c->map, plain);
	if (name == NULL) {
		name = read_name(c, c->name);
		if (name == NULL)
			return NULL;
		name->spelled = malloc(spelled.n);
		if (name->spelled == NULL || map_add(c->map, plain, name) != 0) {
			(void)out_of_memory();
			return NULL;
		}
		memcpy(name->spelled, spelled.p, spelled.n);
		name->spelled_n = spelled.n;
	}
	if (map_add(c->map, spelled, name) == 0)
		return name;
	(void)out_of_memory();
	return NULL;
}

/* The same, where names probably come in the order of the last time. */
static struct name *
find_name(struct conditions *c, struct json_span spelled)
{
	struct name *name = c->place < c->n_order ? c->order[c->place] : NULL;

	if (name == NULL || name->spelled_n != spelled.n ||
	    memcmp(name->spelled, spelled.p, spelled.n) != 0) {
		name = look_up(c, spelled);
		if (name == NULL)
			return NULL;
		while (c->n_order <= c->place) {
			if (!grow(&c->order, &c->order_room, c->n_order)) {
				(void)out_of_memory();
				return NULL;
			}
			c->order[c->n_order++] = NULL;
		}
		c->order[c->place] = name;
	}
	return name;
}

/* ---- columns ---------------------------------------------------------------- */

static int
run_for(const struct conditions *c, int number, const struct name *name)
{
	sqlite3_stmt *statement = c->statements[number];

	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":id"), name->id);
	return statement_run(statement, c->path);
}

/* Values of kinds that the condition did not have so far. */
static int
widen(const struct conditions *c, struct name *name, unsigned kinds)
{
	sqlite3_stmt *statement = c->statements[WIDEN];

	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":kinds"), kinds);
	name->kinds |= kinds;
	return run_for(c, WIDEN, name);
}

static int
add_name(const struct conditions *c, struct name *name)
{
	statement_text(c->statements[ADD_NAME], ":name", name->text);
	statement_text(c->statements[ADD_NAME], ":at", c->at);
	if (statement_run(c->statements[ADD_NAME], c->path) != 0)
		return -1;
	name->id = sqlite3_last_insert_rowid(c->db);
	return 0;
}

static void
bind_block(const struct conditions *c, sqlite3_stmt *statement, int number)
{
	if (c->block.whole)
		sqlite3_bind_int64(statement, number, c->block.number);
	else
		sqlite3_bind_text64(statement, number, c->block.text.p, c->block.text.n,
		    SQLITE_STATIC, SQLITE_UTF8);
}

/* Write a column: of a row that is there, or a new one (id 0). */
static int
write_column(const struct conditions *c, const struct name *name, sqlite3_int64 id,
    const struct condition_draft *draft)
{
	sqlite3_stmt *statement = c->statements[id != 0 ? UPDATE : INSERT];

	if (id != 0) {
		sqlite3_bind_int64(statement, 1, id);
	} else {
		sqlite3_bind_int64(statement, 2, c->experiment);
		sqlite3_bind_int64(statement, 3, name->id);
		bind_block(c, statement, 4);
	}
	gather_bind(statement, draft);
	return statement_run(statement, c->path);
}

/* Write a column of a block that the experiment does not have yet, at once or later. */
static int
write_new(const struct conditions *c, const struct name *name)
{
	int kept = c->gather != NULL ? gather_add(c->gather, c->experiment, name->id,
					   c->block.number, &name->change)
				     : 0;

	if (kept != 0)
		return kept > 0 ? 0 : -1;
	return write_column(c, name, 0, &name->change);
}

/* Put a change into the column that is there, if there is one. */
static int
change_column(struct conditions *c, struct name *name)
{
	sqlite3_stmt *find = c->statements[FIND];
	struct json_span older = {"{}", 2};
	unsigned kinds = 0;
	sqlite3_int64 id = 0;
	bool same;
	int code, result = 0;

	sqlite3_bind_int64(find, 1, c->experiment);
	sqlite3_bind_int64(find, 2, name->id);
	bind_block(c, find, 3);
	code = sqlite3_step(find);
	if (code == SQLITE_ROW) {
		id = sqlite3_column_int64(find, 0);
		kinds = (unsigned)sqlite3_column_int64(find, 1);
		older = (struct json_span){(const char *)sqlite3_column_text(find, 2),
		    (size_t)sqlite3_column_bytes(find, 2)};
	} else if (code != SQLITE_DONE) {
		db_complain(c->db, c->path);
		result = -1;
	}
	if (result == 0 &&
	    condition_draft_merge(&c->merged, older, &name->change, c->block.whole) != 0)
		result = out_of_memory();
	same = result == 0 && older.n == c->merged.n &&
	       memcmp(older.p, c->merged.text, older.n) == 0;
	sqlite3_reset(find);
	if (result != 0 || same)
		return result;
	if ((kinds & ~c->merged.kinds) != 0)
		name->shrunk = c->shrunk = true;
	if (c->merged.count > 0)
		return write_column(c, name, id, &c->merged);
	if (id == 0)
		return 0;
	sqlite3_bind_int64(c->statements[REMOVE], 1, id);
	return statement_run(c->statements[REMOVE], c->path);
}

static void
report_refused(const struct conditions *c, struct name *name)
{
	char run[40];

	if (name->refused == 0)
		return;
	if (name->refused_run.whole)
		snprintf(run, sizeof(run), "%lld", name->refused_run.number);
	msg("%s: run %s: %s: no %s, the type of that condition: left out%s", c->path,
	    name->refused_run.whole ? run : "of a text", name->text,
	    condition_type_name(name->declared),
	    name->refused > 1 ? ", as in other runs" : "");
	name->refused = 0;
}

/* Write what was gathered of the block at hand. */
static int
flush(struct conditions *c)
{
	bool fresh = c->first && c->block.whole;
	int result = 0;

	for (size_t i = 0; i < c->n_touched && result == 0; i++) {
		struct name *name = c->touched[i];

		if (name->id == 0 && name->change.kinds != 0)
			result = add_name(c, name);
		if (result == 0 && (name->change.kinds & ~name->kinds) != 0)
			result = widen(c, name, name->change.kinds);
		if (result == 0 && condition_draft_end(&name->change) != 0)
			result = out_of_memory();
		if (result == 0 && name->id != 0)
			result = fresh ? write_new(c, name) : change_column(c, name);
		condition_draft_clear(&name->change);
	}
	c->n_touched = 0;
	c->bytes = 0;
	c->open = false;
	return result;
}

static int
write_gathered(const struct conditions *c)
{
	return c->gather != NULL ? gather_write(c->gather) : 0;
}

/* What there is to do about names once their columns are written.  They are forgotten if
   one lost a kind of values, for then it is counted anew, or if that is asked for. */
static int
settle(struct conditions *c, bool forget)
{
	for (struct name *name = c->names; name != NULL; name = name->next) {
		report_refused(c, name);
		if (name->shrunk &&
		    (write_gathered(c) != 0 || run_for(c, COUNT_AGAIN, name) != 0))
			return -1;
	}
	if (c->shrunk || forget)
		conditions_forget(c);
	return 0;
}

/* A run follows: if it is of another block, write what there is. */
static int
begin_run(struct conditions *c, const struct condition_run *run)
{
	struct condition_block block = condition_block_of(run);
	char *text;

	if (c->open && c->block.whole == block.whole &&
	    (block.whole ? c->block.number == block.number
			 : c->block.text.n == block.text.n &&
			       (block.text.n == 0 || memcmp(c->block.text.p, block.text.p,
							 block.text.n) == 0))) {
		if (c->bytes < DRAFTS_MANY)
			return 0;
		/* The rest of the block is put into what is written now. */
		if (flush(c) != 0 || write_gathered(c) != 0)
			return -1;
		c->first = false;
	} else if (c->open && flush(c) != 0) {
		return -1;
	}
	/* Those that are there are read again where they are needed. */
	if (map_count(c->map) > NAMES_MANY && settle(c, true) != 0)
		return -1;
	text = NULL;
	if (!block.whole) {
		text = malloc(block.text.n + 1);
		if (text == NULL)
			return out_of_memory();
		memcpy(text, block.text.p, block.text.n);
		block.text.p = text;
	}
	free(c->block_text);
	c->block_text = text;
	c->block = block;
	c->open = true;
	return 0;
}

/* Note that a run's value of a condition is another one: null takes it away. */
static int
change(struct conditions *c, struct name *name, const struct condition_run *run,
    struct json_span value)
{
	size_t before = name->change.n;

	if (before == 0) {
		if (!grow(&c->touched, &c->touched_room, c->n_touched))
			return out_of_memory();
		c->touched[c->n_touched++] = name;
	}
	if (condition_draft_add(&name->change, run, value) != 0)
		return out_of_memory();
	c->bytes += name->change.n - before;
	if (name->declared != CONDITION_NONE && value.p[0] != 'n' &&
	    !condition_type_fits(name->declared, value)) {
		name->refused++;
		name->refused_run = *run;
	}
	return 0;
}

/* ---- documents -------------------------------------------------------------- */

/* What is done with a parameter of a run.  0, or -1 after a message. */
typedef int take_value(struct conditions *c, struct name *name,
    const struct condition_run *run, struct json_span value);

/* Keep a value of the older document, unless its name gave one before. */
static int
keep_old(struct conditions *c, struct name *name, const struct condition_run *run,
    struct json_span value)
{
	(void)run;
	if (name->old_walk == c->walks)
		return 0;
	name->old_walk = c->walks;
	name->old = value;
	if (!grow(&c->old, &c->old_room, c->n_old))
		return out_of_memory();
	c->old[c->n_old++] = name;
	return 0;
}

/* Take a value of the newer document, if it is another one than before. */
static int
take_new(struct conditions *c, struct name *name, const struct condition_run *run,
    struct json_span value)
{
	if (name->walk == c->walks)
		return 0;
	name->walk = c->walks;
	if (name->old_walk == c->walks && name->old.n == value.n &&
	    memcmp(name->old.p, value.p, value.n) == 0)
		return 0;
	return change(c, name, run, value);
}

static int
take_member(struct conditions *c, const struct condition_run *run, struct json_span name,
    struct json_span value, take_value *take)
{
	struct name *found;

	/* Those that are no value: null, and NaN in quotes. */
	if (value.p[0] == 'n' || (value.n == 5 && memcmp(value.p, "\"NaN\"", 5) == 0))
		return 0;
	found = find_name(c, name);
	return found != NULL ? take(c, found, run, value) : -1;
}

/* What becomes of a parameter that somebody edited. */
struct edited {
	struct conditions *c;
	const struct condition_run *run;
	take_value *take;
};

static int
take_editable(void *context, struct json_span name, struct json_span value)
{
	const struct edited *edited = context;
	int result = take_member(edited->c, edited->run, name, value, edited->take);

	edited->c->place++;
	return result;
}

/* Walk the parameters of a run, edited ones first.  Either object may be missing, or
   none. */
static int
walk(struct conditions *c, const struct condition_run *run, struct json_span params,
    struct json_span editable, take_value *take)
{
	struct json_walk members = json_walk(params);
	struct json_span name, value;

	c->place = 0;
	if (editable_walk(editable, take_editable, &(struct edited){c, run, take}) != 0)
		return -1;
	for (; json_walk_next(&members, &name, &value); c->place++)
		if (take_member(c, run, name, value, take) != 0)
			return -1;
	return 0;
}

static int
walk_document(struct conditions *c, const struct condition_run *run,
    struct json_span document, take_value *take)
{
	struct json_walk members = json_walk(document);
	struct json_span name, value, params = {NULL, 0}, editable = {NULL, 0};

	while (json_walk_next(&members, &name, &value))
		if (params.p == NULL && json_string_is(name, "params"))
			params = value;
		else if (editable.p == NULL && json_string_is(name, "editable_params"))
			editable = value;
	return walk(c, run, params, editable, take);
}

/* Take away what the older document had and the newer one has not. */
static int
take_away(struct conditions *c, const struct condition_run *run)
{
	static const struct json_span none = {"null", 4};

	for (size_t i = 0; i < c->n_old; i++)
		if (c->old[i]->walk != c->walks && change(c, c->old[i], run, none) != 0)
			return -1;
	return 0;
}

static struct json_span
column(sqlite3_stmt *query, int number)
{
	const char *text = (const char *)sqlite3_column_text(query, number);

	return (struct json_span){text, (size_t)sqlite3_column_bytes(query, number)};
}

/* The run that the first column of a row names. */
static int
read_run(sqlite3_stmt *row, struct condition_run *run, char **spelled)
{
	struct json_span text;

	*spelled = NULL;
	if (sqlite3_column_type(row, 0) == SQLITE_INTEGER) {
		condition_run_whole(run, sqlite3_column_int64(row, 0));
		return 0;
	}
	text = column(row, 0);
	return text.p != NULL && condition_run_text(run, text.p, text.n, spelled)
		   ? 0
		   : out_of_memory();
}

/* One run: its older document, and the newer one.  Either may be {NULL, 0}. */
static int
take_run(struct conditions *c, sqlite3_stmt *row, struct json_span older,
    struct json_span newer)
{
	struct condition_run run;
	char *spelled;
	int result = read_run(row, &run, &spelled);

	c->walks++;
	c->n_old = 0;
	if (result == 0)
		result = begin_run(c, &run);
	if (result == 0)
		result = walk_document(c, &run, older, keep_old);
	if (result == 0)
		result = walk_document(c, &run, newer, take_new);
	if (result == 0)
		result = take_away(c, &run);
	free(spelled);
	return result;
}

/* ---- experiments ------------------------------------------------------------ */

/* The next row of a query: 1, 0 behind the last, or -1 after a message. */
static int
next_row(const struct conditions *c, sqlite3_stmt *query)
{
	int code = sqlite3_step(query);

	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		db_complain(c->db, c->path);
		return -1;
	}
	return code == SQLITE_ROW;
}

static void
bind_experiment(sqlite3_stmt *statement, const char *experiment, sqlite3_int64 id)
{
	statement_text(statement, ":experiment", experiment);
	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":experiment_id"), id);
}

/* All rows of a query have come: write the last block, and settle the types. */
static int
finish(struct conditions *c)
{
	return c->open && flush(c) != 0 ? -1 : settle(c, false);
}

int
conditions_apply(struct conditions *c, const char *experiment,
    sqlite3_int64 experiment_id, const char *at)
{
	static const struct json_span none = {NULL, 0};
	sqlite3_stmt *any = c->statements[ANY_COLUMN];
	sqlite3_stmt *vanished = c->statements[VANISHED_RUNS];
	sqlite3_stmt *changed = c->statements[CHANGED_RUNS];
	int result, row = 0;

	c->at = at;
	c->experiment = experiment_id;
	bind_experiment(any, experiment, experiment_id);
	result = statement_ask(any, c->path);
	if (result < 0)
		return -1;
	c->first = result == 0;
	result = 0;
	bind_experiment(vanished, experiment, experiment_id);
	while (!c->first && result == 0 && (row = next_row(c, vanished)) > 0)
		result = take_run(c, vanished, column(vanished, 1), none);
	sqlite3_reset(vanished);
	if (result != 0 || row != 0 || (c->open && flush(c) != 0))
		return -1;
	bind_experiment(changed, experiment, experiment_id);
	while (result == 0 && (row = next_row(c, changed)) > 0)
		result = take_run(c, changed, column(changed, 2), column(changed, 1));
	sqlite3_reset(changed);
	return result == 0 && row == 0 ? finish(c) : -1;
}

int
conditions_declared(struct conditions *c, const char *name)
{
	struct name *declared;
	unsigned fit = 0;

	conditions_forget(c);
	declared = read_name(c, name);
	if (declared == NULL)
		return -1;
	for (int type = CONDITION_BOOL; type < CONDITION_MIXED; type++)
		if (condition_type_holds(declared->declared, (enum condition_type)type))
			fit |= CONDITION_KIND(type);
	if (declared->declared != CONDITION_NONE && (declared->kinds & ~fit) != 0)
		msg("%s: %s: the logbook has values that are no %s: left out", c->path,
		    name, condition_type_name(declared->declared));
	conditions_forget(c);
	return 0;
}

/* ---- beginning and end ------------------------------------------------------ */

static int
prepare(struct conditions *c, int from, int to)
{
	for (int i = from; i < to; i++) {
		c->statements[i] = db_prepare(c->db, c->path, sql[i]);
		if (c->statements[i] == NULL)
			return -1;
	}
	return 0;
}

static struct conditions *
create(sqlite3 *db, const char *path)
{
	struct conditions *c = calloc(1, sizeof(*c));

	if (c == NULL || (c->map = map_open()) == NULL ||
	    condition_column_functions(db) != SQLITE_OK) {
		(void)out_of_memory();
		conditions_close(c);
		return NULL;
	}
	c->db = db;
	c->path = path;
	return c;
}

struct conditions *
conditions_open(sqlite3 *db, const char *path, struct gather *gather)
{
	struct conditions *c = create(db, path);

	if (c != NULL && prepare(c, 0, STATEMENTS) == 0) {
		c->gather = gather;
		return c;
	}
	conditions_close(c);
	return NULL;
}

void
conditions_close(struct conditions *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(c->statements[i]);
	if (c->map != NULL)
		conditions_forget(c);
	map_close(c->map);
	free(c->order);
	free(c->touched);
	free(c->old);
	free(c->name);
	free(c->block_text);
	free(c->merged.text);
	free(c);
}

/* All runs, an experiment behind the other. */
static int
fill(struct conditions *c)
{
	sqlite3_stmt *all = c->statements[ALL_RUNS];
	int result = 0, row = 0;

	c->first = true;
	while (result == 0 && (row = next_row(c, all)) > 0) {
		static const struct json_span none = {NULL, 0};

		if (sqlite3_column_int64(all, 2) != c->experiment) {
			result = finish(c);
			c->experiment = sqlite3_column_int64(all, 2);
			c->first = true;
		}
		if (result == 0)
			result = take_run(c, all, none, column(all, 1));
	}
	sqlite3_reset(all);
	return result == 0 && row == 0 ? finish(c) : -1;
}

/* Types of which somebody set values. */
static int
count_local(struct conditions *c)
{
	sqlite3_stmt *local = c->statements[COUNT_LOCAL];
	int result = 0, row = 0;

	while (result == 0 && (row = next_row(c, local)) > 0)
		result = run_for(
		    c, COUNT_AGAIN, &(struct name){.id = sqlite3_column_int64(local, 0)});
	sqlite3_reset(local);
	return result == 0 && row == 0 ? 0 : -1;
}

int
conditions_fill(sqlite3 *db, const char *path, int number)
{
	struct conditions *c;
	int result = -1;

	if (number != 7)
		return 0;
	c = create(db, path);
	if (c == NULL)
		return -1;
	/* Those that know the tables of staged records are not needed. */
	if (prepare(c, 0, CHANGED_RUNS) == 0 && prepare(c, ALL_RUNS, STATEMENTS) == 0 &&
	    fill(c) == 0 && count_local(c) == 0)
		result = 0;
	conditions_close(c);
	return result;
}
