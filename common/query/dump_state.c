#include "query/dump_state.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "text/json.h"

/* The last line of a file that is not empty; malloc'd, NULL if there is none. */
static char *
last_line(FILE *file)
{
	char *line = NULL, *last = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&line, &room, file)) > 0) {
		while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL)
			line[--n] = '\0';
		if (n == 0)
			continue;
		free(last);
		last = line;
		line = NULL;
		room = 0;
	}
	free(line);
	return last;
}

static int
read_file(const char *name, char **line)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	bool failed;

	*line = NULL;
	if (file == NULL && errno == ENOENT)
		return EXIT_DONE;
	if (file != NULL)
		*line = last_line(file);
	failed = file == NULL || ferror(file) != 0;
	if (failed)
		msg("%s: %s", name, strerror(errno));
	if (file != NULL && file != stdin)
		fclose(file);
	return failed ? EXIT_PARTIAL : EXIT_DONE;
}

int
dump_state(const char *text, const char *file, char **state)
{
	struct json s;
	struct json_span object, value;
	char *line = NULL, *copy = NULL;
	int status = EXIT_DONE;

	*state = NULL;
	if (text == NULL)
		status = read_file(file, &line);
	else if ((line = strdup(text)) == NULL)
		status = EXIT_PARTIAL;
	if (status != EXIT_DONE || line == NULL)
		return status;
	json_begin(&s, line, strlen(line));
	if (json_peek(&s) != '{' || !json_value(&s, &object) || !json_end(&s)) {
		msg("%s: no state: the value of a STATE message is an object",
		    text != NULL ? "--since" : file);
		status = EXIT_USAGE;
	} else {
		if (json_find(object, "type", &value) && json_string_is(value, "STATE") &&
		    json_find(object, "value", &value))
			object = value;
		copy = strndup(object.p, object.n);
		if (copy == NULL) {
			msg("no memory");
			status = EXIT_PARTIAL;
		}
	}
	free(line);
	*state = copy;
	return status;
}
