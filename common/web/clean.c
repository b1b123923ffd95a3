#include "web/clean.h"

#include <libxml/HTMLparser.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "web/view.h"

#define DEPTH_MAX 100

/* The elements that are allowed, and beside those of all their attributes. */
static const struct {
	const char *name, *attributes;
} allowed[] = {
    {"a", "href"},
    {"abbr", ""},
    {"b", ""},
    {"big", ""},
    {"blockquote", ""},
    {"br", ""},
    {"caption", ""},
    {"center", ""},
    {"cite", ""},
    {"code", ""},
    {"col", "span"},
    {"colgroup", "span"},
    {"dd", ""},
    {"del", ""},
    {"div", ""},
    {"dl", ""},
    {"dt", ""},
    {"em", ""},
    {"figcaption", ""},
    {"figure", ""},
    {"h1", ""},
    {"h2", ""},
    {"h3", ""},
    {"h4", ""},
    {"h5", ""},
    {"h6", ""},
    {"hr", ""},
    {"i", ""},
    {"img", "src alt width height"},
    {"ins", ""},
    {"kbd", ""},
    {"li", ""},
    {"mark", ""},
    {"ol", "start"},
    {"p", ""},
    {"pre", ""},
    {"q", ""},
    {"s", ""},
    {"samp", ""},
    {"small", ""},
    {"span", ""},
    {"strike", ""},
    {"strong", ""},
    {"sub", ""},
    {"sup", ""},
    {"table", ""},
    {"tbody", ""},
    {"td", "colspan rowspan"},
    {"tfoot", ""},
    {"th", "colspan rowspan"},
    {"thead", ""},
    {"tr", ""},
    {"tt", ""},
    {"u", ""},
    {"ul", ""},
    {"var", ""},
    {NULL, NULL},
};

/* What these hold is nothing to read. */
static const char *const dropped[] = {"applet", "audio", "embed", "frame", "frameset",
    "iframe", "link", "math", "meta", "noembed", "noframes", "noscript", "object",
    "script", "select", "style", "svg", "template", "textarea", "title", "video", "xmp",
    NULL};

static bool
is_dropped(const char *name)
{
	for (size_t i = 0; dropped[i] != NULL; i++)
		if (strcasecmp(dropped[i], name) == 0)
			return true;
	return false;
}

/* The attributes of an element that is allowed; NULL if it is not. */
static const char *
attributes_of(const char *name)
{
	for (size_t i = 0; allowed[i].name != NULL; i++)
		if (strcasecmp(allowed[i].name, name) == 0)
			return allowed[i].attributes;
	return NULL;
}

static bool
is_word_of(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; *p != '\0';) {
		size_t length = strcspn(p, " ");

		if (length == n && strncasecmp(p, word, n) == 0)
			return true;
		p += length + strspn(p + length, " ");
	}
	return false;
}

static bool
begins_with_one(const char *value, const char *const *beginnings)
{
	for (size_t i = 0; beginnings[i] != NULL; i++)
		if (strncasecmp(value, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

/* May an attribute have that value? */
static bool
is_harmless(const char *name, const char *value)
{
	static const char *const links[] = {"http://", "https://", "mailto:", NULL};
	static const char *const pictures[] = {"data:image/png;base64,",
	    "data:image/jpeg;base64,", "data:image/gif;base64,",
	    "data:image/webp;base64,", NULL};

	if (strcasecmp(name, "href") == 0)
		return begins_with_one(value, links);
	if (strcasecmp(name, "src") == 0)
		return begins_with_one(value, pictures);
	if (strcasecmp(name, "alt") == 0)
		return true;
	return value[0] != '\0' && value[strspn(value, "0123456789")] == '\0' &&
	       strlen(value) < 5;
}

static void
copy_attributes(const xmlNode *from, const char *names, xmlNode *to)
{
	for (const xmlAttr *a = from->properties; a != NULL; a = a->next) {
		xmlChar *value;

		if (!is_word_of(names, (const char *)a->name))
			continue;
		value = xmlNodeListGetString(from->doc, a->children, 1);
		if (value != NULL &&
		    is_harmless((const char *)a->name, (const char *)value)) {
			xmlNewProp(to, a->name, value);
			if (strcasecmp((const char *)a->name, "href") == 0) {
				xmlNewProp(
				    to, BAD_CAST "rel", BAD_CAST "noopener noreferrer");
				xmlNewProp(to, BAD_CAST "target", BAD_CAST "_blank");
			}
		}
		xmlFree(value);
	}
}

/* Copy what a node holds, as far as it is allowed. */
static int
copy_children(xmlDoc *doc, xmlNode *into, const xmlNode *from, int depth)
{
	for (const xmlNode *node = from->children; node != NULL; node = node->next) {
		const char *name = (const char *)node->name, *attributes;
		xmlNode *copy = into;

		if (node->type == XML_TEXT_NODE) {
			copy = xmlNewDocText(doc, node->content);
			if (copy == NULL)
				return -1;
			view_append(into, copy);
			continue;
		}
		if (node->type != XML_ELEMENT_NODE || is_dropped(name) ||
		    depth == DEPTH_MAX)
			continue;
		attributes = attributes_of(name);
		if (attributes != NULL) {
			copy = xmlNewDocNode(doc, NULL, node->name, NULL);
			if (copy == NULL)
				return -1;
			xmlAddChild(into, copy);
			copy_attributes(node, attributes, copy);
		}
		if (copy_children(doc, copy, node, depth + 1) != 0)
			return -1;
	}
	return 0;
}

int
clean_html(xmlDoc *doc, xmlNode *into, const char *p, size_t n)
{
	xmlDoc *parsed;
	int result = 0;

	if (n == 0 || n > INT_MAX)
		return 0;
	parsed = htmlReadMemory(p, (int)n, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	if (parsed == NULL)
		return 0;
	if (xmlDocGetRootElement(parsed) != NULL)
		result = copy_children(doc, into, (const xmlNode *)parsed, 0);
	xmlFreeDoc(parsed);
	return result;
}
