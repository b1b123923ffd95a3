#include "files/selector.h"

#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "files/file_query.h"

#define SOURCE (-1) /* row of a field that is no field */
#define NOTHING (-2)

struct selector {
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
check_fields(const struct selector *selector)
{
	for (char *const *f = selector->fields; f != NULL && *f != NULL; f++) {
		if (strchr(*f, '=') == NULL) {
			msg("--field: '%s' is not NAME=GLOB", *f);
			return EXIT_USAGE;
		}
		if (field_named(selector->template, *f) == NOTHING) {
			msg("--field: neither --template nor --name has a '%.*s'",
			    (int)strcspn(*f, "="), *f);
			return EXIT_USAGE;
		}
	}
	return 0;
}

static int
compile(struct selector *selector, char *const *expressions)
{
	size_t n = 0;

	while (expressions != NULL && expressions[n] != NULL)
		n++;
	selector->expressions = calloc(n + 1, sizeof(*selector->expressions));
	if (selector->expressions == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	for (; selector->n < n; selector->n++) {
		regex_t *expression = &selector->expressions[selector->n];
		int code = regcomp(
		    expression, expressions[selector->n], REG_EXTENDED | REG_NOSUB);
		char why[200];

		if (code == 0)
			continue;
		regerror(code, expression, why, sizeof(why));
		msg("--match: '%s': %s", expressions[selector->n], why);
		return EXIT_USAGE;
	}
	return 0;
}

static int
read_queries(struct selector *selector, char *const *queries)
{
	size_t n = 0;
	int status = 0;

	while (queries != NULL && queries[n] != NULL)
		n++;
	selector->queries = calloc(n + 1, sizeof(struct file_query *));
	if (selector->queries == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	for (; selector->n_queries < n; selector->n_queries++) {
		struct file_query *query = file_query_open(
		    queries[selector->n_queries], selector->template, &status);

		if (query == NULL)
			return status;
		selector->queries[selector->n_queries] = query;
	}
	return 0;
}

struct selector *
selector_open(char *const *expressions, char *const *fields, char *const *queries,
    const struct template *template, int *status)
{
	struct selector *selector = calloc(1, sizeof(*selector));

	*status = EXIT_PARTIAL;
	if (selector == NULL) {
		msg("no memory");
		return NULL;
	}
	selector->fields = fields;
	selector->template = template;
	*status = check_fields(selector);
	if (*status == 0)
		*status = compile(selector, expressions);
	if (*status == 0)
		*status = read_queries(selector, queries);
	if (*status == 0)
		return selector;
	selector_close(selector);
	return NULL;
}

int
selector_takes(void *context, const struct remote_file *file, const char *name,
    const struct template_values *values)
{
	const struct selector *selector = context;
	bool takes = selector->n == 0;
	int holds;

	for (size_t i = 0; i < selector->n && !takes; i++)
		takes = regexec(&selector->expressions[i], name, 0, NULL, 0) == 0;
	for (char *const *f = selector->fields; f != NULL && *f != NULL && takes; f++) {
		int row = field_named(selector->template, *f);
		const char *value = row == SOURCE ? file->source : values->text[row];

		takes = value != NULL && fnmatch(strchr(*f, '=') + 1, value, 0) == 0;
	}
	holds = takes;
	for (size_t i = 0; i < selector->n_queries && holds > 0; i++)
		holds = file_query_holds(selector->queries[i], file, name, values);
	return holds;
}

void
selector_close(struct selector *selector)
{
	if (selector == NULL)
		return;
	while (selector->n > 0)
		regfree(&selector->expressions[--selector->n]);
	free(selector->expressions);
	while (selector->n_queries > 0)
		file_query_close(selector->queries[--selector->n_queries]);
	free(selector->queries);
	free(selector);
}
