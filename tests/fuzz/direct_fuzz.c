/*
 * Records of the streams that are applied one by one.  A line is a record: its first
 * byte chooses the stream, and from 128 on that it is a copy of elog-dump's; the fields
 * behind it, with tabs between them, are values of the members of the stream's row and of
 * others[]; a field that is no JSON is a string.  An empty one is no member.  Whatever
 * they say, the database does not fail and stays sound.
 */
#include <stdint.h>

#include "database.h"
#include "stream/streams.h"
#include "text/json.h"

/* Members that are no column of a row. */
static const char *const others[] = {"mode", "user", STREAMS_DELETED, NULL};

/* The first stream that is applied singly, and how many there are. */
static const struct streams_row *
first_singly(size_t *n)
{
	const struct streams_row *first = streams;

	while (first->applied != STREAMS_SINGLY)
		first++;
	for (*n = 0; first[*n].name != NULL; ++*n)
		require(first[*n].applied == STREAMS_SINGLY);
	return first;
}

static const char runs[] =
    "{\"type\":\"RECORD\",\"stream\":\"runs\",\"record\":{\"experiment\":\"e\",\"num\":1,"
    "\"params\":{\"a\":1,\"b\":\"x\",\"c\":1.50,\"d\":true,\"j\":[1]}}}\n"
    "{\"type\":\"RECORD\",\"stream\":\"runs\",\"record\":{\"experiment\":\"e\","
    "\"num\":\"007\",\"params\":{\"a\":2},\"editable_params\":{\"c\":{\"value\":2}}}}\n"
    "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":\"e\","
    "\"status\":\"complete\",\"fetched_at\":\"2026-01-01T00:00:00Z\",\"records\":"
    "{\"runs\":2}}}\n";

static void
put_value(FILE *out, const char *p, size_t n)
{
	struct json s;
	struct json_span value;

	json_begin(&s, p, n);
	if (json_peek(&s) != '\0' && json_value(&s, &value) && json_end(&s)) {
		fwrite(p, 1, n, out);
		return;
	}
	fputc('"', out);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == '"' || p[i] == '\\')
			fprintf(out, "\\u%04x", (unsigned)p[i]);
		else
			fputc(p[i], out);
	fputc('"', out);
}

static void
put_record(FILE *out, const char *line, size_t n)
{
	size_t streams_n;
	const struct streams_row *first = first_singly(&streams_n);
	const struct streams_row *row = &first[(unsigned char)line[0] % streams_n];
	const struct streams_column *c = row->columns;
	const char *const *other = others;
	const char *p = line + 1, *end = line + n, *comma = "";

	fprintf(out, "{\"type\":\"RECORD\",\"stream\":\"%s\",\"record\":{", row->name);
	if ((unsigned char)line[0] >= 128) {
		fputs("\"" STREAMS_COPY "\":\"row\"", out);
		comma = ",";
	}
	while (p < end) {
		const char *name = c->name != NULL ? c++->name : *other++;
		const char *tab = memchr(p, '\t', (size_t)(end - p));

		if (name == NULL)
			break;
		if (tab == NULL)
			tab = end;
		if (tab > p) {
			fprintf(out, "%s\"%s\":", comma, name);
			put_value(out, p, (size_t)(tab - p));
			comma = ",";
		}
		p = tab + 1;
	}
	fputs("}}\n", out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const none[] = {
	    "SELECT * FROM file_contents WHERE size <> length(content) "
	    "OR sha256(content) <> sha256",
	    "SELECT * FROM run_periods WHERE run_min > run_max OR start_time > end_time",
	    "SELECT * FROM downloads WHERE size < 0 OR typeof(size) <> 'integer'",
	    "SELECT * FROM remote_files WHERE fields IS NOT NULL "
	    "AND NOT json_valid(fields)",
	    "SELECT * FROM log_records WHERE table_name = 'run_periods' "
	    "AND new_value IS NOT NULL AND NOT json_valid(new_value)",
	};
	sqlite3 *db = database_fresh(runs);
	const char *p = (const char *)data, *end = p + size;
	char *lines = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&lines, &n);

	require(out != NULL);
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (newline == NULL)
			newline = end;
		if (newline > p)
			put_record(out, p, (size_t)(newline - p));
		p = newline + 1;
	}
	fclose(out);
	database_load(db, lines, n, NULL);
	database_check(db);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		database_none(db, none[i]);
	free(lines);
	return 0;
}
