#include "local/job_action.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/who.h"
#include "local/job_file.h"
#include "local/job_record.h"
#include "local/job_spool.h"

static int
init(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_record record;
	char host[256] = "", *user = who_user();
	const char *lines, *slash;
	bool made;
	size_t n;
	int status;

	if (job_project_init(project, arguments[0] != NULL ? arguments[0] : ".", &made))
		return EXIT_PARTIAL;
	(void)gethostname(host, sizeof(host) - 1);
	slash = strrchr(project->directory, '/');
	job_record_open(&record);
	job_record_begin(&record, "projects");
	job_record_put(&record, "uuid", project->uuid);
	job_record_bytes(&record, "name",
	    asked->wanted.about.title != NULL ? asked->wanted.about.title : slash + 1);
	job_record_bytes(&record, "directory", project->directory);
	job_record_bytes(&record, "host", host);
	job_record_bytes(&record, "user", user);
	if (made)
		job_record_put(&record, "created_at", record.at);
	job_record_end(&record);
	lines = job_record_lines(&record, &n);
	status = job_spool_append(project, lines, n) == 0 ? EXIT_DONE : EXIT_PARTIAL;
	job_spool_sync_apart(project);
	job_record_close(&record);
	free(user);
	return status;
}

static int
run(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_wanted wanted = asked->wanted;

	wanted.arguments = (char *const *)arguments;
	return job_run(project, &wanted);
}

static int
create(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_about about = asked->wanted.about;

	about.status = asked->status;
	return job_state_create(project, &about, (char *const *)arguments);
}

static int
change(struct job_project *project, const struct job_asked *asked, const char *id,
    struct job_change *what)
{
	struct job job;
	int status = job_state_find(project, id, &job);

	if (status == EXIT_DONE) {
		what->status = asked->status != NULL ? asked->status : what->status;
		what->message = asked->message;
		what->exit_status = asked->exit_status;
		status = job_state_change(project, &job, what);
		job_free(&job);
	}
	return status;
}

static int
start(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_change what = {
	    .status = "RUNNING", .event = "started_at", .pid = asked->pid};

	return change(project, asked, arguments[0], &what);
}

static int
finish(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_change what = {.status = "FINISHED", .event = "finished_at"};

	return change(project, asked, arguments[0], &what);
}

static int
fail(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_change what = {.status = "FAILED", .event = "finished_at"};

	return change(project, asked, arguments[0], &what);
}

static int
note(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_change what = {.note = arguments[1]};

	return change(project, asked, arguments[0], &what);
}

static int
rate(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job_change what = {.evaluation = arguments[1]};

	if (strcmp(arguments[1], "best") == 0 || strcmp(arguments[1], "good") == 0 ||
	    strcmp(arguments[1], "rejected") == 0 || strcmp(arguments[1], "unknown") == 0)
		return change(project, asked, arguments[0], &what);
	msg("'%s': none of best, good, rejected, unknown", arguments[1]);
	return EXIT_USAGE;
}

static int
value(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job job;
	int status = job_state_find(project, asked->job, &job);

	if (status == EXIT_DONE) {
		status = job_state_values(project, &job, arguments, asked->text);
		job_free(&job);
	}
	return status;
}

static int
file(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	bool in = strcmp(arguments[0], "in") == 0;
	struct job job;
	int status;

	if (!in && strcmp(arguments[0], "out") != 0) {
		msg("'%s': in or out is expected", arguments[0]);
		return EXIT_USAGE;
	}
	status = job_state_find(project, asked->job, &job);
	if (status == EXIT_DONE) {
		status = job_state_files(
		    project, &job, in ? JOB_FILE_IN : JOB_FILE_OUT, arguments + 1);
		job_free(&job);
	}
	return status;
}

static int
print_log(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	struct job job;
	int status = job_state_find(project, arguments[0], &job);

	(void)asked;
	if (status == EXIT_DONE) {
		status = job_state_log(&job);
		job_free(&job);
	}
	return status;
}

static int
spool(struct job_project *project, const struct job_asked *asked,
    const char *const *arguments)
{
	(void)asked;
	(void)arguments;
	if (job_spool_copy(project, 0, STDOUT_FILENO) == 0)
		return EXIT_DONE;
	if (errno != EPIPE)
		msg("stdout: %s", strerror(errno));
	return EXIT_PARTIAL;
}

#define ABOUT "db wait project task title experiment run env "

const struct job_action job_actions[] = {
    {"init", "[DIR] [--title NAME]", 0, 1, "title", JOB_ACTION_FOUNDS, init},
    {"run", "[OPTION...] [--] COMMAND [ARGUMENT...]", 1, -1,
	ABOUT "in out import figure figures-json figures-regex in-job-dir timeout retry "
	      "rerun-of log-db",
	JOB_ACTION_RUNS, run},
    {"value", "[--job ID] NAME VALUE [NAME VALUE...]", 2, -1, "db wait project job text",
	JOB_ACTION_INSIDE, value},
    {"file", "[--job ID] in|out ROLE=PATH...", 2, -1, "db wait project job",
	JOB_ACTION_INSIDE, file},
    {"create", "[OPTION...] [--] [COMMAND [ARGUMENT...]]", 0, -1, ABOUT "status",
	JOB_ACTION_NAMES, create},
    {"start", "[ID] [--pid PID]", 0, 1, "db wait project status pid", JOB_ACTION_PLAIN,
	start},
    {"finish", "[ID] [--exit N]", 0, 1, "db wait project status exit message",
	JOB_ACTION_PLAIN, finish},
    {"fail", "[ID] [--exit N] [--message TEXT]", 0, 1,
	"db wait project status exit message", JOB_ACTION_PLAIN, fail},
    {"note", "ID TEXT", 2, 2, "db wait project", JOB_ACTION_PLAIN, note},
    {"rate", "ID best|good|rejected|unknown", 2, 2, "db wait project", JOB_ACTION_PLAIN,
	rate},
    {"log", "ID", 1, 1, "project", JOB_ACTION_PLAIN, print_log},
    {"spool", "[--project DIR]", 0, 0, "project", JOB_ACTION_PLAIN, spool},
    {NULL, NULL, 0, 0, NULL, JOB_ACTION_PLAIN, NULL},
};

const struct job_action *
job_action_named(const char *name)
{
	const struct job_action *action = job_actions;

	while (action->name != NULL && strcmp(action->name, name) != 0)
		action++;
	return action->name != NULL ? action : NULL;
}
