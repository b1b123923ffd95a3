#include "query/query_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/condition_column.h"
#include "db/condition_type.h"
#include "query/value_source.h"
#include "query/value_term.h"
#include "text/number.h"

#define TERMS_MAX 24 /* of a statement, that are looked at here */
#define FORMS 3	     /* v, n, s */

/* The columns before the values. */
enum fixed { EXPERIMENT_ID, RUN_NUMBER, EXPERIMENT, RUN_ORDER, FIXED };

struct query_values {
	sqlite3 *db;
	struct value_source *sources;
	size_t n;
	int first;
	sqlite3_stmt *experiments;
};

struct table {
	sqlite3_vtab base;
	struct query_values *values;
};

/* An experiment that has the first condition. */
struct experiment {
	sqlite3_int64 id;
	char *name;
};

/* A run that satisfies all terms. */
struct row {
	struct condition_run run;
	sqlite3_int64 order;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct query_values *values;
	struct value_term terms[TERMS_MAX];
	struct value_source *sources[TERMS_MAX]; /* that they are of */
	size_t n_terms;
	struct experiment *experiments;
	size_t n, at; /* of those */
	sqlite3_int64 experiment;
	struct row *rows; /* of the experiment at hand */
	size_t n_rows, row, rows_room;
	struct condition_run run;
	char *spelled; /* what a run that was given needs */
	bool descending, single, done;
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

static void
forget(struct query_values *values)
{
	for (size_t i = 0; i < values->n; i++)
		if (values->sources[i].loaded)
			value_source_forget(&values->sources[i]);
}

/* ---- rows ------------------------------------------------------------------- */

/* The terms on a condition: how many. */
static size_t
terms_on(const struct cursor *cursor, const struct value_source *source,
    const struct value_term *terms[TERMS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < cursor->n_terms; i++)
		if (cursor->sources[i] == source)
			terms[n++] = &cursor->terms[i];
	return n;
}

/* Read what the experiment at hand has.  An SQLite code. */
static int
load(struct cursor *cursor, struct value_source *source)
{
	const struct value_term *terms[TERMS_MAX];

	if (source->loaded)
		return SQLITE_OK;
	return value_source_read(
	    source, cursor->experiment, terms, terms_on(cursor, source, terms));
}

/* Does a run satisfy the terms on all conditions but the first?  1, 0; -1 with *code set.
 */
static int
run_holds(struct cursor *cursor, const struct value_source *first,
    const struct condition_run *run, int *code)
{
	for (size_t i = 0; i < cursor->n_terms; i++) {
		struct value_source *source = cursor->sources[i];
		const struct value_entry *entry;

		if (source == first)
			continue;
		*code = load(cursor, source);
		if (*code != SQLITE_OK)
			return -1;
		entry = value_source_find(source, run);
		if (entry == NULL ||
		    !value_source_holds(source, entry, &cursor->terms[i]))
			return 0;
	}
	return 1;
}

/* A run number cast to a whole number, as SQLite does it: by the digits that it begins
   with. */
static sqlite3_int64
order_of(const struct condition_run *run)
{
	char *text, *decoded, *digits;
	sqlite3_int64 order;

	if (run->whole)
		return run->number;
	text = malloc(2 * run->text.n + 6);
	if (text == NULL)
		return 0;
	decoded = text + run->text.n + 3;
	text[0] = '"';
	memcpy(text + 1, run->text.p, run->text.n);
	text[run->text.n + 1] = '"';
	json_string_decode((struct json_span){text, run->text.n + 2}, decoded);
	digits = decoded + strspn(decoded, " \t\n\v\f\r");
	/* Both stop at the largest; but a sign needs digits behind it. */
	order = strtoll(digits, NULL, 10);
	free(text);
	return order;
}

static int
by_order(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	if (one->order != other->order)
		return one->order < other->order ? -1 : 1;
	return condition_run_compare(&one->run, &other->run);
}

/* Find the rows of the experiment at hand.  An SQLite code. */
static int
find_rows(struct cursor *cursor)
{
	struct value_source *first = &cursor->values->sources[cursor->values->first];
	const struct value_term *terms[TERMS_MAX];
	size_t n = terms_on(cursor, first, terms);
	struct value_entry entry;
	bool texts = false;
	int code = load(cursor, first);

	cursor->n_rows = cursor->row = 0;
	if (code != SQLITE_OK)
		return code;
	while (value_source_next(first, terms, n, &entry)) {
		int good = run_holds(cursor, first, &entry.run, &code);

		if (good < 0)
			return code;
		if (good == 0)
			continue;
		if (!grow((void **)&cursor->rows, &cursor->rows_room, cursor->n_rows + 1,
			sizeof(*cursor->rows)))
			return SQLITE_NOMEM;
		cursor->rows[cursor->n_rows++] =
		    (struct row){entry.run, order_of(&entry.run)};
		texts |= !entry.run.whole;
	}
	value_source_begin(first);
	if (texts)
		qsort(cursor->rows, cursor->n_rows, sizeof(*cursor->rows), by_order);
	return SQLITE_OK;
}

/* Go to the row at hand, or to the first one of the experiments behind this one. */
static int
advance(struct cursor *cursor)
{
	int code;

	while (cursor->row == cursor->n_rows) {
		forget(cursor->values);
		if (cursor->at == cursor->n) {
			cursor->done = true;
			return SQLITE_OK;
		}
		cursor->experiment = cursor->experiments[cursor->at++].id;
		code = find_rows(cursor);
		if (code != SQLITE_OK)
			return code;
	}
	cursor->run = cursor
			  ->rows[cursor->descending ? cursor->n_rows - 1 - cursor->row
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

	for (int i = 0; i < info->nConstraint && terms < TERMS_MAX; i++) {
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
		    values->sources[column / FORMS].type == CONDITION_MIXED;
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
	for (size_t i = 0; i < cursor->n_terms; i++)
		value_term_free(&cursor->terms[i]);
	for (size_t i = 0; i < cursor->n; i++)
		free(cursor->experiments[i].name);
	free(cursor->experiments);
	free(cursor->spelled);
	cursor->experiments = NULL;
	cursor->spelled = NULL;
	cursor->n_terms = cursor->n = cursor->at = cursor->n_rows = cursor->row = 0;
	cursor->single = cursor->done = false;
}

static int
cursor_close(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = (struct cursor *)base;

	restart(cursor);
	forget(cursor->values);
	free(cursor->rows);
	sqlite3_free(cursor);
	return SQLITE_OK;
}

/* The experiments that are asked for, ascending. */
struct wanted {
	sqlite3_int64 *ids;
	size_t n, room;
	bool all;
};

static int
by_id(const void *a, const void *b)
{
	sqlite3_int64 one = *(const sqlite3_int64 *)a, other = *(const sqlite3_int64 *)b;

	return (one > other) - (one < other);
}

static bool
add_wanted(struct wanted *wanted, sqlite3_value *value)
{
	if (sqlite3_value_type(value) != SQLITE_INTEGER)
		return true; /* no experiment has that */
	if (!grow((void **)&wanted->ids, &wanted->room, wanted->n + 1,
		sizeof(*wanted->ids)))
		return false;
	wanted->ids[wanted->n++] = sqlite3_value_int64(value);
	return true;
}

/* Of an argument: a value, or all of IN (...).  False without memory. */
static bool
read_wanted(struct wanted *wanted, sqlite3_value *argument)
{
	sqlite3_value *value;
	int code = sqlite3_vtab_in_first(argument, &value);
	bool good = true;

	wanted->all = false;
	if (code != SQLITE_OK && code != SQLITE_DONE)
		good = add_wanted(wanted, argument);
	for (; code == SQLITE_OK && good; code = sqlite3_vtab_in_next(argument, &value))
		good = add_wanted(wanted, value);
	if (wanted->n > 0)
		qsort(wanted->ids, wanted->n, sizeof(*wanted->ids), by_id);
	return good;
}

/* Which of them have the first condition, by their names. */
static int
list_experiments(struct cursor *cursor, const struct wanted *wanted)
{
	sqlite3_stmt *query = cursor->values->experiments;
	struct experiment swap;
	size_t room = 0;
	int code;

	sqlite3_bind_int64(query, 1, cursor->values->sources[cursor->values->first].id);
	while ((code = sqlite3_step(query)) == SQLITE_ROW) {
		struct experiment new = {.id = sqlite3_column_int64(query, 0)};

		if (!wanted->all &&
		    (wanted->n == 0 || bsearch(&new.id, wanted->ids, wanted->n,
					   sizeof(new.id), by_id) == NULL))
			continue;
		new.name = strdup((const char *)sqlite3_column_text(query, 1));
		if (new.name == NULL || !grow((void **)&cursor->experiments, &room,
					    cursor->n + 1, sizeof(new))) {
			free(new.name);
			break;
		}
		cursor->experiments[cursor->n++] = new;
	}
	sqlite3_reset(query);
	for (size_t i = 0; cursor->descending && i < cursor->n / 2; i++) {
		swap = cursor->experiments[i];
		cursor->experiments[i] = cursor->experiments[cursor->n - 1 - i];
		cursor->experiments[cursor->n - 1 - i] = swap;
	}
	return code == SQLITE_DONE ? SQLITE_OK : code == SQLITE_ROW ? SQLITE_NOMEM : code;
}

/* The terms that the plan's text names.  False without memory. */
static bool
read_terms(
    struct cursor *cursor, const char *text, int argc, sqlite3_value **argv, int argument)
{
	for (; argument < argc; argument++) {
		struct value_term *term = &cursor->terms[cursor->n_terms];
		sqlite3_value *value;
		size_t number = 0;
		int code;

		*term = (struct value_term){.form = *text++};
		while (*text >= '0' && *text <= '9')
			number = number * 10 + (size_t)(*text++ - '0');
		cursor->sources[cursor->n_terms++] = &cursor->values->sources[number];
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

/* One run of one experiment. */
static int
start_single(struct cursor *cursor, sqlite3_value **argv)
{
	sqlite3_int64 id = sqlite3_value_int64(argv[0]);

	if (id != cursor->experiment)
		forget(cursor->values);
	cursor->experiment = id;
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
	struct wanted wanted = {.all = true};
	int argument = 0, code;

	restart(cursor);
	cursor->descending = plan != 0;
	if (strcmp(text, "experiment run") == 0)
		return start_single(cursor, argv);
	forget(cursor->values);
	if (strncmp(text, "experiment", 10) == 0) {
		text += strcspn(text, " ");
		text += *text == ' ';
		if (!read_wanted(&wanted, argv[argument++])) {
			free(wanted.ids);
			return SQLITE_NOMEM;
		}
	}
	code = list_experiments(cursor, &wanted);
	free(wanted.ids);
	if (code != SQLITE_OK)
		return code;
	if (!read_terms(cursor, text, argc, argv, argument))
		return SQLITE_NOMEM;
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
	    number_json((const char *)sqlite3_value_text(value),
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
	struct value_source *source = &cursor->values->sources[column / FORMS];
	char form = "vns"[column % FORMS];
	const struct value_entry *entry;
	enum condition_type type;
	int code = load(cursor, source);

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
		sqlite3_result_int64(context, cursor->experiment);
		return SQLITE_OK;
	case RUN_NUMBER:
		return condition_run_result(context, &cursor->run);
	case EXPERIMENT:
		if (cursor->at > 0)
			sqlite3_result_text(context,
			    cursor->experiments[cursor->at - 1].name, -1, SQLITE_STATIC);
		return SQLITE_OK;
	case RUN_ORDER:
		sqlite3_result_int64(context, order_of(&cursor->run));
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

struct query_values *
query_values_open(sqlite3 *db, const struct query_catalog *catalog, int first)
{
	struct query_values *values = calloc(1, sizeof(*values));
	bool good;

	if (values == NULL)
		return NULL;
	values->db = db;
	values->first = first;
	for (const struct query_condition *c = catalog->first; c != NULL; c = c->next)
		if (c->number >= (int)values->n)
			values->n = (size_t)c->number + 1;
	values->sources = calloc(values->n + 1, sizeof(*values->sources));
	good = values->sources != NULL;
	for (const struct query_condition *c = catalog->first; c != NULL && good;
	     c = c->next) {
		struct value_source *source;

		if (c->number < 0)
			continue;
		source = &values->sources[c->number];
		source->id = c->id;
		source->type =
		    c->declared != CONDITION_NONE ? c->declared : CONDITION_MIXED;
		good = value_source_open(source, db) == SQLITE_OK;
	}
	if (good &&
	    sqlite3_prepare_v3(db,
		"SELECT id, name FROM experiments WHERE id IN ("
		"SELECT experiment_id FROM condition_columns WHERE type_id = ?1 UNION "
		"SELECT experiment_id FROM local_conditions WHERE type_id = ?1) "
		"ORDER BY name",
		-1, SQLITE_PREPARE_PERSISTENT, &values->experiments, NULL) == SQLITE_OK &&
	    sqlite3_create_module(db, "elog_values", &module, values) == SQLITE_OK)
		return values;
	query_values_close(values);
	return NULL;
}

void
query_values_close(struct query_values *values)
{
	if (values == NULL)
		return;
	(void)sqlite3_create_module(values->db, "elog_values", NULL, NULL);
	sqlite3_finalize(values->experiments);
	for (size_t i = 0; i < values->n && values->sources != NULL; i++)
		value_source_close(&values->sources[i]);
	free(values->sources);
	free(values);
}
