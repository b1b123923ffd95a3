#include "load/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/copy.h"
#include "db/db.h"
#include "db/migration.h"
#include "db/open.h"
#include "db/writeback.h"

/* ---- locks --------------------------------------------------------------------- */

/* Is a name a link to what base is, or to nothing, so that a copy may take its place? */
static bool
is_link_to(const char *name, const char *base)
{
	struct stat link, target, wanted;

	if (base == NULL || lstat(name, &link) != 0 || !S_ISLNK(link.st_mode))
		return false;
	if (stat(name, &target) != 0)
		return true;
	return stat(base, &wanted) == 0 && wanted.st_ino == target.st_ino &&
	       wanted.st_dev == target.st_dev;
}

/* Where a database lies. */
static char *
find(struct target *target, const char *base)
{
	target->over_link = is_link_to(target->name, base);
	return target->over_link ? db_place(target->name) : db_path(target->name);
}

/* Lock a base, so that what is set in it comes along. */
static int
lock_base(struct target *target, const char *base, int64_t wait)
{
	char *path = db_path(base);
	int status;

	if (path == NULL)
		return EXIT_PARTIAL;
	if (strcmp(path, target->path) == 0) {
		msg("%s: it is its own base: name another one", target->name);
		status = EXIT_USAGE;
	} else {
		status = lock_take(&target->base_lock, path, wait);
	}
	free(path);
	return status;
}

int
target_lock(struct target *target, const char *name, const char *base, int64_t wait)
{
	char *again;
	int status;

	*target = (struct target){
	    .name = name, .lock = {.fd = -1}, .base_lock = {.fd = -1}, .states = stdout};
	target->path = find(target, base);
	while (target->path != NULL) {
		status = lock_take(&target->lock, target->path, wait);
		/* While we waited, a link may have become a file, or got another end. */
		again = status == 0 ? find(target, base) : NULL;
		if (again != NULL && strcmp(again, target->path) != 0) {
			lock_release(&target->lock);
			free(target->path);
			target->path = again;
			continue;
		}
		if (status == 0 && again == NULL)
			status = EXIT_PARTIAL;
		free(again);
		if (status == 0 && base != NULL)
			status = lock_base(target, base, wait);
		if (status != 0)
			target_release(target);
		return status;
	}
	return name[0] == '\0' ? EXIT_USAGE : EXIT_PARTIAL;
}

int
target_lock_reader(struct target *target, const char *name, int64_t wait)
{
	char *path = realpath(name, NULL), *slash;
	bool fixed;

	if (path == NULL) {
		msg("%s: %s", name, strerror(errno));
		return EXIT_PARTIAL;
	}
	slash = strrchr(path, '/');
	*slash = '\0';
	fixed = access(path[0] != '\0' ? path : "/", W_OK) != 0;
	*slash = '/';
	if (!fixed) {
		free(path);
		return target_lock(target, name, NULL, wait);
	}
	*target = (struct target){.name = name,
	    .path = path,
	    .lock = {.fd = -1},
	    .base_lock = {.fd = -1},
	    .states = stdout};
	return EXIT_DONE;
}

void
target_release(struct target *target)
{
	lock_release(&target->base_lock);
	lock_release(&target->lock);
	free(target->path);
	target->path = NULL;
}

/* ---- open and close -------------------------------------------------------------- */

/* Give a file, made if it is not there, the permissions that are wanted.  SQLite gives
   its log those of the database. */
static int
set_mode(const struct target *target, const char *path)
{
	int fd, result;

	if (target->mode == 0)
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	result = fd >= 0 ? fchmod(fd, (mode_t)target->mode) : -1;
	if (result != 0)
		msg("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return result;
}

/* It grows with each transaction that changed a row. */
static long long
newest_generation(sqlite3 *db)
{
	return db_number(db, "SELECT max(generation) FROM dump_generations", -1);
}

static int
open_in_place(struct target *target, bool quiet)
{
	char *backup = NULL;

	target->made = access(target->path, F_OK) != 0;
	if (set_mode(target, target->path) != 0)
		return EXIT_PARTIAL;
	target->db = db_open_writer(target->path, &backup);
	if (target->db != NULL)
		target->generation = newest_generation(target->db);
	if (backup != NULL && !quiet)
		msg_note("%s: schema brought to version %d; as it was: %s", target->name,
		    migration_newest(), backup);
	free(backup);
	return target->db != NULL ? EXIT_DONE : EXIT_PARTIAL;
}

/* A draft that begins as a copy. */
static int
copy_base(struct target *target, const char *base)
{
	char *file;
	sqlite3 *source = db_open_reader(base, &file);
	int result = -1;

	if (source != NULL)
		result = copy_make(source, file, target->draft);
	sqlite3_close(source);
	free(file);
	return result;
}

static int
open_draft(struct target *target, const char *base)
{
	target->draft = copy_draft_name(target->path);
	target->states = open_memstream(&target->bookmarks, &target->bookmarks_n);
	if (target->draft == NULL || target->states == NULL)
		return EXIT_PARTIAL;
	if (base != NULL && copy_base(target, base) != 0)
		return EXIT_PARTIAL;
	if (set_mode(target, target->draft) != 0)
		return EXIT_PARTIAL;
	target->db = db_open_draft(target->draft);
	if (target->db == NULL)
		return EXIT_PARTIAL;
	target->writeback = writeback_start(target->draft);
	return EXIT_DONE;
}

int
target_open(struct target *target, enum target_begin begin, const char *base, bool quiet)
{
	bool there = access(target->path, F_OK) == 0 && !target->over_link;

	if (begin == TARGET_IN_PLACE || (begin == TARGET_DRAFT && there))
		return open_in_place(target, quiet);
	if (!there)
		return open_draft(target, base);
	msg("%s: it exists already: --new and --base begin a new database", target->name);
	return EXIT_PARTIAL;
}

/* Give a draft its name, and only then tell its bookmarks. */
static int
close_draft(struct target *target, bool keep)
{
	bool closed = sqlite3_close(target->db) == SQLITE_OK && target->db != NULL;
	int status = EXIT_PARTIAL;

	writeback_end(target->writeback);
	target->writeback = NULL;
	if (target->states != NULL)
		fclose(target->states);
	if (!closed || !keep) {
		if (target->draft != NULL)
			copy_drop(target->draft);
	} else if (copy_publish(target->draft, target->path,
		       target->over_link ? COPY_REPLACE : COPY_NEW) == 0) {
		fwrite(target->bookmarks, 1, target->bookmarks_n, stdout);
		status = EXIT_DONE;
	}
	free(target->draft);
	free(target->bookmarks);
	target->draft = target->bookmarks = NULL;
	return status;
}

int
target_close(struct target *target, bool keep, bool drop_empty)
{
	bool empty = drop_empty && target->made && target->db != NULL &&
		     newest_generation(target->db) == target->generation;
	int result = 0;

	if (target->draft != NULL) {
		result = close_draft(target, keep);
	} else if (target->lock.fd < 0) {
		/* Stopped while others had their turn: they close it. */
		sqlite3_close(target->db);
	} else if (target->db != NULL) {
		bool shared = lock_is_shared(&target->lock);

		result = db_close_writer(target->db, target->name, shared);
		if (empty && !shared)
			copy_drop(target->path);
	}
	target->db = NULL;
	return result == 0 ? EXIT_DONE : EXIT_PARTIAL;
}

/* ---- backups --------------------------------------------------------------------- */

/* May a file be replaced by a backup?  It is none yet, or one of our databases. */
static bool
may_replace(const char *file)
{
	struct stat st;
	sqlite3 *db;
	char *path;

	if (lstat(file, &st) != 0)
		return true;
	if (!S_ISREG(st.st_mode)) {
		msg("%s: it is no regular file: a backup needs another name", file);
		return false;
	}
	db = db_open_reader(file, &path);
	if (db == NULL)
		return false;
	sqlite3_close(db);
	free(path);
	return true;
}

/* In WAL mode readers and writers do not wait for each other. */
static int
copy_beside_writers(
    struct target *target, const char *file, const volatile sig_atomic_t *stopped)
{
	char *path;
	sqlite3 *reader;
	int status = EXIT_PARTIAL;
	bool locked = target->lock.fd >= 0;

	if (locked)
		lock_step_aside(&target->lock);
	reader = db_open_reader(target->path, &path);
	if (reader != NULL && copy_whole(reader, target->path, file, COPY_REPLACE) == 0)
		status = EXIT_DONE;
	sqlite3_close(reader);
	free(path);
	if (locked && target->lock.fd < 0 && lock_come_back(&target->lock, stopped) != 0)
		status = EXIT_PARTIAL;
	return status;
}

int
target_back_up(struct target *target, const char *file, int64_t wait,
    const volatile sig_atomic_t *stopped)
{
	struct lock lock = {.fd = -1};
	char *path;
	int status = EXIT_PARTIAL;

	if (access(target->path, F_OK) != 0) {
		msg("%s: %s", target->name, strerror(errno));
		return EXIT_PARTIAL;
	}
	path = db_place(file);
	if (path == NULL)
		return EXIT_PARTIAL;
	if (strcmp(path, target->path) == 0)
		msg("%s: it is no backup of itself: name another file", file);
	else
		status = lock_take(&lock, path, wait);
	if (lock.fd >= 0) {
		status = may_replace(path) ? EXIT_DONE : EXIT_PARTIAL;
		if (status == EXIT_DONE && target->lock.fd >= 0)
			status = open_in_place(target, true);
		if (status == EXIT_DONE)
			status = copy_beside_writers(target, path, stopped);
		if (target_close(target, true, false) != EXIT_DONE)
			status = EXIT_PARTIAL;
	}
	lock_release(&lock);
	free(path);
	return status;
}
