#include "files/hash_entries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)64 * 1024)

/* linux_dirent64 of getdents64(2). */
struct raw {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

const char *
hash_entry_name(const struct hash_directory *directory, const struct hash_entry *entry)
{
	return directory->names + entry->name;
}

static bool
is_excluded(char *const *excludes, const char *relative, const char *name)
{
	char path[PATH_MAX + 256];

	if (excludes == NULL)
		return false;
	snprintf(
	    path, sizeof(path), "%s%s%s", relative, relative[0] != '\0' ? "/" : "", name);
	for (; *excludes != NULL; excludes++)
		if (fnmatch(*excludes, strchr(*excludes, '/') != NULL ? path : name,
			FNM_PATHNAME) == 0)
			return true;
	return false;
}

/* d, f or l; 0 for what is no entry, or went away. */
static char
type_of(int fd, const struct raw *raw)
{
	struct stat st;

	switch (raw->type) {
	case DT_DIR:
		return 'd';
	case DT_REG:
		return 'f';
	case DT_LNK:
		return 'l';
	case DT_UNKNOWN:
		if (fstatat(fd, raw->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return 0;
		return S_ISDIR(st.st_mode)   ? 'd'
		       : S_ISREG(st.st_mode) ? 'f'
		       : S_ISLNK(st.st_mode) ? 'l'
					     : 0;
	default:
		return 0;
	}
}

static int
add(struct hash_directory *directory, const struct raw *raw, char type)
{
	size_t n = strlen(raw->name) + 1;

	if (directory->n == directory->size) {
		size_t size = directory->size > 0 ? directory->size * 3 / 2 : 64;
		struct hash_entry *entries =
		    realloc(directory->entries, size * sizeof(*entries));

		if (entries == NULL)
			return -1;
		directory->entries = entries;
		directory->size = size;
	}
	if (directory->names_size - directory->names_used < n) {
		size_t size = (directory->names_used + n) * 3 / 2 + 512;
		char *names = size < UINT32_MAX ? realloc(directory->names, size) : NULL;

		if (names == NULL)
			return -1;
		directory->names = names;
		directory->names_size = size;
	}
	memcpy(directory->names + directory->names_used, raw->name, n);
	directory->entries[directory->n++] = (struct hash_entry){
	    .inode = raw->inode, .name = (uint32_t)directory->names_used, .type = type};
	directory->names_used += n;
	return 0;
}

static int
by_type_and_name(const void *a, const void *b, void *names)
{
	const struct hash_entry *one = a, *two = b;

	if (one->type != two->type)
		return one->type - two->type;
	return strcmp((char *)names + one->name, (char *)names + two->name);
}

int
hash_entries_read(
    struct hash_directory *directory, char *const *excludes, const char *relative)
{
	_Alignas(struct raw) char buffer[BUFFER_BYTES];
	long n;

	while ((n = syscall(SYS_getdents64, directory->fd, buffer, sizeof(buffer))) > 0)
		for (long at = 0; at < n;) {
			const struct raw *raw = (const struct raw *)(buffer + at);
			char type;

			at += raw->length;
			if (strcmp(raw->name, ".") == 0 || strcmp(raw->name, "..") == 0 ||
			    is_excluded(excludes, relative, raw->name) ||
			    (type = type_of(directory->fd, raw)) == 0)
				continue;
			if (add(directory, raw, type) != 0) {
				errno = ENOMEM;
				return -1;
			}
			directory->n_dirs += type == 'd';
			directory->n_files += type == 'f';
		}
	if (n < 0)
		return -1;
	if (directory->n > 1)
		qsort_r(directory->entries, directory->n, sizeof(*directory->entries),
		    by_type_and_name, directory->names);
	return 0;
}
