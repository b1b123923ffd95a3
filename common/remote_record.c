#include "remote_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at p (RFC 3629, 4), 0 if there is none. */
static size_t
utf8_length(const unsigned char *p)
{
	static const struct {
		unsigned char from, to, second_from, second_to;
		size_t n;
	} rows[] = {
	    {0x00, 0x7f, 0, 0, 1},
	    {0xc2, 0xdf, 0x80, 0xbf, 2},
	    {0xe0, 0xe0, 0xa0, 0xbf, 3},
	    {0xe1, 0xec, 0x80, 0xbf, 3},
	    {0xed, 0xed, 0x80, 0x9f, 3},
	    {0xee, 0xef, 0x80, 0xbf, 3},
	    {0xf0, 0xf0, 0x90, 0xbf, 4},
	    {0xf1, 0xf3, 0x80, 0xbf, 4},
	    {0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (p[0] < rows[i].from || p[0] > rows[i].to)
			continue;
		if (rows[i].n > 1 &&
		    (p[1] < rows[i].second_from || p[1] > rows[i].second_to))
			return 0;
		for (size_t k = 2; k < rows[i].n; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].n;
	}
	return 0;
}

/* A text as a JSON string, to a callback's taste: into a stream or a buffer. */
static void
write_string(const char *text, void (*put)(void *to, const char *p, size_t n), void *to)
{
	put(to, "\"", 1);
	for (const char *p = text; *p != '\0';) {
		size_t n = utf8_length((const unsigned char *)p);
		char escaped[8];

		if (n == 0)
			snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned char)*p);
		else if (*p == '"' || *p == '\\')
			snprintf(escaped, sizeof(escaped), "\\%c", *p);
		else if ((unsigned char)*p < 0x20)
			snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned char)*p);
		else
			escaped[0] = '\0';
		if (escaped[0] != '\0')
			put(to, escaped, strlen(escaped));
		else
			put(to, p, n);
		p += n > 0 ? n : 1;
	}
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
