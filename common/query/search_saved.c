#include "query/search_saved.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/who.h"
#include "db/db.h"
#include "db/statement.h"
#include "stream/emit.h"
#include "stream/loader.h"
#include "stream/streams.h"
#include "text/buffer.h"
#include "text/timestamp.h"

/* A text of lines as an array that ends with NULL. */
static const char *const *
split(struct arena *arena, char *lines)
{
	const char **words;
	size_t n = 0, i = 0;

	for (const char *p = lines; *p != '\0'; p++)
		n += *p == '\n';
	words = arena_get(arena, (n + 1) * sizeof(*words));
	while (words != NULL && i < n)
		words[i++] = strsep(&lines, "\n");
	return words;
}

/* The words of an argument, each with a line break behind it. */
static void
put_lines(struct buffer *out, const char *text, bool saved)
{
	for (; *text != '\0'; text++)
		buffer_put(out, *text == '\n' && !saved ? " " : text, 1);
	buffer_put(out, "\n", 1);
}

const char *const *
search_words(sqlite3 *db, const char *path, struct arena *arena, const char *const *words,
    const char **missing)
{
	sqlite3_stmt *query =
	    db_prepare(db, path, "SELECT query FROM searches WHERE name = :name");
	const char *const *all = NULL;
	struct buffer lines = {0};
	char *text;

	*missing = NULL;
	if (query == NULL)
		return NULL;
	for (; *words != NULL; words++) {
		const char *saved = NULL;

		if ((*words)[0] == '=' && (*words)[1] != '\0') {
			statement_text(query, ":name", *words + 1);
			if (sqlite3_step(query) == SQLITE_ROW)
				saved = (const char *)sqlite3_column_text(query, 0);
			else
				*missing = *words + 1;
		}
		put_lines(&lines, saved != NULL ? saved : *words, saved != NULL);
		sqlite3_reset(query);
	}
	sqlite3_finalize(query);
	text =
	    lines.n > 0 ? arena_text(arena, lines.p, lines.n) : arena_text(arena, "", 0);
	if (!lines.failed && text != NULL)
		all = split(arena, text);
	if (all == NULL)
		msg("no memory");
	buffer_free(&lines);
	return all;
}

/* Is a search saved under the name?  False after a message. */
static bool
is_saved(sqlite3 *db, const char *path, const char *name)
{
	sqlite3_stmt *query =
	    db_prepare(db, path, "SELECT 1 FROM searches WHERE name = :name");
	int there = -1;

	if (query != NULL) {
		statement_text(query, ":name", name);
		there = statement_ask(query, path);
	}
	sqlite3_finalize(query);
	if (there == 0)
		msg("%s: no search is saved as '%s' (--saved lists them)", path, name);
	return there == 1;
}

int
search_save(sqlite3 *db, const char *path, const char *name, const char *const *words)
{
	struct buffer query = {0};
	struct stream out;
	struct writer w;
	char now[28], *text, *user;
	int status;

	for (; *words != NULL; words++) {
		if (query.n > 0)
			buffer_put(&query, "\n", 1);
		for (const char *p = *words + strspn(*words, " "); *p != '\0'; p++)
			buffer_put(&query, *p == '\n' ? " " : p, 1);
	}
	text = buffer_take(&query, NULL);
	user = who_user();
	if (text == NULL || user == NULL) {
		msg("no memory");
		free(text);
		free(user);
		return EXIT_PARTIAL;
	}
	if (name[0] == '\0')
		msg("--save: the name is empty");
	status = name[0] == '\0'				? EXIT_USAGE
		 : text[0] == '\0' && !is_saved(db, path, name) ? EXIT_PARTIAL
								: loader_start(path);
	if (status != EXIT_DONE)
		goto done;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		status = EXIT_PARTIAL;
		goto done;
	}
	streams_schema_named(&out, "searches");
	timestamp_now(now);
	w = emit_record(&out, "searches");
	writer_string(&w, "name", name);
	if (text[0] != '\0')
		writer_string(&w, "query", text);
	else
		writer_string(&w, "_sdc_deleted_at", now);
	writer_string(&w, "set_by", user);
	writer_string(&w, "set_at", now);
	emit_end(&w);
	if (stream_close(&out) != 0 && errno != EPIPE)
		msg("elog-load: %s", strerror(errno));
	status = loader_end();
done:
	free(text);
	free(user);
	return status;
}
