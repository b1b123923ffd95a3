/* The texts of an entry that are indexed, by its document. */
#ifndef ENTRY_H
#define ENTRY_H

#include <stdbool.h>

#include "text/buffer.h"
#include "text/json.h"

/* The members that count; {NULL, 0} where there is none, or null. */
struct entry {
	struct json_span title, content, content_type, author, tags, attachments,
	    deleted_by;
};

/* Find them in a document that was checked before. */
struct entry entry_read(struct json_span document);

/* Gets a text by the column of the table search that it belongs to, from column 0 up. */
typedef void entry_take(void *context, int column, const char *text, size_t n);

/*
 * Hand over what is indexed of it: the content of HTML as text.  scratch is for decoding,
 * and stays the caller's.
 */
void entry_texts(
    const struct entry *entry, struct buffer *scratch, entry_take *take, void *context);

#endif
