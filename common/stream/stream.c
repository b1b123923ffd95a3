#include "stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"

#define BUFFER_BYTES ((size_t)512 * 1024)
#define PIPE_BYTES (1024 * 1024)

int
stream_open(struct stream *out, int fd)
{
	struct stat st;
	char path[40];

	*out = (struct stream){.fd = fd, .lock_fd = -1, .capacity = BUFFER_BYTES};
	out->buffer = malloc(out->capacity);
	if (out->buffer == NULL)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))
		return 0;
	(void)fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES); /* a smaller pipe works too */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	/* Without O_NONBLOCK this waits for ever where the reader of a FIFO has left;
	   with it that is ENXIO, and the first write says EPIPE. */
	out->lock_fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (out->lock_fd < 0 && errno != ENXIO)
		msg("the pipe on stdout cannot be locked (%s): "
		    "lines of parallel writers may be torn",
		    strerror(errno));
	return 0;
}

int
stream_open_to(struct stream *out, stream_write *write_to, void *context)
{
	*out = (struct stream){.fd = -1,
	    .write = write_to,
	    .context = context,
	    .lock_fd = -1,
	    .capacity = BUFFER_BYTES};
	out->buffer = malloc(out->capacity);
	return out->buffer != NULL ? 0 : -1;
}

static void
lock(struct stream *out)
{
	if (out->lock_fd < 0 || out->locked)
		return;
	while (flock(out->lock_fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return;
	out->locked = true;
}

static void
unlock(struct stream *out)
{
	if (out->locked)
		(void)flock(out->lock_fd, LOCK_UN);
	out->locked = false;
}

static void
write_all(struct stream *out, const char *p, size_t n)
{
	while (n > 0 && out->error == 0) {
		ssize_t written = out->write != NULL ? out->write(out->context, p, n)
						     : write(out->fd, p, n);

		if (written < 0) {
			if (errno == EAGAIN && out->write == NULL)
				(void)poll(
				    &(struct pollfd){.fd = out->fd, .events = POLLOUT}, 1,
				    -1);
			else if (errno != EINTR)
				out->error = errno;
			continue;
		}
		p += written;
		n -= (size_t)written;
	}
}

/* Make room: write the whole lines, or the begun one if it fills the buffer. */
static void
make_room(struct stream *out)
{
	lock(out);
	if (out->whole > 0) {
		write_all(out, out->buffer, out->whole);
		out->used -= out->whole;
		memmove(out->buffer, out->buffer + out->whole, out->used);
		out->whole = 0;
		unlock(out);
	} else {
		write_all(out, out->buffer, out->used);
		out->used = 0; /* the lock stays until this line ends */
	}
}

void
stream_put(struct stream *out, const char *p, size_t n)
{
	while (n > out->capacity - out->used) {
		size_t part = out->capacity - out->used;

		if (out->whole == 0) {
			memcpy(out->buffer + out->used, p, part);
			out->used += part;
			p += part;
			n -= part;
		}
		make_room(out);
	}
	memcpy(out->buffer + out->used, p, n);
	out->used += n;
}

void
stream_take(void *out, const char *p, size_t n)
{
	stream_put(out, p, n);
}

void
stream_puts(struct stream *out, const char *text)
{
	stream_put(out, text, strlen(text));
}

void
stream_end(struct stream *out, char terminator)
{
	stream_put(out, &terminator, 1);
	out->whole = out->used;
	if (out->locked) {
		write_all(out, out->buffer, out->used);
		out->used = out->whole = 0;
		unlock(out);
	}
}

void
stream_end_line(struct stream *out)
{
	stream_end(out, '\n');
}

int
stream_flush(struct stream *out)
{
	if (out->whole > 0)
		make_room(out);
	if (out->error != 0) {
		errno = out->error;
		return -1;
	}
	return 0;
}

int
stream_close(struct stream *out)
{
	int result = stream_flush(out);

	unlock(out);
	if (out->lock_fd >= 0)
		close(out->lock_fd);
	free(out->buffer);
	out->buffer = NULL;
	return result;
}
