/*
 * The parameters of a run that people edit: {name: {"value": …, "modified_by": …}}.  The
 * store behind the service splits a name at its dots: {"a": {"b": {"value": …}}} is a.b.
 */
#ifndef EDITABLE_H
#define EDITABLE_H

#include "text/json.h"

/*
 * Take one parameter.  name is a JSON string with its quotes, gone after the return;
 * value any JSON value of the object.  Anything but 0 ends the walk.
 */
typedef int editable_take(void *context, struct json_span name, struct json_span value);

/*
 * Walk an object of a checked document; one that is none ({NULL, 0}, null) holds nothing.
 * Returns 0, what take returned, or -1 without memory.
 */
int editable_walk(struct json_span object, editable_take *take, void *context);

#endif
