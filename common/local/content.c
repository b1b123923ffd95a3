#include "local/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"

#define STEP ((size_t)64 * 1024)

/* All of fd, whose size is a guess only: a pipe has none.  -1 with errno set. */
static int
read_all(int fd, char **content, size_t *n, size_t size)
{
	ssize_t got = 1;
	char *moved;

	*n = 0;
	while (got > 0) {
		if (*n + STEP > size || *content == NULL) {
			size = size > *n + STEP ? size : *n + STEP + *n / 2;
			moved = realloc(*content, size + 1);
			if (moved == NULL)
				return -1;
			*content = moved;
		}
		got = read(fd, *content + *n, size - *n);
		if (got < 0 && errno != EINTR)
			return -1;
		*n += got > 0 ? (size_t)got : 0;
		got = got < 0 ? 1 : got;
		if (*n > CONTENT_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
	(*content)[*n] = '\0';
	return 0;
}

char *
content_read(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *content = NULL;
	struct stat st;
	size_t size = 0;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 &&
	    (size_t)st.st_size <= CONTENT_MAX)
		size = (size_t)st.st_size + STEP;
	if (fd >= 0 && read_all(fd, &content, n, size) == 0) {
		close(fd);
		return content;
	}
	if (errno == EFBIG)
		msg("%s: larger than %zu MiB, which is the most that a record takes",
		    path, CONTENT_MAX / 1024 / 1024);
	else
		msg("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(content);
	return NULL;
}
