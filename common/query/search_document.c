#include "query/search_document.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/document.h"
#include "db/statement.h"
#include "load/entry.h"
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
	UNUSED,
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
	for (int i = 0; i < SEGMENTS_COLUMNS; i++)
		buffer_free(&documents->texts[i]);
	buffer_free(&documents->tags_json);
	buffer_free(&documents->scratch);
}

static const char *
text_of(sqlite3_stmt *show, enum column column)
{
	const char *text = (const char *)sqlite3_column_text(show, (int)column);

	return text != NULL ? text : "";
}

static void
put_text(void *context, int column, const char *text, size_t n)
{
	struct buffer *texts = context;

	/* Tags and files are several. */
	if (texts[column].n > 0)
		buffer_put(&texts[column], ", ", 2);
	buffer_put(&texts[column], text, n);
}

/* A JSON value without white space. */
static void
put_json(struct buffer *out, struct json_span value)
{
	bool string = false;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (!string && (c == ' ' || c == '\n' || c == '\t' || c == '\r'))
			continue;
		buffer_put(out, &c, 1);
		if (c == '"')
			string = !string;
		else if (c == '\\' && i + 1 < value.n)
			buffer_put(out, &value.p[++i], 1);
	}
}

/* The texts of an entry, as they are indexed.  False without memory. */
static bool
read_entry(
    struct search_documents *documents, sqlite3_stmt *show, struct search_document *d)
{
	/* In the order of the columns of the index. */
	const char **const texts[SEGMENTS_COLUMNS] = {
	    &d->content, &d->title, &d->author, &d->tags, &d->files};
	const char *doc = sqlite3_column_blob(show, CONTENT);
	struct entry entry = entry_read((struct json_span){
	    doc, doc != NULL ? (size_t)sqlite3_column_bytes(show, CONTENT) : 0});
	bool failed;

	for (int i = 0; i < SEGMENTS_COLUMNS; i++)
		documents->texts[i].n = 0;
	documents->tags_json.n = 0;
	entry_texts(&entry, &documents->scratch, put_text, documents->texts);
	if (entry.tags.p != NULL)
		put_json(&documents->tags_json, entry.tags);
	buffer_put(&documents->tags_json, "", 1);
	failed = documents->scratch.failed || documents->tags_json.failed;
	for (int i = 0; i < SEGMENTS_COLUMNS; i++) {
		buffer_put(&documents->texts[i], "", 1);
		failed |= documents->texts[i].failed;
		*texts[i] = documents->texts[i].p;
	}
	d->tags_json = documents->tags_json.p;
	return !failed;
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
	    .content = kind <= SEARCH_DELETED ? "" : text_of(show, CONTENT),
	    .tags = text_of(show, TAGS),
	    .files = text_of(show, FILES),
	    .types = text_of(show, TYPES),
	    .tags_json = text_of(show, TAGS_JSON),
	    .numbered = sqlite3_column_type(show, RUN) == SQLITE_INTEGER,
	};
	d->created = timestamp_seconds(d->created_at);
	if (kind <= SEARCH_DELETED && !read_entry(documents, show, d)) {
		msg("no memory");
		return -1;
	}
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
