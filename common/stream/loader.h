/*
 * What a producer that takes --db FILE does: elog-load FILE on its own stdout, so that
 * there is one writer and one way in.  A process has one stdout, so one loader.
 */
#ifndef LOADER_H
#define LOADER_H

#include <popt.h>
#include <stdint.h>

/* The row of a producer's options that says how long elog-load waits for others. */
extern char *loader_wait;
#define LOADER_WAIT_OPTION                                                               \
	{                                                                                \
		"wait", '\0', POPT_ARG_STRING, &loader_wait, 0,                          \
		    "Wait at most TIME for other writers of the database (60s)", "TIME"  \
	}

/* What it says, in seconds.  0, or 2 (the exit status) after a message. */
int loader_wait_seconds(int64_t *seconds);

/*
 * The database that is written, malloc'd: given, else the one that the configuration in
 * config_file (NULL: its usual places) names; NULL if that names none, which is said at a
 * terminal, or given is "-".  Returns the exit status: 0, or 2 after a message.
 */
int loader_database(const char *given, const char *config_file, char **path);

/*
 * Start elog-load, the one beside our own executable or else the one in PATH, quiet, on
 * the database db; what we write to descriptor 1 from now on goes to it, and what it
 * prints goes to where our stdout went.  Does nothing if db is NULL.  To be called
 * behind command_parse() and before anything is written.
 *
 * From now on SIGPIPE is ignored: if elog-load ends early, writing fails with EPIPE, and
 * loader_end() tells why.  If we die, elog-load sees the end of its input and takes what
 * came whole; it is in a process group of its own, so that Ctrl-C at a terminal ends us
 * and not it.
 *
 * Returns 0, or the exit status, 1 or 2, after a message.
 */
int loader_start(const char *db);

/*
 * Nothing more comes: give our stdout back, wait for elog-load, and return its exit
 * status, after its own message if that is not 0; 1 after a message if a signal killed
 * it; 0 if none was started.  A stream on descriptor 1 must be closed before.
 */
int loader_end(void);

#endif
