#include "files/download.h"

#include <stdlib.h>

#include "logbook/record.h"
#include "stream/streams.h"
#include "text/object.h"
#include "text/timestamp.h"

static void
put(struct download *download, const char *stream, bool *schema_sent,
    struct object *object, const char *now)
{
	char *text = object_end(object);

	if (!*schema_sent)
		streams_schema_named(download->out, stream);
	*schema_sent = true;
	if (text == NULL)
		return;
	stream_puts(download->out, "{\"type\":\"RECORD\",\"stream\":\"");
	stream_puts(download->out, stream);
	stream_puts(download->out, "\",\"record\":");
	stream_puts(download->out, text);
	stream_puts(download->out, ",\"time_extracted\":\"");
	stream_puts(download->out, now);
	stream_puts(download->out, "\"}");
	stream_end_line(download->out);
	free(text);
}

void
download_done(struct download *download, const struct target *file,
    const struct download_done *done)
{
	struct object object;
	char now[28];

	timestamp_now(now);
	object_begin(&object);
	object_text(&object, "url", file->url);
	object_text(&object, "path", done->path);
	object_number(&object, "size", done->size);
	object_text(&object, "sha256", done->sha256);
	object_text(&object, "modified", done->modified);
	object_text(&object, "mtime", done->mtime);
	object_text(&object, "started", done->started);
	object_text(&object, "finished", now);
	object_number(&object, "attempts", done->attempts);
	object_number(&object, "resumed_from", done->resumed_from);
	object_text(&object, "source", file->source);
	object_text(&object, "time", file->time);
	object_text(&object, "observed_at", file->observed_at);
	object_text(&object, "status", "complete");
	put(download, "downloads", &download->schema_sent, &object, now);
}

void
download_left(struct download *download, const struct target *file,
    const struct download_left *left)
{
	struct object object;
	char now[28];

	timestamp_now(now);
	object_begin(&object);
	object_text(&object, "url", file->url);
	object_text(&object, "path", left->path);
	object_number(&object, "bytes", left->bytes);
	object_number(&object, "total", left->total);
	object_text(&object, "sha256",
	    left->sha256 != NULL && left->sha256[0] != '\0' ? left->sha256 : NULL);
	object_number(&object, "attempts", left->attempts);
	object_text(&object, "last_error", left->error);
	object_text(&object, "last_attempt", now);
	object_text(&object, "source", file->source);
	object_text(&object, "time", file->time);
	object_text(&object, "observed_at", file->observed_at);
	object_text(&object, "status", left->failed ? "failed" : "partial");
	put(download, "partial_downloads", &download->partial_schema_sent, &object, now);
}
