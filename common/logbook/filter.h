/* A jq program over each record: elog-get --jq. */
#ifndef FILTER_H
#define FILTER_H

#include <stddef.h>

#include "stream/stream.h"

struct filter;

/*
 * Compile a jq program.  NULL after jq's own message on stderr if it is none.
 * Release with filter_free().
 */
struct filter *filter_open(const char *program);

/*
 * Run it over one JSON text and write the results as lines: strings raw, all else
 * as compact JSON (jq -r -c).  libjq holds numbers as doubles: integers beyond
 * 2^53 lose digits here, and only here.  Returns 0, or -1 after a message if the
 * program fails on this record.
 */
int filter_run(struct filter *filter, const char *json, size_t n, struct stream *out);

void filter_free(struct filter *filter);

#endif
