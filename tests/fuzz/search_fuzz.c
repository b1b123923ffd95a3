/*
 * The language of elog-search against the real FTS5: whatever is typed, the expression
 * that becomes of it is one, and a document that holds all of it is looked at without
 * harm.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "query/search_match.h"
#include "query/search_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
no_run(void *context, const struct search_document *document, size_t where)
{
	(void)context;
	(void)document;
	(void)where;
	return 0;
}

static sqlite3 *
open_index(void)
{
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_exec(db,
		"CREATE VIRTUAL TABLE search USING fts5 (content, title, author, tags, "
		"files, content = '', tokenize = 'unicode61 remove_diacritics 2');"
		"INSERT INTO search (rowid, content, author) VALUES "
		"(1, 'the nozzle is clogged', 'alice'), (2, 'c 20 04', 'bob')",
		NULL, NULL, NULL) != SQLITE_OK)
		abort();
	return db;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static sqlite3 *db;
	struct search_query query;
	struct search_hit hits[20];
	sqlite3_stmt *find;
	const char *words[] = {NULL, NULL}, *expression;
	char *text = strndup((const char *)data, size);
	bool failed = false;

	if (db == NULL)
		db = open_index();
	words[0] = text;
	if (text != NULL && search_parse(&query, words, 1780000000) == 0) {
		struct search_document document = {
		    .experiment = "mfx1",
		    .instrument = "MFX",
		    .entry_id = "a",
		    .created_at = "",
		    .author = "alice",
		    .run = "7",
		    .title = "",
		    .content = text,
		    .tags = "",
		    .files = "",
		    .types = "",
		    .tags_json = "",
		};

		expression = search_expression(&query, &failed);
		if (expression != NULL) {
			if (sqlite3_prepare_v2(db,
				"SELECT rowid FROM search WHERE search MATCH ?", -1,
				&find, NULL) != SQLITE_OK)
				abort();
			sqlite3_bind_text(find, 1, expression, -1, SQLITE_STATIC);
			while (sqlite3_step(find) == SQLITE_ROW)
				;
			if (sqlite3_finalize(find) != SQLITE_OK)
				abort();
		}
		if (search_matches(&query, &document, false, no_run, NULL) < 0)
			abort();
		(void)search_hits(
		    &query, SEARCH_ANYWHERE, text, size % 3 * 100, hits, 20);
	}
	if (text != NULL)
		search_free(&query);
	free(text);
	return 0;
}
