#include "web/answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "db/db.h"
#include "query/rows.h"
#include "text/buffer.h"
#include "text/writer.h"
#include "web/draft.h"
#include "web/markup.h"

#define MEMORY_MAX (1 << 20)	   /* of a body; the rest goes to a file */
#define BODY_MAX ((size_t)1 << 30) /* bytes */
#define HTML "text/html; charset=utf-8"
#define MESSAGE_BYTES 1000

/* ---- Bodies ----------------------------------------------------------------- */

struct sink {
	struct buffer memory;
	int fd;
	size_t n;
};

/* A file without a name; -1 with errno set. */
static int
spill(void)
{
	const char *directory = getenv("TMPDIR");
	char *name;
	int fd;

	if (asprintf(&name, "%s/elog-web.XXXXXX",
		directory != NULL && directory[0] == '/' ? directory : "/tmp") < 0)
		return -1;
	fd = mkostemp(name, 02000000); /* O_CLOEXEC */
	if (fd >= 0)
		unlink(name);
	free(name);
	return fd;
}

static bool
write_whole(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, p, n);

		if (written <= 0)
			return false;
		p += written;
		n -= (size_t)written;
	}
	return true;
}

/* A stream_write. */
static ssize_t
take(void *context, const char *p, size_t n)
{
	struct sink *sink = context;

	if (sink->n + n > BODY_MAX) {
		errno = EFBIG;
		return -1;
	}
	if (sink->fd < 0 && sink->memory.n + n > MEMORY_MAX) {
		sink->fd = spill();
		if (sink->fd < 0 ||
		    !write_whole(sink->fd, sink->memory.p, sink->memory.n))
			return -1;
		buffer_free(&sink->memory);
	}
	sink->n += n;
	if (sink->fd >= 0)
		return write_whole(sink->fd, p, n) ? (ssize_t)n : -1;
	buffer_put(&sink->memory, p, n);
	errno = ENOMEM;
	return sink->memory.failed ? -1 : (ssize_t)n;
}

/* ---- What is wrong ---------------------------------------------------------- */

static void
error_object(struct answer *answer, const char *text)
{
	struct buffer body = {0};
	struct writer w = writer_to(buffer_put, &body);

	writer_object(&w, NULL);
	writer_string(&w, "error", text);
	writer_end_object(&w);
	buffer_put(&body, "\n", 1);
	answer->type = "application/json";
	answer->body = buffer_take(&body, &answer->n);
}

void
answer_error(struct answer *answer, struct request *request, int status,
    const char *title, const char *text)
{
	struct pool_connection none = {0};
	struct view view;

	*answer = (struct answer){.status = status, .type = HTML, .fd = -1};
	if (request->form != REQUEST_PAGE) {
		error_object(answer, text);
		return;
	}
	if (view_open(&view, "error", request, &none) == 0) {
		xmlNewProp(view.root, BAD_CAST "name", BAD_CAST "error");
		if (status != 403) {
			/* For who got in. */
			xmlNewProp(view.root, BAD_CAST "elog", BAD_CAST ELOG_VERSION);
			page_menus(NULL, &view);
		}
		view_text(&view, NULL, "title", title);
		view_text(&view, NULL, "message", text);
		answer->body = markup_apply("error", view.doc, request, &answer->n);
	}
	view_close(&view);
	if (answer->body == NULL) {
		answer->type = "text/plain; charset=utf-8";
		answer->body = strdup(title);
		answer->n = answer->body != NULL ? strlen(answer->body) : 0;
	}
}

/* ---- Pages ------------------------------------------------------------------ */

/* A table that the database lacks; NULL if it has all. */
static const char *
lacks(const struct page *page, struct view *view)
{
	for (const char *p = page->needs; p != NULL && *p != '\0';) {
		size_t n = strcspn(p, " ");
		const char *table = arena_text(&view->request->arena, p, n);

		if (table == NULL || !db_has(view->connection->db, table))
			return table != NULL ? table : p;
		p += n + strspn(p + n, " ");
	}
	return NULL;
}

/* Is it only tables that are missing?  False after a message. */
static bool
can_be_read(struct pool_connection *connection)
{
	return db_exec(connection->db, connection->path, "SELECT 1 FROM sqlite_schema") ==
	       0;
}

/* What each page's document begins with. */
static int
begin_document(struct view *view, const struct page *page, uint64_t version)
{
	char number[24];
	const char *self = request_address(view->request, REQUEST_PAGE, NULL);

	/* Of one width, for draft.h. */
	snprintf(number, sizeof(number), "%020llu", (unsigned long long)version);
	xmlNewProp(view->root, BAD_CAST "name", BAD_CAST page->name);
	xmlNewProp(view->root, BAD_CAST "version", BAD_CAST number);
	xmlNewProp(view->root, BAD_CAST "self", BAD_CAST(self != NULL ? self : "/"));
	xmlNewProp(view->root, BAD_CAST "elog", BAD_CAST ELOG_VERSION);
	if (page_has_rows(page))
		xmlNewProp(view->root, BAD_CAST "rows", BAD_CAST "1");
	view_text(view, NULL, "title", page->title);
	view_text(view, NULL, "database", view->connection->path);
	view_text(view, NULL, "service", view_value(view, "service"));
	for (size_t i = 0; i < view->request->n_parameters; i++) {
		xmlNode *node = view_text(
		    view, NULL, "parameter", view->request->parameters[i].value);

		if (node != NULL)
			xmlNewProp(node, BAD_CAST "name",
			    BAD_CAST view->request->parameters[i].name);
	}
	page_menus(page, view);
	return view_statements(view, "layout");
}

/* Make the text of a page of its document, or take that of the last time. */
static int
write_page(struct answer *answer, struct view *view, const char *name, uint64_t version)
{
	const char *address = request_address(view->request, view->request->form, NULL);
	uint64_t digest = draft_digest(view->doc);
	char number[24];

	snprintf(number, sizeof(number), "%020llu", (unsigned long long)version);
	if (address != NULL)
		answer->body = draft_find(address, digest, number, &answer->n);
	if (answer->body != NULL)
		return 0;
	answer->body = markup_apply(name, view->doc, view->request, &answer->n);
	if (answer->body == NULL)
		return -1;
	if (address != NULL)
		draft_keep(address, digest, answer->body, answer->n);
	return 0;
}

static int
make_page(
    struct answer *answer, struct view *view, const struct page *page, uint64_t version)
{
	if (begin_document(view, page, version) != 0 ||
	    (page->fill != NULL && page->fill(view) != 0) ||
	    view_statements(view, page->name) != 0)
		return -1;
	for (const struct view_value *v = view->values; v != NULL; v = v->next)
		if (v->text != NULL)
			view_text(view, NULL, v->name, v->text);
	answer->type = HTML;
	answer->status = view->status;
	answer->framed = page->framed;
	if (view->request->form == REQUEST_SVG)
		answer->type = "image/svg+xml";
	return write_page(answer, view,
	    view->request->form == REQUEST_SVG ? page->picture : page->name, version);
}

static int
make_rows(struct answer *answer, struct view *view, const struct page *page)
{
	bool csv = view->request->form == REQUEST_CSV;
	const struct printer_format *format = csv ? &printer_csv : &printer_json;
	struct sink sink = {.fd = -1};
	const struct pool_file *file;
	int result = -1;

	if (page->rows != NULL) {
		result = page->rows(view, format, take, &sink);
	} else if ((file = pool_statements(view->connection, page->name)) != NULL) {
		sqlite3_stmt *rows = file->statements[0].statement;

		view_bind(view, rows);
		result =
		    rows_write(rows, view->connection->path, format, NULL, take, &sink);
	}
	answer->type = csv ? "text/csv; charset=utf-8; header=present"
			   : "application/x-ndjson; charset=utf-8";
	answer->status = view->status;
	answer->fd = sink.fd;
	answer->n = sink.n;
	if (sink.fd < 0)
		answer->body = buffer_take(&sink.memory, NULL);
	if (result == 0 && sink.fd < 0 && answer->body == NULL)
		answer->body = strdup("");
	return result;
}

static int
make_file(struct answer *answer, struct view *view, const struct page *page)
{
	struct view_file file = {.fd = -1};

	if (page->file(view, &file) != 0)
		return -1;
	if (file.fd < 0) {
		answer_error(answer, view->request, 404, "Not here",
		    "That file was not pulled, or is not where it was put.");
		return 0;
	}
	answer->status = view->status;
	answer->fd = file.fd;
	answer->n = file.n;
	answer->type = file.type != NULL ? file.type : "application/octet-stream";
	answer->save_as =
	    file.type == NULL ? request_encode(&view->request->arena, file.name) : NULL;
	return 0;
}

static int
make(struct answer *answer, struct view *view, const struct page *page, uint64_t version)
{
	sqlite3 *db = view->connection->db;
	int result;

	/* All that a page shows is of one state of the database. */
	if (db_exec(db, view->connection->path,
		page->scratch ? "PRAGMA query_only = 0; BEGIN"
			      : "PRAGMA query_only = 1; BEGIN") != 0)
		return -1;
	page_values(page, view);
	view_set(view, "form", view->request->form == REQUEST_PAGE ? "page" : "rows");
	if (page->file != NULL)
		result = make_file(answer, view, page);
	else
		result = view->request->form == REQUEST_PAGE ||
				 view->request->form == REQUEST_SVG
			     ? make_page(answer, view, page, version)
			     : make_rows(answer, view, page);
	(void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return result;
}

static void
failed(struct answer *answer, struct request *request, bool late, const char *text)
{
	if (late)
		answer_error(answer, request, 503, "That takes too long",
		    "It was ended after 5 seconds. Ask for less: fewer experiments, a "
		    "shorter time, a condition that says more.");
	else
		answer_error(answer, request, 500, "That went wrong", text);
}

void
answer_make(struct answer *answer, struct pool *pool, const struct page *page,
    struct request *request, uint64_t version)
{
	struct pool_connection *connection;
	char message[MESSAGE_BYTES];
	struct view view = {0};
	int result = 0;

	*answer = (struct answer){.fd = -1};
	msg_catch(message, sizeof(message));
	connection = pool_take(pool);
	if (connection == NULL ||
	    view_open(&view, page->name, request, connection) != 0 ||
	    (lacks(page, &view) != NULL && !can_be_read(connection))) {
		failed(answer, request, false, message);
	} else if (lacks(page, &view) != NULL) {
		answer_error(answer, request, 200, "Not in this database",
		    "It was made by an older elog, and has no table for this page; the "
		    "next "
		    "synchronization, or elog-load, brings it up to date.");
	} else if ((result = page_is_mistaken(page, request)
				 ? VIEW_MISTAKE
				 : make(answer, &view, page, version)) != 0) {
		free(answer->body);
		if (answer->fd >= 0)
			close(answer->fd);
		if (result == VIEW_MISTAKE)
			answer_error(
			    answer, request, 400, "That cannot be asked", message);
		else
			failed(answer, request, connection->late, message);
	} else {
		answer->keep = answer->fd < 0;
		answer->seconds = page->seconds;
	}
	view_close(&view);
	if (connection != NULL)
		pool_give(pool, connection);
	msg_catch(NULL, 0);
	if (answer->status == 500)
		msg("%s: %s", page->path, message);
}

void
answer_free(struct answer *answer)
{
	free(answer->body);
	if (answer->fd >= 0)
		close(answer->fd);
	*answer = (struct answer){.fd = -1};
}
