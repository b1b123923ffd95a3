/* The zone of times that do not say theirs: UTC, or what --timezone names. */
#ifndef ZONE_H
#define ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From now on times without a zone are of name: one of the IANA database, such as
 * America/New_York, or an offset such as -05:00 or Z.  NULL: UTC.  Returns 0, or 2 (the
 * exit status) after a message.
 */
int zone_use(const char *name);

/* Read a time as timestamp_read() does, and mind the zone where it does not say one.  Of
   an hour that comes twice, the system's choice. */
bool zone_read(const char *p, size_t n, int64_t *microseconds);

#endif
