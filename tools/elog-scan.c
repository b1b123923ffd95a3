/* elog-scan: which files lie in dated trees on other machines. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/interrupt.h"
#include "base/msg.h"
#include "files/file_set.h"
#include "files/selector.h"
#include "files/survey.h"
#include "stream/loader.h"
#include "stream/streams.h"

#define SETTLE 7200 /* seconds */
#define NO_FOLLOW LONG_MIN

static char *from_text, *to_text, *name_pattern, *settle_text, *db, *seen_db, *over,
    *template_text = "{source}/{Y}/{m}/{d}/{H}/{MS}/";
static char **match, **field, **where, **set, **expect;
static long follow = NO_FOLLOW, jobs = 4, retries = 3;
static int recheck, retry;

static struct poptOption options[] = {
    {"from", '\0', POPT_ARG_STRING, &from_text, 0,
	"Files of TIME and later: 2025-01-31, 2025-01-31T18:00 (UTC), or -2d, -12h, -30m "
	"before now",
	"TIME"},
    {"to", '\0', POPT_ARG_STRING, &to_text, 0,
	"Files until the end of TIME: of that day, minute, second", "TIME"},
    {"template", '\0', POPT_ARG_STRING, &template_text, 0,
	"How the tree is laid out ({source}/{Y}/{m}/{d}/{H}/{MS}/)", "TEMPLATE"},
    {"match", '\0', POPT_ARG_ARGV, &match, 0,
	"Only files whose name matches the extended REGEX (again: or that)", "REGEX"},
    {"name", '\0', POPT_ARG_STRING, &name_pattern, 0,
	"Only files whose name matches RE; its groups (?<NAME>...) become fields", "RE"},
    {"field", '\0', POPT_ARG_ARGV, &field, 0,
	"Only files whose field NAME matches GLOB (again: and that)", "NAME=GLOB"},
    {"where", '\0', POPT_ARG_ARGV, &where, 0,
	"Only files for which EXPRESSION, see elog-query(7), is true (again: and that)",
	"EXPRESSION"},
    {"set", '\0', POPT_ARG_ARGV, &set, 0,
	"Files that share these fields are a set NAME (see --expect)", "NAME=FIELD,..."},
    {"expect", '\0', POPT_ARG_ARGV, &expect, 0,
	"Such a set is complete when each of these values of FIELD came",
	"FIELD=VALUE,..."},
    {"follow", '\0', POPT_ARG_LONG, &follow, 0, "Look again every S seconds", "S"},
    {"over", '\0', POPT_ARG_STRING, &over, 0,
	"Make FILE when the window has ended and all of it is listed", "FILE"},
    {"settle", '\0', POPT_ARG_STRING, &settle_text, 0,
	"Directories younger than TIME are always listed again (2h)", "TIME"},
    {"recheck", '\0', POPT_ARG_NONE, &recheck, 0,
	"List all directories of the window again", NULL},
    {"retry-failed", '\0', POPT_ARG_NONE, &retry, 0,
	"Try what failed now, whenever its time would come; name files that failed to "
	"come, too",
	NULL},
    {"jobs", '\0', POPT_ARG_LONG, &jobs, 0, "Listings at once (4)", "N"},
    {"retries", '\0', POPT_ARG_LONG, &retries, 0,
	"Try again at most N times what may pass (3)", "N"},
    {"db", '\0', POPT_ARG_STRING, &db, 0,
	"Go on where FILE ends, and start elog-load on it", "FILE"},
    LOADER_WAIT_OPTION,
    {"known", '\0', POPT_ARG_STRING, &seen_db, 0,
	"Go on where FILE ends, and write to stdout", "FILE"},
    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, remote_options, 0, "The servers:", NULL},
    POPT_TABLEEND,
};

/* All that decides which files count, in one text; NULL without memory. */
static char *
selection_text(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fprintf(out, "%s", template_text);
	if (name_pattern != NULL)
		fprintf(out, " --name %s", name_pattern);
	for (char **m = match; m != NULL && *m != NULL; m++)
		fprintf(out, " --match %s", *m);
	for (char **f = field; f != NULL && *f != NULL; f++)
		fprintf(out, " --field %s", *f);
	for (char **w = where; w != NULL && *w != NULL; w++)
		fprintf(out, " --where %s", *w);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static int
run(struct walk_options *o, const struct walk_root *roots, size_t n)
{
	const char *base = db != NULL ? db : seen_db;
	struct remote *remote;
	struct lister *lister = NULL;
	struct seen *seen = NULL;
	struct stream out;
	int status, loaded;

	remote = remote_open(&status);
	if (remote == NULL)
		return status;
	status = EXIT_PARTIAL;
	lister = lister_open(remote, (int)jobs, (int)retries);
	seen = seen_open(base, follow > 0);
	if (lister == NULL || seen == NULL || loader_start(db) != 0)
		goto done;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
	} else {
		file_set_records(&out, set, expect);
		interrupt_catch();
		status = survey_run(
		    &(struct survey){o, roots, n, lister, seen, follow, over}, &out);
		interrupt_release(); /* nobody need wait for elog-load */
		if (stream_close(&out) != 0) {
			if (errno != EPIPE || db == NULL)
				msg("stdout: %s", strerror(errno));
			status = EXIT_PARTIAL;
		}
	}
	seen_close(seen); /* elog-load waits for its readers */
	seen = NULL;
	loaded = loader_end();
	if (loaded != 0)
		status = loaded;
done:
	seen_close(seen);
	lister_close(lister);
	remote_close(remote);
	return status;
}

static int
check_options(const char *url, struct walk_options *o)
{
	int status =
	    (follow == NO_FOLLOW ? 0 : command_range("--follow", follow, 1, 86400)) |
	    command_range("--jobs", jobs, 1, 64) |
	    command_range("--retries", retries, 0, 20);

	if (status != 0)
		return status;
	if (url == NULL || from_text == NULL || (db != NULL && seen_db != NULL)) {
		msg("%s (see elog-scan --help)",
		    url == NULL		? "no URL to scan"
		    : from_text == NULL ? "--from says where the window begins"
					: "--db and --known exclude each other");
		return EXIT_USAGE;
	}
	o->settle = settle_text == NULL ? SETTLE : window_stretch(settle_text);
	if (o->settle < 0) {
		msg("--settle: '%s' is no time like 2h, 30m or 1d", settle_text);
		return EXIT_USAGE;
	}
	o->recheck = recheck;
	o->retry = retry;
	return window_between(from_text, to_text, (int64_t)time(NULL), &o->window);
}

int
main(int argc, const char **argv)
{
	struct command command = {
	    .name = "elog-scan",
	    .usage = "[OPTION...] --from TIME URL...",
	    .libraries = remote_version(),
	    .options = options,
	};
	struct walk_options o = {.wanted = selector_takes};
	const char *const *arguments;
	struct walk_root *roots = NULL;
	struct template *template = NULL;
	char *selection = NULL;
	size_t n = 0;
	int status = command_parse(&command, argc, argv, &arguments);

	if (status >= 0)
		return status;
	status = check_options(arguments[0], &o);
	if (status != 0)
		return status;
	o.template = template = template_read(template_text, name_pattern);
	if (template == NULL)
		return EXIT_USAGE;
	if (file_set_check(set, expect, template) != 0) {
		template_free(template);
		return EXIT_USAGE;
	}
	o.selection = selection = selection_text();
	o.context = selector_open(match, field, where, template, &status);
	for (; status == 0 && *arguments != NULL; arguments++)
		status =
		    walk_roots(*arguments, template_has_sources(template), &roots, &n);
	if (status == 0)
		status = selection == NULL ? EXIT_PARTIAL : run(&o, roots, n);
	walk_roots_free(roots, n);
	selector_close(o.context);
	template_free(template);
	free(selection);
	return status;
}
