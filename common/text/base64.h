/* Base64 (RFC 4648, section 4): bytes in a JSON string. */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>

/* The largest n that is taken. */
#define BASE64_MAX ((size_t)1024 * 1024 * 1024)

/* The text of n bytes, padded, on one line.  malloc'd; NULL without memory or if n is
   larger than BASE64_MAX. */
char *base64_encode(const void *p, size_t n);

/*
 * The bytes of a padded text of n characters, without line breaks or any other
 * character that is none of the alphabet.  malloc'd, *length of them; NULL if it is no
 * such text, or without memory.
 */
unsigned char *base64_decode(const char *text, size_t n, size_t *length);

#endif
