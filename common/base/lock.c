#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/msg.h"
#include "text/duration.h"

/* Bytes of the queue file that are locked: one guards the file, one is shared by those
   who stepped aside, and behind it come those of the numbers. */
#define GUARD 0
#define ASIDE 4095
#define NUMBERS 4096

/* How long to sleep before looking again. */
#define LEAST_NS 2000000L
#define MOST_NS 25000000L

/* Is an open file still the one that has the name? */
static bool
is_current(int fd, const char *path)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
	       ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

static int
open_beside(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* ---- the line ----------------------------------------------------------------- */

/* Lock or unlock bytes of the queue file; waits for them if it must. */
static int
hold(int queue, short type, int64_t from)
{
	struct flock range = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = 1};
	int result;

	while ((result = fcntl(queue, F_OFD_SETLKW, &range)) != 0 && errno == EINTR)
		;
	return result;
}

/* Does anybody else hold one of so many bytes?  length 0: all to the end. */
static bool
others_hold(int queue, int64_t from, int64_t length)
{
	struct flock range = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = from, .l_len = length};

	return fcntl(queue, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

/* Take the next number. */
static int
take_number(int queue, int64_t *number)
{
	int64_t next = 0, after;

	/* Of what is no number of ours, the line begins anew. */
	if (pread(queue, &next, sizeof(next), 0) != sizeof(next) || next < 0 ||
	    next > INT64_MAX / 2)
		next = 0;
	after = next + 1;
	if (pwrite(queue, &after, sizeof(after), 0) != sizeof(after) ||
	    hold(queue, F_WRLCK, NUMBERS + next) != 0)
		return -1;
	*number = next;
	return 0;
}

/* Stand in line.  Where file locks do not work there is none: queue is -1. */
static void
line_up(struct lock *lock, const char *path)
{
	lock->queue = -1;
	do {
		if (lock->queue >= 0)
			close(lock->queue); /* the last one removed it just now */
		lock->queue = open_beside(path);
		if (lock->queue < 0)
			return;
		if (hold(lock->queue, F_WRLCK, GUARD) != 0)
			goto fail;
	} while (!is_current(lock->queue, path));
	if (take_number(lock->queue, &lock->number) == 0) {
		(void)hold(lock->queue, F_UNLCK, GUARD);
		return;
	}
fail:
	close(lock->queue);
	lock->queue = -1;
}

/* Leave the line; the last one removes it. */
static void
leave_line(struct lock *lock, const char *path)
{
	if (lock->queue < 0)
		return;
	if (hold(lock->queue, F_WRLCK, GUARD) == 0 &&
	    !others_hold(lock->queue, ASIDE, 0) && is_current(lock->queue, path))
		(void)unlink(path);
	close(lock->queue);
	lock->queue = -1;
}

/* ---- the lock ------------------------------------------------------------------ */

/* FILE.queue of FILE.lock, malloc'd. */
static char *
queue_path(const struct lock *lock)
{
	char *path;

	if (asprintf(&path, "%.*s.queue", (int)(strlen(lock->path) - strlen(".lock")),
		lock->path) < 0)
		return NULL;
	return path;
}

static void
say_holder(const struct lock *lock, const char *path)
{
	int fd = open(lock->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char pid[24] = "";
	ssize_t n = fd >= 0 ? pread(fd, pid, sizeof(pid) - 1, 0) : 0;

	if (fd >= 0)
		close(fd);
	pid[n > 0 ? n : 0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
	msg("%s: process %s is writing it: try again later", path,
	    pid[0] != '\0' ? pid : "(unknown)");
}

/* Try once to take what we are the first in line for.  1: it is held by another, -1
   after a message. */
static int
try(struct lock *lock)
{
	char pid[24];
	bool busy;
	int n;

	if (lock->queue >= 0 && lock->number > 0 &&
	    others_hold(lock->queue, NUMBERS, lock->number))
		return 1;
	lock->fd = open_beside(lock->path);
	if (lock->fd < 0)
		goto fail;
	busy = flock(lock->fd, LOCK_EX | LOCK_NB) != 0;
	if (busy && errno != EWOULDBLOCK)
		goto fail;
	/* Held by another, or by one who removed it before we had it. */
	if (busy || !is_current(lock->fd, lock->path)) {
		close(lock->fd);
		lock->fd = -1;
		return 1;
	}
	n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(lock->fd, 0) == 0 && pwrite(lock->fd, pid, (size_t)n, 0) == n)
		return 0;
fail:
	msg("%s: %s%s", lock->path, strerror(errno),
	    errno == ENOSPC ? ": make room on the disk and run it again" : "");
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
	return -1;
}

/* Wait for our turn, for so many seconds.  As try(). */
static int
wait_for_turn(struct lock *lock, double most, const volatile sig_atomic_t *stopped)
{
	struct timespec pause = {.tv_nsec = LEAST_NS};
	double begin = clock_seconds();
	int result;

	while ((result = try(lock)) == 1 && clock_seconds() - begin < most &&
	       (stopped == NULL || *stopped == 0)) {
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < MOST_NS)
			pause.tv_nsec += pause.tv_nsec / 4;
	}
	return result;
}

int
lock_take(struct lock *lock, const char *path, int64_t wait)
{
	char *queue;
	int result;

	*lock = (struct lock){.fd = -1, .queue = -1};
	if (asprintf(&lock->path, "%s.lock", path) < 0) {
		lock->path = NULL;
		msg("no memory");
		return EXIT_PARTIAL;
	}
	queue = queue_path(lock);
	if (queue != NULL)
		line_up(lock, queue);
	result = wait_for_turn(lock, (double)wait, NULL);
	if (result == 0) {
		free(queue);
		return 0;
	}
	if (result > 0)
		say_holder(lock, path);
	if (queue != NULL)
		leave_line(lock, queue);
	free(queue);
	free(lock->path);
	*lock = (struct lock){.fd = -1, .queue = -1};
	return result > 0 ? EXIT_LATER : EXIT_PARTIAL;
}

bool
lock_is_wanted(const struct lock *lock)
{
	return lock->queue >= 0 && others_hold(lock->queue, NUMBERS, 0);
}

bool
lock_is_shared(const struct lock *lock)
{
	return lock->queue >= 0 && others_hold(lock->queue, ASIDE, 0);
}

/* Remove the lock file and let go of it, but stay in line. */
static void
let_go(struct lock *lock)
{
	(void)unlink(lock->path);
	close(lock->fd);
	lock->fd = -1;
}

int
lock_yield(struct lock *lock, const volatile sig_atomic_t *stopped)
{
	int64_t number = lock->number;
	int result;

	/* The new number first: there is no moment at which we are not in line. */
	if (lock->queue < 0 || hold(lock->queue, F_WRLCK, GUARD) != 0)
		return 0;
	result = take_number(lock->queue, &lock->number);
	if (result == 0) {
		let_go(lock);
		(void)hold(lock->queue, F_UNLCK, NUMBERS + number);
	}
	(void)hold(lock->queue, F_UNLCK, GUARD);
	if (result != 0)
		return 0; /* nobody gets it, but nothing is lost */
	result = wait_for_turn(lock, 1e18, stopped);
	return result > 0 ? EXIT_LATER : result < 0 ? EXIT_PARTIAL : 0;
}

void
lock_step_aside(struct lock *lock)
{
	if (lock->queue < 0 || hold(lock->queue, F_RDLCK, ASIDE) != 0)
		return;
	let_go(lock);
	(void)hold(lock->queue, F_UNLCK, NUMBERS + lock->number);
}

int
lock_come_back(struct lock *lock, const volatile sig_atomic_t *stopped)
{
	int result = hold(lock->queue, F_WRLCK, GUARD);

	if (result == 0)
		result = take_number(lock->queue, &lock->number);
	(void)hold(lock->queue, F_UNLCK, GUARD);
	if (result != 0) {
		msg("%s: %s", lock->path, strerror(errno));
		return EXIT_PARTIAL;
	}
	result = wait_for_turn(lock, 1e18, stopped);
	(void)hold(lock->queue, F_UNLCK, ASIDE);
	return result > 0 ? EXIT_LATER : result < 0 ? EXIT_PARTIAL : 0;
}

void
lock_release(struct lock *lock)
{
	char *queue;

	if (lock->path == NULL)
		return;
	queue = queue_path(lock);
	if (lock->fd >= 0)
		let_go(lock);
	if (queue != NULL)
		leave_line(lock, queue);
	free(queue);
	free(lock->path);
	*lock = (struct lock){.fd = -1, .queue = -1};
}

int
lock_wait_option(const char *text, int64_t *wait)
{
	*wait = LOCK_WAIT;
	if (text == NULL || duration_read(text, wait))
		return 0;
	msg("--wait: '%s' is no time like 60, 90s, 35m or 2h", text);
	return EXIT_USAGE;
}
