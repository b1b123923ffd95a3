#include "web/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int
beneath_open(const char *directory, const char *path)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;

	if (folder >= 0) {
		fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
		close(folder);
	}
	return fd;
}

char *
beneath_tail(int fd, size_t most, size_t *n)
{
	struct stat st;
	off_t from;
	char *text;
	ssize_t got;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	from = st.st_size > (off_t)most ? st.st_size - (off_t)most : 0;
	text = malloc(most);
	got = text != NULL ? pread(fd, text, most, from) : -1;
	*n = got > 0 ? (size_t)got : 0;
	return text;
}
