/* elog-load: records into a database, the single writer. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "db.h"
#include "exit.h"
#include "lines.h"
#include "load.h"
#include "lock.h"
#include "msg.h"
#include "progress.h"
#include "rcdb.h"

static char *base, *rcdb, *experiment;
static char **metadata;
static long expected;
static int quiet, migrate;
static volatile sig_atomic_t stopped; /* the signal that came, or 0 */

static struct poptOption options[] = {
    {"base", '\0', POPT_ARG_STRING, &base, 0,
	"Begin DATABASE as a copy of another database", "FILE"},
    {"expect", '\0', POPT_ARG_LONG, &expected, 0,
	"How many experiments will come, for the progress line", "N"},
    {"experiment", '\0', POPT_ARG_STRING, &experiment, 0,
	"What the experiment of --import-rcdb is called", "NAME"},
    {"import-rcdb", '\0', POPT_ARG_STRING, &rcdb, 0,
	"Read an RCDB database, in SQLite, instead of records", "FILE"},
    {"metadata", '\0', POPT_ARG_ARGV, &metadata, 0,
	"Note a key and its value in the table metadata", "KEY=VALUE"},
    {"migrate", '\0', POPT_ARG_NONE, &migrate, 0,
	"Bring the schema up to date, and read nothing", NULL},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "Say nothing unless something fails", NULL},
    POPT_TABLEEND,
};

static void
stop(int signal)
{
	stopped = signal;
}

/* Let SIGINT, SIGTERM and SIGHUP end the loop between two lines; no others end us. */
static void
catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = stop};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	/* A reader of our bookmarks that goes away must not stop the load. */
	signal(SIGPIPE, SIG_IGN);
}

/* What went wrong while idle shows again at the next line or at the end. */
static void
idle(void *context)
{
	(void)load_idle(context);
}

/* Read one descriptor to its end.  0, 1 if it could not be read, -1: give up. */
static int
load_input(struct load *load, int fd, const char *name, struct progress *progress,
    long long *bytes)
{
	const struct load_totals *totals = load_totals(load);
	struct lines lines;
	enum lines_result result;
	char *line, why[80];
	size_t n;
	int status = 0;

	lines_open(&lines, fd);
	lines.idle = idle;
	lines.context = load;
	while (stopped == 0 && status == 0 &&
	       (result = lines_next(&lines, &line, &n)) != LINES_END) {
		if (result == LINES_ONE) {
			*bytes += (long long)n + 1;
			status = load_line(load, line, n, lines.number);
			progress_show(progress,
			    totals->complete + totals->failed + totals->denied,
			    totals->records, *bytes);
		} else if (result == LINES_TOO_LONG) {
			snprintf(why, sizeof(why), "longer than %zu MiB: left out",
			    LINES_MAX / 1024 / 1024);
			load_bad_line(load, lines.number, why);
		} else if (errno != EINTR) {
			msg("%s: %s", name, strerror(errno));
			status = 1;
		}
	}
	lines_close(&lines);
	return status;
}

/* All inputs, then the end.  Returns the exit status. */
static int
load_inputs(struct load *load, const char *const *files, struct progress *progress)
{
	long long bytes = 0;
	int status = 0, result = 0;

	if (files[0] == NULL)
		result = load_input(load, STDIN_FILENO, "stdin", progress, &bytes);
	for (; *files != NULL && result >= 0 && stopped == 0; files++) {
		int fd = open(*files, O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			msg("%s: %s", *files, strerror(errno));
			status = EXIT_PARTIAL;
			continue;
		}
		result = load_input(load, fd, *files, progress, &bytes);
		close(fd);
		if (result > 0)
			status = EXIT_PARTIAL;
	}
	if (result > 0)
		status = EXIT_PARTIAL;
	for (char **m = metadata; m != NULL && *m != NULL && result >= 0; m++) {
		char *value = strchr(*m, '='); /* main() saw that there is one */

		if (value == NULL)
			continue;
		*value = '\0';
		result = load_metadata(load, *m, value + 1);
	}
	if (result >= 0)
		result = stopped == 0 ? load_end(load) : load_idle(load);
	msg_progress_end();
	if (result < 0 || load_totals(load)->errors > 0)
		status = EXIT_PARTIAL;
	return status;
}

static void
summarize(const struct load_totals *totals, const char *path)
{
	char failed[60] = "", denied[60] = "";

	if (totals->failed > 0)
		snprintf(failed, sizeof(failed), ", %ld failed", totals->failed);
	if (totals->denied > 0)
		snprintf(denied, sizeof(denied), ", %ld denied", totals->denied);
	msg("%s: %ld experiments complete%s%s; %ld records read, %ld rows changed", path,
	    totals->complete, failed, denied, totals->records, totals->changed);
}

/*
 * Nobody may write the base from when we copy it until what we make of it takes its
 * place: that would be lost.
 */
static int
lock_base(struct lock *lock)
{
	char *path;
	int status;

	if (base == NULL)
		return 0;
	path = db_path(base);
	if (path == NULL)
		return EXIT_PARTIAL;
	status = lock_take(lock, path);
	free(path);
	return status;
}

/* Load records from files into an open database, which messages call name. */
static int
load_records(sqlite3 *db, const char *name, const char *const *files)
{
	struct progress progress;
	struct load *load;
	int status = EXIT_PARTIAL;

	progress_start(&progress, expected);
	load = load_open(db, name, stdout);
	if (load == NULL)
		return EXIT_PARTIAL;
	status = load_inputs(load, files, &progress);
	if (!quiet && stopped == 0)
		summarize(load_totals(load), name);
	load_close(load);
	return status;
}

/* Open the database at path, and do what is asked for with it. */
static int
work(const char *path, const char *name, const char *const *files)
{
	int status = EXIT_DONE;
	char *backup = NULL;
	sqlite3 *db;

	if (base != NULL && db_copy(base, path) != 0)
		return EXIT_PARTIAL;
	/* What a copy was made of stays as it is: that is the backup. */
	db = db_open_writer(path, base == NULL ? &backup : NULL);
	if (backup != NULL && !quiet)
		msg("%s: schema brought to version %d; as it was: %s", name, db_version(),
		    backup);
	free(backup);
	if (db == NULL)
		return EXIT_PARTIAL;
	if (rcdb != NULL)
		status = rcdb_import(db, name, rcdb, experiment, quiet == 0);
	else if (!migrate)
		status = load_records(db, name, files);
	if (db_close_writer(db, name) != 0)
		status = EXIT_PARTIAL;
	return status;
}

/* Do the arguments make sense?  The exit status, after a message. */
static int
check_usage(const char *const *arguments)
{
	if (arguments[0] == NULL) {
		msg("which database? (see --help)");
		return EXIT_USAGE;
	}
	if ((rcdb == NULL) != (experiment == NULL)) {
		msg("--import-rcdb FILE and --experiment NAME go together");
		return EXIT_USAGE;
	}
	if ((rcdb != NULL || migrate) && arguments[1] != NULL) {
		msg("'%s': no records are read with --import-rcdb or --migrate",
		    arguments[1]);
		return EXIT_USAGE;
	}
	if (migrate && access(arguments[0], F_OK) != 0) {
		msg("%s: %s", arguments[0], strerror(errno));
		return EXIT_PARTIAL;
	}
	for (char **m = metadata; m != NULL && *m != NULL; m++)
		if (strchr(*m, '=') == NULL) {
			msg("--metadata %s: KEY=VALUE is expected", *m);
			return EXIT_USAGE;
		}
	return EXIT_DONE;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-load",
	    .usage = "[OPTION...] DATABASE [FILE...]",
	    .libraries = db_library(),
	    .options = options,
	};
	const char *const *arguments;
	struct lock lock, base_lock = {.fd = -1};
	char *path;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	status = check_usage(arguments);
	if (status != EXIT_DONE)
		return status;
	path = db_path(arguments[0]);
	if (path == NULL)
		return arguments[0][0] == '\0' ? EXIT_USAGE : EXIT_PARTIAL;
	status = lock_take(&lock, path);
	if (status != 0) {
		free(path);
		return status;
	}
	catch_signals();
	status = lock_base(&base_lock);
	if (status == 0)
		status = work(path, arguments[0], arguments + 1);
	lock_release(&base_lock);
	lock_release(&lock);
	free(path);
	if (stopped != 0) {
		/* Die of it, so that the caller knows. */
		signal(stopped, SIG_DFL);
		raise(stopped);
	}
	return command_finish(status);
}
