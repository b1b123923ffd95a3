#include "query/query_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

/* The one value that a text is, without the white space around it; else p is NULL. */
static struct json_span
whole(struct json_span json)
{
	struct json_span value = {NULL, 0};
	struct json s;

	if (json.p == NULL)
		return value;
	json_begin(&s, json.p, json.n);
	if (!json_value(&s, &value) || !json_end(&s))
		value.p = NULL;
	return value;
}

static bool
number_of(struct json_span value, struct number *number)
{
	bool minus = value.p[0] == '-';

	switch (value.p[minus]) {
	case 't':
	case 'f':
		*number = (struct number){false, value.p[0] == 't', value.p[0] == 't'};
		return true;
	case 'I':
		*number = (struct number){true, 0, minus ? -INFINITY : INFINITY};
		return true;
	default:
		return number_read(value.p, value.n, number);
	}
}

bool
query_json_number(struct json_span json, struct number *number)
{
	struct json_span value = whole(json);

	return value.p != NULL && number_of(value, number);
}

char *
query_json_string(struct json_span json, size_t *length)
{
	struct json_span value = whole(json);

	return value.p != NULL && value.p[0] == '"' ? json_string_copy(value, length)
						    : NULL;
}

/* Characters of a string; U+FFFD for a lone surrogate, as it is decoded. */
static int64_t
characters(struct json_span value)
{
	size_t length, at = 0;
	char *text = json_string_copy(value, &length);
	int64_t count = 0;
	unsigned character;

	if (text == NULL)
		return -1;
	while (at < length) {
		size_t n = utf8_read(text + at, length - at, &character);

		at += n > 0 ? n : 1;
		count++;
	}
	free(text);
	return count;
}

int64_t
query_json_length(struct json_span json)
{
	struct json_span value = whole(json), key;
	int64_t count = 0;
	struct json s;

	if (value.p == NULL)
		return -1;
	if (value.p[0] == '"')
		return characters(value);
	if (value.p[0] != '[' && value.p[0] != '{')
		return -1;
	json_begin(&s, value.p, value.n);
	(void)json_open(&s, value.p[0]);
	while (value.p[0] == '[' ? json_element(&s) : json_member(&s, &key)) {
		(void)json_value(&s, NULL);
		count++;
	}
	return count;
}

int
query_json_truth(struct json_span json)
{
	struct json_span value = whole(json);
	struct number number;
	int64_t length;

	if (value.p == NULL)
		return -1;
	if (value.p[0] == 'n')
		return 0;
	length = query_json_length(value);
	if (length >= 0)
		return length > 0;
	return number_of(value, &number) ? number.real != 0 : 1;
}

static int
string_is(struct json_span value, const char *p, size_t n)
{
	size_t length;
	char *text;
	int same;

	if (value.p[0] != '"' || value.n < n + 2)
		return 0; /* decoding never makes it longer */
	text = json_string_copy(value, &length);
	if (text == NULL)
		return -1;
	same = length == n && memcmp(text, p, n) == 0;
	free(text);
	return same;
}

static int
string_holds(struct json_span value, const char *p, size_t n)
{
	size_t length;
	char *text = json_string_copy(value, &length);
	int found;

	if (text == NULL)
		return -1;
	found = n == 0 || memmem(text, length, p, n) != NULL;
	free(text);
	return found;
}

int
query_json_has_number(struct json_span json, const struct number *number)
{
	struct json_span value = whole(json), element;
	struct number other;
	struct json s;

	if (value.p == NULL)
		return -1;
	if (value.p[0] != '[')
		return 0;
	json_begin(&s, value.p, value.n);
	(void)json_open(&s, '[');
	while (json_element(&s) && json_value(&s, &element))
		if (number_of(element, &other) && number_compare(number, &other) == 0)
			return 1;
	return 0;
}

int
query_json_has_string(struct json_span json, const char *p, size_t n)
{
	struct json_span value = whole(json), item;
	struct json s;
	int found = 0;

	if (value.p == NULL)
		return -1;
	if (value.p[0] == '"')
		return string_holds(value, p, n);
	if (value.p[0] != '[' && value.p[0] != '{')
		return 0;
	json_begin(&s, value.p, value.n);
	(void)json_open(&s, value.p[0]);
	if (value.p[0] == '[') {
		while (found == 0 && json_element(&s) && json_value(&s, &item))
			found = string_is(item, p, n);
		return found;
	}
	while (found == 0 && json_member(&s, &item)) {
		found = string_is(item, p, n);
		(void)json_value(&s, NULL);
	}
	return found;
}
