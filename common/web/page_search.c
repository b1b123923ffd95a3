#include "web/page_search.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit.h"
#include "base/msg.h"
#include "query/search.h"
#include "query/search_facets.h"
#include "query/search_print.h"
#include "query/search_saved.h"
#include "web/links.h"

#define ROWS 25	    /* of a page */
#define COUNTED 200 /* of what was found, by facets, unless all are asked for */
#define LAST 500    /* milliseconds that are left to write the page */
#define FACETS "author,tag,experiment,instrument,kind"
#define ON "\x01" /* around hits: no text that is shown has these */
#define OFF "\x02"

/* A search on its way. */
struct finding {
	struct view *view;
	struct search_query query;
	struct search_options options;
	struct search_print print;
	struct search_facets *facets;
	const char *missing;
	xmlNode *found;
	long skip, n;
	bool more, all, late;
};

/* ---- What was found --------------------------------------------------------- */

/* Add a text in which ON and OFF stand around hits: texts in <t>, hits in <hit>. */
static void
add_hits(struct view *view, xmlNode *parent, const char *name, char *text)
{
	xmlNode *node = view_add(view, parent, name, NULL, 0);
	bool hit = false;

	for (const char *p = text; node != NULL && p != NULL && *p != '\0';) {
		size_t n = strcspn(p, ON OFF);

		if (n > 0)
			view_add(view, node, hit ? "hit" : "t", p, n);
		p += n;
		if (*p != '\0')
			hit = *p++ == ON[0];
	}
	free(text);
}

static void
add_text(struct view *view, xmlNode *row, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		view_text(view, row, name, text);
}

static void
add_found(struct finding *finding, const struct search_document *d)
{
	struct view *view = finding->view;
	xmlNode *row = view_add(view, finding->found, "row", NULL, 0);

	if (row == NULL)
		return;
	add_text(view, row, "kind", search_kind_name(d->kind));
	add_text(view, row, "experiment", d->experiment);
	add_text(view, row, "entry_id", d->entry_id);
	add_text(view, row, "created_at", d->created_at);
	add_text(view, row, "author", d->author);
	add_text(view, row, "run", d->run);
	add_text(view, row, "tags", d->tags);
	if (d->title[0] != '\0')
		add_hits(view, row, "title",
		    search_print_snippet(&finding->print, d->title, ON, OFF));
	add_hits(view, row, "content",
	    search_print_snippet(&finding->print, d->content, ON, OFF));
	if (d->files[0] != '\0')
		add_hits(view, row, "files",
		    search_print_snippet(&finding->print, d->files, ON, OFF));
}

/* A search_take. */
static int
take(void *context, const struct search_document *document)
{
	struct finding *finding = context;
	long at = finding->n++;

	if (at >= finding->skip && at < finding->skip + ROWS)
		add_found(finding, document);
	finding->more |= at >= finding->skip + ROWS;
	if (finding->facets != NULL && (finding->all || finding->n <= COUNTED) &&
	    search_facets_take(finding->facets, document) != 0)
		return -1;
	finding->late =
	    finding->all && links_now() > finding->view->connection->deadline - LAST;
	return finding->late;
}

/* ---- The search ------------------------------------------------------------- */

/* Read what is searched for.  The exit status. */
static int
begin(struct finding *finding, struct view *view)
{
	struct pool_connection *connection = view->connection;
	const char *text = view_value(view, "q"), *sort = view_value(view, "sort");
	const char *const words[] = {text, NULL};
	const char *const *all;
	int code;

	*finding = (struct finding){.view = view,
	    .options = {.by_rank = sort != NULL && strcmp(sort, "rank") == 0,
		.deleted = view_value(view, "deleted") != NULL,
		.gone = view_value(view, "gone") != NULL,
		.limit = -1}};
	finding->print.query = &finding->query;
	all = search_words(connection->db, connection->path, &view->request->arena, words,
	    &finding->missing);
	if (all == NULL)
		return EXIT_PARTIAL;
	code = search_parse(&finding->query, all, time(NULL));
	return code == 0 ? EXIT_DONE : code == -1 ? EXIT_USAGE : EXIT_PARTIAL;
}

static int
run(struct finding *finding, search_take *to, void *context)
{
	struct pool_connection *connection = finding->view->connection;
	int status = EXIT_DONE;

	if (finding->found != NULL)
		status = search_facets_open(
		    &finding->facets, connection->db, connection->path, FACETS);
	if (status == EXIT_DONE)
		status = search_run(connection->db, connection->path, &finding->query,
		    &finding->options, to, context);
	return status;
}

static void
end(struct finding *finding)
{
	search_facets_close(finding->facets);
	search_free(&finding->query);
}

/* Add the facets and the figures of a page that was found. */
static int
add_counts(struct finding *finding)
{
	struct view *view = finding->view;
	sqlite3_stmt *rows = search_facets_rows(finding->facets);
	int result = rows != NULL ? view_rows(view, "facets", rows) : -1;

	sqlite3_finalize(rows);
	view_number(view, "n", finding->n);
	view_number(view, "first", finding->skip + 1);
	if (finding->more)
		view_set(view, "more", "1");
	if (finding->all ? finding->late : finding->n > COUNTED)
		view_number(view, "counted", finding->all ? finding->n : COUNTED);
	if (finding->all)
		view_set(view, "all", "1");
	/* The query is gone when the page is written. */
	if (finding->query.unknown != NULL)
		view_set(view, "unknown",
		    arena_text(&view->request->arena, finding->query.unknown,
			strlen(finding->query.unknown)));
	view_set(view, "missing", finding->missing);
	return result;
}

int
page_search(struct view *view)
{
	const char *page = view_value(view, "page"), *facets = view_value(view, "facets");
	long number = page != NULL ? strtol(page, NULL, 10) : 1;
	struct finding finding;
	int status, result = -1;
	xmlNode *mistake;

	if (view_value(view, "q") == NULL)
		return 0;
	status = begin(&finding, view);
	if (number > 1 && number < 100000)
		finding.skip = (number - 1) * ROWS;
	finding.options.limit = finding.skip + ROWS + 1;
	if (finding.options.limit < COUNTED + 1)
		finding.options.limit = COUNTED + 1;
	finding.all = facets != NULL && strcmp(facets, "all") == 0;
	if (finding.all)
		finding.options.limit = -1;
	if (status == EXIT_DONE) {
		finding.found = view_add(view, NULL, "found", NULL, 0);
		status =
		    finding.found != NULL ? run(&finding, take, &finding) : EXIT_PARTIAL;
	}
	if (status == EXIT_USAGE) {
		mistake = view_add(view, NULL, "mistake", NULL, 0);
		view_text(view, mistake, "message", msg_caught());
		result = 0;
	} else if (status == EXIT_DONE) {
		result = add_counts(&finding);
	}
	end(&finding);
	return result;
}

int
page_search_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	struct finding finding;
	int status, result = -1;

	if (view_value(view, "q") == NULL)
		return 0;
	status = begin(&finding, view);
	if (status == EXIT_DONE) {
		finding.options.ranked = true;
		if (search_print_open_to(&finding.print, format, write, context) == 0)
			status = run(&finding, search_print_row, &finding.print);
		else
			status = EXIT_PARTIAL;
		result = search_print_close(&finding.print, status == EXIT_DONE);
	}
	end(&finding);
	return status == EXIT_USAGE ? VIEW_MISTAKE : status == EXIT_DONE ? result : -1;
}
