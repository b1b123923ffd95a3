#include "local/job_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/process.h"
#include "local/job_figure.h"
#include "local/job_file.h"
#include "local/job_origin.h"
#include "local/job_spool.h"
#include "text/secret.h"

#define BLOCK_BYTES 512 /* of ru_inblock: getrusage(2) */

bool
job_state_known(const char *status)
{
	size_t n = strlen(status);

	for (const char *p = JOB_STATUSES; *p != '\0'; p += strspn(p, ", ")) {
		size_t length = strcspn(p, ",");

		if (length == n && strncmp(p, status, n) == 0)
			return true;
		p += length;
	}
	return false;
}

void
job_state_begin(struct job_record *record, const struct job_project *project,
    const struct job *job, const char *status)
{
	job_record_begin(record, "jobs");
	job_record_put(record, "uuid", job->uuid);
	job_record_put(record, "project", project->uuid);
	job_record_put(record, "number", job->number);
	if (job->parent[0] != '\0')
		job_record_put(record, "parent", job->parent);
	job_record_put(record, "status", status);
}

void
job_state_put_about(struct job_record *record, const struct job_about *about)
{
	job_record_bytes(record, "task", about->task);
	job_record_bytes(record, "title", about->title);
	job_record_bytes(record, "experiment", about->experiment);
	job_record_run(record, "run_number", about->run);
	job_record_put(record, "rerun_of", about->rerun_of);
}

static double
seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

void
job_state_put_usage(struct job_record *record, const struct rusage *usage)
{
	job_record_real(record, "user_seconds", seconds(&usage->ru_utime));
	job_record_real(record, "system_seconds", seconds(&usage->ru_stime));
	job_record_number(record, "max_rss_kb", usage->ru_maxrss);
	job_record_number(record, "read_bytes", usage->ru_inblock * BLOCK_BYTES);
	job_record_number(record, "written_bytes", usage->ru_oublock * BLOCK_BYTES);
}

int
job_state_parent(const struct job_project *project, struct job *parent)
{
	const char *id = getenv("ELOG_JOB");

	*parent = (struct job){0};
	if (id == NULL || id[0] == '\0')
		return -1;
	if (uuid_valid(id) && job_find(project, id, parent) == 0)
		return 0;
	if (project->directory != NULL)
		msg("ELOG_JOB: no job of %s: this one has no parent", project->directory);
	return -1;
}

int
job_state_find(struct job_project *project, const char *id, struct job *job)
{
	struct job_project other;

	if (id == NULL)
		id = getenv("ELOG_JOB");
	if (id == NULL || id[0] == '\0') {
		msg("which job?  --job ID names one; inside a job ELOG_JOB does");
		return EXIT_USAGE;
	}
	if (project->fd >= 0 && job_find(project, id, job) == 0)
		return EXIT_DONE;
	/* A command that went into another project still speaks of its own job. */
	if (job_project_open_environment(&other) == 0) {
		if (job_find(&other, id, job) == 0) {
			job_project_close(project);
			*project = other;
			return EXIT_DONE;
		}
		job_project_close(&other);
	}
	msg("%s: no such job in %s", id,
	    project->directory != NULL ? project->directory : "any project here");
	return EXIT_PARTIAL;
}

/* Into the spool, and onto the disk. */
static int
append(struct job_project *project, struct job_record *record)
{
	size_t n = 0;
	const char *lines = job_record_lines(record, &n);
	int result = job_spool_append(project, lines, n);

	job_record_close(record);
	if (result == 0)
		job_spool_sync_apart(project);
	return result == 0 ? EXIT_DONE : EXIT_PARTIAL;
}

int
job_state_create(
    struct job_project *project, const struct job_about *about, char *const *arguments)
{
	struct job_record record;
	struct job parent, job;
	bool hidden = false;
	char **shown;
	int status = job_state_parent(project, &parent);

	status = job_new(project, status == 0 ? &parent : NULL, &job);
	job_free(&parent);
	if (status != 0)
		return EXIT_PARTIAL;
	job_record_open(&record);
	job_state_begin(
	    &record, project, &job, about->status != NULL ? about->status : "PENDING");
	job_state_put_about(&record, about);
	job_record_put(&record, "created_at", record.at);
	shown = secret_hide((const char *const *)arguments, &hidden);
	if (arguments[0] != NULL)
		job_record_list(&record, "argv", shown);
	secret_free(shown);
	job_origin_put(&record, -1, about->variables);
	job_record_end(&record);
	status = append(project, &record);
	if (status == EXIT_DONE)
		printf("%s\n", job.uuid);
	job_free(&job);
	return status;
}

int
job_state_change(
    struct job_project *project, const struct job *job, const struct job_change *change)
{
	struct job_record record;
	char at[28], boot[PROCESS_BOOT_BYTES];

	job_record_open(&record);
	snprintf(at, sizeof(at), "%s", record.at);
	job_state_begin(&record, project, job, change->status);
	if (change->event != NULL)
		job_record_put(&record, change->event, at);
	if (change->pid > 0) {
		process_boot(boot);
		job_record_put(&record, "boot_id", boot);
		job_record_number(&record, "pid", change->pid);
		job_record_number(
		    &record, "pid_start", process_start((pid_t)change->pid));
	}
	if (change->exit_status >= 0)
		job_record_number(&record, "exit_status", change->exit_status);
	job_record_bytes(&record, "message", change->message);
	job_record_bytes(&record, "note", change->note);
	job_record_put(&record, "evaluation", change->evaluation);
	job_record_end(&record);
	return append(project, &record);
}

int
job_state_values(struct job_project *project, const struct job *job,
    const char *const *arguments, bool text)
{
	struct job_record record;
	const char *fault;

	for (size_t i = 0; arguments[i] != NULL; i += 2) {
		fault = arguments[i + 1] == NULL ? "a name without a value"
						 : job_figure_fault(arguments[i]);
		if (fault != NULL) {
			msg("'%s': %s", arguments[i], fault);
			return EXIT_USAGE;
		}
	}
	job_record_open(&record);
	for (size_t i = 0; arguments[i] != NULL; i += 2)
		job_figure_put(&record, job->uuid, arguments[i], arguments[i + 1], text);
	return append(project, &record);
}

int
job_state_files(struct job_project *project, const struct job *job, const char *direction,
    const char *const *arguments)
{
	struct job_files files = {0};
	struct job_file_spec *specs;
	struct job_record record;
	size_t n = 0, read = 0;
	int status = EXIT_DONE, appended;
	long unread;

	while (arguments[n] != NULL)
		n++;
	specs = calloc(n + 1, sizeof(*specs));
	if (specs == NULL)
		return EXIT_PARTIAL;
	for (; read < n && status == EXIT_DONE; read++)
		status = job_file_spec_read(arguments[read], &specs[read]);
	for (size_t i = 0; i < n && status != EXIT_USAGE; i++) {
		int found = job_files_add(&files, &specs[i]);

		if (found == 0 && !specs[i].optional)
			msg("%s: nothing is called so", specs[i].path);
		if (found < 0 || (found == 0 && !specs[i].optional))
			status = EXIT_PARTIAL;
	}
	if (files.n > 0) {
		unread = job_files_hash(&files);
		if (unread != 0)
			status = EXIT_PARTIAL;
		if (unread >= 0) {
			job_record_open(&record);
			job_files_put(&record, project, job, &files, direction, NULL);
			appended = append(project, &record);
			status = appended != EXIT_DONE ? appended : status;
		}
	}
	job_files_free(&files);
	for (size_t i = 0; i < read; i++)
		job_file_spec_free(&specs[i]);
	free(specs);
	return status;
}

/* A file onto a descriptor.  0, or -1 with errno set. */
static int
print_file(const struct job *job, const char *name, int to)
{
	char buffer[65536], *path;
	ssize_t n = -1;
	int fd;

	if (asprintf(&path, "%s/%s", job->directory, name) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return -1;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t at = 0, written; at < n; at += written)
			if ((written = write(to, buffer + at, (size_t)(n - at))) < 0) {
				close(fd);
				return -1;
			}
	close(fd);
	return (int)n;
}

int
job_state_log(const struct job *job)
{
	if (print_file(job, JOB_STDERR, STDERR_FILENO) == 0 &&
	    print_file(job, JOB_STDOUT, STDOUT_FILENO) == 0)
		return EXIT_DONE;
	if (errno != EPIPE)
		msg("%s: %s", job->directory, strerror(errno));
	return EXIT_PARTIAL;
}
