/* elog-pull: fetches the files that records name, resumes, checks, records. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/lock.h"
#include "base/msg.h"
#include "db/open.h"
#include "files/downloads.h"
#include "files/intake.h"
#include "files/layout.h"
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
				  *config_file;
static long jobs = 6, attempts = 5;
static int pending, verify, dry_run, quiet;

/* Options of the logbook service and of remote files; see join_options(). */
static struct poptOption service_rows[12], remote_rows[12];

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
    {"verify", '\0', POPT_ARG_NONE, &verify, 0,
	"Read the files again, and print those that are not what came", NULL},
    {"dry-run", '\0', POPT_ARG_NONE, &dry_run, 0,
	"Fetch nothing, print what would be fetched", NULL},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "No progress and no summary", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, service_rows, 0,
	"The logbook service, for attachments (and, where they apply, all servers):",
	NULL},
    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, remote_rows, 0, "All other servers:", NULL},
    POPT_TABLEEND,
};

/* The rows of service_options that we take; those that remote_options has, too, are
   handed on by share_options(), but for the token, which goes to the service alone. */
static const char *const service_names[] = {
    "url", "auth", "token-file", "cacert", "keytab", "principal", "timeout", NULL};
static const char *const shared_names[] = {
    "cacert", "keytab", "principal", "timeout", NULL};
static const char *const remote_names[] = {
    "user", "netrc-file", "ssh-key", "known-hosts", "ftp-tls", "slowest", NULL};

static volatile sig_atomic_t stop;
static int wake[2] = {-1, -1};

static void
on_signal(int number)
{
	int code = errno;

	(void)number;
	stop = 1;
	(void)!write(wake[1], "", 1);
	errno = code;
}

static const struct poptOption *
row_named(const struct poptOption *table, const char *name)
{
	while (table->longName != NULL && strcmp(table->longName, name) != 0)
		table++;
	return table->longName != NULL ? table : NULL;
}

static void
pick(struct poptOption *to_rows, const struct poptOption *from, const char *const *names)
{
	const struct poptOption *row;

	for (; *names != NULL; names++)
		if ((row = row_named(from, *names)) != NULL)
			*to_rows++ = *row;
	*to_rows = (struct poptOption)POPT_TABLEEND;
}

/* What was given for the service counts for the other servers, too. */
static void
share_options(void)
{
	for (const char *const *name = shared_names; *name != NULL; name++) {
		const struct poptOption *from = row_named(service_options, *name);
		const struct poptOption *row = row_named(remote_options, *name);

		if (from == NULL || row == NULL)
			continue;
		if (row->argInfo == POPT_ARG_STRING)
			*(char **)row->arg = *(char **)from->arg;
		else if (*(long *)from->arg > 0)
			*(long *)row->arg = *(long *)from->arg;
	}
}

static int
check_usage(const char *const *arguments)
{
	const char *wrong = layout_check(layout);
	int status = command_range("--jobs", jobs, 1, 64) |
		     command_range("--attempts", attempts, 1, 1000);

	if (status != 0)
		return status;
	if (to == NULL)
		msg("--to names the directory under which the files go");
	else if (arguments[0] != NULL)
		msg("'%s': no arguments: files are named by records on stdin",
		    arguments[0]);
	else if (wrong != NULL)
		msg("--layout: %s", wrong);
	else if (rate_read(rate_text) < 0)
		msg("--limit-rate: '%s' is no number of bytes", rate_text);
	else if ((pending || verify) && db == NULL && seen_file == NULL)
		msg("%s: --db or --known names the database",
		    verify ? "--verify" : "--pending");
	else if (verify && (pending || dry_run))
		msg("--verify goes alone");
	else
		return 0;
	return EXIT_USAGE;
}

static int
run_verify(struct downloads *downloads, int root)
{
	struct verify_totals totals = {0};

	if (verify_run(downloads, root, &stop, stdout, &totals) != 0)
		return command_finish(EXIT_PARTIAL);
	if (!quiet && msg_terminal())
		msg_note("%ld are what came, %ld missing, %ld changed, %ld corrupt",
		    totals.good, totals.missing, totals.changed, totals.corrupt);
	return command_finish(
	    stop != 0 || totals.missing + totals.changed + totals.corrupt > 0
		? EXIT_PARTIAL
		: EXIT_DONE);
}

/* Fetch: downloads may be NULL.  The lock is held. */
static int
fetch(
    struct downloads *downloads, int root, struct remote *remote, struct session *session)
{
	struct pull_totals totals;
	struct intake intake;
	struct pull_source source;
	struct stream out;
	int status;

	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	if (pending)
		intake_pending(&intake, downloads);
	else
		intake_stream(&intake, STDIN_FILENO, dry_run ? NULL : &out);
	source = intake_source(&intake);
	status = pull_run(
	    &(struct pull_options){
		.directory = to,
		.root = root,
		.layout = layout,
		.jobs = (int)jobs,
		.attempts = (int)attempts,
		.rate = rate_read(rate_text),
		.dry_run = dry_run,
		.quiet = quiet || !msg_terminal(),
		.downloads = downloads,
		.session = session,
		.remote = remote,
		.out = &out,
		.stop = &stop,
		.wake = wake[0],
	    },
	    &source, &totals);
	if (stream_close(&out) != 0 || intake.failed)
		status = status == EXIT_DONE ? EXIT_PARTIAL : status;
	intake_close(&intake);
	if (!quiet && msg_terminal())
		msg_note("%ld fetched (%lld bytes came), %ld there already, %ld left",
		    totals.fetched, totals.bytes, totals.already, totals.left);
	return status;
}

/* 75 after a message if others write the database, however long we wait: before anything
   comes. */
static int
check_writer(void)
{
	struct lock lock;
	char *path = db != NULL ? db_path(db) : NULL;
	int64_t wait;
	int status = loader_wait_seconds(&wait);

	if (status == EXIT_DONE && path != NULL) {
		status = lock_take(&lock, path, wait);
		lock_release(&lock);
	}
	free(path);
	return status;
}

static int
run(struct downloads **downloads, struct session *session)
{
	struct remote *remote = NULL;
	struct lock lock = {.fd = -1};
	char *lock_name = NULL;
	int root = place_root(to), status = EXIT_PARTIAL, loaded;

	if (root < 0)
		return EXIT_PARTIAL;
	if (verify) {
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
	status = dry_run ? 0 : check_writer();
	if (status == 0 && !dry_run)
		status = loader_start(db);
	if (status == 0) {
		status = fetch(*downloads, root, remote, session);
		downloads_close(*downloads); /* a reader would hold elog-load's end up */
		*downloads = NULL;
		signal(SIGTERM, SIG_DFL); /* nobody need wait for elog-load */
		signal(SIGINT, SIG_DFL);
		loaded = dry_run ? 0 : loader_end();
		status = status == EXIT_DONE ? loaded : status;
	}
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
	    .usage = "--to DIR [OPTION...]",
	    .libraries = remote_version(),
	    .options = options,
	};
	struct sigaction action = {.sa_handler = on_signal};
	struct session session = {0};
	struct config *config;
	struct downloads *downloads = NULL;
	const char *const *arguments;
	const char *file;
	int status;

	pick(service_rows, service_options, service_names);
	pick(remote_rows, remote_options, remote_names);
	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	share_options();
	status = check_usage(arguments);
	if (status != 0)
		return status;
	config = config_load(config_file);
	if (config == NULL)
		return EXIT_USAGE;
	session.config = config;
	file = seen_file != NULL ? seen_file : db;
	/* It may be one that elog-load is yet to make, unless all comes from it. */
	if ((pending || verify) && access(file, F_OK) != 0) {
		msg("%s: %s", file, strerror(errno));
		config_free(config);
		return EXIT_PARTIAL;
	}
	if (file != NULL && (downloads = downloads_open(file)) == NULL) {
		config_free(config);
		return EXIT_PARTIAL;
	}
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) == 0) {
		sigaction(SIGTERM, &action, NULL);
		sigaction(SIGINT, &action, NULL);
	}
	status = run(&downloads, &session);
	downloads_close(downloads);
	config_free(config);
	return status;
}
