#include "db/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/msg.h"
#include "db/db.h"

#define SUFFIX ".tmp"
#define COPY_BYTES ((size_t)8 * 1024 * 1024)

/* ---- files --------------------------------------------------------------------- */

/* fsync() of a file or a directory. */
static int
sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), result;

	if (fd < 0)
		return -1;
	result = fsync(fd);
	close(fd);
	return result;
}

/* The directory of a path, malloc'd; *name points behind it. */
static char *
directory_of(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash != NULL ? slash + 1 : path;
	return slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

/* Remove PATH and what SUFFIXES, with spaces between them, make of it. */
static void
remove_all(const char *path, const char *const *suffixes)
{
	char *name;

	for (; *suffixes != NULL; suffixes++) {
		if (asprintf(&name, "%s%s", path, *suffixes) < 0)
			return;
		(void)unlink(name);
		free(name);
	}
}

void
copy_drop(const char *draft)
{
	static const char *const suffixes[] = {"", "-journal", "-wal", "-shm", NULL};

	remove_all(draft, suffixes);
}

char *
copy_draft_name(const char *path)
{
	const char *name;
	char *directory = directory_of(path, &name), *draft = NULL;
	size_t n = strlen(name);
	DIR *dir = directory != NULL ? opendir(directory) : NULL;
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *rest = entry->d_name + n + strlen(SUFFIX);

		if (strncmp(entry->d_name, name, n) == 0 &&
		    strncmp(entry->d_name + n, SUFFIX, strlen(SUFFIX)) == 0 &&
		    rest[0] != '\0' && strspn(rest, "0123456789") == strcspn(rest, "-"))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	free(directory);
	if (asprintf(&draft, "%s" SUFFIX "%ld", path, (long)getpid()) < 0) {
		msg("no memory");
		return NULL;
	}
	return draft;
}

/* rename(), but not over anything where over is COPY_NEW. */
static int
give_name(const char *draft, const char *path, enum copy_over over)
{
	struct stat st;

	if (over == COPY_REPLACE)
		return rename(draft, path);
	if (renameat2(AT_FDCWD, draft, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system that cannot. */
	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(draft, path);
}

int
copy_publish(const char *draft, const char *path, enum copy_over over)
{
	static const char *const logs[] = {"-wal", "-shm", "-journal", NULL};
	const char *name;
	char *directory = directory_of(path, &name);
	int result = -1;

	if (directory == NULL) {
		msg("no memory");
		goto done;
	}
	if (sync_path(draft, O_RDONLY) != 0)
		goto fail;
	/* The log of another database must not become this one's. */
	if (over == COPY_REPLACE)
		remove_all(path, logs);
	if (give_name(draft, path, over) != 0)
		goto fail;
	result = 0;
	/* Some file systems cannot, and say so. */
	if (sync_path(directory, O_RDONLY | O_DIRECTORY) != 0 && errno != EINVAL) {
		msg("%s: in its place, but maybe not after a power cut: %s", path,
		    strerror(errno));
		result = -1;
	}
	goto done;
fail:
	msg("%s: %s", path, strerror(errno));
	copy_drop(draft);
done:
	free(directory);
	return result;
}

/* ---- pages --------------------------------------------------------------------- */

static int
copy_pages(sqlite3 *from, const char *from_path, sqlite3 *to, const char *to_path)
{
	sqlite3_backup *backup;
	int code;

	backup = sqlite3_backup_init(to, "main", from, "main");
	if (backup == NULL) {
		db_complain(to, to_path);
		return -1;
	}
	while ((code = sqlite3_backup_step(backup, -1)) == SQLITE_BUSY ||
	       code == SQLITE_LOCKED)
		sqlite3_sleep(100);
	code = sqlite3_backup_finish(backup);
	if (code == SQLITE_OK)
		return 0;
	if (sqlite3_errcode(from) != SQLITE_OK && code != SQLITE_FULL)
		db_complain(from, from_path);
	else
		db_complain(to, to_path);
	return -1;
}

/* In a process of its own: copy a file as the system can, which between two files of
   one file system may share their blocks.  The exit status: 0, or 1. */
static int
system_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat source, target;
	off_t at = 0;
	ssize_t n;

	if (in < 0 || out < 0)
		return 1;
	while ((n = copy_file_range(in, NULL, out, NULL, COPY_BYTES, 0)) > 0) {
		/* The disk may begin while we go on; copy_publish() waits for it. */
		(void)sync_file_range(out, at, n, SYNC_FILE_RANGE_WRITE);
		at += n;
	}
	/* Some file systems say that there is nothing to copy. */
	return n != 0 || fstat(in, &source) != 0 || fstat(out, &target) != 0 ||
	       source.st_size != target.st_size;
}

/*
 * Copy a database that is in its one file, nothing of it in a log, while a transaction
 * that reads keeps others from writing to that file.  By a child: whoever closes a file
 * loses all locks that his process has on it, and SQLite's are such locks.  False if
 * that is not possible now; the other way tells why.
 */
static bool
copy_file(sqlite3 *from, const char *to)
{
	const char *path = sqlite3_db_filename(from, "main");
	struct stat log;
	bool done = false;
	int status = -1;
	pid_t child;

	if (path == NULL || path[0] == '\0' || !sqlite3_get_autocommit(from))
		return false;
	if (sqlite3_exec(from, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL,
		NULL) == SQLITE_OK &&
	    (stat(sqlite3_filename_wal(path), &log) != 0 || log.st_size == 0)) {
		child = fork();
		if (child == 0)
			_exit(system_copy(path, to));
		if (child > 0) {
			while (waitpid(child, &status, 0) < 0 && errno == EINTR)
				;
			done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
			if (!done)
				(void)unlink(to);
		}
	}
	if (!sqlite3_get_autocommit(from))
		sqlite3_exec(from, "COMMIT", NULL, NULL, NULL);
	return done;
}

/* Copy pages into a new file, through a connection that writes no journal. */
static int
fill(sqlite3 *from, const char *from_path, const char *to)
{
	sqlite3 *target = NULL;
	int result = -1;

	if (sqlite3_open(to, &target) != SQLITE_OK ||
	    sqlite3_exec(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
		NULL, NULL, NULL) != SQLITE_OK)
		db_complain(target, to);
	else
		result = copy_pages(from, from_path, target, to);
	sqlite3_close(target);
	return result;
}

/* A copy of a database in WAL mode says that it is in WAL mode, too. */
static int
leave_wal(const char *to)
{
	sqlite3 *target = NULL;
	int result = 0;

	if (sqlite3_open(to, &target) != SQLITE_OK ||
	    sqlite3_exec(target, "PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE",
		NULL, NULL, NULL) != SQLITE_OK) {
		db_complain(target, to);
		result = -1;
	}
	sqlite3_close(target);
	return result;
}

int
copy_make(sqlite3 *from, const char *from_path, const char *to)
{
	struct stat st;
	int result = copy_file(from, to) ? 0 : fill(from, from_path, to), fd = -1;

	if (result == 0)
		result = leave_wal(to);
	if (result == 0) {
		fd = open(to, O_RDWR | O_CLOEXEC);
		if (fd < 0 ||
		    (stat(from_path, &st) == 0 && fchmod(fd, st.st_mode & 0666) != 0)) {
			msg("%s: %s", to, strerror(errno));
			result = -1;
		}
	}
	if (fd >= 0) {
		/* The disk may begin while we go on; copy_publish() waits for it. */
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		close(fd);
	}
	if (result != 0)
		copy_drop(to);
	return result;
}

int
copy_whole(sqlite3 *from, const char *from_path, const char *path, enum copy_over over)
{
	char *draft = copy_draft_name(path);
	int result = draft != NULL ? copy_make(from, from_path, draft) : -1;

	if (result == 0)
		result = copy_publish(draft, path, over);
	free(draft);
	return result;
}
