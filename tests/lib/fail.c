/*
 * Preloaded into a tool, this lets a call fail as a machine would: FAIL="fsync:2" is
 * the second fsync(), FAIL="curl_multi_add_handle:1" the first transfer that libcurl does
 * not take.  FAIL="read:8" is a SIGTERM in the midst of the eighth read() of a file.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Does this call of name fail? */
static int
fails(const char *name)
{
	static int calls;
	const char *what = getenv("FAIL");
	size_t n = strlen(name);

	if (what == NULL || strncmp(what, name, n) != 0 || what[n] != ':' ||
	    ++calls != atoi(what + n + 1))
		return 0;
	errno = EIO;
	return 1;
}

int
fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");

	return fails("fsync") ? -1 : real(fd);
}

int
fdatasync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	return fails("fdatasync") ? -1 : real(fd);
}

int
ftruncate(int fd, off_t size)
{
	int (*real)(int, off_t) = (int (*)(int, off_t))dlsym(RTLD_NEXT, "ftruncate");

	return fails("ftruncate") ? -1 : real(fd, size);
}

int
ftruncate64(int fd, off_t size)
{
	return ftruncate(fd, size);
}

ssize_t
read(int fd, void *p, size_t n)
{
	ssize_t (*real)(int, void *, size_t) =
	    (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && fails("read"))
		(void)raise(SIGTERM);
	return real(fd, p, n);
}

char *
curl_easy_escape(void *easy, const char *text, int n)
{
	char *(*real)(void *, const char *, int) =
	    (char *(*)(void *, const char *, int))dlsym(RTLD_NEXT, "curl_easy_escape");

	return fails("curl_easy_escape") ? NULL : real(easy, text, n);
}

int
curl_multi_add_handle(void *multi, void *easy)
{
	int (*real)(void *, void *) =
	    (int (*)(void *, void *))dlsym(RTLD_NEXT, "curl_multi_add_handle");

	return fails("curl_multi_add_handle") ? 3 : real(multi, easy); /* no memory */
}
