/*
 * SHA-256 and MD5 of bytes as they pass, and what the other side says they should be.
 * The hashing is OpenSSL's.
 */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>

#define CHECKSUM_HEX 65 /* a SHA-256 as letters, and NUL */

/* What was said, in lower-case hexadecimal; "" where nothing was. */
struct checksum_expected {
	char sha256[CHECKSUM_HEX];
	char md5[33];
};

struct checksum {
	void *sha256, *md5; /* EVP_MD_CTX; md5 NULL: not wanted */
};

/* Begin.  0, or -1 without memory. */
int checksum_begin(struct checksum *checksum, bool md5);

/* Take n bytes.  0, or -1 if the library fails. */
int checksum_add(struct checksum *checksum, const void *p, size_t n);

/* Take the bytes of a file from one offset to another.  0, or -1 with errno set (EIO: it
   is shorter). */
int checksum_file(struct checksum *checksum, int fd, long long from, long long to);

/* The SHA-256 of all bytes so far; more may come.  0, or -1. */
int checksum_sha256(const struct checksum *checksum, char hex[CHECKSUM_HEX]);

/* Is what was taken what was said?  NULL, or the name of the sum that is another. */
const char *checksum_wrong(
    const struct checksum *checksum, const struct checksum_expected *expected);

/* The SHA-256 of n bytes.  0, or -1 if the library failed. */
int checksum_of(const void *p, size_t n, char hex[CHECKSUM_HEX]);

/* Release; nothing for one that was not begun. */
void checksum_end(struct checksum *checksum);

/*
 * Learn from a text of a record: "sha256:HEX", "md5:HEX", or bare HEX of the length of
 * one of them.  What is neither is not understood and changes nothing: false.
 */
bool checksum_expect(struct checksum_expected *expected, const char *text);

/*
 * Learn from a header of an HTTP answer: Digest (RFC 3230), Repr-Digest (RFC 9530),
 * which speak of the whole file, and, where the answer is the whole file, Content-MD5
 * (RFC 1864) and Content-Digest (RFC 9530).
 */
void checksum_expect_header(
    struct checksum_expected *expected, const char *name, const char *value, bool whole);

#endif
