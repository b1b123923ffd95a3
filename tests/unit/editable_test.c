#include "load/editable.h"
#include "unit.h"

static char taken[400];

static int
take(void *context, struct json_span name, struct json_span value)
{
	size_t n = strlen(taken);

	(void)context;
	snprintf(taken + n, sizeof(taken) - n, "%.*s=%.*s;", (int)name.n, name.p,
	    (int)value.n, value.p);
	return 0;
}

static const char *
walked(const char *text)
{
	taken[0] = '\0';
	assert_int_equal(
	    editable_walk((struct json_span){text, strlen(text)}, take, NULL), 0);
	return taken;
}

static void
flat(void **state)
{
	(void)state;
	assert_string_equal(
	    walked("{\"a\": {\"value\": 1, \"modified_by\": \"x\"}, "
		   "\"b c\": {\"value\": \"v\"}, \"n\": {\"value\": null}, "
		   "\"x\": 3, \"y\": {}}"),
	    "\"a\"=1;\"b c\"=\"v\";\"n\"=null;");
	assert_string_equal(walked("null"), "");
	assert_string_equal(walked("{}"), "");
}

/* A dot in a name: nested, as the service stores it. */
static void
nested(void **state)
{
	(void)state;
	assert_string_equal(
	    walked(
		"{\"dotted\": {\"name\": {\"value\": \"v\", \"modified_by\": \"bob\"}, "
		"\"deep\": {\"er\": {\"value\": [1]}}}, \"z\": {\"value\": true}}"),
	    "\"dotted.name\"=\"v\";\"dotted.deep.er\"=[1];\"z\"=true;");
	/* "value" as a part of a name; an object as a value. */
	assert_string_equal(
	    walked("{\"a\": {\"value\": {\"value\": 7}}, "
		   "\"o\": {\"value\": {\"k\": 1}, \"modified_by\": \"x\"}}"),
	    "\"a.value\"=7;\"o\"={\"k\": 1};");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flat),
	    cmocka_unit_test(nested),
	};

	return cmocka_run_group_tests_name("editable", tests, NULL, NULL);
}
