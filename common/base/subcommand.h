/* Tools with subcommands: which is meant, and which options it takes. */
#ifndef SUBCOMMAND_H
#define SUBCOMMAND_H

#include "base/command.h"

struct subcommand {
	const char *name;
	const char *usage;   /* its arguments: "[GLOB]" */
	int least, most;     /* how many; most -1: any number */
	const char *options; /* their long names, with blanks between them */
	/* arguments stand behind its name, up to a NULL.  Returns the exit status. */
	int (*run)(const struct subcommand *subcommand, const char *const *arguments);
};

/*
 * The row of a table, which ends with a NULL name, that the first argument names, if the
 * number of the others and the options that were given fit.  NULL after a message: the
 * exit status is 2.
 */
const struct subcommand *subcommand_find(const struct subcommand *table,
    const struct command *command, const char *const *arguments);

/* All that main() of a tool with subcommands has to do.  The exit status. */
int subcommand_main(const struct subcommand *table, const struct command *command,
    int argc, const char **argv);

#endif
