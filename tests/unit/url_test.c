/* URLs of files on other machines. */
#include "files/url.h"

#include "unit.h"

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
		char *user, *url, *said;

		unit_listen();
		url = url_clean(table[i].text, &user);
		said = unit_said();
		assert_int_equal(said[0] == '\0', table[i].url != NULL);
		assert_null(strstr(said, "secret"));
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
		free(said);
	}
}

static void
urls_of_records(void **state)
{
	static const struct {
		const char *url;
		enum url_scheme scheme;
	} table[] = {
	    {"ftp://host/L2/a%20b", URL_FTP},
	    {"file:///data/x", URL_FILE},
	    {"https://host/a/.../x", URL_HTTPS},
	    {"http://host/..x/x..", URL_HTTP},
	    {"ftp://host/a/../b", URL_NONE},
	    {"ftp://host/a/%2e%2E/b", URL_NONE},
	    {"ftp://host/a/.%2e", URL_NONE},
	    {"ftp://host/./b", URL_NONE},
	    {"ftp://host/a b", URL_NONE},
	    {"ftp://host/a\nb", URL_NONE},
	    {"ftp://host/a%00b", URL_NONE},
	    {"ftp://host", URL_NONE},
	    {"ftp://user@host/x", URL_NONE},
	    {"ftp://user:pw@host/x", URL_NONE},
	    {"file://host/x", URL_NONE},
	    {"gopher://host/x", URL_NONE},
	    {"x", URL_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *why;

		assert_int_equal(url_scheme_checked(table[i].url, &why), table[i].scheme);
		assert_int_equal(why == NULL, table[i].scheme != URL_NONE);
	}
}

static void
encoding(void **state)
{
	char *text = url_encode("/L2/a b#%?&\xe9~.txt"), *back;

	(void)state;
	assert_string_equal(text, "/L2/a%20b%23%25%3F%26%E9~.txt");
	back = url_decode(text);
	assert_string_equal(back, "/L2/a b#%?&\xe9~.txt");
	free(text);
	free(back);
	assert_null(url_decode("a%00b"));
	back = url_decode("100%");
	assert_string_equal(back, "100%");
	free(back);
}

static void
users(void **state)
{
	char *url = url_with_user("ftp://host:2121/a%20b", "a@b"), *plain;

	(void)state;
	assert_string_equal(url, "ftp://a%40b@host:2121/a%20b");
	plain = url_without_user(url);
	assert_string_equal(plain, "ftp://host:2121/a%20b");
	free(plain);
	free(url);
	assert_null(url_without_user("host"));
}

static void
servers(void **state)
{
	(void)state;
	assert_true(url_same_server("ftp://h/a", "ftp://H:21/b"));
	assert_false(url_same_server("ftp://h/a", "ftps://h/a"));
	assert_false(url_same_server("http://h/a", "http://h:8080/a"));
	assert_false(url_same_server("http://h/a", "http://h.evil/a"));
	assert_string_equal(url_path("ftp://h/a/b"), "/a/b");
	assert_string_equal(url_path("ftp://h"), "");
	assert_string_equal(url_path("file:///x"), "/x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(urls),
	    cmocka_unit_test(urls_of_records),
	    cmocka_unit_test(encoding),
	    cmocka_unit_test(users),
	    cmocka_unit_test(servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
