#include "local/job_record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/base64.h"
#include "text/timestamp.h"
#include "text/utf8.h"

void
job_record_open(struct job_record *record)
{
	*record = (struct job_record){0};
	record->w = writer_to(buffer_put, &record->lines);
	record->w.percent = true;
	timestamp_now(record->at);
}

static bool
is_text(const char *text)
{
	return utf8_valid(text, strlen(text)) == strlen(text);
}

static void
put_base64(struct job_record *record, const char *name, const char *text)
{
	char *letters = base64_encode(text, strlen(text));

	if (letters == NULL)
		record->lines.failed = true;
	writer_string(&record->w, name, letters);
	free(letters);
}

void
job_record_begin(struct job_record *record, const char *stream)
{
	writer_object(&record->w, NULL);
	writer_string(&record->w, "type", "RECORD");
	writer_string(&record->w, "stream", stream);
	writer_object(&record->w, "record");
}

void
job_record_end(struct job_record *record)
{
	writer_string(&record->w, "at", record->at);
	writer_end_object(&record->w);
	writer_end_object(&record->w);
	buffer_put(&record->lines, "\n", 1);
	record->w.comma = false;
}

void
job_record_put(struct job_record *record, const char *name, const char *text)
{
	if (text != NULL)
		writer_string(&record->w, name, text);
}

void
job_record_bytes(struct job_record *record, const char *name, const char *text)
{
	char second[64], *end;

	if (text == NULL)
		return;
	writer_string(&record->w, name, text);
	if (is_text(text) || strlen(name) + sizeof("_base64") > sizeof(second))
		return;
	end = stpcpy(second, name);
	stpcpy(end, "_base64");
	put_base64(record, second, text);
}

void
job_record_json(struct job_record *record, const char *name, struct json_span json)
{
	if (json.p != NULL)
		writer_json(&record->w, name, json);
}

void
job_record_run(struct job_record *record, const char *name, const char *run)
{
	size_t n = run != NULL ? strlen(run) : 0;

	if (n > 0 && n < 19 && strspn(run, "0123456789") == n &&
	    (n == 1 || run[0] != '0'))
		writer_integer(&record->w, name, strtoll(run, NULL, 10));
	else
		job_record_bytes(record, name, run);
}

void
job_record_number(struct job_record *record, const char *name, long long number)
{
	writer_integer(&record->w, name, number);
}

void
job_record_real(struct job_record *record, const char *name, double real)
{
	if (isfinite(real))
		writer_real(&record->w, name, real);
}

void
job_record_bool(struct job_record *record, const char *name, bool value)
{
	writer_bool(&record->w, name, value);
}

void
job_record_list(struct job_record *record, const char *name, char *const *texts)
{
	if (texts == NULL)
		return;
	writer_array(&record->w, name);
	for (size_t i = 0; texts[i] != NULL; i++) {
		if (is_text(texts[i])) {
			writer_string(&record->w, NULL, texts[i]);
			continue;
		}
		writer_object(&record->w, NULL);
		put_base64(record, "$base64", texts[i]);
		writer_end_object(&record->w);
	}
	writer_end_array(&record->w);
}

void
job_record_pairs(struct job_record *record, const char *name, char *const *pairs)
{
	if (pairs == NULL || pairs[0] == NULL)
		return;
	writer_object(&record->w, name);
	for (size_t i = 0; pairs[i] != NULL; i++) {
		size_t n = strcspn(pairs[i], "=");
		char *variable = strndup(pairs[i], n);

		if (variable != NULL && is_text(variable))
			writer_string(
			    &record->w, variable, pairs[i] + n + (pairs[i][n] == '='));
		free(variable);
	}
	writer_end_object(&record->w);
}

const char *
job_record_lines(struct job_record *record, size_t *n)
{
	*n = record->lines.n;
	return record->lines.failed	 ? NULL
	       : record->lines.p != NULL ? record->lines.p
					 : "";
}

void
job_record_close(struct job_record *record)
{
	buffer_free(&record->lines);
}
