#include "query/search_saved.h"

#include <errno.h>
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

void
search_words_free(char **words)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		free(words[i]);
	free(words);
}

/* Add a word; a saved search is many, a line each. */
static char **
add(char **words, size_t *n, const char *text)
{
	do {
		size_t length = strcspn(text, "\n");
		char **more = realloc(words, (*n + 2) * sizeof(*words));

		if (more == NULL) {
			search_words_free(words);
			return NULL;
		}
		words = more;
		words[*n] = words[*n + 1] = NULL;
		words[*n] = strndup(text, length);
		if (words[*n] == NULL) {
			search_words_free(words);
			return NULL;
		}
		++*n;
		text += length + (text[length] == '\n');
	} while (*text != '\0');
	return words;
}

char **
search_words(
    sqlite3 *db, const char *path, const char *const *words, const char **missing)
{
	sqlite3_stmt *saved =
	    db_prepare(db, path, "SELECT query FROM searches WHERE name = :name");
	char **all = calloc(1, sizeof(*all));
	size_t n = 0;

	*missing = NULL;
	for (; all != NULL && saved != NULL && *words != NULL; words++) {
		const char *text = *words;

		if (text[0] == '=' && text[1] != '\0') {
			statement_text(saved, ":name", text + 1);
			if (sqlite3_step(saved) == SQLITE_ROW)
				text = (const char *)sqlite3_column_text(saved, 0);
			else
				*missing = text + 1;
		}
		all = add(all, &n, text != NULL ? text : "");
		sqlite3_reset(saved);
	}
	if (all == NULL)
		msg("no memory");
	if (saved == NULL) {
		search_words_free(all);
		all = NULL;
	}
	sqlite3_finalize(saved);
	return all;
}

int
search_save(const char *path, const char *name, const char *const *words)
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
	status = loader_start(path);
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
