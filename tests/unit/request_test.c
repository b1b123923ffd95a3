/* Targets of requests, taken apart; who gets in. */
#include "unit.h"

#include "web/guard.h"
#include "web/page.h"
#include "web/request.h"

static void
targets(void **state)
{
	static const struct {
		const char *target;
		int status;
		const char *address; /* of the page */
	} table[] = {
	    {"/", 0, "/"},
	    {"/index.json", 0, "/"},
	    {"/e/a%20b/runs.csv?q=x+y%26&v=b&v=a", 0, "/e/a%20b/runs?q=x%20y%26&v=b%2Ca"},
	    {"/e/x/?empty=&=none", 0, "/e/x"},
	    {"/search?q=%C3%A4&b=1&a=2", 0, "/search?a=2&b=1&q=%C3%A4"},
	    {"", 400, NULL},
	    {"e", 400, NULL},
	    {"*", 400, NULL},
	    {"http://h/", 400, NULL},
	    {"/..", 400, NULL},
	    {"/a/./b", 400, NULL},
	    {"/%2e%2E/b", 400, NULL},
	    {"/a%2Fb", 400, NULL},
	    {"//", 400, NULL},
	    {"/%", 400, NULL},
	    {"/%4", 400, NULL},
	    {"/%00", 400, NULL},
	    {"/%0a", 400, NULL},
	    {"/a?q=%ff", 400, NULL},
	    {"/a#b", 400, NULL},
	    {"/1/2/3/4/5/6/7/8/9", 414, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct request request;

		assert_int_equal(
		    request_read(&request, table[i].target), table[i].status);
		if (table[i].status == 0)
			assert_string_equal(request_address(&request, REQUEST_PAGE, NULL),
			    table[i].address);
		request_free(&request);
	}
}

static void
changes(void **state)
{
	static const char *const changed[] = {"page", "2", "q", "", NULL};
	struct request request;

	(void)state;
	assert_int_equal(request_read(&request, "/runs.json?q=a&sort=b&x=1"), 0);
	request_keep(&request, "q sort page");
	assert_string_equal(
	    request_address(&request, REQUEST_CSV, changed), "/runs.csv?page=2&sort=b");
	assert_null(request_value(&request, "x"));
	request.cookie = "a=1; bb=2;b=3";
	assert_string_equal(request_cookie(&request, "b"), "3");
	assert_null(request_cookie(&request, "c"));
	request_free(&request);
}

static void
who_gets_in(void **state)
{
	static const char token[] = "0123456789abcdef0123456789abcdef";
	struct guard guard = {.token = "0123456789abcdef0123456789abcdef",
	    .cookie = "c",
	    .hosts = {"127.0.0.1:80"},
	    .n_hosts = 1};
	static const struct {
		const char *target, *host, *origin, *site, *mode, *cookie;
		enum guard_word word;
	} table[] = {
	    {"/", "127.0.0.1:80", NULL, NULL, NULL, NULL, GUARD_OUT},
	    {"/", "127.0.0.1:80", NULL, NULL, NULL, "c=0123", GUARD_OUT},
	    {"/", "127.0.0.1:80", NULL, NULL, NULL, token, GUARD_IN},
	    {"/", "127.0.0.1:80", NULL, "none", NULL, token, GUARD_IN},
	    {"/", NULL, NULL, NULL, NULL, token, GUARD_HOST},
	    {"/", "evil:80", NULL, NULL, NULL, token, GUARD_HOST},
	    {"/", "127.0.0.1:80", "http://127.0.0.1:80", NULL, NULL, token, GUARD_IN},
	    {"/", "127.0.0.1:80", "http://evil", NULL, NULL, token, GUARD_ORIGIN},
	    {"/", "127.0.0.1:80", "null", NULL, NULL, token, GUARD_ORIGIN},
	    {"/", "127.0.0.1:80", NULL, "cross-site", NULL, token, GUARD_ORIGIN},
	    {"/?token=0123456789abcdef0123456789abcdef", "127.0.0.1:80", NULL, NULL, NULL,
		NULL, GUARD_TOKEN},
	    {"/?token=0123456789abcdef0123456789abcdef", "127.0.0.1:80", NULL,
		"cross-site", "navigate", NULL, GUARD_STRANGE},
	    {"/?token=0123456789abcdef0123456789abcdef", "127.0.0.1:80", NULL,
		"cross-site", "no-cors", NULL, GUARD_ORIGIN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct request request;
		char cookie[80];

		assert_int_equal(request_read(&request, table[i].target), 0);
		snprintf(cookie, sizeof(cookie), "c=%s",
		    table[i].cookie != NULL ? table[i].cookie : "");
		request.host = table[i].host;
		request.origin = table[i].origin;
		request.site = table[i].site;
		request.mode = table[i].mode;
		request.cookie = table[i].cookie != NULL ? cookie : NULL;
		assert_int_equal(guard_ask(&guard, &request), table[i].word);
		request_free(&request);
	}
}

static void
pages_by_path(void **state)
{
	struct request request;

	(void)state;
	assert_int_equal(request_read(&request, "/e/x/runs?q=a&token=b"), 0);
	assert_string_equal(page_find(&request)->name, "runs");
	assert_int_equal(request.n_parameters, 1);
	request_free(&request);
	assert_int_equal(request_read(&request, "/e/x/nothing"), 0);
	assert_null(page_find(&request));
	request_free(&request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(targets),
	    cmocka_unit_test(changes),
	    cmocka_unit_test(who_gets_in),
	    cmocka_unit_test(pages_by_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
