#include "sha256.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTES 32

struct sha256 {
	EVP_MD_CTX *context;
};

struct sha256 *
sha256_begin(void)
{
	struct sha256 *hash = calloc(1, sizeof(*hash));

	if (hash == NULL)
		return NULL;
	hash->context = EVP_MD_CTX_new();
	if (hash->context != NULL &&
	    EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) == 1)
		return hash;
	sha256_drop(hash);
	return NULL;
}

int
sha256_update(struct sha256 *hash, const void *p, size_t n)
{
	return EVP_DigestUpdate(hash->context, p, n) == 1 ? 0 : -1;
}

static void
write_hex(const unsigned char *bytes, char hex[SHA256_HEX])
{
	for (int i = 0; i < BYTES; i++)
		snprintf(hex + (size_t)i * 2, 3, "%02x", bytes[i]);
}

int
sha256_end(struct sha256 *hash, char hex[SHA256_HEX])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	int result = EVP_DigestFinal_ex(hash->context, bytes, NULL) == 1 ? 0 : -1;

	if (result == 0)
		write_hex(bytes, hex);
	sha256_drop(hash);
	return result;
}

void
sha256_drop(struct sha256 *hash)
{
	if (hash == NULL)
		return;
	EVP_MD_CTX_free(hash->context);
	free(hash);
}

int
sha256_of(const void *p, size_t n, char hex[SHA256_HEX])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];

	if (EVP_Digest(p, n, bytes, NULL, EVP_sha256(), NULL) != 1)
		return -1;
	write_hex(bytes, hex);
	return 0;
}
