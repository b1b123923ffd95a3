/* elog-pull: fetches the files that records name, resumes, checks, records. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/interrupt.h"
#include "base/lock.h"
#include "base/msg.h"
#include "db/open.h"
#include "files/downloads.h"
#include "files/intake.h"
#include "files/layout.h"
#include "files/mark.h"
#include "files/options.h"
#include "files/place.h"
#include "files/pull.h"
#include "files/rate.h"
#include "files/remote.h"
#include "files/verify.h"
#include "logbook/service.h"
#include "logbook/session.h"
#include "stream/loader.h"
#include "stream/stream.h"

static char *to, *db, *seen_file, *layout = (char *)LAYOUT_FILES, *rate_text,
				  *config_file, *exec, *state;
static long jobs = 6, attempts = 5;
static int pending, retry, verify, refetch_wanted, dry_run, quiet;

static struct poptOption options[] = {
    {"to", '\0', POPT_ARG_STRING, &to, 0, "Directory under which the files go", "DIR"},
    {"db", '\0', POPT_ARG_STRING, &db, 0,
	"Load the records into FILE, and ask it what is there already", "FILE"},
    LOADER_WAIT_OPTION,
    {"known", '\0', POPT_ARG_STRING, &seen_file, 0,
	"Ask the database FILE, which is only read, what is there already", "FILE"},
    {"pending", '\0', POPT_ARG_NONE, &pending, 0,
	"Fetch what the database names and lacks, instead of reading stdin", NULL},
    {"jobs", '\0', POPT_ARG_LONG, &jobs, 0, "Downloads at once (6)", "N"},
    {"limit-rate", '\0', POPT_ARG_STRING, &rate_text, 0,
	"Bytes a second of all together (k, M, G)", "R"},
    {"layout", '\0', POPT_ARG_STRING, &layout, 0,
	"Where a file goes under DIR ({host}/{path})", "TEMPLATE"},
    {"attempts", '\0', POPT_ARG_LONG, &attempts, 0, "Try each file so often (5)", "N"},
    {"retry-failed", '\0', POPT_ARG_NONE, &retry, 0,
	"With --pending: also what failed, before its time has come", NULL},
    {"verify", '\0', POPT_ARG_NONE, &verify, 0,
	"Read the files again, and print those that are not what came", NULL},
    {"refetch", '\0', POPT_ARG_NONE, &refetch_wanted, 0,
	"With --verify: fetch those again", NULL},
    {"mark", '\0', POPT_ARG_STRING, &state, 0,
	"Fetch nothing: say that the files at the paths behind it, or on stdin, are "
	"unprocessed, processed or rejected",
	"STATE"},
    {"exec", '\0', POPT_ARG_STRING, &exec, 0,
	"Run COMMAND for each file that came, with its path behind it", "COMMAND"},
    {"dry-run", '\0', POPT_ARG_NONE, &dry_run, 0,
	"Fetch nothing, print what would be fetched", NULL},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "No progress and no summary", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, options_service, 0,
	"The logbook service, for attachments (and, where they apply, all servers):",
	NULL},
    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, options_remote, 0, "All other servers:", NULL},
    POPT_TABLEEND,
};

static int
check_usage(const char *const *arguments)
{
	const char *wrong = layout_check(layout);
	int status = command_range("--jobs", jobs, 1, 64) |
		     command_range("--attempts", attempts, 1, 1000);

	if (status != 0)
		return status;
	if (to != NULL ? *to == '\0' : state == NULL)
		msg("--to names the directory under which the files go");
	else if (arguments[0] != NULL && state == NULL)
		msg("'%s': no arguments: files are named by records on stdin",
		    arguments[0]);
	else if (wrong != NULL)
		msg("--layout: %s", wrong);
	else if (rate_read(rate_text) < 0)
		msg("--limit-rate: '%s' is no number of bytes", rate_text);
	else if ((pending || verify || state != NULL) && db == NULL && seen_file == NULL)
		msg("%s: --db or --known names the database", verify	? "--verify"
							      : pending ? "--pending"
									: "--mark");
	else if ((verify && (pending || dry_run)) ||
		 (state != NULL && (verify || pending || dry_run)))
		msg("--%s goes alone", state != NULL ? "mark" : "verify");
	else if (exec != NULL && exec[strspn(exec, " \t\n")] == '\0')
		msg("--exec: the command is empty");
	else if (refetch_wanted && !verify)
		msg("--refetch goes with --verify");
	else if (retry && !pending)
		msg("--retry-failed goes with --pending");
	else if (state != NULL && !mark_is_state(state))
		msg("--mark: '%s' is none of unprocessed, processed and rejected", state);
	else
		return 0;
	return EXIT_USAGE;
}

static void
tell_verified(const struct verify_totals *totals)
{
	if (!quiet && msg_terminal())
		msg_note("%ld are what came, %ld missing, %ld changed, %ld corrupt",
		    totals->good, totals->missing, totals->changed, totals->corrupt);
}

static int
run_verify(struct downloads *downloads, int root)
{
	struct verify_totals totals = {0};

	if (verify_print(downloads, root, &interrupt_stop, &totals) != 0)
		return command_finish(EXIT_PARTIAL);
	tell_verified(&totals);
	return command_finish(
	    interrupt_stop != 0 || totals.missing + totals.changed + totals.corrupt > 0
		? EXIT_PARTIAL
		: EXIT_DONE);
}

/* Fetch: downloads may be NULL.  The lock is held. */
static int
fetch(struct downloads *downloads, int root, struct remote *remote,
    struct session *session, struct stream *out)
{
	struct pull_totals totals;
	struct verify_totals verified;
	struct intake intake;
	struct pull_source source;
	char *place = realpath(to, NULL);
	int status;

	if (verify) {
		intake_lost(&intake, downloads, root, out, &verified);
		tell_verified(&verified);
	} else if (pending) {
		intake_pending(&intake, downloads);
	} else {
		intake_stream(&intake, STDIN_FILENO, dry_run ? NULL : out);
	}
	source = intake_source(&intake);
	if (pending && retry)
		downloads_retry(downloads);
	status = pull_run(
	    &(struct pull_options){
		.directory = to,
		.place = place,
		.root = root,
		.layout = layout,
		.jobs = (int)jobs,
		.attempts = (int)attempts,
		.rate = rate_read(rate_text),
		.anew = !config_flag(session->config, "resume"),
		.unchecked = !config_flag(session->config, "verify_checksums"),
		.exec = exec,
		.distrust = verify,
		.dry_run = dry_run,
		.quiet = quiet || !msg_terminal(),
		.downloads = downloads,
		.session = session,
		.remote = remote,
		.out = out,
		.stop = &interrupt_stop,
		.wake = interrupt_fd(),
	    },
	    &source, &totals);
	if (stream_close(out) != 0 || intake.failed)
		status = status == EXIT_DONE ? EXIT_PARTIAL : status;
	intake_close(&intake);
	free(place);
	if (!quiet && msg_terminal())
		msg_note("%ld fetched (%lld bytes came), %ld there already, %ld left",
		    totals.fetched, totals.bytes, totals.already, totals.left);
	return status;
}

/* Start the loader, and do it with what is written. */
static int
write_records(struct downloads **downloads, int root, struct remote *remote,
    struct session *session, const char *const *paths)
{
	struct stream out;
	int64_t wait;
	int status = loader_wait_seconds(&wait), loaded;

	if (status == EXIT_DONE) /* before anything comes */
		status = db_turn(db, wait);
	if (status == EXIT_DONE)
		status = loader_start(db);
	if (status != EXIT_DONE)
		return status;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		status = EXIT_PARTIAL;
	} else if (state != NULL) {
		status = mark_run(*downloads, state, paths, &out);
		if (stream_close(&out) != 0)
			status = EXIT_PARTIAL;
	} else {
		status = fetch(*downloads, root, remote, session, &out);
	}
	downloads_close(*downloads); /* a reader would hold elog-load's end up */
	*downloads = NULL;
	interrupt_release(); /* nobody need wait for elog-load */
	loaded = loader_end();
	return status == EXIT_DONE ? loaded : status;
}

static int
run(struct downloads **downloads, struct session *session)
{
	struct remote *remote = NULL;
	struct stream out;
	struct lock lock = {.fd = -1};
	char *lock_name = NULL;
	int root = place_root(to), status = EXIT_PARTIAL;

	if (root < 0)
		return EXIT_PARTIAL;
	if (verify && !refetch_wanted) {
		status = run_verify(*downloads, root);
		goto done;
	}
	if (asprintf(&lock_name, "%s/.elog-pull", to) < 0) {
		lock_name = NULL;
		goto done;
	}
	status = dry_run ? 0 : lock_take(&lock, lock_name, 0);
	if (status != 0 || (remote = remote_open(&status)) == NULL)
		goto done;
	if (!dry_run)
		status = write_records(downloads, root, remote, session, NULL);
	else if (stream_open(&out, STDOUT_FILENO) == 0)
		status = fetch(*downloads, root, remote, session, &out);
done:
	session_end(session);
	remote_close(remote);
	lock_release(&lock);
	free(lock_name);
	close(root);
	return status;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-pull",
	    .usage = "--to DIR [OPTION...] | --mark STATE [OPTION...] [PATH...]",
	    .libraries = remote_version(),
	    .options = options,
	};
	struct session session = {0};
	struct config *config;
	struct downloads *downloads = NULL;
	const char *const *arguments, *file;
	int status;

	options_join();
	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	options_share();
	status = check_usage(arguments);
	if (status != 0)
		return status;
	config = config_load(config_file);
	if (config == NULL)
		return EXIT_USAGE;
	session.config = config;
	file = seen_file != NULL ? seen_file : db;
	interrupt_catch();
	status = EXIT_PARTIAL;
	/* It may be one that elog-load is yet to make, unless all comes from it. */
	if ((pending || verify || state != NULL) && access(file, F_OK) != 0)
		msg("%s: %s", file, strerror(errno));
	else if (file != NULL && (downloads = downloads_open(file)) == NULL)
		;
	else if (state != NULL)
		status = write_records(&downloads, -1, NULL, &session, arguments);
	else
		status = run(&downloads, &session);
	downloads_close(downloads);
	config_free(config);
	return status;
}
