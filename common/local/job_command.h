/*
 * A command, run so that it does not notice: in a process group of its own, with the
 * terminal if we had it, its output passed on as it comes and kept in files, too.
 */
#ifndef JOB_COMMAND_H
#define JOB_COMMAND_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct job_command {
	char *const *arguments; /* NULL-terminated, at least one */
	const char *directory;	/* NULL: this one */
	mode_t mask;		/* umask(2) of the command */
	int outputs[2];		/* files that its standard output and error go to, too */
	double timeout;		/* seconds, 0: none */
	double grace;		/* seconds from being told to stop to SIGKILL */
	/* Called now and then while it runs, with the seconds so far. */
	void (*tick)(void *context, double seconds);
	void *context;
};

struct job_outcome {
	int error;  /* errno of execvp(3): 126 or 127 is its status then */
	int status; /* of the command as a shell has it: 128 + N for a signal */
	int signal; /* that ended it, or 0 */
	const char *stopped_by; /* NULL, "time-out", "SIGINT" and so on */
	bool unkept;		/* not all of its output is in the files, */
	bool unpassed;		/* or not all of its standard output went to ours */
	struct rusage usage;
};

/*
 * Run it to its end.  Who stops us (SIGINT, SIGTERM, SIGHUP, SIGQUIT) stops its whole
 * group.  What it leaves running in the background is left alone, but not listened to.
 * The signals stay blocked afterwards, so that nothing keeps us from writing down how it
 * ended.  0, or -1 after a message: it could not be started.
 */
int job_command_run(const struct job_command *command, struct job_outcome *outcome);

/* Signals may end us again. */
void job_command_unblock(void);

/* "SIGTERM" of 15. */
const char *job_command_signal_name(int number);

#endif
