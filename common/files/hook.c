#include "files/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/command.h"
#include "base/msg.h"

/* One has ended. */
static void
judge(struct hook *hook, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	hook->failed = true;
	if (WIFEXITED(status))
		msg("--exec: the command ended with status %d", WEXITSTATUS(status));
	else
		msg("--exec: the command was killed by signal %d", WTERMSIG(status));
}

void
hook_collect(struct hook *hook, bool wait)
{
	for (int i = 0; i < hook->n;) {
		int status;
		pid_t pid = waitpid(hook->children[i], &status, wait ? 0 : WNOHANG);

		if (pid == 0 || (pid < 0 && errno == EINTR)) {
			i += pid == 0;
			continue;
		}
		if (pid > 0)
			judge(hook, status);
		hook->children[i] = hook->children[--hook->n];
	}
}

void
hook_run(struct hook *hook, const char *path, const char *url)
{
	extern char **environ;
	char sh[] = "sh", c[] = "-c";
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t reset;
	char *script = NULL, *copy = strdup(path);
	char *arguments[] = {sh, c, NULL, sh, copy, NULL};
	int status = 0, error = ENOMEM;

	while (hook->n >= hook->most) {
		if (waitpid(hook->children[0], &status, 0) < 0 && errno == EINTR)
			continue;
		judge(hook, status);
		hook->children[0] = hook->children[--hook->n];
	}
	/* The path is an argument, no part of what the shell reads; what the command
	   makes is as the user has it, not ours alone. */
	if (copy != NULL && asprintf(&script, "umask %04o; %s \"$@\"",
				(unsigned)command_mask(), hook->command) >= 0) {
		arguments[2] = script;
		setenv("ELOG_URL", url, 1);
		sigemptyset(&reset);
		sigaddset(&reset, SIGPIPE);
		sigaddset(&reset, SIGXFSZ);
		posix_spawnattr_init(&attributes);
		posix_spawnattr_setsigdefault(&attributes, &reset);
		posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_addopen(
		    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
		error = posix_spawn(&hook->children[hook->n], "/bin/sh", &actions,
		    &attributes, arguments, environ);
		posix_spawnattr_destroy(&attributes);
		posix_spawn_file_actions_destroy(&actions);
		unsetenv("ELOG_URL");
		free(script);
	}
	free(copy);
	if (error == 0) {
		hook->n++;
		return;
	}
	msg("--exec: %s", strerror(error));
	hook->failed = true;
}
