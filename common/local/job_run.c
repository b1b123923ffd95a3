#include "local/job_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "local/job_command.h"
#include "local/job_figure.h"
#include "local/job_file.h"
#include "local/job_load.h"
#include "local/job_log.h"
#include "local/job_origin.h"
#include "local/job_record.h"
#include "local/job_spool.h"
#include "stream/loader.h"
#include "text/secret.h"

/* A job that lives longer is put on disk, and into the database, while it runs. */
#define SHORT_SECONDS 0.5

/* From being told to stop to being made to: less in the inner of jobs in jobs, so that
   each ends its own. */
#define GRACE_SECONDS 10.0
#define GRACE_SHARE 0.75

/* For other writers of the database, unless --wait says otherwise. */
#define LOAD_WAIT "10s"

struct running {
	struct job_project *project;
	const struct job_wanted *wanted;
	struct job job;
	struct job_file_spec *in, *out, *import, *imported;
	size_t n_in, n_out, n_import, n_imported;
	struct timespec begun;
	long long from; /* the length of the spool before */
	bool settled;	/* it was put on disk since it runs */
	bool lacking;	/* something was not recorded, or is not there */
	char said[340]; /* how it ended, for the log */
	const char *level;
	int outputs[2];
	char *paths[2]; /* of the outputs */
};

static size_t
count(char *const *list)
{
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

/* ---- What is asked for, before a number is used up -------------------------- */

static int
read_specs(char *const *texts, struct job_file_spec **specs, size_t *n)
{
	size_t wanted = count(texts);
	int status = EXIT_DONE;

	*specs = calloc(wanted + 1, sizeof(**specs));
	if (*specs == NULL)
		return EXIT_PARTIAL;
	for (*n = 0; *n < wanted && status == EXIT_DONE; (*n)++) {
		status = job_file_spec_read(texts[*n], &(*specs)[*n]);
		if (status != EXIT_DONE)
			break;
	}
	return status;
}

static int
check(struct running *running)
{
	const struct job_wanted *wanted = running->wanted;
	int status = read_specs(wanted->in, &running->in, &running->n_in);

	if (status == EXIT_DONE)
		status = read_specs(wanted->out, &running->out, &running->n_out);
	if (status == EXIT_DONE)
		status = read_specs(wanted->import, &running->import, &running->n_import);
	for (size_t i = 0; i < count(wanted->figures) && status == EXIT_DONE; i++) {
		struct job_record tried;

		job_record_open(&tried);
		status = job_figure_put_pair(&tried, "", wanted->figures[i]);
		job_record_close(&tried);
	}
	for (size_t i = 0; i < count(wanted->figures_regex) && status == EXIT_DONE; i++)
		status = job_figure_check_expression(wanted->figures_regex[i]);
	return status;
}

/* ---- Its beginning ---------------------------------------------------------- */

/* Files that the command reads: imported ones first.  0, or -1 after a message. */
static int
take_inputs(struct running *running, struct job_record *record, struct job_files *files)
{
	int found = 0;

	running->imported = calloc(running->n_import + 1, sizeof(*running->imported));
	if (running->imported == NULL)
		return -1;
	for (size_t i = 0; i < running->n_import; i++) {
		struct job_file_spec *spec = &running->imported[i];
		char *path = NULL;

		if (job_file_import(running->project, &running->job, &running->import[i],
			record, &path) != 0)
			return -1;
		running->n_imported++;
		*spec = running->import[i];
		spec->path = path;
		if (job_files_add(files, spec) < 0)
			return -1;
	}
	for (size_t i = 0; i < running->n_in; i++) {
		const struct job_file_spec *spec = &running->in[i];

		found = job_files_add(files, spec);
		if (found < 0)
			return -1;
		if (found == 0 && !spec->optional) {
			msg("%s: input %s is not there: the command is not run",
			    spec->path, spec->role);
			return -1;
		}
	}
	found = job_files_hash(files) != 0 ? -1 : 0;
	if (found == 0)
		job_files_put(
		    record, running->project, &running->job, files, JOB_FILE_IN, NULL);
	return found;
}

/* What else it was told, as elog-job run takes it, for another run. */
static void
put_options(const struct job_wanted *wanted, struct job_record *record)
{
	const struct {
		const char *name;
		char *const *values;
	} lists[] = {{"out", wanted->out}, {"figures-json", wanted->figures_json},
	    {"figures-regex", wanted->figures_regex}, {"env", wanted->about.variables}};
	size_t n = 0, room = 3;
	char **options;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		room += count(lists[i].values);
	options = calloc(room, sizeof(*options));
	if (options == NULL)
		return;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t k = 0; k < count(lists[i].values); k++)
			if (asprintf(&options[n], "--%s=%s", lists[i].name,
				lists[i].values[k]) > 0)
				n++;
	if (wanted->timeout > 0 &&
	    asprintf(&options[n], "--timeout=%.0fs", wanted->timeout) > 0)
		n++;
	if (wanted->retry > 0 && asprintf(&options[n], "--retry=%ld", wanted->retry) > 0)
		n++;
	options[n] = NULL;
	if (n > 0)
		job_record_list(record, "options", options);
	while (n > 0)
		free(options[--n]);
	free(options);
}

static void
put_beginning(struct running *running, struct job_record *record)
{
	const struct job_wanted *wanted = running->wanted;
	bool hidden = false;
	char **shown = secret_hide((const char *const *)wanted->arguments, &hidden);

	job_state_begin(record, running->project, &running->job,
	    wanted->about.status != NULL ? wanted->about.status : "RUNNING");
	job_state_put_about(record, &wanted->about);
	job_record_list(record, "argv", shown);
	if (hidden)
		job_record_bool(record, "argv_hidden", true);
	job_record_bool(record, "in_job_dir", wanted->in_job_dir);
	job_record_put(record, "started_at", record->at);
	job_origin_put(record, 0, wanted->about.variables);
	job_origin_put_git(record);
	put_options(wanted, record);
	job_record_end(record);
	for (size_t i = 0; i < count(wanted->figures); i++)
		(void)job_figure_put_pair(record, running->job.uuid, wanted->figures[i]);
	secret_free(shown);
}

static int
open_outputs(struct running *running)
{
	static const char *const names[] = {JOB_STDOUT, JOB_STDERR};

	for (int i = 0; i < 2; i++) {
		if (asprintf(&running->paths[i], "%s/%s", running->job.directory,
			names[i]) < 0) {
			running->paths[i] = NULL;
			return -1;
		}
		running->outputs[i] = open(running->paths[i],
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (running->outputs[i] < 0) {
			msg("%s: %s", running->paths[i], strerror(errno));
			return -1;
		}
	}
	return 0;
}

static int
set_environment(const struct running *running)
{
	if (setenv("ELOG_JOB", running->job.uuid, 1) == 0 &&
	    setenv("ELOG_JOB_NUMBER", running->job.number, 1) == 0 &&
	    setenv("ELOG_JOB_DIR", running->job.directory, 1) == 0 &&
	    setenv("ELOG_JOB_PROJECT", running->project->directory, 1) == 0)
		return 0;
	msg("no memory");
	return -1;
}

/* 0, or -1 after a message: nothing is to be run. */
static int
begin(struct running *running)
{
	struct job_record record;
	struct job_files files = {0};
	struct job parent;
	const char *lines;
	size_t n = 0;
	int result = -1;

	running->from = job_spool_length(running->project);
	result = job_state_parent(running->project, &parent);
	result = job_new(running->project, result == 0 ? &parent : NULL, &running->job);
	job_free(&parent);
	if (result != 0)
		return -1;
	job_record_open(&record);
	result = take_inputs(running, &record, &files);
	clock_gettime(CLOCK_REALTIME, &running->begun);
	put_beginning(running, &record);
	if (result != 0) {
		job_state_begin(&record, running->project, &running->job, "FAILED");
		job_record_put(&record, "message", "an input is not there");
		job_record_put(&record, "finished_at", record.at);
		job_record_end(&record);
	}
	lines = job_record_lines(&record, &n);
	if (job_spool_append(running->project, lines, n) != 0)
		result = -1;
	if (result == 0 && (open_outputs(running) != 0 || set_environment(running) != 0))
		result = -1;
	job_record_close(&record);
	job_files_free(&files);
	return result;
}

/* ---- While it runs ---------------------------------------------------------- */

static void
tick(void *context, double seconds)
{
	struct running *running = context;

	if (running->settled || seconds < SHORT_SECONDS)
		return;
	running->settled = true;
	job_spool_sync_apart(running->project);
	if (running->wanted->db != NULL)
		job_load_apart(running->project, running->from, running->wanted->db);
}

/* ---- Its end ------------------------------------------------------------ */

/* Outputs, whatever became of the command.  Returns the first role that lacks, or NULL.
 */
static const char *
take_outputs(struct running *running, struct job_record *record, struct job_files *files)
{
	const char *lacking = NULL;

	for (size_t i = 0; i < running->n_out; i++) {
		const struct job_file_spec *spec = &running->out[i];
		int found = job_files_add(files, spec);

		if (found > 0 || (found == 0 && spec->optional))
			continue;
		if (found == 0)
			msg("output %s: nothing is called %s", spec->role, spec->path);
		lacking = lacking != NULL ? lacking : spec->role;
	}
	if (files->n > 0 && job_files_hash(files) != 0)
		running->lacking = true;
	if (files->hashes != NULL)
		job_files_put(record, running->project, &running->job, files,
		    JOB_FILE_OUT, &running->begun);
	return lacking;
}

static void
take_figures(struct running *running, struct job_record *record)
{
	const struct job_wanted *wanted = running->wanted;
	const char *uuid = running->job.uuid;

	for (size_t i = 0; i < count(wanted->figures_json); i++)
		if (job_figure_put_json(record, uuid, wanted->figures_json[i]) != 0)
			running->lacking = true;
	for (size_t i = 0; i < count(wanted->figures_regex); i++)
		if (job_figure_put_matches(record, uuid, wanted->figures_regex[i],
			(const char *const *)running->paths) != 0)
			running->lacking = true;
}

static void
put_end(struct running *running, struct job_record *record,
    const struct job_outcome *outcome, const char *lacking, long attempts)
{
	const char *status = "FINISHED";
	char message[300] = "", at[28];

	if (outcome->stopped_by != NULL) {
		status = "INTERRUPTED";
		snprintf(message, sizeof(message), "stopped by %s", outcome->stopped_by);
	} else if (outcome->error != 0) {
		status = "FAILED";
		snprintf(message, sizeof(message), "%s", strerror(outcome->error));
	} else if (outcome->signal != 0) {
		status = "FAILED";
		snprintf(message, sizeof(message), "killed by %s",
		    job_command_signal_name(outcome->signal));
	} else if (outcome->status != 0) {
		status = "FAILED";
		snprintf(message, sizeof(message), "exit status %d", outcome->status);
	} else if (lacking != NULL) {
		status = "FAILED";
		snprintf(message, sizeof(message), "output %s is not there", lacking);
	}
	running->level = strcmp(status, "FINISHED") == 0      ? "INFO"
			 : strcmp(status, "INTERRUPTED") == 0 ? "WARNING"
							      : "ERROR";
	snprintf(running->said, sizeof(running->said), "job %s: %s%s%s",
	    running->job.number, status, message[0] != '\0' ? ": " : "", message);
	snprintf(at, sizeof(at), "%s", record->at);
	job_state_begin(record, running->project, &running->job, status);
	job_record_put(record, "finished_at", at);
	if (outcome->signal == 0)
		job_record_number(record, "exit_status", outcome->status);
	else
		job_record_number(record, "signal", outcome->signal);
	job_record_put(record, "stopped_by", outcome->stopped_by);
	if (message[0] != '\0')
		job_record_bytes(record, "message", message);
	job_record_number(record, "attempts", attempts);
	job_state_put_usage(record, &outcome->usage);
	if (outcome->unkept)
		job_record_bool(record, "output_unkept", true);
	job_record_end(record);
}

static void
end(struct running *running, const struct job_outcome *outcome, long attempts)
{
	struct job_record record;
	struct job_files files = {0};
	const char *lacking, *lines;
	size_t n = 0;
	int here = -1;

	/* Names of outputs are those of the command's directory. */
	if (running->wanted->in_job_dir) {
		here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		(void)!chdir(running->job.directory);
	}
	job_record_open(&record);
	lacking = take_outputs(running, &record, &files);
	take_figures(running, &record);
	put_end(running, &record, outcome, lacking, attempts);
	lines = job_record_lines(&record, &n);
	if (job_spool_append(running->project, lines, n) != 0 || lacking != NULL ||
	    outcome->unkept || outcome->unpassed)
		running->lacking = true;
	if (here >= 0) {
		(void)!fchdir(here);
		close(here);
	}
	job_record_close(&record);
	job_files_free(&files);
}

static int
run_command(struct running *running, struct job_outcome *outcome, long *attempts)
{
	const struct job_wanted *wanted = running->wanted;
	double grace = GRACE_SECONDS;
	struct job_command command = {.arguments = wanted->arguments,
	    .directory = wanted->in_job_dir ? running->job.directory : NULL,
	    .mask = wanted->mask,
	    .timeout = wanted->timeout,
	    .tick = tick,
	    .context = running};

	for (const char *p = running->job.number; *p != '\0'; p++)
		if (*p == '.')
			grace *= GRACE_SHARE;
	command.grace = grace;
	memcpy(command.outputs, running->outputs, sizeof(command.outputs));
	for (*attempts = 1;; ++*attempts) {
		if (job_command_run(&command, outcome) != 0)
			return -1;
		if (outcome->error != 0)
			msg("%s: %s", wanted->arguments[0], strerror(outcome->error));
		/* Who stopped it does not want it again; time may do better. */
		if (*attempts > wanted->retry || outcome->error != 0 ||
		    (outcome->status == 0 && outcome->stopped_by == NULL) ||
		    (outcome->stopped_by != NULL &&
			strcmp(outcome->stopped_by, "time-out") != 0))
			return 0;
		msg("%s: attempt %ld ended with %d: once more", wanted->arguments[0],
		    *attempts, outcome->status);
	}
}

static void
release(struct running *running)
{
	for (size_t i = 0; i < running->n_in; i++)
		job_file_spec_free(&running->in[i]);
	for (size_t i = 0; i < running->n_out; i++)
		job_file_spec_free(&running->out[i]);
	for (size_t i = 0; i < running->n_imported; i++)
		free((char *)running->imported[i].path);
	for (size_t i = 0; i < running->n_import; i++)
		job_file_spec_free(&running->import[i]);
	free(running->in);
	free(running->out);
	free(running->import);
	free(running->imported);
	for (int i = 0; i < 2; i++) {
		if (running->outputs[i] >= 0)
			close(running->outputs[i]);
		free(running->paths[i]);
	}
	job_free(&running->job);
}

static void
log_begin(const struct running *running)
{
	const struct job_wanted *wanted = running->wanted;
	char said[340];

	snprintf(said, sizeof(said), "job %s: RUNNING: %.250s", running->job.number,
	    wanted->about.title != NULL	 ? wanted->about.title
	    : wanted->about.task != NULL ? wanted->about.task
					 : wanted->arguments[0]);
	job_log(wanted->log_db, running->job.uuid, "INFO", said);
}

int
job_run(struct job_project *project, const struct job_wanted *wanted)
{
	struct running running = {
	    .project = project, .wanted = wanted, .outputs = {-1, -1}};
	struct job_outcome outcome = {0};
	static char wait[] = LOAD_WAIT;
	long attempts = 0;
	int status = check(&running);

	if (status == EXIT_DONE) {
		status = EXIT_PARTIAL;
		if (begin(&running) == 0) {
			log_begin(&running);
			if (run_command(&running, &outcome, &attempts) != 0)
				outcome.status = 126;
			end(&running, &outcome, attempts);
			status = outcome.status;
			if (status == 0 && running.lacking)
				status = EXIT_PARTIAL;
		}
		job_command_unblock();
		job_spool_sync_apart(project);
		if (running.level != NULL)
			job_log(wanted->log_db, running.job.uuid, running.level,
			    running.said);
		if (wanted->db != NULL) {
			/* Who waits for the command is not to wait for a database. */
			if (loader_wait == NULL)
				loader_wait = wait;
			job_load(project, running.from, wanted->db);
		}
	}
	release(&running);
	return status;
}
