/*
 * NAME.part.json of any bytes, beside a NAME.part of as many bytes as the first one says:
 * it is found to be ours or not, what can be built upon is there, and what is written
 * back reads the same.  The same bytes as the label of a file.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files/partial.h"

#define URL "ftp://h/a"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory_name[] = "/dev/shm/partial_fuzz.XXXXXX";
static int directory = -1;

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
clean(void)
{
	(void)unlinkat(directory, "a.part", 0);
	(void)unlinkat(directory, "a.part.json", 0);
	(void)unlinkat(directory, "a", 0);
	(void)rmdir(directory_name);
}

static void
make(const char *name, const void *p, size_t n)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	require(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
}

/* "@" stands for this start of the machine. */
static char *
with_boot(const uint8_t *data, size_t size, size_t *n)
{
	FILE *in = fopen("/proc/sys/kernel/random/boot_id", "r"), *out;
	char id[40] = "", *text = NULL;

	require(in != NULL && fgets(id, sizeof(id), in) != NULL);
	fclose(in);
	id[strcspn(id, "\n")] = '\0';
	out = open_memstream(&text, n);
	require(out != NULL);
	for (size_t i = 0; i < size; i++)
		if (data[i] == '@')
			fputs(id, out);
		else
			fputc(data[i], out);
	fclose(out);
	return text;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_same(const struct partial_state *a, const struct partial_state *b)
{
	require(same(a->url, b->url) && a->size == b->size && a->changed == b->changed &&
		a->listed == b->listed && same(a->etag, b->etag) &&
		same(a->last_modified, b->last_modified) && a->attempts == b->attempts &&
		same(a->started, b->started) && a->bytes == b->bytes &&
		strcmp(a->sha256, b->sha256) == 0);
}

/* A .part that is ours: written back, it is the same. */
static void
resume(struct partial *partial, size_t length)
{
	struct partial again;

	require(partial->fd >= 0 && partial->bytes >= 0);
	require((size_t)partial->bytes <= length && same(partial->state.url, URL));
	require(partial->state.size < 0 || partial->bytes <= partial->state.size);
	require(partial_save(partial) == 0);
	require(partial_open(&again, directory, "a", URL) ==
		(partial->bytes > 0 ? PARTIAL_RESUMES : PARTIAL_NONE));
	require(again.bytes == partial->bytes);
	check_same(&again.state, &partial->state);
	partial_close(&again);
	require(partial_write(partial, "x", 1) == 0);
	require(partial_finish(partial, partial->state.sha256, -1, true) == 0);
}

static void
label(const char *text, size_t n)
{
	int fd = openat(directory, "a", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct partial_state state;

	require(fd >= 0);
	/* Not all file systems have them. */
	if (fsetxattr(fd, "user.elog", text, n, 0) == 0 &&
	    partial_label(fd, URL, &state) == 1) {
		require(same(state.url, URL) && state.bytes >= 0);
		partial_state_free(&state);
	}
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct partial partial;
	size_t n, length = size > 0 ? data[0] : 0;
	char bytes[256] = "", *text;

	if (directory < 0) {
		require(mkdtemp(directory_name) != NULL);
		directory = open(directory_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		require(directory >= 0 && atexit(clean) == 0);
	}
	text = with_boot(data + (size > 0), size - (size > 0), &n);
	make("a.part", bytes, length);
	make("a.part.json", text, n);
	switch (partial_open(&partial, directory, "a", URL)) {
	case PARTIAL_RESUMES:
		require(partial.bytes > 0);
		resume(&partial, length);
		break;
	case PARTIAL_NONE:
		require(partial.bytes == 0);
		resume(&partial, length);
		break;
	case PARTIAL_FOREIGN:
		require(partial.fd < 0);
		break;
	case PARTIAL_ERROR:
		abort();
	}
	partial_close(&partial);
	label(text, n < 60000 ? n : 60000);
	(void)unlinkat(directory, "a", 0);
	free(text);
	return 0;
}
