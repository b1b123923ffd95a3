/* Checksums: of bytes, and as records and headers give them. */
#include "text/checksum.h"

#include "unit.h"

/* FIPS 180-2, appendix B.1, and RFC 1321, appendix A.5: "abc" */
#define SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define MD5 "900150983cd24fb0d6963f7d28e17f72"
#define SHA256_BASE64 "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
#define MD5_BASE64 "kAFQmDzST7DWlj99KOF/cg=="

static void
sums(void **state)
{
	struct checksum_expected expected = {SHA256, MD5};
	struct checksum checksum;
	char hex[CHECKSUM_HEX];
	int fd = unit_file();

	(void)state;
	assert_int_equal(checksum_begin(&checksum, true), 0);
	assert_int_equal(checksum_add(&checksum, "a", 1), 0);
	assert_int_equal(checksum_sha256(&checksum, hex), 0); /* in between */
	assert_int_equal(checksum_add(&checksum, "bc", 2), 0);
	assert_int_equal(checksum_sha256(&checksum, hex), 0);
	assert_string_equal(hex, SHA256);
	assert_null(checksum_wrong(&checksum, &expected));
	expected.md5[3] = 'f';
	assert_string_equal(checksum_wrong(&checksum, &expected), "MD5");
	expected.sha256[3] = 'e';
	assert_string_equal(checksum_wrong(&checksum, &expected), "SHA-256");
	checksum_end(&checksum);
	assert_int_equal(checksum_begin(&checksum, false), 0);
	assert_int_equal(write(fd, "abcdef", 6), 6);
	assert_int_equal(checksum_file(&checksum, fd, 0, 3), 0);
	assert_int_equal(checksum_sha256(&checksum, hex), 0);
	assert_string_equal(hex, SHA256);
	assert_int_equal(checksum_file(&checksum, fd, 0, 7), -1); /* it is shorter */
	close(fd);
	checksum_end(&checksum);
}

static void
texts(void **state)
{
	static const struct {
		const char *text, *sha256, *md5;
	} table[] = {
	    {"sha256:" SHA256, SHA256, ""},
	    {SHA256, SHA256, ""},
	    {"md5:" MD5, "", MD5},
	    {"MD5:900150983CD24FB0D6963F7D28E17F72", "", MD5},
	    {MD5, "", MD5},
	    {"sha256:" MD5, "", ""},
	    {"md5:" SHA256, "", ""},
	    {"crc32:12345678", "", ""},
	    {"", "", ""},
	    {"zz0150983cd24fb0d6963f7d28e17f72", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct checksum_expected expected = {"", ""};

		assert_int_equal(checksum_expect(&expected, table[i].text),
		    table[i].sha256[0] != '\0' || table[i].md5[0] != '\0');
		assert_string_equal(expected.sha256, table[i].sha256);
		assert_string_equal(expected.md5, table[i].md5);
	}
}

static void
headers(void **state)
{
	static const struct {
		const char *name, *value;
		bool whole;
		const char *sha256, *md5;
	} table[] = {
	    {"Digest", "SHA-256=" SHA256_BASE64, false, SHA256, ""},
	    {"digest", "md5=" MD5_BASE64 ",sha-256=" SHA256_BASE64, true, SHA256, MD5},
	    {"Repr-Digest", "sha-256=:" SHA256_BASE64 ":", false, SHA256, ""},
	    {"Repr-Digest", "sha-512=:xx:, sha-256=:" SHA256_BASE64 ":;p=1", false,
		SHA256, ""},
	    {"Content-Digest", "sha-256=:" SHA256_BASE64 ":", true, SHA256, ""},
	    {"Content-Digest", "sha-256=:" SHA256_BASE64 ":", false, "", ""},
	    {"Content-MD5", MD5_BASE64, true, "", MD5},
	    {"Content-MD5", MD5_BASE64, false, "", ""},
	    {"Digest", "SHA-256=tooshort=", true, "", ""},
	    {"Digest", "SHA-256", true, "", ""},
	    {"Digest", "=,=,,;", true, "", ""},
	    {"Repr-Digest", "sha-256=:", true, "", ""},
	    {"ETag", "SHA-256=" SHA256_BASE64, true, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct checksum_expected expected = {"", ""};

		checksum_expect_header(
		    &expected, table[i].name, table[i].value, table[i].whole);
		assert_string_equal(expected.sha256, table[i].sha256);
		assert_string_equal(expected.md5, table[i].md5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sums),
	    cmocka_unit_test(texts),
	    cmocka_unit_test(headers),
	};

	return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
