/* Whole lines to a descriptor that others share. */
#include "stream/stream.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "unit.h"

#define BUFFER ((size_t)512 * 1024)

static void
into_a_file(void **state)
{
	static const size_t lengths[] = {0, 1, 10, BUFFER - 2, BUFFER - 1, BUFFER,
	    BUFFER + 1, 3, 2 * BUFFER, 3 * BUFFER + 7, 0, 100};
	int fd = unit_file();
	struct stream out;
	char *block = malloc(4 * BUFFER), *text, *p;
	size_t n;

	(void)state;
	/* Each length in one piece, in halves, and in pieces of a thousand bytes. */
	assert_int_equal(stream_open(&out, fd), 0);
	assert_int_equal(out.lock_fd, -1);
	for (size_t i = 0; i < COUNT_OF(lengths); i++)
		for (int how = 0; how < 3; how++) {
			size_t left = lengths[i];
			size_t part = how == 0 ? left : how == 1 ? left / 2 : 1000;

			memset(block, (int)('a' + i), left);
			for (p = block; left > 0 && part > 0; left -= n, p += n) {
				n = left < part ? left : part;
				stream_put(&out, p, n);
			}
			stream_put(&out, p, left);
			stream_end_line(&out);
			assert_int_equal(out.capacity, BUFFER);
		}
	stream_puts(&out, "zero");
	stream_end(&out, '\0');
	assert_int_equal(stream_close(&out), 0);
	text = p = unit_contents(fd, &n);
	for (size_t i = 0; i < COUNT_OF(lengths); i++)
		for (int how = 0; how < 3; how++) {
			for (size_t k = 0; k < lengths[i]; k++)
				assert_int_equal(*p++, (char)('a' + i));
			assert_int_equal(*p++, '\n');
		}
	assert_int_equal(p + 5 - text, n);
	assert_memory_equal(p, "zero", 5);
	free(text);
	free(block);
	close(fd);
}

/* A line that is not ended is not written. */
static void
half_a_line_stays(void **state)
{
	int fd = unit_file();
	struct stream out;
	char *text;

	(void)state;
	assert_int_equal(stream_open(&out, fd), 0);
	stream_puts(&out, "whole");
	stream_end_line(&out);
	stream_puts(&out, "half");
	assert_int_equal(stream_flush(&out), 0);
	text = unit_contents(fd, NULL);
	assert_string_equal(text, "whole\n");
	free(text);
	stream_puts(&out, " and half");
	stream_end_line(&out);
	assert_int_equal(stream_close(&out), 0);
	text = unit_contents(fd, NULL);
	assert_string_equal(text, "whole\nhalf and half\n");
	free(text);
	close(fd);
}

#define WRITERS 4
#define LINES 30

/* Writer w: lines of one letter, shorter and longer than the buffer. */
static void
write_lines(int fd, int w)
{
	static const size_t lengths[] = {700 * 1024, 10, 5000, 300 * 1024, BUFFER - 1, 0};
	struct stream out;
	char *block = malloc(1024 * 1024);

	memset(block, 'A' + w, 1024 * 1024);
	if (stream_open(&out, fd) != 0 || out.lock_fd < 0)
		_exit(1);
	for (int i = 0; i < LINES; i++) {
		size_t left = lengths[(i + w) % (int)COUNT_OF(lengths)];

		for (; left > 70000; left -= 70000)
			stream_put(&out, block, 70000);
		stream_put(&out, block, left);
		stream_end_line(&out);
		if (i % 7 == 0)
			(void)stream_flush(&out);
	}
	free(block);
	_exit(stream_close(&out) != 0);
}

static void
several_processes(void **state)
{
	int ends[2], lines[WRITERS] = {0};
	size_t length = 0, lengths[WRITERS] = {0};
	FILE *in;
	int c, first = 0;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	for (int w = 0; w < WRITERS; w++)
		if (fork() == 0) {
			close(ends[0]);
			write_lines(ends[1], w);
		}
	close(ends[1]);
	in = fdopen(ends[0], "r");
	assert_non_null(in);
	while ((c = getc_unlocked(in)) != EOF) {
		if (c != '\n') {
			if (length++ == 0)
				first = c;
			else if (c != first)
				fail_msg("torn: '%c' in a line of '%c'", c, first);
			continue;
		}
		if (length > 0) {
			assert_in_range(first, 'A', 'A' + WRITERS - 1);
			lines[first - 'A']++;
			lengths[first - 'A'] += length;
		}
		length = 0;
	}
	assert_int_equal(length, 0);
	for (int w = 0; w < WRITERS; w++) {
		int status;

		wait(&status);
		assert_int_equal(status, 0);
		assert_int_equal(lines[w], LINES - LINES / 6); /* less the empty ones */
		assert_int_equal(lengths[w],
		    LINES / 6 * (700 * 1024 + 10 + 5000 + 300 * 1024 + BUFFER - 1));
	}
	fclose(in);
}

/* The lock is let go between two batches: a second writer is not kept waiting. */
static void
lock_is_let_go(void **state)
{
	int ends[2];
	struct stream first, second;
	char line[8];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(stream_open(&first, ends[1]), 0);
	assert_int_equal(stream_open(&second, ends[1]), 0);
	alarm(600);
	for (int i = 0; i < 3; i++) {
		stream_puts(&first, "1");
		stream_end_line(&first);
		stream_puts(&second, "2");
		stream_end_line(&second);
		stream_puts(&first, "half");
		assert_int_equal(stream_flush(&first), 0);
		assert_int_equal(stream_flush(&second), 0);
		assert_int_equal(read(ends[0], line, 4), 4);
		assert_memory_equal(line, "1\n2\n", 4);
		stream_end_line(&first);
		assert_int_equal(stream_flush(&first), 0);
		assert_int_equal(read(ends[0], line, 5), 5);
		assert_memory_equal(line, "half\n", 5);
	}
	alarm(0);
	assert_int_equal(stream_close(&first), 0);
	assert_int_equal(stream_close(&second), 0);
	close(ends[0]);
	close(ends[1]);
}

static void
reader_gone(void **state)
{
	int ends[2];
	struct stream out;
	char *block = calloc(1, 3 * BUFFER);

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(stream_open(&out, ends[1]), 0);
	close(ends[0]);
	stream_puts(&out, "line");
	stream_end_line(&out);
	assert_int_equal(stream_flush(&out), -1);
	assert_int_equal(out.error, EPIPE);
	stream_put(&out, block, 3 * BUFFER); /* goes nowhere, and ends */
	stream_end_line(&out);
	errno = 0;
	assert_int_equal(stream_close(&out), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
	free(block);
}

static void
full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY);
	struct stream out;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(stream_open(&out, fd), 0);
	stream_puts(&out, "line");
	stream_end_line(&out);
	assert_int_equal(stream_close(&out), -1);
	assert_int_equal(out.error, ENOSPC);
	close(fd);
}

static void
closed_descriptor(void **state)
{
	int fd = unit_file();
	struct stream out;

	(void)state;
	close(fd);
	assert_int_equal(stream_open(&out, fd), 0);
	stream_puts(&out, "line");
	stream_end_line(&out);
	assert_int_equal(stream_close(&out), -1);
	assert_int_equal(out.error, EBADF);
}

/* A pipe that another program made non-blocking is waited for. */
static void
does_not_block(void **state)
{
	int ends[2], status;
	struct stream out;
	size_t left = 8 * 1024 * 1024;
	pid_t writer;
	ssize_t n;
	char *block = malloc(left);

	(void)state;
	assert_non_null(block);
	memset(block, 'x', left);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	writer = fork();
	if (writer == 0) {
		close(ends[0]);
		if (stream_open(&out, ends[1]) != 0)
			_exit(1);
		stream_put(&out, block, left);
		stream_end_line(&out);
		_exit(stream_close(&out) != 0);
	}
	close(ends[1]);
	usleep(20000); /* the pipe fills */
	for (left++; (n = read(ends[0], block, 100000)) > 0; left -= (size_t)n)
		;
	assert_int_equal(left, 0);
	close(ends[0]);
	free(block);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
}

/* A FIFO whose reader left: opening it anew must not wait for another. */
static void
fifo_without_reader(void **state)
{
	char directory[] = "/tmp/stream_test.XXXXXX", path[64];
	struct stream out;
	int reader, fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/fifo", directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	fd = open(path, O_WRONLY);
	assert_true(reader >= 0 && fd >= 0);
	close(reader);
	signal(SIGPIPE, SIG_IGN);
	alarm(600);
	unit_listen();
	assert_int_equal(stream_open(&out, fd), 0);
	stream_puts(&out, "line");
	stream_end_line(&out);
	assert_int_equal(stream_close(&out), -1);
	alarm(0);
	assert_int_equal(out.error, EPIPE);
	free(unit_said());
	close(fd);
	unlink(path);
	rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(into_a_file),
	    cmocka_unit_test(half_a_line_stays),
	    cmocka_unit_test(several_processes),
	    cmocka_unit_test(lock_is_let_go),
	    cmocka_unit_test(reader_gone),
	    cmocka_unit_test(full_disk),
	    cmocka_unit_test(closed_descriptor),
	    cmocka_unit_test(does_not_block),
	    cmocka_unit_test(fifo_without_reader),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
