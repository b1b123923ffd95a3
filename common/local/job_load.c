#include "local/job_load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "local/job_command.h"
#include "local/job_spool.h"
#include "stream/loader.h"

int
job_load(const struct job_project *project, long long from, const char *db)
{
	int status = loader_start(db), copied = 0, loaded;

	if (status != EXIT_DONE)
		return status;
	copied = job_spool_copy(project, from, STDOUT_FILENO);
	if (copied != 0 && errno != EPIPE)
		msg("%s/" JOB_PROJECT_FOLDER "/" JOB_SPOOL ": %s", project->directory,
		    strerror(errno));
	loaded = loader_end();
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
