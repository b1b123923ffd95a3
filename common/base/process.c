#include "base/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first bytes of a small file, terminated.  Their number, 0 if it cannot be read. */
static size_t
read_small(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

void
process_boot(char out[PROCESS_BOOT_BYTES])
{
	(void)read_small("/proc/sys/kernel/random/boot_id", out, PROCESS_BOOT_BYTES);
	out[strcspn(out, "\n")] = '\0';
}

/* State and start of a process: fields 3 and 22 of /proc/PID/stat, proc(5).  The name
   before them may hold anything, so they are counted from the last bracket. */
static long long
read_stat(pid_t pid, char *state)
{
	char path[40], text[1024], *p;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (read_small(path, text, sizeof(text)) == 0)
		return -1;
	p = strrchr(text, ')');
	if (p == NULL || p[1] != ' ')
		return -1;
	*state = p[2];
	for (int field = 2; field < 22 && p != NULL; field++)
		p = strchr(p + 1, ' ');
	return p != NULL ? strtoll(p, NULL, 10) : -1;
}

long long
process_start(pid_t pid)
{
	char state;

	return read_stat(pid, &state);
}

bool
process_lives(pid_t pid, long long start, const char *boot)
{
	char now[PROCESS_BOOT_BYTES], state = '?';

	process_boot(now);
	if (strcmp(now, boot) != 0)
		return false;
	return read_stat(pid, &state) == start && state != 'Z' && state != 'X';
}
