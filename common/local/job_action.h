/* What elog-job does that writes records: a table of subcommands. */
#ifndef JOB_ACTION_H
#define JOB_ACTION_H

#include <stdbool.h>

#include "local/job_run.h"

/* What the options say. */
struct job_asked {
	struct job_wanted wanted;
	const char *job, *message, *status; /* NULL where not said */
	long exit_status;		    /* -1 where not said */
	long pid;			    /* 0 */
	bool text;
};

enum job_action_kind {
	JOB_ACTION_PLAIN,
	JOB_ACTION_FOUNDS, /* makes the project */
	JOB_ACTION_RUNS,   /* a command stands behind the options, and is run */
	JOB_ACTION_NAMES,  /* a command stands behind the options, and is not */
	JOB_ACTION_INSIDE, /* of the job that we are in, of whichever project */
};

struct job_action {
	const char *name, *usage;
	int least, most;     /* arguments; -1: any number */
	const char *options; /* names, with spaces between them */
	enum job_action_kind kind;
	/* The exit status.  The arguments are those behind the name, NULL-terminated. */
	int (*act)(struct job_project *project, const struct job_asked *asked,
	    const char *const *arguments);
};

/* Ends with a row whose name is NULL. */
extern const struct job_action job_actions[];

/* The row of that name, or NULL. */
const struct job_action *job_action_named(const char *name);

#endif
