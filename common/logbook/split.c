#include "logbook/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct split {
	struct json scan;
	const struct streams_row *resource;
	const char *experiment;
	split_take *take;
	void *context;
	struct split_error *error;
	long count;
	bool failed;
};

static void
fail(struct split *split, const char *text)
{
	if (split->failed)
		return;
	split->failed = true;
	snprintf(split->error->text, sizeof(split->error->text), "%s", text);
}

static void
fail_scan(struct split *split)
{
	const struct json *s = &split->scan;
	size_t i = 0;

	if (split->failed)
		return;
	split->failed = true;
	split->error->truncated = s->truncated;
	while (i < s->length && strchr(" \t\r\n", s->text[i]) != NULL)
		i++;
	if (i < s->length && s->text[i] == '<') {
		split->error->truncated = false;
		snprintf(split->error->text, sizeof(split->error->text),
		    "an HTML page instead of JSON (a login page?)");
	} else {
		snprintf(split->error->text, sizeof(split->error->text),
		    "the answer is not JSON: %s, at byte %zu", s->error, s->at);
	}
}

/* Say from what the scanner met whether a document must be cleaned, and where. */
static void
set_unclean(struct split_document *document, const struct json *s)
{
	document->unclean = s->unclean;
	if (s->unclean)
		document->clean = s->unclean_at - (size_t)(document->text.p - s->text);
}

/* Is a bracket next?  If not, fail with text, or with the text's early end. */
static bool
expect(struct split *split, char bracket, const char *text)
{
	char next = json_peek(&split->scan);

	if (next == bracket)
		return true;
	if (next == '\0' && !json_open(&split->scan, bracket))
		fail_scan(split);
	else
		fail(split, text);
	return false;
}

/*
 * Is a document without an envelope a failure in place of what was asked for?  Then text
 * gets what it says.
 */
static bool
says_error(struct json_span document, char *text, size_t size)
{
	static const char *const members[] = {"errormsg", "message", "error"};
	struct json_span status, message;

	if (!json_find(document, "status", &status) || !json_string_is(status, "error"))
		return false;
	snprintf(text, size, "the service says that it did not succeed");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_find(document, members[i], &message) && message.p[0] == '"' &&
		    message.n > 2 && message.n < size) {
			json_string_decode(message, text);
			break;
		}
	return true;
}

/* Read one document: an object that is next. */
static void
read_document(struct split *split)
{
	struct json *s = &split->scan;
	const struct streams_row *r = split->resource;
	struct split_document document = {.named = false};
	struct json_span key, value, found = {NULL, 0};
	int place = 0, named_at = 0, names = 0;
	char text[120];

	snprintf(text, sizeof(text), "record %ld is not an object", split->count + 1);
	if (!expect(split, '{', text))
		return;
	s->unclean = false;
	document.text.p = s->text + s->at;
	if (json_open(s, '{'))
		while (json_member(s, &key) && json_value(s, &value)) {
			place++;
			if (json_string_is(key, "experiment")) {
				names++;
				if (value.p[0] == '"' &&
				    json_string_is(value, split->experiment))
					named_at = place;
			} else if (r->keys[1] != NULL && found.p == NULL &&
				   json_string_is(key, r->keys[1])) {
				found = value;
			}
		}
	if (s->error != NULL) {
		fail_scan(split);
		return;
	}
	document.text.n = (size_t)(s->text + s->at - document.text.p);
	set_unclean(&document, s);
	document.named = names == 1 && named_at > 1;
	split->count++;
	if (r->keys[1] != NULL && !streams_is_key_value(found)) {
		snprintf(
		    text, sizeof(text), "record %ld has no %s", split->count, r->keys[1]);
		fail(split, text);
	} else if (r->shape == STREAMS_BARE &&
		   says_error(document.text, text, sizeof(text))) {
		fail(split, text);
	} else if (split->take != NULL) {
		split->take(split->context, &document);
	}
}

/* Read an array that is kept whole. */
static void
read_whole(struct split *split)
{
	struct json *s = &split->scan;
	struct split_document document = {.named = false};

	if (!expect(split, '[', "the value is not an array"))
		return;
	s->unclean = false;
	if (!json_value(s, &document.text)) {
		fail_scan(split);
		return;
	}
	set_unclean(&document, s);
	split->count++;
	if (split->take != NULL)
		split->take(split->context, &document);
}

static void
read_array(struct split *split)
{
	struct json *s = &split->scan;

	if (!expect(split, '[', "the value is not an array"))
		return;
	if (json_open(s, '['))
		while (!split->failed && json_element(s))
			read_document(split);
	if (s->error != NULL)
		fail_scan(split);
}

/* The value of the envelope, by the shape that the resource promises. */
static void
read_payload(struct split *split)
{
	switch (split->resource->shape) {
	case STREAMS_OURS:
	case STREAMS_ONE:
	case STREAMS_BARE:
		read_document(split);
		break;
	case STREAMS_MANY:
		read_array(split);
		break;
	case STREAMS_WRAPPED:
		read_whole(split);
		break;
	}
}

static void
read_envelope(struct split *split)
{
	struct json *s = &split->scan;
	struct json_span key, value;
	bool success = false, valued = false;
	char message[160] = "the service says that it did not succeed";

	if (json_open(s, '{'))
		while (json_member(s, &key)) {
			if (json_string_is(key, "value") && !valued) {
				valued = true;
				read_payload(split);
				if (split->failed)
					break;
				continue;
			}
			if (!json_value(s, &value))
				break;
			if (json_string_is(key, "success"))
				success = value.p[0] == 't';
			else if (json_string_is(key, "errormsg") && value.p[0] == '"' &&
				 value.n > 2 && value.n < sizeof(message))
				json_string_decode(value, message);
		}
	if (s->error != NULL)
		fail_scan(split);
	else if (!success && !split->failed)
		fail(split, message);
	else if (!valued)
		fail(split, "the answer has no value");
}

/*
 * An answer that is no object: null instead of a document without an envelope says that
 * there is none.
 */
static void
read_other(struct split *split)
{
	struct json *s = &split->scan;
	struct json_span value;

	if (!json_value(s, &value))
		fail_scan(split);
	else if (split->resource->shape != STREAMS_BARE || value.p[0] != 'n')
		fail(split, "the answer is JSON, but an object is expected");
}

long
split_body(const char *body, size_t n, const struct streams_row *resource,
    const char *experiment, split_take *take, void *context,
    void (*passed)(void *passed_context, size_t offset), void *passed_context,
    struct split_error *error)
{
	struct split split = {
	    .resource = resource,
	    .experiment = experiment,
	    .take = take,
	    .context = context,
	    .error = error,
	};
	struct json *s = &split.scan;

	*error = (struct split_error){.truncated = n == 0};
	json_begin(s, body, n);
	s->passed = passed;
	s->context = passed_context;
	if (n == 0)
		fail(&split, "the answer is empty");
	else if (json_peek(s) != '{')
		read_other(&split);
	else if (resource->shape == STREAMS_BARE)
		read_payload(&split);
	else
		read_envelope(&split);
	if (!split.failed && !json_end(s))
		fail_scan(&split);
	return split.failed ? -1 : split.count;
}

char *
split_text(struct json_span document, const char *object, const char *member)
{
	struct json_span inner, value;
	char *text;

	if (!json_find(document, object, &inner) || inner.p[0] != '{' ||
	    !json_find(inner, member, &value) || value.p[0] != '"' || value.n == 2)
		return NULL;
	text = malloc(value.n);
	if (text != NULL)
		json_string_decode(value, text);
	return text;
}
