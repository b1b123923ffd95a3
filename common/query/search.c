#include "query/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/index.h"
#include "query/query.h"
#include "query/search_document.h"

/* A document that was found and waits for its turn. */
struct found {
	int64_t place, created;
	double rank;
	struct search_document *copy; /* NULL: it is read again */
};

/* So many are kept whole while they wait: where hits come in the order of time, few do.
 */
#define KEPT_WHOLE 64

struct search {
	sqlite3 *db;
	const char *path;
	struct search_query *query;
	const struct search_options *options;
	search_take *take;
	void *context;
	bool exact;
	unsigned kinds;
	sqlite3_stmt *find, *place, *is_run;
	int64_t seconds; /* that a place stands for */
	struct search_documents documents;
	struct found *waiting; /* the newest last */
	size_t n, capacity;
	long long left; /* -1: no limit */
	long long counted;
};

static enum search_kind
kind_of(int64_t place)
{
	int64_t kind = place < 0 ? -place >> 40 : 0;

	return kind < SEARCH_KINDS ? (enum search_kind)kind : SEARCH_KINDS;
}

/* ---- Conditions ------------------------------------------------------------- */

/* The runs for which a condition is true become rows of a temporary table. */
static int
find_runs(struct search *search, const struct search_term *term)
{
	struct query_wanted wanted = {.text = term->text, .limit = -1, .columns = ""};
	struct query_error error;
	struct query *query;
	sqlite3_stmt *note, *runs;
	int code;

	query = query_prepare(search->db, search->path, &wanted, &error);
	if (query == NULL) {
		if (error.message[0] == '\0')
			return EXIT_PARTIAL;
		query_error_print(&error);
		return EXIT_USAGE;
	}
	note = db_prepare(search->db, search->path,
	    "INSERT OR IGNORE INTO temp.search_runs VALUES (?, ?, ?)");
	runs = query_statement(query);
	code = note != NULL ? SQLITE_DONE : SQLITE_ERROR;
	while (code == SQLITE_DONE && (code = sqlite3_step(runs)) == SQLITE_ROW) {
		sqlite3_bind_int64(note, 1, (sqlite3_int64)term->number);
		sqlite3_bind_value(note, 2, sqlite3_column_value(runs, 0));
		sqlite3_bind_value(note, 3, sqlite3_column_value(runs, 1));
		code = sqlite3_step(note);
		sqlite3_reset(note);
	}
	if (code != SQLITE_DONE)
		db_complain(search->db, search->path);
	sqlite3_finalize(note);
	query_free(query);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

static int
find_all_runs(struct search *search)
{
	size_t n = 0;
	int status = EXIT_DONE;

	for (size_t i = 0; i < search->query->n_groups; i++)
		for (struct search_term *t = search->query->groups[i];
		     t != NULL && status == EXIT_DONE; t = t->next) {
			if (t->field != SEARCH_WHERE)
				continue;
			if (n == 0 &&
			    db_exec(search->db, search->path,
				"CREATE TEMP TABLE IF NOT EXISTS search_runs (condition, "
				"experiment, run, PRIMARY KEY (condition, experiment, "
				"run)) WITHOUT ROWID; DELETE FROM temp.search_runs") != 0)
				return EXIT_PARTIAL;
			t->number = n++;
			status = find_runs(search, t);
		}
	if (n == 0 || status != EXIT_DONE)
		return status;
	search->is_run = db_prepare(search->db, search->path,
	    "SELECT 1 FROM temp.search_runs WHERE condition = ? AND experiment = ? "
	    "AND run IN (?3, CAST(?3 AS TEXT), CAST(?3 AS INTEGER))");
	return search->is_run != NULL ? EXIT_DONE : EXIT_PARTIAL;
}

static int
is_of_run(void *context, const struct search_document *document, size_t where)
{
	struct search *search = context;

	if (document->run[0] == '\0')
		return 0;
	sqlite3_bind_int64(search->is_run, 1, (sqlite3_int64)where);
	sqlite3_bind_text(search->is_run, 2, document->experiment, -1, SQLITE_STATIC);
	sqlite3_bind_text(search->is_run, 3, document->run, -1, SQLITE_STATIC);
	return statement_ask(search->is_run, search->path);
}

/* ---- Documents -------------------------------------------------------------- */

/* The id in its table of what stands at a place; 0 if there is none. */
static int64_t
id_at(struct search *search, int64_t place)
{
	int64_t id = 0;

	if (place < 0)
		return -place & (((int64_t)1 << 40) - 1);
	sqlite3_bind_int64(search->place, 1, place);
	if (sqlite3_step(search->place) == SQLITE_ROW)
		id = sqlite3_column_int64(search->place, 0);
	sqlite3_reset(search->place);
	return id;
}

/* As search_documents_read(). */
static int
read_document(struct search *search, int64_t place, struct search_document *d)
{
	enum search_kind kind = kind_of(place);
	int64_t id = id_at(search, place);

	if (kind == SEARCH_KINDS || id == 0)
		return 0;
	return search_documents_read(&search->documents, kind, id, d);
}

/* ---- Order ------------------------------------------------------------------ */

static int
by_time(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->created != y->created)
		return x->created < y->created ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* Keep it among those that wait: in order where they are few, those of the same
   seconds. */
static int
hold(struct search *search, struct found *found, const struct search_document *document,
    bool sorted)
{
	size_t i = search->n;

	if (search->n == search->capacity) {
		size_t capacity = search->capacity * 2 + 64;
		struct found *more = realloc(search->waiting, capacity * sizeof(*more));

		if (more == NULL) {
			msg("no memory");
			return -1;
		}
		search->waiting = more;
		search->capacity = capacity;
	}
	while (sorted && i > 0 && by_time(&search->waiting[i - 1], found) > 0) {
		search->waiting[i] = search->waiting[i - 1];
		i--;
	}
	if (search->n < KEPT_WHOLE)
		found->copy = search_document_copy(document);
	search->waiting[i] = *found;
	search->n++;
	return 0;
}

/* Hand over one.  1 if no more are wanted. */
static int
give(struct search *search, struct search_document *document, double rank)
{
	int result;

	document->rank = rank;
	result = search->take(search->context, document);
	if (search->left > 0)
		search->left--;
	return result != 0 || search->left == 0;
}

/* The same of one that waited.  -1 after a message. */
static int
give_found(struct search *search, const struct found *found)
{
	struct search_document document;
	int result;

	if (found->copy != NULL) {
		result = give(search, found->copy, found->rank);
		free(found->copy);
		return result;
	}
	result = read_document(search, found->place, &document);
	return result > 0 ? give(search, &document, found->rank) : result;
}

/* Hand over those that were written at or after a second: nothing that is found later
   comes before them. */
static int
give_waiting(struct search *search, int64_t second)
{
	int result = 0;

	while (result == 0 && search->n > 0 &&
	       search->waiting[search->n - 1].created >= second)
		result = give_found(search, &search->waiting[--search->n]);
	return result;
}

/* ---- The search ------------------------------------------------------------- */

/* Is it of a kind and a time that were asked for, and does it match?  As read_document(),
   which it calls. */
static int
consider(struct search *search, struct found *found, struct search_document *document)
{
	int result;

	if ((search->kinds & 1u << kind_of(found->place)) == 0)
		return 0;
	result = read_document(search, found->place, document);
	if (result <= 0)
		return result;
	found->created = document->created;
	if ((search->query->since != INT64_MIN &&
		document->created < search->query->since) ||
	    document->created >= search->query->until)
		result = 0;
	else
		result = search_matches(
		    search->query, document, search->exact, is_of_run, search);
	return result;
}

static int
walk(struct search *search)
{
	/* Only entries stand in the order of time. */
	bool sorted = !search->options->by_rank && search->kinds == 1u << SEARCH_ENTRIES;
	int result = 0, code;

	while ((code = sqlite3_step(search->find)) == SQLITE_ROW) {
		struct search_document document;
		struct found found = {.place = sqlite3_column_int64(search->find, 0),
		    .rank = sqlite3_column_double(search->find, 1)};

		/* An entry stands at its time or later. */
		if (sorted)
			result =
			    give_waiting(search, (found.place + 1) * search->seconds);
		if (result == 0 && (result = consider(search, &found, &document)) > 0)
			result = search->options->by_rank
				     ? give(search, &document, found.rank)
				     : hold(search, &found, &document, sorted);
		if (result != 0)
			return result;
	}
	if (code != SQLITE_DONE) {
		db_complain(search->db, search->path);
		return -1;
	}
	if (!sorted && search->n > 0)
		qsort(search->waiting, search->n, sizeof(*search->waiting), by_time);
	return give_waiting(search, INT64_MIN);
}

/* Is nothing left to be looked at in a candidate? */
static bool
is_settled(const struct search *search)
{
	const struct search_query *query = search->query;

	for (size_t i = 0; i < query->n_groups; i++)
		if (!search->exact || !search_is_seen_to(query->groups[i]))
			return false;
	return (search->options->gone ||
		   db_number(search->db,
		       "SELECT 1 FROM fetches WHERE status = 'gone' LIMIT 1", 0) == 0) &&
	       query->since == INT64_MIN && query->until == INT64_MAX &&
	       search->kinds == 1u << SEARCH_ENTRIES;
}

static int
count(struct search *search)
{
	bool settled = is_settled(search);
	int result = 0, code;

	while (result >= 0 && (code = sqlite3_step(search->find)) == SQLITE_ROW) {
		struct found found = {.place = sqlite3_column_int64(search->find, 0)};
		struct search_document document;

		result = settled ? 1 : consider(search, &found, &document);
		search->counted += result > 0;
	}
	if (result >= 0 && code != SQLITE_DONE) {
		db_complain(search->db, search->path);
		result = -1;
	}
	return result < 0 ? -1 : 0;
}

/* The statement that finds candidates. */
static int
prepare_find(struct search *search)
{
	const struct search_options *options = search->options;
	bool failed = false;
	const char *expression = search_expression(search->query, &failed);
	int64_t low = search->kinds >> 1 == 0 ? 0 : INT64_MIN;
	char sql[300];

	if (failed) {
		msg("no memory");
		return -1;
	}
	search->exact = expression != NULL;
	search->seconds = index_seconds(db_number(search->db, INDEX_LAST_PLACE, 0));
	if (search->kinds >> 1 == 0 && search->query->since > low)
		low = search->query->since / search->seconds;
	snprintf(sql, sizeof(sql),
	    "SELECT rowid, %s FROM search WHERE rowid >= ?1 %s ORDER BY %s",
	    expression != NULL && (options->by_rank || options->ranked)
		? "bm25(search, 1.0, 4.0, 2.0, 2.0, 2.0)"
		: "NULL",
	    expression != NULL ? "AND search MATCH ?2" : "",
	    expression != NULL && options->by_rank ? "2, rowid DESC" : "rowid DESC");
	search->find = db_prepare(search->db, search->path, sql);
	search->place = db_prepare(
	    search->db, search->path, "SELECT id FROM search_places WHERE place = ?");
	if (search->find == NULL || search->place == NULL)
		return -1;
	sqlite3_bind_int64(search->find, 1, low);
	if (expression != NULL)
		sqlite3_bind_text(search->find, 2, expression, -1, SQLITE_STATIC);
	return 0;
}

static bool
asks_types(const struct search_query *query)
{
	for (size_t i = 0; i < query->n_groups; i++)
		for (const struct search_term *t = query->groups[i]; t != NULL;
		     t = t->next)
			if (t->field == SEARCH_TYPE)
				return true;
	return false;
}

/* Do what is to be done with the candidates.  The exit status. */
static int
run(struct search *search, int (*work)(struct search *search))
{
	int status;

	search->kinds =
	    search->query->kinds != 0 ? search->query->kinds : 1u << SEARCH_ENTRIES;
	if (search->options->deleted && (search->kinds & 1u << SEARCH_ENTRIES) != 0)
		search->kinds |= 1u << SEARCH_DELETED;
	if (search_documents_open(&search->documents, search->db, search->path,
		asks_types(search->query), search->options->gone) != 0)
		return EXIT_PARTIAL;
	status = find_all_runs(search);
	if (status == EXIT_DONE && (prepare_find(search) != 0 || work(search) < 0))
		status = EXIT_PARTIAL;
	sqlite3_finalize(search->find);
	sqlite3_finalize(search->place);
	sqlite3_finalize(search->is_run);
	search_documents_close(&search->documents);
	while (search->n > 0)
		free(search->waiting[--search->n].copy);
	free(search->waiting);
	return status;
}

int
search_run(sqlite3 *db, const char *path, struct search_query *query,
    const struct search_options *options, search_take *take, void *context)
{
	struct search search = {.db = db,
	    .path = path,
	    .query = query,
	    .options = options,
	    .take = take,
	    .context = context,
	    .left = options->limit};

	return options->limit == 0 ? EXIT_DONE : run(&search, walk);
}

int
search_count(sqlite3 *db, const char *path, struct search_query *query,
    const struct search_options *options, long long *n)
{
	struct search search = {
	    .db = db, .path = path, .query = query, .options = options};
	int status = run(&search, count);

	*n = search.counted;
	return status;
}
