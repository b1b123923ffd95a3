/* The run log of CODA: see daq.h. */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"
#include "base/zone.h"
#include "local/daq.h"
#include "text/buffer.h"
#include "text/timestamp.h"
#include "text/writer.h"

#define PATH_MAX_BYTES 200
#define TEXT_MAX ((size_t)1024 * 1024)
#define COMPONENT "components/component"
#define NO_COMMENT "Add run comments here ...."

/* A JSON object that grows. */
struct object {
	bool begun;
	struct buffer text;
	struct writer w;
};

struct coda {
	struct daq *daq;
	XML_Parser parser;
	char path[PATH_MAX_BYTES]; /* of the element that we are in, "/coda/run-end" */
	char *text;		   /* what stands in it so far */
	size_t used;
	struct object components, stats, rtvs;
	bool in_component; /* stats has an object open for it */
	char *values[6];   /* by row of elements[] */
	bool ended;	   /* it has a run-end */
	bool recorder;	   /* in a component that writes files */
	char *last_file;   /* the one of its files that comes last by name */
	const char *error;
};

static void element_run(struct coda *coda, int row);
static void element_text(struct coda *coda, int row);
static void element_comment(struct coda *coda, int row);
static void element_time(struct coda *coda, int row);
static void element_file(struct coda *coda, int row);

/* What is read of elements: the last of several counts. */
static const struct element {
	const char *path;
	const char *name; /* of the condition */
	void (*read)(struct coda *coda, int row);
	int row; /* where its value is kept: run-start and run-end may share it */
	const char *type;
} elements[] = {
    {"/coda/run-start/run-number", NULL, element_run, 0, NULL},
    {"/coda/run-start/start-time", "run_start_time", element_time, 1, "time"},
    /* When the file was written stands for an end that it does not tell. */
    {"/coda/run-start/update-time", "run_end_time", element_time, 2, "time"},
    {"/coda/run-end/end-time", "run_end_time", element_time, 2, "time"},
    {"/coda/run-start/total-evt", "event_count", element_text, 3, NULL},
    {"/coda/run-end/total-evt", "event_count", element_text, 3, NULL},
    {"/coda/end-comment", "user_comment", element_comment, 4, NULL},
    {"/coda/run-start/" COMPONENT "/out-file", NULL, element_file, 5, NULL},
    {"/coda/run-end/" COMPONENT "/out-file", NULL, element_file, 5, NULL},
};

/* The figures of a component that are read. */
static const char *const figures[] = {"evt-rate", "data-rate", "evt-number",
    "min-evt-size", "max-evt-size", "average-evt-size", NULL};

#define ELEMENTS (sizeof(elements) / sizeof(elements[0]))

/* Stop: what is wrong with the file. */
static void
fail(struct coda *coda, const char *error)
{
	if (coda->error == NULL)
		coda->error = error;
	XML_StopParser(coda->parser, XML_FALSE);
}

/* ---- objects ----------------------------------------------------------------- */

static void
object_begin(struct object *object)
{
	buffer_free(&object->text);
	object->w = writer_to(buffer_put, &object->text);
	object->begun = true;
	writer_object(&object->w, NULL);
}

/* Close it; its text, malloc'd, or NULL without memory. */
static char *
object_end(struct object *object)
{
	object->begun = false;
	writer_end_object(&object->w);
	return buffer_take(&object->text, NULL);
}

static void
object_add(struct object *object, const char *name, const char *text)
{
	if (object->begun)
		writer_string(&object->w, name, text);
}

/* ---- elements ---------------------------------------------------------------- */

/* The text of the element without white space around it. */
static char *
trimmed(struct coda *coda)
{
	char *text = coda->text + strspn(coda->text, " \t\r\n");
	size_t n = strlen(text);

	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		text[--n] = '\0';
	return text;
}

static void
keep(struct coda *coda, int row, const char *text)
{
	free(coda->values[row]);
	coda->values[row] = strdup(text);
	if (coda->values[row] == NULL)
		fail(coda, "no memory");
}

static void
element_run(struct coda *coda, int row)
{
	char *text = trimmed(coda), *digits = text + strspn(text, "0");

	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
		fail(coda, "its run-number is no number");
		return;
	}
	/* 002472 is run 2472. */
	keep(coda, row, digits[0] != '\0' ? digits : "0");
}

static void
element_text(struct coda *coda, int row)
{
	char *text = trimmed(coda);

	if (text[0] != '\0')
		keep(coda, row, text);
}

static void
element_comment(struct coda *coda, int row)
{
	char *rule = strstr(coda->text, "-------------"), *text;

	/* Behind a rule CODA repeats what it knows itself. */
	if (rule != NULL)
		*rule = '\0';
	text = trimmed(coda);
	keep(coda, row, strcmp(text, NO_COMMENT) != 0 ? text : "");
}

/* A file that an event recorder wrote. */
static void
element_file(struct coda *coda, int row)
{
	(void)row;
	if (!coda->recorder || coda->text[0] == '\0' ||
	    (coda->last_file != NULL && strcmp(coda->last_file, coda->text) >= 0))
		return;
	free(coda->last_file);
	coda->last_file = strdup(coda->text);
	if (coda->last_file == NULL)
		fail(coda, "no memory");
}

/* "02/17/16 13:26:01" */
static void
element_time(struct coda *coda, int row)
{
	struct tm tm = {0};
	const char *end = strptime(trimmed(coda), "%m/%d/%y %H:%M:%S", &tm);
	char out[TIMESTAMP_BYTES] = "";
	int64_t at;

	if (end != NULL && *end == '\0')
		(void)strftime(out, sizeof(out), "%Y-%m-%dT%H:%M:%S", &tm);
	/* strptime() lets February 31 pass. */
	if (!zone_read(out, strlen(out), &at) || !timestamp_write(at, out)) {
		msg("%s: '%s' is no time like 02/17/16 13:26:01: left out",
		    coda->daq->path, trimmed(coda));
		coda->daq->bad++;
		return;
	}
	keep(coda, row, out);
}

/* ---- events of the parser ---------------------------------------------------- */

static const char *
attribute(const XML_Char **attributes, const char *name)
{
	for (; attributes[0] != NULL; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

/* What is behind /coda/run-start/ or /coda/run-end/ in a path, else "". */
static const char *
inside(const char *path)
{
	static const char *const parts[] = {"/coda/run-start/", "/coda/run-end/"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strncmp(path, parts[i], strlen(parts[i])) == 0)
			return path + strlen(parts[i]);
	return "";
}

static void
add_text(struct coda *coda, const char *name, const char *text)
{
	if (text != NULL && daq_add(coda->daq, name, strlen(name),
				writer_quote(text, strlen(text)), NULL) != 0)
		fail(coda, "");
}

static void
begin_component(struct coda *coda, const XML_Char **attributes)
{
	const char *name = attribute(attributes, "name");
	const char *type = attribute(attributes, "type");

	coda->in_component = name != NULL && coda->stats.begun;
	if (!coda->in_component)
		return;
	coda->recorder = type != NULL && strcmp(type, "ER") == 0;
	object_add(&coda->components, name, type != NULL ? type : "");
	writer_object(&coda->stats.w, name);
}

/* A run-time variable; one of them is the file of the configuration. */
static void
take_rtv(struct coda *coda, const char *name, const char *value)
{
	const char *slash;

	if (name == NULL || value == NULL)
		return;
	object_add(&coda->rtvs, name, value);
	if (strcmp(name, "%(config)") != 0)
		return;
	slash = strrchr(value, '/');
	add_text(coda, "run_config", slash != NULL ? slash + 1 : value);
}

static void
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct coda *coda = context;
	size_t n = strlen(coda->path);

	coda->used = 0;
	if (n + strlen(name) + 2 > sizeof(coda->path)) {
		fail(coda, "it is nested too deeply");
		return;
	}
	snprintf(coda->path + n, sizeof(coda->path) - n, "/%s", name);
	if (strcmp(coda->path, "/coda") == 0) {
		add_text(coda, "run_type", attribute(attributes, "runtype"));
		add_text(coda, "session", attribute(attributes, "session"));
	} else if (n == 0) {
		fail(coda, "its root is no <coda>");
	} else if (strcmp(coda->path, "/coda/run-end") == 0) {
		coda->ended = true;
	} else if (strcmp(inside(coda->path), "components") == 0) {
		object_begin(&coda->components);
		object_begin(&coda->stats);
	} else if (strcmp(inside(coda->path), COMPONENT) == 0) {
		begin_component(coda, attributes);
	} else if (strcmp(coda->path, "/coda/run-start/rtvs") == 0) {
		object_begin(&coda->rtvs);
	} else if (strcmp(coda->path, "/coda/run-start/rtvs/rtv") == 0) {
		take_rtv(
		    coda, attribute(attributes, "name"), attribute(attributes, "value"));
	}
}

static void
on_text(void *context, const XML_Char *p, int n)
{
	struct coda *coda = context;

	if (coda->used + (size_t)n >= TEXT_MAX) {
		fail(coda, "a text in it is too long");
		return;
	}
	memcpy(coda->text + coda->used, p, (size_t)n);
	coda->used += (size_t)n;
}

/* A figure of a component, if it is one that is read. */
static void
take_figure(struct coda *coda, const char *name)
{
	const char *const *figure = figures;
	char *text = trimmed(coda);
	size_t n = strlen(text);

	while (*figure != NULL && strcmp(*figure, name) != 0)
		figure++;
	if (*figure == NULL || n == 0)
		return;
	if (daq_is_number(text, n)) {
		writer_json(&coda->stats.w, name, (struct json_span){text, n});
		return;
	}
	msg("%s: '%s' is no number for %s: left out", coda->daq->path, text, name);
	coda->daq->bad++;
}

static void
on_end(void *context, const XML_Char *name)
{
	struct coda *coda = context;
	char *slash;

	coda->text[coda->used] = '\0';
	for (size_t i = 0; i < ELEMENTS; i++)
		if (strcmp(coda->path, elements[i].path) == 0)
			elements[i].read(coda, elements[i].row);
	slash = strrchr(coda->path, '/');
	if (coda->in_component && strcmp(inside(coda->path), COMPONENT) == 0) {
		writer_end_object(&coda->stats.w);
		coda->in_component = false;
	} else if (coda->in_component) {
		take_figure(coda, name);
	}
	if (slash != NULL)
		*slash = '\0';
	coda->used = 0;
}

/* Entities could be files of ours, or grow without end: there are none in a run log. */
static void
on_doctype(void *context, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	fail(context, "it has a document type, which is not read");
}

/* ---- the whole --------------------------------------------------------------- */

/* The files that the recorder wrote: the last, and how many, which its number tells. */
static int
add_files(struct coda *coda)
{
	const char *file = coda->last_file, *bar, *dot;
	char count[24];

	if (file == NULL)
		return 0;
	add_text(coda, "evio_last_file", file);
	bar = strrchr(file, '_');
	dot = strrchr(file, '.');
	if (bar == NULL || dot == NULL || dot <= bar + 1 || dot - bar > 10 ||
	    strspn(bar + 1, "0123456789") != (size_t)(dot - bar - 1)) {
		msg("%s: '%s' has no number: the count of files is left out",
		    coda->daq->path, file);
		return 0;
	}
	snprintf(count, sizeof(count), "%ld", strtol(bar + 1, NULL, 10) + 1);
	return daq_add(coda->daq, "evio_files_count", strlen("evio_files_count"),
	    strdup(count), NULL);
}

/* What was kept becomes values.  0, or -1 after a message. */
static int
add_all(struct coda *coda)
{
	const struct {
		const char *name;
		struct object *object;
	} objects[] = {{"components", &coda->components},
	    {"component_stats", &coda->stats}, {"rtvs", &coda->rtvs}};

	coda->daq->run = coda->values[0];
	coda->values[0] = NULL;
	if (daq_add(coda->daq, "is_valid_run_end", strlen("is_valid_run_end"),
		strdup(coda->ended ? "true" : "false"), NULL) != 0 ||
	    add_files(coda) != 0)
		return -1;
	for (size_t i = 1; i < ELEMENTS; i++) {
		const struct element *e = &elements[i];
		const char *text = coda->values[e->row];

		if (text == NULL || e->name == NULL)
			continue;
		if (daq_add(coda->daq, e->name, strlen(e->name),
			writer_quote(text, strlen(text)), e->type) != 0)
			return -1;
		free(coda->values[e->row]);
		coda->values[e->row] = NULL;
	}
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (objects[i].object->begun &&
		    daq_add(coda->daq, objects[i].name, strlen(objects[i].name),
			object_end(objects[i].object), NULL) != 0)
			return -1;
	return 0;
}

static int
parse(struct coda *coda, const char *text, size_t n)
{
	XML_SetUserData(coda->parser, coda);
	XML_SetElementHandler(coda->parser, on_start, on_end);
	XML_SetCharacterDataHandler(coda->parser, on_text);
	XML_SetStartDoctypeDeclHandler(coda->parser, on_doctype);
	if (XML_Parse(coda->parser, text, (int)n, XML_TRUE) == XML_STATUS_OK)
		return add_all(coda);
	if (coda->error == NULL || coda->error[0] != '\0')
		msg("%s: line %lu: %s", coda->daq->path,
		    (unsigned long)XML_GetCurrentLineNumber(coda->parser),
		    coda->error != NULL
			? coda->error
			: XML_ErrorString(XML_GetErrorCode(coda->parser)));
	return -1;
}

int
daq_coda_read(struct daq *daq, const char *text, size_t n)
{
	struct coda coda = {.daq = daq};
	struct object *objects[] = {&coda.components, &coda.stats, &coda.rtvs};
	int result = -1;

	coda.parser = XML_ParserCreate(NULL);
	coda.text = malloc(TEXT_MAX + 1);
	if (coda.parser != NULL && coda.text != NULL)
		result = parse(&coda, text, n);
	else
		msg("no memory");
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		buffer_free(&objects[i]->text);
	for (size_t i = 0; i < sizeof(coda.values) / sizeof(coda.values[0]); i++)
		free(coda.values[i]);
	free(coda.text);
	free(coda.last_file);
	if (coda.parser != NULL)
		XML_ParserFree(coda.parser);
	return result;
}
