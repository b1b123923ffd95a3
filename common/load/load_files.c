#include "load/load_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "load/ahead.h"
#include "stream/backlog.h"

/* A line of a descriptor.  0, 1 behind the last, or -1: give up; *status becomes 1 if
   what follows could not be read. */
static int
take_line(struct load *load, struct ahead_line *line, const char *name, int *status)
{
	char why[80];

	switch (line->result) {
	case LINES_ONE:
		return load_take(load, &line->look);
	case LINES_TOO_LONG:
		snprintf(why, sizeof(why), "longer than %zu MiB: left out",
		    LINES_MAX / 1024 / 1024);
		load_bad_line(load, line->number, why);
		return 0;
	case LINES_ERROR:
		msg("%s: %s", name, strerror(line->error));
		*status = 1;
		return 1;
	case LINES_END:
		break;
	}
	return 1;
}

/* Read one descriptor to its end.  0, 1 if it could not be read, -1: give up. */
static int
load_descriptor(struct load *load, int fd, const char *name, struct progress *progress,
    const volatile sig_atomic_t *stopped, long long *bytes)
{
	const struct load_totals *totals = load_totals(load);
	struct ahead *ahead = ahead_open(load, fd);
	struct ahead_batch *batch;
	int status = 0, result = 0;

	if (ahead == NULL)
		return 1;
	load_source(load, fd != STDIN_FILENO ? name : NULL);
	while (*stopped == 0 && result == 0)
		switch (ahead_next(ahead, &batch)) {
		case AHEAD_LINES:
			for (size_t i = 0; i < batch->n && result == 0 && *stopped == 0;
			     i++) {
				result = take_line(load, &batch->lines[i], name, &status);
				*bytes += batch->lines[i].result == LINES_ONE
					      ? (long long)batch->lines[i].n + 1
					      : 0;
				progress_show(progress,
				    totals->complete + totals->failed + totals->denied,
				    totals->records, *bytes);
			}
			ahead_return(ahead, batch);
			break;
		case AHEAD_PAUSE:
			result = load_pause(load);
			break;
		case AHEAD_IDLE:
			result = load_idle(load);
			break;
		case AHEAD_INTERRUPTED:
			break;
		}
	ahead_close(ahead);
	load_source(load, NULL);
	return result < 0 ? -1 : status;
}

int
load_files(struct load *load, const char *const *files, struct progress *progress,
    const volatile sig_atomic_t *stopped)
{
	long long bytes = 0;
	int status = 0, result = 0;

	if (files[0] == NULL)
		return load_descriptor(
		    load, STDIN_FILENO, "stdin", progress, stopped, &bytes);
	for (; *files != NULL && result >= 0 && *stopped == 0; files++) {
		int fd = open(*files, O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			msg("%s: %s", *files, strerror(errno));
			status = 1;
			continue;
		}
		result = load_descriptor(load, fd, *files, progress, stopped, &bytes);
		close(fd);
		if (result > 0)
			status = 1;
	}
	return result < 0 ? -1 : status;
}

int
load_backlog(struct load *load, const char *path, bool last, struct progress *progress,
    const volatile sig_atomic_t *stopped)
{
	struct backlog backlog;
	long long bytes = 0;
	int status = 0, fd;

	if (load_alone(load) != 0)
		return -1;
	if (backlog_open(&backlog, path) != 0)
		return 1;
	if (last)
		backlog_last(&backlog);
	/* The first may be what a load that was killed had taken. */
	for (int i = 0; i < 2 && status == 0 && *stopped == 0; i++) {
		fd = backlog_take(&backlog);
		if (fd < 0) {
			status = fd == -1 ? 0 : 1;
			break;
		}
		status =
		    load_descriptor(load, fd, backlog.path, progress, stopped, &bytes);
		if (status == 0 && *stopped == 0 && load_idle(load) == 0)
			backlog_taken(&backlog, fd);
		else
			close(fd);
	}
	backlog_close(&backlog);
	return status;
}
