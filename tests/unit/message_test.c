/* Singer messages. */
#include "stream/message.h"

#include "unit.h"

static void
assert_span(struct json_span span, const char *text)
{
	if (text == NULL) {
		assert_null(span.p);
		return;
	}
	assert_non_null(span.p);
	assert_int_equal(span.n, strlen(text));
	assert_memory_equal(span.p, text, span.n);
}

static void
good_messages(void **state)
{
	static const struct {
		const char *line;
		enum message_type type;
		const char *stream, *record, *keys, *value;
	} table[] = {
	    {"{\"type\":\"RECORD\",\"stream\":\"runs\",\"record\":{\"a\": [1]},"
	     "\"time_extracted\":\"x\"}",
		MESSAGE_RECORD, "\"runs\"", "{\"a\": [1]}", NULL, NULL},
	    /* In any order, with blanks, escapes and what is not known. */
	    {" { \"record\" : { } , \"version\":1, \"stream\":\"\\u0061\", "
	     "\"typ\\u0065\":\"\\u0052ECORD\" } ",
		MESSAGE_RECORD, "\"\\u0061\"", "{ }", NULL, NULL},
	    {"{\"type\":\"SCHEMA\",\"stream\":\"s\",\"schema\":{},\"key_properties\":["
	     "\"id\"]}",
		MESSAGE_SCHEMA, "\"s\"", NULL, "[\"id\"]", NULL},
	    {"{\"type\":\"SCHEMA\",\"stream\":\"s\",\"schema\":{}}", MESSAGE_SCHEMA,
		"\"s\"", NULL, NULL, NULL},
	    {"{\"type\":\"STATE\",\"value\":{\"bookmarks\":{}}}", MESSAGE_STATE, NULL,
		NULL, NULL, "{\"bookmarks\":{}}"},
	    {"{\"type\":\"STATE\",\"value\":null}", MESSAGE_STATE, NULL, NULL, NULL,
		"null"},
	    {"{\"type\":\"ACTIVATE_VERSION\",\"stream\":\"s\",\"version\":1}",
		MESSAGE_OTHER, "\"s\"", NULL, NULL, NULL},
	    {"{\"type\":\"BATCH\"}", MESSAGE_OTHER, NULL, NULL, NULL, NULL},
	};
	struct message message;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *why =
		    message_read(table[i].line, strlen(table[i].line), &message);

		if (why != NULL)
			fail_msg("%s: %s", table[i].line, why);
		assert_int_equal(message.type, table[i].type);
		assert_span(message.stream, table[i].stream);
		assert_span(message.record, table[i].record);
		assert_span(message.key_properties, table[i].keys);
		assert_span(message.value, table[i].value);
	}
}

static void
bad_messages(void **state)
{
	static const struct {
		const char *line, *says;
	} table[] = {
	    {"hello", "not JSON"},
	    {"", "not JSON"},
	    {"{", "not JSON"},
	    {"{\"type\":\"STATE\",\"value\":1} x", "not JSON"},
	    {"{\"type\":\"STATE\",\"value\":1}{\"type\":\"STATE\",\"value\":2}",
		"not JSON"},
	    {"{\"type\":\"STATE\",\"value\":NaN}", "NaN"},
	    {"{\"type\":\"RECORD\",\"stream\":\"s\",\"record\":{\"a\":-Infinity}}",
		"Infinity"},
	    {"[]", "not an object"},
	    {"1", "not an object"},
	    {"\"RECORD\"", "not an object"},
	    {"{}", "no type"},
	    {"{\"type\":1}", "no type"},
	    {"{\"stream\":\"s\",\"record\":{}}", "no type"},
	    {"{\"type\":\"RECORD\",\"record\":{}}", "no stream"},
	    {"{\"type\":\"RECORD\",\"stream\":1,\"record\":{}}", "no stream"},
	    {"{\"type\":\"SCHEMA\",\"schema\":{}}", "no stream"},
	    {"{\"type\":\"RECORD\",\"stream\":\"s\"}", "without a record"},
	    {"{\"type\":\"RECORD\",\"stream\":\"s\",\"record\":[]}", "without a record"},
	    {"{\"type\":\"RECORD\",\"stream\":\"s\",\"record\":null}",
		"without a record"},
	    {"{\"type\":\"STATE\"}", "without a value"},
	};
	struct message message;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *why =
		    message_read(table[i].line, strlen(table[i].line), &message);

		if (why == NULL || strstr(why, table[i].says) == NULL)
			fail_msg("%s: %s", table[i].line, why != NULL ? why : "accepted");
	}
}

/* Another writer's line, cut anywhere, in front of a whole message. */
static void
torn_at_every_byte(void **state)
{
	static const char first[] =
	    "{\"type\":\"RECORD\",\"stream\":\"logbook_entries\",\"record\":{\"_id\":"
	    "\"\xc3\xa9\","
	    "\"content\":\"he wrote {\\\"type\\\":\\\"STATE\\\"} \\\\\"}}";
	static const char second[] =
	    "{\"type\":\"RECORD\",\"stream\":\"runs\",\"record\":"
	    "{\"num\":7,\"x\":{\"type\":\"y\"}}}";
	struct message message;

	(void)state;
	for (size_t cut = 1; cut < sizeof(first) - 1; cut++) {
		char line[400];
		size_t n;

		memcpy(line, first, cut);
		memcpy(line + cut, second, sizeof(second) - 1);
		n = cut + sizeof(second) - 1;
		assert_non_null(message_read(line, n, &message));
		assert_int_equal(message_after_torn(line, n, &message), cut);
		assert_int_equal(message.type, MESSAGE_RECORD);
		assert_span(message.stream, "\"runs\"");
		assert_span(message.record, "{\"num\":7,\"x\":{\"type\":\"y\"}}");
	}
}

static void
no_tail(void **state)
{
	static const char *const lines[] = {"", "x", "{\"type\":\"",
	    "{\"type\":\"RECORD\",\"stream\":\"runs\",\"record\":{\"num\"",
	    "{\"type\":\"STATE\",\"value\":1} and {\"type\":\"ST",
	    "x{\"type\":\"STATE\"}",
	    /* Whole, but torn at its end: no tail. */
	    "x{\"type\":\"STATE\",\"value\":1}y"};
	struct message message;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_int_equal(
		    message_after_torn(lines[i], strlen(lines[i]), &message), 0);
}

/* A line made to waste time: many beginnings, none of which is a message. */
static void
many_beginnings(void **state)
{
	static const char start[] = "{\"type\":\"";
	size_t n = 4 * 1024 * 1024;
	char *line = malloc(n);
	struct message message;

	(void)state;
	assert_non_null(line);
	for (size_t i = 0; i < n; i++)
		line[i] = start[i % (sizeof(start) - 1)];
	assert_int_equal(message_after_torn(line, n, &message), 0);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_messages),
	    cmocka_unit_test(bad_messages),
	    cmocka_unit_test(torn_at_every_byte),
	    cmocka_unit_test(no_tail),
	    cmocka_unit_test(many_beginnings),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
