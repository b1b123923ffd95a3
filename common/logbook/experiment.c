#include "logbook/experiment.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "stream/streams.h"
#include "text/json.h"

#define NAME_MAX_BYTES 200

const char *
experiment_name_error(const char *name, size_t n)
{
	struct json s;
	char quoted[NAME_MAX_BYTES + 2];

	if (n == 0)
		return "the name is empty";
	if (n > NAME_MAX_BYTES)
		return "the name is too long";
	if (!isalnum((unsigned char)name[0]) && name[0] != '_')
		return "a name begins with a letter or a digit";
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '/' ||
		    name[i] == '\\' || name[i] == '"')
			return "the name holds a character that no name has";
	/* The scanner knows what UTF-8 is. */
	quoted[0] = quoted[n + 1] = '"';
	memcpy(quoted + 1, name, n);
	json_begin(&s, quoted, n + 2);
	return json_value(&s, NULL) ? NULL : "the name is not UTF-8";
}

static bool
are_known(const char *list, size_t n)
{
	for (;;) {
		const char *comma = memchr(list, ',', n);
		size_t length = comma != NULL ? (size_t)(comma - list) : n;
		const struct streams_row *row = streams_named(list, length);

		if (row == NULL || row->applied != STREAMS_STAGED)
			return false;
		if (comma == NULL)
			return true;
		n -= length + 1;
		list = comma + 1;
	}
}

bool
experiment_matches(const char *name, const char *const *globs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(globs[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

void
experiment_address(char *name)
{
	for (; *name != '\0'; name++)
		if (*name == ' ')
			*name = '_';
}

/* Append an address with what is chosen of it, both malloc'd and the list's from now on.
 */
static int
append(struct experiment_list *list, char *name, char *chosen)
{
	char **names = realloc(list->names, (list->n + 1) * sizeof(*names)), **all;

	if (names == NULL)
		goto err;
	list->names = names;
	all = realloc(list->chosen, (list->n + 1) * sizeof(*all));
	if (all == NULL)
		goto err;
	list->chosen = all;
	names[list->n] = name;
	all[list->n++] = chosen;
	return 0;
err:
	free(name);
	free(chosen);
	return -1;
}

static bool
has(const struct experiment_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->names[i], name) == 0)
			return true;
	return false;
}

int
experiment_list_add(struct experiment_list *list, const char *name, size_t n)
{
	char *copy = strndup(name, n);

	if (copy == NULL)
		return -1;
	experiment_address(copy);
	if (!has(list, copy))
		return append(list, copy, NULL);
	free(copy);
	return 0;
}

const char *
experiment_list_add_argument(struct experiment_list *list, const char *argument, size_t n)
{
	const char *slash = memchr(argument, '/', n), *error;
	size_t length = slash != NULL ? (size_t)(slash - argument) : n;
	char *name, *chosen = NULL;

	error = experiment_name_error(argument, length);
	if (error != NULL)
		return error;
	if (slash != NULL && !are_known(slash + 1, n - length - 1))
		return "behind the / stands no stream that the service has";
	name = strndup(argument, length);
	if (slash != NULL)
		chosen = strndup(slash + 1, n - length - 1);
	if (name == NULL || (slash != NULL && chosen == NULL)) {
		free(name);
		free(chosen);
		return "no memory";
	}
	experiment_address(name);
	if (!has(list, name))
		return append(list, name, chosen) == 0 ? NULL : "no memory";
	free(name);
	free(chosen);
	return NULL;
}

bool
experiment_streams_have(const char *chosen, const char *stream)
{
	size_t n = strlen(stream);

	for (;;) {
		size_t length = strcspn(chosen, ",");

		if (length == n && memcmp(chosen, stream, n) == 0)
			return true;
		if (chosen[length] == '\0')
			return false;
		chosen += length + 1;
	}
}

/*
 * The name in a line of n bytes: decoded in place for an object.  Returns its
 * length and sets *name, or sets *error.
 */
static size_t
name_in_line(char *line, size_t n, const char **name, const char **error)
{
	struct json s;
	struct json_span object, value;

	*error = NULL;
	*name = line;
	if (line[0] != '{' && line[0] != '"')
		return n;
	json_begin(&s, line, n);
	if (!json_value(&s, &object) || !json_end(&s))
		*error = "not JSON";
	else if (object.p[0] == '"')
		return json_string_decode(object, line);
	else if ((!json_find(object, "_id", &value) || value.p[0] != '"') &&
		 (!json_find(object, "name", &value) || value.p[0] != '"'))
		*error = "an object without a name";
	else
		return json_string_decode(value, line);
	return 0;
}

int
experiment_list_read(struct experiment_list *list, FILE *stream)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int bad = 0;

	for (long number = 1; (length = getline(&line, &size, stream)) > 0; number++) {
		const char *name, *error;
		size_t n = (size_t)length;
		bool json;

		while (n > 0 && isspace((unsigned char)line[n - 1]))
			n--;
		if (n == 0)
			continue;
		json = line[0] == '{' || line[0] == '"';
		n = name_in_line(line, n, &name, &error);
		if (error == NULL && json)
			error = experiment_name_error(name, n);
		if (error == NULL)
			error = experiment_list_add_argument(list, name, n);
		if (error != NULL) {
			msg("line %ld: %s", number, error);
			bad++;
		}
	}
	if (ferror(stream)) {
		msg("stdin: %s", strerror(errno));
		bad = -1;
	}
	free(line);
	return bad;
}

void
experiment_list_free(struct experiment_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->names[i]);
		free(list->chosen[i]);
	}
	free(list->names);
	free(list->chosen);
	*list = (struct experiment_list){0};
}
