#include "logbook/experiment.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
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

bool
experiment_matches(const char *name, const char *const *globs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(globs[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

int
experiment_list_add(struct experiment_list *list, const char *name, size_t n)
{
	char **names;

	for (size_t i = 0; i < list->n; i++)
		if (strlen(list->names[i]) == n && memcmp(list->names[i], name, n) == 0)
			return 0;
	names = realloc(list->names, (list->n + 1) * sizeof(*names));
	if (names == NULL)
		return -1;
	list->names = names;
	names[list->n] = strndup(name, n);
	return names[list->n++] == NULL ? -1 : 0;
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
	else if (!json_find(object, "name", &value) || value.p[0] != '"')
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

		while (n > 0 && isspace((unsigned char)line[n - 1]))
			n--;
		if (n == 0)
			continue;
		n = name_in_line(line, n, &name, &error);
		if (error == NULL)
			error = experiment_name_error(name, n);
		if (error != NULL) {
			msg("line %ld: %s", number, error);
			bad++;
		} else if (experiment_list_add(list, name, n) != 0) {
			msg("no memory");
			bad = -1;
			break;
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
	for (size_t i = 0; i < list->n; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct experiment_list){0};
}
