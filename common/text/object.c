#include "text/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
