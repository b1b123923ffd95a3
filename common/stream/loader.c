#include "stream/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/config.h"
#include "base/exit.h"
#include "base/lock.h"
#include "base/msg.h"
#include "base/sibling.h"

#define PROGRAM "elog-load"

char *loader_wait;
static pid_t child = -1;
static int own_stdout = -1; /* where stdout went before */

/* What the configuration names, malloc'd.  False without memory. */
static bool
configured(const struct config *config, char **path)
{
	const char *file = config_text(config, "database_path");

	*path = NULL;
	if (file != NULL)
		return (*path = strdup(file)) != NULL;
	if (strcmp(config_origin(config, "database_dir"), "default") != 0)
		return asprintf(
			   path, "%s/elog.db", config_text(config, "database_dir")) >= 0;
	if (isatty(STDOUT_FILENO))
		msg("records are printed, and nothing is stored: --db FILE or "
		    "database_path names a database");
	return true;
}

int
loader_database(const char *given, const char *config_file, char **path)
{
	struct config *config;
	bool found;

	*path = NULL;
	if (given != NULL && strcmp(given, "-") == 0)
		return EXIT_DONE;
	if (given != NULL) {
		found = (*path = strdup(given)) != NULL;
	} else {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		found = configured(config, path);
		config_free(config);
	}
	if (!found)
		msg("no memory");
	return found ? EXIT_DONE : EXIT_PARTIAL;
}

int
loader_wait_seconds(int64_t *seconds)
{
	return lock_wait_option(loader_wait, seconds);
}

/* Start it with input as its stdin.  An errno, 0 if all is well. */
static int
spawn(const char *db, int input)
{
	extern char **environ;
	char quiet[] = "--quiet", wait[] = "--wait", end[] = "--", name[] = PROGRAM;
	char drop_empty[] = "--drop-empty"; /* of a name that was misspelt */
	char *arguments[] = {name, quiet, drop_empty, end, NULL, NULL, NULL, NULL};
	char *path, *database;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t reset;
	int error;

	path = sibling(PROGRAM);
	database = strdup(db);
	if (loader_wait != NULL) {
		arguments[3] = wait;
		arguments[4] = loader_wait;
		arguments[5] = end;
		arguments[6] = database;
	} else {
		arguments[4] = database;
	}
	sigemptyset(&reset);
	sigaddset(&reset, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &reset);
	/* Ctrl-C at a terminal is meant for us: what we still have to say must arrive. */
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	error = database == NULL || path == NULL ? ENOMEM
						 : posix_spawnp(&child, path, &actions,
						       &attributes, arguments, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	free(database);
	free(path);
	return error;
}

int
loader_start(const char *db)
{
	int64_t wait;
	int ends[2], error;

	if (loader_wait_seconds(&wait) != 0)
		return EXIT_USAGE;
	if (db == NULL)
		return EXIT_DONE;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		msg("pipe: %s", strerror(errno));
		return EXIT_PARTIAL;
	}
	own_stdout = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	error = own_stdout < 0 ? errno : spawn(db, ends[0]);
	if (error == 0 && dup2(ends[1], STDOUT_FILENO) < 0)
		error = errno;
	close(ends[0]);
	close(ends[1]);
	if (error == 0) {
		signal(SIGPIPE, SIG_IGN);
		return EXIT_DONE;
	}
	msg(PROGRAM ": %s: is it installed beside this program, or in PATH?",
	    strerror(error));
	return EXIT_PARTIAL;
}

int
loader_end(void)
{
	int status;

	if (child < 0)
		return EXIT_DONE;
	fflush(stdout);
	(void)dup2(own_stdout, STDOUT_FILENO); /* closes the pipe */
	close(own_stdout);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR) {
			msg(PROGRAM ": %s", strerror(errno));
			return EXIT_PARTIAL;
		}
	child = -1;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	msg(PROGRAM ": killed by signal %d: what it had not committed is not in the "
		    "database",
	    WTERMSIG(status));
	return EXIT_PARTIAL;
}
