/* Members of small JSON objects, as C has them. */
#ifndef OBJECT_H
#define OBJECT_H

#include "text/json.h"

/*
 * A member of an object that was checked before: a string decoded, a number as its
 * letters.  malloc'd; NULL if it is not there, null, of another type, holds a NUL, or
 * without memory.
 */
char *object_member(struct json_span object, const char *name);

/* A member that is a whole number from 0 on, else -1. */
long long object_count(struct json_span object, const char *name);

#endif
