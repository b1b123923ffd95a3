/* bulk.c: lines in, records out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "local/bulk.h"

static char out[4000];

/* The records of some lines, without what is around them, in out; how many were bad. */
static long
bulk(const char *lines, const char *mode)
{
	struct cond_record record;
	struct stream stream;
	FILE *in = tmpfile(), *written = tmpfile();
	char line[2000], *begin, *end;
	long bad;

	fputs(lines, in);
	fflush(in);
	rewind(in);
	assert_int_equal(stream_open(&stream, fileno(written)), 0);
	assert_int_equal(cond_record_open(&record, &stream, "conditions"), 0);
	bad = bulk_read(&record, fileno(in), mode);
	cond_record_close(&record);
	assert_int_equal(stream_close(&stream), 0);
	rewind(written);
	out[0] = '\0';
	assert_non_null(fgets(line, sizeof(line), written));
	assert_non_null(strstr(line, "\"SCHEMA\""));
	while (fgets(line, sizeof(line), written) != NULL) {
		begin = strstr(line, "\"record\":{");
		end = strstr(line, ",\"set_by\":");
		assert_non_null(begin);
		assert_non_null(end);
		*end = '\0';
		strcat(out, begin + strlen("\"record\":{"));
		strcat(out, "\n");
	}
	fclose(in);
	fclose(written);
	return bad;
}

static void
tabs(void **state)
{
	(void)state;
	assert_int_equal(
	    bulk("e\t1\tx\t5\n\n \r\ne\t007\ty\ta \"b\" \\q\\t\\\\\r\n", NULL), 0);
	assert_string_equal(out,
	    "\"experiment\":\"e\",\"run\":1,\"name\":\"x\",\"value\":\"5\"\n"
	    "\"experiment\":\"e\",\"run\":\"007\",\"name\":\"y\","
	    "\"value\":\"a \\\"b\\\" \\\\q\\t\\\\\"\n");
	assert_int_equal(bulk("e\t0\tx\t", "replace"), 0);
	assert_string_equal(out,
	    "\"experiment\":\"e\",\"run\":0,\"name\":\"x\",\"value\":\"\","
	    "\"mode\":\"replace\"\n");
}

static void
objects(void **state)
{
	(void)state;
	assert_int_equal(
	    bulk("{\"value\": [1, 2.50], \"run\": 1, \"name\": \"x\\u0041\", "
		 "\"experiment\": \"e\"}\n",
		NULL),
	    0);
	assert_string_equal(out,
	    "\"experiment\":\"e\",\"run\":1,\"name\":\"x\\u0041\",\"value\":[1, 2.50]\n");
}

static void
bad_lines(void **state)
{
	(void)state;
	assert_int_equal(
	    bulk("e\t1\tx\n"
		 "e\t1\tx\t5\t6\n"
		 "\t1\tx\t5\n"
		 "e\t1\tx\t\xff\n"
		 "{\"experiment\":\"e\",\"run\":1,\"name\":\"x\"}\n"
		 "{\"experiment\":1,\"run\":1,\"name\":\"x\",\"value\":1}\n"
		 "{\"experiment\":\"e\",\"run\":[],\"name\":\"x\",\"value\":1}\n"
		 "{\"experiment\":\"e\",\"run\":1,\"name\":\"x\",\"value\":NaN}\n"
		 "{\"experiment\":\"e\",\"run\":1,\"name\":\"x\",\"value\":1,"
		 "\"mode\":\"replace\"}\n"
		 "{\"experiment\":\"e\",\"run\":1,\"name\":\"x\",\"value\":1\n"
		 "{} {}\n"
		 "e\t1\tx\t5",
		NULL),
	    11);
	assert_string_equal(
	    out, "\"experiment\":\"e\",\"run\":1,\"name\":\"x\",\"value\":\"5\"\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tabs),
	    cmocka_unit_test(objects),
	    cmocka_unit_test(bad_lines),
	};

	return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
