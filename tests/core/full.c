/*
 * Preloaded into a database server, this is a disk that fills: while the file that FULL
 * names is there, nothing that makes a file longer is written.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* Is the disk full, and would n bytes from an offset on make the file longer? */
static int
refuses(int fd, off_t offset, size_t n)
{
	const char *full = getenv("FULL");
	struct stat status;

	if (full == NULL || access(full, F_OK) != 0)
		return 0;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
	    offset + (off_t)n <= status.st_size)
		return 0;
	errno = ENOSPC;
	return 1;
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t offset)
{
	ssize_t (*real)(int, const void *, size_t, off_t) =
	    (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");

	return refuses(fd, offset, n) ? -1 : real(fd, p, n, offset);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off_t offset)
{
	ssize_t (*real)(int, const void *, size_t, off_t) =
	    (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");

	return refuses(fd, offset, n) ? -1 : real(fd, p, n, offset);
}

ssize_t
pwritev(int fd, const struct iovec *parts, int n, off_t offset)
{
	ssize_t (*real)(int, const struct iovec *, int, off_t) = (ssize_t(*)(
	    int, const struct iovec *, int, off_t))dlsym(RTLD_NEXT, "pwritev");
	size_t bytes = 0;

	for (int i = 0; i < n; i++)
		bytes += parts[i].iov_len;
	return refuses(fd, offset, bytes) ? -1 : real(fd, parts, n, offset);
}

int
posix_fallocate(int fd, off_t offset, off_t n)
{
	int (*real)(int, off_t, off_t) =
	    (int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate");

	return refuses(fd, offset, (size_t)n) ? ENOSPC : real(fd, offset, n);
}
