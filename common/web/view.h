/*
 * A page on its way: what was asked for, what the database says to that, as values and
 * rows in an XML document that the page's template (template.h) turns into HTML, or as
 * the rows themselves.
 *
 *	<page name="home" path="/" ...>
 *		<q>nozzle</q>                     values and parameters, by name
 *		<rows><row><name>mfx1</name>...   rows of statements, by the columns'
 *names
 *
 * What is NULL is left out.  Characters that XML cannot have are U+FFFD.
 */
#ifndef VIEW_H
#define VIEW_H

#include <libxml/tree.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "query/printer.h"
#include "web/pool.h"
#include "web/request.h"

struct view_value {
	struct view_value *next;
	const char *name, *text;
};

struct view {
	struct request *request;
	struct pool_connection *connection;
	const char *name; /* of the page */
	xmlDoc *doc;
	xmlNode *root;
	struct view_value *values;
	int status; /* of HTTP: 200 if nothing is said */
};

/* What a page's rows() returns after a message where what was asked for has a mistake. */
#define VIEW_MISTAKE 1

/* A file that is handed on as it is. */
struct view_file {
	int fd;
	size_t n;
	const char
	    *type; /* a constant, of what a browser shows; NULL: it is to be saved */
	const char *name; /* in the arena */
};

/* Begin.  0, or -1 without memory; then too view_close() must be called. */
int view_open(struct view *view, const char *name, struct request *request,
    struct pool_connection *connection);
void view_close(struct view *view);

/*
 * A value: a parameter of the statements (:name) and a member of the page.  The text is
 * borrowed; NULL takes the value away.  view_value() finds it, or else the parameter of
 * the request, or a constant of the pool; NULL if there is none.
 */
void view_set(struct view *view, const char *name, const char *text);
void view_number(struct view *view, const char *name, long long number);
const char *view_value(const struct view *view, const char *name);

/* Bind all parameters of a statement to the values of their names. */
void view_bind(const struct view *view, sqlite3_stmt *statement);

/*
 * Run the statements of common/sql/web/NAME.sql, but for one called "export", and add
 * their rows under their names.  Where a statement has a column "shown", the later ones
 * have its values as the JSON array :shown.  0, or -1 after a message.
 */
int view_statements(struct view *view, const char *name);

/* Add the rows of a statement, and reset it.  0, or -1 after a message. */
int view_rows(struct view *view, const char *name, sqlite3_stmt *statement);

/*
 * The same for rows whose columns a person chose: <columns> has a <c> for each, and each
 * <row> a <c>, without text where there is no value, with k="n" for a number and k="t"
 * for a time.  columns ends with a NULL name; if it is NULL, they are called as in the
 * statement.
 */
int view_table(struct view *view, const char *name, sqlite3_stmt *statement,
    const struct printer_column *columns);

/* The same of at most limit rows behind the first skip ones.  1 if there are more. */
int view_table_part(struct view *view, const char *name, sqlite3_stmt *statement,
    const struct printer_column *columns, long skip, long limit);

/* Put a node behind the others of another without a look at them: xmlAddChild() would
   join a text to one before it, whose end it looks for, and of many pieces, as Word
   leaves them, that takes the square of their number. */
void view_append(xmlNode *parent, xmlNode *node);

/* Add an element below another (NULL: the page), with text of n bytes, or NULL.  NULL
   without memory. */
xmlNode *view_add(
    struct view *view, xmlNode *parent, const char *name, const char *text, size_t n);
xmlNode *view_text(
    struct view *view, xmlNode *parent, const char *name, const char *text);

/* Give an element (NULL: nothing is done) an attribute: a text that XML can have, NULL:
   none; or a number of pixels. */
void view_attribute(xmlNode *node, const char *name, const char *text);
void view_pixels(xmlNode *node, const char *name, double pixels);

#endif
