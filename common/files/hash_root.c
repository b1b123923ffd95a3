#include "files/hash_root.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"

static bool
has_dots(const char *path)
{
	for (const char *p = path; (p = strstr(p, "..")) != NULL; p += 2)
		if ((p == path || p[-1] == '/') && (p[2] == '/' || p[2] == '\0'))
			return true;
	return false;
}

char *
hash_root_absolute(const char *path)
{
	char *base = path[0] == '/' ? strdup("") : getcwd(NULL, 0), *whole, *to;

	if (has_dots(path)) {
		free(base);
		return realpath(path, NULL);
	}
	if (base == NULL || asprintf(&whole, "%s/%s", base, path) < 0)
		whole = NULL;
	free(base);
	if (whole == NULL)
		return NULL;
	to = whole;
	for (const char *from = whole; *from != '\0';) {
		size_t n;

		while (*from == '/')
			from++;
		n = strcspn(from, "/");
		if (n > 0 && !(n == 1 && from[0] == '.')) {
			*to++ = '/';
			memmove(to, from, n);
			to += n;
		}
		from += n;
	}
	if (to == whole)
		*to++ = '/';
	*to = '\0';
	return whole;
}

char *
hash_root_recorded(char *const *roots, const char *path)
{
	for (; roots != NULL && *roots != NULL; roots++) {
		const char *equals = strrchr(*roots, '=');
		char *directory, *recorded = NULL;
		size_t n;

		if (equals == NULL ||
		    (directory = hash_root_absolute(equals + 1)) == NULL)
			continue;
		n = strlen(directory);
		if (n == 1)
			n = 0; /* the root of all */
		if (strncmp(path, directory, n) == 0 &&
		    (path[n] == '/' || path[n] == '\0') &&
		    asprintf(&recorded, "%.*s%s", (int)(equals - *roots), *roots,
			path + n) < 0)
			recorded = NULL;
		free(directory);
		if (recorded == NULL)
			continue;
		/* NAME may end in a slash, or be one. */
		directory = hash_root_absolute(recorded);
		free(recorded);
		return directory;
	}
	return strdup(path);
}

char *
hash_root_argument(char *const *roots, const char *argument)
{
	char *path = hash_root_absolute(argument),
	     *name = path != NULL ? hash_root_recorded(roots, path) : NULL;

	if (name == NULL)
		msg("%s: %s", argument, strerror(errno));
	free(path);
	return name;
}

int
hash_root_check(char *const *roots)
{
	for (; roots != NULL && *roots != NULL; roots++) {
		const char *equals = strrchr(*roots, '=');

		if (equals == NULL || (*roots)[0] != '/' || equals[1] == '\0' ||
		    has_dots(*roots)) {
			msg("--root %s: NAME=DIR is expected, NAME an absolute path",
			    *roots);
			return EXIT_USAGE;
		}
	}
	return EXIT_DONE;
}
