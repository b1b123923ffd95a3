#include "files/hash_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/msg.h"
#include "files/hash_entries.h"
#include "files/hash_progress.h"
#include "files/hash_read.h"

#define BATCH 4096 /* files of a directory that are taken at a time */
#define TRIES 3	   /* of a file that changes while it is read */
/* Less to read than this is not worth another thread. */
#define SHARE_BYTES 1048576

/* What is learned of a file of a batch. */
struct job {
	struct hash_entry *entry;
	struct hash_state state;
	unsigned char digest[HASH_BYTES];
};

/* Files of one directory to be read, by whoever has nothing better to do. */
struct share {
	struct share *below;
	struct hash_directory *directory;
	struct job **jobs;
	size_t n, next;
	int helpers;
};

struct crew {
	struct hash_walk *walk;
	pthread_mutex_t lock; /* of what follows, and of the directories' counts */
	pthread_cond_t wake;
	struct hash_directory *top; /* with subdirectories that nobody took yet */
	struct share *shares;
	atomic_bool over; /* looked at without the lock, too */
	bool fatal;
	pthread_mutex_t talk; /* one calls back, or writes a message, at a time */
	atomic_llong bytes, files, read;
	struct hash_progress progress;
};

struct worker {
	struct crew *crew;
	pthread_t thread;
	struct hash_known *known;
	struct hash_merkle tree, file;
	char *buffer;
	struct job *jobs;
	struct job **to_read;
};

static char *
join(const char *path, const char *name)
{
	size_t n = strlen(path);
	char *joined;

	if (asprintf(&joined, "%s%s%s", path,
		name[0] != '\0' && (n == 0 || path[n - 1] != '/') ? "/" : "", name) < 0)
		return NULL;
	return joined;
}

char *
hash_walk_path(const struct hash_directory *directory, const char *name)
{
	return join(directory->path, name);
}

/* The path of a directory relative to the root. */
static const char *
relative(const struct hash_walk *walk, const struct hash_directory *directory)
{
	const char *path = directory->path + strlen(walk->recorded);

	return path + (path[0] == '/');
}

/* The path of an entry on this machine, malloc'd; NULL without memory. */
static char *
local_path(const struct hash_walk *walk, const struct hash_directory *directory,
    const char *name)
{
	char *path = join(walk->root, relative(walk, directory)), *whole;

	whole = path != NULL ? join(path, name) : NULL;
	free(path);
	return whole;
}

/* Say what is wrong with an entry, and count it. */
static void
complain(struct crew *crew, const struct hash_directory *directory, const char *name,
    const char *why)
{
	char *path = local_path(crew->walk, directory, name);

	pthread_mutex_lock(&crew->talk);
	msg("%s: %s", path != NULL ? path : name, why);
	crew->walk->problems++;
	pthread_mutex_unlock(&crew->talk);
	free(path);
}

static void
give_up(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	if (!crew->fatal)
		msg("no memory");
	crew->fatal = true;
	crew->over = true;
	pthread_cond_broadcast(&crew->wake);
	pthread_mutex_unlock(&crew->lock);
}

/* ---- files --------------------------------------------------------------------- */

static void
read_file(struct worker *worker, struct hash_directory *directory, struct job *job)
{
	struct crew *crew = worker->crew;
	const struct hash_walk *walk = crew->walk;
	const char *name = hash_entry_name(directory, job->entry);
	enum hash_read_result result = HASH_READ_CHANGED;

	for (int i = 0; i < TRIES && result == HASH_READ_CHANGED; i++) {
		result = hash_read(&worker->file, worker->buffer, directory->fd, name,
		    &job->state, job->digest, &crew->bytes);
		if (result == HASH_READ_CHANGED && i + 1 < TRIES)
			complain(crew, directory, name,
			    "it changed while it was read: read again");
	}
	if (result == HASH_READ_OTHER || (result == HASH_READ_ERROR && errno == ENOENT)) {
		job->entry->state = HASH_GONE;
	} else if (result != HASH_READ_DONE) {
		complain(crew, directory, name,
		    result == HASH_READ_CHANGED ? "it keeps changing while it is read"
						: strerror(errno));
		job->entry->state = HASH_FAILED;
	} else {
		atomic_fetch_add_explicit(&crew->read, 1, memory_order_relaxed);
		pthread_mutex_lock(&crew->talk);
		if (walk->call.read != NULL)
			walk->call.read(walk->call.context, directory, name, &job->state,
			    job->digest);
		hash_progress_show(&crew->progress, atomic_load(&crew->files),
		    atomic_load(&crew->bytes));
		pthread_mutex_unlock(&crew->talk);
	}
}

/* Read files of a share until none is left.  The lock is held, but not while reading. */
static void
help(struct worker *worker, struct share *share)
{
	struct crew *crew = worker->crew;

	share->helpers++;
	while (share->next < share->n && !crew->over) {
		struct job *job = share->jobs[share->next++];

		pthread_mutex_unlock(&crew->lock);
		read_file(worker, share->directory, job);
		pthread_mutex_lock(&crew->lock);
	}
	if (--share->helpers == 0)
		pthread_cond_broadcast(&crew->wake);
}

static int
by_inode(const void *a, const void *b)
{
	const struct job *one = *(struct job *const *)a, *two = *(struct job *const *)b;

	return (one->state.inode > two->state.inode) -
	       (one->state.inode < two->state.inode);
}

/* Read the n files of worker->to_read, with the others' help if it is worth it. */
static void
read_files(struct worker *worker, struct hash_directory *directory, size_t n)
{
	struct crew *crew = worker->crew;
	struct share share = {.directory = directory, .jobs = worker->to_read, .n = n};
	long long bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += worker->to_read[i]->state.size;
	qsort(worker->to_read, n, sizeof(struct job *), by_inode);
	if (crew->walk->jobs == 1 || n == 1 || bytes < SHARE_BYTES) {
		for (size_t i = 0; i < n && !crew->over; i++)
			read_file(worker, directory, worker->to_read[i]);
		return;
	}
	pthread_mutex_lock(&crew->lock);
	share.below = crew->shares;
	crew->shares = &share;
	pthread_cond_broadcast(&crew->wake);
	help(worker, &share);
	for (struct share **s = &crew->shares; *s != NULL; s = &(*s)->below)
		if (*s == &share) {
			*s = share.below;
			break;
		}
	while (share.helpers > 0)
		pthread_cond_wait(&crew->wake, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}

static void
tell_gone(struct worker *worker, const struct hash_directory *directory,
    const struct hash_known_file *file)
{
	struct hash_walk *walk = worker->crew->walk;

	if (walk->call.gone == NULL)
		return;
	pthread_mutex_lock(&worker->crew->talk);
	walk->call.gone(walk->call.context, directory, file->name, file->n);
	pthread_mutex_unlock(&worker->crew->talk);
}

/* Look at a file: is it there, and what is it?  False if it is no entry any more. */
static bool
look(struct worker *worker, struct hash_directory *directory, struct job *job)
{
	const char *name = hash_entry_name(directory, job->entry);
	struct stat st;

	if (fstatat(directory->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT) {
			job->entry->state = HASH_GONE;
		} else {
			complain(worker->crew, directory, name, strerror(errno));
			job->entry->state = HASH_FAILED;
		}
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		job->entry->state = HASH_GONE;
		return false;
	}
	hash_read_state(&st, &job->state);
	return true;
}

/* Is it in the directory, among n sorted entries? */
static bool
is_entry(const struct hash_directory *directory, const struct hash_entry *entries,
    size_t n, const struct hash_known_file *file)
{
	for (size_t low = 0, high = n; low < high;) {
		size_t middle = (low + high) / 2;
		const char *name = hash_entry_name(directory, &entries[middle]);
		int order = strncmp(name, file->name, file->n);

		if (order == 0)
			order = name[file->n] != '\0';
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Does the database know a name that is no UTF-8?  Those are asked for one by one. */
static bool
known_oddly(struct worker *worker, const struct hash_directory *directory,
    const struct job *job, struct hash_known_file *known)
{
	const char *name = hash_entry_name(directory, job->entry);

	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			return hash_known_find(
			    worker->known, directory->path, name, known);
	return false;
}

/*
 * Look at the n files from the entry'th on, in the same order as the database has them,
 * and find out which must be read: their number, in worker->to_read.
 */
static size_t
look_at_batch(
    struct worker *worker, struct hash_directory *directory, size_t first, size_t n)
{
	const struct hash_walk *walk = worker->crew->walk;
	struct hash_entry *files = directory->entries + directory->n_dirs;
	struct hash_known_file known = {0};
	bool last = first + n == directory->n_files, more = false;
	size_t to_read = 0;

	if (worker->known != NULL) {
		hash_known_begin(worker->known, directory->path,
		    first > 0 ? hash_entry_name(directory, &files[first - 1]) : NULL,
		    last ? NULL : hash_entry_name(directory, &files[first + n - 1]));
		more = hash_known_next(worker->known, &known);
	}
	for (size_t i = 0; i < n; i++) {
		struct job *job = &worker->jobs[i];
		const char *name;
		int order = 1;
		bool same = false;

		job->entry = &files[first + i];
		name = hash_entry_name(directory, job->entry);
		while (more && !known.odd) {
			order = strncmp(known.name, name, known.n);
			if (order == 0 && name[known.n] != '\0')
				order = -1;
			if (order >= 0)
				break;
			tell_gone(worker, directory, &known);
			more = hash_known_next(worker->known, &known);
		}
		if (!look(worker, directory, job))
			continue;
		if (order == 0 && more && !known.odd) {
			same = !walk->paranoid && hash_known_holds(&known, &job->state);
			if (same)
				memcpy(job->digest, known.digest, HASH_BYTES);
			more = hash_known_next(worker->known, &known);
		} else if (worker->known != NULL && !walk->paranoid) {
			struct hash_known_file odd;

			if (known_oddly(worker, directory, job, &odd) &&
			    hash_known_holds(&odd, &job->state)) {
				memcpy(job->digest, odd.digest, HASH_BYTES);
				same = true;
			}
		}
		if (!same)
			worker->to_read[to_read++] = job;
	}
	for (; more; more = hash_known_next(worker->known, &known))
		if (!is_entry(directory, files, directory->n_files, &known))
			tell_gone(worker, directory, &known);
	if (worker->known != NULL)
		hash_known_end(worker->known);
	return to_read;
}

/* Take the files of a directory, and feed them to its hash. */
static void
take_files(struct worker *worker, struct hash_directory *directory)
{
	struct crew *crew = worker->crew;
	size_t first = 0;

	do {
		size_t n = directory->n_files - first, to_read;

		if (n > BATCH)
			n = BATCH;
		to_read = look_at_batch(worker, directory, first, n);
		if (to_read > 0)
			read_files(worker, directory, to_read);
		for (size_t i = 0; i < n; i++) {
			struct job *job = &worker->jobs[i];

			if (job->entry->state == HASH_FAILED)
				directory->failed = true;
			if (job->entry->state != HASH_FINE)
				continue;
			hash_merkle_entry(&worker->tree, 'f', job->digest,
			    hash_entry_name(directory, job->entry));
			if (crew->walk->keep)
				memcpy(directory->digests[directory->n_dirs + first + i],
				    job->digest, HASH_BYTES);
		}
		first += n;
		atomic_fetch_add_explicit(
		    &crew->files, (long long)n, memory_order_relaxed);
	} while (first < directory->n_files && !crew->over);
}

static void
take_links(struct worker *worker, struct hash_directory *directory)
{
	char target[PATH_MAX + 1];

	for (size_t i = directory->n_dirs + directory->n_files; i < directory->n; i++) {
		struct hash_entry *entry = &directory->entries[i];
		const char *name = hash_entry_name(directory, entry);
		ssize_t n = readlinkat(directory->fd, name, target, sizeof(target));
		unsigned char digest[HASH_BYTES];

		if (n < 0 && (errno == ENOENT || errno == EINVAL)) {
			entry->state = HASH_GONE;
			continue;
		}
		if (n >= 0) {
			hash_merkle_begin(&worker->file);
			hash_merkle_bytes(&worker->file, target, (size_t)n);
		}
		if (n < 0 || hash_merkle_end(&worker->file, digest) != 0) {
			complain(worker->crew, directory, name, strerror(errno));
			entry->state = HASH_FAILED;
			directory->failed = true;
			continue;
		}
		hash_merkle_entry(&worker->tree, 'l', digest, name);
		if (worker->crew->walk->keep)
			memcpy(directory->digests[i], digest, HASH_BYTES);
	}
}

/* ---- directories ---------------------------------------------------------------- */

static void
release(struct hash_directory *directory)
{
	if (directory->fd >= 0)
		close(directory->fd);
	free(directory->path);
	free(directory->names);
	free(directory->entries);
	free(directory->digests);
	free(directory);
}

/* All below a directory is done: take its files, and hash it. */
static void
finish(struct worker *worker, struct hash_directory *directory)
{
	struct crew *crew = worker->crew;
	struct hash_walk *walk = crew->walk;
	bool stop;

	hash_merkle_begin(&worker->tree);
	for (size_t i = 0; i < directory->n_dirs; i++) {
		const struct hash_entry *entry = &directory->entries[i];

		if (entry->state == HASH_FAILED || entry->state == HASH_PARTLY)
			directory->failed = true;
		if (entry->state == HASH_FINE)
			hash_merkle_entry(&worker->tree, 'd', directory->digests[i],
			    hash_entry_name(directory, entry));
	}
	take_files(worker, directory);
	take_links(worker, directory);
	if (hash_merkle_end(&worker->tree, directory->digest) != 0)
		directory->failed = true;
	pthread_mutex_lock(&crew->talk);
	if (walk->call.done != NULL && !crew->over)
		walk->call.done(walk->call.context, directory, worker->known);
	hash_progress_show(
	    &crew->progress, atomic_load(&crew->files), atomic_load(&crew->bytes));
	stop = walk->stop;
	pthread_mutex_unlock(&crew->talk);
	if (stop) {
		pthread_mutex_lock(&crew->lock);
		crew->over = true;
		pthread_cond_broadcast(&crew->wake);
		pthread_mutex_unlock(&crew->lock);
	}
}

/* Open a directory and read its entries; *state says what became of it if NULL. */
static struct hash_directory *
open_directory(struct crew *crew, struct hash_directory *parent, const char *name,
    enum hash_entry_state *state)
{
	struct hash_walk *walk = crew->walk;
	struct hash_directory *directory = calloc(1, sizeof(*directory));
	struct stat st;

	*state = HASH_FAILED;
	if (directory == NULL)
		goto memory;
	directory->parent = parent;
	directory->path =
	    parent != NULL ? join(parent->path, name) : strdup(walk->recorded);
	directory->fd = -1;
	if (directory->path == NULL)
		goto memory;
	directory->fd = parent != NULL
			    ? openat(parent->fd, name,
				  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			    : open(walk->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory->fd < 0 || fstat(directory->fd, &st) != 0)
		goto fail;
	directory->device = st.st_dev;
	/* What is mounted elsewhere is an empty directory to us. */
	if ((parent == NULL || walk->cross_mounts ||
		directory->device == parent->device) &&
	    hash_entries_read(directory, walk->excludes, relative(walk, directory)) != 0)
		goto fail;
	directory->pending = directory->n_dirs;
	if (walk->keep || directory->n_dirs > 0) {
		directory->digests = calloc(
		    (walk->keep ? directory->n : directory->n_dirs) + 1, HASH_BYTES);
		if (directory->digests == NULL)
			goto memory;
	}
	if (walk->call.entered != NULL) {
		pthread_mutex_lock(&crew->talk);
		walk->call.entered(walk->call.context, directory);
		pthread_mutex_unlock(&crew->talk);
	}
	*state = HASH_FINE;
	return directory;
fail:
	if (parent != NULL && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		*state = HASH_GONE;
	else if (errno == ENOMEM)
		goto memory;
	else if (parent != NULL)
		complain(crew, parent, name, strerror(errno));
	else
		msg("%s: %s", walk->root, strerror(errno));
	release(directory);
	return NULL;
memory:
	give_up(crew);
	if (directory != NULL)
		release(directory);
	return NULL;
}

/* Finish a directory, and those above it whose last part it was. */
static void
finish_up(struct worker *worker, struct hash_directory *directory)
{
	struct crew *crew = worker->crew;

	for (;;) {
		struct hash_directory *parent = directory->parent;
		size_t place = directory->at;
		bool whole;

		finish(worker, directory);
		pthread_mutex_lock(&crew->lock);
		if (parent == NULL) {
			crew->over = true;
			pthread_cond_broadcast(&crew->wake);
			pthread_mutex_unlock(&crew->lock);
			release(directory);
			return;
		}
		memcpy(parent->digests[place], directory->digest, HASH_BYTES);
		if (directory->failed)
			parent->entries[place].state = HASH_PARTLY;
		whole = --parent->pending == 0;
		pthread_mutex_unlock(&crew->lock);
		release(directory);
		if (!whole)
			return;
		directory = parent;
	}
}

/* Take the next subdirectory that nobody took.  The lock is held. */
static void
take_subdirectory(struct worker *worker)
{
	struct crew *crew = worker->crew;
	struct hash_directory *parent = crew->top, *directory;
	size_t place = parent->next++;
	enum hash_entry_state state;
	bool whole;

	if (parent->next == parent->n_dirs)
		crew->top = parent->below;
	pthread_mutex_unlock(&crew->lock);
	directory = open_directory(
	    crew, parent, hash_entry_name(parent, &parent->entries[place]), &state);
	pthread_mutex_lock(&crew->lock);
	if (directory == NULL) {
		parent->entries[place].state = (unsigned char)state;
		whole = --parent->pending == 0;
		pthread_mutex_unlock(&crew->lock);
		if (whole && !crew->over)
			finish_up(worker, parent);
		pthread_mutex_lock(&crew->lock);
		return;
	}
	directory->at = place;
	if (directory->n_dirs > 0) {
		directory->below = crew->top;
		crew->top = directory;
		pthread_cond_broadcast(&crew->wake);
		return;
	}
	pthread_mutex_unlock(&crew->lock);
	finish_up(worker, directory);
	pthread_mutex_lock(&crew->lock);
}

/* ---- workers -------------------------------------------------------------------- */

static void *
work(void *context)
{
	struct worker *worker = context;
	struct crew *crew = worker->crew;

	pthread_mutex_lock(&crew->lock);
	while (!crew->over) {
		struct share *share = crew->shares;

		while (share != NULL && share->next == share->n)
			share = share->below;
		if (share != NULL)
			help(worker, share);
		else if (crew->top != NULL)
			take_subdirectory(worker);
		else
			pthread_cond_wait(&crew->wake, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static int
worker_open(struct worker *worker, struct crew *crew)
{
	const struct hash_walk *walk = crew->walk;
	bool failed = false;

	*worker = (struct worker){.crew = crew};
	worker->buffer = malloc(HASH_READ_BYTES);
	worker->jobs = malloc(BATCH * sizeof(*worker->jobs));
	worker->to_read = malloc(BATCH * sizeof(struct job *));
	if (worker->buffer == NULL || worker->jobs == NULL || worker->to_read == NULL) {
		msg("no memory");
		return -1;
	}
	worker->known = hash_known_open(walk->db, walk->site, &failed);
	return failed ? -1 : 0;
}

static void
worker_close(struct worker *worker)
{
	hash_known_close(worker->known);
	hash_merkle_close(&worker->tree);
	hash_merkle_close(&worker->file);
	free(worker->buffer);
	free(worker->jobs);
	free(worker->to_read);
}

/* A directory stays open until all below it is done. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Start the others, work, and wait for them. */
static void
run(struct worker *workers, int n, struct hash_directory *root)
{
	struct crew *crew = workers[0].crew;
	int started = 1;

	while (started < n && pthread_create(&workers[started].thread, NULL, work,
				  &workers[started]) == 0)
		started++;
	if (root->n_dirs > 0) {
		pthread_mutex_lock(&crew->lock);
		crew->top = root;
		pthread_cond_broadcast(&crew->wake);
		pthread_mutex_unlock(&crew->lock);
		work(&workers[0]);
	} else {
		finish_up(&workers[0], root);
	}
	while (--started > 0)
		pthread_join(workers[started].thread, NULL);
}

int
hash_walk(struct hash_walk *walk)
{
	struct crew crew = {.walk = walk,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .wake = PTHREAD_COND_INITIALIZER,
	    .talk = PTHREAD_MUTEX_INITIALIZER};
	struct worker *workers = calloc((size_t)walk->jobs, sizeof(*workers));
	struct hash_directory *root = NULL;
	enum hash_entry_state state;
	int n = 0, result = -1;

	raise_limit();
	if (workers == NULL) {
		msg("no memory");
		return -1;
	}
	while (n < walk->jobs && worker_open(&workers[n], &crew) == 0)
		n++;
	if (n == walk->jobs) {
		hash_progress_begin(
		    &crew.progress, walk->expected_files, walk->expected_bytes);
		root = open_directory(&crew, NULL, "", &state);
	}
	if (root != NULL) {
		run(workers, n, root);
		result = crew.fatal ? -1 : 0;
	}
	msg_progress_end();
	walk->files += atomic_load(&crew.files);
	walk->files_read += atomic_load(&crew.read);
	walk->bytes_read += atomic_load(&crew.bytes);
	for (int i = 0; i < walk->jobs; i++)
		worker_close(&workers[i]);
	free(workers);
	return result;
}
