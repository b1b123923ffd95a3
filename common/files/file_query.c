#include "files/file_query.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "query/query_check.h"
#include "query/query_parse.h"
#include "query/query_sql.h"
#include "query/query_sqlite.h"
#include "text/utf8.h"

/* What a file has beside the fields of its names. */
enum part { PART_SIZE, PART_SOURCE, PART_PATH, PART_NAME, PART_TIME, PART_MODIFIED };

static const struct {
	const char *name;
	enum query_type type;
} parts[] = {
    [PART_SIZE] = {"size", QUERY_INT},
    [PART_SOURCE] = {"source", QUERY_PART},
    [PART_PATH] = {"path", QUERY_STRING},
    [PART_NAME] = {"name", QUERY_STRING},
    [PART_TIME] = {"time", QUERY_TIME},
    [PART_MODIFIED] = {"modified", QUERY_TIME},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* The file that the statement is about; all is borrowed. */
struct subject {
	const struct remote_file *file;
	const char *name;
	const struct template_values *values;
};

struct file_query {
	sqlite3 *db; /* in memory, and empty: it only evaluates */
	struct arena arena;
	struct query_source source;
	struct query_given given[TEMPLATE_FIELDS + PARTS];
	size_t n_given;
	struct query_sql sql;
	sqlite3_stmt *statement;
	struct subject subject;
};

/* ---- The values of a file ---------------------------------------------------- */

static void
result_text(sqlite3_context *context, const char *text)
{
	size_t n = strlen(text);
	char *valid;

	if (utf8_valid(text, n) == n) {
		sqlite3_result_text64(context, text, n, SQLITE_TRANSIENT, SQLITE_UTF8);
		return;
	}
	valid = remote_record_text(text);
	if (valid == NULL)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text64(context, valid, strlen(valid), free, SQLITE_UTF8);
}

/* elog_field(i): a field; elog_part(i): a row of parts.  NULL where it has none. */
static void
sql_field(sqlite3_context *context, int n, sqlite3_value **values)
{
	const struct subject *subject = sqlite3_user_data(context);
	const char *text = subject->values->text[sqlite3_value_int(values[0])];

	(void)n;
	if (text != NULL)
		result_text(context, text);
}

static void
sql_part(sqlite3_context *context, int n, sqlite3_value **values)
{
	const struct subject *subject = sqlite3_user_data(context);
	const struct remote_file *file = subject->file;
	const char *text = NULL;

	(void)n;
	switch ((enum part)sqlite3_value_int(values[0])) {
	case PART_SIZE:
		if (file->size >= 0)
			sqlite3_result_int64(context, file->size);
		break;
	case PART_SOURCE:
		text = file->source;
		break;
	case PART_PATH:
		text = file->path;
		break;
	case PART_NAME:
		text = subject->name;
		break;
	case PART_TIME:
		text = file->time;
		break;
	case PART_MODIFIED:
		text = file->modified;
		break;
	}
	if (text != NULL && *text != '\0')
		result_text(context, text);
}

/* ---- The names --------------------------------------------------------------- */

static bool
is_given(const struct file_query *query, const char *name)
{
	for (size_t i = 0; i < query->n_given; i++)
		if (strcmp(query->given[i].name, name) == 0)
			return true;
	return false;
}

/* 0, or -1 without memory. */
static int
give(struct file_query *query, const char *name, enum query_type type,
    const char *function, int i)
{
	char call[40];
	int n = snprintf(call, sizeof(call), "%s(%d)", function, i);
	const char *sql = arena_text(&query->arena, call, (size_t)n);

	query->given[query->n_given++] = (struct query_given){name, type, sql};
	return sql != NULL ? 0 : -1;
}

static int
give_names(struct file_query *query, const struct template *template)
{
	for (int i = 0; template_field(template, i) != NULL; i++)
		if (give(query, template_field(template, i), QUERY_PART, "elog_field",
			i) != 0)
			return -1;
	for (size_t i = 0; i < PARTS; i++)
		if (!is_given(query, parts[i].name) &&
		    give(query, parts[i].name, parts[i].type, "elog_part", (int)i) != 0)
			return -1;
	return 0;
}

/* Does a value depend on the file? */
static bool
depends(const struct file_query *query, const struct query_node *node)
{
	if (node->kind == KIND_NAME)
		return is_given(query, node->text);
	for (const struct query_node *child = node->first; child; child = child->next)
		if (depends(query, child))
			return true;
	return false;
}

/* A name without back-quotes that is no field becomes a text. */
static void
make_text(const struct file_query *query, struct query_node *node)
{
	double value;

	if (node->kind != KIND_NAME || query->source.text[node->place.at] == '`' ||
	    is_given(query, node->text) || query_constant(node->text, &value))
		return;
	node->kind = KIND_CONSTANT;
	node->type = QUERY_STRING;
}

/* Of a comparison: what stands beside something that depends on the file. */
static void
make_texts_beside(const struct file_query *query, const struct query_node *other,
    struct query_node *node)
{
	if (!depends(query, other))
		return;
	make_text(query, node);
	if (node->kind != KIND_LIST)
		return;
	for (struct query_node *item = node->first; item; item = item->next)
		make_text(query, item);
}

static void
make_texts(const struct file_query *query, struct query_node *node)
{
	for (struct query_node *child = node->first; child; child = child->next) {
		if (node->kind == KIND_COMPARE && child->next != NULL) {
			make_texts_beside(query, child, child->next);
			make_texts_beside(query, child->next, child);
		}
		make_texts(query, child);
	}
}

/* The first alias in it, or NULL: of files there are none. */
static const struct query_node *
find_alias(const struct query_node *node)
{
	const struct query_node *found = node->kind == KIND_ALIAS ? node : NULL;

	for (const struct query_node *child = node->first; child && !found;
	     child = child->next)
		found = find_alias(child);
	return found;
}

/* ---- The statement ----------------------------------------------------------- */

/* 0, or -1 with the error set. */
static int
write_sql(
    struct file_query *query, const struct template *template, struct query_error *error)
{
	struct query_parser parser = {&query->arena, error, 0};
	struct query_node *tree = query_parse(&parser, &query->source);
	const struct query_node *alias;
	struct query_catalog catalog;

	if (tree == NULL)
		return -1;
	alias = find_alias(tree);
	if (alias != NULL)
		return query_error_set(error, &alias->place,
		    "there is no alias @%.60s of files: write out what it stands for",
		    alias->text);
	if (give_names(query, template) != 0)
		return query_error_plain(error, "no memory");
	make_texts(query, tree);
	query_catalog_begin_given(
	    &catalog, query->given, query->n_given, "field", &query->arena, error);
	if (query_node_measure(tree, error) != 0 || query_check(&catalog, tree) != 0)
		return -1;
	if (tree->type == QUERY_LIST)
		return query_error_set(
		    error, &tree->place, "a list is no condition by itself");
	if (query_sql_begin(&query->sql, &query->arena) != 0)
		return query_error_plain(error, "no memory");
	fputs("SELECT ", query->sql.out);
	query_sql_filter(&query->sql, tree);
	if (query_sql_end(&query->sql) != 0)
		return query_error_plain(error, "the expression is too long");
	return 0;
}

static int
prepare(struct file_query *query)
{
	if (sqlite3_open(":memory:", &query->db) == SQLITE_OK &&
	    query_sqlite_register(query->db) == SQLITE_OK &&
	    sqlite3_create_function(query->db, "elog_field", 1, SQLITE_UTF8,
		&query->subject, sql_field, NULL, NULL) == SQLITE_OK &&
	    sqlite3_create_function(query->db, "elog_part", 1, SQLITE_UTF8,
		&query->subject, sql_part, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(query->db, query->sql.text, -1, &query->statement, NULL) ==
		SQLITE_OK &&
	    query_sql_bind(&query->sql, query->statement) == SQLITE_OK)
		return 0;
	msg("--where: %s", sqlite3_errmsg(query->db));
	return -1;
}

/* Say that it is the option's. */
static void
complain(struct query_error *error)
{
	struct query_error whole = *error;

	snprintf(
	    error->message, sizeof(error->message), "--where: %.380s", whole.message);
	query_error_print(error);
}

struct file_query *
file_query_open(const char *expression, const struct template *template, int *status)
{
	struct file_query *query = calloc(1, sizeof(*query));
	struct query_error error = {0};

	*status = EXIT_PARTIAL;
	if (query == NULL) {
		msg("no memory");
		return NULL;
	}
	query->source =
	    (struct query_source){.text = expression, .length = strlen(expression)};
	if (write_sql(query, template, &error) != 0) {
		complain(&error);
		*status = query->arena.failed ? EXIT_PARTIAL : EXIT_USAGE;
	} else if (prepare(query) == 0) {
		*status = EXIT_DONE;
		return query;
	}
	file_query_close(query);
	return NULL;
}

int
file_query_holds(struct file_query *query, const struct remote_file *file,
    const char *name, const struct template_values *values)
{
	int code, holds;

	query->subject = (struct subject){file, name, values};
	code = sqlite3_step(query->statement);
	holds = code == SQLITE_ROW ? sqlite3_column_int(query->statement, 0) != 0 : -1;
	sqlite3_reset(query->statement);
	return holds;
}

void
file_query_close(struct file_query *query)
{
	if (query == NULL)
		return;
	sqlite3_finalize(query->statement);
	sqlite3_close(query->db);
	query_sql_free(&query->sql);
	arena_free(&query->arena);
	free(query);
}
