#include "files/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"
#include "text/utf8.h"

int
place_root(const char *directory)
{
	int fd;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		msg("%s: %s", directory, strerror(errno));
		return -1;
	}
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == 0)
		return fd;
	msg("%s: %s: --to names a directory that you may write", directory,
	    strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Offset of the dot of an ending that is ours, or n. */
static size_t
reserved(const char *name, size_t n)
{
	static const char *const endings[] = {".part", ".part.json", ".part.json.new"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t length = strlen(endings[i]);

		if (n >= length && memcmp(name + n - length, endings[i], length) == 0)
			return n - length;
	}
	return n;
}

const char *
place_component(const char *name, size_t length, char *out, size_t n)
{
	const unsigned char *p = (const unsigned char *)name;
	size_t begin = strlen(out), used = begin, ours = reserved(name, length);

	if (length == 0)
		return "a name in its path is empty";
	for (size_t i = 0; i < length;) {
		unsigned c = 0;
		size_t bytes = utf8_read(name + i, length - i, &c);
		bool control = bytes > 0 && (c < 0x20 || (c >= 0x7f && c < 0xa0));

		if (used + 13 > n || used - begin + bytes > PLACE_NAME_MAX)
			return "a name in its path is too long";
		if (bytes == 0 || control || p[i] == '/' || p[i] == '%' ||
		    (p[i] == '.' && (i == 0 || i == ours))) {
			used += (size_t)sprintf(out + used, "%%%02X", p[i]);
			i++;
			if (control && bytes == 2) {
				used += (size_t)sprintf(out + used, "%%%02X", p[i]);
				i++;
			}
			continue;
		}
		memcpy(out + used, name + i, bytes);
		used += bytes;
		i += bytes;
	}
	out[used] = '\0';
	if (used - begin > PLACE_NAME_MAX)
		return "a name in its path is too long";
	return NULL;
}

const char *
place_check(const char *path)
{
	int depth = 0;

	if (strlen(path) > PLACE_PATH_MAX)
		return "its path is too long";
	for (const char *p = path;; p++) {
		size_t n = strcspn(p, "/");

		if (n == 0)
			return "a name in its path is empty";
		if (n > PLACE_NAME_MAX)
			return "a name in its path is too long";
		if (*p == '.')
			return "a name in its path begins with a dot";
		if (reserved(p, n) < n)
			return "a name in its path ends as the files of elog-pull do";
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
				return "its path holds a control character";
		if (++depth > PLACE_DEPTH_MAX)
			return "its path is too deep";
		p += n;
		if (*p == '\0')
			return NULL;
	}
}

/* Step down into a directory; fd is closed. */
static int
step(int fd, const char *name, bool make)
{
	static const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int next = openat(fd, name, flags), code;

	if (next < 0 && errno == ENOENT && make &&
	    (mkdirat(fd, name, 0700) == 0 || errno == EEXIST))
		next = openat(fd, name, flags);
	code = errno;
	close(fd);
	errno = code;
	return next;
}

int
place_directory(int root, const char *path, bool make, const char **name)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char component[PLACE_NAME_MAX + 1];

	if (place_check(path) != NULL) {
		if (fd >= 0)
			close(fd);
		errno = EINVAL;
		return -1;
	}
	while (fd >= 0 && strchr(path, '/') != NULL) {
		size_t n = strcspn(path, "/");

		memcpy(component, path, n);
		component[n] = '\0';
		fd = step(fd, component, make);
		path += n + 1;
	}
	*name = path;
	return fd;
}
