#include "stream/bookmarks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"

int
bookmarks_add(struct bookmarks *bookmarks, struct json_span value)
{
	if (bookmarks->out == NULL)
		return 0;
	if (bookmarks->size < bookmarks->used + value.n + 1) {
		size_t size = (bookmarks->used + value.n + 1) * 2;
		char *lines = realloc(bookmarks->lines, size);

		if (lines == NULL) {
			msg("no memory");
			return -1;
		}
		bookmarks->lines = lines;
		bookmarks->size = size;
	}
	memcpy(bookmarks->lines + bookmarks->used, value.p, value.n);
	bookmarks->lines[bookmarks->used + value.n] = '\n';
	bookmarks->used += value.n + 1;
	return 0;
}

bool
bookmarks_wait(const struct bookmarks *bookmarks)
{
	return bookmarks->used > 0;
}

int
bookmarks_tell(struct bookmarks *bookmarks)
{
	if (bookmarks->used == 0)
		return 0;
	msg_progress_end(); /* stdout may be the same terminal */
	fwrite(bookmarks->lines, 1, bookmarks->used, bookmarks->out);
	bookmarks->used = 0;
	if (fflush(bookmarks->out) == 0)
		return 0;
	if (errno != EPIPE)
		msg("stdout: %s", strerror(errno));
	clearerr(bookmarks->out); /* it was said */
	bookmarks->out = NULL;
	return -1;
}

void
bookmarks_free(struct bookmarks *bookmarks)
{
	free(bookmarks->lines);
	bookmarks->lines = NULL;
	bookmarks->used = bookmarks->size = 0;
}
