#include "logbook/filter.h"

#include <jq.h>
#include <jv.h>
#include <limits.h>
#include <stdlib.h>

#include "base/msg.h"

struct filter {
	jq_state *jq;
};

static void
complain(void *context, jv message)
{
	(void)context;
	msg("--jq: %s", jv_string_value(message));
	jv_free(message);
}

struct filter *
filter_open(const char *program)
{
	struct filter *filter = malloc(sizeof(*filter));

	if (filter == NULL)
		goto err0;
	filter->jq = jq_init();
	if (filter->jq == NULL)
		goto err1;
	jq_set_error_cb(filter->jq, complain, NULL);
	/* Modules are looked up from here; without these, libjq 1.6 aborts. */
	jq_set_attr(filter->jq, jv_string("JQ_ORIGIN"), jv_string("."));
	jq_set_attr(filter->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	jq_set_attr(filter->jq, jv_string("PROGRAM_ORIGIN"), jv_string("."));
	if (!jq_compile(filter->jq, program))
		goto err2;
	return filter;
err2:
	jq_teardown(&filter->jq);
err1:
	free(filter);
err0:
	return NULL;
}

static void
put(struct stream *out, jv value)
{
	jv text = jv_get_kind(value) == JV_KIND_STRING ? value : jv_dump_string(value, 0);

	stream_put(
	    out, jv_string_value(text), (size_t)jv_string_length_bytes(jv_copy(text)));
	stream_end_line(out);
	jv_free(text);
}

int
filter_run(struct filter *filter, const char *json, size_t n, struct stream *out)
{
	jv input, result;
	int status = 0;

	if (n > INT_MAX) {
		msg("--jq: a record of more than 2 GiB");
		return -1;
	}
	input = jv_parse_sized(json, (int)n);
	if (!jv_is_valid(input)) {
		jv error = jv_invalid_get_msg(input);

		msg("--jq: %s", jv_get_kind(error) == JV_KIND_STRING
				    ? jv_string_value(error)
				    : "not JSON to libjq");
		jv_free(error);
		return -1;
	}
	jq_start(filter->jq, input, 0);
	while (jv_is_valid(result = jq_next(filter->jq)))
		put(out, result);
	if (jv_invalid_has_msg(jv_copy(result))) {
		jv error = jv_invalid_get_msg(result);

		msg("--jq: %s", jv_get_kind(error) == JV_KIND_STRING
				    ? jv_string_value(error)
				    : "the program failed");
		jv_free(error);
		status = -1;
	} else {
		jv_free(result);
	}
	return status;
}

void
filter_free(struct filter *filter)
{
	if (filter == NULL)
		return;
	jq_teardown(&filter->jq);
	free(filter);
}
