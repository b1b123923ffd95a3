/* Hashes that others computed, as records: elog-hash put. */
#ifndef HASH_PUT_H
#define HASH_PUT_H

#include "files/hash_record.h"

/*
 * Read JSON objects, one a line, from a descriptor, name in messages: with current_hash
 * or target_hash they become records of hash_records, with sha256 of hash_files, with
 * target of hash_links; their members pass as they are, but for names longer than any of
 * ours.  A site of the record's takes the place of theirs where it is not NULL.  The exit
 * status: 0; 1 after messages: lines that are no such objects were left out.
 */
int hash_put_json(struct hash_record *record, int fd, const char *name, const char *site);

/*
 * Read a list of a format (hash_list.h) from stdin, about a directory here, and write the
 * records of what it says is there, under the path that roots (hash_root.h) give it, with
 * the hashes of those directories of which all is known.  The exit status.
 */
int hash_put_list(struct hash_record *record, const char *format, const char *directory,
    char *const *roots);

#endif
