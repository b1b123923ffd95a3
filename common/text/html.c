#include "text/html.h"

#include <libxml/HTMLparser.h>
#include <limits.h>
#include <string.h>

/* Elements that text flows through; between others there is a break. */
static bool
is_inline(const char *name)
{
	static const char *const names[] = {"a", "abbr", "acronym", "b", "big", "cite",
	    "code", "dfn", "em", "font", "i", "kbd", "mark", "q", "s", "samp", "small",
	    "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr", NULL};

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void
put_break(struct buffer *out)
{
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		buffer_put(out, "\n", 1);
}

/* Walk without recursion: a hostile text nests as deep as the parser lets it. */
static void
put_nodes(struct buffer *out, const xmlNode *root)
{
	const xmlNode *node = root;

	while (node != NULL) {
		const char *name = (const char *)node->name;
		const xmlNode *next = node->children;

		if (node->type == XML_TEXT_NODE && node->content != NULL)
			buffer_put(out, (const char *)node->content,
			    strlen((const char *)node->content));
		if (node->type == XML_ELEMENT_NODE) {
			if (!is_inline(name))
				put_break(out);
			if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)
				next = NULL;
		} else {
			next = NULL; /* comments and the like hold nothing to read */
		}
		while (next == NULL && node != root) {
			next = node->next;
			if (next == NULL) {
				node = node->parent;
				if (!is_inline((const char *)node->name))
					put_break(out);
			}
		}
		if (node == root && next == NULL)
			break;
		node = next;
	}
}

bool
html_is_marked(const char *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if ((p[i] == '<' && (p[i + 1] == '/' || p[i + 1] == '!' ||
					(p[i + 1] | 0x20) >= 'a')) ||
		    (p[i] == '&' && (p[i + 1] == '#' || (p[i + 1] | 0x20) >= 'a')))
			return true;
	return false;
}

void
html_text(struct buffer *out, const char *p, size_t n)
{
	htmlDocPtr document;

	if (n == 0 || n > INT_MAX)
		return;
	document = htmlReadMemory(p, (int)n, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	if (document == NULL)
		return;
	if (xmlDocGetRootElement(document) != NULL)
		put_nodes(out, xmlDocGetRootElement(document));
	xmlFreeDoc(document);
}
