#include "local/job_project.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"

#define BEGINNING 8 /* letters of a UUID that may stand for it */
#define COUNT_MAX 1000000000L

static int
read_uuid(struct job_project *project)
{
	int fd = openat(project->fd, "uuid", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, project->uuid, UUID_BYTES - 1);

	if (fd >= 0)
		close(fd);
	project->uuid[n > 0 ? n : 0] = '\0';
	return uuid_valid(project->uuid) ? 0 : -1;
}

/* Is it a project?  0, or -1 with errno set. */
static int
try_directory(struct job_project *project, const char *directory)
{
	char *path;

	*project = (struct job_project){.fd = -1, .spool = -1};
	if (asprintf(&path, "%s/" JOB_PROJECT_FOLDER, directory) < 0)
		return -1;
	project->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	if (project->fd < 0)
		return -1;
	project->directory = realpath(directory, NULL);
	errno = ENOENT;
	if (project->directory != NULL && read_uuid(project) == 0)
		return 0;
	job_project_close(project);
	return -1;
}

static int
try_upward(struct job_project *project)
{
	char *directory = realpath(".", NULL), *slash;
	int result = -1;

	while (directory != NULL) {
		result = try_directory(project, directory[0] != '\0' ? directory : "/");
		slash = strrchr(directory, '/');
		if (result == 0 || slash == NULL || directory[0] == '\0')
			break;
		*slash = '\0';
	}
	free(directory);
	return result;
}

int
job_project_open_environment(struct job_project *project)
{
	const char *directory = getenv("ELOG_JOB_PROJECT");

	*project = (struct job_project){.fd = -1, .spool = -1};
	if (directory == NULL || directory[0] == '\0')
		return -1;
	return try_directory(project, directory);
}

int
job_project_open(struct job_project *project, const char *named, bool talk)
{
	if (named != NULL) {
		if (try_directory(project, named) == 0)
			return EXIT_DONE;
		msg("%s: no project of jobs: elog-job init %s makes one", named, named);
		return EXIT_USAGE;
	}
	if (try_upward(project) == 0 || job_project_open_environment(project) == 0)
		return EXIT_DONE;
	if (talk)
		msg("no project of jobs here or above: elog-job init . makes one");
	return EXIT_PARTIAL;
}

void
job_project_close(struct job_project *project)
{
	if (project->fd >= 0)
		close(project->fd);
	if (project->spool >= 0)
		close(project->spool);
	free(project->directory);
	*project = (struct job_project){.fd = -1, .spool = -1};
}

/* Write the identity, unless somebody else just did.  It appears whole: a link. */
static int
write_uuid(const char *folder, bool *made)
{
	char uuid[UUID_BYTES + 1], path[64], *temporary = NULL, *final = NULL;
	int fd = -1, result = -1;

	snprintf(path, sizeof(path), "uuid.%ld", (long)getpid());
	if (uuid_new(uuid) != 0 || asprintf(&temporary, "%s/%s", folder, path) < 0)
		goto done;
	if (asprintf(&final, "%s/uuid", folder) < 0) {
		final = NULL;
		goto done;
	}
	uuid[UUID_BYTES - 1] = '\n';
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, uuid, UUID_BYTES) != UUID_BYTES || fsync(fd) != 0)
		goto done;
	*made = link(temporary, final) == 0;
	result = *made || errno == EEXIST ? 0 : -1;
done:
	if (fd >= 0) {
		close(fd);
		unlink(temporary);
	}
	free(temporary);
	free(final);
	return result;
}

int
job_project_init(struct job_project *project, const char *directory, bool *made)
{
	static const char *const folders[] = {"", "/" JOB_PROJECT_FOLDER,
	    "/" JOB_PROJECT_FOLDER "/jobs", "/" JOB_PROJECT_FOLDER "/imports"};
	char *path = NULL;

	*made = false;
	*project = (struct job_project){.fd = -1, .spool = -1};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		free(path);
		if (asprintf(&path, "%s%s", directory, folders[i]) < 0) {
			path = NULL;
			goto fail;
		}
		if (mkdir(path, i == 0 ? 0777 : 0700) != 0 && errno != EEXIST)
			goto fail;
	}
	free(path);
	if (asprintf(&path, "%s/" JOB_PROJECT_FOLDER, directory) < 0) {
		path = NULL;
		goto fail;
	}
	if (write_uuid(path, made) != 0 || try_directory(project, directory) != 0)
		goto fail;
	free(path);
	return 0;
fail:
	msg("%s: %s: may you write there?", directory, strerror(errno));
	free(path);
	return -1;
}

char *
job_project_absolute(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *before, *directory, *whole = NULL;

	if (slash == NULL)
		before = strdup(".");
	else
		before = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	directory = before != NULL ? realpath(before, NULL) : NULL;
	if (directory != NULL &&
	    asprintf(&whole, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory,
		slash != NULL ? slash + 1 : path) < 0)
		whole = NULL;
	free(before);
	free(directory);
	return whole;
}

/* ---- Jobs ------------------------------------------------------------------- */

void
job_free(struct job *job)
{
	free(job->number);
	free(job->directory);
	*job = (struct job){0};
}

/* "1.2" from "…/jobs/job_1/job_2", malloc'd; NULL if that is no directory of a job. */
static char *
number_of(const char *directory)
{
	const char *p = strstr(directory, "jobs/job_"), *next;
	char *number, *out;

	/* The last: a project may lie in the directory of another's job. */
	while (p != NULL && (next = strstr(p + 1, "jobs/job_")) != NULL)
		p = next;
	if (p == NULL || (number = malloc(strlen(p))) == NULL)
		return NULL;
	out = number;
	for (p += 5; strncmp(p, "job_", 4) == 0; p += *p == '/') {
		size_t digits = strspn(p + 4, "0123456789");

		if (out > number)
			*out++ = '.';
		memcpy(out, p + 4, digits);
		out += digits;
		p += 4 + digits;
	}
	*out = '\0';
	return number;
}

/* Fill a job in from its UUID, by its link. */
static int
find_uuid(const struct job_project *project, const char *uuid, struct job *job)
{
	char link[sizeof("jobs/") + UUID_BYTES], target[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "jobs/%s", uuid);
	n = readlinkat(project->fd, link, target, sizeof(target) - 1);
	if (n <= 6)
		return -1;
	target[n] = '\0';
	/* It points from .elog-job/jobs. */
	if (strncmp(target, "../../", 6) != 0)
		return -1;
	memcpy(job->uuid, uuid, UUID_BYTES);
	job->number = number_of(target);
	if (asprintf(&job->directory, "%s/%s", project->directory, target + 6) < 0)
		job->directory = NULL;
	if (job->number != NULL && job->directory != NULL)
		return 0;
	job_free(job);
	return -1;
}

/* The one UUID that begins so; 0, or -1: there is none, or several. */
static int
find_beginning(
    const struct job_project *project, const char *begin, char uuid[UUID_BYTES])
{
	size_t n = strlen(begin), found = 0;
	int fd = openat(project->fd, "jobs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (folder == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(folder)) != NULL)
		if (strncmp(entry->d_name, begin, n) == 0 && uuid_valid(entry->d_name)) {
			memcpy(uuid, entry->d_name, UUID_BYTES);
			found++;
		}
	closedir(folder);
	return found == 1 ? 0 : -1;
}

int
job_find(const struct job_project *project, const char *id, struct job *job)
{
	char uuid[UUID_BYTES], *path, *out;
	size_t length = strlen(id), dots = 0;
	ssize_t n;

	*job = (struct job){0};
	if (uuid_valid(id))
		return find_uuid(project, id, job);
	if (length >= BEGINNING && strchr(id, '.') == NULL &&
	    find_beginning(project, id, uuid) == 0)
		return find_uuid(project, uuid, job);
	for (const char *p = id; *p != '\0'; p++)
		dots += *p == '.';
	if (length == 0 || strspn(id, "0123456789.") != length)
		return -1;
	path = malloc(sizeof("../jobs/.id") + length + 5 * (dots + 1));
	if (path == NULL)
		return -1;
	out = stpcpy(path, "../jobs/job_");
	for (const char *p = id; *p != '\0'; p++)
		if (*p == '.')
			out = stpcpy(out, "/job_");
		else
			*out++ = *p;
	stpcpy(out, "/.id");
	n = readlinkat(project->fd, path, uuid, sizeof(uuid));
	free(path);
	if (n != UUID_BYTES - 1)
		return -1;
	uuid[n] = '\0';
	return uuid_valid(uuid) ? find_uuid(project, uuid, job) : -1;
}

/* Add one to the number that a file holds, alone; -1 with errno set. */
static long
count_up(int folder, const char *name)
{
	char digits[24] = "";
	long count = -1;
	int fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR)
			goto done;
	if (pread(fd, digits, sizeof(digits) - 1, 0) < 0)
		goto done;
	count = strtol(digits, NULL, 10) + 1;
	if (count < 1 || count > COUNT_MAX) {
		errno = ERANGE;
		count = -1;
		goto done;
	}
	/* As wide as ever: there is no moment without a number. */
	snprintf(digits, sizeof(digits), "%010ld\n", count);
	if (pwrite(fd, digits, 11, 0) != 11)
		count = -1;
done:
	close(fd);
	return count;
}

/* The directory of a child: the first that is not there from the counter's number on.
   Behind a crash of the machine the counter may be older than the directories. */
static int
make_directory(const struct job_project *project, const struct job *parent, int folder,
    struct job *job)
{
	for (;;) {
		long count = count_up(parent != NULL ? folder : project->fd,
		    parent != NULL ? ".count" : "count");

		if (count < 0)
			return -1;
		free(job->directory);
		job->directory = NULL;
		if (asprintf(&job->directory, "%s/job_%ld",
			parent != NULL ? parent->directory : "jobs", count) < 0) {
			job->directory = NULL;
			return -1;
		}
		if (mkdirat(folder, strrchr(job->directory, '/') + 1, 0700) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
}

/* The directory that children of a job are made in, made anew if it is gone. */
static int
open_folder(const struct job_project *project, const struct job *parent)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s%s",
		parent != NULL ? parent->directory : project->directory,
		parent != NULL ? "" : "/jobs") < 0)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (char *p = path + strlen(project->directory) + 1;
	     fd < 0 && errno == ENOENT;) {
		char *slash = strchr(p, '/');

		if (slash != NULL)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			break;
		if (slash == NULL) {
			fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			break;
		}
		*slash = '/';
		p = slash + 1;
		errno = ENOENT;
	}
	free(path);
	return fd;
}

/* The links between the UUID and the directory. */
static int
make_links(const struct job_project *project, int folder, const struct job *job)
{
	const char *inside = job->directory + strlen(project->directory) + 1;
	char *target, *link, *id;
	int result = -1;

	if (asprintf(&target, "../../%s", inside) < 0)
		return -1;
	if (asprintf(&link, "jobs/%s", job->uuid) >= 0) {
		if (asprintf(&id, "%s/.id", strrchr(job->directory, '/') + 1) >= 0) {
			if (symlinkat(job->uuid, folder, id) == 0 &&
			    symlinkat(target, project->fd, link) == 0)
				result = 0;
			free(id);
		}
		free(link);
	}
	free(target);
	return result;
}

int
job_new(const struct job_project *project, const struct job *parent, struct job *job)
{
	int folder = open_folder(project, parent), result = -1;
	char *inside;

	*job = (struct job){0};
	if (folder < 0 || make_directory(project, parent, folder, job) != 0)
		goto done;
	if (parent == NULL) {
		inside = job->directory;
		if (asprintf(&job->directory, "%s/%s", project->directory, inside) < 0)
			job->directory = NULL;
		free(inside);
	} else {
		memcpy(job->parent, parent->uuid, UUID_BYTES);
	}
	if (job->directory == NULL || uuid_new(job->uuid) != 0)
		goto done;
	job->number = number_of(job->directory);
	if (job->number != NULL && make_links(project, folder, job) == 0)
		result = 0;
done:
	if (result != 0) {
		msg("%s: no job can be kept there: %s", project->directory,
		    strerror(errno));
		job_free(job);
	}
	if (folder >= 0)
		close(folder);
	return result;
}
