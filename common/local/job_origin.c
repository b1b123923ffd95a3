#include "local/job_origin.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/who.h"
#include "text/secret.h"

extern char **environ;

static const char *const known[] = {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH",
    "VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "CONDA_PREFIX", "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES", "LOADEDMODULES", "SIT_ROOT", "SIT_DATA", "SIT_PSDM_DATA",
    "EXPERIMENT", "RUN_NUM", "LANG", "TZ", NULL};

/* Batch systems by the variable that each sets in a job. */
static const struct {
	const char *name, *variable, *part;
} systems[] = {{"Slurm", "SLURM_JOB_ID", "SLURM_ARRAY_TASK_ID"},
    {"LSF", "LSB_JOBID", "LSB_JOBINDEX"}, {"PBS", "PBS_JOBID", NULL},
    {"SGE", "JOB_ID", "SGE_TASK_ID"}, {NULL, NULL, NULL}};

static void
put_batch(struct job_record *record)
{
	for (size_t i = 0; systems[i].name != NULL; i++) {
		const char *id = getenv(systems[i].variable), *part;
		char *both = NULL;

		/* JOB_ID is anybody's name: SGE has a root, too. */
		if (id == NULL || (i == 3 && getenv("SGE_ROOT") == NULL))
			continue;
		part = systems[i].part != NULL ? getenv(systems[i].part) : NULL;
		if (part != NULL && strcmp(part, "0") != 0 &&
		    strcmp(part, "undefined") != 0 &&
		    asprintf(&both, "%s[%s]", id, part) < 0)
			both = NULL;
		job_record_put(record, "batch_system", systems[i].name);
		job_record_bytes(record, "batch_id", both != NULL ? both : id);
		free(both);
		return;
	}
}

static void
put_environment(struct job_record *record, char *const *variables)
{
	char **pairs, **next;
	size_t n = sizeof(known) / sizeof(known[0]);

	for (size_t i = 0; variables != NULL && variables[i] != NULL; i++)
		n++;
	pairs = next = calloc(n, sizeof(*pairs));
	if (pairs == NULL)
		return;
	for (size_t i = 0; environ[i] != NULL; i++) {
		size_t length = strcspn(environ[i], "=");
		bool wanted = false;

		for (size_t k = 0; known[k] != NULL; k++)
			wanted = wanted || (strncmp(known[k], environ[i], length) == 0 &&
					       known[k][length] == '\0');
		for (size_t k = 0; variables != NULL && variables[k] != NULL; k++)
			wanted =
			    wanted || (strncmp(variables[k], environ[i], length) == 0 &&
					  variables[k][length] == '\0');
		if (wanted && !secret_is_name(environ[i], length) &&
		    (size_t)(next - pairs) + 1 < n)
			*next++ = environ[i];
	}
	job_record_pairs(record, "environment", pairs);
	free(pairs);
}

void
job_origin_put(struct job_record *record, long pid, char *const *variables)
{
	char host[256] = "", boot[PROCESS_BOOT_BYTES];
	char *directory = getcwd(NULL, 0), *user = who_user();

	(void)gethostname(host, sizeof(host) - 1);
	process_boot(boot);
	job_record_bytes(record, "host", host);
	job_record_bytes(record, "user", user);
	job_record_bytes(record, "directory", directory);
	if (pid >= 0) {
		pid = pid > 0 ? pid : (long)getpid();
		job_record_put(record, "boot_id", boot);
		job_record_number(record, "pid", pid);
		job_record_number(record, "pid_start", process_start((pid_t)pid));
	}
	put_batch(record);
	put_environment(record, variables);
	free(directory);
	free(user);
}

/* ---- git -------------------------------------------------------------------- */

static bool
is_in_git(void)
{
	char *directory = getcwd(NULL, 0), *path = NULL, *slash;
	bool is = getenv("GIT_DIR") != NULL;

	while (directory != NULL && !is) {
		if (asprintf(&path, "%s/.git", directory) < 0)
			break;
		is = access(path, F_OK) == 0;
		free(path);
		slash = strrchr(directory, '/');
		if (slash == NULL || directory[0] == '\0')
			break;
		*slash = '\0';
	}
	free(directory);
	return is;
}

/* The first bytes of what git prints; its exit status, -1 if it could not run. */
static int
run_git(char *out, size_t size)
{
	/* One process for both: the commit, and whether tracked files changed. */
	char *arguments[] = {(char[]){"git"}, (char[]){"--no-optional-locks"},
	    (char[]){"status"}, (char[]){"--porcelain=v2"}, (char[]){"--branch"},
	    (char[]){"--untracked-files=no"}, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1;
	size_t used = 0;
	pid_t pid;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, "git", &actions, NULL, arguments, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	while (pid > 0 && (n = read(ends[0], out + used, size - 1 - used)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		used += n > 0 ? (size_t)n : 0;
		if (used == size - 1)
			break; /* more files than matter: SIGPIPE ends it */
	}
	close(ends[0]);
	out[used] = '\0';
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return used > 0 ? 0 : status;
}

void
job_origin_put_git(struct job_record *record)
{
	static const char commit[] = "# branch.oid ";
	char out[4096], *line, *rest;
	bool dirty = false;

	if (!is_in_git() || run_git(out, sizeof(out)) != 0)
		return;
	for (line = strtok_r(out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, commit, strlen(commit)) == 0)
			job_record_put(record, "git_commit", line + strlen(commit));
		else
			dirty = dirty || line[0] != '#';
	job_record_bool(record, "git_dirty", dirty);
}
