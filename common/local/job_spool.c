#include "local/job_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"
#include "stream/streams.h"

#define ROOM 65536	  /* that must be there in advance, */
#define ROOM_STEP 1048576 /* and what is got where it is not */

const char *const job_spool_streams[] = {"projects", "jobs", "job_files", "job_file_uses",
    "job_file_imports", "job_values", NULL};

static int
open_spool(struct job_project *project)
{
	if (project->spool < 0)
		project->spool = openat(project->fd, JOB_SPOOL,
		    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return project->spool < 0 ? -1 : 0;
}

static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, p, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		p += written;
		n -= (size_t)written;
	}
	return 0;
}

/* With the lock held.  A file system that cannot keep room has none. */
static int
append(int fd, const char *lines, size_t n)
{
	struct stat st;
	char last = '\n';
	int error;

	if (fstat(fd, &st) != 0)
		return -1;
	if ((long long)st.st_blocks * 512 < (long long)st.st_size + ROOM)
		(void)fallocate(fd, FALLOC_FL_KEEP_SIZE, st.st_size, ROOM_STEP);
	if (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
		return -1;
	if ((last == '\n' || write_all(fd, "\n", 1) == 0) && write_all(fd, lines, n) == 0)
		return 0;
	error = errno;
	(void)!ftruncate(fd, st.st_size);
	errno = error;
	return -1;
}

int
job_spool_append(struct job_project *project, const char *lines, size_t n)
{
	int result = -1;

	if (lines != NULL && open_spool(project) == 0) {
		while (flock(project->spool, LOCK_EX) != 0 && errno == EINTR)
			;
		result = append(project->spool, lines, n);
		(void)flock(project->spool, LOCK_UN);
	}
	if (result != 0)
		msg("%s/" JOB_PROJECT_FOLDER "/" JOB_SPOOL ": %s: what the job did is "
		    "not recorded",
		    project->directory, lines != NULL ? strerror(errno) : "no memory");
	return result;
}

/* Of a child: sync as long as somebody appends. */
static void
sync_on(const struct job_project *project)
{
	int lock = openat(project->fd, "sync", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	long long synced = -1;

	/* Who appends while the lock is held leaves it to us, so look again behind it. */
	while (lock >= 0 && synced < job_spool_length(project) &&
	       flock(lock, LOCK_EX | LOCK_NB) == 0) {
		synced = job_spool_length(project);
		(void)fdatasync(project->spool);
		(void)flock(lock, LOCK_UN);
	}
}

/* Is nobody at it?  Who is takes what was appended until now along. */
static bool
is_free(const struct job_project *project)
{
	int lock = openat(project->fd, "sync", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	bool is = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0;

	if (lock >= 0)
		close(lock);
	return is;
}

/* Close all descriptors but two. */
static void
keep_only(int a, int b)
{
	unsigned low = (unsigned)(a < b ? a : b), high = (unsigned)(a < b ? b : a);

	if (low > 0)
		(void)close_range(0, low - 1, 0);
	if (high > low + 1)
		(void)close_range(low + 1, high - 1, 0);
	(void)close_range(high + 1, ~0U, 0);
}

void
job_spool_sync_apart(const struct job_project *project)
{
	if (project->spool < 0 || !is_free(project) || fork() != 0)
		return;
	/* Nobody is to wait for the end of a pipe because of us, or to stop us. */
	(void)setsid();
	keep_only(project->fd, project->spool);
	sync_on(project);
	_exit(0);
}

long long
job_spool_length(const struct job_project *project)
{
	int fd = openat(project->fd, JOB_SPOOL, O_RDONLY | O_CLOEXEC);
	struct stat st = {.st_size = 0};

	/* Not in the middle of a line. */
	if (fd < 0 || flock(fd, LOCK_SH) != 0 || fstat(fd, &st) != 0)
		st.st_size = 0;
	if (fd >= 0)
		close(fd);
	return (long long)st.st_size;
}

int
job_spool_copy(const struct job_project *project, long long from, int fd)
{
	int in = openat(project->fd, JOB_SPOOL, O_RDONLY | O_CLOEXEC), result = -1;
	long long left = job_spool_length(project) - from;
	char *buffer = malloc(ROOM_STEP);
	struct stream out;
	ssize_t n = 0;

	if (buffer == NULL || stream_open(&out, fd) != 0)
		goto done;
	for (size_t i = 0; job_spool_streams[i] != NULL; i++)
		streams_schema_named(&out, job_spool_streams[i]);
	/* All as one line, so that no other writer comes between. */
	while (in >= 0 && left > 0 && out.error == 0) {
		n = pread(in, buffer, left < ROOM_STEP ? (size_t)left : ROOM_STEP, from);
		if (n <= 0)
			break;
		from += n;
		left -= n;
		if (left == 0 && buffer[n - 1] == '\n')
			n--;
		stream_put(&out, buffer, (size_t)n);
		if (left == 0)
			stream_end_line(&out);
	}
	result = stream_close(&out) == 0 && n >= 0 ? 0 : -1;
done:
	if (in >= 0)
		close(in);
	free(buffer);
	return result;
}
