/* Files of gzip (RFC 1952): are they whole? */
#ifndef GZIP_H
#define GZIP_H

#include <stdbool.h>

/* Does a name end as those of such files do: .gz, .tgz? */
bool gzip_is_name(const char *name);

/*
 * Unpack the first n bytes of a file, and throw away what comes out: all members must
 * end, with the right CRC and length.  NULL, or what is wrong with it: a constant.
 */
const char *gzip_wrong(int fd, long long n);

#endif
