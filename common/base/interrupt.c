#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

volatile sig_atomic_t interrupt_stop;
static int wake[2] = {-1, -1};

static void
on_signal(int number)
{
	int code = errno;

	(void)number;
	interrupt_stop = 1;
	(void)!write(wake[1], "", 1);
	errno = code;
}

void
interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
		return;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

void
interrupt_release(void)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
}

int
interrupt_fd(void)
{
	return wake[0];
}

void
interrupt_sleep(long seconds)
{
	struct pollfd fd = {.fd = wake[0], .events = POLLIN};

	(void)poll(&fd, 1, (int)seconds * 1000);
}
