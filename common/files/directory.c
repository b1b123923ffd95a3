#include "files/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files/window.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* How each format is read: line by line, or as a whole. */
static const struct {
	void (*line)(struct directory_reader *reader, const char *line, size_t n);
	void (*whole)(struct directory_reader *reader, const char *text, size_t n);
} formats[] = {
    [DIRECTORY_MLSD] = {directory_read_mlsd, NULL},
    [DIRECTORY_LIST] = {directory_read_list, NULL},
    [DIRECTORY_INDEX] = {NULL, directory_read_index},
};

static bool
is_plain(const char *name, size_t n)
{
	if (n == 0 || n > DIRECTORY_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '/')
			return false;
	return true;
}

void
directory_refuse(struct directory_reader *reader, const char *name, size_t n)
{
	if (reader->result->refused++ == 0)
		snprintf(reader->result->first_refused,
		    sizeof(reader->result->first_refused), "%.*s", n > 60 ? 60 : (int)n,
		    name);
}

void
directory_give(struct directory_reader *reader, const char *name, size_t n)
{
	struct directory_entry *entry = &reader->entry;

	/* Most servers list these two; they are no entries. */
	if ((n == 1 && name[0] == '.') || (n == 2 && name[0] == '.' && name[1] == '.'))
		return;
	if (!is_plain(name, n)) {
		directory_refuse(reader, name, n);
		return;
	}
	memcpy(entry->name, name, n);
	entry->name[n] = '\0';
	entry->length = n;
	reader->result->entries++;
	reader->take(reader->context, entry);
}

void
directory_wrong(struct directory_reader *reader, const char *line, size_t n)
{
	if (reader->result->error[0] == '\0')
		snprintf(reader->result->error, sizeof(reader->result->error),
		    "a line of the listing is not understood: '%.*s'",
		    n > 80 ? 80 : (int)n, line);
}

int
directory_month(const char *p)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (strncasecmp(p, names + 3 * (size_t)i, 3) == 0)
			return i + 1;
	return 0;
}

void
directory_read(enum directory_format format, const char *text, size_t n, const char *base,
    int64_t now, directory_take *take, void *context, struct directory_result *result)
{
	struct directory_reader reader = {
	    .take = take, .context = context, .now = now, .base = base, .result = result};
	const char *end = text + n;

	*result = (struct directory_result){.entries = 0};
	if (formats[format].whole != NULL) {
		formats[format].whole(&reader, text, n);
		return;
	}
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;
		size_t length = (size_t)(stop - text);

		if (length > 0 && text[length - 1] == '\r')
			length--;
		reader.entry.size = -1;
		reader.entry.modified[0] = '\0';
		if (length > 0)
			formats[format].line(&reader, text, length);
		text = stop + (newline != NULL);
	}
}

void
directory_read_local(const char *path, directory_take *take, void *context,
    struct directory_result *result)
{
	struct directory_reader reader = {
	    .take = take, .context = context, .base = "", .result = result};
	DIR *directory = opendir(path);
	const struct dirent *found;
	struct stat st;

	*result = (struct directory_result){.entries = 0};
	if (directory == NULL) {
		result->missing = errno == ENOENT;
		snprintf(result->error, sizeof(result->error), "%s", strerror(errno));
		return;
	}
	while (errno = 0, (found = readdir(directory)) != NULL) {
		if (fstatat(dirfd(directory), found->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
		    0) {
			if (errno == ENOENT)
				continue; /* it went away meanwhile */
			break;
		}
		reader.entry.type = S_ISREG(st.st_mode)	  ? DIRECTORY_FILE
				    : S_ISDIR(st.st_mode) ? DIRECTORY_DIRECTORY
							  : DIRECTORY_OTHER;
		reader.entry.size = S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
		timestamp_text(st.st_mtim.tv_sec, reader.entry.modified);
		directory_give(&reader, found->d_name, strlen(found->d_name));
	}
	if (errno != 0)
		snprintf(result->error, sizeof(result->error), "%s", strerror(errno));
	closedir(directory);
}

bool
directory_is_early(const char *modified, int64_t listed)
{
	struct window unit;
	int64_t age;

	if (!window_time(modified, listed, &unit))
		return false;
	age = listed - unit.from;
	if (unit.to - unit.from == MINUTE)
		return age > -DAY && age < DAY && (age + DAY) % HOUR < MINUTE;
	return unit.to - unit.from > MINUTE && age >= 0 && listed < unit.to;
}

bool
directory_changed(const char *earlier, const char *later)
{
	size_t a = strcspn(earlier, "Z"), b = strcspn(later, "Z");

	return strncmp(earlier, later, a < b ? a : b) != 0;
}
