#include "local/bulk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "logbook/experiment.h"
#include "stream/lines.h"
#include "text/json.h"
#include "text/utf8.h"

enum { EXPERIMENT, RUN, NAME, VALUE, FIELDS };

static const char *const names[FIELDS] = {"experiment", "run", "name", "value"};

/* Cut a line at its tabs.  NULL, or what is wrong with it. */
static const char *
cut(const char *line, size_t n, struct json_span fields[FIELDS])
{
	const char *p = line, *end = line + n;

	for (int i = 0; i < FIELDS; i++) {
		const char *tab = memchr(p, '\t', (size_t)(end - p));

		if ((tab == NULL) != (i == VALUE))
			return "not four fields with a tab between them: "
			       "EXPERIMENT, RUN, NAME, VALUE";
		if (tab == NULL)
			tab = end;
		fields[i] = (struct json_span){p, (size_t)(tab - p)};
		if (i != VALUE && fields[i].n == 0)
			return "an experiment, run or name that is empty";
		p = tab + 1;
	}
	return utf8_valid(line, n) == n ? NULL : "not UTF-8";
}

/* Find the members of an object.  NULL, or what is wrong with it. */
static const char *
take_apart(const char *line, size_t n, struct json_span fields[FIELDS])
{
	struct json_span key, value;
	struct json s;

	memset(fields, 0, sizeof(fields[0]) * FIELDS);
	json_begin(&s, line, n);
	if (!json_open(&s, '{'))
		return s.error;
	while (json_member(&s, &key) && json_value(&s, &value)) {
		int i = 0;

		while (i < FIELDS && !json_string_is(key, names[i]))
			i++;
		if (i == FIELDS || fields[i].p != NULL)
			return "a member that is none of experiment, run, name and "
			       "value, or one of them twice";
		fields[i] = value;
	}
	if (s.error != NULL || !json_end(&s))
		return s.error;
	if (s.unclean)
		return "NaN and Infinity are not JSON";
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].p == NULL)
			return "experiment, run, name or value is missing";
	if (fields[EXPERIMENT].p[0] != '"' || fields[NAME].p[0] != '"' ||
	    strchr("\"-0123456789", fields[RUN].p[0]) == NULL)
		return "experiment and name are strings, run is a number or a string";
	return NULL;
}

/* 0, or -1 without memory. */
static int
write_record(struct cond_record *record, const struct json_span fields[FIELDS], bool json,
    const char *mode, long line)
{
	char *experiment = strndup(fields[EXPERIMENT].p, fields[EXPERIMENT].n);

	if (experiment == NULL)
		return -1;
	experiment_address(experiment);
	cond_record_begin(record);
	for (int i = 0; i < FIELDS; i++) {
		struct json_span field = fields[i];

		if (i == EXPERIMENT)
			field.p = experiment;
		if (json)
			cond_record_json(record, names[i], field);
		else if (i == RUN)
			cond_record_run(record, field.p, field.n);
		else
			cond_record_field(record, names[i], field.p, field.n);
	}
	if (mode != NULL)
		cond_record_text(record, "mode", mode, strlen(mode));
	cond_record_end(record, line);
	free(experiment);
	return 0;
}

/* One line.  NULL, or what is wrong with it. */
static const char *
take_line(
    struct cond_record *record, const char *line, size_t n, const char *mode, long number)
{
	struct json_span fields[FIELDS];
	const char *why;
	size_t blank = 0;
	bool json;

	if (n > 0 && line[n - 1] == '\r')
		n--;
	while (blank < n && (line[blank] == ' ' || line[blank] == '\t'))
		blank++;
	if (blank == n)
		return NULL;
	json = line[blank] == '{';
	why = json ? take_apart(line, n, fields) : cut(line, n, fields);
	if (why == NULL && write_record(record, fields, json, mode, number) != 0)
		why = "no memory";
	return why;
}

/* What was read goes on before we wait for more. */
static void
flush(void *out)
{
	(void)stream_flush(out);
}

long
bulk_read(struct cond_record *record, int fd, const char *mode)
{
	struct lines lines;
	enum lines_result result;
	const char *why;
	char *line;
	size_t n;
	long bad = 0;

	lines_open(&lines, fd);
	lines.idle = flush;
	lines.context = record->out;
	while ((result = lines_next(&lines, &line, &n)) != LINES_END &&
	       record->out->error == 0) {
		if (result == LINES_ERROR && errno == EINTR)
			continue;
		if (result == LINES_ERROR) {
			msg("stdin: %s", strerror(errno));
			bad = -1;
			break;
		}
		why = result == LINES_TOO_LONG
			  ? "too long"
			  : take_line(record, line, n, mode, lines.number);
		if (why == NULL)
			continue;
		msg("line %ld: %s", lines.number, why);
		bad++;
	}
	lines_close(&lines);
	return bad;
}
