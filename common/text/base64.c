#include "text/base64.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

char *
base64_encode(const void *p, size_t n)
{
	char *text;

	if (n > BASE64_MAX)
		return NULL;
	text = malloc((n + 2) / 3 * 4 + 1);
	if (text != NULL)
		EVP_EncodeBlock((unsigned char *)text, p, (int)n);
	return text;
}

unsigned char *
base64_decode(const char *text, size_t n, size_t *length)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t padding = 0;
	unsigned char *bytes;

	while (padding < 2 && padding < n && text[n - 1 - padding] == '=')
		padding++;
	/* libcrypto lets white space and padding of any length pass. */
	for (size_t i = 0; i < n - padding; i++)
		if (text[i] == '\0' || strchr(alphabet, text[i]) == NULL)
			return NULL;
	if (n % 4 != 0 || n > BASE64_MAX)
		return NULL;
	bytes = malloc(n / 4 * 3 + 1);
	if (bytes == NULL)
		return NULL;
	if (EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)n) < 0) {
		free(bytes);
		return NULL;
	}
	*length = n / 4 * 3 - padding;
	return bytes;
}
