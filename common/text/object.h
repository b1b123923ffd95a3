/* Small JSON objects: one member after the other written, and looked up. */
#ifndef OBJECT_H
#define OBJECT_H

#include <stdio.h>

#include "text/json.h"

/* An object on its way into memory. */
struct object {
	FILE *out;  /* NULL: without memory, all calls do nothing */
	char *text; /* once it has ended */
	size_t n;
	int members;
};

void object_begin(struct object *object);

/* Add a member; value NULL adds null.  Bytes that are no UTF-8 must not be in it. */
void object_text(struct object *object, const char *name, const char *value);

/* Add a number; one below 0 adds null. */
void object_number(struct object *object, const char *name, long long value);

/* End it.  Returns its text, malloc'd, or NULL without memory. */
char *object_end(struct object *object);

/*
 * A member of an object that was checked before: a string decoded, a number as its
 * letters.  malloc'd; NULL if it is not there, null, of another type, holds a NUL, or
 * without memory.
 */
char *object_member(struct json_span object, const char *name);

/* A member that is a whole number from 0 on, else -1. */
long long object_count(struct json_span object, const char *name);

#endif
