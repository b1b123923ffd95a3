#include "query/query_error.h"

#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "text/utf8.h"

/* Terminal cells of the text that are shown, and how many of them before the place. */
#define CELLS 76
#define BEFORE 50

/* An excerpt that grows, a cell at a time. */
struct excerpt {
	char *text, *caret;
	size_t used, caret_used;
};

static void
put_cells(struct excerpt *excerpt, const char *p, size_t n, int width, char mark)
{
	memcpy(excerpt->text + excerpt->used, p, n);
	excerpt->used += n;
	for (int i = 0; i < width; i++)
		excerpt->caret[excerpt->caret_used++] = mark;
}

/* One character of the text: what does not show as itself becomes '?'. */
static size_t
put_character(struct excerpt *excerpt, const char *p, size_t n, char mark)
{
	unsigned character;
	size_t length = utf8_read(p, n, &character);
	int width = length > 0 ? utf8_width(character) : -1;

	if (length == 0)
		length = 1;
	if (width < 0)
		put_cells(excerpt, *p == '\n' || *p == '\t' ? " " : "?", 1, 1, mark);
	else
		put_cells(excerpt, p, length, width, mark);
	return length;
}

static size_t
step_back(const char *text, size_t at, size_t characters)
{
	while (at > 0 && characters > 0) {
		at--;
		if (((unsigned char)text[at] & 0xc0) != 0x80)
			characters--;
	}
	return at;
}

static void
show_place(struct query_error *error, const struct query_place *place)
{
	const struct query_source *source = place->source;
	struct excerpt excerpt = {error->excerpt, error->caret, 0, 0};
	size_t at = step_back(source->text, place->at, BEFORE);
	size_t end = place->at + (place->n > 0 ? place->n : 1);

	while (at < source->length && excerpt.caret_used < CELLS &&
	       excerpt.used + 4 < sizeof(error->excerpt)) {
		char mark = ' ';

		if (at >= place->at && at < end)
			mark = at == place->at ? '^' : '~';
		at +=
		    put_character(&excerpt, source->text + at, source->length - at, mark);
	}
	if (place->at >= source->length && excerpt.caret_used < CELLS)
		excerpt.caret[excerpt.caret_used++] = '^';
	while (excerpt.caret_used > 0 && excerpt.caret[excerpt.caret_used - 1] == ' ')
		excerpt.caret_used--;
	excerpt.text[excerpt.used] = excerpt.caret[excerpt.caret_used] = '\0';
}

int
query_error_set(
    struct query_error *error, const struct query_place *place, const char *format, ...)
{
	va_list arguments;
	int n;

	*error = (struct query_error){0};
	va_start(arguments, format);
	n = vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	if (place == NULL || place->source == NULL)
		return -1;
	if (place->source->alias != NULL && n >= 0 && (size_t)n < sizeof(error->message))
		snprintf(error->message + n, sizeof(error->message) - (size_t)n,
		    " (in @%.60s)", place->source->alias);
	show_place(error, place);
	return -1;
}

int
query_error_add(struct query_error *error, const char *format, ...)
{
	size_t used = strlen(error->message);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(error->message + used, sizeof(error->message) - used, format, ap);
	va_end(ap);
	return -1;
}

int
query_error_plain(struct query_error *error, const char *format, ...)
{
	va_list arguments;

	*error = (struct query_error){0};
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return -1;
}

void
query_error_print(const struct query_error *error)
{
	msg("%s", error->message);
	if (error->caret[0] != '\0')
		fprintf(stderr, "    %s\n    %s\n", error->excerpt, error->caret);
}
