/* Where files go: templates over URLs and records. */
#include "files/layout.h"

#include "unit.h"

static const char record[] =
    "{\"url\":\"x\",\"source\":\"RMA1\",\"number\":7,\"empty\":\"\","
    "\"fields\":{\"field\":\"DB/ZH\",\"source\":\"no\"}}";

static void
layouts(void **state)
{
	static const struct {
		const char *template, *url, *path, *expected;
	} table[] = {
	    {LAYOUT_FILES, "ftp://h/L2/a.b", NULL, "h/L2/a.b"},
	    {LAYOUT_FILES, "ftp://h:2121//L2///a", NULL, "h:2121/L2/a"},
	    {LAYOUT_FILES, "file:///tmp/x", NULL, "local/tmp/x"},
	    {LAYOUT_FILES, "http://me@h/x", NULL, "h/x"},
	    {LAYOUT_FILES, "http://h/a/x?b=/../c#d", NULL, "h/a/x?b=%2F..%2Fc"},
	    {LAYOUT_FILES, "http://h/%2e%2e/%2Fetc/x", NULL, "h/%2E./%2Fetc/x"},
	    {LAYOUT_FILES, "http://h/a%20b%0a", NULL, "h/a b%0A"},
	    {LAYOUT_FILES, "http://h/100%", NULL, "h/100%25"},
	    {"{scheme}/{name}", "sftp://h/a/b/c", NULL, "sftp/c"},
	    {"{source}/{field}/x-{name}.y", "ftp://h/a/b", NULL, "RMA1/DB%2FZH/x-b.y"},
	    {"{number}{name}", "ftp://h/b", NULL, "7b"},
	    {LAYOUT_ATTACHMENTS, "http://h/e/ws/attachment?x=1", "e1/n1/plot 5.png",
		"attachments/e1/n1/plot 5.png"},
	    {LAYOUT_ATTACHMENTS, "http://h/x", "../../etc/100%.png",
		"attachments/%2E./%2E./etc/100%25.png"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char out[PLACE_PATH_MAX + 1], why[LAYOUT_WHY] = "";

		assert_null(layout_check(table[i].template));
		assert_int_equal(
		    layout_path(table[i].template, table[i].url, table[i].path,
			(struct json_span){record, sizeof(record) - 1}, out, why),
		    0);
		assert_string_equal(out, table[i].expected);
	}
}

static void
no_layouts(void **state)
{
	static const char *const bad[] = {"", "x", "/{path}", "{path", "path}",
	    "{}{path}", "{a{path}", "{source}/x", "{host}/{p}", "{nam}"};
	static const struct {
		const char *template, *url;
	} table[] = {
	    {LAYOUT_FILES, "http://h/"},
	    {LAYOUT_FILES, "http://h"},
	    {"{nosuch}/{name}", "http://h/x"},
	    {"{empty}/{name}", "http://h/x"},
	    {".{name}", "http://h/x"},
	    {"{name}.part", "http://h/x"},
	    {"a//{name}", "http://h/x"},
	    {"../{name}", "http://h/x"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_non_null(layout_check(bad[i]));
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char out[PLACE_PATH_MAX + 1], why[LAYOUT_WHY] = "";

		assert_int_equal(
		    layout_path(table[i].template, table[i].url, NULL,
			(struct json_span){record, sizeof(record) - 1}, out, why),
		    -1);
		assert_true(why[0] != '\0');
	}
}

/* However long the parts are, the path stays within its room. */
static void
long_paths(void **state)
{
	char url[9000] = "http://h", out[PLACE_PATH_MAX + 1], why[LAYOUT_WHY];

	(void)state;
	for (int i = 0; i < 4000; i++)
		strcat(url, i % 100 ? "%0" : "/x");
	assert_int_equal(
	    layout_path(LAYOUT_FILES, url, NULL, (struct json_span){NULL, 0}, out, why),
	    -1);
	strcpy(url, "http://h");
	for (int i = 0; i < 1500; i++)
		strcat(url, "/xy");
	assert_int_equal(
	    layout_path(LAYOUT_FILES, url, NULL, (struct json_span){NULL, 0}, out, why),
	    -1);
	assert_true(strlen(out) <= PLACE_PATH_MAX);
	/* What stands behind a name is not cut off, or two files would be one. */
	strcpy(url, "http://h");
	while (strlen(url) < PLACE_PATH_MAX - 10)
		strcat(url, "/0123456789");
	assert_int_equal(layout_path("{path}-this-is-long", url, NULL,
			     (struct json_span){NULL, 0}, out, why),
	    -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(layouts),
	    cmocka_unit_test(no_layouts),
	    cmocka_unit_test(long_paths),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
