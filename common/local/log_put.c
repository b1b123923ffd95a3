#include "local/log_put.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/open.h"
#include "stream/lines.h"
#include "stream/streams.h"
#include "text/object.h"
#include "text/timestamp.h"
#include "text/writer.h"

/* So much is gathered while lines come without a pause. */
#define BATCH_BYTES ((size_t)256 * 1024)
/* In a long stream, what was added is loaded that often. */
#define LOAD_SECONDS 1

struct out {
	const struct log_put *put;
	struct backlog backlog;
	struct stream stream; /* without a database */
	struct buffer buffer; /* of records, while the backlog is locked */
	bool locked;
	int error;  /* errno where the backlog could not be locked */
	int64_t id; /* of the last line: the microsecond in which it was taken */
	time_t loaded;
	int status;
};

static int64_t
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
put(void *context, const char *p, size_t n)
{
	struct out *out = context;

	if (out->put->db != NULL)
		buffer_put(&out->buffer, p, n);
	else
		stream_put(&out->stream, p, n);
}

/* What could not be written must not be lost: the records themselves on stderr. */
static void
tell_instead(struct out *out, const char *why)
{
	struct json_span record, message;
	char *line = out->buffer.p, *end = line + out->buffer.n, *next;

	msg("%s: %s: these lines are told here alone", out->backlog.path, why);
	for (; line < end; line = next + 1) {
		const char *begin = strstr(line, "\"record\":");
		char *text;

		next = memchr(line, '\n', (size_t)(end - line));
		if (next == NULL || begin == NULL)
			break;
		begin += strlen("\"record\":");
		record = (struct json_span){begin, (size_t)(next - 1 - begin)};
		text = json_find(record, "summary_message", &message) ? malloc(message.n)
								      : NULL;
		if (text != NULL) {
			(void)json_string_decode(message, text);
			msg("%s", text);
		}
		free(text);
	}
	out->status = EXIT_PARTIAL;
}

/* Write what is gathered, and let others write. */
static void
flush(struct out *out)
{
	if (out->put->db == NULL) {
		(void)stream_flush(&out->stream); /* told at the end */
		return;
	}
	if (!out->locked)
		return;
	if (out->buffer.failed) {
		msg("no memory");
		out->status = EXIT_PARTIAL;
	} else if (out->buffer.n > 0 &&
		   (out->backlog.fd < 0 ||
		       backlog_add(&out->backlog, out->buffer.p, out->buffer.n) != 0)) {
		int error = out->backlog.fd < 0 ? out->error : errno;

		buffer_put(&out->buffer, "", 1); /* a NUL, for strstr() */
		out->buffer.n--;
		tell_instead(out, strerror(error));
	}
	buffer_free(&out->buffer);
	/* No other process may give the same number: it comes later. */
	while (microseconds() <= out->id)
		;
	backlog_unlock(&out->backlog);
	out->locked = false;
}

/* Before input is waited for. */
static void
idle(void *context)
{
	struct out *out = context;

	flush(out);
	if (out->put->db != NULL && time(NULL) - out->loaded >= LOAD_SECONDS &&
	    backlog_waits(&out->backlog)) {
		out->loaded = time(NULL);
		backlog_load(&out->backlog);
	}
}

static struct writer
begin(struct out *out)
{
	static const char head[] = "{\"type\":\"RECORD\",\"stream\":\"logs\",\"record\":";
	struct writer w = writer_to(put, out);
	int64_t now = microseconds();

	if (out->put->db != NULL && !out->locked) {
		/* Without it lines are gathered all the same, to be told. */
		out->locked = true;
		if (backlog_lock(&out->backlog) != 0)
			out->error = errno;
		now = microseconds();
	}
	out->id = now > out->id ? now : out->id + 1;
	put(out, head, sizeof(head) - 1);
	writer_object(&w, NULL);
	writer_integer(&w, "log_id", out->id);
	return w;
}

static void
end(struct out *out, struct writer *w)
{
	writer_end_object(w);
	if (out->put->db != NULL) {
		put(out, "}\n", 2);
		if (out->buffer.n >= BATCH_BYTES)
			idle(out);
	} else {
		put(out, "}", 1);
		stream_end_line(&out->stream);
	}
}

static void
put_line(struct out *out, const char *message, size_t n, const char *detail)
{
	const struct log_put *given = out->put;
	struct writer w = begin(out);

	writer_string(&w, "site_id", given->site);
	writer_string(&w, "log_level", given->level->name);
	writer_integer(&w, "timestamp", out->id / 1000000);
	if (given->session != NULL)
		writer_string(&w, "session_id", given->session);
	if (given->job != NULL)
		writer_string(&w, "job_id", given->job);
	writer_text(&w, "summary_message", message, n);
	if (detail != NULL)
		writer_string(&w, "detailed_message", detail);
	end(out, &w);
}

/* ---- structured lines --------------------------------------------------- */

/* The first of several members, up to a NULL, that an object has; malloc'd or NULL. */
static char *
member(struct json_span object, const char *const *names)
{
	char *text = NULL;

	for (; *names != NULL && text == NULL; names++)
		text = object_member(object, *names);
	return text;
}

/* A point in time: RFC 3339, or Unix time in s, ms, us or ns, whichever makes sense. */
static int64_t
read_time(const char *text, int64_t now)
{
	int64_t time;
	double number;
	char *rest;

	if (text == NULL)
		return now;
	number = strtod(text, &rest);
	/* An infinity stays one, however often it is divided. */
	if (*rest == '\0' && number > 0 && isfinite(number)) {
		while (number > 1e11)
			number /= 1000;
		return (int64_t)number;
	}
	return timestamp_read(text, strlen(text), &time) ? time / 1000000 : now;
}

static const struct log_level *
read_level(const char *text, const struct log_level *otherwise)
{
	const struct log_level *level = NULL;

	if (text != NULL)
		level = text[0] >= '0' && text[0] <= '7' && text[1] == '\0'
			    ? log_level_of_priority(text[0] - '0')
			    : log_level_named(text, strlen(text));
	return level != NULL ? level : otherwise;
}

/* A line that is an object.  False if it has no message. */
static bool
put_object(struct out *out, struct json_span object)
{
	static const char *const json[][8] = {
	    {"summary_message", "message", "msg", "MESSAGE", "text", NULL},
	    {"log_level", "level", "levelname", "severity", "severity_text", "PRIORITY",
		NULL},
	    {"timestamp", "time", "ts", "@timestamp", NULL},
	    {"session_id", "session", NULL},
	    {"site_id", "site", NULL},
	    {"detailed_message", "detail", NULL},
	    {"job_id", "job", NULL},
	};
	static const char *const journald[][8] = {
	    {"MESSAGE", NULL},
	    {"PRIORITY", NULL},
	    {"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP", NULL},
	    {NULL},
	    {NULL},
	    {NULL},
	    {NULL},
	};
	const struct log_put *given = out->put;
	const char *const(*names)[8] = given->form == LOG_JOURNALD ? journald : json;
	char *values[7];
	const struct log_level *level;
	struct writer w;
	int64_t now;

	values[0] = member(object, names[0]);
	if (values[0] == NULL)
		return false;
	for (int i = 1; i < 7; i++)
		values[i] = member(object, names[i]);
	level = read_level(values[1], given->level);
	w = begin(out);
	now = out->id / 1000000;
	writer_string(&w, "site_id", values[4] != NULL ? values[4] : given->site);
	writer_string(&w, "log_level", level->name);
	writer_integer(&w, "timestamp", read_time(values[2], now));
	if (values[3] != NULL || given->session != NULL)
		writer_string(
		    &w, "session_id", values[3] != NULL ? values[3] : given->session);
	if (values[6] != NULL || given->job != NULL)
		writer_string(&w, "job_id", values[6] != NULL ? values[6] : given->job);
	writer_string(&w, "summary_message", values[0]);
	/* What else it says is kept. */
	if (values[5] != NULL)
		writer_string(&w, "detailed_message", values[5]);
	else
		writer_text(&w, "detailed_message", object.p, object.n);
	end(out, &w);
	for (int i = 0; i < 7; i++)
		free(values[i]);
	return true;
}

/* A line that is none, or has no message, is one itself. */
static void
put_structured(struct out *out, const char *line, size_t n)
{
	struct json_span object;
	struct json s;

	json_begin(&s, line, n);
	if (json_peek(&s) == '{' && json_value(&s, &object) && json_end(&s) &&
	    put_object(out, object))
		return;
	put_line(out, line, n, NULL);
}

/* ---- the whole ---------------------------------------------------------- */

static int
begin_out(struct out *out, const struct log_put *given)
{
	*out = (struct out){.put = given, .backlog = {.fd = -1}};
	out->loaded = time(NULL);
	if (given->db != NULL) {
		if (backlog_open(&out->backlog, given->db) != 0)
			return -1;
		if (!db_is_foreign(out->backlog.file))
			return 0;
		msg("%s: it is another's: no database, or one of another application: "
		    "name another file",
		    given->db);
		backlog_close(&out->backlog);
		return -1;
	}
	if (stream_open(&out->stream, STDOUT_FILENO) != 0) {
		msg("no memory");
		return -1;
	}
	streams_schema_named(&out->stream, "logs");
	return 0;
}

static int
end_out(struct out *out)
{
	flush(out);
	if (out->put->db != NULL) {
		if (out->status == EXIT_DONE)
			backlog_load(&out->backlog);
		backlog_close(&out->backlog);
	} else if (stream_close(&out->stream) != 0) {
		msg("stdout: %s", strerror(errno));
		out->status = EXIT_PARTIAL;
	}
	return out->status;
}

int
log_put_message(const struct log_put *given, const char *message, const char *detail)
{
	struct out out;

	if (begin_out(&out, given) != 0) {
		msg("%s", message);
		return EXIT_PARTIAL;
	}
	put_line(&out, message, strlen(message), detail);
	return end_out(&out);
}

int
log_put_lines(const struct log_put *given, int fd)
{
	struct lines lines;
	enum lines_result code;
	struct out out;
	char *line;
	size_t n;

	if (begin_out(&out, given) != 0)
		return EXIT_PARTIAL;
	lines_open(&lines, fd);
	lines.idle = idle;
	lines.context = &out;
	while ((code = lines_next(&lines, &line, &n)) != LINES_END) {
		if (code == LINES_ERROR && errno == EINTR)
			continue;
		if (code == LINES_ERROR) {
			msg("stdin: %s", strerror(errno));
			out.status = EXIT_PARTIAL;
			break;
		}
		if (code == LINES_TOO_LONG) {
			msg("line %ld: longer than %zu MiB: left out", lines.number,
			    LINES_MAX / 1024 / 1024);
			out.status = EXIT_PARTIAL;
			continue;
		}
		if (n > 0 && line[n - 1] == '\r')
			n--;
		if (given->form == LOG_PLAIN)
			put_line(&out, line, n, NULL);
		else
			put_structured(&out, line, n);
	}
	lines_close(&lines);
	return end_out(&out);
}
