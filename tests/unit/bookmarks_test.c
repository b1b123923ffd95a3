/* Bookmarks, and who reads them. */
#include "stream/bookmarks.h"

#include <signal.h>

#include "unit.h"

static void
add(struct bookmarks *bookmarks, const char *value)
{
	assert_int_equal(
	    bookmarks_add(bookmarks, (struct json_span){value, strlen(value)}), 0);
}

static void
told_once(void **state)
{
	FILE *out = tmpfile();
	struct bookmarks bookmarks = {.out = out};
	char *text;

	(void)state;
	assert_non_null(out);
	assert_false(bookmarks_wait(&bookmarks));
	assert_int_equal(bookmarks_tell(&bookmarks), 0);
	add(&bookmarks, "{\"a\":1}");
	add(&bookmarks, "{\"b\":2}");
	assert_true(bookmarks_wait(&bookmarks));
	assert_int_equal(bookmarks_tell(&bookmarks), 0);
	assert_int_equal(bookmarks_tell(&bookmarks), 0);
	/* What was not told in time is not told. */
	add(&bookmarks, "{\"c\":3}");
	bookmarks_free(&bookmarks);
	assert_false(bookmarks_wait(&bookmarks));
	assert_int_equal(bookmarks_tell(&bookmarks), 0);
	text = unit_contents(fileno(out), NULL);
	assert_string_equal(text, "{\"a\":1}\n{\"b\":2}\n");
	free(text);
	fclose(out);
}

/* They cannot be written: said, unless nobody reads any more, and not tried again. */
static void
lost(FILE *out, bool is_said)
{
	struct bookmarks bookmarks = {.out = out};
	char *said;

	assert_non_null(out);
	add(&bookmarks, "{}");
	unit_listen();
	assert_int_equal(bookmarks_tell(&bookmarks), -1);
	add(&bookmarks, "{}");
	assert_false(bookmarks_wait(&bookmarks));
	assert_int_equal(bookmarks_tell(&bookmarks), 0);
	said = unit_said();
	assert_int_equal(said[0] != '\0', is_said);
	free(said);
	bookmarks_free(&bookmarks);
	fclose(out);
}

static void
not_told(void **state)
{
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	lost(fdopen(ends[1], "w"), false);
	lost(fopen("/dev/full", "w"), true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(told_once),
	    cmocka_unit_test(not_told),
	};

	return cmocka_run_group_tests_name("bookmarks", tests, NULL, NULL);
}
