/* elog-load: records into a database, the single writer. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/lock.h"
#include "base/msg.h"
#include "base/progress.h"
#include "db/db.h"
#include "db/migration.h"
#include "db/open.h"
#include "load/load.h"
#include "load/load_files.h"
#include "load/rcdb.h"

static char *base, *rcdb, *experiment, *wait_text;
static int64_t wait_seconds;
static struct lock lock;
static char **metadata;
static long expected;
static int quiet, migrate, begin_new;
static bool gave_up;		      /* the database failed */
static volatile sig_atomic_t stopped; /* the signal that came, or 0 */

static struct poptOption options[] = {
    {"base", '\0', POPT_ARG_STRING, &base, 0,
	"Begin DATABASE as a copy of FILE; it appears when all is loaded", "FILE"},
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
    {"new", '\0', POPT_ARG_NONE, &begin_new, 0,
	"Begin DATABASE anew; it appears when all is loaded", NULL},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "Say nothing unless something fails", NULL},
    {"wait", '\0', POPT_ARG_STRING, &wait_text, 0,
	"Wait at most TIME for other writers (60s); 0: not at all", "TIME"},
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

/* All inputs, then the end.  Returns the exit status. */
static int
load_inputs(struct load *load, const char *const *files, struct progress *progress)
{
	int result = load_files(load, files, progress, &stopped);
	int status = result == 0 ? EXIT_DONE : EXIT_PARTIAL;

	for (char **m = metadata; m != NULL && *m != NULL && result >= 0; m++) {
		char *value = strchr(*m, '='); /* main() saw that there is one */

		if (value == NULL)
			continue;
		*value = '\0';
		if (load_metadata(load, *m, value + 1) != 0)
			result = -1;
	}
	if (result >= 0 && (stopped == 0 ? load_end(load) : load_idle(load)) != 0)
		result = -1;
	msg_progress_end();
	gave_up = result < 0;
	if (gave_up || load_totals(load)->errors > 0)
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
lock_base(struct lock *base_lock)
{
	char *path;
	int status;

	if (base == NULL)
		return 0;
	path = db_path(base);
	if (path == NULL)
		return EXIT_PARTIAL;
	status = lock_take(base_lock, path, wait_seconds);
	free(path);
	return status;
}

/* Have the database to ourselves.  *path gets its name. */
static int
lock_database(const char *name, char **path)
{
	char *again;
	int status;

	*path = db_path(name);
	while (*path != NULL) {
		status = lock_take(&lock, *path, wait_seconds);
		if (status != 0)
			return status;
		/* While we waited, a link may have been given another target. */
		again = db_path(name);
		if (again != NULL && strcmp(again, *path) == 0) {
			free(again);
			return 0;
		}
		lock_release(&lock);
		free(*path);
		*path = again;
	}
	return name[0] == '\0' ? EXIT_USAGE : EXIT_PARTIAL;
}

/* Load records from files into an open database, which messages call name.  Bookmarks go
   to states.  Others may write between two commits where it is shared. */
static int
load_records(
    sqlite3 *db, const char *name, const char *const *files, FILE *states, bool shared)
{
	struct progress progress;
	struct load *load;
	int status = EXIT_PARTIAL;

	progress_start(&progress, expected);
	load = load_open(db, name, states);
	if (load == NULL)
		return EXIT_PARTIAL;
	if (shared)
		load_share(load, &lock, &stopped);
	status = load_inputs(load, files, &progress);
	if (!quiet && stopped == 0 && !migrate && !gave_up)
		summarize(load_totals(load), name);
	load_close(load);
	return status;
}

/* Open the database at path, and do what is asked for with it. */
static int
work(const char *path, const char *name, const char *const *files)
{
	static const char *const nothing[] = {"/dev/null", NULL};
	int status = EXIT_DONE;
	char *backup = NULL;
	sqlite3 *db;

	db = db_open_writer(path, &backup);
	if (backup != NULL && !quiet)
		msg("%s: schema brought to version %d; as it was: %s", name,
		    migration_newest(), backup);
	free(backup);
	if (db == NULL)
		return EXIT_PARTIAL;
	if (rcdb != NULL)
		status = rcdb_import(db, name, rcdb, experiment, quiet == 0);
	else
		status = load_records(db, name, migrate ? nothing : files, stdout, true);
	if (lock.fd < 0) /* stopped while others had their turn */
		sqlite3_close(db);
	else if (db_close_writer(db, name, lock_is_shared(&lock)) != 0)
		status = EXIT_PARTIAL;
	return status;
}

/* Fill a draft, publish it, and only then tell its bookmarks. */
static int
fill(const char *draft, const char *path, const char *name, const char *const *files)
{
	char *text = NULL;
	size_t n = 0;
	FILE *states = open_memstream(&text, &n);
	sqlite3 *db = states != NULL ? db_open_draft(draft) : NULL;
	int status = EXIT_PARTIAL;

	if (db != NULL)
		status = rcdb == NULL ? load_records(db, name, files, states, false)
				      : rcdb_import(db, name, rcdb, experiment, !quiet);
	if (states != NULL)
		fclose(states);
	if (sqlite3_close(db) != SQLITE_OK || db == NULL || stopped != 0 || gave_up) {
		db_drop(draft);
		status = EXIT_PARTIAL;
	} else if (db_publish(draft, path) != 0) {
		status = EXIT_PARTIAL;
	} else {
		fwrite(text, 1, n, stdout);
	}
	free(text);
	return status;
}

/* The same for a database that appears when it is whole. */
static int
work_anew(const char *path, const char *name, const char *const *files)
{
	char *draft;
	int status = EXIT_PARTIAL;

	if (access(path, F_OK) == 0) {
		msg("%s: it exists already: --new and --base begin a new database", name);
		return EXIT_PARTIAL;
	}
	if (asprintf(&draft, "%s.tmp%ld", path, (long)getpid()) < 0) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	if (base == NULL || db_copy_begin(base, draft) == 0)
		status = fill(draft, path, name, files);
	free(draft);
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
	struct lock base_lock = {.fd = -1};
	char *path = NULL;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	status = check_usage(arguments);
	if (status == EXIT_DONE)
		status = lock_wait_option(wait_text, &wait_seconds);
	if (status == EXIT_DONE)
		status = lock_database(arguments[0], &path);
	if (status != 0) {
		free(path);
		return status;
	}
	catch_signals();
	status = lock_base(&base_lock);
	if (status == 0)
		status = (base != NULL || begin_new ? work_anew : work)(
		    path, arguments[0], arguments + 1);
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
