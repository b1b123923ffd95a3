#include "query/search_facets.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/suggest.h"
#include "db/db.h"
#include "db/statement.h"
#include "query/rows.h"

enum { AUTHOR, TAG, EXPERIMENT, INSTRUMENT, RUN, KIND, FACETS };

static const char *const names[FACETS + 1] = {
    "author", "tag", "experiment", "instrument", "run", "kind", NULL};

/* How often a value was there. */
struct counted {
	size_t facet;
	const char *value;
	long long n;
	struct counted *next;
};

struct search_facets {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *note, *note_tags;
	struct arena arena;
	void *seen; /* a tree of struct counted, tsearch(3) */
	struct counted *first;
	struct counted *last[FACETS]; /* what the document before had, often the same */
	size_t chosen[FACETS];
	size_t n;
	bool failed;
};

static int
choose(struct search_facets *facets, const char *text)
{
	for (size_t n, i; *text != '\0'; text += n + (text[n] == ',')) {
		n = strcspn(text, ",");
		for (i = 0; i < FACETS; i++)
			if (strlen(names[i]) == n && strncmp(names[i], text, n) == 0)
				break;
		if (i == FACETS || facets->n == FACETS) {
			msg("--facets: '%.*s': author, tag, experiment, instrument, run "
			    "and kind are there",
			    (int)n, text);
			return EXIT_USAGE;
		}
		facets->chosen[facets->n++] = i;
	}
	return EXIT_DONE;
}

int
search_facets_open(
    struct search_facets **facets, sqlite3 *db, const char *path, const char *text)
{
	struct search_facets *new = calloc(1, sizeof(*new));
	int status;

	*facets = new;
	if (new == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	new->db = db;
	new->path = path;
	status = choose(new, text);
	if (status != EXIT_DONE)
		return status;
	if (db_exec(db, path,
		"CREATE TEMP TABLE IF NOT EXISTS search_facets (facet, value, n, "
		"PRIMARY KEY (facet, value)) WITHOUT ROWID; "
		"DELETE FROM temp.search_facets") != 0)
		return EXIT_PARTIAL;
	new->note =
	    db_prepare(db, path, "INSERT INTO temp.search_facets VALUES (?, ?, ?)");
	new->note_tags = db_prepare(db, path,
	    "INSERT INTO temp.search_facets SELECT ?, value, 1 FROM json_each(?) "
	    "WHERE value IS NOT NULL ON CONFLICT DO UPDATE SET n = n + 1");
	return new->note != NULL &&new->note_tags != NULL ? EXIT_DONE : EXIT_PARTIAL;
}

static int
compare(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->facet != y->facet)
		return x->facet < y->facet ? -1 : 1;
	return strcmp(x->value, y->value);
}

static void
ignore(void *counted)
{
	(void)counted; /* the arena's */
}

/* Count a value.  0, or -1 without memory. */
static int
add(struct search_facets *facets, size_t facet, const char *value)
{
	struct counted wanted = {.facet = facet, .value = value}, *new;
	struct counted *last = facets->last[facet];
	void **found;

	if (last == NULL || strcmp(last->value, value) != 0) {
		found = tfind(&wanted, &facets->seen, compare);
		last = found != NULL ? *found : NULL;
	}
	if (last == NULL) {
		new = arena_get(&facets->arena, sizeof(*new));
		wanted.value = arena_text(&facets->arena, value, strlen(value));
		if (new == NULL || wanted.value == NULL)
			return -1;
		*new = wanted;
		if (tsearch(new, &facets->seen, compare) == NULL)
			return -1;
		new->next = facets->first;
		facets->first = last = new;
	}
	last->n++;
	facets->last[facet] = last;
	return 0;
}

/* The same for each of a JSON array. */
static int
add_tags(struct search_facets *facets, const char *tags)
{
	if (strcmp(tags, "[]") == 0)
		return 0;
	sqlite3_bind_int(facets->note_tags, 1, TAG);
	sqlite3_bind_text(facets->note_tags, 2, tags, -1, SQLITE_STATIC);
	return statement_run(facets->note_tags, facets->path);
}

int
search_facets_take(void *context, const struct search_document *d)
{
	struct search_facets *facets = context;
	const char *const values[FACETS] = {d->author, d->tags_json, d->experiment,
	    d->instrument, d->run, search_kind_name(d->kind)};

	for (size_t i = 0; i < facets->n && !facets->failed; i++) {
		size_t facet = facets->chosen[i];

		if (values[facet][0] == '\0')
			continue;
		if (facet == TAG) {
			facets->failed = add_tags(facets, values[facet]) != 0;
		} else if (add(facets, facet, values[facet]) != 0) {
			msg("no memory");
			facets->failed = true;
		}
	}
	return facets->failed;
}

sqlite3_stmt *
search_facets_rows(struct search_facets *facets)
{
	for (struct counted *c = facets->first; c != NULL && !facets->failed;
	     c = c->next) {
		sqlite3_bind_int(facets->note, 1, (int)c->facet);
		sqlite3_bind_text(facets->note, 2, c->value, -1, SQLITE_STATIC);
		sqlite3_bind_int64(facets->note, 3, c->n);
		facets->failed = statement_run(facets->note, facets->path) != 0;
	}
	facets->first = NULL;
	if (facets->failed)
		return NULL;
	return db_prepare(facets->db, facets->path,
	    "SELECT CASE facet WHEN 0 THEN 'author' WHEN 1 THEN 'tag' WHEN 2 THEN "
	    "'experiment' WHEN 3 THEN 'instrument' WHEN 4 THEN 'run' ELSE 'kind' END "
	    "AS facet, value, n AS count FROM temp.search_facets f "
	    "ORDER BY f.facet, n DESC, value");
}

int
search_facets_print(struct search_facets *facets, const struct printer_format *format)
{
	sqlite3_stmt *rows = search_facets_rows(facets);
	int status;

	if (rows == NULL)
		return EXIT_PARTIAL;
	status = rows_print(rows, facets->path, format, NULL);
	sqlite3_finalize(rows);
	return status;
}

void
search_facets_close(struct search_facets *facets)
{
	if (facets == NULL)
		return;
	sqlite3_finalize(facets->note);
	sqlite3_finalize(facets->note_tags);
	tdestroy(facets->seen, ignore);
	arena_free(&facets->arena);
	free(facets);
}
