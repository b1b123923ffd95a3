#include "logbook/questionnaire.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logbook/experiment.h"
#include "logbook/http.h"

/*
 * A member of an object that is a text or a number, decoded and malloc'd, in *text; NULL
 * if it is not there, or empty.  Returns 0, or -1 without memory.
 */
static int
read_text(struct json_span object, const char *member, char **text)
{
	struct json_span value;

	*text = NULL;
	if (object.p == NULL || object.p[0] != '{' ||
	    !json_find(object, member, &value) || value.n == 0)
		return 0;
	if (value.p[0] == '"') {
		if (value.n == 2)
			return 0;
		*text = json_string_copy(value, NULL);
	} else if (isdigit((unsigned char)value.p[0])) {
		*text = strndup(value.p, value.n);
	} else {
		return 0;
	}
	return *text != NULL ? 0 : -1;
}

static bool
ends_in_digits(const char *name, size_t n)
{
	return n >= 2 && isdigit((unsigned char)name[n - 1]) &&
	       isdigit((unsigned char)name[n - 2]);
}

int
questionnaire_read(
    struct questionnaire *questionnaire, const char *name, struct json_span info)
{
	struct json_span params = {NULL, 0};
	size_t n = strlen(name);

	json_find(info, "params", &params);
	if (read_text(info, "instrument", &questionnaire->instrument) != 0 ||
	    read_text(params, "run_period", &questionnaire->run) != 0 ||
	    read_text(params, "PNR", &questionnaire->proposal) != 0 ||
	    read_text(params, "questionnaire_ws_url", &questionnaire->address) != 0)
		return -1;
	if (!ends_in_digits(name, n))
		return 0;
	if (questionnaire->run == NULL &&
	    (questionnaire->run = strdup(name + n - 2)) == NULL)
		return -1;
	if (questionnaire->proposal != NULL || n < 6)
		return 0;
	questionnaire->proposal = strndup(name + 3, n - 5);
	if (questionnaire->proposal == NULL)
		return -1;
	for (char *p = questionnaire->proposal; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return 0;
}

/* Bytes of a URL before its path. */
static size_t
host_length(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL ? (size_t)(host + 3 - url) + strcspn(host + 3, "/") : 0;
}

char *
questionnaire_url(
    const struct questionnaire *questionnaire, const char *instrument, const char *usual)
{
	const char *base = questionnaire->address != NULL ? questionnaire->address
			   : instrument != NULL		  ? instrument
							  : usual;
	size_t n = strlen(base), host = base[0] == '/' ? host_length(usual) : 0;
	char *run, *proposal, *url = NULL;

	errno = 0;
	if (questionnaire->run == NULL || questionnaire->proposal == NULL ||
	    experiment_name_error(questionnaire->run, strlen(questionnaire->run)) !=
		NULL ||
	    experiment_name_error(
		questionnaire->proposal, strlen(questionnaire->proposal)) != NULL)
		return NULL;
	while (n > 0 && base[n - 1] == '/')
		n--;
	run = http_escape(questionnaire->run);
	proposal = http_escape(questionnaire->proposal);
	if (run == NULL || proposal == NULL ||
	    asprintf(&url, "%.*s%.*s/ws/proposal/attribute/run%s/%s", (int)host, usual,
		(int)n, base, run, proposal) < 0)
		url = NULL;
	free(run);
	free(proposal);
	errno = url == NULL ? ENOMEM : 0;
	return url;
}

void
questionnaire_free(struct questionnaire *questionnaire)
{
	free(questionnaire->run);
	free(questionnaire->proposal);
	free(questionnaire->address);
	free(questionnaire->instrument);
	*questionnaire = (struct questionnaire){0};
}
