#include "text/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
base64_encode(const void *p, size_t n)
{
	const unsigned char *bytes = p;
	char *text;
	size_t at = 0;

	if (n > BASE64_MAX)
		return NULL;
	text = malloc((n + 2) / 3 * 4 + 1);
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned second = left > 1 ? bytes[i + 1] : 0,
			 third = left > 2 ? bytes[i + 2] : 0;
		unsigned bits = (unsigned)bytes[i] << 16 | second << 8 | third;

		text[at++] = alphabet[bits >> 18];
		text[at++] = alphabet[bits >> 12 & 63];
		text[at++] = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		text[at++] = left > 2 ? alphabet[bits & 63] : '=';
	}
	text[at] = '\0';
	return text;
}

/* The six bits that a letter stands for plus one; 0 if it is none of the alphabet. */
static void
make_values(uint8_t values[256])
{
	memset(values, 0, 256);
	for (uint8_t i = 0; i < 64; i++)
		values[(unsigned char)alphabet[i]] = (uint8_t)(i + 1);
}

unsigned char *
base64_decode(const char *text, size_t n, size_t *length)
{
	uint8_t values[256];
	unsigned char *bytes;
	size_t padding = 0, at = 0;

	if (n % 4 != 0 || n > BASE64_MAX)
		return NULL;
	while (padding < 2 && padding < n && text[n - 1 - padding] == '=')
		padding++;
	bytes = malloc(n / 4 * 3 + 1);
	if (bytes == NULL)
		return NULL;
	make_values(values);
	for (size_t i = 0; i < n; i += 4) {
		unsigned bits = 0;

		for (size_t k = i; k < i + 4; k++) {
			uint8_t value =
			    k < n - padding ? values[(unsigned char)text[k]] : 1;

			if (value == 0) {
				free(bytes);
				return NULL;
			}
			bits = bits << 6 | (value - 1U);
		}
		bytes[at++] = (unsigned char)(bits >> 16);
		bytes[at++] = (unsigned char)(bits >> 8 & 0xff);
		bytes[at++] = (unsigned char)(bits & 0xff);
	}
	*length = n / 4 * 3 - padding;
	return bytes;
}
