#include "logbook/roster.h"

#include <stdlib.h>
#include <string.h>

/* The elements of the "value" of an answer that succeeded; false if it is no list. */
static bool
open_list(struct json *s, const char *body, size_t n)
{
	struct json_span answer, success, value;

	json_begin(s, body, n);
	if (!json_value(s, &answer) || !json_end(s) || answer.p[0] != '{' ||
	    !json_find(answer, "success", &success) || success.p[0] != 't' ||
	    !json_find(answer, "value", &value) || value.p[0] != '[')
		return false;
	json_begin(s, value.p, value.n);
	return json_open(s, '[');
}

/* A member that is a text, decoded and malloc'd; NULL if there is none. */
static char *
text_of(struct json_span object, const char *name, size_t *n)
{
	struct json_span value;

	if (object.p[0] != '{' || !json_find(object, name, &value) || value.p[0] != '"' ||
	    value.n == 2)
		return NULL;
	return json_string_copy(value, n);
}

int
roster_experiments(struct experiment_list *list, const char *body, size_t n)
{
	struct json s;
	struct json_span element;

	if (!open_list(&s, body, n))
		return -1;
	while (json_element(&s) && json_value(&s, &element)) {
		size_t length = 0;
		char *name = text_of(element, "_id", &length);
		int failed = 0;

		if (name == NULL)
			name = text_of(element, "name", &length);
		if (name != NULL && experiment_name_error(name, length) == NULL)
			failed = experiment_list_add(list, name, length);
		free(name);
		if (failed)
			return -1;
	}
	return s.error == NULL ? 0 : -1;
}

static int
add_text(struct roster_addresses *addresses, char *text)
{
	char **texts =
	    realloc(addresses->texts, (addresses->n + 1) * sizeof(*addresses->texts));

	if (texts == NULL) {
		free(text);
		return -1;
	}
	addresses->texts = texts;
	texts[addresses->n++] = text;
	return 0;
}

int
roster_instruments(struct roster_addresses *addresses, const char *body, size_t n)
{
	struct json s;
	struct json_span element, params;

	if (!open_list(&s, body, n))
		return -1;
	while (json_element(&s) && json_value(&s, &element)) {
		size_t length;
		char *name, *url;

		if (element.p[0] != '{' || !json_find(element, "params", &params) ||
		    (url = text_of(params, "questionnaire_ws_url", &length)) == NULL)
			continue;
		name = text_of(element, "_id", &length);
		if (name == NULL) {
			free(url);
			continue;
		}
		if (add_text(addresses, name) != 0) {
			free(url);
			return -1;
		}
		if (add_text(addresses, url) != 0) {
			free(addresses->texts[--addresses->n]);
			return -1;
		}
	}
	return s.error == NULL ? 0 : -1;
}

const char *
roster_address(const struct roster_addresses *addresses, const char *instrument)
{
	if (instrument != NULL)
		for (size_t i = 0; i + 1 < addresses->n; i += 2)
			if (strcasecmp(addresses->texts[i], instrument) == 0)
				return addresses->texts[i + 1];
	return NULL;
}

bool
roster_lists(const struct experiment_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->names[i], name) == 0)
			return true;
	return false;
}

void
roster_free(struct roster_addresses *addresses)
{
	for (size_t i = 0; i < addresses->n; i++)
		free(addresses->texts[i]);
	free(addresses->texts);
	*addresses = (struct roster_addresses){0};
}
