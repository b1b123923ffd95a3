/* The command line, the same way in every tool: popt, --help, --version. */
#ifndef COMMAND_H
#define COMMAND_H

#include <popt.h>
#include <stdbool.h>
#include <sys/types.h>

struct command {
	const char *name;	    /* "elog-get" */
	const char *usage;	    /* "[OPTION...] EXPERIMENT..." */
	const char *libraries;	    /* for --version, may be NULL */
	struct poptOption *options; /* ends with POPT_TABLEEND */
	bool first;		    /* options end at the first other argument */
};

/*
 * Read the options into the variables that the table names.  Also names the
 * program for messages and sets umask 077: what we write is for its owner.
 *
 * Returns -1 to go on, else the exit status: 0 after --help or --version, 2
 * after a message about a wrong option.  *arguments gets the other arguments,
 * NULL-terminated, never NULL; they live as long as the process.
 */
int command_parse(const struct command *command, int argc, const char **argv,
    const char *const **arguments);

/* The umask(2) that the process was started with, for commands of the user's. */
mode_t command_mask(void);

/*
 * Check that a number given with an option lies between two bounds.  Returns 0,
 * or 2 (the exit status) with a message.
 */
int command_range(const char *option, long value, long min, long max);

/*
 * Does a subcommand take all options that were given?  names are those that it takes,
 * with spaces between them.  False after a message with its usage.
 */
bool command_options_fit(const struct command *command, const char *subcommand,
    const char *usage, const char *names);

/*
 * Close stdout, so that a full disk is noticed.  Returns status, or 1 with a
 * message if what was printed could not be written.
 */
int command_finish(int status);

#endif
