#include "files/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/process.h"
#include "files/place.h"
#include "text/buffer.h"
#include "text/object.h"
#include "text/writer.h"

#define STATE_MAX 16384
#define LABEL "user.elog"

/* The names of the three files. */
struct map {
	char part[PLACE_NAME_MAX + 8];
	char state[PLACE_NAME_MAX + 12];
	char fresh[PLACE_NAME_MAX + 16];
};

static struct map
names_of(const struct partial *partial)
{
	const char *name = partial->name;
	struct map names = {"", "", ""};

	snprintf(names.part, sizeof(names.part), "%.*s.part", PLACE_NAME_MAX, name);
	snprintf(
	    names.state, sizeof(names.state), "%.*s.part.json", PLACE_NAME_MAX, name);
	snprintf(
	    names.fresh, sizeof(names.fresh), "%.*s.part.json.new", PLACE_NAME_MAX, name);
	return names;
}

void
partial_state_free(struct partial_state *state)
{
	free(state->url);
	free(state->etag);
	free(state->last_modified);
	free(state->started);
	*state =
	    (struct partial_state){.size = -1, .changed = -1, .listed = -1, .bytes = -1};
}

static char *
state_text(const struct partial_state *state)
{
	struct buffer buffer = {0};
	struct writer w = writer_to(buffer_put, &buffer);
	char boot[PROCESS_BOOT_BYTES];

	writer_object(&w, NULL);
	writer_string(&w, "url", state->url);
	writer_count(&w, "size", state->size);
	writer_count(&w, "changed", state->changed);
	writer_count(&w, "listed", state->listed);
	writer_string(&w, "etag", state->etag);
	writer_string(&w, "last_modified", state->last_modified);
	writer_count(&w, "attempts", state->attempts);
	writer_string(&w, "started", state->started);
	writer_count(&w, "bytes", state->bytes);
	writer_string(&w, "sha256", state->sha256[0] != '\0' ? state->sha256 : NULL);
	/* What was not put on disk before the machine started again is not sure. */
	process_boot(boot);
	writer_string(&w, "boot", boot);
	writer_end_object(&w);
	return buffer_take(&buffer, NULL);
}

/* Read a state back; true if it is one, and of this URL.  *same_boot: the machine did not
   start again since it was written. */
static bool
state_read(const char *text, size_t n, const char *url, struct partial_state *state,
    bool *same_boot)
{
	struct json s;
	struct json_span object;
	char *boot, *sha256, now[PROCESS_BOOT_BYTES];
	bool good;

	partial_state_free(state);
	json_begin(&s, text, n);
	if (json_peek(&s) != '{' || !json_value(&s, &object) || !json_end(&s))
		return false;
	state->url = object_member(object, "url");
	state->size = object_count(object, "size");
	state->changed = object_count(object, "changed");
	state->listed = object_count(object, "listed");
	state->etag = object_member(object, "etag");
	state->last_modified = object_member(object, "last_modified");
	state->attempts = object_count(object, "attempts");
	state->started = object_member(object, "started");
	state->bytes = object_count(object, "bytes");
	sha256 = object_member(object, "sha256");
	if (sha256 != NULL)
		snprintf(state->sha256, sizeof(state->sha256), "%s", sha256);
	boot = object_member(object, "boot");
	process_boot(now);
	*same_boot = boot != NULL && boot[0] != '\0' && strcmp(boot, now) == 0;
	free(boot);
	free(sha256);
	good = state->url != NULL && strcmp(state->url, url) == 0 && state->attempts >= 0;
	if (!good)
		partial_state_free(state);
	return good;
}

/* 1: it is there; 0: it is not, or lost its bytes as the machine went down; -1: another's
   is there. */
static int
state_load(struct partial *partial, const char *url, bool *same_boot)
{
	struct map names = names_of(partial);
	char text[STATE_MAX];
	struct stat st;
	ssize_t n = -1;
	int fd;

	fd = openat(partial->directory, names.state,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, text, sizeof(text));
	close(fd);
	if (n <= 0)
		return (int)n;
	return state_read(text, (size_t)n, url, &partial->state, same_boot) ? 1 : -1;
}

enum partial_found
partial_open(struct partial *partial, int directory, const char *name, const char *url)
{
	struct map names;
	struct stat st;
	bool same_boot = false;
	int state;

	*partial = (struct partial){.directory = directory, .name = name, .fd = -1};
	partial_state_free(&partial->state);
	names = names_of(partial);
	state = state_load(partial, url, &same_boot);
	if (state < 0)
		return PARTIAL_FOREIGN;
	if (fstatat(directory, names.part, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? PARTIAL_NONE : PARTIAL_ERROR;
	if (state == 0 || !S_ISREG(st.st_mode))
		return PARTIAL_FOREIGN;
	partial->fd =
	    openat(directory, names.part, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (partial->fd < 0)
		return PARTIAL_ERROR;
	partial->bytes = st.st_size;
	if (!same_boot && partial->bytes > partial->state.bytes)
		partial->bytes = partial->state.bytes > 0 ? partial->state.bytes : 0;
	if (partial->state.size >= 0 && partial->bytes > partial->state.size)
		partial->bytes = 0;
	if (ftruncate(partial->fd, partial->bytes) != 0)
		return PARTIAL_ERROR;
	return partial->bytes > 0 ? PARTIAL_RESUMES : PARTIAL_NONE;
}

int
partial_save(struct partial *partial)
{
	struct map names = names_of(partial);
	char *text = state_text(&partial->state);
	int fd, result = -1;
	size_t n;

	if (text == NULL) {
		errno = ENOMEM;
		return -1;
	}
	(void)unlinkat(partial->directory, names.fresh, 0);
	fd = openat(partial->directory, names.fresh,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	n = strlen(text);
	if (fd >= 0) {
		ssize_t written = write(fd, text, n);

		if (written >= 0 && (size_t)written < n)
			errno = ENOSPC;
		result = written == (ssize_t)n ? 0 : -1;
		if (close(fd) != 0)
			result = -1;
		if (result == 0)
			result = renameat(partial->directory, names.fresh,
			    partial->directory, names.state);
		if (result != 0) {
			int code = errno;

			(void)unlinkat(partial->directory, names.fresh, 0);
			errno = code;
		}
	}
	free(text);
	return result;
}

int
partial_begin(struct partial *partial)
{
	struct map names = names_of(partial);

	if (partial_save(partial) != 0)
		return -1;
	if (partial->fd >= 0)
		return 0;
	partial->fd = openat(partial->directory, names.part,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	partial->bytes = 0;
	return partial->fd >= 0 ? 0 : -1;
}

int
partial_write(struct partial *partial, const void *p, size_t n)
{
	const char *bytes = p;

	while (n > 0) {
		ssize_t written = pwrite(partial->fd, bytes, n, partial->bytes);

		if (written < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		bytes += written;
		n -= (size_t)written;
		partial->bytes += written;
	}
	return 0;
}

int
partial_empty(struct partial *partial)
{
	partial->bytes = 0;
	partial->state.bytes = -1;
	partial->state.sha256[0] = '\0';
	return partial->fd >= 0 ? ftruncate(partial->fd, 0) : 0;
}

/* Close the file; its state stays in memory. */
static void
close_part(struct partial *partial)
{
	if (partial->fd >= 0)
		close(partial->fd);
	partial->fd = -1;
}

int
partial_leave(struct partial *partial, const char *sha256)
{
	int result = partial->fd >= 0 ? fdatasync(partial->fd) : 0;

	partial->state.bytes = result == 0 ? partial->bytes : -1;
	snprintf(partial->state.sha256, sizeof(partial->state.sha256), "%s", sha256);
	if (partial_save(partial) != 0)
		result = -1;
	close_part(partial);
	return result;
}

/* Give NAME.part its name. */
static int
take_name(const struct partial *partial, const char *part, bool replace)
{
	int directory = partial->directory;
	struct stat st;

	if (replace)
		return renameat(directory, part, directory, partial->name);
	if (renameat2(directory, part, directory, partial->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system that does not know it, such as some NFS. */
	if (fstatat(directory, partial->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(directory, part, directory, partial->name);
}

int
partial_finish(
    struct partial *partial, const char *sha256, long long changed, bool replace)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)changed}};
	struct map names = names_of(partial);
	char *label;

	partial->state.bytes = partial->bytes;
	snprintf(partial->state.sha256, sizeof(partial->state.sha256), "%s", sha256);
	label = state_text(&partial->state);
	if (label != NULL) /* file systems without such attributes do without */
		(void)fsetxattr(partial->fd, LABEL, label, strlen(label), 0);
	free(label);
	if (changed >= 0 && futimens(partial->fd, times) != 0)
		return -1;
	if (fsync(partial->fd) != 0 || take_name(partial, names.part, replace) != 0)
		return -1;
	(void)unlinkat(partial->directory, names.state, 0);
	close_part(partial);
	/* Some file systems cannot, and say so. */
	return fsync(partial->directory) == 0 || errno == EINVAL ? 0 : 1;
}

void
partial_close(struct partial *partial)
{
	close_part(partial);
	partial_state_free(&partial->state);
}

int
partial_label(int fd, const char *url, struct partial_state *state)
{
	char text[STATE_MAX];
	ssize_t n = fgetxattr(fd, LABEL, text, sizeof(text));
	bool same_boot;

	*state =
	    (struct partial_state){.size = -1, .changed = -1, .listed = -1, .bytes = -1};
	if (n <= 0)
		return 0;
	if (!state_read(text, (size_t)n, url, state, &same_boot))
		return -1;
	if (state->bytes >= 0 && strlen(state->sha256) == CHECKSUM_HEX - 1)
		return 1;
	partial_state_free(state);
	return 0;
}
