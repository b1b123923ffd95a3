#include "local/job_file.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "text/timestamp.h"

/* The system's clock of files ticks slower than the one that tells the time. */
#define TICK_SECONDS 0.02

/* Types that file names end in; what is not here is application/octet-stream. */
static const struct {
	const char *suffix, *type;
} types[] = {
    {"mtz", "application/CCP4-mtz"},
    {"pdb", "chemical/x-pdb"},
    {"cif", "chemical/x-cif"},
    {"mmcif", "chemical/x-mmcif"},
    {"map", "application/CCP4-map"},
    {"mrc", "application/x-mrc"},
    {"h5", "application/x-hdf5"},
    {"hdf5", "application/x-hdf5"},
    {"nxs", "application/x-hdf5"},
    {"cxi", "application/x-hdf5"},
    {"xtc", "application/x-xtc"},
    {"xtc2", "application/x-xtc"},
    {"cbf", "application/x-cbf"},
    {"npy", "application/x-npy"},
    {"npz", "application/x-npz"},
    {"root", "application/x-root"},
    {"txt", "text/plain"},
    {"log", "text/plain"},
    {"csv", "text/csv"},
    {"tsv", "text/tab-separated-values"},
    {"json", "application/json"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"html", "text/html"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"svg", "image/svg+xml"},
    {"py", "text/x-python"},
    {"sh", "application/x-sh"},
    {"gz", "application/gzip"},
    {"bz2", "application/x-bzip2"},
    {"xz", "application/x-xz"},
    {"zip", "application/zip"},
    {"tar", "application/x-tar"},
    {NULL, NULL},
};

/* ---- What is said of a file ------------------------------------------------- */

/* The member of a spec that a key names. */
static const char **
member_of(struct job_file_spec *spec, const char *key, size_t n)
{
	struct {
		const char *name;
		const char **member;
	} members[] = {{"type", &spec->type}, {"subtype", &spec->subtype},
	    {"content", &spec->content}, {"note", &spec->note}};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strlen(members[i].name) == n && strncmp(members[i].name, key, n) == 0)
			return members[i].member;
	return NULL;
}

/* Take what stands behind the commas apart.  A comma that none of the keys follows
   belongs to what stands before it. */
static void
read_members(struct job_file_spec *spec, char *text)
{
	for (char *comma = strchr(text, ','); comma; comma = strchr(comma + 1, ',')) {
		size_t n = strcspn(comma + 1, "=,");
		const char **member = NULL;

		if (comma[1 + n] == '=')
			member = member_of(spec, comma + 1, n);
		else if (n == 8 && strncmp(comma + 1, "optional", 8) == 0)
			spec->optional = true;
		else
			continue;
		if (member == NULL && comma[1 + n] == '=')
			continue;
		*comma = '\0';
		if (member != NULL)
			*member = comma + 2 + n;
		if (member == &spec->note)
			return; /* a note is all that is left */
		comma += n;
	}
}

int
job_file_spec_read(const char *text, struct job_file_spec *spec)
{
	char *equals;

	*spec = (struct job_file_spec){.role = strdup(text)};
	if (spec->role == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	equals = strchr(spec->role, '=');
	if (equals != NULL && equals > spec->role && equals[1] != '\0') {
		*equals = '\0';
		spec->path = equals + 1;
		read_members(spec, equals + 1);
		if (spec->path[0] != '\0')
			return EXIT_DONE;
	}
	msg("'%s': ROLE=PATH is expected", text);
	job_file_spec_free(spec);
	return EXIT_USAGE;
}

void
job_file_spec_free(struct job_file_spec *spec)
{
	free(spec->role);
	*spec = (struct job_file_spec){0};
}

/* ---- Finding and hashing ---------------------------------------------------- */

static int
add(struct job_files *files, const struct job_file_spec *spec, const char *path)
{
	if (files->n == files->room) {
		size_t room = files->room > 0 ? files->room * 2 : 16;
		void *grown = realloc(files->files, room * sizeof(*files->files));

		if (grown == NULL)
			return -1;
		files->files = grown;
		files->room = room;
	}
	files->files[files->n].spec = spec;
	files->files[files->n].path = job_project_absolute(path);
	if (files->files[files->n].path == NULL)
		return -1;
	files->n++;
	return 0;
}

int
job_files_add(struct job_files *files, const struct job_file_spec *spec)
{
	size_t before = files->n;
	struct stat st;
	int result = 0, code;
	glob_t found;

	/* A name that is there means itself, whatever is in it. */
	if (lstat(spec->path, &st) == 0) {
		result = add(files, spec, spec->path);
	} else {
		code = glob(spec->path, 0, NULL, &found);
		for (size_t i = 0; code == 0 && result == 0 && i < found.gl_pathc; i++)
			if (stat(found.gl_pathv[i], &st) == 0 && !S_ISDIR(st.st_mode))
				result = add(files, spec, found.gl_pathv[i]);
		if (code == GLOB_NOSPACE)
			result = -1;
		globfree(&found);
	}
	if (result == 0)
		return files->n > before;
	msg("%s: no memory", spec->path);
	return -1;
}

long
job_files_hash(struct job_files *files)
{
	long unread = 0;

	files->hashes = calloc(files->n + 1, sizeof(*files->hashes));
	if (files->hashes == NULL) {
		msg("no memory");
		return -1;
	}
	for (size_t i = 0; i < files->n; i++)
		files->hashes[i].path = files->files[i].path;
	if (job_hash_all(files->hashes, files->n) != 0)
		return -1;
	for (size_t i = 0; i < files->n; i++) {
		const struct job_hash *hash = &files->hashes[i];

		if (hash->error == EISDIR)
			msg("%s: a directory: name its files, as in %s=%s/*", hash->path,
			    files->files[i].spec->role, files->files[i].spec->path);
		else if (hash->error != 0)
			msg("%s: %s", hash->path,
			    hash->error == EINVAL ? "no regular file"
						  : strerror(hash->error));
		else if (hash->unsteady)
			msg("%s: it changed while it was hashed: recorded without a sum",
			    hash->path);
		unread += hash->error != 0;
	}
	return unread;
}

void
job_files_free(struct job_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->files[i].path);
	free(files->files);
	free(files->hashes);
	*files = (struct job_files){0};
}

/* ---- Records ---------------------------------------------------------------- */

static const char *
type_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot != NULL && types[i].suffix != NULL; i++)
		if (strcasecmp(dot + 1, types[i].suffix) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static void
put_time(struct job_record *record, const char *name, const struct timespec *time)
{
	char text[TIMESTAMP_BYTES];

	if (timestamp_write((int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000, text))
		job_record_put(record, name, text);
}

/* Whose directory a file lies in. */
static const char *
directory_of(const struct job_project *project, const struct job *job, const char *path)
{
	size_t n = strlen(job->directory), m = strlen(project->directory);

	if (strncmp(path, job->directory, n) == 0 && path[n] == '/')
		return "JOB";
	if (strncmp(path, project->directory, m) == 0 &&
	    strncmp(path + m, "/imported/", 10) == 0)
		return "IMPORT";
	return "ELSEWHERE";
}

static void
put_spec(struct job_record *record, const struct job_file_spec *spec)
{
	job_record_bytes(record, "subtype", spec->subtype);
	job_record_bytes(record, "content", spec->content);
	job_record_bytes(record, "note", spec->note);
}

void
job_files_put(struct job_record *record, const struct job_project *project,
    const struct job *job, const struct job_files *files, const char *direction,
    const struct timespec *since)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct job_hash *hash = &files->hashes[i];
		const struct job_file_spec *spec = files->files[i].spec;
		char uuid[UUID_BYTES];

		if (hash->error != 0)
			continue;
		/* One content has one identity, wherever it is met. */
		if (hash->sha256[0] != '\0')
			uuid_of_hex(hash->sha256, uuid);
		else if (uuid_new(uuid) != 0)
			continue;
		job_record_begin(record, "job_files");
		job_record_put(record, "uuid", uuid);
		if (hash->sha256[0] != '\0')
			job_record_put(record, "sha256", hash->sha256);
		job_record_number(record, "size", hash->size);
		job_record_bytes(record, "type",
		    spec->type != NULL ? spec->type : type_of(hash->path));
		put_spec(record, spec);
		job_record_bytes(record, "path", hash->path);
		job_record_put(
		    record, "directory", directory_of(project, job, hash->path));
		put_time(record, "modified_at", &hash->modified);
		job_record_put(record, "project", project->uuid);
		job_record_put(record, "job", job->uuid);
		job_record_end(record);
		job_record_begin(record, "job_file_uses");
		job_record_put(record, "job", job->uuid);
		job_record_put(record, "file", uuid);
		job_record_put(record, "direction", direction);
		job_record_bytes(record, "role", spec->role);
		job_record_bytes(record, "path", hash->path);
		if (spec->type != NULL)
			job_record_bytes(record, "type", spec->type);
		put_spec(record, spec);
		if (since != NULL)
			job_record_bool(record, "written",
			    (double)(hash->changed.tv_sec - since->tv_sec) +
				    (double)(hash->changed.tv_nsec - since->tv_nsec) /
					1e9 >=
				-TICK_SECONDS);
		job_record_end(record);
	}
}
