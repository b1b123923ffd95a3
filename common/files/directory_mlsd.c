/* FTP's MLSD: "fact=value;fact=value; name", RFC 3659, 7.2. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "files/directory.h"
#include "files/window.h"

static bool
digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0;
}

/* "YYYYMMDDHHMMSS[.sss]", UTC (RFC 3659, 2.3). */
static void
read_modify(const char *value, size_t n, char modified[DIRECTORY_MODIFIED])
{
	if (n >= 14 && digits(value, 14) && (n == 14 || value[14] == '.'))
		snprintf(modified, DIRECTORY_MODIFIED, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ",
		    value, value + 4, value + 6, value + 8, value + 10, value + 12);
}

/* "cdir" and "pdir" are the directory itself and the one above: no entries. */
static bool
read_type(const char *value, size_t n, enum directory_type *type)
{
	if (n == 4 && strncasecmp(value, "file", 4) == 0)
		*type = DIRECTORY_FILE;
	else if (n == 3 && strncasecmp(value, "dir", 3) == 0)
		*type = DIRECTORY_DIRECTORY;
	else
		*type = DIRECTORY_OTHER;
	return !(n == 4 && (strncasecmp(value, "cdir", 4) == 0 ||
			       strncasecmp(value, "pdir", 4) == 0));
}

static int64_t
read_size(const char *value, size_t n)
{
	int64_t size = 0;

	if (!digits(value, n) || n > 18)
		return -1;
	for (size_t i = 0; i < n; i++)
		size = size * 10 + (value[i] - '0');
	return size;
}

void
directory_read_mlsd(struct directory_reader *reader, const char *line, size_t n)
{
	/* Facts have no blanks, but where a link leads may have some. */
	const char *behind = memmem(line, n, "; ", 2), *p = line;
	const char *space = behind != NULL ? behind + 1 : NULL;
	struct directory_entry *entry = &reader->entry;
	bool typed = false, wanted = true;

	for (; space != NULL && p < space;) {
		const char *end = memchr(p, ';', (size_t)(space - p));
		const char *equals = memchr(p, '=', (size_t)(space - p));
		size_t length;

		if (end == NULL || equals == NULL || equals > end) {
			space = NULL;
			break;
		}
		length = (size_t)(end - equals) - 1;
		if (strncasecmp(p, "type=", 5) == 0) {
			wanted = read_type(equals + 1, length, &entry->type);
			typed = true;
		} else if (strncasecmp(p, "size=", 5) == 0) {
			entry->size = read_size(equals + 1, length);
		} else if (strncasecmp(p, "modify=", 7) == 0) {
			read_modify(equals + 1, length, entry->modified);
		}
		p = end + 1;
	}
	if (space == NULL || !typed) {
		directory_wrong(reader, line, n);
		return;
	}
	/* "type=OS.unix=slink:/target" and whatever else is not ours to read. */
	if (entry->type != DIRECTORY_FILE)
		entry->size = -1;
	if (wanted)
		directory_give(reader, space + 1, (size_t)(line + n - space) - 1);
}
