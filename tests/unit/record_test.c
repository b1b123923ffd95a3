/* Documents as Singer messages. */
#include "logbook/record.h"
#include "text/json.h"
#include "text/timestamp.h"

#include "unit.h"

static void
append(void *context, const char *p, size_t n)
{
	strncat(context, p, n);
}

static const struct streams_row *
resource(const char *stream)
{
	const struct streams_row *r = streams_named(stream, strlen(stream));

	assert_non_null(r);
	return r;
}

static void
bodies(void **state)
{
	static const struct {
		const char *stream, *document;
		bool unclean, named;
		const char *body;
	} table[] = {
	    {"runs", "{\"num\":1}", false, false, "{\"experiment\":\"e 1\",\"num\":1}"},
	    {"runs", "{ \"num\" : 1.50 }", false, false,
		"{\"experiment\":\"e 1\", \"num\" : 1.50 }"},
	    {"runs", "{}", false, false, "{\"experiment\":\"e 1\"}"},
	    {"runs", "{ \t }", false, false, "{\"experiment\":\"e 1\" \t }"},
	    {"runs", "{\n}", true, false, "{\"experiment\":\"e 1\" }"},
	    {"runs", "{\n\"num\":NaN,\r\n\"s\":\"NaN\\n\"}", true, false,
		"{\"experiment\":\"e 1\", \"num\":\"NaN\",  \"s\":\"NaN\\n\"}"},
	    {"runs", "{\"num\":1,\"experiment\":\"e 1\"}", false, true,
		"{\"num\":1,\"experiment\":\"e 1\"}"},
	    {"runs", "{\"n\":-Infinity,\"experiment\":\"e 1\"}", true, true,
		"{\"n\":\"-Infinity\",\"experiment\":\"e 1\"}"},
	    {"runs", "{\"experiment\":\"x\",\"num\":1}", false, false,
		"{\"experiment\":\"e 1\",\"experiment\":\"x\",\"num\":1}"},
	    {"workflows", "[]", false, false,
		"{\"experiment\":\"e 1\",\"definitions\":[]}"},
	    {"workflows", "[ {\"a\":\n1} ]", true, false,
		"{\"experiment\":\"e 1\",\"definitions\":[ {\"a\": 1} ]}"},
	    {"questionnaires", "{}", false, false, "{\"experiment\":\"e 1\"}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct split_document document = {
		    .text = {table[i].document, strlen(table[i].document)},
		    .unclean = table[i].unclean,
		    .named = table[i].named,
		};
		char out[400] = "", message[400] = "", expected[400];
		struct json s;

		record_body(append, out, resource(table[i].stream), "\"e 1\"", &document);
		assert_string_equal(out, table[i].body);
		json_begin(&s, out, strlen(out));
		assert_true(json_value(&s, NULL) && json_end(&s) && !s.unclean);

		record_document(append, message, resource(table[i].stream), "\"e 1\"",
		    &document, "2026-03-01T12:00:00Z");
		snprintf(expected, sizeof(expected),
		    "{\"type\":\"RECORD\",\"stream\":\"%s\",\"record\":%s,"
		    "\"time_extracted\":\"2026-03-01T12:00:00Z\"}",
		    table[i].stream, table[i].body);
		assert_string_equal(message, expected);
	}
}

/* Write with a function and give what was written. */
static char *
written(void (*put)(struct stream *out, const void *what), const void *what)
{
	int fd = unit_file();
	struct stream out;
	char *text;

	assert_int_equal(stream_open(&out, fd), 0);
	put(&out, what);
	assert_int_equal(stream_close(&out), 0);
	text = unit_contents(fd, NULL);
	close(fd);
	return text;
}

static void
put_fetch(struct stream *out, const void *what)
{
	record_fetch(out, what);
}

static void
fetches(void **state)
{
	struct record_outcome outcomes[STREAMS_MAX] = {
	    {.arrival = RECORD_ARRIVED, .count = 1},
	    {.arrival = RECORD_UNASKED},
	    {.arrival = RECORD_ARRIVED, .count = 0},
	};
	char *text;

	(void)state;
	text = written(put_fetch, &(struct record_fetch){.experiment = "a \"b\"",
				      .status = "complete",
				      .outcomes = outcomes,
				      .fetched_at = "NOW"});
	assert_string_equal(text,
	    "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":"
	    "\"a \\\"b\\\"\",\"status\":\"complete\",\"records\":{\"experiments\":1,"
	    "\"runs\":0},\"fetched_at\":\"NOW\"},\"time_extracted\":\"NOW\"}\n");
	free(text);
	assert_int_equal(record_blamed(outcomes), -1);
	/* What is to blame is the first in the table, whichever came first; and never
	   what another application did. */
	outcomes[4] = (struct record_outcome){.arrival = RECORD_REFUSED,
	    .http_status = 403,
	    .attempts = 1,
	    .message = "no"};
	assert_string_equal(streams[4].name, "questionnaires");
	assert_int_equal(record_blamed(outcomes), -1);
	outcomes[3] =
	    (struct record_outcome){.arrival = RECORD_FAILED, .message = "late"};
	outcomes[2] = (struct record_outcome){.arrival = RECORD_FAILED,
	    .http_status = 503,
	    .attempts = 3,
	    .message = "HTTP 503\nafter"};
	assert_int_equal(record_blamed(outcomes), 2);
	text = written(put_fetch, &(struct record_fetch){.experiment = "e",
				      .status = "partial",
				      .outcomes = outcomes,
				      .fetched_at = "NOW"});
	assert_string_equal(text,
	    "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":"
	    "\"e\",\"status\":\"partial\",\"stream\":\"runs\",\"http_status\":503,"
	    "\"attempts\":3,\"message\":\"HTTP 503\\nafter\","
	    "\"records\":{\"experiments\":1},\"streams\":{"
	    "\"runs\":{\"status\":\"failed\",\"http_status\":503,\"attempts\":3,"
	    "\"message\":\"HTTP 503\\nafter\"},"
	    "\"files\":{\"status\":\"failed\",\"attempts\":0,\"message\":\"late\"},"
	    "\"questionnaires\":{\"status\":\"denied\",\"http_status\":403,"
	    "\"attempts\":1,\"message\":\"no\"}},"
	    "\"fetched_at\":\"NOW\"},\"time_extracted\":\"NOW\"}\n");
	free(text);
	text =
	    written(put_fetch, &(struct record_fetch){.experiment = "e",
				   .status = "failed",
				   .outcomes = (struct record_outcome[STREAMS_MAX]){{0}},
				   .message = "not asked",
				   .fetched_at = "NOW"});
	assert_string_equal(text,
	    "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":"
	    "\"e\",\"status\":\"failed\",\"stream\":\"experiments\",\"attempts\":0,"
	    "\"message\":\"not asked\",\"fetched_at\":\"NOW\"},"
	    "\"time_extracted\":\"NOW\"}\n");
	free(text);
}

static void
put_state(struct stream *out, const void *what)
{
	record_state(out, what, "NOW");
}

static void
states(void **state)
{
	char *text = written(put_state, "a\"b");

	(void)state;
	assert_string_equal(text,
	    "{\"type\":\"STATE\",\"value\":{\"bookmarks\":{\"a\\\"b\":"
	    "{\"fetched_at\":\"NOW\"}}}}\n");
	free(text);
}

static void
times(void **state)
{
	char now[28];
	int year, month, day, hour, minute, n = 0;
	double second;

	(void)state;
	timestamp_now(now);
	assert_int_equal(strlen(now), 27);
	assert_int_equal(sscanf(now, "%4d-%2d-%2dT%2d:%2d:%9lfZ%n", &year, &month, &day,
			     &hour, &minute, &second, &n),
	    6);
	assert_int_equal(n, 27);
	assert_in_range(year, 2024, 2200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bodies),
	    cmocka_unit_test(fetches),
	    cmocka_unit_test(states),
	    cmocka_unit_test(times),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
