#include "query/value_experiment.h"

#include <stdlib.h>
#include <string.h>

bool
value_experiment_open(struct value_experiment *experiment, size_t n)
{
	*experiment = (struct value_experiment){.n = n};
	experiment->sources = calloc(n + 1, sizeof(*experiment->sources));
	return experiment->sources != NULL;
}

void
value_experiment_begin(struct value_experiment *experiment, sqlite3_int64 id)
{
	for (size_t i = 0; i < experiment->n; i++)
		if (experiment->sources[i].loaded)
			value_source_forget(&experiment->sources[i]);
	experiment->n_rows = 0;
	experiment->id = id;
}

void
value_experiment_close(struct value_experiment *experiment)
{
	for (size_t i = 0; i < experiment->n && experiment->sources != NULL; i++)
		value_source_free(&experiment->sources[i]);
	free(experiment->sources);
	free(experiment->rows);
	*experiment = (struct value_experiment){0};
}

/* The terms on a condition: how many. */
static size_t
terms_on(const struct value_question *question, size_t condition,
    const struct value_term *terms[VALUE_TERMS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < question->n_terms; i++)
		if (question->of[i] == condition)
			terms[n++] = &question->terms[i];
	return n;
}

int
value_experiment_read(struct value_experiment *experiment, struct value_reader *readers,
    const struct value_question *question, size_t condition)
{
	struct value_source *source = &experiment->sources[condition];
	const struct value_term *terms[VALUE_TERMS_MAX];

	if (source->loaded)
		return SQLITE_OK;
	return value_source_read(source, &readers[condition], experiment->id, terms,
	    terms_on(question, condition, terms));
}

/* Does a run satisfy the terms on all conditions but the first?  1, 0; -1 with *code set.
 */
static int
run_holds(struct value_experiment *experiment, struct value_reader *readers,
    const struct value_question *question, const struct condition_run *run, int *code)
{
	for (size_t i = 0; i < question->n_terms; i++) {
		size_t of = question->of[i];
		struct value_source *source = &experiment->sources[of];
		const struct value_entry *entry;

		if (of == question->first)
			continue;
		if (!source->loaded) {
			*code = value_experiment_read(experiment, readers, question, of);
			if (*code != SQLITE_OK)
				return -1;
		}
		entry = value_source_find(source, run);
		if (entry == NULL ||
		    !value_source_holds(source, entry, &question->terms[i]))
			return 0;
	}
	return 1;
}

sqlite3_int64
value_run_order(const struct condition_run *run)
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
	const struct value_row *one = a, *other = b;

	if (one->order != other->order)
		return one->order < other->order ? -1 : 1;
	return condition_run_compare(&one->run, &other->run);
}

/* False without memory. */
static bool
add_row(struct value_experiment *experiment, const struct condition_run *run)
{
	if (experiment->n_rows == experiment->rows_room) {
		size_t room = experiment->rows_room * 2 + 64;
		struct value_row *rows = realloc(experiment->rows, room * sizeof(*rows));

		if (rows == NULL)
			return false;
		experiment->rows = rows;
		experiment->rows_room = room;
	}
	experiment->rows[experiment->n_rows++] =
	    (struct value_row){*run, value_run_order(run)};
	return true;
}

int
value_experiment_find(struct value_experiment *experiment, struct value_reader *readers,
    const struct value_question *question)
{
	struct value_source *first = &experiment->sources[question->first];
	const struct value_term *terms[VALUE_TERMS_MAX];
	size_t n = terms_on(question, question->first, terms);
	struct value_entry entry;
	bool texts = false;
	int code = value_experiment_read(experiment, readers, question, question->first);

	experiment->n_rows = 0;
	if (code != SQLITE_OK)
		return code;
	while (value_source_next(first, terms, n, &entry)) {
		int good = run_holds(experiment, readers, question, &entry.run, &code);

		if (good < 0)
			return code;
		if (good == 0)
			continue;
		if (!add_row(experiment, &entry.run))
			return SQLITE_NOMEM;
		texts |= !entry.run.whole;
	}
	value_source_begin(first);
	if (texts)
		qsort(experiment->rows, experiment->n_rows, sizeof(*experiment->rows),
		    by_order);
	return SQLITE_OK;
}
