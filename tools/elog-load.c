/* elog-load: records into a database, the single writer. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/lock.h"
#include "base/msg.h"
#include "base/progress.h"
#include "base/zone.h"
#include "db/db.h"
#include "db/migration.h"
#include "load/check.h"
#include "load/fill.h"
#include "load/forget.h"
#include "load/index.h"
#include "load/load.h"
#include "load/load_files.h"
#include "load/rcdb.h"
#include "load/recover.h"
#include "load/target.h"

static char *backup, *base, *recover, *rcdb, *experiment, *mode_text, *wait_text, *zone;
static int64_t wait_seconds;
static char **metadata, **forget;
static long expected;
static int quiet, migrate, begin_new, draft, drop_empty, check, reindex;
static struct target target;
static bool gave_up;		      /* the database failed */
static volatile sig_atomic_t stopped; /* the signal that came, or 0 */

static struct poptOption options[] = {
    {"backup", '\0', POPT_ARG_STRING, &backup, 0,
	"Copy DATABASE to FILE, and read nothing", "FILE"},
    {"base", '\0', POPT_ARG_STRING, &base, 0,
	"Begin DATABASE as a copy of FILE; it appears when all is loaded", "FILE"},
    {"check", '\0', POPT_ARG_NONE, &check, 0,
	"See whether DATABASE is sound, its index of words too, and read nothing", NULL},
    {"draft", '\0', POPT_ARG_NONE, &draft, 0,
	"If DATABASE is not there yet, it appears when all is loaded", NULL},
    {"drop-empty", '\0', POPT_ARG_NONE, &drop_empty, 0,
	"Remove a DATABASE that was made and got nothing, if anything failed", NULL},
    {"expect", '\0', POPT_ARG_LONG, &expected, 0,
	"How many experiments will come, for the progress line", "N"},
    {"experiment", '\0', POPT_ARG_STRING, &experiment, 0,
	"What the experiment of --import-rcdb is called", "NAME"},
    {"forget", '\0', POPT_ARG_ARGV, &forget, 0,
	"Remove the experiment NAME (again: and that), and read nothing", "NAME"},
    {"import-rcdb", '\0', POPT_ARG_STRING, &rcdb, 0,
	"Read an RCDB database, in SQLite, instead of records", "FILE"},
    {"metadata", '\0', POPT_ARG_ARGV, &metadata, 0,
	"Note a key and its value in the table metadata", "KEY=VALUE"},
    {"migrate", '\0', POPT_ARG_NONE, &migrate, 0,
	"Bring the schema up to date, and read nothing", NULL},
    {"mode", '\0', POPT_ARG_STRING, &mode_text, 0,
	"Give DATABASE these permissions, such as 0640", "MODE"},
    {"new", '\0', POPT_ARG_NONE, &begin_new, 0,
	"Begin DATABASE anew; it appears when all is loaded", NULL},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "Say nothing unless something fails", NULL},
    {"recover", '\0', POPT_ARG_STRING, &recover, 0,
	"Take what was set in FILE, another database, and is lacking", "FILE"},
    {"reindex", '\0', POPT_ARG_NONE, &reindex, 0,
	"Make the index of words anew, and read nothing", NULL},
    {"timezone", '\0', POPT_ARG_STRING, &zone, 0,
	"Of the times of --import-rcdb, which do not say it (UTC)", "ZONE"},
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
load_inputs(struct load *load, const char *const *files, struct progress *progress,
    const char *spooled)
{
	int result = 0, status;

	/* What waits beside the database comes first, and what came meanwhile last. */
	if (spooled != NULL)
		result = load_backlog(load, spooled, false, progress, &stopped);
	status = result == 0 ? EXIT_DONE : EXIT_PARTIAL;
	if (spooled != NULL)
		load_share(load, &target.lock, &stopped);
	if (result >= 0 && stopped == 0)
		result = load_files(load, files, progress, &stopped);
	if (result > 0)
		status = EXIT_PARTIAL;

	for (char **m = metadata; m != NULL && *m != NULL && result >= 0 && stopped == 0;
	     m++) {
		char *value = strchr(*m, '='); /* main() saw that there is one */

		if (value == NULL)
			continue;
		*value = '\0';
		if (load_metadata(load, *m, value + 1) != 0)
			result = -1;
	}
	if (spooled != NULL && result >= 0 && stopped == 0 &&
	    load_backlog(load, spooled, true, progress, &stopped) < 0)
		result = -1;
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
	const struct {
		long n;
		const char *word;
	} others[] = {{totals->partial, "partial"}, {totals->failed, "failed"},
	    {totals->denied, "denied"}, {totals->gone, "gone"}};
	char text[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].n > 0)
			used += (size_t)snprintf(text + used, sizeof(text) - used,
			    ", %ld %s", others[i].n, others[i].word);
	/* Downloads and conditions come without any. */
	if (totals->complete > 0 || used > 0)
		msg_note("%s: %ld experiments complete%s; %ld records read, %ld rows "
			 "changed",
		    path, totals->complete, text, totals->records, totals->changed);
	else
		msg_note("%s: %ld records read, %ld rows changed", path, totals->records,
		    totals->changed);
}

/* Load records from files into the database.  Others may write between two commits where
   it is shared. */
static int
load_records(const char *const *files)
{
	struct progress progress;
	struct load *load;
	int status;

	progress_start(&progress, expected);
	load = load_open(target.db, target.name, target.states);
	if (load == NULL) {
		gave_up = true;
		return EXIT_PARTIAL;
	}
	status = load_inputs(
	    load, files, &progress, target.draft == NULL ? target.path : NULL);
	if (!quiet && stopped == 0 && !migrate && !gave_up)
		summarize(load_totals(load), target.name);
	load_close(load);
	return status;
}

/* What is asked for, with a database that is locked. */
static int
work(const char *const *files)
{
	static const char *const nothing[] = {"/dev/null", NULL};
	enum target_begin begin = base != NULL || begin_new ? TARGET_NEW
				  : draft		    ? TARGET_DRAFT
							    : TARGET_IN_PLACE;
	int status;

	if (backup != NULL)
		return target_back_up(&target, backup, wait_seconds, &stopped);
	status = target_open(&target, begin, base, quiet != 0);
	if (status == EXIT_DONE && forget != NULL)
		status = forget_experiments(target.db, target.name, forget);
	else if (status == EXIT_DONE && recover != NULL)
		status = recover_local(target.db, target.name, recover);
	else if (status == EXIT_DONE && reindex)
		status =
		    index_rebuild(target.db, target.name) == 0 ? EXIT_DONE : EXIT_PARTIAL;
	else if (status == EXIT_DONE && check)
		status = check_database(target.db, target.name);
	else if (status == EXIT_DONE)
		status = rcdb == NULL ? load_records(migrate ? nothing : files)
				      : rcdb_import(target.db, target.name, rcdb,
					    experiment, !quiet);
	else
		gave_up = true;
	if (target_close(&target, stopped == 0 && !gave_up,
		drop_empty && status != EXIT_DONE) != EXIT_DONE)
		status = EXIT_PARTIAL;
	return status;
}

/* Do the arguments make sense?  The exit status, after a message. */
static int
check_usage(const char *const *arguments)
{
	int reads_none;

	if (arguments[0] == NULL) {
		msg("which database? (see --help)");
		return EXIT_USAGE;
	}
	if ((rcdb == NULL) != (experiment == NULL)) {
		msg("--import-rcdb FILE and --experiment NAME go together");
		return EXIT_USAGE;
	}
	reads_none = (rcdb != NULL) + migrate + (backup != NULL) + (forget != NULL) +
		     (recover != NULL) + check + reindex;
	if (reads_none > 0 && arguments[1] != NULL) {
		msg("'%s': no records are read with --import-rcdb, --migrate, --backup, "
		    "--forget, --recover, --check or --reindex",
		    arguments[1]);
		return EXIT_USAGE;
	}
	if (reads_none > 1 || (backup != NULL && (base != NULL || begin_new))) {
		msg("--import-rcdb, --migrate, --backup, --forget, --recover, --check "
		    "and "
		    "--reindex exclude each other");
		return EXIT_USAGE;
	}
	if ((migrate || check || reindex || forget != NULL || recover != NULL) &&
	    access(arguments[0], F_OK) != 0) {
		msg("%s: %s", arguments[0], strerror(errno));
		return EXIT_PARTIAL;
	}
	for (char **m = metadata; m != NULL && *m != NULL; m++)
		if (strchr(*m, '=') == NULL || (*m)[0] == '=') {
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
	int status, mode;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	status = check_usage(arguments);
	if (status == EXIT_DONE)
		status = lock_wait_option(wait_text, &wait_seconds);
	if (status == EXIT_DONE)
		status = config_mode("--mode", mode_text, &mode);
	if (status == EXIT_DONE)
		status = zone_use(zone);
	if (status == EXIT_DONE)
		status = backup != NULL
			     ? target_lock_reader(&target, arguments[0], wait_seconds)
			     : target_lock(&target, arguments[0], base, wait_seconds);
	if (status != EXIT_DONE)
		return status;
	target.mode = mode;
	catch_signals();
	migration_filled_by(fill_tables);
	status = work(arguments + 1);
	target_release(&target);
	if (stopped != 0) {
		/* Die of it, so that the caller knows. */
		signal(stopped, SIG_DFL);
		raise(stopped);
	}
	return command_finish(status);
}
