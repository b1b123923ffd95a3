#include "stream/backlog.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/sibling.h"

#define PROGRAM "elog-load"
#define LOADING ".loading"
#define STARTED ".started"
#define WAIT "3600" /* seconds that a load in the background stands in line */

int
backlog_open(struct backlog *backlog, const char *db)
{
	struct stat st;
	char *inside = NULL;

	*backlog = (struct backlog){.fd = -1};
	if (db[0] == '\0') {
		msg("the name of the database is empty");
		return -1;
	}
	if (stat(db, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (asprintf(&inside, "%s/elog.db", db) < 0) {
			msg("no memory");
			return -1;
		}
		db = inside;
	}
	/* A link to a database, and the database, have one. */
	backlog->file = realpath(db, NULL);
	if (backlog->file == NULL)
		backlog->file = strdup(db);
	else if (stat(backlog->file, &st) == 0 && !S_ISREG(st.st_mode)) {
		msg("%s: it is no database: name a file", db);
		goto fail;
	}
	if (backlog->file == NULL ||
	    asprintf(&backlog->path, "%s.spool", backlog->file) < 0) {
		backlog->path = NULL;
		msg("no memory");
		goto fail;
	}
	free(inside);
	return 0;
fail:
	free(inside);
	backlog_close(backlog);
	return -1;
}

void
backlog_close(struct backlog *backlog)
{
	backlog_unlock(backlog);
	free(backlog->path);
	free(backlog->file);
	*backlog = (struct backlog){.fd = -1};
}

/* Is the open file still the one that has the name? */
static bool
is_current(const struct backlog *backlog)
{
	struct stat ours, named;

	return fstat(backlog->fd, &ours) == 0 && stat(backlog->path, &named) == 0 &&
	       ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

/* A writer that died amid a line had told nobody that it was safe: cut it off. */
static int
cut_torn(int fd)
{
	char piece[4096];
	off_t end = lseek(fd, 0, SEEK_END), at = end;

	if (end < 0)
		return -1;
	while (at > 0) {
		size_t n = at > (off_t)sizeof(piece) ? sizeof(piece) : (size_t)at;
		ssize_t got = pread(fd, piece, n, at - (off_t)n);
		const char *newline;

		if (got != (ssize_t)n)
			return -1;
		newline = memrchr(piece, '\n', n);
		if (newline != NULL) {
			at -= (off_t)n - (newline + 1 - piece);
			break;
		}
		at -= (off_t)n;
	}
	return at < end ? ftruncate(fd, at) : 0;
}

int
backlog_lock(struct backlog *backlog)
{
	int error;

	do {
		backlog_unlock(backlog);
		backlog->fd = open(backlog->path,
		    O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (backlog->fd < 0)
			return -1;
		while (flock(backlog->fd, LOCK_EX) != 0)
			if (errno != EINTR)
				goto fail;
	} while (!is_current(backlog)); /* a load took it before we had it */
	if (cut_torn(backlog->fd) == 0)
		return 0;
fail:
	error = errno;
	backlog_unlock(backlog);
	errno = error;
	return -1;
}

int
backlog_add(struct backlog *backlog, const char *p, size_t n)
{
	off_t before = lseek(backlog->fd, 0, SEEK_END);
	int error;

	while (n > 0) {
		ssize_t written = write(backlog->fd, p, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			goto fail;
		p += written;
		n -= (size_t)written;
	}
	return 0;
fail:
	error = errno;
	if (before >= 0)
		(void)!ftruncate(backlog->fd, before);
	errno = error;
	return -1;
}

void
backlog_unlock(struct backlog *backlog)
{
	if (backlog->fd >= 0)
		close(backlog->fd);
	backlog->fd = -1;
}

/* FILE.spool with a suffix; NULL without memory. */
static char *
beside(const struct backlog *backlog, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s%s", backlog->path, suffix) < 0 ? NULL : path;
}

bool
backlog_waits(const struct backlog *backlog)
{
	char *loading = beside(backlog, LOADING);
	struct stat st;
	bool waits = (stat(backlog->path, &st) == 0 && st.st_size > 0) ||
		     (loading != NULL && access(loading, F_OK) == 0);

	free(loading);
	return waits;
}

/* ---- loads ---------------------------------------------------------------------- */

void
backlog_load(struct backlog *backlog)
{
	extern char **environ;
	char name[] = PROGRAM, quiet[] = "--quiet", wait[] = "--wait", seconds[] = WAIT,
	     end[] = "--", nothing[] = "/dev/null";
	char *arguments[] = {
	    name, quiet, wait, seconds, end, backlog->file, nothing, NULL};
	char *started = beside(backlog, STARTED), *path = sibling(PROGRAM);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	pid_t child;
	/* Its lock lasts as long as the process that we start has it open. */
	int fd =
	    started != NULL ? open(started, O_RDWR | O_CREAT | O_NOFOLLOW, 0600) : -1;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		sigemptyset(&signals);
		sigaddset(&signals, SIGPIPE);
		sigaddset(&signals, SIGCHLD);
		posix_spawn_file_actions_init(&actions);
		for (int i = 0; i < 3; i++)
			posix_spawn_file_actions_addopen(
			    &actions, i, "/dev/null", O_RDWR, 0);
		/* Nothing else of ours: somebody may wait for a pipe to be closed. */
		posix_spawn_file_actions_adddup2(&actions, fd, 3);
		posix_spawn_file_actions_addclosefrom_np(&actions, 4);
		posix_spawnattr_init(&attributes);
		posix_spawnattr_setsigdefault(&attributes, &signals);
		posix_spawnattr_setflags(
		    &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
		(void)posix_spawnp(&child, path != NULL ? path : PROGRAM, &actions,
		    &attributes, arguments, environ);
		posix_spawnattr_destroy(&attributes);
		posix_spawn_file_actions_destroy(&actions);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	free(started);
}

int
backlog_take(struct backlog *backlog)
{
	char *loading = beside(backlog, LOADING);
	int fd = -2;

	if (loading == NULL) {
		msg("no memory");
		goto done;
	}
	fd = open(loading, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		if (rename(backlog->path, loading) != 0) {
			fd = errno == ENOENT ? -1 : -2;
			if (fd == -2)
				msg("%s: %s", backlog->path, strerror(errno));
			goto done;
		}
		fd = open(loading, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0) {
		msg("%s: %s", loading, strerror(errno));
		fd = -2;
		goto done;
	}
	/* Who had it open before it was renamed may be writing still. */
	while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
		;
	if (cut_torn(fd) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
		msg("%s: %s", loading, strerror(errno));
		close(fd);
		fd = -2;
	}
done:
	free(loading);
	return fd;
}

void
backlog_taken(struct backlog *backlog, int fd)
{
	char *loading = beside(backlog, LOADING);

	if (loading != NULL && unlink(loading) != 0)
		msg("%s: %s", loading, strerror(errno));
	close(fd);
	free(loading);
}

void
backlog_last(struct backlog *backlog)
{
	char *started = beside(backlog, STARTED);

	if (started != NULL)
		(void)unlink(started);
	free(started);
}

int
backlog_read(const struct backlog *backlog, int which)
{
	char *path = beside(backlog, which == 0 ? "" : LOADING);
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	free(path);
	return fd;
}
