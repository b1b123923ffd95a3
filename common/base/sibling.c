#include "base/sibling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
sibling(const char *program)
{
	char *self = realpath("/proc/self/exe", NULL), *slash, *path = NULL;

	slash = self != NULL ? strrchr(self, '/') : NULL;
	if (slash != NULL &&
	    asprintf(&path, "%.*s/%s", (int)(slash - self), self, program) < 0)
		path = NULL;
	free(self);
	if (path != NULL && access(path, X_OK) == 0)
		return path;
	free(path);
	return strdup(program);
}
