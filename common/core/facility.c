#include "core/facility.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/sibling.h"
#include "core/address.h"

/* Run a program of the suite on these descriptors; -1 after a message. */
static pid_t
start(const char *const *arguments, int in, int out)
{
	char *program = sibling(arguments[0]);
	pid_t pid = program != NULL ? fork() : -1;

	if (pid == 0) {
		if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
			execvp(program, (char *const *)arguments);
		msg("%s: %s", arguments[0], strerror(errno));
		_exit(EXIT_PARTIAL);
	}
	if (pid < 0)
		msg("%s: %s", arguments[0], strerror(errno));
	free(program);
	return pid;
}

/* How it ended: its exit status. */
static int
finish(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EXIT_PARTIAL;
	return WEXITSTATUS(status);
}

/* elog-push --read | elog-load */
static int
copy(const char *target, const char *streams, const char *config_file, const char *file)
{
	const char *reads[] = {"elog-push", "--read", "--quiet", "--only", streams,
	    target, config_file != NULL ? "--config" : NULL, config_file, NULL};
	const char *loads[] = {"elog-load", "--quiet", "--", file, NULL};
	int ends[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), status, loaded;
	pid_t reader, loader;

	if (null < 0 || pipe2(ends, O_CLOEXEC) != 0) {
		msg("pipe: %s", strerror(errno));
		return EXIT_PARTIAL;
	}
	reader = start(reads, null, ends[1]);
	close(ends[1]);
	loader = reader > 0 ? start(loads, ends[0], null) : -1;
	close(ends[0]);
	close(null);
	status = finish(reader);
	loaded = loader > 0 ? finish(loader) : EXIT_PARTIAL;
	return status != EXIT_DONE ? status : loaded;
}

int
facility_open(struct facility *facility, char **database, const char *streams,
    const char *config_file)
{
	const char *directory = getenv("TMPDIR");
	int status;

	*facility = (struct facility){.directory = NULL};
	if (!address_is(*database))
		return EXIT_DONE;
	if (directory == NULL || directory[0] == '\0')
		directory = "/tmp";
	if (asprintf(&facility->directory, "%s/elog-facility.XXXXXX", directory) < 0) {
		facility->directory = NULL;
		msg("no memory");
		return EXIT_PARTIAL;
	}
	if (mkdtemp(facility->directory) == NULL ||
	    asprintf(&facility->file, "%s/elog.db", facility->directory) < 0) {
		msg("%s: %s", facility->directory, strerror(errno));
		free(facility->directory);
		*facility = (struct facility){.directory = NULL};
		return EXIT_PARTIAL;
	}
	status = copy(*database, streams, config_file, facility->file);
	*database = facility->file;
	return status;
}

void
facility_close(struct facility *facility)
{
	static const char *const ends[] = {
	    "", "-wal", "-shm", "-journal", ".lock", ".queue", ".spool", NULL};

	if (facility->directory == NULL)
		return;
	for (const char *const *end = ends; *end != NULL; end++) {
		char *path;

		if (asprintf(&path, "%s%s", facility->file, *end) < 0)
			continue;
		(void)unlink(path);
		free(path);
	}
	(void)rmdir(facility->directory);
	free(facility->directory);
	free(facility->file);
	*facility = (struct facility){.directory = NULL};
}
