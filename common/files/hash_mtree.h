/*
 * Lines of mtree(5) specifications, as NetBSD's and FreeBSD's mtree(8) and libarchive's
 * bsdtar(1) write them: read, and written.  Of their keywords count type, size, link,
 * sha256 and sha256digest.
 */
#ifndef HASH_MTREE_H
#define HASH_MTREE_H

#include <stdbool.h>

#include "files/hash_merkle.h"
#include "stream/stream.h"

struct hash_mtree_entry {
	char *name; /* relative to where the specification begins; NULL: no entry */
	char type;  /* d, f, l; 'o': none of them */
	bool known; /* digest is */
	unsigned char digest[HASH_BYTES];
	long long size; /* -1: not known */
	char *target;	/* of a link, or NULL */
};

/* What lines before it said.  Begin with {0}. */
struct hash_mtree {
	char set_type;		    /* of /set; 0: file */
	char *directory;	    /* that names without a slash are in */
	char *name, *target, *line; /* the last entry's; a line that goes on */
};

/*
 * Read a line, which is changed.  The texts of the entry live until the next call.  NULL,
 * or what is wrong with it.
 */
const char *hash_mtree_read(
    struct hash_mtree *mtree, char *line, struct hash_mtree_entry *entry);

void hash_mtree_free(struct hash_mtree *mtree);

/* Write a name as mtree does: what is not plain as a backslash and three digits. */
void hash_mtree_name(struct stream *out, const char *name, size_t n);

#endif
