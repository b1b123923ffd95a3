#include "local/job_figure.h"

#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "text/number.h"
#include "text/utf8.h"

#define NAME_MAX_BYTES 255

const char *
job_figure_fault(const char *name)
{
	if (name[0] == '\0')
		return "a figure needs a name";
	if (strlen(name) > NAME_MAX_BYTES)
		return "a name of a figure is longer than 255 bytes";
	if (utf8_valid(name, strlen(name)) != strlen(name))
		return "a name of a figure that is no UTF-8";
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "a name of a figure with a control character";
	return NULL;
}

static void
begin(struct job_record *record, const char *job, const char *name)
{
	job_record_begin(record, "job_values");
	job_record_put(record, "job", job);
	job_record_put(record, "name", name);
}

/* A number as RFC 8259 spells it keeps its digits. */
static bool
put_number(struct job_record *record, const char *value)
{
	size_t n = strlen(value);
	struct number number;
	struct json_span span;
	struct json s;

	if (n == 0 || !number_read(value, n, &number))
		return false;
	json_begin(&s, value, n);
	if (strchr("-0123456789", json_peek(&s)) != NULL && json_value(&s, &span) &&
	    json_end(&s))
		job_record_json(record, "value", span);
	else if (number.is_real)
		job_record_real(record, "value", number.real);
	else
		job_record_number(record, "value", number.integer);
	return true;
}

void
job_figure_put(struct job_record *record, const char *job, const char *name,
    const char *value, bool text)
{
	begin(record, job, name);
	if (text || !put_number(record, value))
		job_record_bytes(record, "value", value);
	job_record_end(record);
}

int
job_figure_put_pair(struct job_record *record, const char *job, const char *pair)
{
	const char *equals = strchr(pair, '='), *fault;
	char *name;

	if (equals == NULL) {
		msg("'%s': NAME=VALUE is expected", pair);
		return EXIT_USAGE;
	}
	name = strndup(pair, (size_t)(equals - pair));
	fault = name != NULL ? job_figure_fault(name) : "no memory";
	if (fault == NULL)
		job_figure_put(record, job, name, equals + 1, false);
	else
		msg("'%s': %s", pair, fault);
	free(name);
	return fault == NULL ? EXIT_DONE : EXIT_USAGE;
}

/* NAME.MEMBER, malloc'd. */
static char *
join(const char *name, struct json_span key)
{
	size_t n = name != NULL ? strlen(name) : 0;
	char *whole = malloc(n + key.n + 2);

	if (whole == NULL)
		return NULL;
	if (n > 0) {
		memcpy(whole, name, n);
		whole[n++] = '.';
	}
	json_string_decode(key, whole + n);
	return whole;
}

/* Of a text that was checked. */
static void
put_value(
    struct job_record *record, const char *job, const char *name, struct json_span json)
{
	struct json_span key, value;
	char *text, *member;
	struct json s;

	if (json.p[0] == '{') {
		json_begin(&s, json.p, json.n);
		for (bool more = json_open(&s, '{');
		     more && json_member(&s, &key) && json_value(&s, &value);) {
			member = join(name, key);
			if (member != NULL)
				put_value(record, job, member, value);
			free(member);
		}
		return;
	}
	if (name == NULL || json.p[0] == 'n')
		return;
	if (job_figure_fault(name) != NULL) {
		msg("'%s': %s: left out", name, job_figure_fault(name));
		return;
	}
	begin(record, job, name);
	if (strchr("-0123456789tf\"", json.p[0]) != NULL && json.p[1] != 'I') {
		job_record_json(record, "value", json);
	} else if ((text = strndup(json.p, json.n)) != NULL) {
		job_record_put(record, "value", text); /* an array, NaN */
		free(text);
	}
	job_record_end(record);
}

int
job_figure_put_object(
    struct job_record *record, const char *job, const char *name, struct json_span json)
{
	struct json_span value;
	struct json s;

	json_begin(&s, json.p, json.n);
	if (!json_value(&s, &value) || !json_end(&s))
		return -1;
	put_value(record, job, name, value);
	return 0;
}
