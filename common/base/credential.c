#include "base/credential.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"

#define CREDENTIAL_MAX 65536

char *
credential_read(const char *file)
{
	FILE *stream = fopen(file, "re");
	char *line = NULL;
	size_t size = 0, space = 0;
	ssize_t n;

	if (stream == NULL) {
		msg("%s: %s", file, strerror(errno));
		return NULL;
	}
	n = getline(&line, &size, stream);
	fclose(stream);
	while (n > 0 && isspace((unsigned char)line[n - 1]))
		line[--n] = '\0';
	while (n > 0 && isspace((unsigned char)line[space])) {
		space++;
		n--;
	}
	if (n <= 0 || n > CREDENTIAL_MAX) {
		msg("%s: no credential on its first line", file);
		free(line);
		return NULL;
	}
	memmove(line, line + space, (size_t)n + 1);
	return line;
}

void
credential_free(char *credential)
{
	if (credential != NULL)
		explicit_bzero(credential, strlen(credential));
	free(credential);
}
