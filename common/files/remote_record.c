#include "files/remote_record.h"

#include <stdio.h>
#include <string.h>

#include "stream/emit.h"
#include "text/buffer.h"
#include "text/timestamp.h"
#include "text/utf8.h"

/* A record of one of the streams, in which names need not be UTF-8. */
static struct writer
begin(struct stream *out, const char *stream, const char *url)
{
	struct writer w = emit_record(out, stream);

	w.percent = true;
	writer_string(&w, "url", url);
	return w;
}

/* A text, or null where there is none. */
static void
put_text(struct writer *w, const char *name, const char *text)
{
	writer_string(w, name, text != NULL && *text != '\0' ? text : NULL);
}

void
remote_record_file(struct stream *out, const struct remote_file *file)
{
	struct writer w = begin(out, "remote_files", file->url);

	put_text(&w, "source", file->source);
	put_text(&w, "path", file->path);
	writer_count(&w, "size", file->size);
	put_text(&w, "modified", file->modified);
	put_text(&w, "observed_at", file->observed_at);
	put_text(&w, "time", file->time);
	writer_json(&w, "fields", (struct json_span){file->fields, strlen(file->fields)});
	emit_end(&w);
}

void
remote_record_directory(struct stream *out, const struct remote_directory *directory)
{
	struct writer w = begin(out, "scanned_directories", directory->url);

	put_text(&w, "source", directory->source);
	put_text(&w, "time", directory->time);
	put_text(&w, "until", directory->until);
	put_text(&w, "status", directory->listed ? "listed" : "failed");
	if (directory->listed) {
		writer_integer(&w, "entries", directory->entries);
		put_text(&w, "newest_change", directory->newest_change);
	}
	put_text(&w, "modified", directory->modified);
	writer_bool(&w, "settled", directory->settled);
	put_text(&w, "selection", directory->selection);
	put_text(&w, "message", directory->message);
	writer_integer(&w, "attempts", directory->attempts);
	put_text(&w, "tried_at", directory->tried_at);
	emit_end(&w);
}

void
remote_record_gone(struct stream *out, const char *stream, const char *url)
{
	struct writer w = begin(out, stream, url);
	char now[28];

	timestamp_now(now);
	writer_string(&w, "_sdc_deleted_at", now);
	emit_end(&w);
}

char *
remote_record_text(const char *text)
{
	struct buffer buffer = {0};
	const char *end = text + strlen(text);

	for (const char *p = text; p < end;) {
		size_t n = utf8_valid(p, (size_t)(end - p));
		char escaped[4];

		buffer_put(&buffer, p, n);
		p += n;
		if (p == end)
			break;
		snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned char)*p++);
		buffer_put(&buffer, escaped, 3);
	}
	return buffer_take(&buffer, NULL);
}

char *
remote_record_fields(
    const struct template *template, const struct template_values *values)
{
	struct buffer buffer = {0};
	struct writer w = writer_to(buffer_put, &buffer);

	w.percent = true;
	writer_object(&w, NULL);
	for (int i = 0; template_field(template, i) != NULL; i++)
		if (values->text[i] != NULL)
			writer_string(&w, template_field(template, i), values->text[i]);
	writer_end_object(&w);
	return buffer_take(&buffer, NULL);
}
