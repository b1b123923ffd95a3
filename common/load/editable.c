#include "load/editable.h"

#include <stdbool.h>
#include <stddef.h>

#include "text/buffer.h"

#define DEPTH_MAX 16 /* dots in a name */

/* Is it a parameter, and not what comes before the dot of one?  A part of a name can be
   "value", too: then what it holds is an object, and nobody has edited it. */
static bool
is_parameter(struct json_span object, struct json_span *value)
{
	struct json_span who;

	if (!json_find(object, "value", value))
		return false;
	return value->p[0] != '{' || json_find(object, "modified_by", &who) ||
	       json_find(object, "modified_time", &who);
}

/* prefix is a JSON string without its closing quote, or NULL. */
static int
walk(struct json_span object, const struct buffer *prefix, int depth, editable_take *take,
    void *context)
{
	struct json s;
	struct json_span name, member, value;
	int result = 0;

	json_begin(&s, object.p, object.n);
	if (!json_open(&s, '{'))
		return 0;
	while (result == 0 && json_member(&s, &name) && json_value(&s, &member)) {
		struct buffer whole = {.p = NULL};

		if (member.p[0] != '{')
			continue;
		if (prefix == NULL && is_parameter(member, &value)) {
			result = take(context, name, value);
			continue;
		}
		if (prefix != NULL) {
			buffer_put(&whole, prefix->p, prefix->n);
			buffer_put(&whole, ".", 1);
			buffer_put(&whole, name.p + 1, name.n - 2);
		} else {
			buffer_put(&whole, name.p, name.n - 1);
		}
		if (whole.failed)
			result = -1;
		else if (!is_parameter(member, &value))
			result = depth < DEPTH_MAX
				     ? walk(member, &whole, depth + 1, take, context)
				     : 0;
		else {
			buffer_put(&whole, "\"", 1);
			result = whole.failed
				     ? -1
				     : take(context, (struct json_span){whole.p, whole.n},
					   value);
		}
		buffer_free(&whole);
	}
	return result;
}

int
editable_walk(struct json_span object, editable_take *take, void *context)
{
	if (object.p == NULL || object.p[0] != '{')
		return 0;
	return walk(object, NULL, 0, take, context);
}
