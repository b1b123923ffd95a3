/*
 * Documents that wait to be indexed, taken apart into their words; together they become a
 * segment of the index.
 */
#ifndef POSTINGS_H
#define POSTINGS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load/segment.h"
#include "load/segments.h"

struct postings;

struct postings_document {
	int64_t place; /* its rowid in search; may be set until it is written */
	int64_t id;    /* the caller's */
	bool gone;     /* it is taken out of the index, with the words that it had */
	bool hidden;   /* the caller's */
	uint32_t words[SEGMENTS_COLUMNS]; /* how many, by column */
	size_t first;			  /* in struct postings */
};

/* db has the tokenizer; path is for messages.  NULL after a message. */
struct postings *postings_open(sqlite3 *db, const char *path);

/* Begin a document with what is known of it, and add its texts to it by column, from
   column 0 up. */
void postings_begin(struct postings *postings, const struct postings_document *document);
void postings_text(struct postings *postings, int column, const char *text, size_t n);

/* The documents so far: an array that lives until the next one begins. */
struct postings_document *postings_all(struct postings *postings, size_t *n);

/* Forget those from the n'th on. */
void postings_cut(struct postings *postings, size_t n);

/*
 * Write n of them into a segment that was begun.  order: the documents by place, those
 * that are gone before what takes their place.  -1 without memory.
 */
int postings_write(struct postings *postings, struct postings_document *const *order,
    size_t n, struct segment *segment);

/* Forget all. */
void postings_clear(struct postings *postings);

/* Did memory give out?  The caller's may have, too. */
void postings_fail(struct postings *postings);
bool postings_failed(const struct postings *postings);

/* NULL is allowed. */
void postings_close(struct postings *postings);

#endif
