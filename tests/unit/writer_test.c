/* JSON texts, written; and the words for people. */
#include "text/writer.h"

#include "stream/emit.h"
#include "text/buffer.h"
#include "text/human.h"
#include "unit.h"

#include <math.h>

static void
nested(void **state)
{
	struct buffer buffer = {0};
	struct writer w = writer_to(buffer_put, &buffer);
	char *text;

	(void)state;
	writer_object(&w, NULL);
	writer_string(&w, "a", "x");
	writer_array(&w, "b");
	writer_end_array(&w);
	writer_array(&w, "c");
	writer_integer(&w, NULL, INT64_MIN);
	writer_object(&w, NULL);
	writer_end_object(&w);
	writer_real(&w, NULL, 0.1);
	writer_end_array(&w);
	writer_bool(&w, "d", false);
	writer_null(&w, "e");
	writer_json(&w, "f", (struct json_span){"{ }", 3});
	writer_json(&w, "g", (struct json_span){NULL, 0});
	writer_string(&w, "h", NULL);
	writer_count(&w, "i", -1);
	writer_count(&w, "j", 0);
	writer_real(&w, "k", -HUGE_VAL);
	writer_real(&w, "l", NAN);
	writer_end_object(&w);
	text = buffer_take(&buffer, NULL);
	assert_string_equal(text,
	    "{\"a\":\"x\",\"b\":[],\"c\":[-9223372036854775808,{},0.1],\"d\":false,"
	    "\"e\":null,\"f\":{ },\"g\":null,\"h\":null,\"i\":null,\"j\":0,"
	    "\"k\":\"-Infinity\",\"l\":null}");
	free(text);
}

static void
strings(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *replaced, *percent, *field;
	} table[] = {
	    {"", 0, "\"\"", "\"\"", "\"\""},
	    {"a\"b\\c", 5, "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\""},
	    {"\b\f\n\r\t\x1b\x7f", 7, "\"\\b\\f\\n\\r\\t\\u001b\\u007f\"",
		"\"\\b\\f\\n\\r\\t\\u001b\\u007f\"", "\"\\b\\f\\n\\r\\t\\u001b\\u007f\""},
	    {"\0x", 2, "\"\\u0000x\"", "\"\\u0000x\"", "\"\\u0000x\""},
	    /* U+00E9, U+1F600, and U+009B, which begins a sequence on some terminals */
	    {"\xc3\xa9\xf0\x9f\x98\x80", 6, "\"\xc3\xa9\xf0\x9f\x98\x80\"",
		"\"\xc3\xa9\xf0\x9f\x98\x80\"", "\"\xc3\xa9\xf0\x9f\x98\x80\""},
	    {"\xc2\x9b", 2, "\"\\u009b\"", "\"\\u009b\"", "\"\\u009b\""},
	    {"a\xff\xc3", 3, "\"a\\ufffd\\ufffd\"", "\"a%FF%C3\"", "\"a\\ufffd\\ufffd\""},
	    {"a\\tb\\\\\\x\\", 9, "\"a\\\\tb\\\\\\\\\\\\x\\\\\"",
		"\"a\\\\tb\\\\\\\\\\\\x\\\\\"", "\"a\\tb\\\\\\\\x\\\\\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct buffer buffer = {0};
		struct writer w = writer_to(buffer_put, &buffer);
		char *text, *expected;

		writer_text(&w, NULL, table[i].text, table[i].n);
		w.percent = true;
		writer_text(&w, NULL, table[i].text, table[i].n);
		w.percent = false;
		writer_field(&w, NULL, table[i].text, table[i].n);
		text = buffer_take(&buffer, NULL);
		assert_true(asprintf(&expected, "%s,%s,%s", table[i].replaced,
				table[i].percent, table[i].field) >= 0);
		assert_string_equal(text, expected);
		free(text);
		free(expected);
	}
}

static void
records(void **state)
{
	int fd = unit_file();
	struct stream out;
	struct writer w;
	char *text;

	(void)state;
	assert_int_equal(stream_open(&out, fd), 0);
	w = emit_record(&out, "aliases");
	writer_string(&w, "name", "good");
	emit_end(&w);
	w = emit_record(&out, "aliases");
	emit_end(&w);
	assert_int_equal(stream_close(&out), 0);
	text = unit_contents(fd, NULL);
	assert_string_equal(text,
	    "{\"type\":\"RECORD\",\"stream\":\"aliases\",\"record\":{\"name\":\"good\"}}"
	    "\n"
	    "{\"type\":\"RECORD\",\"stream\":\"aliases\",\"record\":{}}\n");
	free(text);
	close(fd);
}

static void
buffers(void **state)
{
	struct buffer buffer = {0};
	size_t n;
	char *text;

	(void)state;
	text = buffer_take(&buffer, &n);
	assert_string_equal(text, "");
	assert_int_equal(n, 0);
	free(text);
	for (int i = 0; i < 10000; i++)
		buffer_put(&buffer, "abc", 3);
	text = buffer_take(&buffer, &n);
	assert_int_equal(n, 30000);
	assert_int_equal(strlen(text), 30000);
	assert_null(buffer.p);
	free(text);
}

static void
people(void **state)
{
	static const struct {
		int64_t number;
		const char *size, *span;
	} table[] = {
	    {0, "0 bytes", "0 seconds"},
	    {1, "1 byte", "1 second"},
	    {119, "119 bytes", "119 seconds"},
	    {120, "120 bytes", "2 minutes"},
	    {999, "999 bytes", "16 minutes"},
	    {2345, "2.3 kB", "39 minutes"},
	    {9950, "10 kB", "2 hours"},
	    {999499, "999 kB", "11 days"},
	    {999500, "1.0 MB", "11 days"},
	    {INT64_MAX, "9.2 EB", "292471208677 years"},
	    {-5, "-5 bytes", "0 seconds"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char text[HUMAN_BYTES];

		human_size(table[i].number, text);
		assert_string_equal(text, table[i].size);
		human_span(table[i].number, text);
		assert_string_equal(text, table[i].span);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nested),
	    cmocka_unit_test(strings),
	    cmocka_unit_test(records),
	    cmocka_unit_test(buffers),
	    cmocka_unit_test(people),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
