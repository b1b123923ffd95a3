#include "stream/message.h"

#include <string.h>

#define TAILS_MAX 64

/* The type of a message by its name, checked for the members it must have. */
static const char *
classify(struct json_span type, struct message *message)
{
	if (type.p == NULL || type.p[0] != '"')
		return "not a message: it has no type";
	if (json_string_is(type, "RECORD")) {
		message->type = MESSAGE_RECORD;
		if (message->record.p == NULL || message->record.p[0] != '{')
			return "not a message: a RECORD without a record";
	} else if (json_string_is(type, "SCHEMA")) {
		message->type = MESSAGE_SCHEMA;
	} else if (json_string_is(type, "STATE")) {
		message->type = MESSAGE_STATE;
		if (message->value.p == NULL)
			return "not a message: a STATE without a value";
		return NULL;
	} else {
		message->type = MESSAGE_OTHER;
		return NULL;
	}
	if (message->stream.p == NULL || message->stream.p[0] != '"')
		return "not a message: it has no stream";
	return NULL;
}

const char *
message_read(const char *line, size_t n, struct message *message)
{
	struct json s;
	struct json_span key, value, type = {NULL, 0};

	*message = (struct message){.type = MESSAGE_OTHER};
	json_begin(&s, line, n);
	if (json_peek(&s) != '{' && json_value(&s, NULL) && json_end(&s))
		return "not a message: not an object";
	if (json_open(&s, '{'))
		while (json_member(&s, &key) && json_value(&s, &value)) {
			if (json_string_is(key, "type"))
				type = value;
			else if (json_string_is(key, "stream"))
				message->stream = value;
			else if (json_string_is(key, "record"))
				message->record = value;
			else if (json_string_is(key, "key_properties"))
				message->key_properties = value;
			else if (json_string_is(key, "value"))
				message->value = value;
		}
	if (s.error != NULL || !json_end(&s))
		return "not JSON";
	if (s.unclean)
		return "not JSON: it holds NaN or Infinity";
	return classify(type, message);
}

size_t
message_after_torn(const char *line, size_t n, struct message *message)
{
	static const char start[] = "{\"type\":\"";
	const char *p = line;

	for (int i = 0; i < TAILS_MAX && n > (size_t)(p - line); i++) {
		p = memmem(p + 1, n - (size_t)(p + 1 - line), start, sizeof(start) - 1);
		if (p == NULL)
			return 0;
		if (message_read(p, n - (size_t)(p - line), message) == NULL)
			return (size_t)(p - line);
	}
	return 0;
}
