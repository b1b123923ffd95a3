#include "query/search_print.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/buffer.h"
#include "text/utf8.h"

#define HITS_MAX 200
#define SNIPPET 160 /* bytes, about */
#define BEFORE 40   /* of them in front of the first hit */

static const char *const bold = "\033[1m", *const red = "\033[1;31m",
			 *const faint = "\033[2m", *const plain = "\033[0m";

enum { COLUMNS = 11 };

static const struct printer_column columns[COLUMNS] = {
    {"experiment", CELL_TEXT},
    {"entry_id", CELL_TEXT},
    {"created_at", CELL_TEXT},
    {"author", CELL_TEXT},
    {"run_number", CELL_NULL},
    {"title", CELL_TEXT},
    {"tags", CELL_JSON},
    {"snippet", CELL_TEXT},
    {"rank", CELL_FLOAT},
    {"url", CELL_TEXT},
    {"kind", CELL_TEXT},
};

/* ---- The piece that is shown ------------------------------------------------ */

/* The beginning of a character at or behind an offset, or before it. */
static size_t
character_at(const char *text, size_t at, bool back)
{
	while (at > 0 && text[at] != '\0' && ((unsigned char)text[at] & 0xc0) == 0x80)
		at = back ? at - 1 : at + 1;
	return at;
}

/* From where to where a text is shown: around its first hit, between words. */
static void
choose(
    const char *text, const struct search_hit *hits, size_t n, size_t *from, size_t *to)
{
	size_t length = strlen(text), first = n > 0 ? hits[0].at : 0;

	*from = first > BEFORE ? first - BEFORE : 0;
	while (*from > 0 && *from < first && text[*from] != ' ' && text[*from] != '\n')
		++*from;
	if (*from == first && first > BEFORE)
		*from = character_at(text, first - BEFORE, false);
	*to = *from + SNIPPET;
	if (n > 0 && *to < hits[0].at + hits[0].n)
		*to = hits[0].at + hits[0].n;
	if (*to >= length) {
		*to = length;
		return;
	}
	for (size_t at = *to; at > *from + SNIPPET / 2; at--)
		if (text[at] == ' ' || text[at] == '\n') {
			*to = at;
			return;
		}
	*to = character_at(text, *to, true);
}

/* A piece of text with white space folded, but for line breaks where they are kept, and
   nothing that moves a cursor. */
static void
put_piece(struct buffer *out, const char *p, size_t n, bool lines)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool gap = c <= ' ' || c == 0x7f ||
			   (c == 0xc2 && i + 1 < n && (unsigned char)p[i + 1] < 0xa0);

		if (gap && c == 0xc2)
			i++;
		if (!gap || (lines && c == '\n'))
			buffer_put(out, p + i, 1);
		else if (out->n > 0 && out->p[out->n - 1] != ' ')
			buffer_put(out, " ", 1);
	}
}

static void
put_text(struct buffer *out, const char *text)
{
	buffer_put(out, text, strlen(text));
}

char *
search_print_snippet(
    const struct search_print *print, const char *text, const char *on, const char *off)
{
	struct search_hit hits[HITS_MAX];
	size_t n = search_hits(print->query, SEARCH_ANYWHERE, text,
	    print->full ? SIZE_MAX : SNIPPET, hits, HITS_MAX);
	size_t from, to = strlen(text), at = 0;
	struct buffer out = {0};

	if (print->full)
		from = 0;
	else
		choose(text, hits, n, &from, &to);
	if (from > 0)
		put_text(&out, "… ");
	at = from;
	for (size_t i = 0; i < n && hits[i].at + hits[i].n <= to; i++) {
		if (hits[i].at < at)
			continue;
		put_piece(&out, text + at, hits[i].at - at, print->full);
		put_text(&out, on);
		put_piece(&out, text + hits[i].at, hits[i].n, print->full);
		put_text(&out, off);
		at = hits[i].at + hits[i].n;
	}
	put_piece(&out, text + at, to - at, print->full);
	if (text[to] != '\0')
		put_text(&out, " …");
	return buffer_take(&out, NULL);
}

/* ---- Rows ------------------------------------------------------------------- */

int
search_print_open(struct search_print *print, const struct printer_format *format)
{
	return printer_open(&print->printer, format, STDOUT_FILENO, columns, COLUMNS);
}

int
search_print_open_to(struct search_print *print, const struct printer_format *format,
    stream_write *write, void *context)
{
	return printer_open_to(&print->printer, format, write, context, columns, COLUMNS);
}

int
search_print_close(struct search_print *print, bool whole)
{
	return printer_close(&print->printer, whole);
}

static struct cell
text_cell(const char *text)
{
	struct cell cell = {.kind = CELL_NULL};

	if (text[0] != '\0')
		cell = (struct cell){.kind = CELL_TEXT, .p = text, .n = strlen(text)};
	return cell;
}

/* The entry's page at the service; malloc'd, NULL if it has none. */
static char *
url_of(const struct search_print *print, const struct search_document *d)
{
	char *url;

	if (print->address == NULL || d->entry_id[0] == '\0' ||
	    asprintf(&url, "%s/%s/elogs/%s", print->address, d->experiment, d->entry_id) <
		0)
		return NULL;
	return url;
}

int
search_print_row(void *context, const struct search_document *d)
{
	struct search_print *print = context;
	char *piece =
	    print->full ? NULL : search_print_snippet(print, d->content, "", "");
	char *url = url_of(print, d);
	struct cell cells[COLUMNS] = {
	    text_cell(d->experiment),
	    text_cell(d->entry_id),
	    text_cell(d->created_at),
	    text_cell(d->author),
	    text_cell(d->run),
	    text_cell(d->title),
	    text_cell(d->tags_json),
	    text_cell(print->full     ? d->content
		      : piece != NULL ? piece
				      : ""),
	    {.kind = d->rank != 0 ? CELL_FLOAT : CELL_NULL, .real = d->rank},
	    text_cell(url != NULL ? url : ""),
	    text_cell(search_kind_name(d->kind)),
	};
	int result;

	if (d->numbered)
		cells[4] =
		    (struct cell){.kind = CELL_INT, .integer = strtoll(d->run, NULL, 10)};
	if (cells[6].kind == CELL_TEXT)
		cells[6].kind = CELL_JSON;
	result = printer_row(&print->printer, cells);
	free(piece);
	free(url);
	print->shown++;
	return result;
}

/* ---- For a person ----------------------------------------------------------- */

static void
print_in(const struct search_print *print, const char *colour, const char *text)
{
	struct buffer safe = {0};

	put_piece(&safe, text, strlen(text), false);
	fprintf(print->out, "%s%.*s%s", print->colour ? colour : "", (int)safe.n,
	    safe.n > 0 ? safe.p : "", print->colour ? plain : "");
	buffer_free(&safe);
}

static void
print_head(const struct search_print *print, const struct search_document *d)
{
	char time[17];

	print_in(print, bold, d->experiment);
	if (d->created_at[0] != '\0') {
		snprintf(time, sizeof(time), "%s", d->created_at);
		if (strlen(time) > 10)
			time[10] = ' ';
		fprintf(print->out, "  %s", time);
	}
	if (d->author[0] != '\0') {
		fputs("  ", print->out);
		print_in(print, "", d->author);
	}
	if (d->run[0] != '\0') {
		fputs("  run ", print->out);
		print_in(print, "", d->run);
	}
	if (d->tags[0] != '\0') {
		fputs("  ", print->out);
		print_in(print, faint, d->tags);
	}
	if (d->kind != SEARCH_ENTRIES) {
		fputs("  ", print->out);
		print_in(print, faint, search_kind_name(d->kind));
	}
	fputc('\n', print->out);
}

/* A text with its hits, each line so far to the right. */
static void
print_text(
    const struct search_print *print, const char *mark, const char *text, int depth)
{
	const char *on = print->colour ? red : "", *off = print->colour ? plain : "";
	char *piece = text[0] != '\0' ? search_print_snippet(print, text, on, off) : NULL,
	     *rest = piece;

	for (char *line; piece != NULL && (line = strsep(&rest, "\n")) != NULL;)
		if (line[0] != '\0')
			fprintf(print->out, "%*s  %s%s\n", depth * 2, "", mark, line);
	free(piece);
}

void
search_print_part(
    struct search_print *print, const struct search_document *d, int depth, bool hit)
{
	fprintf(print->out, "%*s%s", depth * 2, "", hit && depth > 0 ? "> " : "");
	print_head(print, d);
	print_text(print, "", d->title, depth);
	print_text(print, "", d->content, depth);
	print_text(print, "+ ", d->files, depth);
	print->shown++;
}

int
search_print_text(void *context, const struct search_document *document)
{
	struct search_print *print = context;

	if (print->shown > 0)
		fputc('\n', print->out);
	search_print_part(print, document, 0, true);
	return ferror(print->out) != 0;
}
