#include "load/load_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "stream/backlog.h"
#include "stream/lines.h"

/* What went wrong while idle shows again at the next line or at the end. */
static void
idle(void *context)
{
	(void)load_idle(context);
}

/* Read one descriptor to its end.  0, 1 if it could not be read, -1: give up. */
static int
load_descriptor(struct load *load, int fd, const char *name, struct progress *progress,
    const volatile sig_atomic_t *stopped, long long *bytes)
{
	const struct load_totals *totals = load_totals(load);
	struct lines lines;
	enum lines_result result;
	char *line, why[80];
	size_t n;
	int status = 0;

	lines_open(&lines, fd);
	lines.idle = idle;
	lines.idle_ms = LOAD_IDLE_MS;
	lines.context = load;
	while (*stopped == 0 && status == 0 &&
	       (result = lines_next(&lines, &line, &n)) != LINES_END) {
		if (result == LINES_ONE) {
			*bytes += (long long)n + 1;
			status = load_line(load, line, n, lines.number);
			progress_show(progress,
			    totals->complete + totals->failed + totals->denied,
			    totals->records, *bytes);
		} else if (result == LINES_TOO_LONG) {
			snprintf(why, sizeof(why), "longer than %zu MiB: left out",
			    LINES_MAX / 1024 / 1024);
			load_bad_line(load, lines.number, why);
		} else if (errno != EINTR) {
			msg("%s: %s", name, strerror(errno));
			status = 1;
		}
	}
	lines_close(&lines);
	return status;
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
