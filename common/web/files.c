#include "web/files.h"

#include <stddef.h>
#include <string.h>

const char *
web_file(const char *name)
{
	for (const struct web_file *f = web_files; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f->text;
	return NULL;
}
