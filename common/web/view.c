#include "web/view.h"

#include <inttypes.h>
#include <libxml/dict.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "query/rows.h"
#include "text/base64.h"
#include "text/buffer.h"
#include "text/number.h"
#include "text/timestamp.h"
#include "text/utf8.h"
#include "text/writer.h"

int
view_open(struct view *view, const char *name, struct request *request,
    struct pool_connection *connection)
{
	*view = (struct view){
	    .request = request, .connection = connection, .name = name, .status = 200};
	view->doc = xmlNewDoc(BAD_CAST "1.0");
	if (view->doc == NULL)
		return -1;
	/* Names of elements stand here once. */
	view->doc->dict = xmlDictCreate();
	view->root = view_add(view, NULL, "page", NULL, 0);
	if (view->doc->dict == NULL || view->root == NULL)
		return -1;
	xmlDocSetRootElement(view->doc, view->root);
	return 0;
}

void
view_close(struct view *view)
{
	if (view->doc != NULL)
		xmlFreeDoc(view->doc);
	view->doc = NULL;
}

/* ---- Values ----------------------------------------------------------------- */

void
view_set(struct view *view, const char *name, const char *text)
{
	struct view_value *value;

	for (value = view->values; value != NULL; value = value->next)
		if (strcmp(value->name, name) == 0)
			break;
	if (value == NULL) {
		value = arena_get(&view->request->arena, sizeof(*value));
		if (value == NULL)
			return;
		value->name = name;
		value->next = view->values;
		view->values = value;
	}
	value->text = text;
}

void
view_number(struct view *view, const char *name, long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", number);
	view_set(view, name, arena_text(&view->request->arena, text, strlen(text)));
}

const char *
view_value(const struct view *view, const char *name)
{
	for (const struct view_value *v = view->values; v != NULL; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v->text;
	if (request_value(view->request, name) != NULL)
		return request_value(view->request, name);
	for (const struct pool_constant *c = view->connection->constants;
	     c != NULL && c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c->text;
	return NULL;
}

void
view_bind(const struct view *view, sqlite3_stmt *statement)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		const char *name = sqlite3_bind_parameter_name(statement, i);
		const char *text = name != NULL ? view_value(view, name + 1) : NULL;

		if (text != NULL)
			sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
		else
			sqlite3_bind_null(statement, i);
	}
}

/* ---- Elements --------------------------------------------------------------- */

/* Can XML have the character (XML 1.0, 2.2)? */
static bool
is_character(unsigned c)
{
	return (c >= 0x20 && c != 0xfffe && c != 0xffff && c != 0x7f) || c == '\t' ||
	       c == '\n' || c == '\r';
}

/* How many bytes of a text are as they should be. */
static size_t
sound(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		unsigned char byte = (unsigned char)p[i];
		unsigned c;
		size_t length;

		if (byte >= 0x20 && byte < 0x7f) {
			i++;
			continue;
		}
		length = utf8_read(p + i, n - i, &c);
		if (length == 0 || !is_character(c))
			break;
		i += length;
	}
	return i;
}

/* A text; what XML cannot have becomes U+FFFD. */
static xmlNode *
text_node(struct view *view, const char *p, size_t n)
{
	struct buffer clean = {0};
	xmlNode *node = NULL;

	if (sound(p, n) == n)
		return xmlNewDocTextLen(view->doc, BAD_CAST p, (int)n);
	for (size_t at = 0; at < n;) {
		size_t good = sound(p + at, n - at), length;
		unsigned c;

		buffer_put(&clean, p + at, good);
		at += good;
		if (at == n)
			break;
		buffer_put(&clean, "\xef\xbf\xbd", 3);
		length = utf8_read(p + at, n - at, &c);
		at += length > 0 ? length : 1;
	}
	if (!clean.failed && clean.n <= INT_MAX)
		node = xmlNewDocTextLen(view->doc, BAD_CAST clean.p, (int)clean.n);
	buffer_free(&clean);
	return node;
}

void
view_append(xmlNode *parent, xmlNode *node)
{
	node->parent = parent;
	node->prev = parent->last;
	if (parent->last != NULL)
		parent->last->next = node;
	else
		parent->children = node;
	parent->last = node;
}

xmlNode *
view_add(struct view *view, xmlNode *parent, const char *name, const char *text, size_t n)
{
	const xmlChar *known = xmlDictLookup(view->doc->dict, BAD_CAST name, -1);
	xmlNode *node =
	    known != NULL ? xmlNewDocNodeEatName(view->doc, NULL, (xmlChar *)known, NULL)
			  : NULL;
	xmlNode *inside;

	if (node == NULL)
		return NULL;
	if (text != NULL && n > 0 && (inside = text_node(view, text, n)) != NULL)
		view_append(node, inside);
	if (parent == NULL)
		parent = view->root;
	if (parent != NULL)
		view_append(parent, node);
	return node;
}

xmlNode *
view_text(struct view *view, xmlNode *parent, const char *name, const char *text)
{
	return view_add(view, parent, name, text, text != NULL ? strlen(text) : 0);
}

void
view_attribute(xmlNode *node, const char *name, const char *text)
{
	if (node != NULL && text != NULL)
		xmlNewProp(node, BAD_CAST name, BAD_CAST text);
}

void
view_pixels(xmlNode *node, const char *name, double pixels)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", pixels);
	view_attribute(node, name, text);
}

/* ---- Rows ------------------------------------------------------------------- */

/* Add a value that is not NULL. */
static xmlNode *
add_cell(struct view *view, xmlNode *row, const char *name, const struct cell *cell)
{
	char text[NUMBER_BYTES];
	char *base64;
	xmlNode *node;

	switch (cell->kind) {
	case CELL_BOOL:
		return view_text(view, row, name, cell->integer ? "True" : "False");
	case CELL_INT:
	case CELL_SIZE:
		snprintf(text, sizeof(text), "%" PRId64, cell->integer);
		return view_text(view, row, name, text);
	case CELL_FLOAT:
		number_write(cell->real, text);
		return view_text(view, row, name, text);
	case CELL_BLOB:
		base64 = base64_encode(cell->p != NULL ? cell->p : "", cell->n);
		node = view_text(view, row, name, base64);
		free(base64);
		return node;
	default:
		return view_add(view, row, name, cell->p, cell->n);
	}
}

/* What a person should see of a value: n, a number; t, a time; NULL, a text. */
static const char *
kind_shown(const struct cell *cell)
{
	int64_t microseconds;

	if (printer_is_number(cell->kind))
		return "n";
	return cell->kind == CELL_TEXT && cell->n >= 19 && cell->p[4] == '-' &&
		       cell->p[10] == 'T' &&
		       timestamp_read(cell->p, cell->n, &microseconds)
		   ? "t"
		   : NULL;
}

/* The columns of a statement that are shown: those that only tell of others come last. */
static int
columns_shown(sqlite3_stmt *statement, const struct printer_column *columns)
{
	int n = 0;

	if (columns == NULL)
		return sqlite3_column_count(statement);
	while (columns[n].name != NULL)
		n++;
	return n;
}

static int
add_row(struct view *view, xmlNode *rows, sqlite3_stmt *statement,
    const struct printer_column *columns, bool dynamic, const int *kinds)
{
	xmlNode *row = view_add(view, rows, "row", NULL, 0);
	int n = columns_shown(statement, columns);

	for (int i = 0; row != NULL && i < n; i++) {
		struct cell cell = rows_cell_of(
		    statement, i, columns != NULL ? columns[i].kind : CELL_NULL, kinds);
		xmlNode *node;

		if (cell.kind == CELL_NULL && !dynamic)
			continue;
		node =
		    cell.kind == CELL_NULL
			? view_add(view, row, "c", NULL, 0)
			: add_cell(view, row,
			      dynamic ? "c" : sqlite3_column_name(statement, i), &cell);
		if (dynamic && node != NULL && kind_shown(&cell) != NULL)
			xmlNewProp(node, BAD_CAST "k", BAD_CAST kind_shown(&cell));
	}
	return row != NULL ? 0 : -1;
}

/* Step through a statement, over skip rows first; dynamic: its columns are <c>.  1 if
   there are more than limit (-1: none). */
static int
add_rows(struct view *view, xmlNode *rows, sqlite3_stmt *statement,
    const struct printer_column *columns, bool dynamic, long skip, long limit)
{
	int *kinds = rows_kinds(statement, columns_shown(statement, columns));
	int code = SQLITE_NOMEM;

	while (kinds != NULL && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		if (skip > 0) {
			skip--;
			continue;
		}
		if (limit-- == 0 ||
		    add_row(view, rows, statement, columns, dynamic, kinds) != 0)
			break;
	}
	free(kinds);
	sqlite3_reset(statement);
	if (code == SQLITE_DONE || code == SQLITE_ROW)
		return code == SQLITE_ROW;
	if (!view->connection->late)
		db_complain(view->connection->db, view->connection->path);
	return -1;
}

int
view_rows(struct view *view, const char *name, sqlite3_stmt *statement)
{
	xmlNode *rows = view_add(view, NULL, name, NULL, 0);

	return rows != NULL ? add_rows(view, rows, statement, NULL, false, 0, -1) : -1;
}

int
view_table(struct view *view, const char *name, sqlite3_stmt *statement,
    const struct printer_column *columns)
{
	return view_table_part(view, name, statement, columns, 0, -1);
}

int
view_table_part(struct view *view, const char *name, sqlite3_stmt *statement,
    const struct printer_column *columns, long skip, long limit)
{
	xmlNode *rows = view_add(view, NULL, name, NULL, 0);
	xmlNode *head = rows != NULL ? view_add(view, rows, "columns", NULL, 0) : NULL;

	if (head == NULL)
		return -1;
	for (int i = 0; i < columns_shown(statement, columns); i++)
		view_text(view, head, "c",
		    columns != NULL ? columns[i].name
				    : sqlite3_column_name(statement, i));
	return add_rows(view, rows, statement, columns, true, skip, limit);
}

/* The texts of the elements "shown" of rows become the value of that name. */
static void
note_shown(struct view *view, const xmlNode *rows)
{
	struct buffer list = {0};
	struct writer w = writer_to(buffer_put, &list);

	writer_array(&w, NULL);
	for (const xmlNode *row = rows->children; row != NULL; row = row->next)
		for (const xmlNode *cell = row->children; cell != NULL; cell = cell->next)
			if (strcmp((const char *)cell->name, "shown") == 0 &&
			    cell->children != NULL)
				writer_string(
				    &w, NULL, (const char *)cell->children->content);
	writer_end_array(&w);
	if (!list.failed)
		view_set(
		    view, "shown", arena_text(&view->request->arena, list.p, list.n));
	buffer_free(&list);
}

static bool
has_shown(sqlite3_stmt *statement)
{
	for (int i = 0; i < sqlite3_column_count(statement); i++)
		if (strcmp(sqlite3_column_name(statement, i), "shown") == 0)
			return true;
	return false;
}

int
view_statements(struct view *view, const char *name)
{
	const struct pool_file *file = pool_statements(view->connection, name);

	if (file == NULL)
		return -1;
	for (int i = 0; i < file->n; i++) {
		const struct pool_statement *s = &file->statements[i];

		if (strcmp(s->name, "export") == 0)
			continue;
		view_bind(view, s->statement);
		if (view_rows(view, s->name, s->statement) != 0)
			return -1;
		if (has_shown(s->statement))
			note_shown(view, view->root->last);
	}
	return 0;
}
