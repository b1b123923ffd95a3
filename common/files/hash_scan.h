/* What a tree is, written as records: elog-hash scan. */
#ifndef HASH_SCAN_H
#define HASH_SCAN_H

#include "files/hash_walk.h"
#include "stream/stream.h"

struct hash_scan {
	const char *db; /* what knows files already, may be NULL */
	const char *site, *session;
	char *const *roots;    /* see hash_root.h */
	struct hash_walk walk; /* excludes, jobs, paranoid, cross_mounts */
};

/*
 * Write the records of a directory to out: of each directory of the tree its hash, with
 * all that is in it if that is new; of the files those that were read.  The exit status:
 * 0; 1 after messages: something could not be read, and what it is in has no hash.
 */
int hash_scan(const struct hash_scan *scan, struct stream *out, const char *directory);

#endif
