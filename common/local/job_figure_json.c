#include <dlfcn.h>
#include <errno.h>
#include <jq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "local/job_figure.h"

#define FILE_MAX_BYTES ((size_t)256 * 1024 * 1024)

/* The functions of libjq that are called, under their own names. */
static struct {
	jq_state *(*jq_init)(void);
	void (*jq_set_error_cb)(jq_state *, jq_msg_cb, void *);
	int (*jq_compile)(jq_state *, const char *);
	void (*jq_start)(jq_state *, jv, int);
	jv (*jq_next)(jq_state *);
	void (*jq_teardown)(jq_state **);
	jv (*jv_parse_sized)(const char *, int);
	jv (*jv_dump_string)(jv, int);
	const char *(*jv_string_value)(jv);
	jv_kind (*jv_get_kind)(jv);
	int (*jv_invalid_has_msg)(jv);
	jv (*jv_invalid_get_msg)(jv);
	jv (*jv_copy)(jv);
	void (*jv_free)(jv);
} jq;

static int
load_library(void)
{
	static const struct {
		const char *name;
		void *function;
	} functions[] = {{"jq_init", &jq.jq_init},
	    {"jq_set_error_cb", &jq.jq_set_error_cb}, {"jq_compile", &jq.jq_compile},
	    {"jq_start", &jq.jq_start}, {"jq_next", &jq.jq_next},
	    {"jq_teardown", &jq.jq_teardown}, {"jv_parse_sized", &jq.jv_parse_sized},
	    {"jv_dump_string", &jq.jv_dump_string},
	    {"jv_string_value", &jq.jv_string_value}, {"jv_get_kind", &jq.jv_get_kind},
	    {"jv_invalid_has_msg", &jq.jv_invalid_has_msg},
	    {"jv_invalid_get_msg", &jq.jv_invalid_get_msg}, {"jv_copy", &jq.jv_copy},
	    {"jv_free", &jq.jv_free}};
	void *library = dlopen("libjq.so.1", RTLD_NOW | RTLD_LOCAL), *symbol;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		symbol = library != NULL ? dlsym(library, functions[i].name) : NULL;
		if (symbol == NULL) {
			msg("libjq: %s: figures cannot be taken out of JSON with a "
			    "program",
			    dlerror());
			return -1;
		}
		memcpy(functions[i].function, &symbol, sizeof(symbol));
	}
	return 0;
}

/* All of a file, malloc'd and terminated; NULL with errno set. */
static char *
read_file(const char *path, size_t *n)
{
	FILE *in = fopen(path, "re");
	char *text = NULL, *grown;
	size_t room = 0, got;

	*n = 0;
	if (in == NULL)
		return NULL;
	do {
		if (*n + 1 >= room) {
			room = room > 0 ? room * 2 : 65536;
			grown = room <= FILE_MAX_BYTES ? realloc(text, room) : NULL;
			if (grown == NULL) {
				errno = EFBIG;
				free(text);
				fclose(in);
				return NULL;
			}
			text = grown;
		}
		got = fread(text + *n, 1, room - *n - 1, in);
		*n += got;
	} while (got > 0);
	text[*n] = '\0';
	if (ferror(in)) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

/* libjq's own message, on one line. */
static void
complain(void *context, jv message)
{
	const char *text = jq.jv_get_kind(message) == JV_KIND_STRING
			       ? jq.jv_string_value(message)
			       : "an error";

	msg("%s: %.300s", (const char *)context, text);
	jq.jv_free(message);
}

/* What the program makes of the text: each result is figures. */
static int
run_program(struct job_record *record, const char *job, char *argument,
    const char *program, const char *text, size_t n)
{
	const char *name = program + strspn(program, ". ");
	jq_state *state = jq.jq_init();
	jv input, result;
	int failed = -1;

	if (state == NULL) {
		msg("no memory");
		return -1;
	}
	jq.jq_set_error_cb(state, complain, argument);
	if (jq.jq_compile(state, program) == 0)
		goto done;
	input = jq.jv_parse_sized(text, (int)n);
	if (jq.jv_get_kind(input) == JV_KIND_INVALID) {
		complain(argument, jq.jv_invalid_get_msg(input));
		goto done;
	}
	jq.jq_start(state, input, 0);
	for (;;) {
		result = jq.jq_next(state);
		if (jq.jv_get_kind(result) == JV_KIND_INVALID)
			break;
		result = jq.jv_dump_string(result, 0);
		(void)job_figure_put_object(record, job, name[0] != '\0' ? name : NULL,
		    (struct json_span){
			jq.jv_string_value(result), strlen(jq.jv_string_value(result))});
		jq.jv_free(result);
	}
	failed = jq.jv_invalid_has_msg(jq.jv_copy(result)) ? -1 : 0;
	if (failed != 0)
		complain(argument, jq.jv_invalid_get_msg(result));
	else
		jq.jv_free(result);
done:
	jq.jq_teardown(&state);
	return failed;
}

int
job_figure_put_json(struct job_record *record, const char *job, const char *argument)
{
	char *copy = strdup(argument), *text = NULL, *colon = NULL;
	int result = -1;
	size_t n;

	if (copy == NULL) {
		msg("no memory");
		return -1;
	}
	/* A file may have a colon in its name; of several the first that leaves one. */
	if (access(copy, F_OK) != 0) {
		colon = strchr(copy, ':');
		if (colon != NULL)
			*colon = '\0';
	}
	text = read_file(copy, &n);
	if (text == NULL)
		msg("%s: %s: no figures are taken from it", copy, strerror(errno));
	else if (colon != NULL)
		result = load_library() == 0
			     ? run_program(record, job, copy, colon + 1, text, n)
			     : -1;
	else if (job_figure_put_object(record, job, NULL, (struct json_span){text, n}) ==
		 0)
		result = 0;
	else
		msg("%s: no JSON", copy);
	free(text);
	free(copy);
	return result;
}
