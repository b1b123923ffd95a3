#include "local/cond_record.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"
#include "base/who.h"
#include "stream/streams.h"

/* A JSON string: what needs no escape goes in pieces.  escaped: \t, \n, \r and \\ in it
   are escapes already, and JSON's are the same. */
static void
put_string(struct stream *out, const char *p, size_t n, bool escaped)
{
	size_t begin = 0;
	char escape[8];

	stream_put(out, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		if (escaped && c == '\\' && i + 1 < n &&
		    memchr("tnr\\", p[i + 1], 4) != NULL) {
			i++;
			continue;
		}
		stream_put(out, p + begin, i - begin);
		begin = i + 1;
		if (c >= 0x20)
			snprintf(escape, sizeof(escape), "\\%c", c);
		else
			snprintf(escape, sizeof(escape), "\\u%04x", c);
		stream_puts(out, escape);
	}
	stream_put(out, p + begin, n - begin);
	stream_put(out, "\"", 1);
}

int
cond_record_open(struct cond_record *record, struct stream *out, const char *stream)
{
	time_t now = time(NULL);
	struct tm utc;

	*record = (struct cond_record){
	    .out = out, .stream = stream, .program = "elog-cond", .user = who_user()};
	if (record->user == NULL) {
		msg("no memory");
		return -1;
	}
	(void)strftime(
	    record->at, sizeof(record->at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	streams_schema_named(out, stream);
	return 0;
}

void
cond_record_close(struct cond_record *record)
{
	free(record->user);
	record->user = NULL;
}

void
cond_record_begin(struct cond_record *record)
{
	stream_puts(record->out, "{\"type\":\"RECORD\",\"stream\":\"");
	stream_puts(record->out, record->stream);
	stream_puts(record->out, "\",\"record\":{");
	record->first = true;
}

static void
put_name(struct cond_record *record, const char *name)
{
	stream_puts(record->out, record->first ? "\"" : ",\"");
	stream_puts(record->out, name);
	stream_puts(record->out, "\":");
	record->first = false;
}

void
cond_record_text(struct cond_record *record, const char *name, const char *p, size_t n)
{
	if (p == NULL)
		return;
	put_name(record, name);
	put_string(record->out, p, n, false);
}

void
cond_record_field(struct cond_record *record, const char *name, const char *p, size_t n)
{
	put_name(record, name);
	put_string(record->out, p, n, true);
}

void
cond_record_json(struct cond_record *record, const char *name, struct json_span json)
{
	put_name(record, name);
	stream_put(record->out, json.p, json.n);
}

void
cond_record_number(struct cond_record *record, const char *name, long long number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%lld", number);
	put_name(record, name);
	stream_puts(record->out, digits);
}

void
cond_record_run(struct cond_record *record, const char *p, size_t n)
{
	size_t digits = 0;

	while (digits < n && p[digits] >= '0' && p[digits] <= '9')
		digits++;
	if (n > 0 && digits == n && n < 19 && (n == 1 || p[0] != '0'))
		cond_record_json(record, "run", (struct json_span){p, n});
	else
		cond_record_text(record, "run", p, n);
}

void
cond_record_end(struct cond_record *record, long line)
{
	cond_record_text(record, "set_by", record->user, strlen(record->user));
	cond_record_text(record, "set_at", record->at, strlen(record->at));
	cond_record_text(record, "program", record->program, strlen(record->program));
	if (line > 0)
		cond_record_number(record, "line", line);
	stream_puts(record->out, "}}");
	stream_end_line(record->out);
}
