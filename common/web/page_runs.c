#include "web/page_runs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "query/query.h"
#include "query/rows.h"
#include "query/status.h"
#include "text/buffer.h"
#include "web/quote.h"

#define ROWS 1000 /* of a page */
#define PLAIN "start_time,duration,type"

/* ---- What is wanted --------------------------------------------------------- */

static void
put(struct buffer *out, const char *text)
{
	buffer_put(out, text, strlen(text));
}

/* The text of a buffer in the arena of a view; NULL without memory. */
static const char *
keep(struct view *view, struct buffer *buffer)
{
	const char *text = buffer->failed || buffer->p == NULL
			       ? NULL
			       : arena_text(&view->request->arena, buffer->p, buffer->n);

	buffer_free(buffer);
	return text;
}

/* A glob that matches nothing but a name. */
static const char *
exactly(struct view *view, const char *name)
{
	struct buffer glob = {0};

	for (; *name != '\0'; name++) {
		bool special = strchr("*?[", *name) != NULL;

		put(&glob, special ? "[" : "");
		buffer_put(&glob, name, 1);
		put(&glob, special ? "]" : "");
	}
	return keep(view, &glob);
}

/* Where no columns are asked for: what all runs have, and the names of the query. */
static const char *
usual_columns(struct view *view, const char *text)
{
	struct buffer columns = {0};
	struct query_names names;
	struct query_error error = {0};

	put(&columns, PLAIN);
	if (text != NULL && query_names_read(text, &names, &error) == 0) {
		for (size_t i = 0; i < names.n; i++) {
			if (strstr("," PLAIN ",run,experiment,", names.names[i]) != NULL)
				continue;
			put(&columns, ",");
			quote_name(&columns, names.names[i]);
		}
		query_names_free(&names);
	}
	return keep(view, &columns);
}

bool
page_runs_wanted(struct view *view, struct query_wanted *wanted)
{
	const char *experiment = view_value(view, "experiment");

	*wanted = (struct query_wanted){
	    .text = view_value(view, "q"),
	    .columns = view_value(view, "v"),
	    .table = view_value(view, "table"),
	    .runs = view_value(view, "runs"),
	    .experiments =
		experiment != NULL ? exactly(view, experiment) : view_value(view, "e"),
	    .period = view_value(view, "period"),
	    .sort = view_value(view, "sort"),
	    .gone = experiment != NULL || view_value(view, "gone") != NULL,
	    .descending = view_value(view, "desc") != NULL,
	    .limit = -1,
	};
	if (wanted->table != NULL)
		wanted->columns = NULL;
	else if (wanted->columns == NULL)
		wanted->columns = usual_columns(view, wanted->text);
	return (wanted->columns != NULL || wanted->table != NULL) &&
	       (experiment == NULL || wanted->experiments != NULL);
}

void
page_runs_mistake(struct view *view, const struct query_error *error)
{
	xmlNode *mistake = view_add(view, NULL, "mistake", NULL, 0);

	if (mistake == NULL)
		return;
	view_text(view, mistake, "message", error->message);
	if (error->caret[0] != '\0') {
		view_text(view, mistake, "excerpt", error->excerpt);
		view_text(view, mistake, "caret", error->caret);
	}
}

/* ---- The same for a shell ---------------------------------------------------- */

static void
put_option(struct buffer *out, const char *option, const char *value)
{
	if (value == NULL)
		return;
	put(out, " ");
	put(out, option);
	if (option[0] != '\0')
		put(out, " ");
	put(out, status_word(value));
}

static const char *
command_line(struct view *view, const struct query_wanted *wanted)
{
	struct buffer line = {0};

	put(&line, "elog-select");
	if (wanted->text != NULL)
		put_option(&line, "", wanted->text);
	put_option(&line, "-v", wanted->table == NULL ? wanted->columns : NULL);
	put_option(&line, "--table", wanted->table);
	put_option(&line, "-r", wanted->runs);
	put_option(&line, "-e", wanted->experiments);
	put_option(&line, "--period", wanted->period);
	if (wanted->gone)
		put(&line, " --gone");
	if (wanted->descending && wanted->sort == NULL)
		put(&line, " --desc");
	put_option(&line, "", view->connection->path);
	return keep(view, &line);
}

/* ---- The page --------------------------------------------------------------- */

static int
add_sql(struct view *view, const struct query *query)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	int result = out != NULL ? query_explain(query, out) : -1;

	if (out != NULL)
		fclose(out);
	if (result == 0)
		view_add(view, NULL, "explained", text, n);
	free(text);
	return result;
}

static int
add_rows(struct view *view, struct query *query, const struct query_wanted *wanted)
{
	struct printer_column *columns = query_printer_columns(query);
	long page = strtol(
	    view_value(view, "page") != NULL ? view_value(view, "page") : "1", NULL, 10);
	int result = -1;

	if (columns != NULL)
		result = view_table_part(view, "runs", query_statement(query), columns,
		    page > 1 ? (page - 1) * ROWS : 0, ROWS);
	free(columns);
	if (result > 0)
		view_set(view, "more", "1");
	view_set(view, "command", command_line(view, wanted));
	view_set(view, "columns", wanted->table == NULL ? wanted->columns : "");
	if (result >= 0 && view_value(view, "sql") != NULL)
		return add_sql(view, query);
	return result < 0 ? -1 : 0;
}

/* The query that the page asks for, and what was asked; NULL after a message, or with a
   mistake in it. */
static struct query *
prepare(struct view *view, struct query_wanted *wanted, struct query_error *error)
{
	*error = (struct query_error){0};
	if (page_runs_wanted(view, wanted))
		return query_prepare(
		    view->connection->db, view->connection->path, wanted, error);
	msg("no memory");
	return NULL;
}

int
page_runs(struct view *view)
{
	struct query_wanted wanted;
	struct query_error error;
	struct query *query;
	int result;

	query = prepare(view, &wanted, &error);
	if (query == NULL && error.message[0] == '\0')
		return -1;
	if (query == NULL) {
		page_runs_mistake(view, &error);
		return 0;
	}
	result = add_rows(view, query, &wanted);
	query_free(query);
	return result;
}

int
page_runs_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	struct printer_column *columns;
	struct query_wanted wanted;
	struct query_error error;
	struct printer printer;
	struct query *query;
	int result = -1;

	query = prepare(view, &wanted, &error);
	if (query == NULL && error.message[0] == '\0')
		return -1;
	if (query == NULL) {
		msg("%s", error.message);
		return VIEW_MISTAKE;
	}
	columns = query_printer_columns(query);
	if (columns != NULL && printer_open_to(&printer, format, write, context, columns,
				   (size_t)query_columns(query)) == 0)
		result =
		    rows_put(query_statement(query), view->connection->path, &printer);
	if (columns != NULL && printer_close(&printer, result == 0) != 0)
		result = -1;
	free(columns);
	query_free(query);
	return result == 0 ? 0 : -1;
}
