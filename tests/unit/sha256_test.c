/* sha256.c and base64.c, by the examples of FIPS 180-4 and RFC 4648. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "sha256.h"

static void
at_once(void **state)
{
	char hex[SHA256_HEX];

	(void)state;
	assert_int_equal(sha256_of("abc", 3, hex), 0);
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(sha256_of("", 0, hex), 0);
	assert_string_equal(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
in_pieces(void **state)
{
	struct sha256 *hash = sha256_begin();
	char block[1000], hex[SHA256_HEX];

	(void)state;
	assert_non_null(hash);
	memset(block, 'a', sizeof(block));
	for (int i = 0; i < 1000; i++)
		assert_int_equal(sha256_update(hash, block, sizeof(block)), 0);
	assert_int_equal(sha256_end(hash, hex), 0);
	assert_string_equal(
	    hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	sha256_drop(sha256_begin());
	sha256_drop(NULL);
}

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
	    cmocka_unit_test(at_once),
	    cmocka_unit_test(in_pieces),
	    cmocka_unit_test(base64),
	    cmocka_unit_test(no_base64),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
