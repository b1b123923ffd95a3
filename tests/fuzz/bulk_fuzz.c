/*
 * Values of conditions in bulk, lines of any bytes: each is a record, or is reported, or
 * blank; a record is one message with all that a condition needs.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "local/bulk.h"
#include "stream/lines.h"
#include "stream/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* Lines with anything but white space on them. */
static long
count(const uint8_t *data, size_t size)
{
	long n = 0;

	for (size_t i = 0, begin = 0; i <= size; i++) {
		bool blank = true;

		if (i < size && data[i] != '\n')
			continue;
		for (size_t j = begin; j < i; j++)
			blank &= data[j] == ' ' || data[j] == '\t' ||
				 (data[j] == '\r' && j == i - 1);
		n += !blank;
		begin = i + 1;
	}
	return n;
}

static void
check(const char *line, size_t n)
{
	struct message message;
	struct json_span found;

	require(message_read(line, n, &message) == NULL);
	if (message.type == MESSAGE_SCHEMA)
		return;
	require(message.type == MESSAGE_RECORD);
	require(json_string_is(message.stream, "conditions"));
	require(json_find(message.record, "experiment", &found) && found.p[0] == '"');
	require(json_find(message.record, "name", &found) && found.p[0] == '"');
	require(json_find(message.record, "run", &found));
	require(found.p[0] == '"' || memchr("-0123456789", found.p[0], 11) != NULL);
	require(json_find(message.record, "value", &found));
	require(json_find(message.record, "set_by", &found));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in = memfd_create("lines", 0), out = memfd_create("records", 0);
	struct cond_record record;
	struct stream stream;
	struct lines lines;
	char *line;
	size_t n;
	long bad, messages = 0;

	require(in >= 0 && out >= 0 && write(in, data, size) == (ssize_t)size);
	require(lseek(in, 0, SEEK_SET) == 0 && stream_open(&stream, out) == 0);
	require(cond_record_open(&record, &stream, "conditions") == 0);
	bad = bulk_read(&record, in, size % 2 == 0 ? NULL : "replace");
	cond_record_close(&record);
	require(stream_close(&stream) == 0 && lseek(out, 0, SEEK_SET) == 0);
	lines_open(&lines, out);
	while (lines_next(&lines, &line, &n) == LINES_ONE) {
		check(line, n);
		messages++;
	}
	lines_close(&lines);
	require(bad >= 0 && bad + messages - 1 == count(data, size));
	close(in);
	close(out);
	return 0;
}
