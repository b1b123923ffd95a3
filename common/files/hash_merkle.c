#include "files/hash_merkle.h"

#include <openssl/evp.h>
#include <string.h>

void
hash_merkle_begin(struct hash_merkle *merkle)
{
	if (merkle->context == NULL)
		merkle->context = EVP_MD_CTX_new();
	merkle->failed = merkle->context == NULL ||
			 EVP_DigestInit_ex(merkle->context, EVP_sha256(), NULL) != 1;
}

void
hash_merkle_bytes(struct hash_merkle *merkle, const void *p, size_t n)
{
	merkle->failed = merkle->failed || EVP_DigestUpdate(merkle->context, p, n) != 1;
}

void
hash_merkle_entry(struct hash_merkle *merkle, char type,
    const unsigned char digest[HASH_BYTES], const char *name)
{
	char text[2 + HASH_HEX + 256];
	size_t n = strlen(name) + 1;

	text[0] = type;
	text[1] = ' ';
	hash_merkle_write(digest, text + 2);
	text[2 + HASH_HEX - 1] = ' ';
	if (n <= 256) {
		memcpy(text + 2 + HASH_HEX, name, n);
		hash_merkle_bytes(merkle, text, 2 + HASH_HEX + n);
	} else {
		hash_merkle_bytes(merkle, text, 2 + HASH_HEX);
		hash_merkle_bytes(merkle, name, n);
	}
}

int
hash_merkle_end(struct hash_merkle *merkle, unsigned char digest[HASH_BYTES])
{
	unsigned n;

	if (merkle->failed || EVP_DigestFinal_ex(merkle->context, digest, &n) != 1)
		return -1;
	return 0;
}

void
hash_merkle_close(struct hash_merkle *merkle)
{
	EVP_MD_CTX_free(merkle->context);
	merkle->context = NULL;
}

void
hash_merkle_write(const unsigned char digest[HASH_BYTES], char hex[HASH_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_BYTES; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[HASH_HEX - 1] = '\0';
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
hash_merkle_read(const char *hex, size_t n, unsigned char digest[HASH_BYTES])
{
	if (n != HASH_HEX - 1)
		return -1;
	for (size_t i = 0; i < HASH_BYTES; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		digest[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}
