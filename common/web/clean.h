/* HTML that somebody wrote, as much of it as does no harm. */
#ifndef CLEAN_H
#define CLEAN_H

#include <libxml/tree.h>
#include <stddef.h>

/*
 * Copy n bytes of HTML, parsed as browsers do, into nodes of a document: those elements
 * and attributes that a list allows, which are text, tables and pictures that are in the
 * HTML itself, and links to elsewhere.  Of elements that are not on it what they hold
 * stays, but for scripts, styles and the like.  They become the children of into.  0, or
 * -1 without memory.
 */
int clean_html(xmlDoc *doc, xmlNode *into, const char *p, size_t n);

#endif
