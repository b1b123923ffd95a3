#include "files/download.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "stream/emit.h"
#include "stream/streams.h"
#include "text/timestamp.h"

#define RETRY_SECONDS 60 /* doubled with each attempt */
#define RETRY_SECONDS_MAX 86400

/* A record of a stream begins, and before the first its SCHEMA. */
static struct writer
begin(struct download *download, const char *stream)
{
	int i = 0;

	while (download->schemas[i] != NULL && strcmp(download->schemas[i], stream) != 0)
		i++;
	if (download->schemas[i] == NULL)
		streams_schema_named(download->out, stream);
	download->schemas[i] = stream;
	return emit_record(download->out, stream);
}

/* When one that failed so often is tried again. */
static const char *
next_attempt(long long attempts, char text[TIMESTAMP_SHORT])
{
	long long step = attempts < 1 ? 0 : attempts > 12 ? 11 : attempts - 1;
	long long wait = (long long)RETRY_SECONDS << step;

	return timestamp_text(
	    (long long)time(NULL) + (wait < RETRY_SECONDS_MAX ? wait : RETRY_SECONDS_MAX),
	    text);
}

void
download_put(struct download *download, const char *stream, const char *record)
{
	struct json_span span = {record, strlen(record)};
	struct writer w = begin(download, stream);
	struct json s;
	struct json_span key, value;
	char now[28];

	json_begin(&s, span.p, span.n);
	if (json_open(&s, '{'))
		while (json_member(&s, &key) && json_value(&s, &value)) {
			char name[40];

			snprintf(name, sizeof(name), "%.*s", (int)key.n - 2, key.p + 1);
			writer_json(&w, name, value);
		}
	timestamp_now(now);
	emit_end_at(&w, now);
}

void
download_done(struct download *download, const struct target *file,
    const struct download_done *done)
{
	struct writer w = begin(download, "downloads");
	char now[28];

	timestamp_now(now);
	writer_string(&w, "url", file->url);
	writer_string(&w, "path", done->path);
	writer_count(&w, "size", done->size);
	writer_string(&w, "sha256", done->sha256);
	writer_string(&w, "modified", done->modified);
	writer_string(&w, "mtime", done->mtime);
	writer_string(&w, "started", done->started);
	writer_string(&w, "finished", now);
	writer_count(&w, "attempts", done->attempts);
	writer_count(&w, "resumed_from", done->resumed_from);
	writer_string(&w, "source", file->source);
	writer_string(&w, "time", file->time);
	writer_string(&w, "observed_at", file->observed_at);
	writer_string(&w, "status", "complete");
	writer_string(&w, "directory", done->directory);
	emit_end_at(&w, now);
}

void
download_left(struct download *download, const struct target *file,
    const struct download_left *left)
{
	struct writer w = begin(download, "partial_downloads");
	char now[28], next[TIMESTAMP_SHORT];

	timestamp_now(now);
	writer_string(&w, "url", file->url);
	writer_string(&w, "path", left->path);
	writer_count(&w, "bytes", left->bytes);
	writer_count(&w, "total", left->total);
	writer_string(&w, "sha256",
	    left->sha256 != NULL && left->sha256[0] != '\0' ? left->sha256 : NULL);
	writer_count(&w, "attempts", left->attempts);
	writer_string(&w, "last_error", left->error);
	writer_string(&w, "last_attempt", now);
	writer_string(&w, "source", file->source);
	writer_string(&w, "time", file->time);
	writer_string(&w, "observed_at", file->observed_at);
	writer_string(&w, "status", left->failed ? "failed" : "partial");
	writer_string(
	    &w, "next_attempt", left->failed ? next_attempt(left->attempts, next) : NULL);
	emit_end_at(&w, now);
}
