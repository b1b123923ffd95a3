#include "choice.h"

#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "file_query.h"
#include "msg.h"

#define SOURCE (-1) /* row of a field that is no field */
#define NOTHING (-2)

struct choice {
	regex_t *expressions;
	size_t n;
	char *const *fields;
	const struct template *template;
	struct file_query **queries;
	size_t n_queries;
};

/* The row of a field in NAME=GLOB. */
static int
field_named(const struct template *template, const char *text)
{
	size_t n = strcspn(text, "=");

	for (int i = 0; template_field(template, i) != NULL; i++)
		if (strncmp(template_field(template, i), text, n) == 0 &&
		    template_field(template, i)[n] == '\0')
			return i;
	return n == 6 && strncmp(text, "source", 6) == 0 ? SOURCE : NOTHING;
}

static int
check_fields(const struct choice *choice)
{
	for (char *const *f = choice->fields; f != NULL && *f != NULL; f++) {
		if (strchr(*f, '=') == NULL) {
			msg("--field: '%s' is not NAME=GLOB", *f);
			return EXIT_USAGE;
		}
		if (field_named(choice->template, *f) == NOTHING) {
			msg("--field: neither --template nor --name has a '%.*s'",
			    (int)strcspn(*f, "="), *f);
			return EXIT_USAGE;
		}
	}
	return 0;
}

static int
compile(struct choice *choice, char *const *expressions)
{
	size_t n = 0;

	while (expressions != NULL && expressions[n] != NULL)
		n++;
	choice->expressions = calloc(n + 1, sizeof(*choice->expressions));
	if (choice->expressions == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	for (; choice->n < n; choice->n++) {
		regex_t *expression = &choice->expressions[choice->n];
		int code =
		    regcomp(expression, expressions[choice->n], REG_EXTENDED | REG_NOSUB);
		char why[200];

		if (code == 0)
			continue;
		regerror(code, expression, why, sizeof(why));
		msg("--match: '%s': %s", expressions[choice->n], why);
		return EXIT_USAGE;
	}
	return 0;
}

static int
read_queries(struct choice *choice, char *const *queries)
{
	size_t n = 0;
	int status = 0;

	while (queries != NULL && queries[n] != NULL)
		n++;
	choice->queries = calloc(n + 1, sizeof(struct file_query *));
	if (choice->queries == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	for (; choice->n_queries < n; choice->n_queries++) {
		struct file_query *query = file_query_open(
		    queries[choice->n_queries], choice->template, &status);

		if (query == NULL)
			return status;
		choice->queries[choice->n_queries] = query;
	}
	return 0;
}

struct choice *
choice_open(char *const *expressions, char *const *fields, char *const *queries,
    const struct template *template, int *status)
{
	struct choice *choice = calloc(1, sizeof(*choice));

	*status = EXIT_PARTIAL;
	if (choice == NULL) {
		msg("no memory");
		return NULL;
	}
	choice->fields = fields;
	choice->template = template;
	*status = check_fields(choice);
	if (*status == 0)
		*status = compile(choice, expressions);
	if (*status == 0)
		*status = read_queries(choice, queries);
	if (*status == 0)
		return choice;
	choice_close(choice);
	return NULL;
}

int
choice_takes(void *context, const struct remote_file *file, const char *name,
    const struct template_values *values)
{
	const struct choice *choice = context;
	bool takes = choice->n == 0;
	int holds;

	for (size_t i = 0; i < choice->n && !takes; i++)
		takes = regexec(&choice->expressions[i], name, 0, NULL, 0) == 0;
	for (char *const *f = choice->fields; f != NULL && *f != NULL && takes; f++) {
		int row = field_named(choice->template, *f);
		const char *value = row == SOURCE ? file->source : values->text[row];

		takes = value != NULL && fnmatch(strchr(*f, '=') + 1, value, 0) == 0;
	}
	holds = takes;
	for (size_t i = 0; i < choice->n_queries && holds > 0; i++)
		holds = file_query_holds(choice->queries[i], file, name, values);
	return holds;
}

void
choice_close(struct choice *choice)
{
	if (choice == NULL)
		return;
	while (choice->n > 0)
		regfree(&choice->expressions[--choice->n]);
	free(choice->expressions);
	while (choice->n_queries > 0)
		file_query_close(choice->queries[--choice->n_queries]);
	free(choice->queries);
	free(choice);
}
