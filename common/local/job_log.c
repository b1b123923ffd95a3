#include "local/job_log.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/sibling.h"

void
job_log(const char *db, const char *uuid, const char *level, const char *message)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	char *program, *arguments[14], *session = NULL;
	const char *const words[] = {"elog-log", "-l", level, "-s", NULL, "--job", uuid,
	    "--db", db, "--", message, NULL};
	int error = ENOMEM, status;
	pid_t pid;

	if (db == NULL)
		return;
	program = sibling("elog-log");
	if (program != NULL && asprintf(&session, "job-%s", uuid) >= 0) {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			arguments[i] = (char *)words[i];
		arguments[4] = session;
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_addopen(
		    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		/* stdout is the command's own. */
		posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
		error = posix_spawnp(&pid, program, &actions, NULL, arguments, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	if (error != 0)
		msg("elog-log: %s: what becomes of the job is not logged",
		    strerror(error));
	else
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	free(session);
	free(program);
}
