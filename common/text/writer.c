#include "text/writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text/buffer.h"
#include "text/number.h"
#include "text/utf8.h"

/* The last control character of Latin-1, which some terminals obey. */
#define CONTROL_LAST 0x9f

#define SHORT_NAME 56

struct writer
writer_to(writer_put *put, void *context)
{
	return (struct writer){.put = put, .context = context};
}

/* The byte by itself needs a look: to be escaped, or the first of several. */
static bool
is_special(unsigned char c)
{
	return c < 0x20 || c >= 0x7f || c == '"' || c == '\\';
}

/* Write what stands for a character, or, where n is 0, for a byte that begins none. */
static void
put_escape(struct writer *w, unsigned char byte, size_t n, unsigned character)
{
	static const char letters[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	const char *letter = NULL;
	char escape[8];

	if (n > 0 && character < 0x80 && character > 0)
		for (letter = letters; *letter != '\0'; letter += 2)
			if (*letter == (char)character)
				break;
	if (n == 0)
		snprintf(escape, sizeof(escape), w->percent ? "%%%02X" : "\\ufffd", byte);
	else if (letter != NULL && *letter != '\0')
		snprintf(escape, sizeof(escape), "\\%c", letter[1]);
	else
		snprintf(escape, sizeof(escape), "\\u%04x", character & 0xff);
	w->put(w->context, escape, strlen(escape));
}

/* What stands between the quotes of a string. */
static void
put_text(struct writer *w, const char *p, size_t n, bool escaped)
{
	const char *end = p + n, *from = p;

	while (p < end) {
		unsigned character = 0;
		size_t length;

		if (!is_special((unsigned char)*p)) {
			p++;
			continue;
		}
		if (escaped && *p == '\\' && end - p > 1 &&
		    memchr("tnr\\", p[1], 4) != NULL) {
			p += 2; /* JSON's escapes are the same */
			continue;
		}
		length = utf8_read(p, (size_t)(end - p), &character);
		if (length > 1 && character > CONTROL_LAST) {
			p += length;
			continue;
		}
		w->put(w->context, from, (size_t)(p - from));
		put_escape(w, (unsigned char)*p, length, character);
		from = p += length > 0 ? length : 1;
	}
	w->put(w->context, from, (size_t)(end - from));
}

/*
 * What stands before a value, and how the value begins; in one piece where the name is a
 * usual one, for output is asked to take millions of them.
 */
static void
begin(struct writer *w, const char *name, const char *value)
{
	char text[SHORT_NAME + 8], *to = text;
	size_t n = name != NULL ? strlen(name) : 0;
	bool usual = n <= SHORT_NAME;

	if (w->comma)
		*to++ = ',';
	w->comma = true;
	if (name != NULL)
		*to++ = '"';
	for (size_t i = 0; usual && i < n; i++)
		usual = !is_special((unsigned char)name[i]);
	if (usual) {
		memcpy(to, name != NULL ? name : "", n);
		to += n;
	} else {
		w->put(w->context, text, (size_t)(to - text));
		put_text(w, name, n, false);
		to = text;
	}
	if (name != NULL) {
		*to++ = '"';
		*to++ = ':';
	}
	while (*value != '\0')
		*to++ = *value++;
	w->put(w->context, text, (size_t)(to - text));
}

static void
open_bracket(struct writer *w, const char *name, const char *bracket)
{
	begin(w, name, bracket);
	w->comma = false;
}

static void
close_bracket(struct writer *w, const char *bracket)
{
	w->put(w->context, bracket, 1);
	w->comma = true;
}

void
writer_object(struct writer *w, const char *name)
{
	open_bracket(w, name, "{");
}

void
writer_end_object(struct writer *w)
{
	close_bracket(w, "}");
}

void
writer_array(struct writer *w, const char *name)
{
	open_bracket(w, name, "[");
}

void
writer_end_array(struct writer *w)
{
	close_bracket(w, "]");
}

static void
put_word(struct writer *w, const char *name, const char *word)
{
	begin(w, name, "");
	w->put(w->context, word, strlen(word));
}

void
writer_text(struct writer *w, const char *name, const char *p, size_t n)
{
	if (p == NULL) {
		put_word(w, name, "null");
		return;
	}
	begin(w, name, "\"");
	put_text(w, p, n, false);
	w->put(w->context, "\"", 1);
}

void
writer_string(struct writer *w, const char *name, const char *text)
{
	writer_text(w, name, text, text != NULL ? strlen(text) : 0);
}

void
writer_field(struct writer *w, const char *name, const char *p, size_t n)
{
	begin(w, name, "\"");
	put_text(w, p, n, true);
	w->put(w->context, "\"", 1);
}

void
writer_integer(struct writer *w, const char *name, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, value);
	put_word(w, name, digits);
}

void
writer_count(struct writer *w, const char *name, long long value)
{
	if (value >= 0)
		writer_integer(w, name, value);
	else
		writer_null(w, name);
}

void
writer_real(struct writer *w, const char *name, double value)
{
	char text[NUMBER_BYTES];

	number_write(value, text);
	if (isinf(value))
		writer_string(w, name, text);
	else
		put_word(w, name, text);
}

void
writer_bool(struct writer *w, const char *name, bool value)
{
	put_word(w, name, value ? "true" : "false");
}

void
writer_null(struct writer *w, const char *name)
{
	put_word(w, name, "null");
}

void
writer_json(struct writer *w, const char *name, struct json_span json)
{
	if (json.p == NULL) {
		put_word(w, name, "null");
		return;
	}
	begin(w, name, "");
	w->put(w->context, json.p, json.n);
}

char *
writer_quote(const char *p, size_t n)
{
	struct buffer buffer = {0};
	struct writer w = writer_to(buffer_put, &buffer);

	writer_text(&w, NULL, p, n);
	return buffer_take(&buffer, NULL);
}
