#include "local/cond_put.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "local/alias.h"
#include "local/content.h"
#include "text/base64.h"
#include "text/checksum.h"

static void
put_text(struct cond_record *record, const char *name, const char *text)
{
	cond_record_text(record, name, text, text != NULL ? strlen(text) : 0);
}

/* Is a number given with an option a whole one?  False after a message. */
static bool
is_whole(const char *option, const char *text)
{
	char *end;

	if (text == NULL)
		return true;
	errno = 0;
	(void)strtoll(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0')
		return true;
	msg("%s: '%s' is no whole number", option, text);
	return false;
}

static bool
removes(const struct cond_put *put)
{
	return put->mode != NULL && strcmp(put->mode, "remove") == 0;
}

int
cond_put_check(const struct cond_put *put)
{
	return is_whole("--run-min", put->run_min) &&
		       is_whole("--run-max", put->run_max) &&
		       is_whole("--importance", put->importance)
		   ? EXIT_DONE
		   : EXIT_USAGE;
}

int
cond_put_alias_check(const struct cond_put *put, const char *const *arguments)
{
	bool rm = removes(put);

	if ((arguments[1] == NULL) != rm) {
		msg("alias: NAME and an EXPRESSION, or NAME and --rm, are expected");
		return EXIT_USAGE;
	}
	return rm ? EXIT_DONE : alias_check(arguments[0], arguments[1], put->db);
}

int
cond_put_daq_check(const struct cond_put *put, const char *const *arguments)
{
	struct daq *daq = put->daq;

	if (put->experiment == NULL) {
		msg("parse: --experiment NAME is missing: the file does not say it");
		return EXIT_USAGE;
	}
	if (daq_read(daq, arguments[0], arguments[1], put->names) != 0)
		return EXIT_PARTIAL;
	if (put->run == NULL && daq->run == NULL) {
		msg("%s: it does not say its run: --run N does", arguments[1]);
		return EXIT_USAGE;
	}
	if (put->run != NULL && daq->run != NULL && strcmp(put->run, daq->run) != 0) {
		msg("%s: it is of run %s, not of --run %s", arguments[1], daq->run,
		    put->run);
		return EXIT_PARTIAL;
	}
	return EXIT_DONE;
}

static void
put_whole(struct cond_record *record, const char *name, const char *text)
{
	if (text != NULL)
		cond_record_number(record, name, strtoll(text, NULL, 10));
}

int
cond_put_type_check(const struct cond_put *put, const char *const *arguments)
{
	if ((arguments[1] == NULL) == removes(put))
		return EXIT_DONE;
	msg("usage: elog-cond type NAME TYPE, or type NAME --rm");
	return EXIT_USAGE;
}

int
cond_put_type(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	cond_record_begin(record);
	put_text(record, "name", arguments[0]);
	put_text(record, "value_type", arguments[1]);
	put_text(record, "description", put->description);
	put_text(record, "mode", put->mode);
	cond_record_end(record, 0);
	return EXIT_DONE;
}

/* The content of a file as {"$base64": ...}, malloc'd; NULL after a message. */
static char *
read_blob(const char *path)
{
	size_t n;
	char *content = content_read(path, &n), *text, *json = NULL;

	if (content == NULL)
		return NULL;
	text = base64_encode(content, n);
	free(content);
	if (text == NULL || asprintf(&json, "{\"$base64\":\"%s\"}", text) < 0) {
		msg("%s: no memory", path);
		json = NULL;
	}
	free(text);
	return json;
}

int
cond_put_value(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	const char *value = arguments[3];
	char *blob = NULL;

	if (value[0] == '@' && value[1] != '@') {
		blob = read_blob(value + 1);
		if (blob == NULL)
			return EXIT_PARTIAL;
	}
	cond_record_begin(record);
	cond_record_experiment(record, arguments[0]);
	cond_record_run(record, arguments[1], strlen(arguments[1]));
	put_text(record, "name", arguments[2]);
	if (blob != NULL)
		cond_record_json(record, "value", (struct json_span){blob, strlen(blob)});
	else
		put_text(record, "value", value + (value[0] == '@'));
	put_text(record, "mode", put->mode);
	cond_record_end(record, 0);
	free(blob);
	return EXIT_DONE;
}

int
cond_put_alias(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	cond_record_begin(record);
	put_text(record, "name", arguments[0]);
	put_text(record, "expression", arguments[1]);
	put_text(record, "description", put->description);
	put_text(record, "mode", put->mode);
	cond_record_end(record, 0);
	return EXIT_DONE;
}

int
cond_put_period(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	cond_record_begin(record);
	put_text(record, "name", arguments[0]);
	put_whole(record, "run_min", put->run_min);
	put_whole(record, "run_max", put->run_max);
	put_text(record, "start_time", put->start_time);
	put_text(record, "end_time", put->end_time);
	put_text(record, "description", put->description);
	put_text(record, "mode", put->mode);
	cond_record_end(record, 0);
	return EXIT_DONE;
}

/* All versions of a path. */
static void
put_file_removal(struct cond_record *record, const char *const *arguments)
{
	cond_record_begin(record);
	cond_record_experiment(record, arguments[0]);
	cond_record_run(record, arguments[1], strlen(arguments[1]));
	put_text(record, "path", arguments[2]);
	put_text(record, "mode", "remove");
	cond_record_end(record, 0);
}

int
cond_put_file(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	char *content, *text = NULL, hex[CHECKSUM_HEX];
	int status = EXIT_PARTIAL;
	size_t n;

	if (removes(put)) {
		put_file_removal(record, arguments);
		return EXIT_DONE;
	}
	content = content_read(arguments[2], &n);
	if (content == NULL)
		return EXIT_PARTIAL;
	text = base64_encode(content, n);
	if (text == NULL || checksum_of(content, n, hex) != 0) {
		msg("%s: no memory", arguments[2]);
		goto done;
	}
	cond_record_begin(record);
	cond_record_experiment(record, arguments[0]);
	cond_record_run(record, arguments[1], strlen(arguments[1]));
	put_text(record, "path", arguments[2]);
	put_text(record, "sha256", hex);
	cond_record_number(record, "size", (long long)n);
	put_whole(record, "importance", put->importance);
	put_text(record, "description", put->description);
	put_text(record, "content", text);
	cond_record_end(record, 0);
	status = EXIT_DONE;
done:
	free(content);
	free(text);
	return status;
}

/* What unset takes away: the number of arguments, and the word before them if there are
   so many. */
static const struct unset {
	const char *word;
	int arguments;
	bool alone; /* the word may be left out */
	const char *stream;
} unsets[] = {
    {"type", 1, true, "condition_types"},
    {"value", 3, true, "conditions"},
    {"file", 3, false, "run_files"},
    {NULL, 0, false, NULL},
};

static const struct unset *
find_unset(const char *const *arguments)
{
	const struct unset *u = unsets;
	int n = 0;

	while (arguments[n] != NULL)
		n++;
	while (u->word != NULL && !(u->alone && n == u->arguments) &&
	       !(n == u->arguments + 1 && strcmp(u->word, arguments[0]) == 0))
		u++;
	return u->word != NULL ? u : NULL;
}

int
cond_put_unset_check(const struct cond_put *put, const char *const *arguments)
{
	(void)put;
	if (find_unset(arguments) != NULL)
		return EXIT_DONE;
	msg("unset: EXPERIMENT RUN NAME, or type NAME, or file EXPERIMENT RUN PATH, is "
	    "expected");
	return EXIT_USAGE;
}

int
cond_put_unset(
    struct cond_record *values, const struct cond_put *put, const char *const *arguments)
{
	const struct unset *u = find_unset(arguments);
	struct cond_record record;

	(void)put;
	if (u == NULL)
		return EXIT_USAGE;
	if (cond_record_open(&record, values->out, u->stream) != 0)
		return EXIT_PARTIAL;
	if (arguments[u->arguments] != NULL)
		arguments++; /* the word */
	if (strcmp(u->word, "file") == 0) {
		put_file_removal(&record, arguments);
	} else {
		cond_record_begin(&record);
		if (u->arguments == 3) {
			cond_record_experiment(&record, arguments[0]);
			cond_record_run(&record, arguments[1], strlen(arguments[1]));
		}
		put_text(&record, "name", arguments[u->arguments - 1]);
		put_text(&record, "mode", "remove");
		cond_record_end(&record, 0);
	}
	cond_record_close(&record);
	return EXIT_DONE;
}

int
cond_put_run_check(const struct cond_put *put, const char *const *arguments)
{
	static const char *const modes[] = {"create", "end", "remove", NULL};
	const char *const *mode = modes;

	while (*mode != NULL && strcmp(*mode, arguments[0]) != 0)
		mode++;
	if (*mode == NULL) {
		msg("run: '%s': create, end or remove is expected", arguments[0]);
		return EXIT_USAGE;
	}
	if (strcmp(*mode, "create") != 0 && put->start_time != NULL) {
		msg("run %s: it takes no --start", *mode);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* The record of a run. */
static void
put_run(struct cond_record *record, const char *mode, const char *experiment,
    const char *run, const char *start, const char *end)
{
	cond_record_begin(record);
	cond_record_experiment(record, experiment);
	cond_record_run(record, run, strlen(run));
	put_text(record, "start_time", start);
	put_text(record, "end_time", end);
	put_text(record, "mode", mode);
	cond_record_end(record, 0);
}

int
cond_put_run(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	const char *start = put->start_time, *end = put->end_time;

	if (strcmp(arguments[0], "create") == 0 && start == NULL && end == NULL)
		start = record->at;
	if (strcmp(arguments[0], "end") == 0 && end == NULL)
		end = record->at;
	put_run(record, arguments[0], arguments[1], arguments[2], start, end);
	return EXIT_DONE;
}

/* The text of a value that was read of a file, without the quotes; NULL if it has none.
 */
static char *
text_of(const struct daq *daq, const char *name)
{
	for (size_t i = 0; i < daq->n; i++)
		if (strcmp(daq->values[i].name, name) == 0 &&
		    daq->values[i].json[0] == '"')
			return strndup(
			    daq->values[i].json + 1, strlen(daq->values[i].json) - 2);
	return NULL;
}

/* The run that a file is of. */
static int
create_run(struct cond_record *values, const struct cond_put *put, const char *run)
{
	char *start = text_of(put->daq, "run_start_time");
	char *end = text_of(put->daq, "run_end_time");
	struct cond_record record;
	int status = EXIT_PARTIAL;

	if (cond_record_open(&record, values->out, "local_runs") == 0) {
		put_run(&record, "ensure", put->experiment, run, start, end);
		cond_record_close(&record);
		status = EXIT_DONE;
	}
	free(start);
	free(end);
	return status;
}

/* Types that nobody declared yet, where the text of a value alone would be a string. */
static int
put_types(struct cond_record *values, const struct daq *daq)
{
	struct cond_record types;
	bool open = false;

	for (size_t i = 0; i < daq->n; i++) {
		if (daq->values[i].type == NULL)
			continue;
		if (!open &&
		    cond_record_open(&types, values->out, "condition_types") != 0)
			return EXIT_PARTIAL;
		open = true;
		cond_record_begin(&types);
		put_text(&types, "name", daq->values[i].name);
		put_text(&types, "value_type", daq->values[i].type);
		put_text(&types, "mode", "ensure");
		cond_record_end(&types, 0);
	}
	if (open)
		cond_record_close(&types);
	return EXIT_DONE;
}

int
cond_put_daq(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	const struct daq *daq = put->daq;
	const char *run = put->run != NULL ? put->run : daq->run;

	(void)arguments;
	if (put->create && create_run(record, put, run) != EXIT_DONE)
		return EXIT_PARTIAL;
	if (put_types(record, daq) != EXIT_DONE)
		return EXIT_PARTIAL;
	for (size_t i = 0; i < daq->n; i++) {
		const struct daq_value *value = &daq->values[i];

		cond_record_begin(record);
		cond_record_experiment(record, put->experiment);
		cond_record_run(record, run, strlen(run));
		put_text(record, "name", value->name);
		cond_record_json(record, "value",
		    (struct json_span){value->json, strlen(value->json)});
		put_text(record, "mode", put->mode);
		cond_record_end(record, 0);
	}
	return daq->bad == 0 ? EXIT_DONE : EXIT_PARTIAL;
}
