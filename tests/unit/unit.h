/* What all unit tests need: cmocka with its headers, and stderr as a text. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

/* An unnamed file to write to and read back. */
static inline int
unit_file(void)
{
	FILE *stream = tmpfile();
	int fd;

	assert_non_null(stream);
	fd = dup(fileno(stream));
	fclose(stream);
	assert_true(fd >= 0);
	return fd;
}

/* All that is in a file, terminated; free it. */
static inline char *
unit_contents(int fd, size_t *n)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text;

	assert_true(size >= 0);
	text = malloc((size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	text[size] = '\0';
	if (n != NULL)
		*n = (size_t)size;
	return text;
}

static int unit_stderr = -1, unit_captured = -1;

/* From here on stderr goes to a file, until unit_said(). */
static inline void
unit_listen(void)
{
	unit_captured = unit_file();
	unit_stderr = dup(STDERR_FILENO);
	assert_true(dup2(unit_captured, STDERR_FILENO) >= 0);
}

/* What was said since unit_listen(); free it. */
static inline char *
unit_said(void)
{
	char *text;

	dup2(unit_stderr, STDERR_FILENO);
	close(unit_stderr);
	text = unit_contents(unit_captured, NULL);
	close(unit_captured);
	return text;
}

#endif
