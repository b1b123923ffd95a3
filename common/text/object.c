#include "text/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
object_begin(struct object *object)
{
	*object = (struct object){0};
	object->out = open_memstream(&object->text, &object->n);
	if (object->out != NULL)
		fputc('{', object->out);
}

/* A JSON string (RFC 8259, section 7). */
static void
put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		if (*c < 0x20)
			fprintf(out, "\\u%04x", *c);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	fputc('"', out);
}

static void
put_name(struct object *object, const char *name)
{
	if (object->members++ > 0)
		fputc(',', object->out);
	put_string(object->out, name);
	fputc(':', object->out);
}

void
object_text(struct object *object, const char *name, const char *value)
{
	if (object->out == NULL)
		return;
	put_name(object, name);
	if (value != NULL)
		put_string(object->out, value);
	else
		fputs("null", object->out);
}

void
object_number(struct object *object, const char *name, long long value)
{
	if (object->out == NULL)
		return;
	put_name(object, name);
	if (value >= 0)
		fprintf(object->out, "%lld", value);
	else
		fputs("null", object->out);
}

char *
object_end(struct object *object)
{
	int failed;

	if (object->out == NULL)
		return NULL;
	fputc('}', object->out);
	failed = ferror(object->out);
	if (fclose(object->out) != 0 || failed) {
		free(object->text);
		object->text = NULL;
	}
	object->out = NULL;
	return object->text;
}

char *
object_member(struct json_span object, const char *name)
{
	struct json_span value;
	char *text;
	size_t n;

	if (object.p == NULL || !json_find(object, name, &value) || value.n == 0 ||
	    strchr("\"-0123456789", *value.p) == NULL)
		return NULL;
	text = malloc(value.n + 1);
	if (text == NULL)
		return NULL;
	if (*value.p == '"') {
		n = json_string_decode(value, text);
	} else {
		memcpy(text, value.p, n = value.n);
		text[n] = '\0';
	}
	if (strlen(text) == n)
		return text;
	free(text);
	return NULL;
}

long long
object_count(struct json_span object, const char *name)
{
	char *text = object_member(object, name), *end;
	long long count = -1;

	if (text != NULL && *text != '\0') {
		errno = 0;
		count = strtoll(text, &end, 10);
		if (errno != 0 || *end != '\0' || count < 0)
			count = -1;
	}
	free(text);
	return count;
}
