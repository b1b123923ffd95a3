/*
 * The hash of a directory, which elog-hash(1) defines: the SHA-256 of its entries, each
 *
 *	TYPE SPACE HASH SPACE NAME NUL
 *
 * sorted by type and then by the bytes of their names.  A directory's type is d and its
 * hash is this one; a regular file's is f and the SHA-256 of what it holds; a symbolic
 * link's is l and the SHA-256 of its target.  Anything else is no entry, and neither
 * owners, modes nor times count.
 */
#ifndef HASH_MERKLE_H
#define HASH_MERKLE_H

#include <stddef.h>

#define HASH_BYTES 32
#define HASH_HEX 65 /* as letters, and NUL */

/* A SHA-256 on its way; one after the other.  Begin with {0}. */
struct hash_merkle {
	void *context; /* EVP_MD_CTX */
	int failed;    /* the library failed since the last hash_merkle_begin() */
};

/* Begin a hash.  What fails shows in hash_merkle_end(). */
void hash_merkle_begin(struct hash_merkle *merkle);

/* Add bytes of a file. */
void hash_merkle_bytes(struct hash_merkle *merkle, const void *p, size_t n);

/* Add an entry of a directory; they come in order. */
void hash_merkle_entry(struct hash_merkle *merkle, char type,
    const unsigned char digest[HASH_BYTES], const char *name);

/* The hash.  0, or -1 if the library failed. */
int hash_merkle_end(struct hash_merkle *merkle, unsigned char digest[HASH_BYTES]);

void hash_merkle_close(struct hash_merkle *merkle);

/* The letters of a hash, and back: 64 of them, small or capital; -1 if they are none. */
void hash_merkle_write(const unsigned char digest[HASH_BYTES], char hex[HASH_HEX]);
int hash_merkle_read(const char *hex, size_t n, unsigned char digest[HASH_BYTES]);

#endif
