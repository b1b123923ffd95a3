#include "query/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "query/rows.h"
#include "text/buffer.h"
#include "text/human.h"
#include "text/timestamp.h"
#include "text/writer.h"

sqlite3_stmt *
status_prepare(const struct status *status, const char *name)
{
	return db_prepare(status->db, status->path, statement_file("status", name, ""));
}

int
status_step(sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	msg_progress_end();
	return code;
}

int
status_pairs(const struct status *status, sqlite3_stmt *pairs, struct writer *w)
{
	int code;

	if (pairs == NULL)
		return EXIT_PARTIAL;
	while ((code = status_step(pairs)) == SQLITE_ROW) {
		const char *key = (const char *)sqlite3_column_text(pairs, 0);

		if (w != NULL) {
			rows_member(w, key, pairs, 1);
			continue;
		}
		printf("%-19s ", key);
		status_put((const char *)sqlite3_column_text(pairs, 1));
		putchar('\n');
	}
	if (code != SQLITE_DONE)
		db_complain(status->db, status->path);
	sqlite3_finalize(pairs);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

int
status_object(const struct status *status,
    int (*members)(const struct status *status, struct writer *w))
{
	struct stream out;
	struct writer w = writer_to(stream_take, &out);
	int result;

	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	writer_object(&w, NULL);
	result = members(status, &w);
	writer_end_object(&w);
	if (result == EXIT_DONE)
		stream_end_line(&out);
	if (stream_close(&out) == 0)
		return result;
	msg("stdout: %s", strerror(errno));
	return EXIT_PARTIAL;
}

void
status_put(const char *value)
{
	for (const char *c = value != NULL ? value : "-"; *c != '\0'; c++)
		putchar((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
}

const char *
status_word(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-+,:@%";
	static _Thread_local char *word;
	struct buffer quoted = {0};

	if (*path != '\0' && path[strspn(path, plain)] == '\0')
		return path;
	buffer_put(&quoted, "'", 1);
	for (const char *c = path; *c != '\0'; c++)
		buffer_put(&quoted, *c == '\'' ? "'\\''" : c, *c == '\'' ? 4 : 1);
	buffer_put(&quoted, "'", 1);
	free(word);
	word = buffer_take(&quoted, NULL);
	return word != NULL ? word : path;
}

const char *
status_ago(const char *text)
{
	static char ago[HUMAN_BYTES + 8];
	char span[HUMAN_BYTES];
	int64_t then = timestamp_seconds(text), now = (int64_t)time(NULL);

	if (then < 0)
		return "never";
	human_span(now - then, span);
	snprintf(ago, sizeof(ago), "%s ago", span);
	return ago;
}
