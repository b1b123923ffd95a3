/*
 * Which segments the index has, by their levels, and how many words its documents: the
 * records "structure" and "averages" of FTS5 (ext/fts5/fts5_index.c in SQLite's sources).
 * The newest segments stand on the lowest level, and there last; where several have a
 * document, the newest counts.
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define SEGMENTS_COLUMNS 5 /* of search: content, title, author, tags, files */

/* A level that has so many is merged into one on the next. */
#define SEGMENTS_MERGE 16

struct segments;

/* What the table search has now.  NULL after a message that names path. */
struct segments *segments_read(sqlite3 *db, const char *path);

/* A number for a new segment; -1 after a message if there is none left. */
int segments_free_id(const struct segments *segments, const char *path);

/*
 * A new segment of so many pages.  A large one that comes first on its level takes a high
 * one, so that a first load, and only that, is not merged again and again.
 */
void segments_add(struct segments *segments, int id, int pages);

/* How many documents more (or less) there are, and words in each of their columns. */
void segments_count(
    struct segments *segments, int64_t rows, const int64_t words[SEGMENTS_COLUMNS]);

/* Is there a level that is to be merged? */
bool segments_are_many(const struct segments *segments);

/* 0, or -1 after a message. */
int segments_write(const struct segments *segments, sqlite3 *db, const char *path);

/* NULL is allowed. */
void segments_free(struct segments *segments);

#endif
