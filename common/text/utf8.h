/* UTF-8 (RFC 3629): characters of a text, their width on a terminal. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/*
 * Length in bytes of the character that p begins with (n bytes are there), 1 to 4;
 * *character gets its code point.  0 if it is none: a stray or overlong byte, a
 * surrogate, beyond U+10FFFF, cut off, or n is 0.
 */
size_t utf8_read(const char *p, size_t n, unsigned *character);

/* Write a code point into at least 4 bytes; the length, or 0 if it is none. */
size_t utf8_write(unsigned character, char *out);

/* Offset of the first byte that is not UTF-8; n if all is. */
size_t utf8_valid(const char *p, size_t n);

/* Length of the ASCII that p begins with, of n bytes. */
size_t utf8_ascii(const char *p, size_t n);

/* Terminal cells that a character takes: 0, 1 or 2; -1 for a control character. */
int utf8_width(unsigned character);

#endif
