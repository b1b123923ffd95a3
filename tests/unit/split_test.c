/* Response bodies, split into documents. */
#include "logbook/split.h"

#include "unit.h"

/* The documents that came, joined: "TEXT;" with marks for unclean and named. */
struct taken {
	char text[2000];
};

static void
take(void *context, const struct split_document *document)
{
	struct taken *taken = context;

	strncat(taken->text, document->text.p, document->text.n);
	if (document->unclean)
		strcat(taken->text, "(unclean)");
	if (document->named)
		strcat(taken->text, "(named)");
	strcat(taken->text, ";");
}

static const struct streams_row *
resource(const char *stream)
{
	const struct streams_row *r = streams_named(stream, strlen(stream));

	assert_non_null(r);
	return r;
}

/* Split a body twice, as it is done; the text is copied to a block of its size. */
static long
split(const char *stream, const char *body, size_t n, struct taken *taken,
    struct split_error *error)
{
	char *copy = malloc(n > 0 ? n : 1);
	long checked, emitted;

	assert_non_null(copy);
	memcpy(copy, body, n);
	taken->text[0] = '\0';
	checked =
	    split_body(copy, n, resource(stream), "exp1", NULL, NULL, NULL, NULL, error);
	if (checked >= 0) {
		emitted = split_body(
		    copy, n, resource(stream), "exp1", take, taken, NULL, NULL, error);
		assert_int_equal(emitted, checked);
	}
	free(copy);
	return checked;
}

static void
shapes(void **state)
{
	static const struct {
		const char *stream, *body;
		long n;
		const char *documents;
	} table[] = {
	    {"experiments", "{\"success\": true, \"value\": { \"a\" : 1.0 }}", 1,
		"{ \"a\" : 1.0 };"},
	    {"experiments", "{\"success\": true, \"value\": {}}", 1, "{};"},
	    {"runs", "{\"success\": true, \"value\": []}", 0, ""},
	    {"runs", "{\"success\": true, \"value\": [ {\"num\": 2} , {\"num\":\"1\"} ]}",
		2, "{\"num\": 2};{\"num\":\"1\"};"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":-1}]}", 1, "{\"num\":-1};"},
	    /* The members in another order, and others beside them. */
	    {"runs", " {\"value\":[{\"num\":1}],\"x\":[{}],\"success\":true}\n", 1,
		"{\"num\":1};"},
	    {"runs", "{\"v\\u0061lue\":[{\"n\\u0075m\":1}],\"\\u0073uccess\":true}", 1,
		"{\"n\\u0075m\":1};"},
	    {"workflows", "{\"success\":true,\"value\":[ 1, [2] ]}", 1, "[ 1, [2] ];"},
	    {"workflows", "{\"success\":true,\"value\":[]}", 1, "[];"},
	    {"questionnaires", " {\"xray\": [{\"id\":\"a\"}]} ", 1,
		"{\"xray\": [{\"id\":\"a\"}]};"},
	    {"questionnaires", "{}", 1, "{};"},
	    /* What looks like an envelope is none here. */
	    {"questionnaires", "{\"success\": false, \"value\": 1}", 1,
		"{\"success\": false, \"value\": 1};"},
	    /* Only the document that needs it is marked. */
	    {"runs",
		"{\"success\":true,\n\"value\":[{\"num\":1},\n{\"num\":2,\"p\":NaN},"
		"{\"num\":3},{\"num\":4,\n\"x\":1}]}",
		4,
		"{\"num\":1};{\"num\":2,\"p\":NaN}(unclean);{\"num\":3};"
		"{\"num\":4,\n\"x\":1}(unclean);"},
	    {"workflows", "{\"success\":true,\"value\":[NaN]}", 1, "[NaN](unclean);"},
	};
	struct taken taken;
	struct split_error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		long n = split(table[i].stream, table[i].body, strlen(table[i].body),
		    &taken, &error);

		if (n < 0)
			fail_msg("%s: %s", table[i].body, error.text);
		assert_int_equal(n, table[i].n);
		assert_string_equal(taken.text, table[i].documents);
	}
}

static void
faults(void **state)
{
	static const struct {
		const char *stream, *body, *says;
	} table[] = {
	    {"runs", "[]", "an object is expected"},
	    {"runs", "1", "an object is expected"},
	    {"questionnaires", "[]", "an object is expected"},
	    {"runs", "{\"success\":true,\"value\":[]} x", "something follows"},
	    {"runs", "{\"success\":true}", "no value"},
	    {"runs", "{}", "did not succeed"},
	    {"runs", "{\"value\":[]}", "did not succeed"},
	    {"runs", "{\"success\":false,\"value\":[]}", "did not succeed"},
	    {"runs", "{\"success\":\"true\",\"value\":[]}", "did not succeed"},
	    {"runs", "{\"success\":1,\"value\":[]}", "did not succeed"},
	    {"runs", "{\"success\":false,\"errormsg\":\"No \\u0022such\\u0022 run\"}",
		"No \"such\" run"},
	    {"runs", "{\"success\":true,\"value\":{}}", "not an array"},
	    {"runs", "{\"success\":true,\"value\":null}", "not an array"},
	    {"workflows", "{\"success\":true,\"value\":{}}", "not an array"},
	    {"experiments", "{\"success\":true,\"value\":[]}", "not an object"},
	    {"experiments", "{\"success\":true,\"value\":null}", "not an object"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":1},2]}",
		"record 2 is not an object"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":1},{\"n\":1}]}",
		"record 2 has no num"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":null}]}",
		"record 1 has no num"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":{}}]}",
		"record 1 has no num"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":[1]}]}",
		"record 1 has no num"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":true}]}",
		"record 1 has no num"},
	    {"runs", "{\"success\":true,\"value\":[{\"x\":{\"num\":1}}]}",
		"record 1 has no num"},
	    {"logbook_entries", "{\"success\":true,\"value\":[{\"id\":\"a\"}]}",
		"record 1 has no _id"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":1}}]}", "comma"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":1},]}", "record 2"},
	    {"runs", "{\"success\":true,\"value\":[{\"num\":01}]}", "not JSON"},
	    {"runs", "<!DOCTYPE html><html>", "HTML"},
	    {"runs", "\n\n <html>", "HTML"},
	    {"runs", "Internal error", "not JSON"},
	};
	struct taken taken;
	struct split_error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		long n = split(table[i].stream, table[i].body, strlen(table[i].body),
		    &taken, &error);

		if (n >= 0 || strstr(error.text, table[i].says) == NULL)
			fail_msg("%s: %ld '%s', not '%s'", table[i].body, n,
			    n < 0 ? error.text : "", table[i].says);
		assert_false(error.truncated);
		assert_string_equal(taken.text, "");
	}
}

/* A body cut anywhere is worth another attempt, whatever was next. */
static void
cut_at_every_byte(void **state)
{
	static const struct {
		const char *stream, *body;
	} table[] = {
	    {"runs",
		"{\"success\": true, \"value\": [{\"num\": 8, \"p\": {\"\xe2\x82\xac\": "
		"[1, NaN, \"\\u00e9\"]}}, {\"num\": 7}], \"x\": null}"},
	    {"experiments",
		"{\"value\": {\"name\": \"\xf0\x9f\xa7\x8a\"}, \"success\": true}"},
	    {"workflows", "{\"success\": true, \"value\": [{\"a\": -Infinity}, {}]}"},
	    {"questionnaires", "{\"xray\": [{\"id\": \"a\", \"val\": \"\xc2\xb5m\"}]}"},
	};
	struct taken taken;
	struct split_error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		size_t length = strlen(table[i].body);

		assert_true(
		    split(table[i].stream, table[i].body, length, &taken, &error) >= 0);
		for (size_t n = 0; n < length; n++) {
			assert_int_equal(
			    split(table[i].stream, table[i].body, n, &taken, &error), -1);
			if (!error.truncated)
				fail_msg("%.*s: '%s'", (int)n, table[i].body, error.text);
		}
	}
}

static void
truncated_at_once(void **state)
{
	struct taken taken;
	struct split_error error;

	(void)state;
	assert_int_equal(split("runs", "", 0, &taken, &error), -1);
	assert_true(error.truncated);
	assert_int_equal(split("runs", "<html", 5, &taken, &error), -1);
	assert_false(error.truncated);
}

static void
named_documents(void **state)
{
	static const struct {
		const char *document;
		bool named;
	} table[] = {
	    {"{\"num\":1,\"experiment\":\"exp1\"}", true},
	    {"{\"num\":1,\"experi\\u006dent\":\"e\\u0078p1\"}", true},
	    /* As the first member it is taken for what elog-get puts in front. */
	    {"{\"experiment\":\"exp1\",\"num\":1}", false},
	    {"{\"num\":1,\"experiment\":\"another\"}", false},
	    {"{\"num\":1,\"experiment\":1}", false},
	    {"{\"num\":1,\"experiment\":null}", false},
	    {"{\"num\":1,\"x\":{\"experiment\":\"exp1\"}}", false},
	    {"{\"num\":1}", false},
	    /* Twice: elog-load reads the first, so that is the one that counts. */
	    {"{\"num\":1,\"experiment\":\"another\",\"experiment\":\"exp1\"}", false},
	};
	struct taken taken;
	struct split_error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char body[200];

		snprintf(body, sizeof(body), "{\"success\":true,\"value\":[%s]}",
		    table[i].document);
		assert_int_equal(split("runs", body, strlen(body), &taken, &error), 1);
		if ((strstr(taken.text, "(named)") != NULL) != table[i].named)
			fail_msg("%s", table[i].document);
	}
}

static void
texts_of_the_info(void **state)
{
	static const char info[] =
	    "{\"params\":{\"PNR\":\"L\\u00e91\",\"n\":1,\"e\":\"\"},"
	    "\"name\":\"x\"}";
	struct json_span document = {info, sizeof(info) - 1};
	char *text = split_text(document, "params", "PNR");

	(void)state;
	assert_string_equal(text, "L\xc3\xa9"
				  "1");
	free(text);
	assert_null(split_text(document, "params", "n"));
	assert_null(split_text(document, "params", "e"));
	assert_null(split_text(document, "params", "x"));
	assert_null(split_text(document, "name", "x"));
	assert_null(split_text(document, "nothing", "x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shapes),
	    cmocka_unit_test(faults),
	    cmocka_unit_test(cut_at_every_byte),
	    cmocka_unit_test(truncated_at_once),
	    cmocka_unit_test(named_documents),
	    cmocka_unit_test(texts_of_the_info),
	};

	return cmocka_run_group_tests_name("split", tests, NULL, NULL);
}
