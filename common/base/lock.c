#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"

/* Is the open lock file still the one that has the name? */
static bool
is_current(const struct lock *lock)
{
	struct stat ours, named;

	return fstat(lock->fd, &ours) == 0 && stat(lock->path, &named) == 0 &&
	       ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

static int
say_holder(const struct lock *lock, const char *path)
{
	char pid[24] = "";
	ssize_t n = pread(lock->fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
	msg("%s: process %s is writing it: try again later", path,
	    pid[0] != '\0' ? pid : "(unknown)");
	return EXIT_LATER;
}

int
lock_take(struct lock *lock, const char *path)
{
	char pid[24];
	int n, status = EXIT_PARTIAL;

	*lock = (struct lock){.fd = -1};
	if (asprintf(&lock->path, "%s.lock", path) < 0) {
		lock->path = NULL;
		msg("no memory");
		return status;
	}
	do {
		if (lock->fd >= 0)
			close(lock->fd); /* its holder removed it before we had it */
		lock->fd =
		    open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (lock->fd < 0)
			goto fail;
		if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
			if (errno != EWOULDBLOCK)
				goto fail;
			status = say_holder(lock, path);
			goto release;
		}
	} while (!is_current(lock));
	n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(lock->fd, 0) != 0 || pwrite(lock->fd, pid, (size_t)n, 0) != n)
		goto fail;
	return 0;
fail:
	msg("%s: %s", lock->path, strerror(errno));
release:
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock->path);
	*lock = (struct lock){.fd = -1};
	return status;
}

void
lock_release(struct lock *lock)
{
	if (lock->path == NULL)
		return;
	(void)unlink(lock->path);
	close(lock->fd);
	free(lock->path);
	*lock = (struct lock){.fd = -1};
}
