#include "logbook/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
spool_open(struct spool *spool)
{
	*spool = (struct spool){.fd = -1};
}

/* Open a file without a name.  0, or -1 with errno set. */
static int
open_file(struct spool *spool)
{
	const char *directory = getenv("TMPDIR");
	char path[4096];

	if (directory == NULL || directory[0] == '\0')
		directory = "/tmp";
	spool->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (spool->fd >= 0)
		return 0;
	/* No O_TMPFILE on this file system: a name for an instant. */
	if (snprintf(path, sizeof(path), "%s/elog.XXXXXX", directory) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	spool->fd = mkostemp(path, O_CLOEXEC);
	if (spool->fd < 0)
		return -1;
	(void)unlink(path);
	return 0;
}

static int
write_file(struct spool *spool, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t written = write(spool->fd, p, n);

		if (written < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		p += written;
		n -= (size_t)written;
	}
	return 0;
}

int
spool_write(struct spool *spool, const char *p, size_t n)
{
	bool small = spool->size <= SPOOL_MEMORY;

	if (n <= SPOOL_MEMORY && spool->size <= SPOOL_MEMORY - n) {
		if (spool->memory == NULL &&
		    (spool->memory = malloc(SPOOL_MEMORY)) == NULL)
			return -1;
		memcpy(spool->memory + spool->size, p, n);
	} else {
		if (spool->fd < 0 && open_file(spool) != 0)
			return -1;
		/* What was small until now goes first. */
		if (small && write_file(spool, spool->memory, spool->size) != 0)
			return -1;
		if (write_file(spool, p, n) != 0)
			return -1;
	}
	spool->size += n;
	return 0;
}

const char *
spool_map(struct spool *spool)
{
	if (spool->size == 0)
		return "";
	if (spool->size <= SPOOL_MEMORY)
		return spool->memory;
	if (spool->map == NULL) {
		void *map = mmap(NULL, spool->size, PROT_READ, MAP_SHARED, spool->fd, 0);

		if (map == MAP_FAILED)
			return NULL;
		spool->map = map;
		(void)madvise(map, spool->size, MADV_SEQUENTIAL);
	}
	return spool->map;
}

void
spool_release(struct spool *spool, size_t offset)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (spool->map != NULL)
		(void)madvise(spool->map, offset / page * page, MADV_DONTNEED);
}

void
spool_reset(struct spool *spool)
{
	if (spool->map != NULL)
		(void)munmap(spool->map, spool->size);
	spool->map = NULL;
	if (spool->fd >= 0) {
		(void)lseek(spool->fd, 0, SEEK_SET);
		if (ftruncate(spool->fd, 0) != 0) { /* another one, then */
			close(spool->fd);
			spool->fd = -1;
		}
	}
	spool->size = 0;
}

void
spool_close(struct spool *spool)
{
	spool_reset(spool);
	if (spool->fd >= 0)
		close(spool->fd);
	free(spool->memory);
	spool_open(spool);
}
