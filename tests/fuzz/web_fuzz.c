/*
 * The HTTP side of elog-web without its sockets: a target and fields of a header, then
 * who gets in, which page is meant, and the page itself, of a small database.
 *
 * The first line is the target; those behind it are values of the fields, in order.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/open.h"
#include "web/answer.h"
#include "web/guard.h"
#include "web/markup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pool *pool;
static struct guard guard;

static void
begin(void)
{
	static char path[] = "/tmp/web_fuzz.XXXXXX.db";
	int fd = mkstemps(path, 3);
	sqlite3 *db;

	if (fd >= 0)
		close(fd);
	db = db_open_draft(path);
	if (db == NULL ||
	    sqlite3_exec(db,
		"INSERT INTO experiments (name, doc) VALUES ('e1', "
		"'{\"name\": \"e 1\", \"instrument\": \"<b>\"}');"
		"INSERT INTO logbook_entries (experiment_id, entry_id, created_at, doc) "
		"VALUES (1, 'a', '2026-01-01T00:00:00Z', '{\"author\": \"x\", \"title\": "
		"\"t\", \"content\": \"<p onclick=x>text</p>\", \"tags\": [\"y\"]}');"
		"INSERT INTO runs (experiment_id, run_number, start_time) VALUES (1, 1, "
		"'2026-01-01T00:00:00Z');"
		"INSERT INTO condition_types (id, name, value_type, kinds) VALUES "
		"(1, 'speed', 'float', 8), (2, 'mode', 'mixed', 24);"
		"INSERT INTO condition_columns (experiment_id, type_id, block, n, kinds, "
		"data) VALUES (1, 1, 0, 3, 8, '{\"1\":0.5,\"2\":-1e3,\"3\":9e999}'), "
		"(1, 2, 0, 2, 24, '{\"1\":\"<b>\",\"3\":5}');"
		"DELETE FROM run_columns_due;"
		"INSERT INTO run_columns (experiment_id, name, block, data) VALUES "
		"(1, 'start_time', 0, '{\"1\":1767225600000000,\"2\":-5}'), "
		"(1, 'end_time', 0, '{\"1\":1767225600000001}'), "
		"(1, 'type', 0, '{\"1\":\"DATA\",\"2\":\"\\\"\"}')",
		NULL, NULL, NULL) != SQLITE_OK)
		abort();
	sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	sqlite3_close(db);
	pool = pool_open(path, NULL);
	unlink(path);
	if (pool == NULL || guard_begin(&guard, 8080) != 0 || markup_begin() != 0 ||
	    !guard_host(&guard, "127.0.0.1:8080"))
		abort();
	memset(guard.token, 'a', GUARD_TOKEN_BYTES - 1);
}

/* A page that is let through: neither what was asked for nor what is in the database may
   become a tag of its own. */
static void
show(struct request *request)
{
	const struct page *page = page_find(request);
	struct answer answer;

	if (page == NULL || page->file != NULL)
		return;
	answer_make(&answer, pool, page, request, 1);
	if (answer.status == 0 || (answer.body == NULL && answer.fd < 0))
		abort();
	if (answer.body != NULL &&
	    memmem(answer.body, answer.n, "<p onclick", 10) != NULL)
		abort();
	answer_free(&answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text, *target;
	struct request request;
	const char **fields[] = {&request.host, &request.origin, &request.site,
	    &request.mode, &request.cookie, &request.user};

	if (pool == NULL)
		begin();
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	target = strsep(&rest, "\n");
	if (request_read(&request, target) == 0) {
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && rest != NULL;
		     i++)
			*fields[i] = strsep(&rest, "\n");
		(void)guard_ask(&guard, &request);
		show(&request);
	}
	request_free(&request);
	free(text);
	return 0;
}
