#include "web/browser.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "web/files.h"

extern char **environ;

/* The page that leads there: open.html, with the address in place of each "ADDRESS". */
static bool
write_page(int fd, const char *address)
{
	const char *page = web_file("open.html"), *mark;
	FILE *file = fdopen(fd, "w");

	if (file == NULL)
		return false;
	while (page != NULL && (mark = strstr(page, "ADDRESS")) != NULL) {
		fwrite(page, 1, (size_t)(mark - page), file);
		fputs(address, file);
		page = mark + strlen("ADDRESS");
	}
	fputs(page != NULL ? page : "", file);
	return fclose(file) == 0;
}

int
browser_open(const char *address, char **file)
{
	const char *directory = getenv("XDG_RUNTIME_DIR");
	char *const arguments[] = {(char[]){"xdg-open"}, NULL, NULL};
	char *start[3];
	pid_t child;
	int fd, code;

	if (directory == NULL || directory[0] != '/')
		directory = getenv("TMPDIR");
	if (asprintf(file, "%s/elog-web-XXXXXX.html",
		directory != NULL && directory[0] == '/' ? directory : "/tmp") < 0) {
		*file = NULL;
		return -1;
	}
	fd = mkostemps(*file, 5, 02000000); /* O_CLOEXEC */
	if (fd < 0 || !write_page(fd, address)) {
		msg("%s: %s", *file, strerror(errno));
		return -1;
	}
	memcpy(start, arguments, sizeof(start));
	start[1] = *file;
	code = posix_spawnp(&child, start[0], NULL, NULL, start, environ);
	if (code == 0)
		return 0;
	msg("xdg-open: %s: open the address yourself", strerror(code));
	return -1;
}
