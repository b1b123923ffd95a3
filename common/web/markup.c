#include "web/markup.h"

#include <libxml/parser.h>
#include <libxml/xpathInternals.h>
#include <libxslt/documents.h>
#include <libxslt/extensions.h>
#include <libxslt/imports.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "text/human.h"
#include "text/timestamp.h"
#include "web/files.h"

#define NAMESPACE "elog"
#define ARGUMENTS_MAX 16

/* A template that was compiled; all threads use it. */
struct markup {
	struct markup *next;
	char *name;
	xsltStylesheet *sheet;
};

static struct markup *all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static xsltSecurityPrefs *security;

/* ---- The functions ---------------------------------------------------------- */

static struct request *
request_of(xmlXPathParserContext *context)
{
	return xsltXPathGetTransformContext(context)->_private;
}

static void
give(xmlXPathParserContext *context, const char *text)
{
	valuePush(context, xmlXPathNewCString(text != NULL ? text : ""));
}

/* The only argument as a text, malloc'd by libxml2; NULL after an error. */
static char *
only_argument(xmlXPathParserContext *context, int n)
{
	if (n != 1) {
		xmlXPathSetArityError(context);
		return NULL;
	}
	return (char *)xmlXPathPopString(context);
}

static void
part(xmlXPathParserContext *context, int n)
{
	char *text = only_argument(context, n);

	if (text == NULL)
		return;
	give(context, request_encode(&request_of(context)->arena, text));
	xmlFree(text);
}

static void
here(xmlXPathParserContext *context, int n)
{
	const char *changes[ARGUMENTS_MAX + 2] = {NULL};
	struct request *request = request_of(context);

	if (n > ARGUMENTS_MAX || n % 2 != 0) {
		xmlXPathSetArityError(context);
		return;
	}
	for (int i = n - 1; i >= 0; i--) {
		char *text = (char *)xmlXPathPopString(context);

		changes[i] =
		    text != NULL ? arena_text(&request->arena, text, strlen(text)) : "";
		if (changes[i] == NULL)
			changes[i] = "";
		xmlFree(text);
	}
	give(context, request_address(request, REQUEST_PAGE, changes));
}

static void
as(xmlXPathParserContext *context, int n)
{
	char *form = only_argument(context, n);

	if (form == NULL)
		return;
	give(context, request_address(request_of(context),
			  strcmp(form, "csv") == 0   ? REQUEST_CSV
			  : strcmp(form, "svg") == 0 ? REQUEST_SVG
						     : REQUEST_JSON,
			  NULL));
	xmlFree(form);
}

static void
size(xmlXPathParserContext *context, int n)
{
	char *text = only_argument(context, n);
	char shown[HUMAN_BYTES] = "";

	if (text == NULL)
		return;
	if (text[0] != '\0')
		human_size(strtoll(text, NULL, 10), shown);
	give(context, shown);
	xmlFree(text);
}

/* Digits in groups of three, from five on, with narrow spaces that do not break. */
static void
count(xmlXPathParserContext *context, int n)
{
	char *text = only_argument(context, n);
	char shown[120];
	size_t used = 0, digits;

	if (text == NULL)
		return;
	digits = strspn(text, "0123456789");
	for (size_t i = 0; text[i] != '\0' && used < sizeof(shown) - 5; i++) {
		if (digits > 4 && i > 0 && i < digits && (digits - i) % 3 == 0) {
			memcpy(shown + used, "\xe2\x80\xaf", 3);
			used += 3;
		}
		shown[used++] = text[i];
	}
	shown[used] = '\0';
	give(context, shown);
	xmlFree(text);
}

static void
when(xmlXPathParserContext *context, int n)
{
	char *text = only_argument(context, n);
	char shown[TIMESTAMP_BYTES];
	int64_t microseconds;

	if (text == NULL)
		return;
	if (timestamp_read(text, strlen(text), &microseconds) &&
	    timestamp_write(microseconds, shown)) {
		shown[10] = ' ';
		shown[16] = '\0';
		give(context, shown);
	} else {
		give(context, text);
	}
	xmlFree(text);
}

/* moment(SECONDS): a time as a text, of seconds since 1970. */
static void
moment(xmlXPathParserContext *context, int n)
{
	char *text = only_argument(context, n);
	char shown[TIMESTAMP_SHORT] = "";

	if (text == NULL)
		return;
	if (text[0] != '\0')
		timestamp_text((int64_t)strtoll(text, NULL, 10), shown);
	give(context, shown);
	xmlFree(text);
}

/* days(FROM, TO): from one date to the other; 0 if any is none. */
static void
days(xmlXPathParserContext *context, int n)
{
	int64_t from = 0, to = 0, between;
	char *first, *last;
	bool dates;

	if (n != 2) {
		xmlXPathSetArityError(context);
		return;
	}
	last = (char *)xmlXPathPopString(context);
	first = (char *)xmlXPathPopString(context);
	dates = first != NULL && last != NULL &&
		timestamp_read(first, strlen(first), &from) &&
		timestamp_read(last, strlen(last), &to);
	between = dates ? (to - from) / 86400000000 : 0;
	valuePush(context, xmlXPathNewFloat((double)between));
	xmlFree(first);
	xmlFree(last);
}

static const struct {
	const char *name;
	xmlXPathFunction function;
} functions[] = {
    {"moment", moment},
    {"days", days},
    {"part", part},
    {"here", here},
    {"as", as},
    {"size", size},
    {"count", count},
    {"time", when},
};

/* ---- Compiling -------------------------------------------------------------- */

/* Templates include others by name, and nothing else. */
static xmlDoc *
load(const xmlChar *uri, xmlDict *dict, int options, void *context, xsltLoadType type)
{
	const char *name = strrchr((const char *)uri, '/');
	const char *text = web_file(name != NULL ? name + 1 : (const char *)uri);
	xmlParserCtxt *parser;
	xmlDoc *doc = NULL;

	(void)context;
	(void)options;
	if (text == NULL || type == XSLT_LOAD_DOCUMENT ||
	    (parser = xmlNewParserCtxt()) == NULL)
		return NULL;
	xmlDictFree(parser->dict);
	parser->dict = dict;
	xmlDictReference(dict);
	doc = xmlCtxtReadMemory(parser, text, (int)strlen(text), (const char *)uri, NULL,
	    XSLT_PARSE_OPTIONS | XML_PARSE_NONET);
	xmlFreeParserCtxt(parser);
	return doc;
}

__attribute__((format(printf, 2, 3))) static void
complain(void *context, const char *format, ...)
{
	char text[500];
	va_list ap;

	(void)context;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	text[strcspn(text, "\n")] = '\0';
	if (text[0] != '\0')
		msg("template: %s", text);
}

int
markup_begin(void)
{
	xmlInitParser();
	xsltInit();
	xsltSetLoaderFunc(load);
	xsltSetGenericErrorFunc(NULL, complain);
	security = xsltNewSecurityPrefs();
	if (security == NULL) {
		msg("no memory");
		return -1;
	}
	for (int option = XSLT_SECPREF_READ_FILE; option <= XSLT_SECPREF_WRITE_NETWORK;
	     option++)
		xsltSetSecurityPrefs(
		    security, (xsltSecurityOption)option, xsltSecurityForbid);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		xsltRegisterExtModuleFunction(BAD_CAST functions[i].name,
		    BAD_CAST NAMESPACE, functions[i].function);
	return 0;
}

void
markup_end(void)
{
	struct markup *next;

	for (struct markup *m = all; m != NULL; m = next) {
		next = m->next;
		xsltFreeStylesheet(m->sheet);
		free(m->name);
		free(m);
	}
	all = NULL;
	xsltFreeSecurityPrefs(security);
	xsltCleanupGlobals();
	xmlCleanupParser();
}

static xsltStylesheet *
compile(const char *name)
{
	struct markup *markup = calloc(1, sizeof(*markup));
	char file[80];
	xmlDict *dict = xmlDictCreate();
	xmlDoc *doc;

	snprintf(file, sizeof(file), "%s.xsl", name);
	if (markup == NULL || dict == NULL || (markup->name = strdup(name)) == NULL) {
		msg("no memory");
		free(markup);
		xmlDictFree(dict);
		return NULL;
	}
	doc = load(BAD_CAST file, dict, 0, NULL, XSLT_LOAD_STYLESHEET);
	xmlDictFree(dict);
	markup->sheet = doc != NULL ? xsltParseStylesheetDoc(doc) : NULL;
	if (markup->sheet == NULL) {
		msg("template %s: it cannot be read", file);
		xmlFreeDoc(doc);
		free(markup->name);
		free(markup);
		return NULL;
	}
	markup->next = all;
	all = markup;
	return markup->sheet;
}

static xsltStylesheet *
find(const char *name)
{
	xsltStylesheet *sheet = NULL;

	pthread_mutex_lock(&lock);
	for (struct markup *m = all; m != NULL && sheet == NULL; m = m->next)
		if (strcmp(m->name, name) == 0)
			sheet = m->sheet;
	if (sheet == NULL)
		sheet = compile(name);
	pthread_mutex_unlock(&lock);
	return sheet;
}

char *
markup_apply(const char *name, xmlDoc *doc, struct request *request, size_t *n)
{
	xsltStylesheet *sheet = find(name);
	xsltTransformContext *context;
	xmlDoc *result = NULL;
	xmlChar *text = NULL;
	int length = 0;

	context = sheet != NULL ? xsltNewTransformContext(sheet, doc) : NULL;
	if (context == NULL)
		return NULL;
	context->_private = request;
	xsltSetCtxtSecurityPrefs(security, context);
	xsltSetTransformErrorFunc(context, NULL, complain);
	result = xsltApplyStylesheetUser(sheet, doc, NULL, NULL, NULL, context);
	if (context->state != XSLT_STATE_OK && result != NULL) {
		xmlFreeDoc(result);
		result = NULL;
	}
	if (result != NULL && xsltSaveResultToString(&text, &length, result, sheet) != 0)
		text = NULL;
	xmlFreeDoc(result);
	xsltFreeTransformContext(context);
	if (text == NULL)
		msg("page %s: its template failed", name);
	*n = (size_t)length;
	return (char *)text;
}
