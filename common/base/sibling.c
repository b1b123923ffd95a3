#include "base/sibling.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"

char *
sibling(const char *program)
{
	char *self = realpath("/proc/self/exe", NULL), *slash, *path = NULL;

	slash = self != NULL ? strrchr(self, '/') : NULL;
	if (slash != NULL &&
	    asprintf(&path, "%.*s/%s", (int)(slash - self), self, program) < 0)
		path = NULL;
	free(self);
	if (path != NULL && access(path, X_OK) == 0)
		return path;
	free(path);
	return strdup(program);
}

/* In the child: become the program, with its stdout into a pipe. */
static void
become(const char *program, const char *const *arguments, int out)
{
	int null = open("/dev/null", O_RDONLY);

	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execvp(program, (char *const *)arguments);
	msg("%s: %s", arguments[0], strerror(errno));
	_exit(EXIT_PARTIAL);
}

/* The first line of a descriptor, which is read to its end. */
static char *
first_line(int fd)
{
	FILE *in = fdopen(fd, "r");
	char *line = NULL, rest[4096];
	size_t room = 0;
	ssize_t n = -1;

	if (in != NULL)
		n = getline(&line, &room, in);
	while (in != NULL && fread(rest, 1, sizeof(rest), in) > 0)
		continue;
	if (in != NULL)
		fclose(in);
	else
		close(fd);
	if (n > 0 && line[n - 1] == '\n')
		line[n - 1] = '\0';
	if (n > 0)
		return line;
	free(line);
	return NULL;
}

int
sibling_line(const char *const *arguments, char **line)
{
	char *program = sibling(arguments[0]);
	int ends[2], status = 0;
	pid_t pid = -1;

	*line = NULL;
	if (program != NULL && pipe2(ends, O_CLOEXEC) == 0) {
		pid = fork();
		if (pid == 0)
			become(program, arguments, ends[1]);
		close(ends[1]);
		if (pid > 0)
			*line = first_line(ends[0]);
		else
			close(ends[0]);
	}
	free(program);
	while (pid <= 0 || waitpid(pid, &status, 0) != pid)
		if (pid <= 0 || errno != EINTR) {
			msg("%s: %s", arguments[0], strerror(errno));
			return EXIT_PARTIAL;
		}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_PARTIAL;
}
