/* elog-scan: which files lie in dated trees on other machines. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "files/selector.h"
#include "files/walk.h"
#include "stream/loader.h"
#include "stream/streams.h"
#include "text/human.h"
#include "text/timestamp.h"

#define SETTLE 7200 /* seconds */

static char *from_text, *to_text, *name_pattern, *settle_text, *db, *seen_db,
    *template_text = "{source}/{Y}/{m}/{d}/{H}/{MS}/";
static char **match, **field, **where;
static long follow, jobs = 4, retries = 3;
static int recheck;

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
    {"follow", '\0', POPT_ARG_LONG, &follow, 0, "Look again every S seconds", "S"},
    {"settle", '\0', POPT_ARG_STRING, &settle_text, 0,
	"Directories younger than TIME are always listed again (2h)", "TIME"},
    {"recheck", '\0', POPT_ARG_NONE, &recheck, 0,
	"List all directories of the window again", NULL},
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

static volatile sig_atomic_t stop;

static void
on_signal(int number)
{
	(void)number;
	stop = 1;
}

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

/* ---- the walk ---------------------------------------------------------------- */

/* Wait for the next look, or for a signal, which is blocked but here. */
static void
wait_seconds(long seconds, const sigset_t *unblocked)
{
	struct timespec time = {.tv_sec = seconds};

	(void)ppoll(NULL, 0, &time, unblocked);
}

/* Behind each look: say how far behind we are, when that becomes worth a line. */
static void
report(const struct walk_totals *totals, int64_t settle, int64_t end)
{
	static bool behind;
	char text[TIMESTAMP_SHORT];
	char ago[HUMAN_BYTES];
	/* Behind the end of the window there is nothing to wait for. */
	int64_t now = (int64_t)time(NULL), lag = (now < end ? now : end) - totals->newest;
	bool far = totals->newest == INT64_MIN || lag > settle;

	if (totals->newest == INT64_MIN)
		snprintf(text, sizeof(text), "-");
	else
		timestamp_text(totals->newest, text);
	human_span(totals->newest != INT64_MIN ? lag : 0, ago);
	if (far != behind && totals->newest == INT64_MIN)
		msg_note("behind: there is no file in the window yet");
	else if (far != behind && far)
		msg_note("behind: the newest file is of %s, %s before %s", text, ago,
		    now < end ? "now" : "the end of the window");
	else if (far != behind)
		msg_note("caught up: the newest file is of %s", text);
	behind = far;
	msg_progress(
	    "newest %s, %s behind; %ld directories failed", text, ago, totals->failed);
}

static int
scan(const struct walk_options *o, const struct walk_root *roots, size_t n,
    struct lister *lister, struct seen *seen, struct stream *out)
{
	struct walk_totals totals = {.unmatched = 0};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked, unblocked;
	bool failed = false;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	streams_schema_named(out, "remote_files");
	streams_schema_named(out, "scanned_directories");
	do {
		sigprocmask(SIG_UNBLOCK, &blocked, &unblocked);
		if (walk_run(o, roots, n, lister, seen, out, &stop, &totals) != 0)
			return EXIT_PARTIAL;
		sigprocmask(SIG_BLOCK, &blocked, &unblocked);
		failed = totals.failed > 0 || totals.refused > 0 ||
			 totals.unmatched > 0 || seen_broken(seen);
		if (stream_flush(out) != 0 || lister_refused(lister))
			break;
		if (follow > 0 && !stop) {
			report(&totals, o->settle, o->window.to);
			wait_seconds(follow, &unblocked);
			lister_forgive(lister);
		}
	} while (follow > 0 && !stop);
	/* Whoever does not want to wait for elog-load may end us. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	if (lister_refused(lister))
		return EXIT_LOGIN;
	if (stop && follow == 0) {
		msg("interrupted: the next scan goes on");
		return EXIT_PARTIAL;
	}
	if (totals.refused > 0 && follow == 0)
		msg("%ld names were left out: see the lines above", totals.refused);
	if (totals.failed > 0 && follow == 0)
		msg("%ld directories could not be listed: the next scan tries them again",
		    totals.failed);
	return failed ? EXIT_PARTIAL : EXIT_DONE;
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
		status = scan(o, roots, n, lister, seen, &out);
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

/* "2h", "30m", "1d": seconds; -1 if it is none. */
static int64_t
stretch(const char *text)
{
	struct window unit;
	char relative[32];

	snprintf(relative, sizeof(relative), "-%s", text);
	return window_time(relative, 0, &unit) ? -unit.from : -1;
}

static int
check_options(const char *url, struct walk_options *o)
{
	int status = command_range("--follow", follow, 0, 86400) |
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
	o->settle = settle_text == NULL ? SETTLE : stretch(settle_text);
	if (o->settle < 0) {
		msg("--settle: '%s' is no time like 2h, 30m or 1d", settle_text);
		return EXIT_USAGE;
	}
	o->recheck = recheck;
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
