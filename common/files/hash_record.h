/*
 * Records of hashed trees, as elog-stream(5) shows them: hash_records, hash_files and
 * hash_links.  Paths and names that are no UTF-8 are in base64: path_b64 in place of
 * path, {"name_b64": TEXT} in place of a name.
 */
#ifndef HASH_RECORD_H
#define HASH_RECORD_H

#include "files/hash_walk.h"
#include "stream/stream.h"
#include "text/writer.h"

/* What all records of a run have. */
struct hash_record {
	struct stream *out;
	const char *site, *session; /* session may be NULL */
	long long now;		    /* Unix seconds */
	long long noted;	    /* nanoseconds: when the scan began */
};

/* Begin: the SCHEMA messages. */
void hash_record_begin(struct hash_record *record);

/* A directory, whole; names are the entries that are there. */
void hash_record_directory(
    struct hash_record *record, const struct hash_directory *directory);

/* A directory whose hash is the same as before. */
void hash_record_same(struct hash_record *record, const struct hash_directory *directory);

/* A file; of a state without an inode only the size is told, if that is known. */
void hash_record_file(struct hash_record *record, const char *path,
    const struct hash_state *state, const unsigned char digest[HASH_BYTES]);

void hash_record_link(
    struct hash_record *record, const char *path, const char *target, size_t n);

/* What is there no more: stream is that of the records to delete; tree: of all below the
   path, too. */
void hash_record_gone(
    struct hash_record *record, const char *stream, const char *path, bool tree);

/* A path and all below it are recorded no more. */
void hash_record_forget(struct hash_record *record, const char *path);

/* What a path should be, at a site or where that is NULL at all that have it. */
void hash_record_target(
    struct hash_record *record, const char *site, const char *path, const char *hash);

/* A member NAME of n bytes, or where they are no UTF-8 NAME_b64. */
void hash_record_bytes(struct writer *w, const char *name, const char *p, size_t n);

#endif
