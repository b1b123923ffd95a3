#include "load/segments.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/segment.h"

#define LEVELS_MAX 64
#define SEGMENTS_MAX 2000 /* FTS5's own bound */

/* Rows of search_data. */
enum { AVERAGES = 1, STRUCTURE = 10 };

/* A segment of so many pages is large, and the level that the first one takes. */
#define LARGE_PAGES 64
#define LARGE_LEVEL 6

struct level {
	uint64_t merging; /* so many of them are being merged */
	int n;
};

struct segments {
	unsigned char cookie[4];
	uint64_t written; /* pages, ever */
	int n_levels, n;
	struct level levels[LEVELS_MAX];
	struct {
		uint64_t id, first, last;
	} all[SEGMENTS_MAX + 1]; /* by their levels, the lowest first */
	int64_t rows, words[SEGMENTS_COLUMNS];
};

/* ---- Reading ---------------------------------------------------------------- */

struct reader {
	const unsigned char *p;
	size_t n;
	bool failed;
};

static uint64_t
next(struct reader *reader)
{
	uint64_t number = 0;
	size_t n = segment_read_number(reader->p, reader->n, &number);

	reader->failed |= n == 0;
	reader->p += n;
	reader->n -= n;
	return number;
}

static bool
read_structure(struct segments *segments, struct reader reader)
{
	uint64_t levels, all;

	if (reader.n < sizeof(segments->cookie))
		return false;
	memcpy(segments->cookie, reader.p, sizeof(segments->cookie));
	reader.p += sizeof(segments->cookie);
	reader.n -= sizeof(segments->cookie);
	levels = next(&reader);
	all = next(&reader);
	segments->written = next(&reader);
	if (reader.failed || levels > LEVELS_MAX || all > SEGMENTS_MAX)
		return false;
	for (uint64_t i = 0; i < levels; i++) {
		struct level *level = &segments->levels[segments->n_levels++];
		uint64_t n;

		level->merging = next(&reader);
		n = next(&reader);
		if (reader.failed || n > all - (uint64_t)segments->n)
			return false;
		for (level->n = 0; level->n < (int)n; level->n++, segments->n++) {
			segments->all[segments->n].id = next(&reader);
			segments->all[segments->n].first = next(&reader);
			segments->all[segments->n].last = next(&reader);
		}
	}
	return !reader.failed && (uint64_t)segments->n == all;
}

/* An index that is new has an empty record. */
static bool
read_averages(struct segments *segments, struct reader reader)
{
	if (reader.n == 0)
		return true;
	segments->rows = (int64_t)next(&reader);
	for (size_t i = 0; i < SEGMENTS_COLUMNS; i++)
		segments->words[i] = (int64_t)next(&reader);
	return !reader.failed;
}

struct segments *
segments_read(sqlite3 *db, const char *path)
{
	struct segments *segments = calloc(1, sizeof(*segments));
	sqlite3_stmt *block =
	    db_prepare(db, path, "SELECT block FROM search_data WHERE id = ?");
	bool good = block != NULL;

	if (segments == NULL)
		msg("no memory");
	for (int id = AVERAGES; good && segments != NULL && id <= STRUCTURE;
	     id += STRUCTURE - AVERAGES) {
		struct reader reader = {0};

		sqlite3_bind_int(block, 1, id);
		if (sqlite3_step(block) == SQLITE_ROW) {
			reader.p = sqlite3_column_blob(block, 0);
			reader.n = (size_t)sqlite3_column_bytes(block, 0);
		}
		good = id == AVERAGES ? read_averages(segments, reader)
				      : read_structure(segments, reader);
		sqlite3_reset(block);
		if (!good)
			msg("%s: the index of words is damaged: elog-load --reindex "
			    "makes it anew",
			    path);
	}
	sqlite3_finalize(block);
	if (good)
		return segments;
	free(segments);
	return NULL;
}

/* ---- Changing --------------------------------------------------------------- */

int
segments_free_id(const struct segments *segments, const char *path)
{
	bool used[SEGMENTS_MAX + 1] = {false};

	for (int i = 0; i < segments->n; i++)
		if (segments->all[i].id <= SEGMENTS_MAX)
			used[segments->all[i].id] = true;
	for (int id = 1; id <= SEGMENTS_MAX && segments->n < SEGMENTS_MAX; id++)
		if (!used[id])
			return id;
	msg("%s: the index of words is in too many pieces: elog-load --reindex makes it "
	    "anew",
	    path);
	return -1;
}

/* The lowest level that has any, or n_levels. */
static int
lowest(const struct segments *segments)
{
	int level = 0;

	while (level < segments->n_levels && segments->levels[level].n == 0)
		level++;
	return level;
}

static int
level_for(const struct segments *segments, int pages)
{
	int level = lowest(segments);

	if (pages < LARGE_PAGES)
		return 0;
	if (level == segments->n_levels)
		return LARGE_LEVEL;
	if (level > 0 && segments->levels[level].n + 1 >= SEGMENTS_MERGE)
		level--;
	return level;
}

void
segments_add(struct segments *segments, int id, int pages)
{
	int level = level_for(segments, pages), at = 0;

	while (segments->n_levels <= level)
		segments->levels[segments->n_levels++] = (struct level){0};
	for (int i = 0; i <= level; i++)
		at += segments->levels[i].n;
	memmove(&segments->all[at + 1], &segments->all[at],
	    (size_t)(segments->n - at) * sizeof(segments->all[0]));
	segments->all[at].id = (uint64_t)id;
	segments->all[at].first = 1;
	segments->all[at].last = (uint64_t)pages;
	segments->levels[level].n++;
	segments->n++;
	segments->written += (uint64_t)pages;
}

void
segments_count(
    struct segments *segments, int64_t rows, const int64_t words[SEGMENTS_COLUMNS])
{
	segments->rows += rows;
	for (size_t i = 0; i < SEGMENTS_COLUMNS; i++)
		segments->words[i] += words[i];
}

bool
segments_are_many(const struct segments *segments)
{
	for (int i = 0; i < segments->n_levels; i++)
		if (segments->levels[i].merging > 0 ||
		    segments->levels[i].n >= SEGMENTS_MERGE)
			return true;
	return false;
}

/* ---- Writing ---------------------------------------------------------------- */

static int
put_block(sqlite3_stmt *put, const char *path, int id, const unsigned char *p, size_t n)
{
	sqlite3_bind_int(put, 1, id);
	sqlite3_bind_blob(put, 2, p, (int)n, SQLITE_STATIC);
	return statement_run(put, path);
}

int
segments_write(const struct segments *segments, sqlite3 *db, const char *path)
{
	sqlite3_stmt *put =
	    db_prepare(db, path, "REPLACE INTO search_data (id, block) VALUES (?, ?)");
	unsigned char averages[9 * (1 + SEGMENTS_COLUMNS)];
	unsigned char *structure = malloc(
	    4 + 9 * (3 + 2 * (size_t)segments->n_levels + 3 * (size_t)segments->n));
	size_t n = segment_number(averages, (uint64_t)segments->rows), at = 0;
	int result = -1;

	for (size_t i = 0; i < SEGMENTS_COLUMNS; i++)
		n += segment_number(averages + n, (uint64_t)segments->words[i]);
	if (put == NULL || put_block(put, path, AVERAGES, averages, n) != 0)
		goto done;
	if (structure == NULL) {
		msg("no memory");
		goto done;
	}
	memcpy(structure, segments->cookie, 4);
	n = 4;
	n += segment_number(structure + n, (uint64_t)segments->n_levels);
	n += segment_number(structure + n, (uint64_t)segments->n);
	n += segment_number(structure + n, segments->written);
	for (int i = 0; i < segments->n_levels; i++) {
		n += segment_number(structure + n, segments->levels[i].merging);
		n += segment_number(structure + n, (uint64_t)segments->levels[i].n);
		for (int k = 0; k < segments->levels[i].n; k++, at++) {
			n += segment_number(structure + n, segments->all[at].id);
			n += segment_number(structure + n, segments->all[at].first);
			n += segment_number(structure + n, segments->all[at].last);
		}
	}
	result = put_block(put, path, STRUCTURE, structure, n);
done:
	free(structure);
	sqlite3_finalize(put);
	return result;
}

void
segments_free(struct segments *segments)
{
	free(segments);
}
