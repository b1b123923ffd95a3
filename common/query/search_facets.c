#include "query/search_facets.h"

#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/suggest.h"
#include "db/db.h"
#include "db/statement.h"
#include "query/rows.h"

enum { AUTHOR, TAG, EXPERIMENT, INSTRUMENT, RUN, KIND, FACETS };

static const char *const names[FACETS + 1] = {
    "author", "tag", "experiment", "instrument", "run", "kind", NULL};

struct search_facets {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *note, *note_tags;
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
#define NOTE " ON CONFLICT DO UPDATE SET n = n + 1"
	new->note =
	    db_prepare(db, path, "INSERT INTO temp.search_facets VALUES (?, ?, 1)" NOTE);
	new->note_tags = db_prepare(db, path,
	    "INSERT INTO temp.search_facets SELECT ?, value, 1 FROM json_each(?) "
	    "WHERE value IS NOT NULL" NOTE);
	return new->note != NULL &&new->note_tags != NULL ? EXIT_DONE : EXIT_PARTIAL;
}

int
search_facets_take(void *context, const struct search_document *d)
{
	struct search_facets *facets = context;
	const char *const values[FACETS] = {d->author, d->tags_json, d->experiment,
	    d->instrument, d->run, search_kind_name(d->kind)};

	for (size_t i = 0; i < facets->n && !facets->failed; i++) {
		size_t facet = facets->chosen[i];
		sqlite3_stmt *note = facet == TAG ? facets->note_tags : facets->note;

		if (values[facet][0] == '\0')
			continue;
		sqlite3_bind_int(note, 1, (int)facet);
		sqlite3_bind_text(note, 2, values[facet], -1, SQLITE_STATIC);
		facets->failed = statement_run(note, facets->path) != 0;
	}
	return facets->failed;
}

sqlite3_stmt *
search_facets_rows(struct search_facets *facets)
{
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
	free(facets);
}
