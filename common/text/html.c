#include "text/html.h"

#include <dlfcn.h>
#include <libxml/HTMLparser.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

/*
 * The functions of libxml2 that are called, under their own names.  It is loaded when the
 * first marked text is met: with ICU and the library of C++ behind it, it takes longer to
 * start than a search does.
 */
static struct {
	htmlDocPtr (*htmlReadMemory)(const char *, int, const char *, const char *, int);
	xmlNodePtr (*xmlDocGetRootElement)(const xmlDoc *);
	void (*xmlFreeDoc)(xmlDocPtr);
} xml;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char trouble[200];

static void
load_library(void)
{
	static const struct {
		const char *name;
		void *function;
	} functions[] = {{"htmlReadMemory", &xml.htmlReadMemory},
	    {"xmlDocGetRootElement", &xml.xmlDocGetRootElement},
	    {"xmlFreeDoc", &xml.xmlFreeDoc}};
	void *library = dlopen("libxml2.so.2", RTLD_NOW | RTLD_LOCAL), *symbol;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		symbol = library != NULL ? dlsym(library, functions[i].name) : NULL;
		if (symbol == NULL) {
			const char *why = dlerror();

			strncpy(trouble, why != NULL ? why : functions[i].name,
			    sizeof(trouble) - 1);
			return;
		}
		memcpy(functions[i].function, &symbol, sizeof(symbol));
	}
}

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
	if (pthread_once(&once, load_library) != 0 || trouble[0] != '\0') {
		buffer_put(out, p, n);
		return;
	}
	document = xml.htmlReadMemory(p, (int)n, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	if (document == NULL)
		return;
	if (xml.xmlDocGetRootElement(document) != NULL)
		put_nodes(out, xml.xmlDocGetRootElement(document));
	xml.xmlFreeDoc(document);
}

const char *
html_trouble(void)
{
	return trouble[0] != '\0' ? trouble : NULL;
}
