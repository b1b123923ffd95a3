#include "query/query_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/condition_column.h"
#include "db/condition_type.h"
#include "query/value_ahead.h"
#include "query/value_experiment.h"
#include "query/value_source.h"
#include "query/value_term.h"
#include "text/number.h"

#define FORMS 3 /* v, n, s */
/* Of a condition with so many columns a second thread may read. */
#define MANY 100

/* The columns before the values. */
enum fixed { EXPERIMENT_ID, RUN_NUMBER, EXPERIMENT, RUN_ORDER, FIXED };

struct query_values {
	sqlite3 *db;
	struct value_reader *readers;
	size_t n;
	int first;
	sqlite3_stmt *ids, *names;
	struct value_experiment alone; /* read by no other thread */
	struct value_ahead *ahead;     /* or NULL */
};

struct table {
	sqlite3_vtab base;
	struct query_values *values;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct query_values *values;
	struct value_question question;
	/* The experiments that have the first condition, and their names. */
	sqlite3_int64 *ids;
	char **names;
	size_t n, at, room;
	struct value_experiment *experiment; /* at hand */
	size_t row;
	struct condition_run run;
	char *spelled; /* what a run that was given needs */
	bool descending, single, done, ahead;
	sqlite3_int64 rowid;
};

static bool
grow(void **items, size_t *room, size_t need, size_t size)
{
	void *moved;

	if (need <= *room)
		return true;
	moved = realloc(*items, need * 2 * size);
	if (moved == NULL)
		return false;
	*items = moved;
	*room = need * 2;
	return true;
}

/* ---- rows ------------------------------------------------------------------- */

/* The next experiment becomes the one at hand.  An SQLite code. */
static int
next_experiment(struct cursor *cursor)
{
	struct query_values *values = cursor->values;
	size_t i = cursor->at++;

	cursor->row = 0;
	if (cursor->ahead)
		return value_ahead_get(
		    values->ahead, i, values->readers, &cursor->experiment);
	cursor->experiment = &values->alone;
	value_experiment_begin(cursor->experiment, cursor->ids[i]);
	return value_experiment_find(
	    cursor->experiment, values->readers, &cursor->question);
}

/* Go to the row at hand, or to the first one of the experiments behind this one. */
static int
advance(struct cursor *cursor)
{
	const struct value_experiment *experiment;
	int code;

	while (cursor->experiment == NULL || cursor->row == cursor->experiment->n_rows) {
		if (cursor->at == cursor->n) {
			cursor->done = true;
			return SQLITE_OK;
		}
		code = next_experiment(cursor);
		if (code != SQLITE_OK)
			return code;
	}
	experiment = cursor->experiment;
	cursor->run = experiment
			  ->rows[cursor->descending ? experiment->n_rows - 1 - cursor->row
						    : cursor->row]
			  .run;
	return SQLITE_OK;
}

/* ---- the virtual table ------------------------------------------------------ */

static int
table_connect(sqlite3 *db, void *context, int argc, const char *const *argv,
    sqlite3_vtab **out, char **error)
{
	struct query_values *values = context;
	struct table *table;
	char *sql = NULL;
	size_t n = 0;
	FILE *text = open_memstream(&sql, &n);
	int code = SQLITE_NOMEM;

	(void)argc;
	(void)argv;
	(void)error;
	if (text == NULL)
		return SQLITE_NOMEM;
	fputs(
	    "CREATE TABLE elog_values (experiment_id, run_number, experiment, run_order",
	    text);
	for (size_t i = 0; i < values->n; i++)
		fprintf(text, ", v%zu, n%zu, s%zu", i, i, i);
	fputs(")", text);
	if (fclose(text) == 0)
		code = sqlite3_declare_vtab(db, sql);
	free(sql);
	if (code != SQLITE_OK)
		return code;
	table = sqlite3_malloc(sizeof(*table));
	if (table == NULL)
		return SQLITE_NOMEM;
	*table = (struct table){.values = values};
	*out = &table->base;
	return SQLITE_OK;
}

static int
table_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static const char *
operator_text(int operator)
{
	switch (operator) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return "=";
	case SQLITE_INDEX_CONSTRAINT_GT:
		return ">";
	case SQLITE_INDEX_CONSTRAINT_GE:
		return ">=";
	case SQLITE_INDEX_CONSTRAINT_LT:
		return "<";
	case SQLITE_INDEX_CONSTRAINT_LE:
		return "<=";
	default:
		return NULL;
	}
}

/* Do we come in the order that is asked for: of experiments by their names, and in each
   of runs? */
static bool
is_our_order(const sqlite3_index_info *info)
{
	static const int columns[] = {EXPERIMENT, RUN_ORDER, RUN_NUMBER};

	if (info->nOrderBy != 3)
		return false;
	for (int i = 0; i < 3; i++)
		if (info->aOrderBy[i].iColumn != columns[i] ||
		    info->aOrderBy[i].desc != info->aOrderBy[0].desc)
			return false;
	return true;
}

/* A term on a value: is it one that we can tell? */
static const char *
term_operator(sqlite3_index_info *info, int i)
{
	const char *operator= operator_text(info->aConstraint[i].op);

	if (!info->aConstraint[i].usable ||
	    info->aConstraint[i].iColumn < FIXED ||
	    operator== NULL || strcmp(sqlite3_vtab_collation(info, i), "BINARY") != 0)
		return NULL;
	return operator;
}

/* Write the terms on values into the plan's text, behind so many arguments. */
static void
plan_terms(
    const struct query_values *values, sqlite3_index_info *info, int argument, FILE *out)
{
	int terms = 0;

	for (int i = 0; i < info->nConstraint && terms < VALUE_TERMS_MAX; i++) {
		const char *operator= term_operator(info, i);
		int column = info->aConstraint[i].iColumn - FIXED;

		if (operator== NULL)
			continue;
		if (sqlite3_vtab_in(info, i, -1))
			(void)sqlite3_vtab_in(info, i, 1);
		fprintf(out, "%s%c%d%s", argument > 0 ? " " : "", "vns"[column % FORMS],
		    column / FORMS, operator);
		info->aConstraintUsage[i].argvIndex = ++argument;
		/* We tell as SQLite does: none of what a statement compares a value with
		   has an affinity (query_sql.c). */
		info->aConstraintUsage[i].omit =
		    values->readers[column / FORMS].type == CONDITION_MIXED;
		terms++;
	}
}

/*
 * The plan's text, which --explain shows, is what filter() is given: "experiment run", or
 * "experiment" or "experiments", and terms such as "v0>", in the order of the arguments.
 * Its number: descending.
 */
static int
table_plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct query_values *values = ((struct table *)base)->values;
	int argument = 0, experiment = -1, run = -1;
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return SQLITE_NOMEM;
	for (int i = 0; i < info->nConstraint; i++)
		if (info->aConstraint[i].usable &&
		    info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ) {
			if (info->aConstraint[i].iColumn == EXPERIMENT_ID &&
			    experiment < 0)
				experiment = i;
			if (info->aConstraint[i].iColumn == RUN_NUMBER && run < 0)
				run = i;
		}
	if (experiment >= 0) {
		fputs("experiment", out);
		info->aConstraintUsage[experiment].argvIndex = ++argument;
	} else {
		run = -1;
	}
	if (run >= 0) {
		fputs(" run", out);
		info->aConstraintUsage[run].argvIndex = ++argument;
	} else {
		/* All of IN (...) at once: we keep our order. */
		if (experiment >= 0 && sqlite3_vtab_in(info, experiment, -1)) {
			(void)sqlite3_vtab_in(info, experiment, 1);
			fputs("s", out);
			info->aConstraintUsage[experiment].omit = 1;
		}
		plan_terms(values, info, argument, out);
		info->orderByConsumed = is_our_order(info);
		info->idxNum = info->orderByConsumed && info->aOrderBy[0].desc;
	}
	if (fclose(out) != 0) {
		free(text);
		return SQLITE_NOMEM;
	}
	info->idxStr = sqlite3_mprintf("%s", text);
	info->needToFreeIdxStr = 1;
	free(text);
	info->estimatedCost = run >= 0 ? 1 : experiment >= 0 ? 100 : 1e6;
	info->estimatedRows = run >= 0 ? 1 : experiment >= 0 ? 100 : 1000000;
	if (run < 0 && values->first < 0)
		return SQLITE_CONSTRAINT; /* there is nothing to go through */
	return info->idxStr != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

static int
cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	struct cursor *cursor = sqlite3_malloc(sizeof(*cursor));

	if (cursor == NULL)
		return SQLITE_NOMEM;
	*cursor = (struct cursor){.values = ((struct table *)table)->values};
	*out = &cursor->base;
	return SQLITE_OK;
}

static void
restart(struct cursor *cursor)
{
	if (cursor->ahead)
		value_ahead_end(cursor->values->ahead);
	for (size_t i = 0; i < cursor->question.n_terms; i++)
		value_term_free(&cursor->question.terms[i]);
	for (size_t i = 0; i < cursor->n; i++)
		free(cursor->names[i]);
	free(cursor->ids);
	free(cursor->names);
	free(cursor->spelled);
	cursor->ids = NULL;
	cursor->names = NULL;
	cursor->experiment = NULL;
	cursor->spelled = NULL;
	cursor->question.n_terms = cursor->n = cursor->at = cursor->room = cursor->row =
	    0;
	cursor->single = cursor->done = cursor->ahead = false;
}

static int
cursor_close(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = (struct cursor *)base;

	restart(cursor);
	value_experiment_begin(&cursor->values->alone, 0);
	sqlite3_free(cursor);
	return SQLITE_OK;
}

/* Numbers of experiments. */
struct ids {
	sqlite3_int64 *of;
	size_t n, room;
	size_t next; /* behind the one that was found last */
};

static int
by_id(const void *a, const void *b)
{
	sqlite3_int64 one = *(const sqlite3_int64 *)a, other = *(const sqlite3_int64 *)b;

	return (one > other) - (one < other);
}

static bool
add_id(struct ids *ids, sqlite3_int64 id)
{
	if (!grow((void **)&ids->of, &ids->room, ids->n + 1, sizeof(*ids->of)))
		return false;
	ids->of[ids->n++] = id;
	return true;
}

static bool
add_wanted(struct ids *wanted, sqlite3_value *value)
{
	/* Of another type no experiment has one. */
	return sqlite3_value_type(value) != SQLITE_INTEGER ||
	       add_id(wanted, sqlite3_value_int64(value));
}

static void
sort(struct ids *ids)
{
	if (ids->n > 0)
		qsort(ids->of, ids->n, sizeof(*ids->of), by_id);
}

static bool
is_in(struct ids *ids, sqlite3_int64 id)
{
	const sqlite3_int64 *found = ids->of + ids->next;

	/* Names and numbers mostly ascend together. */
	if (ids->n == 0)
		return false;
	if (ids->next == ids->n || *found != id)
		found = bsearch(&id, ids->of, ids->n, sizeof(*ids->of), by_id);
	if (found == NULL)
		return false;
	ids->next = (size_t)(found - ids->of) + 1;
	return true;
}

/* Of an argument: a value, or all of IN (...).  False without memory. */
static bool
read_wanted(struct ids *wanted, sqlite3_value *argument)
{
	sqlite3_value *value;
	int code = sqlite3_vtab_in_first(argument, &value);
	bool good = true;

	if (code != SQLITE_OK && code != SQLITE_DONE)
		good = add_wanted(wanted, argument);
	for (; code == SQLITE_OK && good; code = sqlite3_vtab_in_next(argument, &value))
		good = add_wanted(wanted, value);
	sort(wanted);
	return good;
}

/* Those that have the first condition, and are wanted (NULL: all).  An SQLite code. */
static int
read_ids(const struct query_values *values, struct ids *wanted, struct ids *ids)
{
	sqlite3_int64 id;
	int code;

	sqlite3_bind_int64(values->ids, 1, values->readers[values->first].id);
	while ((code = sqlite3_step(values->ids)) == SQLITE_ROW) {
		id = sqlite3_column_int64(values->ids, 0);
		/* Columns of one experiment follow each other. */
		if ((ids->n == 0 || ids->of[ids->n - 1] != id) &&
		    (wanted == NULL || is_in(wanted, id)) && !add_id(ids, id))
			break;
	}
	sqlite3_reset(values->ids);
	sort(ids);
	return code == SQLITE_DONE ? SQLITE_OK : code == SQLITE_ROW ? SQLITE_NOMEM : code;
}

/* Add an experiment to those of the cursor.  False without memory. */
static bool
add_experiment(struct cursor *cursor, sqlite3_int64 id, const char *name)
{
	size_t room = cursor->room;

	if (!grow((void **)&cursor->ids, &room, cursor->n + 1, sizeof(*cursor->ids)) ||
	    !grow((void **)&cursor->names, &cursor->room, cursor->n + 1,
		sizeof(*cursor->names)))
		return false;
	cursor->ids[cursor->n] = id;
	cursor->names[cursor->n] = strdup(name != NULL ? name : "");
	return cursor->names[cursor->n++] != NULL;
}

static void
turn_round(struct cursor *cursor)
{
	for (size_t i = 0, j = cursor->n; i + 1 < j; i++) {
		sqlite3_int64 id = cursor->ids[i];
		char *name = cursor->names[i];

		j--;
		cursor->ids[i] = cursor->ids[j];
		cursor->names[i] = cursor->names[j];
		cursor->ids[j] = id;
		cursor->names[j] = name;
	}
}

/*
 * The experiments to be gone through, by their names.  Indexes have all of that: the rows
 * of experiments are long.
 */
static int
list_experiments(struct cursor *cursor, struct ids *wanted)
{
	sqlite3_stmt *names = cursor->values->names;
	struct ids ids = {0};
	int code = read_ids(cursor->values, wanted, &ids), step = SQLITE_DONE;

	while (code == SQLITE_OK && cursor->n < ids.n &&
	       (step = sqlite3_step(names)) == SQLITE_ROW) {
		sqlite3_int64 id = sqlite3_column_int64(names, 0);

		if (is_in(&ids, id) && !add_experiment(cursor, id,
					   (const char *)sqlite3_column_text(names, 1)))
			code = SQLITE_NOMEM;
	}
	sqlite3_reset(names);
	free(ids.of);
	if (cursor->descending)
		turn_round(cursor);
	return code != SQLITE_OK			   ? code
	       : step == SQLITE_ROW || step == SQLITE_DONE ? SQLITE_OK
							   : step;
}

/* The terms that the plan's text names.  False without memory. */
static bool
read_terms(
    struct cursor *cursor, const char *text, int argc, sqlite3_value **argv, int argument)
{
	for (; argument < argc; argument++) {
		struct value_question *question = &cursor->question;
		struct value_term *term = &question->terms[question->n_terms];
		sqlite3_value *value;
		size_t number = 0;
		int code;

		*term = (struct value_term){.form = *text++};
		while (*text >= '0' && *text <= '9')
			number = number * 10 + (size_t)(*text++ - '0');
		question->of[question->n_terms++] = number;
		term->operator= text[0] == '='	   ? SQLITE_INDEX_CONSTRAINT_EQ
		: text[0] == '>' && text[1] == '=' ? SQLITE_INDEX_CONSTRAINT_GE
		: text[0] == '>'		   ? SQLITE_INDEX_CONSTRAINT_GT
		: text[1] == '='		   ? SQLITE_INDEX_CONSTRAINT_LE
						   : SQLITE_INDEX_CONSTRAINT_LT;
		text += strcspn(text, " ");
		text += *text == ' ';
		code = sqlite3_vtab_in_first(argv[argument], &value);
		if (code != SQLITE_OK && code != SQLITE_DONE) {
			if (!value_term_add(term, argv[argument]))
				return false;
			continue;
		}
		for (; code == SQLITE_OK;
		     code = sqlite3_vtab_in_next(argv[argument], &value))
			if (!value_term_add(term, value))
				return false;
	}
	return true;
}

/* Short columns first: they cost the least, and what they rule out saves the others. */
static void
order_terms(struct value_question *question, const struct value_reader *readers)
{
	for (size_t i = 1; i < question->n_terms; i++) {
		struct value_term term = question->terms[i];
		size_t of = question->of[i], at = i;

		for (; at > 0 && readers[question->of[at - 1]].bytes > readers[of].bytes;
		     at--) {
			question->terms[at] = question->terms[at - 1];
			question->of[at] = question->of[at - 1];
		}
		question->terms[at] = term;
		question->of[at] = of;
	}
}

/* One run of one experiment. */
static int
start_single(struct cursor *cursor, sqlite3_value **argv)
{
	sqlite3_int64 id = sqlite3_value_int64(argv[0]);

	cursor->experiment = &cursor->values->alone;
	if (id != cursor->experiment->id)
		value_experiment_begin(cursor->experiment, id);
	cursor->single = true;
	if (sqlite3_value_type(argv[1]) == SQLITE_INTEGER)
		condition_run_whole(&cursor->run, sqlite3_value_int64(argv[1]));
	else if (sqlite3_value_text(argv[1]) == NULL)
		cursor->done = true;
	else if (!condition_run_text(&cursor->run,
		     (const char *)sqlite3_value_text(argv[1]),
		     (size_t)sqlite3_value_bytes(argv[1]), &cursor->spelled))
		return SQLITE_NOMEM;
	return SQLITE_OK;
}

static int
cursor_start(
    sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor *cursor = (struct cursor *)base;
	struct query_values *values = cursor->values;
	struct ids wanted = {0};
	int argument = 0, code;
	bool some;

	restart(cursor);
	cursor->descending = plan != 0;
	if (strcmp(text, "experiment run") == 0)
		return start_single(cursor, argv);
	some = strncmp(text, "experiment", 10) == 0;
	if (some) {
		text += strcspn(text, " ");
		text += *text == ' ';
		if (!read_wanted(&wanted, argv[argument++])) {
			free(wanted.of);
			return SQLITE_NOMEM;
		}
	}
	code = list_experiments(cursor, some ? &wanted : NULL);
	free(wanted.of);
	if (code != SQLITE_OK)
		return code;
	if (!read_terms(cursor, text, argc, argv, argument))
		return SQLITE_NOMEM;
	order_terms(&cursor->question, values->readers);
	cursor->question.first = (size_t)values->first;
	cursor->ahead = values->ahead != NULL;
	if (cursor->ahead)
		value_ahead_begin(
		    values->ahead, &cursor->question, cursor->ids, cursor->n);
	return advance(cursor);
}

static int
cursor_next(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = (struct cursor *)base;

	cursor->rowid++;
	if (cursor->single) {
		cursor->done = true;
		return SQLITE_OK;
	}
	cursor->row++;
	return advance(cursor);
}

static int
cursor_is_done(sqlite3_vtab_cursor *cursor)
{
	return ((struct cursor *)cursor)->done;
}

/* What was set here, as a form of it. */
static void
give_local(sqlite3_context *context, sqlite3_value *value, char form)
{
	struct number number;
	bool text = sqlite3_value_type(value) == SQLITE_TEXT;

	if (text && form != 's' &&
	    number_spelled((const char *)sqlite3_value_text(value),
		(size_t)sqlite3_value_bytes(value), &number)) {
		/* A text that spells a number is that number. */
		if (number.is_real)
			sqlite3_result_double(context, number.real);
		else
			sqlite3_result_int64(context, number.integer);
		return;
	}
	if (form == 'v' || (form == 's') == text)
		sqlite3_result_value(context, value);
}

/* What a value of the logbook is by itself, of those that SQL takes for another kind. */
static enum condition_type
type_of(struct json_span value)
{
	switch (value.p[0]) {
	case 't':
	case 'f':
		return CONDITION_BOOL;
	case '{':
	case '[':
		return CONDITION_JSON;
	default:
		return CONDITION_NONE;
	}
}

/* What the run at hand has of a condition. */
static int
give_value(struct cursor *cursor, sqlite3_context *context, int column)
{
	struct value_experiment *experiment = cursor->experiment;
	struct value_source *source = &experiment->sources[column / FORMS];
	char form = "vns"[column % FORMS];
	const struct value_entry *entry;
	enum condition_type type;
	int code = SQLITE_OK;

	if (!source->loaded)
		code = value_experiment_read(experiment, cursor->values->readers,
		    &cursor->question, (size_t)(column / FORMS));
	if (code != SQLITE_OK)
		return code;
	entry = value_source_find(source, &cursor->run);
	if (entry == NULL)
		return SQLITE_OK;
	if (entry->local != NULL) {
		type = entry->local_type;
		if (source->type != CONDITION_MIXED)
			sqlite3_result_value(context, entry->local);
		else
			give_local(context, entry->local, form);
	} else {
		type = type_of(entry->value);
		if (form != 'v' &&
		    (form == 's') != (entry->value.p[0] == '"' || type == CONDITION_JSON))
			return SQLITE_OK;
		(void)condition_type_result(context, source->type, entry->value);
	}
	if (form == 'v')
		sqlite3_result_subtype(context, (unsigned)type);
	return SQLITE_OK;
}

static int
cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	struct cursor *cursor = (struct cursor *)base;

	switch (column) {
	case EXPERIMENT_ID:
		sqlite3_result_int64(context, cursor->experiment->id);
		return SQLITE_OK;
	case RUN_NUMBER:
		return condition_run_result(context, &cursor->run);
	case EXPERIMENT:
		if (cursor->at > 0)
			sqlite3_result_text(
			    context, cursor->names[cursor->at - 1], -1, SQLITE_STATIC);
		return SQLITE_OK;
	case RUN_ORDER:
		sqlite3_result_int64(context, value_run_order(&cursor->run));
		return SQLITE_OK;
	default:
		return give_value(cursor, context, column - FIXED);
	}
}

static int
cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
	*rowid = ((struct cursor *)cursor)->rowid;
	return SQLITE_OK;
}

/* Without xCreate it is there without being created, and only for this connection. */
static const sqlite3_module module = {
    .xConnect = table_connect,
    .xDisconnect = table_disconnect,
    .xBestIndex = table_plan,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_start,
    .xNext = cursor_next,
    .xEof = cursor_is_done,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

/* ---- opening ---------------------------------------------------------------- */

/* What reads each condition of a catalog.  False if the database failed. */
static bool
open_readers(struct query_values *values, const struct query_catalog *catalog)
{
	sqlite3_stmt *local = NULL;
	bool good = sqlite3_prepare_v2(values->db,
			"SELECT 1 FROM local_conditions WHERE type_id = ? LIMIT 1", -1,
			&local, NULL) == SQLITE_OK;

	for (const struct query_condition *c = catalog->first; c != NULL && good;
	     c = c->next) {
		struct value_reader *reader;

		if (c->number < 0)
			continue;
		reader = &values->readers[c->number];
		reader->id = c->id;
		reader->type =
		    c->declared != CONDITION_NONE ? c->declared : CONDITION_MIXED;
		reader->bytes = c->bytes;
		sqlite3_bind_int64(local, 1, c->id);
		reader->has_local = sqlite3_step(local) == SQLITE_ROW;
		good = sqlite3_reset(local) == SQLITE_OK &&
		       value_reader_open(reader, values->db) == SQLITE_OK;
	}
	sqlite3_finalize(local);
	return good;
}

/* What lists experiments.  False if the database failed. */
static bool
open_lists(struct query_values *values)
{
	return sqlite3_prepare_v3(values->db,
		   "SELECT experiment_id FROM condition_columns "
		   "INDEXED BY condition_columns_by_type WHERE type_id = ?1 UNION ALL "
		   "SELECT DISTINCT experiment_id FROM local_conditions "
		   "WHERE type_id = ?1",
		   -1, SQLITE_PREPARE_PERSISTENT, &values->ids, NULL) == SQLITE_OK &&
	       sqlite3_prepare_v3(values->db,
		   "SELECT id, name FROM experiments ORDER BY name", -1,
		   SQLITE_PREPARE_PERSISTENT, &values->names, NULL) == SQLITE_OK;
}

/* How many columns the condition with a number has. */
static long long
columns_of(const struct query_catalog *catalog, int number)
{
	const struct query_condition *c = catalog->first;

	while (c != NULL && c->number != number)
		c = c->next;
	return c != NULL && number >= 0 ? c->columns : 0;
}

struct query_values *
query_values_open(sqlite3 *db, const struct query_catalog *catalog, int first,
    struct value_ahead *ahead)
{
	struct query_values *values = calloc(1, sizeof(*values));

	if (values == NULL)
		return NULL;
	values->db = db;
	values->first = first;
	for (const struct query_condition *c = catalog->first; c != NULL; c = c->next)
		if (c->number >= (int)values->n)
			values->n = (size_t)c->number + 1;
	values->readers = calloc(values->n + 1, sizeof(*values->readers));
	if (values->readers == NULL ||
	    !value_experiment_open(&values->alone, values->n) ||
	    !open_readers(values, catalog) || !open_lists(values) ||
	    sqlite3_create_module(db, "elog_values", &module, values) != SQLITE_OK) {
		query_values_close(values);
		return NULL;
	}
	if (ahead != NULL && columns_of(catalog, first) >= MANY &&
	    value_ahead_use(ahead, db, values->readers, values->n))
		values->ahead = ahead;
	return values;
}

void
query_values_close(struct query_values *values)
{
	if (values == NULL)
		return;
	(void)sqlite3_create_module(values->db, "elog_values", NULL, NULL);
	sqlite3_finalize(values->ids);
	sqlite3_finalize(values->names);
	for (size_t i = 0; i < values->n && values->readers != NULL; i++)
		value_reader_close(&values->readers[i]);
	value_experiment_close(&values->alone);
	free(values->readers);
	free(values);
}
