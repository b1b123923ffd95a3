#include "query/value_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define PADDING 32 /* bytes behind each column, so that one can look that far */
#define STEPS                                                                            \
	4 /* so many experiments are stepped over before the next one is looked up */

/* Pages in memory: of all trees those that are above, and of each condition's two trees
   the one at hand. */
#define KEPT 12u
#define KEPT_EACH 2u
#define CONDITIONS 100u /* of more, not all */

/* A column: the values of a block of runs. */
struct value_piece {
	size_t at, n; /* in the text */
	bool whole;
	bool numbers; /* it has nothing but numbers and bools */
	bool plain;   /* it has no exponent, or no escape, as its values need */
	sqlite3_int64 block;
};

/* Room for need items of a size.  False without memory. */
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

/* ---- opening ---------------------------------------------------------------- */

static int
prepare(struct value_reader *reader, const char *sql, sqlite3_stmt **statement)
{
	int code = sqlite3_prepare_v3(
	    reader->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);

	if (code == SQLITE_OK)
		sqlite3_bind_int64(*statement, 1, reader->id);
	return code;
}

int
value_reader_open(struct value_reader *reader, sqlite3 *db)
{
	int code;

	reader->db = db;
	reader->until = INT64_MAX;
	/* In the index of the condition, the next experiment is near. */
	code = prepare(reader,
	    "SELECT experiment_id, block, kinds, minimum, maximum, data "
	    "FROM condition_columns INDEXED BY condition_columns_by_type "
	    "WHERE type_id = ? AND experiment_id BETWEEN ? AND ? "
	    "ORDER BY experiment_id, block",
	    &reader->columns);
	if (code == SQLITE_OK && reader->has_local)
		code = prepare(reader,
		    "SELECT run_number, value, value_type FROM local_conditions "
		    "WHERE type_id = ? AND experiment_id = ? ORDER BY run_number",
		    &reader->locals);
	return code;
}

void
value_reader_close(struct value_reader *reader)
{
	sqlite3_finalize(reader->columns);
	sqlite3_finalize(reader->locals);
}

int
value_reader_keep_few(sqlite3 *db, size_t n)
{
	char sql[60];

	snprintf(sql, sizeof(sql), "PRAGMA cache_size = %zu",
	    KEPT + (n < CONDITIONS ? n : CONDITIONS) * KEPT_EACH);
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

void
value_source_forget(struct value_source *source)
{
	for (size_t i = 0; source->is_list && i < source->n; i++)
		sqlite3_value_free(source->entries[i].local);
	for (size_t i = 0; i < source->n_owned; i++)
		free(source->owned[i]);
	source->n = source->used = source->n_owned = source->n_pieces = 0;
	source->loaded = source->is_list = false;
	value_source_begin(source);
}

void
value_source_free(struct value_source *source)
{
	value_source_forget(source);
	free(source->text);
	free(source->pieces);
	free(source->entries);
	free(source->owned);
}

/* ---- reading ---------------------------------------------------------------- */

/* Step to the columns of an experiment: SQLITE_ROW if there are any. */
static int
step_to(struct value_reader *reader, sqlite3_int64 experiment)
{
	int code = SQLITE_ROW;

	/* Those between the one that was asked for and the row have none. */
	if (reader->has_row && experiment >= reader->asked)
		for (int i = 0; i < STEPS && reader->ahead < experiment; i++) {
			code = sqlite3_step(reader->columns);
			reader->has_row = code == SQLITE_ROW;
			if (!reader->has_row)
				break;
			reader->ahead = sqlite3_column_int64(reader->columns, 0);
		}
	if (!reader->has_row || experiment < reader->asked ||
	    reader->ahead < experiment) {
		sqlite3_reset(reader->columns);
		sqlite3_bind_int64(reader->columns, 2, experiment);
		sqlite3_bind_int64(reader->columns, 3,
		    reader->until < experiment ? experiment : reader->until);
		code = sqlite3_step(reader->columns);
		reader->has_row = code == SQLITE_ROW;
		if (reader->has_row)
			reader->ahead = sqlite3_column_int64(reader->columns, 0);
	}
	reader->asked = experiment;
	if (!reader->has_row)
		return code;
	return reader->ahead == experiment ? SQLITE_ROW : SQLITE_DONE;
}

/* Can any value of the column at hand satisfy the terms? */
static bool
is_wanted(
    const struct value_reader *reader, const struct value_term *const *terms, size_t n)
{
	if (reader->type != CONDITION_MIXED)
		return true;
	for (size_t i = 0; i < n; i++)
		if (!value_term_can_hold(terms[i],
			(unsigned)sqlite3_column_int64(reader->columns, 2),
			sqlite3_column_value(reader->columns, 3),
			sqlite3_column_value(reader->columns, 4)))
			return false;
	return true;
}

/* Keep the column at hand, whose values will be compared, or not.  False without memory.
 */
static bool
add_piece(struct value_source *source, const struct value_reader *reader, bool compared)
{
	unsigned kinds = (unsigned)sqlite3_column_int64(reader->columns, 2);
	const char *text = sqlite3_column_blob(reader->columns, 5);
	size_t n = (size_t)sqlite3_column_bytes(reader->columns, 5);
	struct value_piece *piece;

	if (!grow((void **)&source->text, &source->room, source->used + n + PADDING, 1) ||
	    !grow((void **)&source->pieces, &source->pieces_room, source->n_pieces + 1,
		sizeof(*piece)))
		return false;
	piece = &source->pieces[source->n_pieces++];
	memset(source->text + source->used + n, '\0', PADDING);
	*piece = (struct value_piece){.at = source->used,
	    .n = n,
	    .whole = sqlite3_column_type(reader->columns, 1) == SQLITE_INTEGER,
	    .numbers = (kinds & ~CONDITION_NUMBERS) == 0,
	    .block = sqlite3_column_int64(reader->columns, 1)};
	if (n == 0)
		return true;
	memcpy(source->text + source->used, text, n);
	source->used += n + PADDING;
	/* true and false have an "e", too; only who compares must know. */
	if (piece->numbers)
		piece->plain = !compared || (memchr(text, 'e', n) == NULL &&
						memchr(text, 'E', n) == NULL);
	else if (kinds == CONDITION_KIND(CONDITION_STRING))
		piece->plain = memchr(text, '\\', n) == NULL;
	return true;
}

/* What the logbook has. */
static int
read_columns(struct value_source *source, struct value_reader *reader,
    sqlite3_int64 experiment, const struct value_term *const *terms, size_t n)
{
	int code = step_to(reader, experiment);

	while (code == SQLITE_ROW && reader->ahead == experiment) {
		if (is_wanted(reader, terms, n) && !add_piece(source, reader, n > 0))
			return SQLITE_NOMEM;
		code = sqlite3_step(reader->columns);
		reader->has_row = code == SQLITE_ROW;
		if (reader->has_row)
			reader->ahead = sqlite3_column_int64(reader->columns, 0);
	}
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* The run of a row of local values; its text is kept.  False without memory. */
static bool
read_run(struct value_source *source, sqlite3_stmt *row, struct condition_run *run)
{
	char *text, *spelled;
	size_t n;

	if (sqlite3_column_type(row, 0) == SQLITE_INTEGER) {
		condition_run_whole(run, sqlite3_column_int64(row, 0));
		return true;
	}
	n = (size_t)sqlite3_column_bytes(row, 0);
	text = malloc(n + 1);
	if (text == NULL || !grow((void **)&source->owned, &source->owned_room,
				source->n_owned + 2, sizeof(*source->owned))) {
		free(text);
		return false;
	}
	source->owned[source->n_owned++] = text;
	memcpy(text, sqlite3_column_text(row, 0), n + 1);
	if (!condition_run_text(run, text, n, &spelled))
		return false;
	if (spelled != NULL)
		source->owned[source->n_owned++] = spelled;
	return true;
}

static struct value_entry *
new_entry(struct value_source *source)
{
	if (!grow((void **)&source->entries, &source->entries_room, source->n + 1,
		sizeof(*source->entries)))
		return NULL;
	return &source->entries[source->n++];
}

static int
by_run(const void *a, const void *b)
{
	return condition_run_compare(
	    &((const struct value_entry *)a)->run, &((const struct value_entry *)b)->run);
}

/* The entry of a run among the first n of the list. */
static struct value_entry *
look_up(struct value_source *source, size_t n, const struct condition_run *run)
{
	size_t low = 0, high = n;

	/* Mostly it is the same or the next. */
	for (size_t i = source->at; i < n && i < source->at + 2; i++)
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

/* Put what was set here over what the logbook has. */
static int
read_locals(struct value_source *source, sqlite3_stmt *locals, sqlite3_int64 experiment)
{
	size_t logbook = source->n;
	int code;

	sqlite3_bind_int64(locals, 2, experiment);
	while ((code = sqlite3_step(locals)) == SQLITE_ROW) {
		const char *type = (const char *)sqlite3_column_text(locals, 2);
		struct value_entry *entry;
		struct condition_run run;

		if (!read_run(source, locals, &run))
			break;
		entry = look_up(source, logbook, &run);
		if (entry == NULL && (entry = new_entry(source)) != NULL)
			*entry = (struct value_entry){.run = run};
		if (entry == NULL)
			break;
		entry->local = sqlite3_value_dup(sqlite3_column_value(locals, 1));
		if (entry->local == NULL)
			break;
		entry->local_type =
		    type != NULL ? condition_type_named(type) : CONDITION_NONE;
	}
	sqlite3_reset(locals);
	if (source->n > logbook && logbook > 0)
		qsort(source->entries, source->n, sizeof(*source->entries), by_run);
	return code == SQLITE_DONE ? SQLITE_OK : code == SQLITE_ROW ? SQLITE_NOMEM : code;
}

/* ---- plain columns ---------------------------------------------------------- */

/* The value of the entry at p of a plain column, with its run number; NULL where
   something is not as usual.  What is behind the end is no digit and no quote. */
static inline const char *
plain_value(const char *p, sqlite3_int64 *number)
{
	const char *digit;

	p += *p == ',';
	if (*p != '"')
		return NULL;
	*number = 0;
	for (digit = p + 1; *digit >= '0' && *digit <= '9'; digit++)
		*number = *number * 10 + (*digit - '0');
	if (digit - p > 18 || digit == p + 1 || digit[0] != '"' || digit[1] != ':')
		return NULL;
	return digit + 2;
}

/*
 * condition_column_next() for columns of whole runs with plain values, of which there are
 * most, in a fifth of the time.  False at the end, and where something is not as usual,
 * which that function is to look at.
 */
static inline bool
plain_next(struct condition_column *column, struct value_entry *entry)
{
	const char *p = column->at, *end = column->end, *behind, *name;

	name = p + (*p == ',') + 1;
	p = plain_value(p, &entry->run.number);
	if (p == NULL)
		return false;
	entry->run.text = (struct json_span){name, (size_t)(p - 2 - name)};
	if (*p == '"') {
		behind = memchr(p + 1, '"', (size_t)(end - p - 1));
		if (behind == NULL)
			return false;
		behind++;
	} else {
		behind = memchr(p, ',', (size_t)(end - p));
		if (behind == NULL)
			behind = end - 1;
	}
	if (p >= behind || (*behind != ',' && *behind != '}'))
		return false;
	entry->value = (struct json_span){p, (size_t)(behind - p)};
	column->at = behind;
	return true;
}

/* The same as plain_value() without the number, where runs have as many digits as the one
   before, as most have. */
static inline const char *
next_value(const char *p, size_t *digits)
{
	sqlite3_int64 number;
	const char *value;

	p += *p == ',';
	if (*digits > 0 && p[0] == '"' && p[*digits + 1] == '"' && p[*digits + 2] == ':')
		return p + *digits + 3;
	value = plain_value(p, &number);
	*digits = value != NULL ? (size_t)(value - p) - 3 : 0;
	return value;
}

/* The comma from p on; NULL if there is none before the end.  Behind that is PADDING. */
static inline const char *
find_comma(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i commas = _mm_set1_epi8(',');

	for (; p < end; p += sizeof(__m128i)) {
		__m128i bytes = _mm_loadu_si128((const __m128i_u *)p);
		int equal = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, commas));

		if (equal == 0)
			continue;
		p += __builtin_ctz((unsigned)equal);
		return p < end ? p : NULL;
	}
	return NULL;
#else
	return memchr(p, ',', (size_t)(end - p));
#endif
}

/* Pass over values that are sure not to satisfy a term, in a plain column of numbers. */
static void
pass_numbers(struct condition_column *column, const struct value_quick *quick)
{
	const char *p = column->at, *end = column->end, *value, *digit;
	size_t digits = 0;

	while ((value = next_value(p, &digits)) != NULL) {
		int64_t whole = 0;

		for (digit = value;
		     *digit >= '0' && *digit <= '9' && digit - value <= VALUE_TERM_DIGITS;
		     digit++)
			whole = whole * 10 + (*digit - '0');
		if (digit == value || digit - value > VALUE_TERM_DIGITS ||
		    !((whole > quick->above && !quick->more) ||
			(whole < quick->below && !quick->less)))
			break;
		digit = find_comma(digit, end);
		if (digit == NULL)
			break;
		p = digit;
	}
	column->at = p;
}

/* ---- the columns ------------------------------------------------------------ */

/* Begin the column at hand, unless that was done. */
static const struct value_piece *
begin_piece(struct value_source *source)
{
	const struct value_piece *piece = &source->pieces[source->piece];

	if (source->column.at == NULL)
		condition_column_begin(&source->column,
		    (struct json_span){source->text + piece->at, piece->n}, piece->whole);
	return piece;
}

static inline bool
next_of_piece(struct value_source *source, const struct value_piece *piece,
    struct value_entry *entry)
{
	return (piece->plain && piece->whole && plain_next(&source->column, entry)) ||
	       condition_column_next(&source->column, &entry->run, &entry->value);
}

/* The next value that satisfies some terms. */
static bool
next_of_columns(struct value_source *source, const struct value_term *const *terms,
    size_t n, struct value_entry *entry)
{
	struct value_quick quick;
	bool is_quick = n > 0 && value_term_quick(terms[0], &quick);

	for (; source->piece < source->n_pieces; source->piece++) {
		const struct value_piece *piece = begin_piece(source);
		bool pass = is_quick && piece->plain && piece->whole && piece->numbers;

		*entry = (struct value_entry){
		    .run.whole = piece->whole, .plain = piece->plain};
		if (pass)
			pass_numbers(&source->column, &quick);
		while (next_of_piece(source, piece, entry)) {
			size_t good = 0;

			while (good < n &&
			       value_term_holds(terms[good], entry->value, entry->plain))
				good++;
			if (good == n)
				return true;
			if (pass)
				pass_numbers(&source->column, &quick);
		}
		source->column.at = NULL;
	}
	return false;
}

/* Make a list of all values. */
static int
list(struct value_source *source, const struct value_reader *reader,
    sqlite3_int64 experiment)
{
	struct value_entry entry, *copy;
	bool texts = false;

	while (next_of_columns(source, NULL, 0, &entry)) {
		copy = new_entry(source);
		if (copy == NULL)
			return SQLITE_NOMEM;
		*copy = entry;
		texts |= !entry.run.whole;
	}
	if (texts)
		qsort(source->entries, source->n, sizeof(*source->entries), by_run);
	source->is_list = true;
	return reader->has_local ? read_locals(source, reader->locals, experiment)
				 : SQLITE_OK;
}

int
value_source_read(struct value_source *source, struct value_reader *reader,
    sqlite3_int64 experiment, const struct value_term *const *terms, size_t n)
{
	bool whole = true;
	int code;

	if (source->loaded)
		return SQLITE_OK;
	source->type = reader->type;
	code = read_columns(source, reader, experiment, terms, n);
	source->loaded = true;
	for (size_t i = 0; i < source->n_pieces; i++)
		whole &= source->pieces[i].whole;
	if (code == SQLITE_OK && (reader->has_local || !whole))
		code = list(source, reader, experiment);
	value_source_begin(source);
	return code;
}

/* ---- runs ------------------------------------------------------------------- */

void
value_source_begin(struct value_source *source)
{
	source->at = source->piece = 0;
	source->column.at = NULL;
	source->has_asked = false;
}

static bool
entry_holds(const struct value_entry *entry, const struct value_term *term)
{
	return entry->local != NULL ? value_term_holds_local(term, entry->local)
				    : value_term_holds(term, entry->value, entry->plain);
}

bool
value_source_holds(const struct value_source *source, const struct value_entry *entry,
    const struct value_term *term)
{
	return source->type != CONDITION_MIXED || entry_holds(entry, term);
}

bool
value_source_next(struct value_source *source, const struct value_term *const *terms,
    size_t n, struct value_entry *entry)
{
	if (source->type != CONDITION_MIXED)
		n = 0;
	if (!source->is_list)
		return next_of_columns(source, terms, n, entry);
	while (source->at < source->n) {
		size_t good = 0;

		*entry = source->entries[source->at++];
		while (good < n && entry_holds(entry, terms[good]))
			good++;
		if (good == n)
			return true;
	}
	return false;
}

/* Go to the column that has a run, and there to that run, or one before it.  NULL if
   there is no such column. */
static const struct value_piece *
go_to(struct value_source *source, sqlite3_int64 block, sqlite3_int64 number)
{
	const struct value_piece *piece;

	while (source->piece < source->n_pieces &&
	       source->pieces[source->piece].block < block) {
		source->piece++;
		source->column.at = NULL;
	}
	if (source->piece == source->n_pieces)
		return NULL;
	if (source->pieces[source->piece].block > block)
		return NULL;
	piece = begin_piece(source);
	if (piece->whole && (piece->numbers || piece->plain))
		condition_column_skip(&source->column, number, !piece->numbers);
	return piece;
}

/* In the columns: what is before a run that was asked for is passed already. */
static const struct value_entry *
find_in_columns(struct value_source *source, const struct condition_run *run)
{
	struct value_entry *found = &source->found;
	const struct value_piece *piece;
	const char *before;

	if (!run->whole)
		return NULL;
	if (source->has_asked && run->number == source->asked_run)
		return source->has_found ? found : NULL;
	if (source->has_asked && run->number < source->asked_run)
		value_source_begin(source);
	source->has_asked = true;
	source->asked_run = run->number;
	source->has_found = false;
	piece = go_to(source, condition_block_of(run).number, run->number);
	if (piece == NULL)
		return NULL;
	*found = (struct value_entry){.run.whole = true, .plain = piece->plain};
	do {
		before = source->column.at;
		if (!next_of_piece(source, piece, found))
			return NULL;
	} while (found->run.number < run->number);
	if (found->run.number > run->number) {
		source->column.at = before;
		return NULL;
	}
	source->has_found = true;
	return found;
}

const struct value_entry *
value_source_find(struct value_source *source, const struct condition_run *run)
{
	return source->is_list ? look_up(source, source->n, run)
			       : find_in_columns(source, run);
}
