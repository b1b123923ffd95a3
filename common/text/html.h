/* The text of HTML. */
#ifndef HTML_H
#define HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "text/buffer.h"

/* Is there anything in n bytes that a browser would read as other than text? */
bool html_is_marked(const char *p, size_t n);

/*
 * Add to out what a person reads in n bytes of HTML (any: it is parsed as browsers do,
 * without fetching anything): the text with its entities decoded, a line break between
 * blocks; nothing of scripts and styles.  Where the parser cannot be loaded, all of it as
 * it stands: html_trouble() says so.
 */
void html_text(struct buffer *out, const char *p, size_t n);

/* Why the parser could not be loaded when it was needed; NULL if that did not happen. */
const char *html_trouble(void);

#endif
