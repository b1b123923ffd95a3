/*
 * Output of whole lines to a descriptor that other processes may share.
 *
 * write(2) is atomic on a pipe only up to PIPE_BUF bytes (POSIX.1-2017,
 * write()), so parallel producers tear each other's longer lines.  Where the
 * descriptor is a pipe, each batch of whole lines is written under flock(2) on
 * the pipe, held through a descriptor opened anew from /proc/self/fd: an
 * inherited one shares its lock with its siblings.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Takes up to n bytes of output as write(2) does: how many it took, or -1 with errno. */
typedef ssize_t stream_write(void *context, const char *p, size_t n);

struct stream {
	int fd;
	stream_write *write; /* NULL: to fd */
	void *context;
	int lock_fd; /* -1 where no lock is needed */
	bool locked;
	int error; /* errno of the first write that failed, else 0 */
	size_t used, whole, capacity;
	char *buffer; /* [0, whole) are whole lines, [whole, used) begin one */
};

/*
 * Start writing to fd, which stays the caller's.  Widens a pipe to 1 MiB where
 * the system allows it.  Returns 0, or -1 without memory.  If the pipe cannot be
 * opened anew for locking (it belongs to another user), says so on stderr and
 * goes on without.  A descriptor that does not block is waited for; a FIFO whose reader
 * left is no error before the first write.
 */
int stream_open(struct stream *out, int fd);

/* The same, to a function in place of a descriptor.  context is borrowed. */
int stream_open_to(struct stream *out, stream_write *write, void *context);

/*
 * Append n bytes to the line at hand.  Memory stays at the buffer's 512 KiB,
 * however long the line: a line that does not fit is written in pieces with the
 * lock held until its end.
 */
void stream_put(struct stream *out, const char *p, size_t n);

/* The same for who hands on output without knowing where: out is a struct stream. */
void stream_take(void *out, const char *p, size_t n);

/* Append a NUL-terminated string. */
void stream_puts(struct stream *out, const char *text);

/* End the line at hand with a newline. */
void stream_end_line(struct stream *out);

/* End the line at hand with any byte: '\0' for xargs -0. */
void stream_end(struct stream *out, char terminator);

/*
 * Write all whole lines now.  Returns 0, or -1 with out->error set if this or an
 * earlier write failed (EPIPE: the reader went away).
 */
int stream_flush(struct stream *out);

/* Flush and release.  Returns as stream_flush() does. */
int stream_close(struct stream *out);

#endif
