/* What a query asks of a JSON value.  A text that is no JSON has no answer. */
#ifndef QUERY_JSON_H
#define QUERY_JSON_H

#include <stdint.h>

#include "text/json.h"
#include "text/number.h"

/* A JSON number, or true (1) or false (0).  False for all else. */
bool query_json_number(struct json_span json, struct number *number);

/* A JSON string, decoded and malloc'd; NULL for all else. */
char *query_json_string(struct json_span json, size_t *length);

/* Elements of an array, members of an object, characters of a string; else -1. */
int64_t query_json_length(struct json_span json);

/* Python's truth: 0 for null, false, 0, "", [] and {}; -1 if it is no JSON. */
int query_json_truth(struct json_span json);

/*
 * Is a number (a string) an element of an array?  Is a string a key of an object, or
 * in a string?  1 or 0; -1 if it is no JSON, or without memory.
 */
int query_json_has_number(struct json_span json, const struct number *number);
int query_json_has_string(struct json_span json, const char *p, size_t n);

#endif
