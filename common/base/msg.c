#include "base/msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/utf8.h"

#define LINE_MAX_BYTES 2000

static const char *program = "elog";
static bool progress_shown;

#define UNSAID 2
static int said = UNSAID; /* -1, 0, 1 */

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

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return; /* nowhere left to complain */
		p += written;
		n -= (size_t)written;
	}
}

/* What ELOG_VERBOSE says, until msg_verbosity() says otherwise. */
static int
verbosity(void)
{
	const char *wanted;

	if (said == UNSAID) {
		wanted = getenv("ELOG_VERBOSE");
		said = wanted == NULL		   ? 0
		       : strcmp(wanted, "1") == 0  ? 1
		       : strcmp(wanted, "-1") == 0 ? -1
						   : 0;
	}
	return said;
}

void
msg_verbosity(int wanted)
{
	said = wanted;
}

static _Thread_local struct {
	char *text;
	size_t size;
} caught;

void
msg_catch(char *text, size_t size)
{
	caught.text = text;
	caught.size = size;
	if (text != NULL)
		text[0] = '\0';
}

const char *
msg_caught(void)
{
	return caught.text != NULL ? caught.text : "";
}

/* The level with a space behind it, or nothing. */
static const char *
level_shown(const char *level)
{
	const char *form = getenv("ELOG_MESSAGES");

	return form != NULL && strcmp(form, "levels") == 0 ? level : "";
}

/* What no terminal obeys: control characters, those of Latin-1 (U+0080 to U+009F) among
   them, and bytes that are no UTF-8 become '?'. */
static void
make_plain(char *p, size_t n)
{
	for (size_t length; n > 0; p += length, n -= length) {
		unsigned character = 0;

		length = utf8_read(p, n, &character);
		if (length == 0)
			length = 1;
		if (character < 0x20 || (character >= 0x7f && character < 0xa0))
			memset(p, '?', length);
	}
}

__attribute__((format(printf, 2, 0))) static void
put_line(const char *level, const char *format, va_list ap)
{
	char line[LINE_MAX_BYTES + 8];
	size_t start = 0, n;
	int k;

	if (caught.text != NULL) {
		vsnprintf(caught.text, caught.size, format, ap);
		return;
	}
	if (progress_shown) {
		memcpy(line, "\r\033[K", 4);
		start = 4;
		progress_shown = false;
	}
	k = snprintf(
	    line + start, LINE_MAX_BYTES - start, "%s%s: ", level_shown(level), program);
	n = start + (k > 0 ? (size_t)k : 0);
	k = vsnprintf(line + n, LINE_MAX_BYTES - n, format, ap);
	if (k > 0)
		n += (size_t)k;
	if (n > LINE_MAX_BYTES - 1)
		n = LINE_MAX_BYTES - 1;
	make_plain(line + start, n - start);
	line[n++] = '\n';
	write_all(line, n);
}

void
msg(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put_line("ERROR ", format, ap);
	va_end(ap);
}

void
msg_note(const char *format, ...)
{
	va_list ap;

	if (verbosity() < 0)
		return;
	va_start(ap, format);
	put_line("INFO ", format, ap);
	va_end(ap);
}

void
msg_debug(const char *format, ...)
{
	va_list ap;

	if (verbosity() < 1)
		return;
	va_start(ap, format);
	put_line("DEBUG ", format, ap);
	va_end(ap);
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
