#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"
#include "local/job_file.h"

#define NAMES_MAX 100000

/* Copy all of a file, by the kernel where it can. */
static int
copy(int from, int to)
{
	char buffer[65536];
	ssize_t n;

	do
		n = copy_file_range(from, NULL, to, NULL, (size_t)1 << 30, 0);
	while (n > 0);
	if (n == 0 ||
	    (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP))
		return (int)n;
	while ((n = read(from, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		/* A disk that fills up takes a part, and says why with the next. */
		for (ssize_t at = 0, written; at < n; at += written)
			if ((written = write(to, buffer + at, (size_t)(n - at))) < 0)
				return -1;
	}
	return 0;
}

/* NAME, NAME_1 before its suffix, and so on: a link to the whole copy. */
static char *
give_name(const char *folder, const char *temporary, const char *name)
{
	const char *dot = strchr(name + 1, '.');
	size_t stem = dot != NULL ? (size_t)(dot - name) : strlen(name);
	char *path;

	for (int i = 0; i < NAMES_MAX; i++) {
		char number[16] = "";

		if (i > 0)
			snprintf(number, sizeof(number), "_%d", i);
		if (asprintf(&path, "%s/%.*s%s%s", folder, (int)stem, name, number,
			name + stem) < 0)
			return NULL;
		if (link(temporary, path) == 0)
			return path;
		free(path);
		if (errno != EEXIST)
			return NULL;
	}
	return NULL;
}

/* Copy under a temporary name, then hash the copy: what is recorded is what is there. */
static char *
take_in(const struct job_project *project, const char *from, struct job_hash *hash)
{
	const char *slash = strrchr(from, '/'), *name = slash != NULL ? slash + 1 : from;
	char *folder = NULL, *temporary = NULL, *path = NULL, *target = NULL;
	char link_name[16 + JOB_HASH_HEX];
	int in = open(from, O_RDONLY | O_NONBLOCK | O_CLOEXEC), out = -1;
	struct stat st;

	if (in >= 0 && (fstat(in, &st) != 0 || !S_ISREG(st.st_mode))) {
		errno = EINVAL;
		goto done;
	}
	if (in < 0 || asprintf(&folder, "%s/imported", project->directory) < 0 ||
	    (mkdir(folder, 0700) != 0 && errno != EEXIST) ||
	    asprintf(&temporary, "%s/.import.%ld", folder, (long)getpid()) < 0)
		goto done;
	out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0 || copy(in, out) != 0 || fdatasync(out) != 0)
		goto done;
	hash->path = temporary;
	if (job_hash_all(hash, 1) != 0 || hash->error != 0)
		goto done;
	/* Somebody else may import the same content: who makes the link first wins. */
	snprintf(link_name, sizeof(link_name), "imports/%s", hash->sha256);
	for (int tries = 0; tries < 2 && path == NULL; tries++) {
		char found[4096];
		ssize_t n = readlinkat(project->fd, link_name, found, sizeof(found) - 1);

		if (n > 6) {
			found[n] = '\0';
			if (asprintf(&path, "%s/%s", project->directory, found + 6) < 0)
				path = NULL;
			if (path != NULL && access(path, F_OK) == 0)
				break;
			(void)unlinkat(project->fd, link_name, 0);
		}
		free(path);
		path = give_name(folder, temporary, name);
		if (path == NULL)
			break;
		if (asprintf(&target, "../../imported/%s", strrchr(path, '/') + 1) < 0)
			break;
		if (symlinkat(target, project->fd, link_name) == 0)
			break;
		(void)unlink(path);
		free(path);
		path = NULL;
		free(target);
		target = NULL;
	}
done:
	if (path == NULL)
		msg("%s: cannot be imported: %s", from,
		    strerror(hash->error != 0 ? hash->error : errno));
	if (in >= 0)
		close(in);
	if (out >= 0) {
		close(out);
		unlink(temporary);
	}
	free(folder);
	free(temporary);
	free(target);
	return path;
}

int
job_file_import(const struct job_project *project, const struct job *job,
    const struct job_file_spec *spec, struct job_record *record, char **path)
{
	struct job_hash hash = {0};
	char uuid[UUID_BYTES], *source;

	*path = take_in(project, spec->path, &hash);
	if (*path == NULL)
		return -1;
	source = realpath(spec->path, NULL);
	uuid_of_hex(hash.sha256, uuid);
	job_record_begin(record, "job_file_imports");
	job_record_put(record, "project", project->uuid);
	job_record_put(record, "file", uuid);
	job_record_bytes(record, "source", source != NULL ? source : spec->path);
	job_record_bytes(record, "path", *path);
	job_record_put(record, "job", job->uuid);
	job_record_put(record, "sha256", hash.sha256);
	job_record_end(record);
	free(source);
	return 0;
}
