/* URLs of files on other machines. */
#include "files/remote.h"

#include "unit.h"

static int saved;

static void
hush(void)
{
	int quiet = open("/dev/null", O_WRONLY);

	saved = dup(STDERR_FILENO);
	dup2(quiet, STDERR_FILENO);
	close(quiet);
}

static void
speak(void)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
}

static void
urls(void **state)
{
	static const struct {
		const char *text, *url, *user;
	} table[] = {
	    {"ftp://host/L2/RMA1/", "ftp://host/L2/RMA1/", NULL},
	    {"FTP://HOST.Example:21/A b", "ftp://host.example/A%20b", NULL},
	    {"sftp://alice@host:2222/data/", "sftp://host:2222/data/", "alice"},
	    {"https://host/x?y=1#part", "https://host/x?y=1", NULL},
	    {"file:///data/L2/", "file:///data/L2/", NULL},
	    {"ftp://host/a/../b/", "ftp://host/b/", NULL},
	    {"ftp://me:secret@host/", NULL, NULL},
	    {"ftp:///x", NULL, NULL},
	    {"file://host/x", NULL, NULL},
	    {"gopher://host/", NULL, NULL},
	    {"host/x", NULL, NULL},
	    {"/data", NULL, NULL},
	    {"", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *user, *url;

		hush();
		url = remote_url(table[i].text, &user);
		speak();
		if (table[i].url == NULL) {
			assert_null(url);
		} else {
			assert_string_equal(url, table[i].url);
			assert_int_equal(user == NULL, table[i].user == NULL);
			if (user != NULL)
				assert_string_equal(user, table[i].user);
		}
		free(url);
		free(user);
	}
}

static void
urls_of_records(void **state)
{
	static const struct {
		const char *url;
		enum remote_scheme scheme;
	} table[] = {
	    {"ftp://host/L2/a%20b", REMOTE_FTP},
	    {"file:///data/x", REMOTE_FILE},
	    {"https://host/a/.../x", REMOTE_HTTPS},
	    {"http://host/..x/x..", REMOTE_HTTP},
	    {"ftp://host/a/../b", REMOTE_NONE},
	    {"ftp://host/a/%2e%2E/b", REMOTE_NONE},
	    {"ftp://host/a/.%2e", REMOTE_NONE},
	    {"ftp://host/./b", REMOTE_NONE},
	    {"ftp://host/a b", REMOTE_NONE},
	    {"ftp://host/a\nb", REMOTE_NONE},
	    {"ftp://host/a%00b", REMOTE_NONE},
	    {"ftp://host", REMOTE_NONE},
	    {"ftp://user@host/x", REMOTE_NONE},
	    {"ftp://user:pw@host/x", REMOTE_NONE},
	    {"file://host/x", REMOTE_NONE},
	    {"gopher://host/x", REMOTE_NONE},
	    {"x", REMOTE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *why;

		assert_int_equal(
		    remote_scheme_checked(table[i].url, &why), table[i].scheme);
		assert_int_equal(why == NULL, table[i].scheme != REMOTE_NONE);
	}
}

static void
encoding(void **state)
{
	char *text = remote_encode("/L2/a b#%?&\xe9~.txt"), *back;

	(void)state;
	assert_string_equal(text, "/L2/a%20b%23%25%3F%26%E9~.txt");
	back = remote_decode(text);
	assert_string_equal(back, "/L2/a b#%?&\xe9~.txt");
	free(text);
	free(back);
	assert_null(remote_decode("a%00b"));
	back = remote_decode("100%");
	assert_string_equal(back, "100%");
	free(back);
}

static void
servers(void **state)
{
	(void)state;
	assert_true(remote_same_server("ftp://h/a", "ftp://H:21/b"));
	assert_false(remote_same_server("ftp://h/a", "ftps://h/a"));
	assert_false(remote_same_server("http://h/a", "http://h:8080/a"));
	assert_false(remote_same_server("http://h/a", "http://h.evil/a"));
	assert_string_equal(remote_path("ftp://h/a/b"), "/a/b");
	assert_string_equal(remote_path("ftp://h"), "");
	assert_string_equal(remote_path("file:///x"), "/x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(urls),
	    cmocka_unit_test(urls_of_records),
	    cmocka_unit_test(encoding),
	    cmocka_unit_test(servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
