#include "local/job_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "local/job_command.h"
#include "local/job_spool.h"
#include "stream/loader.h"

#define BEHIND_BYTES 40

/* The name of what is noted of a database: FNV-1a of its own name, absolute. */
static void
behind_name(const char *db, char name[BEHIND_BYTES])
{
	char *whole = job_project_absolute(db);
	uint64_t hash = 0xcbf29ce484222325U;

	for (const char *p = whole != NULL ? whole : db; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3U;
	snprintf(name, BEHIND_BYTES, "behind.%016llx", (unsigned long long)hash);
	free(whole);
}

/* The offset from which on a database lacks something, -1 if nothing is noted. */
static long long
read_behind(int fd)
{
	char digits[24] = "";

	if (fd < 0 || pread(fd, digits, sizeof(digits) - 1, 0) <= 0)
		return -1;
	return strtoll(digits, NULL, 10);
}

/* Note that it lacks what comes from an offset on; or that it lacks no more what came
   from there on. */
static void
note_behind(
    const struct job_project *project, const char *name, long long from, bool lacks)
{
	int fd = openat(project->fd, name,
	    O_RDWR | O_CLOEXEC | O_NOFOLLOW | (lacks ? O_CREAT : 0), 0600);
	char digits[24];
	long long noted;
	int n;

	if (fd < 0)
		return;
	(void)flock(fd, LOCK_EX);
	noted = read_behind(fd);
	if (lacks && (noted < 0 || from < noted)) {
		n = snprintf(digits, sizeof(digits), "%019lld\n", from);
		(void)!pwrite(fd, digits, (size_t)n, 0);
	} else if (!lacks && noted >= from) {
		/* Empty, not gone: somebody may wait for the lock on it. */
		(void)!ftruncate(fd, 0);
	}
	close(fd);
}

int
job_load(const struct job_project *project, long long from, const char *db)
{
	char name[BEHIND_BYTES];
	int status = loader_start(db), copied = 0, loaded, fd;
	long long noted;

	if (status != EXIT_DONE)
		return status;
	behind_name(db, name);
	fd = openat(project->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	noted = read_behind(fd);
	if (fd >= 0)
		close(fd);
	from = noted >= 0 && noted < from ? noted : from;
	/* Until it is done: we may be killed. */
	note_behind(project, name, from, true);
	copied = job_spool_copy(project, from, STDOUT_FILENO);
	if (copied != 0 && errno != EPIPE)
		msg("%s/" JOB_PROJECT_FOLDER "/" JOB_SPOOL ": %s", project->directory,
		    strerror(errno));
	loaded = loader_end();
	/* It may be that somebody else cleared the note meanwhile. */
	note_behind(project, name, from, loaded != EXIT_DONE || copied != 0);
	if (loaded != EXIT_DONE)
		msg("%s: not loaded; the records are kept: elog-job spool | elog-load %s",
		    db, db);
	return loaded != EXIT_DONE ? loaded : copied != 0 ? EXIT_PARTIAL : EXIT_DONE;
}

void
job_load_apart(const struct job_project *project, long long from, const char *db)
{
	pid_t pid = fork();
	int null;

	/* Twice, so that nobody has to ask how it ended. */
	if (pid != 0) {
		while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return;
	}
	if (setsid() < 0 || fork() != 0)
		_exit(0);
	job_command_unblock();
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	_exit(job_load(project, from, db));
}
