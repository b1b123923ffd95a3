/*
 * Lists of files and their SHA-256 that others wrote, read into a database of the form
 * of ours, so that they are verified against and recorded in the same way:
 *
 *	sha256sum   GNU sha256sum(1): HASH, two spaces or " *", name; with a backslash in
 *	            front where the name has escapes; or "SHA256 (name) = HASH"
 *	mtree       mtree(5), by the nesting of names or with whole paths, of NetBSD,
 *	            FreeBSD and libarchive: type, sha256 or sha256digest, size, link
 */
#ifndef HASH_LIST_H
#define HASH_LIST_H

#include <sqlite3.h>
#include <stdbool.h>

/* "sha256sum", "mtree"; NULL where the first lines of the file tell. */
struct hash_list {
	sqlite3 *db;	 /* with hash_records, hash_files, hash_links of site '' */
	bool files_only; /* it says nothing of links and empty directories */
	long problems;	 /* lines that were not understood, which was said */
};

/*
 * Read a list; path "-" is stdin.  here is the absolute directory that it is about;
 * recorded is under which path what is in it is recorded.  Names in the list that are
 * relative are so to here, or, where the files are found there, to the working directory.
 * 0, or -1 after a message.  hash_list_close() releases, also then.
 */
int hash_list_read(struct hash_list *list, const char *path, const char *format,
    const char *here, const char *recorded);

void hash_list_close(struct hash_list *list);

#endif
