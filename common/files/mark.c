#include "files/mark.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "files/download.h"
#include "stream/streams.h"

bool
mark_is_state(const char *text)
{
	const struct streams_row *row = streams_named("download_states", 15);

	return row != NULL &&
	       streams_rank(streams_column(row, "state", 5), text, strlen(text)) >= 0;
}

static int
mark(struct downloads *downloads, const char *state, const char *path,
    struct download *download)
{
	char *record = downloads_mark(downloads, path, state), *real = NULL;

	if (record == NULL && (real = realpath(path, NULL)) != NULL)
		record = downloads_mark(downloads, real, state);
	free(real);
	if (record == NULL) {
		msg("%s: no download is known there", path);
		return EXIT_PARTIAL;
	}
	download_put(download, "download_states", record);
	free(record);
	return EXIT_DONE;
}

/* All of stdin, and a NUL behind it; NULL after a message. */
static char *
read_stdin(size_t *n)
{
	char *text = NULL, part[4096];
	FILE *all = open_memstream(&text, n);
	size_t came;

	while (all != NULL && (came = fread(part, 1, sizeof(part), stdin)) > 0)
		fwrite(part, 1, came, all);
	if (all == NULL || fclose(all) != 0 || ferror(stdin)) {
		msg("stdin: %s", strerror(errno));
		free(text);
		return NULL;
	}
	return text;
}

int
mark_run(struct downloads *downloads, const char *state, const char *const *paths,
    struct stream *out)
{
	struct download download = {.out = out};
	int status = EXIT_DONE;
	char *text, end;
	size_t n;

	if (paths[0] != NULL) {
		for (; *paths != NULL; paths++)
			status |= mark(downloads, state, *paths, &download);
		return status;
	}
	text = read_stdin(&n);
	if (text == NULL)
		return EXIT_PARTIAL;
	end = memchr(text, '\0', n) != NULL ? '\0' : '\n';
	for (char *p = text, *next; p < text + n; p = next) {
		next = memchr(p, end, (size_t)(text + n - p));
		next = next != NULL ? next : text + n;
		*next++ = '\0';
		if (*p != '\0')
			status |= mark(downloads, state, p, &download);
	}
	free(text);
	return status;
}
