/* base64.c, by the examples of RFC 4648. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "text/base64.h"

static void
base64(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
	    {"foobar", "Zm9vYmFy"}};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char *text = base64_encode(pairs[i][0], strlen(pairs[i][0]));
		unsigned char *bytes =
		    base64_decode(pairs[i][1], strlen(pairs[i][1]), &n);

		assert_string_equal(text, pairs[i][1]);
		assert_non_null(bytes);
		assert_int_equal(n, strlen(pairs[i][0]));
		assert_memory_equal(bytes, pairs[i][0], n);
		free(text);
		free(bytes);
	}
}

static void
no_base64(void **state)
{
	static const char *const texts[] = {
	    "Z", "Zg", "Zg=", "Zg===", "====", "Z\n==", "Zm9v ", "Zm-v", "Zg==Zg=="};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(base64_decode(texts[i], strlen(texts[i]), &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(base64),
	    cmocka_unit_test(no_base64),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
