#include "files/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "stream/message.h"
#include "text/object.h"

void
intake_stream(struct intake *intake, int fd, struct stream *out)
{
	char path[40];
	int flags;

	*intake = (struct intake){.out = out};
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	intake->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	intake->own_fd = intake->fd >= 0;
	if (intake->fd < 0) { /* a socket, or another user's */
		intake->fd = fd;
		flags = fcntl(fd, F_GETFL);
		if (flags >= 0)
			(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	} else {
		/* A file that was opened anew begins at its beginning. */
		(void)lseek(intake->fd, lseek(fd, 0, SEEK_CUR), SEEK_SET);
	}
	lines_open(&intake->lines, intake->fd);
}

void
intake_pending(struct intake *intake, struct downloads *downloads)
{
	*intake = (struct intake){.downloads = downloads, .fd = -1};
}

/* Is a line one that names a file? */
static bool
names_file(struct intake *intake, const char *line, size_t n, struct json_span *record,
    bool *attachment)
{
	struct message message;
	const char *wrong = message_read(line, n, &message);

	if (wrong != NULL) {
		msg("line %ld: %s", intake->lines.number, wrong);
		intake->failed = true;
		return false;
	}
	if (message.type != MESSAGE_RECORD)
		return false;
	*attachment = json_string_is(message.stream, "attachments");
	*record = message.record;
	return *attachment || json_string_is(message.stream, "remote_files");
}

/* Is there a user or password in front of the host of its URL? */
static bool
has_credentials(struct json_span record)
{
	char *url = object_member(record, "url");
	const char *host = url != NULL ? strstr(url, "://") : NULL;
	bool has =
	    host != NULL && memchr(host + 3, '@', strcspn(host + 3, "/?#")) != NULL;

	if (url != NULL)
		explicit_bzero(url, strlen(url));
	free(url);
	return has;
}

static enum pull_next
next_line(void *context, struct json_span *record, bool *attachment)
{
	struct intake *intake = context;
	char *line;
	size_t n;
	bool named;

	for (;;) {
		switch (lines_next(&intake->lines, &line, &n)) {
		case LINES_END:
			return PULL_END;
		case LINES_ERROR:
			if (errno == EAGAIN || errno == EINTR)
				return PULL_LATER;
			msg("stdin: %s", strerror(errno));
			intake->failed = true;
			return PULL_END;
		case LINES_TOO_LONG:
			msg("line %ld: too long, left out", intake->lines.number);
			intake->failed = true;
			continue;
		case LINES_ONE:
			break;
		}
		if (n == 0)
			continue;
		named = names_file(intake, line, n, record, attachment);
		if (named && has_credentials(*record)) {
			msg("line %ld: a user or password in its URL: left out, see "
			    ".netrc and --user",
			    intake->lines.number);
			intake->failed = true;
			continue;
		}
		if (intake->out != NULL) {
			stream_put(intake->out, line, n);
			stream_end_line(intake->out);
		}
		if (named)
			return PULL_FILE;
		if (intake->out != NULL && intake->out->error != 0)
			return PULL_END;
	}
}

static enum pull_next
next_pending(void *context, struct json_span *record, bool *attachment)
{
	struct intake *intake = context;
	bool failed;

	free(intake->record);
	intake->record = downloads_pending(intake->downloads, attachment, &failed);
	if (failed)
		intake->failed = true;
	if (intake->record == NULL)
		return PULL_END;
	*record = (struct json_span){intake->record, strlen(intake->record)};
	return PULL_FILE;
}

struct pull_source
intake_source(struct intake *intake)
{
	return (struct pull_source){
	    .next = intake->downloads != NULL ? next_pending : next_line,
	    .context = intake,
	    .fd = intake->downloads != NULL ? -1 : intake->fd,
	};
}

void
intake_close(struct intake *intake)
{
	free(intake->record);
	intake->record = NULL;
	if (intake->downloads != NULL)
		return;
	lines_close(&intake->lines);
	if (intake->own_fd)
		close(intake->fd);
}
