/*
 * A segment of an FTS5 index, made in memory term by term in their order, and written
 * into the tables that FTS5 keeps it in: what FTS5 itself does at the end of a
 * transaction, but for the work of getting there.  The format is that of the comment
 * "Details" of ext/fts5/fts5_index.c in SQLite's sources, with positions of words
 * (detail=full): version 4, which any SQLite since 3.9 reads and checks.
 */
#ifndef SEGMENT_H
#define SEGMENT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A page of the index fills one of the database. */
#define SEGMENT_PAGE 8100

struct segment;

/* NULL without memory. */
struct segment *segment_open(void);
void segment_begin(struct segment *segment);

/* A term, greater than the one before it; its documents follow.  At most 32768 bytes. */
void segment_term(struct segment *segment, const char *term, size_t n);

/*
 * A document in which the last term stands: rowid is greater than the one before it.
 * gone: an older segment has it, and that no longer counts.  positions: n bytes as FTS5
 * writes them; none if the term stands there no more.
 */
void segment_document(struct segment *segment, int64_t rowid, bool gone,
    const unsigned char *positions, size_t n);

void segment_end(struct segment *segment);

/*
 * Write what was made into the tables of the table search under a number that is not in
 * use there.  The number of pages, 0 if there was no term; or -1 after a message that
 * names path.
 */
int segment_store(struct segment *segment, sqlite3 *db, const char *path, int id);

/* NULL is allowed. */
void segment_close(struct segment *segment);

/* Write a number as SQLite does, into nine bytes at least; the bytes it took. */
size_t segment_large_number(unsigned char *out, uint64_t number);

static inline size_t
segment_number(unsigned char *out, uint64_t number)
{
	if (number >= 1 << 14)
		return segment_large_number(out, number);
	if (number < 1 << 7) {
		out[0] = (unsigned char)number;
		return 1;
	}
	out[0] = (unsigned char)(number >> 7 | 0x80);
	out[1] = (unsigned char)(number & 0x7F);
	return 2;
}

/* Read one of at most n bytes: the bytes it took, 0 if it is cut off. */
size_t segment_read_number(const unsigned char *p, size_t n, uint64_t *number);

#endif
