#include "local/cond_record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"
#include "base/who.h"
#include "logbook/experiment.h"
#include "stream/emit.h"
#include "stream/streams.h"

int
cond_record_open(struct cond_record *record, struct stream *out, const char *stream)
{
	*record = (struct cond_record){
	    .out = out, .stream = stream, .program = "elog-cond", .user = who_user()};
	if (record->user == NULL) {
		msg("no memory");
		return -1;
	}
	(void)timestamp_text(time(NULL), record->at);
	streams_schema_named(out, stream);
	return 0;
}

void
cond_record_close(struct cond_record *record)
{
	free(record->user);
	record->user = NULL;
}

void
cond_record_begin(struct cond_record *record)
{
	record->w = emit_record(record->out, record->stream);
}

void
cond_record_text(struct cond_record *record, const char *name, const char *p, size_t n)
{
	if (p != NULL)
		writer_text(&record->w, name, p, n);
}

void
cond_record_field(struct cond_record *record, const char *name, const char *p, size_t n)
{
	writer_field(&record->w, name, p, n);
}

void
cond_record_json(struct cond_record *record, const char *name, struct json_span json)
{
	writer_json(&record->w, name, json);
}

void
cond_record_number(struct cond_record *record, const char *name, long long number)
{
	writer_integer(&record->w, name, number);
}

void
cond_record_experiment(struct cond_record *record, const char *name)
{
	char *address = strdup(name);

	if (address == NULL)
		return;
	experiment_address(address);
	cond_record_text(record, "experiment", address, strlen(address));
	free(address);
}

void
cond_record_run(struct cond_record *record, const char *p, size_t n)
{
	size_t digits = 0;

	while (digits < n && p[digits] >= '0' && p[digits] <= '9')
		digits++;
	if (n > 0 && digits == n && n < 19 && (n == 1 || p[0] != '0'))
		cond_record_json(record, "run", (struct json_span){p, n});
	else
		cond_record_text(record, "run", p, n);
}

void
cond_record_end(struct cond_record *record, long line)
{
	cond_record_text(record, "set_by", record->user, strlen(record->user));
	cond_record_text(record, "set_at", record->at, strlen(record->at));
	cond_record_text(record, "program", record->program, strlen(record->program));
	cond_record_number(record, "line", line);
	if (record->force)
		writer_bool(&record->w, "force", true);
	emit_end(&record->w);
}
