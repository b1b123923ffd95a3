/* SHA-256 (FIPS 180-4), piece by piece or at once. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>

#define SHA256_HEX 65 /* 64 lower-case hexadecimal digits and NUL */

struct sha256; /* one that is being computed */

/* Begin.  NULL without memory. */
struct sha256 *sha256_begin(void);

/* Take n more bytes.  0, or -1 if the library failed. */
int sha256_update(struct sha256 *hash, const void *p, size_t n);

/* Give the digits of all bytes, and release.  0, or -1 if the library failed. */
int sha256_end(struct sha256 *hash, char hex[SHA256_HEX]);

/* Release one that is given up.  NULL is allowed. */
void sha256_drop(struct sha256 *hash);

/* The digits of n bytes.  0, or -1 if the library failed. */
int sha256_of(const void *p, size_t n, char hex[SHA256_HEX]);

#endif
