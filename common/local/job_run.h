/* elog-job run: a command as a job, from its number to how it ended. */
#ifndef JOB_RUN_H
#define JOB_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "local/job_state.h"

struct job_wanted {
	struct job_about about;
	const char *db;		      /* NULL: the spool alone */
	const char *log_db;	      /* where it is logged, or NULL */
	char *const *in, *const *out; /* texts of job_file_spec_read() */
	char *const *import;	      /* the same */
	char *const *figures;	      /* NAME=VALUE */
	char *const *figures_json;    /* FILE[:JQ] */
	char *const *figures_regex;
	bool in_job_dir;
	double timeout; /* seconds, 0: none */
	long retry;
	char *const *arguments; /* the command */
	mode_t mask;		/* its umask(2) */
};

/*
 * Run it.  Returns the status that the command had, as a shell has it; 1 or 2 after a
 * message where it was not run, or was well but something about it was not recorded or
 * not there.
 */
int job_run(struct job_project *project, const struct job_wanted *wanted);

#endif
