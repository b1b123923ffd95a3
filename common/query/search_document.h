/* The documents that are searched: read from the database, as people read them. */
#ifndef SEARCH_DOCUMENT_H
#define SEARCH_DOCUMENT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "load/segments.h"
#include "text/buffer.h"

/* What a document is: the kinds of common/sql/migrations/010-search.sql. */
enum search_kind {
	SEARCH_ENTRIES,
	SEARCH_DELETED, /* entries, too */
	SEARCH_QUESTIONNAIRE,
	SEARCH_WORKFLOWS,
	SEARCH_RUNS,
	SEARCH_SAMPLES,
	SEARCH_KINDS,
};

/* The name of a kind, as in: has it; "entries". */
const char *search_kind_name(enum search_kind kind);

/* A document that was found.  Texts are "" where there is nothing. */
struct search_document {
	enum search_kind kind;
	int64_t experiment_id;
	int64_t created; /* seconds since 1970 */
	const char *experiment, *instrument, *entry_id, *created_at, *author, *run;
	const char *title, *content, *tags, *files; /* as people read them */
	const char *types;     /* MIME types and the like, with blanks between them */
	const char *tags_json; /* the tags as they stand in the document */
	bool numbered;	       /* the run's number is one, not a text */
	double rank;	       /* the lower the better; 0 if it was not asked for */
};

struct search_documents {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *show[SEARCH_KINDS], *current;
	/* The texts of the entry at hand, by the columns of the index; and its tags. */
	struct buffer texts[SEGMENTS_COLUMNS], tags_json, scratch;
	bool types, gone;
};

/*
 * Begin to read the documents of a database, whose path is for messages.  types: their
 * member types is asked for; gone: those of experiments that the service has no more are
 * there, too.  0, or -1 after a message.
 */
int search_documents_open(struct search_documents *documents, sqlite3 *db,
    const char *path, bool types, bool gone);

/* Read one by the id in its table; its texts live until the next is read.  1; 0 if there
   is none; -1 after a message.  place and rank are the caller's. */
int search_documents_read(struct search_documents *documents, enum search_kind kind,
    int64_t id, struct search_document *document);

/* A copy that outlives the next one; free() it.  NULL without memory. */
struct search_document *search_document_copy(const struct search_document *document);

void search_documents_close(struct search_documents *documents);

#endif
