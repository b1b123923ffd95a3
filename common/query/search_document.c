#include "query/search_document.h"

#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "db/document.h"
#include "db/statement.h"
#include "text/html.h"
#include "text/timestamp.h"

/* The columns of common/sql/search/KIND.show.sql. */
enum column {
	EXPERIMENT_ID,
	EXPERIMENT,
	INSTRUMENT,
	ENTRY_ID,
	CREATED_AT,
	AUTHOR,
	RUN,
	TITLE,
	CONTENT,
	HTML,
	TAGS,
	FILES,
	TYPES,
	TAGS_JSON,
};

static const char *const kinds[SEARCH_KINDS] = {
    "entries", "deleted", "questionnaire", "workflows", "runs", "samples"};

const char *
search_kind_name(enum search_kind kind)
{
	return kinds[kind];
}

int
search_documents_open(struct search_documents *documents, sqlite3 *db, const char *path,
    bool types, bool gone)
{
	*documents = (struct search_documents){
	    .db = db, .path = path, .types = types, .gone = gone};
	if (document_functions(db) == SQLITE_OK)
		return 0;
	db_complain(db, path);
	return -1;
}

void
search_documents_close(struct search_documents *documents)
{
	for (size_t i = 0; i < SEARCH_KINDS; i++)
		sqlite3_finalize(documents->show[i]);
	buffer_free(&documents->plain);
}

static const char *
text_of(sqlite3_stmt *show, enum column column)
{
	const char *text = (const char *)sqlite3_column_text(show, (int)column);

	return text != NULL ? text : "";
}

/* The content as people read it. */
static const char *
content_of(struct search_documents *documents, sqlite3_stmt *show)
{
	const char *text = text_of(show, CONTENT);

	if (!sqlite3_column_int(show, HTML) || text[strcspn(text, "<&")] == '\0')
		return text;
	buffer_free(&documents->plain);
	html_text(&documents->plain, text, strlen(text));
	buffer_put(&documents->plain, "", 1);
	return documents->plain.failed ? "" : documents->plain.p;
}

static sqlite3_stmt *
prepare_show(struct search_documents *documents, enum search_kind kind)
{
	const char *name =
	    search_kind_name(kind == SEARCH_DELETED ? SEARCH_ENTRIES : kind);
	sqlite3_stmt *show = documents->show[kind];
	int types;

	if (show != NULL)
		return show;
	show = db_prepare(
	    documents->db, documents->path, statement_file("search", name, ".show"));
	documents->show[kind] = show;
	types = show != NULL ? sqlite3_bind_parameter_index(show, ":types") : 0;
	if (types > 0)
		sqlite3_bind_int(show, types, documents->types);
	if (show != NULL)
		sqlite3_bind_int(
		    show, sqlite3_bind_parameter_index(show, ":gone"), documents->gone);
	return show;
}

int
search_documents_read(struct search_documents *documents, enum search_kind kind,
    int64_t id, struct search_document *d)
{
	sqlite3_stmt *show = prepare_show(documents, kind);
	int code;

	if (documents->current != NULL)
		sqlite3_reset(documents->current);
	documents->current = show;
	if (show == NULL)
		return -1;
	sqlite3_bind_int64(show, sqlite3_bind_parameter_index(show, ":id"), id);
	code = sqlite3_step(show);
	if (code != SQLITE_ROW) {
		if (code != SQLITE_DONE)
			db_complain(documents->db, documents->path);
		return code == SQLITE_DONE ? 0 : -1;
	}
	*d = (struct search_document){
	    .kind = kind,
	    .experiment_id = sqlite3_column_int64(show, EXPERIMENT_ID),
	    .experiment = text_of(show, EXPERIMENT),
	    .instrument = text_of(show, INSTRUMENT),
	    .entry_id = text_of(show, ENTRY_ID),
	    .created_at = text_of(show, CREATED_AT),
	    .author = text_of(show, AUTHOR),
	    .run = text_of(show, RUN),
	    .title = text_of(show, TITLE),
	    .content = content_of(documents, show),
	    .tags = text_of(show, TAGS),
	    .files = text_of(show, FILES),
	    .types = text_of(show, TYPES),
	    .tags_json = text_of(show, TAGS_JSON),
	    .numbered = sqlite3_column_type(show, RUN) == SQLITE_INTEGER,
	};
	d->created = timestamp_seconds(d->created_at);
	return 1;
}

struct search_document *
search_document_copy(const struct search_document *document)
{
	struct search_document d = *document, *copy;
	const char **const texts[] = {&d.experiment, &d.instrument, &d.entry_id,
	    &d.created_at, &d.author, &d.run, &d.title, &d.content, &d.tags, &d.files,
	    &d.types, &d.tags_json};
	size_t n = sizeof(*copy);
	char *to;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		n += strlen(*texts[i]) + 1;
	copy = malloc(n);
	if (copy == NULL)
		return NULL;
	to = (char *)(copy + 1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = *texts[i];

		*texts[i] = to;
		to = stpcpy(to, text) + 1;
	}
	*copy = d;
	return copy;
}
