#include "base/msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2000

static const char *program = "elog";
static bool progress_shown;

void
msg_program(const char *name)
{
	program = name;
}

bool
msg_terminal(void)
{
	static int terminal = -1;

	if (terminal < 0)
		terminal = isatty(STDERR_FILENO);
	return terminal != 0;
}

static void
write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t written = write(STDERR_FILENO, p, n);

		if (written <= 0)
			return; /* nowhere left to complain */
		p += written;
		n -= (size_t)written;
	}
}

void
msg(const char *format, ...)
{
	char line[LINE_MAX_BYTES + 8];
	size_t start = 0, n;
	int k;
	va_list ap;

	if (progress_shown) {
		memcpy(line, "\r\033[K", 4);
		start = 4;
		progress_shown = false;
	}
	k = snprintf(line + start, LINE_MAX_BYTES - start, "%s: ", program);
	n = start + (k > 0 ? (size_t)k : 0);
	va_start(ap, format);
	k = vsnprintf(line + n, LINE_MAX_BYTES - n, format, ap);
	va_end(ap);
	if (k > 0)
		n += (size_t)k;
	if (n > LINE_MAX_BYTES - 1)
		n = LINE_MAX_BYTES - 1;
	for (size_t i = start; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	write_all(line, n);
}

void
msg_progress(const char *format, ...)
{
	char line[200] = "\r\033[K";
	va_list ap;
	int k;

	if (!msg_terminal())
		return;
	va_start(ap, format);
	k = vsnprintf(line + 4, sizeof(line) - 4, format, ap);
	va_end(ap);
	if (k < 0)
		return;
	progress_shown = true;
	write_all(line, strlen(line));
}

void
msg_progress_end(void)
{
	if (progress_shown)
		write_all("\r\033[K", 4);
	progress_shown = false;
}
