/*
 * A template, a pattern of names and a path, with newlines between them, of any bytes;
 * and a text as a time.  A match says no more than the names that there are, and leaves a
 * stretch of time, which gets no longer with more of the path.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "files/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static int
count(const struct template *template)
{
	int n = 0;

	while (template_field(template, n) != NULL)
		n++;
	require(n <= TEMPLATE_FIELDS);
	return n;
}

static void
check(const struct template *template, const struct template_values *values,
    struct window *before)
{
	struct template_values copy;
	struct window span;
	char from[TIMESTAMP_SHORT], to[TIMESTAMP_SHORT];

	for (int i = count(template); i < TEMPLATE_FIELDS; i++)
		require(values->text[i] == NULL);
	if (!template_span(template, values, &span))
		return;
	require(span.from < span.to);
	require(window_covers(*before, span));
	window_texts(span, from, to);
	*before = span;
	require(template_copy(values, &copy));
	for (int i = 0; i < TEMPLATE_FIELDS; i++)
		require(
		    (copy.text[i] == NULL) == (values->text[i] == NULL) &&
		    (copy.text[i] == NULL || strcmp(copy.text[i], values->text[i]) == 0));
	template_forget(&copy);
}

static void
match(const struct template *template, const char *path)
{
	struct template_values values = {{NULL}};
	struct window span = {INT64_MIN, INT64_MAX};
	bool fits = true;
	int depth = template_depth(template);

	require(depth >= 0 && depth <= TEMPLATE_LEVELS);
	for (int level = 0; level < depth && fits; level++) {
		size_t n = strcspn(path, "/");
		char *name = strndup(path, n); /* so that ASan sees one byte more */

		require(name != NULL);
		fits = template_match(template, level, name, n, &values);
		if (fits)
			check(template, &values, &span);
		path += n + (path[n] == '/');
		free(name);
	}
	if (fits && template_match_file(template, path, strlen(path), &values))
		check(template, &values, &span);
	template_forget(&values);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *pattern, *path = NULL;
	struct template *template;
	struct window unit;

	require(text != NULL);
	if (window_time(text, INT64_C(1767225600), &unit))
		require(unit.from < unit.to);
	pattern = strchr(text, '\n');
	if (pattern != NULL) {
		*pattern++ = '\0';
		path = strchr(pattern, '\n');
		if (path != NULL)
			*path++ = '\0';
		if (*pattern == '\0')
			pattern = NULL;
	}
	template = template_read(text, pattern);
	if (template != NULL)
		match(template, path != NULL ? path : "");
	template_free(template);
	free(text);
	return 0;
}
