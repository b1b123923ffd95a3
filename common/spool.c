#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int
spool_open(struct spool *spool)
{
	const char *directory = getenv("TMPDIR");
	char path[4096];

	*spool = (struct spool){.fd = -1};
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

int
spool_write(struct spool *spool, const char *p, size_t n)
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
		spool->size += (size_t)written;
	}
	return 0;
}

const char *
spool_map(struct spool *spool)
{
	if (spool->size == 0)
		return "";
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
	if (spool->size > 0) {
		(void)lseek(spool->fd, 0, SEEK_SET);
		if (ftruncate(spool->fd, 0) != 0)
			return; /* then the disk is told at close */
	}
	spool->size = 0;
}

void
spool_close(struct spool *spool)
{
	spool_reset(spool);
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
}
