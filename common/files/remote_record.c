#include "files/remote_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

typedef void put_bytes(void *to, const char *p, size_t n);

/* A text to a callback's taste, into a stream or a buffer; quoted: as a JSON string. */
static void
write_text(const char *text, bool quoted, put_bytes *put, void *to)
{
	const char *end = text + strlen(text);

	for (const char *p = text; p < end;) {
		unsigned character;
		size_t n = utf8_read(p, (size_t)(end - p), &character);
		char escaped[8] = "";

		if (n == 0)
			snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned char)*p);
		else if (quoted && (*p == '"' || *p == '\\'))
			snprintf(escaped, sizeof(escaped), "\\%c", *p);
		else if (quoted && character < 0x20)
			snprintf(escaped, sizeof(escaped), "\\u%04x", character);
		if (escaped[0] != '\0')
			put(to, escaped, strlen(escaped));
		else
			put(to, p, n);
		p += n > 0 ? n : 1;
	}
}

static void
write_string(const char *text, put_bytes *put, void *to)
{
	put(to, "\"", 1);
	write_text(text, true, put, to);
	put(to, "\"", 1);
}

static void
to_stream(void *to, const char *p, size_t n)
{
	stream_put(to, p, n);
}

static void
to_file(void *to, const char *p, size_t n)
{
	(void)fwrite(p, 1, n, to);
}

/* ,"name":"text", or null where there is none. */
static void
put_member(struct stream *out, const char *name, const char *text)
{
	stream_puts(out, ",\"");
	stream_puts(out, name);
	stream_puts(out, "\":");
	if (text == NULL || *text == '\0')
		stream_puts(out, "null");
	else
		write_string(text, to_stream, out);
}

static void
put_number(struct stream *out, const char *name, int64_t value)
{
	char text[64];

	snprintf(text, sizeof(text), ",\"%s\":%" PRId64, name, value);
	stream_puts(out, text);
}

static void
begin(struct stream *out, const char *stream, const char *url)
{
	stream_puts(out, "{\"type\":\"RECORD\",\"stream\":\"");
	stream_puts(out, stream);
	stream_puts(out, "\",\"record\":{\"url\":");
	write_string(url, to_stream, out);
}

static void
end(struct stream *out)
{
	stream_puts(out, "}}");
	stream_end_line(out);
}

void
remote_record_file(struct stream *out, const struct remote_file *file)
{
	begin(out, "remote_files", file->url);
	put_member(out, "source", file->source);
	put_member(out, "path", file->path);
	if (file->size >= 0)
		put_number(out, "size", file->size);
	else
		stream_puts(out, ",\"size\":null");
	put_member(out, "modified", file->modified);
	put_member(out, "observed_at", file->observed_at);
	put_member(out, "time", file->time);
	stream_puts(out, ",\"fields\":");
	stream_puts(out, file->fields);
	end(out);
}

void
remote_record_directory(struct stream *out, const struct remote_directory *directory)
{
	begin(out, "scanned_directories", directory->url);
	put_member(out, "source", directory->source);
	put_member(out, "time", directory->time);
	put_member(out, "until", directory->until);
	put_member(out, "status", directory->listed ? "listed" : "failed");
	if (directory->listed) {
		put_number(out, "entries", directory->entries);
		put_member(out, "newest_change", directory->newest_change);
	}
	put_member(out, "modified", directory->modified);
	stream_puts(out, directory->settled ? ",\"settled\":true" : ",\"settled\":false");
	put_member(out, "selection", directory->selection);
	put_member(out, "message", directory->message);
	put_number(out, "attempts", directory->attempts);
	put_member(out, "tried_at", directory->tried_at);
	end(out);
}

char *
remote_record_text(const char *text)
{
	char *copy = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&copy, &size);

	if (out == NULL)
		return NULL;
	write_text(text, false, to_file, out);
	if (fclose(out) == 0)
		return copy;
	free(copy);
	return NULL;
}

char *
remote_record_fields(
    const struct template *template, const struct template_values *values)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool first = true;

	if (out == NULL)
		return NULL;
	fputc('{', out);
	for (int i = 0; template_field(template, i) != NULL; i++) {
		if (values->text[i] == NULL)
			continue;
		if (!first)
			fputc(',', out);
		first = false;
		write_string(template_field(template, i), to_file, out);
		fputc(':', out);
		write_string(values->text[i], to_file, out);
	}
	fputc('}', out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
