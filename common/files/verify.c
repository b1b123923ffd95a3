#include "files/verify.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/place.h"
#include "text/checksum.h"

struct verify {
	int root;
	volatile sig_atomic_t *stop;
	verify_tell *tell;
	void *context;
	struct verify_totals *totals;
};

static int
open_file(int root, const char *path)
{
	const char *name;
	int directory = place_directory(root, path, false, &name), fd;

	if (directory < 0)
		return -1;
	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(directory);
	return fd;
}

/* "missing", "changed", "corrupt", or NULL if it is what it was. */
static const char *
judge(const struct downloads_row *download, int fd)
{
	struct checksum sum;
	char hex[CHECKSUM_HEX] = "";
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return "missing";
	if (!S_ISREG(st.st_mode) || st.st_size != download->size)
		return "changed";
	if (checksum_begin(&sum, false) == 0 &&
	    checksum_file(&sum, fd, 0, download->size) == 0)
		(void)checksum_sha256(&sum, hex);
	checksum_end(&sum);
	if (strcmp(hex, download->sha256) == 0)
		return NULL;
	return download->mtime >= 0 && st.st_mtim.tv_sec != download->mtime ? "changed"
									    : "corrupt";
}

static void
visit(void *context, const char *url, const struct downloads_row *download)
{
	struct verify *verify = context;
	const char *what;
	int fd;

	if (*verify->stop != 0)
		return;
	fd = open_file(verify->root, download->path);
	what = judge(download, fd);
	if (fd >= 0)
		close(fd);
	if (what == NULL)
		verify->totals->good++;
	else if (*what == 'm')
		verify->totals->missing++;
	else if (what[1] == 'h')
		verify->totals->changed++;
	else
		verify->totals->corrupt++;
	if (what != NULL)
		verify->tell(verify->context, what, download->path, url);
}

int
verify_run(struct downloads *downloads, int root, volatile sig_atomic_t *stop,
    verify_tell *tell, void *context, struct verify_totals *totals)
{
	struct verify verify = {root, stop, tell, context, totals};

	*totals = (struct verify_totals){0};
	return downloads_each(downloads, visit, &verify);
}

static void
print(void *context, const char *what, const char *path, const char *url)
{
	(void)context;
	printf("%s\t%s\t%s\n", what, path, url);
}

int
verify_print(struct downloads *downloads, int root, volatile sig_atomic_t *stop,
    struct verify_totals *totals)
{
	return verify_run(downloads, root, stop, print, NULL, totals);
}
