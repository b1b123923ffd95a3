#include "text/checksum.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)256 * 1024)

static void *
begin_one(const EVP_MD *method)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context == NULL || EVP_DigestInit_ex(context, method, NULL) == 1)
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

int
checksum_begin(struct checksum *checksum, bool md5)
{
	*checksum = (struct checksum){.sha256 = begin_one(EVP_sha256())};
	if (md5)
		checksum->md5 = begin_one(EVP_md5());
	if (checksum->sha256 != NULL && (checksum->md5 != NULL || !md5))
		return 0;
	checksum_end(checksum);
	return -1;
}

int
checksum_add(struct checksum *checksum, const void *p, size_t n)
{
	if (EVP_DigestUpdate(checksum->sha256, p, n) != 1)
		return -1;
	if (checksum->md5 != NULL && EVP_DigestUpdate(checksum->md5, p, n) != 1)
		return -1;
	return 0;
}

int
checksum_file(struct checksum *checksum, int fd, long long from, long long to)
{
	char *buffer = malloc(CHUNK);
	long long at = from;

	if (buffer == NULL)
		return -1;
	while (at < to) {
		size_t part = to - at < (long long)CHUNK ? (size_t)(to - at) : CHUNK;
		ssize_t got = pread(fd, buffer, part, at);

		if (got == 0)
			errno = EIO;
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || checksum_add(checksum, buffer, (size_t)got) != 0)
			break;
		at += got;
	}
	free(buffer);
	return at < to ? -1 : 0;
}

/* The sum so far, as letters; 0, or -1. */
static int
value(const void *context, char *hex)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	int result = -1;

	if (copy != NULL && EVP_MD_CTX_copy_ex(copy, context) == 1 &&
	    EVP_DigestFinal_ex(copy, sum, &n) == 1) {
		for (unsigned i = 0; i < n; i++)
			sprintf(hex + (size_t)2 * i, "%02x", sum[i]);
		result = 0;
	}
	EVP_MD_CTX_free(copy);
	return result;
}

int
checksum_sha256(const struct checksum *checksum, char hex[CHECKSUM_HEX])
{
	hex[0] = '\0';
	return value(checksum->sha256, hex);
}

const char *
checksum_wrong(const struct checksum *checksum, const struct checksum_expected *expected)
{
	char hex[CHECKSUM_HEX] = "";

	if (expected->sha256[0] != '\0' &&
	    (value(checksum->sha256, hex) != 0 || strcmp(hex, expected->sha256) != 0))
		return "SHA-256";
	if (expected->md5[0] != '\0' && checksum->md5 != NULL &&
	    (value(checksum->md5, hex) != 0 || strcmp(hex, expected->md5) != 0))
		return "MD5";
	return NULL;
}

int
checksum_of(const void *p, size_t n, char hex[CHECKSUM_HEX])
{
	struct checksum checksum;
	int result;

	if (checksum_begin(&checksum, false) != 0)
		return -1;
	result =
	    checksum_add(&checksum, p, n) == 0 ? checksum_sha256(&checksum, hex) : -1;
	checksum_end(&checksum);
	return result;
}

void
checksum_end(struct checksum *checksum)
{
	EVP_MD_CTX_free(checksum->sha256);
	EVP_MD_CTX_free(checksum->md5);
	*checksum = (struct checksum){0};
}

/* ---- what the other side says ------------------------------------------------- */

static bool
expect_hex(char *sum, size_t letters, const char *text)
{
	if (strspn(text, "0123456789abcdefABCDEF") != letters || text[letters] != '\0')
		return false;
	for (size_t i = 0; i <= letters; i++)
		sum[i] = (char)tolower((unsigned char)text[i]);
	return true;
}

bool
checksum_expect(struct checksum_expected *expected, const char *text)
{
	bool sha256 = strncasecmp(text, "sha256:", 7) == 0;
	bool md5 = strncasecmp(text, "md5:", 4) == 0;

	return (!md5 && expect_hex(expected->sha256, 64, text + (sha256 ? 7 : 0))) ||
	       (!sha256 && expect_hex(expected->md5, 32, text + (md5 ? 4 : 0)));
}

/* Base64 (RFC 4648, section 4) of a sum of so many bytes. */
static void
expect_base64(char *sum, size_t bytes, const char *text, size_t n)
{
	unsigned char out[64];
	char in[64];
	size_t whole = (bytes + 2) / 3 * 4;

	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	if (n != whole || n >= sizeof(in))
		return;
	memcpy(in, text, n);
	in[n] = '\0';
	if (EVP_DecodeBlock(out, (const unsigned char *)in, (int)n) != (int)(n / 4 * 3))
		return;
	for (size_t i = 0; i < bytes; i++)
		sprintf(sum + 2 * i, "%02x", out[i]);
}

/* The entries of "sha-256=…,md5=…"; in the newer form each sum stands in colons. */
static void
expect_list(struct checksum_expected *expected, const char *value_text)
{
	for (const char *p = value_text; *p != '\0';) {
		size_t n, name;

		p += strspn(p, " \t,");
		n = strcspn(p, ",");
		name = strcspn(p, "=");
		if (name < n) {
			const char *sum = p + name + 1;
			size_t length = n - name - 1;

			if (length >= 2 && *sum == ':') {
				sum++;
				length = strcspn(sum, ":,");
			}
			if (name == 7 && strncasecmp(p, "sha-256", 7) == 0)
				expect_base64(expected->sha256, 32, sum, length);
			else if (name == 3 && strncasecmp(p, "md5", 3) == 0)
				expect_base64(expected->md5, 16, sum, length);
		}
		p += n;
	}
}

void
checksum_expect_header(
    struct checksum_expected *expected, const char *name, const char *text, bool whole)
{
	if (strcasecmp(name, "Digest") == 0 || strcasecmp(name, "Repr-Digest") == 0 ||
	    (whole && strcasecmp(name, "Content-Digest") == 0))
		expect_list(expected, text);
	else if (whole && strcasecmp(name, "Content-MD5") == 0)
		expect_base64(expected->md5, 16, text, strlen(text));
}
