#include "core/pile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"

#define PIECE ((size_t)256 * 1024)

struct pile *
pile_open(void)
{
	struct pile *pile = calloc(1, sizeof(*pile));

	if (pile == NULL)
		msg("no memory");
	else
		pile->fd = -1;
	return pile;
}

void
pile_close(struct pile *pile)
{
	if (pile == NULL)
		return;
	if (pile->fd >= 0)
		close(pile->fd);
	buffer_free(&pile->tail);
	free(pile->seen);
	free(pile);
}

void
pile_clear(struct pile *pile)
{
	if (pile->fd >= 0)
		close(pile->fd);
	pile->fd = -1;
	pile->in_file = 0;
	pile->tail.n = 0;
	pile->rows = 0;
	pile->twice = pile->deletes = false;
	pile->n_seen = 0;
	if (pile->seen != NULL)
		memset(pile->seen, 0, pile->room * sizeof(*pile->seen));
}

/* ---- keys ------------------------------------------------------------------- */

static bool
insert(uint64_t *seen, size_t room, uint64_t hash)
{
	size_t i = (size_t)hash & (room - 1);

	while (seen[i] != 0 && seen[i] != hash)
		i = (i + 1) & (room - 1);
	if (seen[i] == hash)
		return false;
	seen[i] = hash;
	return true;
}

/* Note that a key came.  0, or -1 without memory. */
static int
see(struct pile *pile, uint64_t hash)
{
	hash += hash == 0;
	if (pile->n_seen * 2 >= pile->room) {
		size_t room = pile->room > 0 ? pile->room * 2 : 64;
		uint64_t *more = calloc(room, sizeof(*more));

		if (more == NULL)
			return -1;
		for (size_t i = 0; i < pile->room; i++)
			if (pile->seen[i] != 0)
				(void)insert(more, room, pile->seen[i]);
		free(pile->seen);
		pile->seen = more;
		pile->room = room;
	}
	if (insert(pile->seen, pile->room, hash))
		pile->n_seen++;
	else
		pile->twice = true;
	return 0;
}

/* ---- bytes ------------------------------------------------------------------ */

static int
open_file(struct pile *pile)
{
	const char *directory = getenv("TMPDIR");

	if (directory == NULL || directory[0] == '\0')
		directory = "/tmp";
	pile->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (pile->fd >= 0)
		return 0;
	msg("%s: %s: name a directory with room in TMPDIR", directory, strerror(errno));
	return -1;
}

/* Move what is in memory into the file. */
static int
spill(struct pile *pile)
{
	size_t done = 0;

	if (pile->fd < 0 && open_file(pile) != 0)
		return -1;
	while (done < pile->tail.n) {
		ssize_t n = pwrite(pile->fd, pile->tail.p + done, pile->tail.n - done,
		    (off_t)(pile->in_file + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			msg("a temporary file: %s: name a directory with room in TMPDIR",
			    strerror(errno));
			return -1;
		}
		done += (size_t)n;
	}
	pile->in_file += done;
	buffer_free(&pile->tail);
	return 0;
}

int
pile_add(struct pile *pile, const char *p, size_t n, uint64_t hash)
{
	buffer_put(&pile->tail, p, n);
	if (pile->tail.failed || see(pile, hash) != 0) {
		msg("no memory");
		return -1;
	}
	pile->rows++;
	return pile->tail.n > PILE_MEMORY ? spill(pile) : 0;
}

size_t
pile_bytes(const struct pile *pile)
{
	return pile->in_file + pile->tail.n;
}

long
pile_read(struct pile *pile, size_t *at, const char **p)
{
	static char piece[PIECE];
	ssize_t n;

	if (*at >= pile->in_file) {
		size_t from = *at - pile->in_file;

		*p = pile->tail.p + from;
		*at += pile->tail.n - from;
		return (long)(pile->tail.n - from);
	}
	do
		n = pread(pile->fd, piece,
		    pile->in_file - *at < PIECE ? pile->in_file - *at : PIECE,
		    (off_t)*at);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		msg("a temporary file: %s", n < 0 ? strerror(errno) : "it is cut off");
		return -1;
	}
	*at += (size_t)n;
	*p = piece;
	return n;
}
