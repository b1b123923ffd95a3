#include "files/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
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
	struct json_span gone;
	const char *wrong = message_read(line, n, &message);

	if (wrong != NULL) {
		msg("line %ld: %s", intake->lines.number, wrong);
		intake->failed = true;
		return false;
	}
	if (message.type != MESSAGE_RECORD)
		return false;
	/* One that says that its file is no more is none to fetch. */
	if (json_find(message.record, "_sdc_deleted_at", &gone) && gone.n > 0 &&
	    *gone.p != 'n')
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

/* ---- what was lost ----------------------------------------------------------- */

static void
note_lost(void *context, const char *what, const char *path, const char *url)
{
	struct intake *intake = context;
	char *record = downloads_lost(intake->downloads, url, what);

	msg("%s: %s: it is fetched again", path, what);
	if (record != NULL)
		download_put(&intake->download, "downloads", record);
	free(record);
	if (intake->n_lost == intake->lost_room) {
		size_t room = intake->lost_room * 2 + 16;
		char **lost = realloc(intake->lost, room * sizeof(*lost));

		if (lost == NULL) {
			intake->failed = true;
			return;
		}
		intake->lost = lost;
		intake->lost_room = room;
	}
	intake->lost[intake->n_lost] = strdup(url);
	if (intake->lost[intake->n_lost] == NULL)
		intake->failed = true;
	else
		intake->n_lost++;
}

void
intake_lost(struct intake *intake, struct downloads *downloads, int root,
    struct stream *out, struct verify_totals *totals)
{
	*intake = (struct intake){
	    .downloads = downloads, .fd = -1, .refetch = true, .download.out = out};
	if (verify_run(downloads, root, &interrupt_stop, note_lost, intake, totals) != 0)
		intake->failed = true;
}

static enum pull_next
next_lost(void *context, struct json_span *record, bool *attachment)
{
	struct intake *intake = context;

	free(intake->record);
	intake->record = NULL;
	while (intake->record == NULL && intake->next_lost < intake->n_lost)
		intake->record = downloads_again(
		    intake->downloads, intake->lost[intake->next_lost++], attachment);
	if (intake->record == NULL)
		return PULL_END;
	*record = (struct json_span){intake->record, strlen(intake->record)};
	return PULL_FILE;
}

struct pull_source
intake_source(struct intake *intake)
{
	return (struct pull_source){
	    .next = intake->refetch		? next_lost
		    : intake->downloads != NULL ? next_pending
						: next_line,
	    .context = intake,
	    .fd = intake->downloads != NULL ? -1 : intake->fd,
	};
}

void
intake_close(struct intake *intake)
{
	free(intake->record);
	intake->record = NULL;
	while (intake->n_lost > 0)
		free(intake->lost[--intake->n_lost]);
	free(intake->lost);
	if (intake->downloads != NULL)
		return;
	lines_close(&intake->lines);
	if (intake->own_fd)
		close(intake->fd);
}
