/* Who is asked where a server is away. */
#include "files/stand_in.h"

#include "unit.h"

static void
read_as(char *text, int status)
{
	char *texts[] = {text, NULL}, *said;
	struct stand_ins stand_ins;

	unit_listen();
	assert_int_equal(stand_in_read(&stand_ins, texts), status);
	said = unit_said();
	assert_int_equal(said[0] == '\0', status == 0);
	free(said);
	stand_in_free(&stand_ins);
}

static void
reads(void **state)
{
	(void)state;
	read_as("ftp://a/x ftp://b/y", 0);
	read_as("ftp://a/x,ftp://b/y/\n\tftp://c", 0);
	read_as("ftp://a/x", 2);
	read_as("", 2);
	read_as("ftp://a/x http://b/x", 2);
	read_as("ftp://a/x ftp://me:secret@b/x", 2);
	read_as(
	    "ftp://1 ftp://2 ftp://3 ftp://4 ftp://5 ftp://6 ftp://7 ftp://8 ftp://9", 2);
}

static void
asked(const struct stand_ins *stand_ins, const char *url, const char *there)
{
	char *found = stand_in_url(stand_ins, url);

	if (there == NULL)
		assert_null(found);
	else
		assert_string_equal(found, there);
	free(found);
}

static void
turns(void **state)
{
	char one[] = "ftp://a/x/ ftp://b/y", *texts[] = {one, NULL}, *said;
	struct stand_ins stand_ins;

	(void)state;
	assert_int_equal(stand_in_read(&stand_ins, texts), 0);
	asked(&stand_ins, "ftp://a/x/1", NULL);
	assert_false(stand_in_turn(&stand_ins, "ftp://c/x/1"));
	unit_listen();
	assert_true(stand_in_turn(&stand_ins, "ftp://a/x/1"));
	said = unit_said();
	assert_non_null(strstr(said, "ftp://b/y is asked instead"));
	free(said);
	asked(&stand_ins, "ftp://a/x/1", "ftp://b/y/1");
	asked(&stand_ins, "ftp://a/xy/1", NULL);
	asked(&stand_ins, "ftp://b/y/1", NULL);
	/* Another transfer found the first away, too: it is known, and no news. */
	unit_listen();
	assert_true(stand_in_turn(&stand_ins, "ftp://a/x/2"));
	/* Both are away. */
	assert_false(stand_in_turn(&stand_ins, "ftp://b/y/2"));
	said = unit_said();
	assert_string_equal(said, "");
	free(said);
	stand_in_free(&stand_ins);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads),
	    cmocka_unit_test(turns),
	};

	return cmocka_run_group_tests_name("stand_in", tests, NULL, NULL);
}
