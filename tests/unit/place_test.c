/* Places under a directory: names from outside, and walks that links would lead out. */
#include "files/place.h"

#include <errno.h>
#include <sys/stat.h>

#include "unit.h"

static void
components(void **state)
{
	static const struct {
		const char *name, *expected;
	} table[] = {
	    {"plain.BUFR", "plain.BUFR"},
	    {"with space", "with space"},
	    {"\xc3\xbc", "\xc3\xbc"},
	    {".", "%2E"},
	    {"..", "%2E."},
	    {".hidden", "%2Ehidden"},
	    {"a/b", "a%2Fb"},
	    {"a%2Fb", "a%252Fb"},
	    {"a\nb", "a%0Ab"},
	    {"\x7f", "%7F"},
	    {"\xc2\x85", "%C2%85"},	   /* NEL, a C1 control */
	    {"\xff", "%FF"},		   /* no UTF-8 */
	    {"\xc0\xaf", "%C0%AF"},	   /* an overlong slash */
	    {"\xed\xa0\x80", "%ED%A0%80"}, /* a surrogate */
	    {"x.part", "x%2Epart"},
	    {"x.part.json", "x%2Epart.json"},
	    {"x.part.json.new", "x%2Epart.json.new"},
	    {"x.particle", "x.particle"},
	    {".part", "%2Epart"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char out[PLACE_PATH_MAX] = "";

		assert_null(place_component(
		    table[i].name, strlen(table[i].name), out, sizeof(out)));
		assert_string_equal(out, table[i].expected);
		assert_null(place_check(out));
	}
}

static void
no_components(void **state)
{
	char out[PLACE_PATH_MAX] = "", name[300];

	(void)state;
	assert_non_null(place_component("", 0, out, sizeof(out)));
	memset(name, 'x', sizeof(name));
	assert_null(place_component(name, PLACE_NAME_MAX, out, sizeof(out)));
	out[0] = '\0';
	assert_non_null(place_component(name, PLACE_NAME_MAX + 1, out, sizeof(out)));
	memset(name, '%', sizeof(name)); /* each becomes three */
	out[0] = '\0';
	assert_non_null(place_component(name, 100, out, sizeof(out)));
	out[0] = '\0';
	assert_non_null(place_component("long", 4, out, 8)); /* no room */
}

static void
paths(void **state)
{
	static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "a/.", "a/..",
	    "../a", "a/.b", "a\nb", "a.part", "a.part/b", "a/b.part.json"};
	char deep[400] = "a";

	(void)state;
	assert_null(place_check("a"));
	assert_null(place_check("a/b/c.d"));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_non_null(place_check(bad[i]));
	for (int i = 0; i < PLACE_DEPTH_MAX; i++)
		strcat(deep, "/a");
	assert_non_null(place_check(deep));
}

static void
directories(void **state)
{
	char top[] = "/tmp/place.XXXXXX", path[200], outside[] = "/tmp/place.XXXXXX";
	const char *name;
	struct stat st;
	int root, fd;

	(void)state;
	assert_non_null(mkdtemp(top));
	assert_non_null(mkdtemp(outside));
	snprintf(path, sizeof(path), "%s/data", top);
	root = place_root(path);
	assert_true(root >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	/* Not there; made; there. */
	assert_int_equal(place_directory(root, "a/b/c", false, &name), -1);
	assert_int_equal(errno, ENOENT);
	fd = place_directory(root, "a/b/c", true, &name);
	assert_true(fd >= 0);
	assert_string_equal(name, "c");
	close(fd);
	fd = place_directory(root, "alone", false, &name);
	assert_true(fd >= 0);
	close(fd);
	/* Links are not followed, wherever they lead. */
	assert_int_equal(symlinkat(outside, root, "away"), 0);
	assert_int_equal(symlinkat("a", root, "here"), 0);
	assert_int_equal(place_directory(root, "away/x", true, &name), -1);
	assert_true(errno == ELOOP || errno == ENOTDIR);
	assert_int_equal(place_directory(root, "here/b/x", true, &name), -1);
	assert_int_equal(place_directory(root, "a/../../x", true, &name), -1);
	assert_int_equal(errno, EINVAL);
	/* A file where a directory should be. */
	close(openat(root, "file", O_WRONLY | O_CREAT, 0600));
	assert_int_equal(place_directory(root, "file/x", true, &name), -1);
	assert_int_equal(errno, ENOTDIR);
	close(root);
	unit_listen();
	snprintf(path, sizeof(path), "%s/no/such", top);
	assert_int_equal(place_root(path), -1);
	free(unit_said());
	snprintf(path, sizeof(path), "rm -r %s %s", top, outside);
	assert_int_equal(system(path), 0); /* NOLINT: names of our own */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(components),
	    cmocka_unit_test(no_components),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(directories),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
