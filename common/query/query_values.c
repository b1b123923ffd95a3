#include "query/query_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/condition_column.h"
#include "db/condition_type.h"
#include "text/number.h"

#define TERMS_MAX 24 /* of a statement, that are looked at here too */
#define FIXED 2	     /* columns before the values */
#define FORMS 3	     /* v, n, s */

/* What a run has of a condition. */
struct entry {
	struct condition_run run;
	struct json_span value; /* where it is the logbook's */
	sqlite3_value *local;	/* where it is not NULL */
};

/* One condition, and what the experiment at hand has of it. */
struct source {
	sqlite3_int64 id;
	enum condition_type type; /* that somebody declared, or CONDITION_MIXED */
	bool has_local;		  /* any experiment has */
	bool loaded;
	char *text; /* columns, behind each other */
	size_t used, room;
	struct entry *entries;
	size_t n, entries_room;
	size_t at;    /* the entry that was found last */
	char **owned; /* texts of runs with local values */
	size_t n_owned, owned_room;
};

struct query_values {
	sqlite3 *db;
	struct source *sources;
	size_t n;
	int first;
	sqlite3_stmt *columns, *locals, *experiments;
};

/* A term that a row's value must satisfy: of the statement, which checks it again. */
struct term {
	struct source *source;
	char form;
	int operator; /* SQLITE_INDEX_CONSTRAINT_... */
	sqlite3_value **values;
	size_t n; /* more than one: any of them */
};

struct table {
	sqlite3_vtab base;
	struct query_values *values;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct query_values *values;
	struct term terms[TERMS_MAX];
	size_t n_terms;
	sqlite3_int64 *experiments;
	size_t n, at; /* of those */
	sqlite3_int64 experiment;
	struct condition_run run;
	char *spelled; /* what a run that was given needs */
	size_t row;    /* the entry of the first condition */
	bool single, done;
	sqlite3_int64 rowid;
};

/* ---- reading columns -------------------------------------------------------- */

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
clear(struct source *source)
{
	for (size_t i = 0; source->has_local && i < source->n; i++)
		sqlite3_value_free(source->entries[i].local);
	for (size_t i = 0; i < source->n_owned; i++)
		free(source->owned[i]);
	source->n = source->used = source->at = source->n_owned = 0;
	source->loaded = false;
}

static void
forget(struct query_values *values)
{
	for (size_t i = 0; i < values->n; i++)
		if (values->sources[i].loaded)
			clear(&values->sources[i]);
}

/* Take the columns' texts apart.  False without memory. */
static bool
read_entries(struct source *source, const size_t *ends, const bool *whole, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; from = ends[i++]) {
		struct json_span text = {source->text + from, ends[i] - from};
		struct condition_column column;
		struct entry entry = {.local = NULL};

		condition_column_begin(&column, text, whole[i]);
		while (condition_column_next(&column, &entry.run, &entry.value)) {
			if (!grow((void **)&source->entries, &source->entries_room,
				source->n + 1, sizeof(entry)))
				return false;
			source->entries[source->n++] = entry;
		}
	}
	return true;
}

static int
by_run(const void *a, const void *b)
{
	return condition_run_compare(
	    &((const struct entry *)a)->run, &((const struct entry *)b)->run);
}

/* A number in a value of SQL.  False if it is none. */
static bool
number_of(sqlite3_value *value, struct number *number)
{
	switch (sqlite3_value_numeric_type(value)) {
	case SQLITE_INTEGER:
		*number = (struct number){.integer = sqlite3_value_int64(value)};
		number->real = (double)number->integer;
		return sqlite3_value_type(value) != SQLITE_TEXT;
	case SQLITE_FLOAT:
		*number =
		    (struct number){.is_real = true, .real = sqlite3_value_double(value)};
		return sqlite3_value_type(value) != SQLITE_TEXT;
	default:
		return false;
	}
}

static int
compare_texts(struct json_span a, sqlite3_value *value)
{
	size_t n = (size_t)sqlite3_value_bytes(value);
	const char *b = (const char *)sqlite3_value_text(value);
	int order = b != NULL ? memcmp(a.p, b, a.n < n ? a.n : n) : 0;

	return order != 0 ? order : (a.n > n) - (a.n < n);
}

static bool
holds(int operator, int order)
{
	switch (operator) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return order == 0;
	case SQLITE_INDEX_CONSTRAINT_GT:
		return order > 0;
	case SQLITE_INDEX_CONSTRAINT_GE:
		return order >= 0;
	case SQLITE_INDEX_CONSTRAINT_LT:
		return order < 0;
	case SQLITE_INDEX_CONSTRAINT_LE:
		return order <= 0;
	default:
		return true;
	}
}

/* Can anything between two bounds satisfy it? */
static bool
range_holds(int operator, int least, int most)
{
	switch (operator) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return least <= 0 && most >= 0;
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return holds(operator, most);
	default:
		return holds(operator, least);
	}
}

/* May a value of a column of those kinds and bounds satisfy a term with one value? */
static bool
bounds_hold(const struct term *term, sqlite3_value *wanted, unsigned kinds,
    sqlite3_value *minimum, sqlite3_value *maximum)
{
	struct number number, least, most;
	bool texts = (kinds & CONDITION_TEXTS) != 0;
	bool equal = term->operator== SQLITE_INDEX_CONSTRAINT_EQ;

	if (number_of(wanted, &number)) {
		if ((kinds & CONDITION_NUMBERS) == 0)
			return term->form == 'v' && !equal;
		if ((texts && term->form == 'v' && !equal) ||
		    !number_of(minimum, &least) || !number_of(maximum, &most))
			return true;
		return range_holds(term->operator, number_compare(&least, &number),
		    number_compare(&most, &number));
	}
	if (sqlite3_value_type(wanted) != SQLITE_TEXT)
		return true;
	if (!texts)
		return term->form == 'v' && !equal;
	if ((kinds & CONDITION_NUMBERS) != 0 ||
	    sqlite3_value_type(minimum) != SQLITE_TEXT ||
	    sqlite3_value_type(maximum) != SQLITE_TEXT)
		return true;
	least.integer =
	    compare_texts((struct json_span){(const char *)sqlite3_value_text(minimum),
			      (size_t)sqlite3_value_bytes(minimum)},
		wanted);
	most.integer =
	    compare_texts((struct json_span){(const char *)sqlite3_value_text(maximum),
			      (size_t)sqlite3_value_bytes(maximum)},
		wanted);
	return range_holds(term->operator,(int) least.integer, (int)most.integer);
}

/* May any value of the column that a row tells of satisfy all terms? */
static bool
is_wanted(const struct cursor *cursor, const struct source *source, sqlite3_stmt *row)
{
	unsigned kinds = (unsigned)sqlite3_column_int64(row, 1);

	if (source->type != CONDITION_MIXED)
		return true;
	for (size_t i = 0; i < cursor->n_terms; i++) {
		const struct term *term = &cursor->terms[i];
		bool any = false;

		if (term->source != source)
			continue;
		for (size_t j = 0; j < term->n && !any; j++)
			any = bounds_hold(term, term->values[j], kinds,
			    sqlite3_column_value(row, 2), sqlite3_column_value(row, 3));
		if (!any)
			return false;
	}
	return true;
}

#define BLOCKS_ROOM 8

/* Read what the logbook has of the experiment at hand.  An SQLite code. */
static int
load_columns(const struct cursor *cursor, struct source *source)
{
	size_t few_ends[BLOCKS_ROOM], *ends = few_ends, n = 0, room = BLOCKS_ROOM;
	bool few_whole[BLOCKS_ROOM], *whole = few_whole, texts = false, good = true;
	sqlite3_stmt *query = cursor->values->columns;
	int code;

	sqlite3_bind_int64(query, 1, cursor->experiment);
	sqlite3_bind_int64(query, 2, source->id);
	while (good && (code = sqlite3_step(query)) == SQLITE_ROW) {
		size_t length;
		const void *text;

		if (!is_wanted(cursor, source, query))
			continue;
		text = sqlite3_column_blob(query, 4);
		length = (size_t)sqlite3_column_bytes(query, 4);
		if (n == room) {
			size_t *more = malloc(room * 2 * sizeof(*more));
			bool *more_whole = malloc(room * 2 * sizeof(*more_whole));

			if (more != NULL && more_whole != NULL) {
				memcpy(more, ends, n * sizeof(*more));
				memcpy(more_whole, whole, n * sizeof(*more_whole));
			}
			if (ends != few_ends) {
				free(ends);
				free(whole);
			}
			ends = more;
			whole = more_whole;
			room *= 2;
			good = more != NULL && more_whole != NULL;
		}
		if (!good || !grow((void **)&source->text, &source->room,
				 source->used + length, 1)) {
			good = false;
			break;
		}
		if (length > 0)
			memcpy(source->text + source->used, text, length);
		source->used += length;
		ends[n] = source->used;
		whole[n] = sqlite3_column_type(query, 0) == SQLITE_INTEGER;
		texts |= !whole[n++];
	}
	sqlite3_reset(query);
	if (!good || !read_entries(source, ends, whole, n))
		code = SQLITE_NOMEM;
	if (ends != few_ends) {
		free(ends);
		free(whole);
	}
	if (texts && code == SQLITE_DONE)
		qsort(source->entries, source->n, sizeof(*source->entries), by_run);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* The entry of a run, from where the last one was found; NULL if there is none. */
static struct entry *
find(struct source *source, const struct condition_run *run)
{
	size_t low = 0, high = source->n;

	/* Mostly it is the same or the next. */
	for (size_t i = source->at; i < source->n && i < source->at + 2; i++)
		if (condition_run_compare(&source->entries[i].run, run) == 0) {
			source->at = i;
			return &source->entries[i];
		}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = condition_run_compare(&source->entries[middle].run, run);

		if (order == 0) {
			source->at = middle;
			return &source->entries[middle];
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The run of a row of local values; its text is kept.  False without memory. */
static bool
read_run(struct source *source, sqlite3_stmt *row, struct condition_run *run)
{
	char *text, *spelled;

	if (sqlite3_column_type(row, 0) == SQLITE_INTEGER) {
		condition_run_whole(run, sqlite3_column_int64(row, 0));
		return true;
	}
	text = malloc((size_t)sqlite3_column_bytes(row, 0) + 1);
	if (text == NULL || !grow((void **)&source->owned, &source->owned_room,
				source->n_owned + 2, sizeof(*source->owned))) {
		free(text);
		return false;
	}
	source->owned[source->n_owned++] = text;
	memcpy(
	    text, sqlite3_column_text(row, 0), (size_t)sqlite3_column_bytes(row, 0) + 1);
	if (!condition_run_text(
		run, text, (size_t)sqlite3_column_bytes(row, 0), &spelled))
		return false;
	if (spelled != NULL)
		source->owned[source->n_owned++] = spelled;
	return true;
}

/* Read what was set here, over what the logbook has.  An SQLite code. */
static int
load_locals(const struct cursor *cursor, struct source *source)
{
	sqlite3_stmt *query = cursor->values->locals;
	size_t logbook = source->n;
	int code;

	sqlite3_bind_int64(query, 1, source->id);
	sqlite3_bind_int64(query, 2, cursor->experiment);
	while ((code = sqlite3_step(query)) == SQLITE_ROW) {
		struct entry entry = {.local = NULL}, *old;
		size_t all = source->n;

		if (!read_run(source, query, &entry.run))
			break;
		entry.local = sqlite3_value_dup(sqlite3_column_value(query, 1));
		if (entry.local == NULL)
			break;
		source->n = logbook;
		old = find(source, &entry.run);
		source->n = all;
		if (old != NULL) {
			old->local = entry.local;
			continue;
		}
		if (!grow((void **)&source->entries, &source->entries_room, all + 1,
			sizeof(entry))) {
			sqlite3_value_free(entry.local);
			break;
		}
		source->entries[source->n++] = entry;
	}
	sqlite3_reset(query);
	if (source->n > logbook && logbook > 0)
		qsort(source->entries, source->n, sizeof(*source->entries), by_run);
	source->at = 0;
	return code == SQLITE_DONE ? SQLITE_OK : code == SQLITE_ROW ? SQLITE_NOMEM : code;
}

static int
load(const struct cursor *cursor, struct source *source)
{
	int code;

	if (source->loaded)
		return SQLITE_OK;
	source->loaded = true;
	code = load_columns(cursor, source);
	if (code == SQLITE_OK && source->has_local)
		code = load_locals(cursor, source);
	return code;
}

/* ---- terms ------------------------------------------------------------------ */

/*
 * Is a number of many digits, which is slow to read exactly, clearly less (-1) or more
 * (1) than a bound?  0: it is near, or written with an exponent, or with more digits than
 * that.
 */
static int
clearly(struct json_span text, double bound)
{
	const char *p = text.p, *end = text.p + text.n;
	bool negative = text.n > 0 && *p == '-';
	long double value = 0, scale = 1, near;
	const char *point = NULL;

	for (p += negative; p < end; p++) {
		if (*p == '.' && point == NULL) {
			point = p;
		} else if (*p >= '0' && *p <= '9') {
			value = value * 10 + (*p - '0');
			scale *= point != NULL ? 10 : 1;
		} else {
			return 0;
		}
	}
	if (text.n > 20)
		return 0;
	value = negative ? -value / scale : value / scale;
	near = (value < 0 ? -value : value) * 1e-12L;
	return value > bound + near ? 1 : value < bound - near ? -1 : 0;
}

/*
 * May a value of the logbook satisfy a term with one value?  Only what is sure to fail is
 * told here: the statement has the last word.
 */
static bool
value_holds(const struct term *term, struct json_span json, sqlite3_value *wanted)
{
	struct number number, bound;
	struct json_span text;
	bool equal = term->operator== SQLITE_INDEX_CONSTRAINT_EQ;
	int order;

	if (number_of(wanted, &bound)) {
		switch (json.p[0]) {
		case 't':
		case 'f':
			number = (struct number){.integer = json.p[0] == 't'};
			number.real = (double)number.integer;
			break;
		case '"':
		case '{':
		case '[':
			return term->form == 'v' && !equal;
		default:
			order = json.n > 15 ? clearly(json, bound.real) : 0;
			if (order != 0)
				return holds(term->operator, order);
			if (!number_json(json.p, json.n, &number))
				return true;
		}
		return holds(term->operator, number_compare(&number, &bound));
	}
	if (sqlite3_value_type(wanted) != SQLITE_TEXT || json.p[0] == '{' ||
	    json.p[0] == '[')
		return true;
	if (json.p[0] != '"')
		return term->form == 'v' && !equal;
	text = (struct json_span){json.p + 1, json.n - 2};
	if (memchr(text.p, '\\', text.n) != NULL)
		return true;
	return holds(term->operator, compare_texts(text, wanted));
}

static bool
entry_holds(const struct term *term, const struct entry *entry)
{
	if (entry->local != NULL || term->source->type != CONDITION_MIXED)
		return true;
	for (size_t i = 0; i < term->n; i++)
		if (value_holds(term, entry->value, term->values[i]))
			return true;
	return false;
}

/* May the run at hand satisfy all terms?  1, 0; -1 with *code set. */
static int
run_holds(struct cursor *cursor, int *code)
{
	for (size_t i = 0; i < cursor->n_terms; i++) {
		struct term *term = &cursor->terms[i];
		const struct entry *entry;

		*code = load(cursor, term->source);
		if (*code != SQLITE_OK)
			return -1;
		entry = find(term->source, &cursor->run);
		if (entry == NULL || !entry_holds(term, entry))
			return 0;
	}
	return 1;
}

static void
free_terms(struct cursor *cursor)
{
	for (size_t i = 0; i < cursor->n_terms; i++) {
		for (size_t j = 0; j < cursor->terms[i].n; j++)
			sqlite3_value_free(cursor->terms[i].values[j]);
		free(cursor->terms[i].values);
	}
	cursor->n_terms = 0;
}

/* Add a value to a term.  False without memory. */
static bool
add_value(struct term *term, sqlite3_value *value)
{
	sqlite3_value **more =
	    realloc(term->values, (term->n + 1) * sizeof(sqlite3_value *));

	if (more == NULL)
		return false;
	term->values = more;
	more[term->n] = sqlite3_value_dup(value);
	return more[term->n] != NULL && ++term->n > 0;
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
	fputs("CREATE TABLE elog_values (experiment_id, run_number", text);
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

/*
 * The plan's text, which --explain shows, is what filter() is given: "experiment run" and
 * terms such as "v0>", in the order of the arguments.
 */
static int
table_plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct query_values *values = ((struct table *)base)->values;
	int argument = 0, experiment = -1, run = -1, terms = 0;
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return SQLITE_NOMEM;
	for (int i = 0; i < info->nConstraint; i++)
		if (info->aConstraint[i].usable &&
		    info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ) {
			if (info->aConstraint[i].iColumn == 0 && experiment < 0)
				experiment = i;
			if (info->aConstraint[i].iColumn == 1 && run < 0)
				run = i;
		}
	if (experiment >= 0) {
		fputs("experiment", out);
		info->aConstraintUsage[experiment].argvIndex = ++argument;
	}
	if (experiment >= 0 && run >= 0) {
		fputs(" run", out);
		info->aConstraintUsage[run].argvIndex = ++argument;
	} else {
		run = -1;
	}
	for (int i = 0; i < info->nConstraint && run < 0; i++) {
		int column = info->aConstraint[i].iColumn - FIXED;
		const char *operator= operator_text(info->aConstraint[i].op);

		if (!info->aConstraint[i].usable ||
		    column < 0 ||
		    operator== NULL || terms == TERMS_MAX ||
			strcmp(sqlite3_vtab_collation(info, i), "BINARY") != 0)
			continue;
		if (sqlite3_vtab_in(info, i, -1))
			(void)sqlite3_vtab_in(info, i, 1);
		fprintf(out, "%s%c%d%s", argument > 0 ? " " : "", "vns"[column % FORMS],
		    column / FORMS, operator);
		info->aConstraintUsage[i].argvIndex = ++argument;
		terms++;
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
	free_terms(cursor);
	free(cursor->experiments);
	free(cursor->spelled);
	cursor->experiments = NULL;
	cursor->spelled = NULL;
	cursor->n = cursor->at = cursor->row = 0;
	cursor->single = cursor->done = false;
}

static int
cursor_close(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = (struct cursor *)base;

	restart(cursor);
	forget(cursor->values);
	sqlite3_free(cursor);
	return SQLITE_OK;
}

/* Which experiments have the first condition. */
static int
list_experiments(struct cursor *cursor)
{
	sqlite3_stmt *query = cursor->values->experiments;
	size_t room = 0;
	int code;

	sqlite3_bind_int64(query, 1, cursor->values->sources[cursor->values->first].id);
	while ((code = sqlite3_step(query)) == SQLITE_ROW) {
		if (!grow((void **)&cursor->experiments, &room, cursor->n + 1,
			sizeof(*cursor->experiments)))
			break;
		cursor->experiments[cursor->n++] = sqlite3_column_int64(query, 0);
	}
	sqlite3_reset(query);
	return code == SQLITE_DONE ? SQLITE_OK : code == SQLITE_ROW ? SQLITE_NOMEM : code;
}

/* From an entry of the first condition on, to one that may satisfy all terms, in this
   experiment or those behind it. */
static int
advance(struct cursor *cursor)
{
	struct source *first = &cursor->values->sources[cursor->values->first];
	int code = SQLITE_OK;

	for (;;) {
		if (!first->loaded && cursor->at < cursor->n) {
			cursor->experiment = cursor->experiments[cursor->at];
			cursor->row = 0;
			code = load(cursor, first);
			if (code != SQLITE_OK)
				return code;
		}
		for (; first->loaded && cursor->row < first->n; cursor->row++) {
			int good;

			cursor->run = first->entries[cursor->row].run;
			first->at = cursor->row;
			good = run_holds(cursor, &code);
			if (good != 0)
				return good > 0 ? SQLITE_OK : code;
		}
		forget(cursor->values);
		if (cursor->at < cursor->n)
			cursor->at++;
		if (cursor->at == cursor->n) {
			cursor->done = true;
			return SQLITE_OK;
		}
	}
}

/* The terms that the plan's text names.  False without memory. */
static bool
read_terms(
    struct cursor *cursor, const char *text, int argc, sqlite3_value **argv, int argument)
{
	for (; argument < argc; argument++) {
		struct term *term = &cursor->terms[cursor->n_terms++];
		sqlite3_value *value;
		size_t number = 0;
		int code;

		*term = (struct term){.form = *text++};
		while (*text >= '0' && *text <= '9')
			number = number * 10 + (size_t)(*text++ - '0');
		term->source = &cursor->values->sources[number];
		term->operator= text[0] == '='	   ? SQLITE_INDEX_CONSTRAINT_EQ
		: text[0] == '>' && text[1] == '=' ? SQLITE_INDEX_CONSTRAINT_GE
		: text[0] == '>'		   ? SQLITE_INDEX_CONSTRAINT_GT
		: text[1] == '='		   ? SQLITE_INDEX_CONSTRAINT_LE
						   : SQLITE_INDEX_CONSTRAINT_LT;
		text += strcspn(text, " ");
		text += *text == ' ';
		code = sqlite3_vtab_in_first(argv[argument], &value);
		if (code != SQLITE_OK && code != SQLITE_DONE) {
			if (!add_value(term, argv[argument]))
				return false;
			continue;
		}
		for (; code == SQLITE_OK;
		     code = sqlite3_vtab_in_next(argv[argument], &value))
			if (!add_value(term, value))
				return false;
	}
	return true;
}

static int
cursor_start(
    sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor *cursor = (struct cursor *)base;
	bool experiment = strncmp(text, "experiment", 10) == 0;
	bool run = experiment && strncmp(text + 10, " run", 4) == 0;

	(void)plan;
	restart(cursor);
	if (!run)
		forget(cursor->values);
	if (run) {
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
	if (experiment)
		text += text[10] == ' ' ? 11 : 10;
	if (!read_terms(cursor, text, argc, argv, experiment))
		return SQLITE_NOMEM;
	if (experiment) {
		cursor->experiments = malloc(sizeof(*cursor->experiments));
		if (cursor->experiments == NULL)
			return SQLITE_NOMEM;
		cursor->experiments[0] = sqlite3_value_int64(argv[0]);
		cursor->n = 1;
	} else {
		int code = list_experiments(cursor);

		if (code != SQLITE_OK)
			return code;
	}
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

static int
cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	struct cursor *cursor = (struct cursor *)base;
	struct source *source;
	const struct entry *entry;
	char form;
	int code;

	if (column == 0) {
		sqlite3_result_int64(context, cursor->experiment);
		return SQLITE_OK;
	}
	if (column == 1)
		return condition_run_result(context, &cursor->run);
	source = &cursor->values->sources[(column - FIXED) / FORMS];
	form = "vns"[(column - FIXED) % FORMS];
	code = load(cursor, source);
	if (code != SQLITE_OK)
		return code;
	entry = find(source, &cursor->run);
	if (entry == NULL)
		return SQLITE_OK;
	if (entry->local != NULL) {
		if (source->type != CONDITION_MIXED)
			sqlite3_result_value(context, entry->local);
		else
			give_local(context, entry->local, form);
		return SQLITE_OK;
	}
	if (form != 'v' &&
	    (form == 's') != (entry->value.p[0] == '"' || entry->value.p[0] == '{' ||
				 entry->value.p[0] == '['))
		return SQLITE_OK;
	(void)condition_type_result(context, source->type, entry->value);
	return SQLITE_OK;
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

static bool
prepare(struct query_values *values, const char *sql, sqlite3_stmt **statement)
{
	return sqlite3_prepare_v3(values->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
		   statement, NULL) == SQLITE_OK;
}

/* Has anybody set a value of it here? */
static int
ask_local(const struct query_values *values, struct source *source)
{
	sqlite3_stmt *any = NULL;
	int code = sqlite3_prepare_v2(values->db,
	    "SELECT 1 FROM local_conditions WHERE type_id = ? LIMIT 1", -1, &any, NULL);

	if (code == SQLITE_OK) {
		sqlite3_bind_int64(any, 1, source->id);
		code = sqlite3_step(any);
	}
	source->has_local = code == SQLITE_ROW;
	sqlite3_finalize(any);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

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
		struct source *source;

		if (c->number < 0)
			continue;
		source = &values->sources[c->number];
		source->id = c->id;
		source->type =
		    c->declared != CONDITION_NONE ? c->declared : CONDITION_MIXED;
		good = ask_local(values, source) == 0;
	}
	if (good &&
	    prepare(values,
		"SELECT block, kinds, minimum, maximum, data FROM condition_columns "
		"WHERE experiment_id = ? AND type_id = ? ORDER BY block",
		&values->columns) &&
	    prepare(values,
		"SELECT run_number, value FROM local_conditions "
		"WHERE type_id = ? AND experiment_id = ? ORDER BY run_number",
		&values->locals) &&
	    prepare(values,
		"SELECT experiment_id FROM condition_columns WHERE type_id = ?1 UNION "
		"SELECT experiment_id FROM local_conditions WHERE type_id = ?1",
		&values->experiments) &&
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
	sqlite3_finalize(values->columns);
	sqlite3_finalize(values->locals);
	sqlite3_finalize(values->experiments);
	for (size_t i = 0; i < values->n && values->sources != NULL; i++) {
		clear(&values->sources[i]);
		free(values->sources[i].text);
		free(values->sources[i].entries);
		free(values->sources[i].owned);
	}
	free(values->sources);
	free(values);
}
