#include "query/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

bool
pager_wanted(int fd, size_t lines)
{
	const char *pager = getenv("PAGER");
	struct winsize size;

	if (pager == NULL || pager[0] == '\0' || !isatty(fd))
		return false;
	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
		size.ws_row = 24;
	return lines >= size.ws_row;
}

pid_t
pager_start(int *fd)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (dup2(ends[0], STDIN_FILENO) < 0)
			_exit(127);
		/* less: quit if one screen is enough, do not fold lines. */
		setenv("LESS", "FRSX", 0);
		execl("/bin/sh", "sh", "-c", getenv("PAGER"), (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return -1;
	}
	signal(SIGPIPE, SIG_IGN);
	*fd = ends[1];
	return pid;
}

void
pager_wait(pid_t pager)
{
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
}
