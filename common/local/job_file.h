/* Files that a job reads and writes, by role: named, found, hashed, recorded. */
#ifndef JOB_FILE_H
#define JOB_FILE_H

#include <stdbool.h>
#include <time.h>

#include "local/job_hash.h"
#include "local/job_project.h"
#include "local/job_record.h"

/* ROLE=PATH[,type=T][,subtype=N][,content=N][,note=TEXT][,optional] */
struct job_file_spec {
	char *role;					    /* owns the text of all */
	const char *path, *type, *subtype, *content, *note; /* NULL where not said */
	bool optional;
};

/* Read one.  0, or 2 (the exit status) after a message.  Release with
   job_file_spec_free(). */
int job_file_spec_read(const char *text, struct job_file_spec *spec);
void job_file_spec_free(struct job_file_spec *spec);

/* Files that specs stand for. */
struct job_files {
	struct job_file {
		const struct job_file_spec *spec; /* borrowed */
		char *path;			  /* absolute */
	} * files;
	struct job_hash *hashes; /* a row for each */
	size_t n, room;
};

/*
 * Add the files that a path or a glob means; directories among those that a glob means
 * are passed over.  1 if there are some, 0 if there is none, -1 after a message.
 */
int job_files_add(struct job_files *files, const struct job_file_spec *spec);

/* Hash them all, and tell what cannot be read, or changed meanwhile.  The number of
   those that cannot be read, -1 after a message if all failed. */
long job_files_hash(struct job_files *files);

/* Which way a file goes. */
#define JOB_FILE_IN "IN"
#define JOB_FILE_OUT "OUT"

/*
 * Add the records of those that could be read: what they are, and that a job uses them.
 * Of outputs: since is when the job began; what is older was not written by it.
 */
void job_files_put(struct job_record *record, const struct job_project *project,
    const struct job *job, const struct job_files *files, const char *direction,
    const struct timespec *since);

void job_files_free(struct job_files *files);

/*
 * Copy a file into PROJECT/imported, unless its content is there already.  *path gets
 * where it is, malloc'd.  Adds the record of the import.  0, or -1 after a message.
 */
int job_file_import(const struct job_project *project, const struct job *job,
    const struct job_file_spec *spec, struct job_record *record, char **path);

#endif
