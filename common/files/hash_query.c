#include "files/hash_query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/path.h"
#include "db/reader.h"
#include "db/statement.h"
#include "db/value.h"
#include "files/hash_mtree.h"
#include "files/hash_root.h"
#include "query/rows.h"

static const struct rows_kind kinds[] = {
    {"dirs", CELL_JSON},
    {"files", CELL_JSON},
    {"links", CELL_JSON},
    {NULL, CELL_NULL},
};

static sqlite3_stmt *
prepare(const struct hash_query *query, const char *name, const char *path)
{
	sqlite3_stmt *statement = NULL;
	int place;

	if (value_functions(query->db) != SQLITE_OK ||
	    path_functions(query->db) != SQLITE_OK) {
		db_complain(query->db, query->path);
		return NULL;
	}
	statement = db_prepare(query->db, query->path, statement_file("hash", name, ""));
	if (statement == NULL)
		return NULL;
	statement_text(statement, ":site", query->site);
	place = sqlite3_bind_parameter_index(statement, ":path");
	if (path != NULL && place > 0)
		path_bind(statement, place, path, strlen(path));
	return statement;
}

/* Print one column of each row, or all in the format that was asked for. */
static int
print(const struct hash_query *query, sqlite3_stmt *statement, int column)
{
	const struct printer_format *format;
	struct stream out;
	int code;

	if (query->format != NULL && !query->nul && query->field == NULL) {
		format = printer_format_chosen(query->format);
		return format != NULL ? rows_print(statement, query->path, format, kinds)
				      : EXIT_USAGE;
	}
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *p = sqlite3_column_blob(statement, column);
		size_t n = (size_t)sqlite3_column_bytes(statement, column);

		for (size_t i = 0; i < n; i++)
			if (p[i] == '\n' && !query->nul)
				stream_put(&out, "\\n", 2);
			else if (p[i] == '\\' && !query->nul)
				stream_put(&out, "\\\\", 2);
			else
				stream_put(&out, &p[i], 1);
		stream_end(&out, query->nul ? '\0' : '\n');
	}
	if (code != SQLITE_DONE)
		db_complain(query->db, query->path);
	if (stream_close(&out) != 0) {
		msg("stdout: %s", strerror(errno));
		return EXIT_PARTIAL;
	}
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

/* Is something recorded of a path, or of what is below it?  False after a message. */
static bool
require(const struct hash_query *query, const char *path)
{
	sqlite3_stmt *statement = prepare(query, "recorded", path);
	int there = statement != NULL ? statement_ask(statement, query->path) : -1;

	sqlite3_finalize(statement);
	if (there == 0)
		msg("%s: %s is not recorded", query->path, path);
	return there == 1;
}

static int
query_list(const struct hash_query *query, const char *name, const char *path)
{
	sqlite3_stmt *statement = prepare(query, name, path);
	int status;

	if (statement == NULL)
		return EXIT_PARTIAL;
	/* A history is of the hashes. */
	if (path != NULL && statement_ask(statement, query->path) == 0) {
		msg("%s: %s is not recorded", query->path, path);
		status = EXIT_PARTIAL;
	} else if (strcmp(name, "history") == 0 && query->format == NULL && !query->nul) {
		struct hash_query whole = *query;

		whole.format = "tsv";
		status = print(&whole, statement, 0);
	} else {
		status = print(query, statement, 0);
	}
	sqlite3_finalize(statement);
	return status;
}

/* A record for a person: a line a member. */
static int
print_record(const struct hash_query *query, sqlite3_stmt *statement)
{
	int code, rows = 0;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		if (rows++ > 0)
			putchar('\n');
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const char *text =
			    (const char *)sqlite3_column_text(statement, i);

			if (text == NULL || text[0] == '\0')
				continue;
			printf("%-18s ", sqlite3_column_name(statement, i));
			for (; *text != '\0'; text++)
				putchar((unsigned char)*text < 0x20 || *text == 0x7f
					    ? '?'
					    : *text);
			putchar('\n');
		}
	}
	if (code != SQLITE_DONE)
		db_complain(query->db, query->path);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

static int
query_show(const struct hash_query *query, const char *path)
{
	sqlite3_stmt *statement = prepare(query, "show", path);
	int status = EXIT_PARTIAL, column = -1;

	if (statement == NULL)
		return EXIT_PARTIAL;
	for (int i = 0; i < sqlite3_column_count(statement); i++)
		if (query->field != NULL &&
		    strcmp(sqlite3_column_name(statement, i), query->field) == 0)
			column = i;
	if (query->field != NULL && column < 0) {
		msg("--field %s: none of path, site_id, current_hash, prev_hash, "
		    "current_dtg_first, current_dtg_latest, prev_dtg_latest, "
		    "target_hash, session_id, dirs, files, links",
		    query->field);
		status = EXIT_USAGE;
	} else if (statement_ask(statement, query->path) == 0) {
		msg("%s: %s is not recorded", query->path, path);
	} else if (query->format == NULL && query->field == NULL) {
		status = print_record(query, statement);
	} else {
		status = print(query, statement, column);
	}
	sqlite3_finalize(statement);
	return status;
}

/* ---- export ----------------------------------------------------------------------- */

/* As GNU sha256sum writes names with line breaks or backslashes. */
static void
put_sum(struct stream *out, sqlite3_stmt *row, const char *root)
{
	const char *path = sqlite3_column_blob(row, 0);
	size_t n = (size_t)sqlite3_column_bytes(row, 0);

	(void)root;
	if (memchr(path, '\n', n) != NULL || memchr(path, '\\', n) != NULL ||
	    memchr(path, '\r', n) != NULL)
		stream_puts(out, "\\");
	stream_puts(out, (const char *)sqlite3_column_text(row, 1));
	stream_puts(out, "  ");
	for (size_t i = 0; i < n; i++)
		if (path[i] == '\n')
			stream_puts(out, "\\n");
		else if (path[i] == '\r')
			stream_puts(out, "\\r");
		else if (path[i] == '\\')
			stream_puts(out, "\\\\");
		else
			stream_put(out, &path[i], 1);
	stream_end_line(out);
}

static void
put_mtree(struct stream *out, sqlite3_stmt *row, const char *root)
{
	const char *path = sqlite3_column_blob(row, 0);
	size_t n = (size_t)sqlite3_column_bytes(row, 0), skip = strlen(root);
	const char *size = (const char *)sqlite3_column_text(row, 2);
	const char *sum = (const char *)sqlite3_column_text(row, 3);
	const char *target = (const char *)sqlite3_column_text(row, 4);

	skip = skip == 1 ? 0 : skip;
	stream_puts(out, ".");
	hash_mtree_name(out, path + skip, n - skip);
	stream_puts(out, " type=");
	stream_puts(out, (const char *)sqlite3_column_text(row, 1));
	if (size != NULL) {
		stream_puts(out, " size=");
		stream_puts(out, size);
	}
	if (sum != NULL) {
		stream_puts(out, " sha256=");
		stream_puts(out, sum);
	}
	if (target != NULL) {
		stream_puts(out, " link=");
		hash_mtree_name(out, target, (size_t)sqlite3_column_bytes(row, 4));
	}
	stream_end_line(out);
}

static void
put_json(struct stream *out, sqlite3_stmt *row, const char *root)
{
	(void)root;
	stream_puts(out, (const char *)sqlite3_column_text(row, 0));
	stream_end_line(out);
}

static const struct export
{
	const char *format, *sql, *head;
	void (*put)(struct stream * out, sqlite3_stmt * row, const char *root);
}
exports[] = {
    {"sha256sum", "export_files", NULL, put_sum},
    {"mtree", "export_tree", "#mtree\n. type=dir", put_mtree},
    {"json", "export_json", NULL, put_json},
    {NULL, NULL, NULL, NULL},
};

static int
query_export(const struct hash_query *query, const char *path)
{
	const struct export *export = exports;
	sqlite3_stmt *statement;
	struct stream out;
	int code;

	while (export->format != NULL && query->format != NULL &&
	       strcmp(export->format, query->format) != 0)
		export ++;
	if (export->format == NULL || query->format == NULL) {
		msg("--format %s: sha256sum, mtree or json is expected",
		    query->format != NULL ? query->format : "is missing");
		return EXIT_USAGE;
	}
	if (path != NULL && !require(query, path))
		return EXIT_PARTIAL;
	if (path == NULL && export->head != NULL)
		path = "/";
	statement = prepare(query, export->sql, path);
	if (statement == NULL)
		return EXIT_PARTIAL;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		sqlite3_finalize(statement);
		return EXIT_PARTIAL;
	}
	if (export->head != NULL) {
		stream_puts(&out, export->head);
		stream_end_line(&out);
	}
	while ((code = sqlite3_step(statement)) == SQLITE_ROW && out.error == 0)
		export->put(&out, statement, path);
	if (code != SQLITE_DONE && out.error == 0)
		db_complain(query->db, query->path);
	sqlite3_finalize(statement);
	if (stream_close(&out) != 0) {
		msg("stdout: %s", strerror(errno));
		return EXIT_PARTIAL;
	}
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

int
hash_query(const struct hash_query *query, const char *name, const char *path)
{
	if (strcmp(name, "show") == 0)
		return query_show(query, path);
	if (strcmp(name, "export") == 0)
		return query_export(query, path);
	return query_list(query, name, path);
}

bool
hash_query_known(const char *database, const char *site, char *const *roots,
    const char *const *paths, int *status)
{
	struct hash_query query = {.site = site != NULL ? site : ""};
	struct reader reader;
	bool asked;

	*status = reader_open(&reader, database, NULL);
	query.db = reader.db;
	query.path = reader.path;
	if (*status == EXIT_DONE && db_require(query.db, query.path, "hash_records") != 0)
		*status = EXIT_PARTIAL;
	asked = *status == EXIT_DONE;
	for (; asked && *paths != NULL; paths++) {
		char *path = hash_root_argument(roots, *paths);

		if (path == NULL || !require(&query, path))
			*status = EXIT_PARTIAL;
		free(path);
	}
	reader_close(&reader);
	return asked;
}
