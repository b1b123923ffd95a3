/*
 * What the logbook service offers and what becomes of it: one table, walked by
 * elog-get and elog-load.  Adding a resource is adding a row here and a load
 * step in common/sql/load/.
 */
#ifndef RESOURCE_H
#define RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/json.h"

/* What stands in "value", and how it becomes records. */
enum resource_shape {
	RESOURCE_OBJECT, /* an object: one record */
	RESOURCE_ARRAY,	 /* an array of objects: one record each */
	RESOURCE_WHOLE,	 /* an array kept whole: one record {experiment, member} */
	RESOURCE_BARE,	 /* an object without the envelope: one record */
};

struct resource {
	const char *stream; /* Singer stream name; also NAME.sql of the load step */
	/*
	 * Path under the authenticated prefix after "/EXPERIMENT", or NULL for
	 * the questionnaire, which has a prefix of its own.
	 */
	const char *path;
	enum resource_shape shape;
	const char *member; /* RESOURCE_WHOLE: the name that holds the array */
	/*
	 * Member that tells the records of one experiment apart (a string or a
	 * number, never missing), NULL if there is one record an experiment.
	 */
	const char *key;
	const char *subkey; /* a second one, which may be missing, or NULL */
	bool optional;	    /* 404 means that there is none */
	const char *schema; /* JSON Schema of a record */
};

/* Room for a value of each row: a bound that resource.c holds the table to. */
#define RESOURCE_MAX 32

/* Ends with a row whose stream is NULL. "experiments" comes first. */
extern const struct resource resources[];

/* Number of rows before the last. */
size_t resource_count(void);

/* The row of a stream of that name (n bytes), or NULL. */
const struct resource *resource_named(const char *stream, size_t n);

/* Can a value be a key: is it there, and a string or a number? */
bool resource_is_key(struct json_span value);

#endif
