/* Lines of any length from a descriptor.  The part itself is included, to give it a
 * limit that a test can reach. */
#include "stream/lines.h"

#undef LINES_MAX
#define LINES_MAX ((size_t)5 * 1024 * 1024)

/* clang-format off */
#include "stream/lines.c"
/* clang-format on */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "unit.h"

#define MIB ((size_t)1024 * 1024)

/* A pipe from a child that writes lines of these lengths; line i is all 'a' + i. */
static int
pipe_of_lines(const size_t *lengths, size_t n, bool last_newline, size_t chunk)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	if (fork() == 0) {
		for (size_t i = 0; i < n; i++) {
			char *line = malloc(lengths[i] + 1), *p = line;
			size_t left = lengths[i] + (i + 1 < n || last_newline);

			memset(line, (int)('a' + i % 26), lengths[i]);
			line[lengths[i]] = '\n';
			while (left > 0) {
				size_t part = left < chunk ? left : chunk;
				ssize_t written = write(ends[1], p, part);

				if (written <= 0)
					_exit(1);
				p += written;
				left -= (size_t)written;
			}
			free(line);
		}
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

/* Read them back: those of more than LINES_MAX are told and left out. */
static void
expect_lines(const size_t *lengths, size_t n, bool last_newline, size_t chunk)
{
	int fd = pipe_of_lines(lengths, n, last_newline, chunk), status;
	struct lines lines;
	char *line;
	size_t length;

	lines_open(&lines, fd);
	for (size_t i = 0; i < n; i++) {
		enum lines_result result;

		if (i + 1 == n && lengths[i] == 0 && !last_newline)
			break; /* nothing at all was written */
		result = lines_next(&lines, &line, &length);
		assert_int_equal(lines.number, i + 1);
		if (lengths[i] > LINES_MAX) {
			assert_int_equal(result, LINES_TOO_LONG);
			continue;
		}
		assert_int_equal(result, LINES_ONE);
		assert_int_equal(length, lengths[i]);
		for (size_t k = 0; k < length; k++)
			if (line[k] != (char)('a' + i % 26))
				fail_msg("line %zu byte %zu", i + 1, k);
		memset(line, '\n', length); /* it may be changed */
	}
	assert_int_equal(lines_next(&lines, &line, &length), LINES_END);
	assert_int_equal(lines_next(&lines, &line, &length), LINES_END);
	lines_close(&lines);
	close(fd);
	wait(&status);
	assert_int_equal(status, 0);
}

static void
short_lines(void **state)
{
	static const size_t lengths[] = {1, 0, 0, 5, 100, 0};

	(void)state;
	for (size_t n = 1; n <= COUNT_OF(lengths); n++)
		for (size_t chunk = 1; chunk < 8; chunk++) {
			expect_lines(lengths, n, true, chunk);
			expect_lines(lengths, n, false, chunk);
		}
}

static void
nothing_at_all(void **state)
{
	struct lines lines;
	char *line;
	size_t n;
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	lines_open(&lines, fd);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_END);
	assert_int_equal(lines.number, 0);
	lines_close(&lines);
	close(fd);
}

static void
around_the_buffer(void **state)
{
	static const size_t sizes[] = {MIB / 2, MIB, 2 * MIB, 4 * MIB};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (size_t off = 0; off < 5; off++) {
			size_t n = sizes[i] - 2 + off;
			const size_t alone[] = {n};
			const size_t between[] = {3, n, 0, n, 7};

			expect_lines(alone, 1, false, SIZE_MAX);
			expect_lines(between, COUNT_OF(between), off % 2 == 0, 65537);
		}
}

static void
too_long(void **state)
{
	static const size_t lengths[] = {3, LINES_MAX, LINES_MAX + 1, 4, 2 * LINES_MAX,
	    LINES_MAX - 1, 3 * LINES_MAX + MIB / 2, 0, 5, LINES_MAX + 1};

	(void)state;
	for (size_t n = 1; n <= COUNT_OF(lengths); n++)
		expect_lines(lengths, n, n % 2 == 0, 1000003);
}

/* However long the line, memory does not grow with it. */
static void
too_long_stays_small(void **state)
{
	static const size_t lengths[] = {20 * LINES_MAX, 3};
	int fd = pipe_of_lines(lengths, 2, true, SIZE_MAX);
	struct lines lines;
	char *line;
	size_t n;

	(void)state;
	lines_open(&lines, fd);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_TOO_LONG);
	assert_true(lines.capacity <= 4 * LINES_MAX);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ONE);
	assert_int_equal(n, 3);
	assert_int_equal(lines.number, 2);
	lines_close(&lines);
	close(fd);
	wait(NULL);
}

static void
bytes_of_all_values(void **state)
{
	int ends[2];
	char all[256], *line;
	struct lines lines;
	size_t n;

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)(i == '\n' ? 'n' : i);
	all[255] = '\n';
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], all, 256), 256);
	close(ends[1]);
	lines_open(&lines, ends[0]);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ONE);
	assert_int_equal(n, 255);
	assert_memory_equal(line, all, 255);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_END);
	lines_close(&lines);
	close(ends[0]);
}

static void
on_alarm(int signal)
{
	(void)signal;
}

/* A signal is told; the next call goes on where this one stood. */
static void
interrupted(void **state)
{
	struct sigaction action = {.sa_handler = on_alarm};
	int ends[2];
	struct lines lines;
	char *line;
	size_t n;

	(void)state;
	sigaction(SIGALRM, &action, NULL);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "one\ntw", 6), 6);
	lines_open(&lines, ends[0]);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ONE);
	ualarm(20000, 20000);
	errno = 0;
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ERROR);
	assert_int_equal(errno, EINTR);
	ualarm(0, 0);
	assert_int_equal(write(ends[1], "o\n", 2), 2);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ONE);
	assert_int_equal(n, 3);
	assert_memory_equal(line, "two", 3);
	assert_int_equal(lines.number, 2);
	lines_close(&lines);
	close(ends[0]);
	close(ends[1]);
}

/* A pipe that another program made non-blocking is waited for. */
static void
does_not_block(void **state)
{
	int ends[2];
	struct lines lines;
	char *line;
	size_t n;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	if (fork() == 0) {
		usleep(50000);
		_exit(write(ends[1], "one\n", 4) != 4);
	}
	close(ends[1]);
	lines_open(&lines, ends[0]);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ONE);
	assert_int_equal(n, 3);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_END);
	lines_close(&lines);
	close(ends[0]);
}

/* Lines stay where they are while what follows them goes on in another buffer. */
static void
exchanged(void **state)
{
	int ends[2];
	struct lines lines;
	char *first, *second, *third, *buffer = NULL;
	size_t n, capacity = 0;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "one\ntwo\nthr", 11), 11);
	lines_open(&lines, ends[0]);
	assert_false(lines_ready(&lines));
	assert_int_equal(lines_next(&lines, &first, &n), LINES_ONE);
	assert_true(lines_ready(&lines));
	assert_int_equal(lines_next(&lines, &second, &n), LINES_ONE);
	assert_false(lines_ready(&lines));
	assert_true(lines_exchange(&lines, &buffer, &capacity));
	assert_int_equal(write(ends[1], "ee\nfour", 7), 7);
	close(ends[1]);
	assert_int_equal(lines_next(&lines, &third, &n), LINES_ONE);
	assert_int_equal(n, 5);
	assert_memory_equal(first, "one", 3);
	assert_memory_equal(second, "two", 3);
	assert_memory_equal(third, "three", 5);
	/* The other way round: into the buffer that is free again. */
	assert_true(lines_exchange(&lines, &buffer, &capacity));
	assert_memory_equal(third, "three", 5);
	assert_int_equal(lines_next(&lines, &first, &n), LINES_ONE);
	assert_int_equal(n, 4);
	assert_memory_equal(first, "four", 4);
	assert_true(lines_ready(&lines));
	assert_int_equal(lines_next(&lines, &first, &n), LINES_END);
	lines_close(&lines);
	free(buffer);
	close(ends[0]);
}

static void
note_idle(void *context)
{
	(*(int *)context)++;
}

/* A read that waits ends where another descriptor says so. */
static void
canceled(void **state)
{
	int ends[2], cancel[2], idle = 0;
	struct lines lines;
	char *line;
	size_t n;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(cancel), 0);
	assert_int_equal(write(ends[1], "one\ntw", 6), 6);
	lines_open(&lines, ends[0]);
	lines.idle = note_idle;
	lines.context = &idle;
	lines.cancel = cancel[0];
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ONE);
	assert_int_equal(idle, 0);
	if (fork() == 0) {
		usleep(50000);
		_exit(write(cancel[1], "x", 1) != 1);
	}
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ERROR);
	assert_int_equal(errno, ECANCELED);
	assert_int_equal(idle, 1);
	wait(NULL);
	lines_close(&lines);
	for (int i = 0; i < 2; i++) {
		close(ends[i]);
		close(cancel[i]);
	}
}

static void
unreadable(void **state)
{
	struct lines lines;
	char *line;
	size_t n;
	int fd = open("/", O_RDONLY);

	(void)state;
	lines_open(&lines, fd);
	assert_int_equal(lines_next(&lines, &line, &n), LINES_ERROR);
	assert_int_equal(errno, EISDIR);
	lines_close(&lines);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(short_lines),
	    cmocka_unit_test(nothing_at_all),
	    cmocka_unit_test(around_the_buffer),
	    cmocka_unit_test(too_long),
	    cmocka_unit_test(too_long_stays_small),
	    cmocka_unit_test(bytes_of_all_values),
	    cmocka_unit_test(interrupted),
	    cmocka_unit_test(does_not_block),
	    cmocka_unit_test(exchanged),
	    cmocka_unit_test(canceled),
	    cmocka_unit_test(unreadable),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
