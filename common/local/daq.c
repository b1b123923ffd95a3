#include "local/daq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/condition_type.h"
#include "local/content.h"
#include "text/json.h"
#include "text/number.h"
#include "text/utf8.h"

#define VALUES_MAX 100000 /* of one file */

const struct daq_format daq_formats[] = {
    {"coda", daq_coda_read},
    {"caget", daq_caget_read},
    {NULL, NULL},
};

bool
daq_is_number(const char *text, size_t n)
{
	enum condition_type type;

	/* "-Infinity" is a float, but no number of JSON. */
	if (n == 0 || memchr("-0123456789", text[0], 11) == NULL ||
	    memchr("0123456789", text[n - 1], 10) == NULL)
		return false;
	type = condition_type_of((struct json_span){text, n});
	return type == CONDITION_INT || type == CONDITION_FLOAT;
}

int
daq_add(struct daq *daq, const char *name, size_t n, char *json, const char *type)
{
	struct daq_value *more = NULL;
	char *copy = strndup(name, n);

	if (daq->n == VALUES_MAX) {
		msg("%s: more than %d values", daq->path, VALUES_MAX);
		goto fail;
	}
	more = realloc(daq->values, (daq->n + 1) * sizeof(*more));
	if (more != NULL)
		daq->values = more;
	if (more == NULL || copy == NULL || json == NULL) {
		msg("no memory");
		goto fail;
	}
	more[daq->n++] = (struct daq_value){.name = copy, .json = json, .type = type};
	return 0;
fail:
	free(copy);
	free(json);
	return -1;
}

/* The number that a JSON number, or a string that spells one, is. */
static bool
read_number(const char *json, double *number)
{
	size_t n = strlen(json);
	struct number read;

	if (n > 2 && json[0] == '"') {
		json++;
		n -= 2;
	}
	if (!daq_is_number(json, n) || !number_read(json, n, &read))
		return false;
	*number = read.real;
	return true;
}

/* The value of a name, or NULL.  Readings come in rounds: behind the last one first. */
static struct daq_value *
find(struct daq *daq, const char *name, size_t n)
{
	for (size_t i = 0; i < daq->n; i++) {
		size_t at = (daq->next + i) % daq->n;
		struct daq_value *value = &daq->values[at];

		if (strncmp(value->name, name, n) != 0 || value->name[n] != '\0')
			continue;
		daq->next = at + 1;
		return value;
	}
	return NULL;
}

int
daq_add_reading(struct daq *daq, const char *name, size_t n, char *json, const char *type)
{
	struct daq_value *value = find(daq, name, n);
	double number = 0;
	bool is_number = json != NULL && read_number(json, &number);
	char mean[NUMBER_BYTES];

	if (value == NULL) {
		if (daq_add(daq, name, n, json, type) != 0)
			return -1;
		value = &daq->values[daq->n - 1];
		value->sum = number;
		value->readings = is_number;
		return 0;
	}
	if (json == NULL) {
		msg("no memory");
		return -1;
	}
	if (is_number && value->readings > 0) {
		value->sum += number;
		value->readings++;
		if (strcmp(json, value->json) != 0) {
			number_write(value->sum / (double)value->readings, mean);
			free(json);
			json = strdup(mean);
		}
	} else {
		value->sum = number;
		value->readings = is_number;
	}
	free(value->json);
	value->json = json;
	return json != NULL ? 0 : -1;
}

void
daq_free(struct daq *daq)
{
	for (size_t i = 0; i < daq->n; i++) {
		free(daq->values[i].name);
		free(daq->values[i].json);
	}
	free(daq->values);
	free(daq->run);
	*daq = (struct daq){0};
}

int
daq_read(struct daq *daq, const char *format, const char *path, const char *names)
{
	const struct daq_format *f = daq_formats;
	char *text;
	size_t n;
	int result;

	*daq = (struct daq){.path = path, .names = names};
	while (f->name != NULL && strcmp(f->name, format) != 0)
		f++;
	if (f->name == NULL) {
		char all[100] = "";

		for (f = daq_formats; f->name != NULL; f++)
			snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s",
			    f == daq_formats ? "" : ", ", f->name);
		msg("'%s': none of the formats %s", format, all);
		return -1;
	}
	text = content_read(path, &n);
	if (text == NULL)
		return -1;
	if (memchr(text, '\0', n) != NULL || utf8_valid(text, n) != n) {
		msg("%s: not a text in UTF-8", path);
		result = -1;
	} else {
		result = f->read(daq, text, n);
	}
	free(text);
	if (result != 0)
		daq_free(daq);
	return result;
}
