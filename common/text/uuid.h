/* Universally unique identifiers (RFC 9562), as 36 letters. */
#ifndef UUID_H
#define UUID_H

#include <stdbool.h>
#include <stddef.h>

#define UUID_BYTES 37 /* with its NUL */

/*
 * A new one of version 7: they sort by the time at which they were made, to a quarter of
 * a microsecond (section 6.2, method 3).  0, or -1 with errno set if the system gives no
 * random bytes.
 */
int uuid_new(char out[UUID_BYTES]);

/* One of version 8 that a text in hexadecimal (32 digits or more) stands behind: the same
   for the same text. */
void uuid_of_hex(const char *hex, char out[UUID_BYTES]);

/* Is it 36 letters long, lower-case hexadecimal and four hyphens? */
bool uuid_valid(const char *text);

#endif
