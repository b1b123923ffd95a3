/*
 * SHA-256 of files, several at once.  libcrypto is loaded when the first file is hashed:
 * a job without files does not wait for it.
 */
#ifndef JOB_HASH_H
#define JOB_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define JOB_HASH_HEX 65

struct job_hash {
	const char *path; /* borrowed */
	/* What was found: */
	int error; /* 0, or an errno; EINVAL: no regular file */
	long long size;
	struct timespec modified, changed;
	bool unsteady; /* it changed while it was read, twice in a row: no sum */
	char sha256[JOB_HASH_HEX];
};

/* Read the n files whose paths are set.  0, or -1 after a message: there is no library,
   or no memory. */
int job_hash_all(struct job_hash *files, size_t n);

#endif
