#include "files/download.h"

#include "stream/emit.h"
#include "stream/streams.h"
#include "text/timestamp.h"

/* A record of a stream begins, and before the first its SCHEMA. */
static struct writer
begin(struct download *download, const char *stream, bool *schema_sent)
{
	if (!*schema_sent)
		streams_schema_named(download->out, stream);
	*schema_sent = true;
	return emit_record(download->out, stream);
}

void
download_done(struct download *download, const struct target *file,
    const struct download_done *done)
{
	struct writer w = begin(download, "downloads", &download->schema_sent);
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
	emit_end_at(&w, now);
}

void
download_left(struct download *download, const struct target *file,
    const struct download_left *left)
{
	struct writer w =
	    begin(download, "partial_downloads", &download->partial_schema_sent);
	char now[28];

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
	emit_end_at(&w, now);
}
