/*
 * Templates: XSLT 1.0 stylesheets of common/web/pages/, compiled when they are first
 * asked for.  What is a text in the page's document is a text in its HTML, whatever it
 * holds.  They read no file and no network.  Beside those of XSLT they have these
 * functions, in the namespace "elog":
 *
 *	e:part(TEXT)       a text as a part of an address, percent-encoded
 *	e:here(NAME, VALUE, ...)  the address of this page with parameters changed; an
 *	                   empty value takes one away
 *	e:as(FORM)         the address of its rows: 'csv', 'json'; of its picture: 'svg'
 *	e:size(BYTES)      for people: 2.3 MB
 *	e:count(NUMBER)    for people: 1 234 567
 *	e:time(TEXT)       for people, in UTC to the minute: 2026-03-01 12:00; what is no
 *	                   time stays as it is
 *	e:moment(SECONDS)  a time as a text, of seconds since 1970
 *	e:days(FROM, TO)   how many days from one date to the other; 0 if one is none
 */
#ifndef MARKUP_H
#define MARKUP_H

#include <libxml/tree.h>
#include <stddef.h>

#include "web/request.h"

/* Before threads are started, and when all have ended. */
int markup_begin(void);
void markup_end(void);

/*
 * Turn a document into the HTML of a page by NAME.xsl; request is that which the
 * functions speak of.  malloc'd, *n bytes; NULL after a message.
 */
char *markup_apply(const char *name, xmlDoc *doc, struct request *request, size_t *n);

#endif
