#include "files/hash_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long long
nanoseconds(struct timespec t)
{
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
hash_read_state(const struct stat *st, struct hash_state *state)
{
	*state = (struct hash_state){
	    .size = (long long)st->st_size,
	    .mtime = nanoseconds(st->st_mtim),
	    .ctime = nanoseconds(st->st_ctim),
	    .inode = (long long)st->st_ino,
	    .device = (long long)st->st_dev,
	};
}

static enum hash_read_result
read_open(struct hash_merkle *merkle, char *buffer, int fd, struct hash_state *state,
    unsigned char digest[HASH_BYTES], atomic_llong *bytes)
{
	struct hash_state after;
	struct stat st;
	long long total = 0;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return HASH_READ_ERROR;
	if (!S_ISREG(st.st_mode))
		return HASH_READ_OTHER;
	hash_read_state(&st, state);
	if (st.st_size > (off_t)HASH_READ_BYTES)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	hash_merkle_begin(merkle);
	while ((n = read(fd, buffer, HASH_READ_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return HASH_READ_ERROR;
		hash_merkle_bytes(merkle, buffer, (size_t)n);
		total += n;
		atomic_fetch_add_explicit(bytes, n, memory_order_relaxed);
	}
	if (hash_merkle_end(merkle, digest) != 0) {
		errno = ENOMEM;
		return HASH_READ_ERROR;
	}
	if (fstat(fd, &st) != 0)
		return HASH_READ_ERROR;
	hash_read_state(&st, &after);
	if (after.size != state->size || after.mtime != state->mtime ||
	    after.ctime != state->ctime || total != state->size)
		return HASH_READ_CHANGED;
	return HASH_READ_DONE;
}

enum hash_read_result
hash_read(struct hash_merkle *merkle, char *buffer, int fd, const char *name,
    struct hash_state *state, unsigned char digest[HASH_BYTES], atomic_llong *bytes)
{
	/* Not to wait for a FIFO that took the place of a file. */
	int file =
	    openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum hash_read_result result;
	int error;

	if (file < 0)
		return errno == ELOOP || errno == ENXIO ? HASH_READ_OTHER
							: HASH_READ_ERROR;
	result = read_open(merkle, buffer, file, state, digest, bytes);
	error = errno;
	close(file);
	errno = error;
	return result;
}
