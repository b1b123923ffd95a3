#include "load/segment.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "text/buffer.h"

/* Before each term of the main index. */
#define MAIN_INDEX '0'

/* So many pages without a term, and the rowids that they begin with are listed apart. */
#define LIST_PAGES 4

#define TERM_MAX 32769

/* What is written without asking whether it fits. */
#define PADDING 40

/* A page that is made, and a row of search_idx: bytes in struct segment.made. */
struct part {
	size_t at, n;
	int page;
	bool list; /* of rowids; of a row: there is one */
};

struct parts {
	struct part *all;
	size_t n, capacity;
};

struct segment {
	struct buffer made;
	struct parts made_pages, made_rows;
	size_t n, n_footer, last_term, n_term, n_split, n_list; /* of what is below */
	int64_t rowid, listed;
	int pages; /* made, before the one at hand */
	int split_page;
	int termless; /* pages without a term since the last one with */
	bool term_on_page, rowid_on_page, rowid_of_term, list_full;
	bool failed; /* without memory */
	unsigned char page[SEGMENT_PAGE + TERM_MAX + PADDING];
	unsigned char footer[SEGMENT_PAGE + PADDING]; /* where terms begin */
	char term[TERM_MAX];
	char split[TERM_MAX]; /* between the terms before split_page and those on it */
	/* The first rowids of the pages that the last term goes on over. */
	unsigned char list[SEGMENT_PAGE + PADDING];
};

size_t
segment_large_number(unsigned char *out, uint64_t number)
{
	size_t n = 0;

	if (number >> 56 != 0) {
		out[8] = (unsigned char)number;
		number >>= 8;
		for (int i = 7; i >= 0; i--, number >>= 7)
			out[i] = (unsigned char)(number & 0x7F) | 0x80;
		return 9;
	}
	for (uint64_t rest = number; rest != 0; rest >>= 7)
		n++;
	for (size_t i = n; i-- > 0; number >>= 7)
		out[i] = (unsigned char)(number & 0x7F) | 0x80;
	out[n - 1] &= 0x7F;
	return n;
}

size_t
segment_read_number(const unsigned char *p, size_t n, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < n; i++) {
		if (i == 8) {
			*number = *number << 8 | p[i];
			return 9;
		}
		*number = *number << 7 | (p[i] & 0x7Fu);
		if (p[i] < 0x80)
			return i + 1;
	}
	return 0;
}

/* ---- What is made ----------------------------------------------------------- */

static void
put_part(struct segment *segment, struct parts *parts, struct part part, const void *p)
{
	if (parts->n == parts->capacity) {
		size_t capacity = parts->capacity * 2 + 64;
		struct part *more = realloc(parts->all, capacity * sizeof(*more));

		if (more == NULL) {
			segment->failed = true;
			return;
		}
		parts->all = more;
		parts->capacity = capacity;
	}
	part.at = segment->made.n;
	parts->all[parts->n++] = part;
	buffer_put(&segment->made, p, part.n);
}

/* The page that a term is looked for on, and whether its last term has a list. */
static void
put_split(struct segment *segment)
{
	bool list =
	    segment->n_list > 0 && segment->termless >= LIST_PAGES && !segment->list_full;

	if (segment->split_page == 0)
		return;
	if (list)
		put_part(segment, &segment->made_pages,
		    (struct part){
			.n = segment->n_list, .page = segment->split_page, .list = true},
		    segment->list);
	put_part(segment, &segment->made_rows,
	    (struct part){
		.n = segment->n_split, .page = segment->split_page, .list = list},
	    segment->split);
	segment->n_list = 0;
	segment->list_full = false;
	segment->termless = 0;
	segment->split_page = 0;
}

/* ---- Pages ------------------------------------------------------------------ */

static void
new_page(struct segment *segment)
{
	memset(segment->page, 0, 4);
	segment->n = 4;
	segment->n_footer = 0;
	segment->last_term = 0;
	segment->term_on_page = segment->rowid_on_page = false;
}

static void
end_page(struct segment *segment)
{
	segment->page[2] = (unsigned char)(segment->n >> 8);
	segment->page[3] = (unsigned char)segment->n;
	if (!segment->term_on_page) {
		if (!segment->rowid_on_page && segment->n_list > 0 &&
		    !segment->list_full) {
			segment->list[segment->n_list++] = 0;
			segment->list_full = segment->n_list >= SEGMENT_PAGE;
		}
		segment->termless++;
	}
	memcpy(segment->page + segment->n, segment->footer, segment->n_footer);
	segment->pages++;
	put_part(segment, &segment->made_pages,
	    (struct part){.n = segment->n + segment->n_footer, .page = segment->pages},
	    segment->page);
	new_page(segment);
}

static size_t
used(const struct segment *segment)
{
	return segment->n + segment->n_footer;
}

static void
put_number(struct segment *segment, uint64_t number)
{
	segment->n += segment_number(segment->page + segment->n, number);
}

/* ---- What the header says --------------------------------------------------- */

struct segment *
segment_open(void)
{
	return calloc(1, sizeof(struct segment));
}

void
segment_begin(struct segment *segment)
{
	segment->failed = false;
	segment->made.n = 0;
	segment->made.failed = false;
	segment->made_pages.n = segment->made_rows.n = 0;
	segment->pages = 0;
	segment->n_term = 0;
	segment->n_split = 0;
	segment->split_page = 1;
	segment->n_list = 0;
	segment->list_full = false;
	segment->termless = 0;
	new_page(segment);
}

static size_t
common(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t n = n_a < n_b ? n_a : n_b, i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

void
segment_term(struct segment *segment, const char *term, size_t n)
{
	size_t same = segment->n_term == 0
			  ? 0
			  : common(segment->term + 1, segment->n_term - 1, term, n) + 1;

	/* A term stands on one page whole, with its first document. */
	if (used(segment) + n + 3 >= SEGMENT_PAGE && segment->n > 4)
		end_page(segment);
	if (!segment->term_on_page && segment->pages > 0) {
		put_split(segment);
		segment->split_page = segment->pages + 1;
	}
	segment->n_footer += segment_number(
	    segment->footer + segment->n_footer, segment->n - segment->last_term);
	segment->last_term = segment->n;
	segment->term[0] = MAIN_INDEX;
	if (same > 0)
		memcpy(segment->term + same, term + same - 1, n + 1 - same);
	else
		memcpy(segment->term + 1, term, n);
	segment->n_term = n + 1;
	if (segment->split_page == segment->pages + 1 && !segment->term_on_page &&
	    segment->pages > 0) {
		segment->n_split = same + 1;
		memcpy(segment->split, segment->term, segment->n_split);
	}
	if (segment->term_on_page)
		put_number(segment, same);
	else
		same = 0;
	put_number(segment, segment->n_term - same);
	memcpy(segment->page + segment->n, segment->term + same, segment->n_term - same);
	segment->n += segment->n_term - same;
	segment->term_on_page = true;
	segment->rowid_on_page = true; /* before the first term none is asked for */
	segment->rowid_of_term = false;
}

/* A page begins with a rowid of a term that began before. */
static void
list_rowid(struct segment *segment)
{
	size_t before = segment->n_list;

	if (before == 0) {
		segment->list[segment->n_list++] = 0;
		segment->n_list += segment_number(
		    segment->list + segment->n_list, (uint64_t)segment->pages + 1);
	}
	segment->n_list += segment_number(segment->list + segment->n_list,
	    (uint64_t)segment->rowid - (before == 0 ? 0 : (uint64_t)segment->listed));
	segment->listed = segment->rowid;
	/* More would take several pages; without one it is found all the same. */
	segment->list_full |= segment->n_list >= SEGMENT_PAGE;
}

void
segment_document(struct segment *segment, int64_t rowid, bool gone,
    const unsigned char *positions, size_t n)
{
	uint64_t written = (uint64_t)rowid;

	if (used(segment) >= SEGMENT_PAGE)
		end_page(segment);
	if (!segment->rowid_on_page) {
		segment->page[0] = (unsigned char)(segment->n >> 8);
		segment->page[1] = (unsigned char)segment->n;
		segment->rowid_on_page = true;
		segment->rowid = rowid;
		if (!segment->list_full)
			list_rowid(segment);
	} else if (segment->rowid_of_term) {
		written -= (uint64_t)segment->rowid;
	}
	segment->rowid = rowid;
	segment->rowid_of_term = true;
	put_number(segment, written);
	put_number(segment, (uint64_t)n * 2 + gone);
	/* No number is torn. */
	while (used(segment) + n >= SEGMENT_PAGE) {
		size_t room =
		    SEGMENT_PAGE > used(segment) ? SEGMENT_PAGE - used(segment) : 0;
		size_t part = 0;

		while (part < room && part < n) {
			while (positions[part] >= 0x80)
				part++;
			part++;
		}
		memcpy(segment->page + segment->n, positions, part);
		segment->n += part;
		positions += part;
		n -= part;
		if (n == 0)
			return; /* the next one ends the page */
		end_page(segment);
	}
	memcpy(segment->page + segment->n, positions, n);
	segment->n += n;
}

void
segment_end(struct segment *segment)
{
	if (segment->n > 4)
		end_page(segment);
	if (segment->pages > 0)
		put_split(segment);
}

/* ---- In the database -------------------------------------------------------- */

/* Pages have the number of their segment, of their kind, and their own. */
static int
store_page(struct segment *segment, const struct part *part, sqlite3_stmt *put,
    const char *path, int id)
{
	sqlite3_bind_int64(put, 1,
	    ((sqlite3_int64)id << 37) + ((sqlite3_int64)part->list << 36) + part->page);
	sqlite3_bind_blob(
	    put, 2, segment->made.p + part->at, (int)part->n, SQLITE_STATIC);
	return statement_run(put, path);
}

static int
store_row(struct segment *segment, const struct part *part, sqlite3_stmt *put,
    const char *path, int id)
{
	sqlite3_bind_int(put, 1, id);
	/* Not NULL where it is empty. */
	sqlite3_bind_blob(put, 2, part->n > 0 ? segment->made.p + part->at : "",
	    (int)part->n, SQLITE_STATIC);
	sqlite3_bind_int64(put, 3, ((sqlite3_int64)part->page << 1) + part->list);
	return statement_run(put, path);
}

int
segment_store(struct segment *segment, sqlite3 *db, const char *path, int id)
{
	sqlite3_stmt *put_page =
	    db_prepare(db, path, "INSERT INTO search_data (id, block) VALUES (?, ?)");
	sqlite3_stmt *put_row = db_prepare(
	    db, path, "INSERT INTO search_idx (segid, term, pgno) VALUES (?, ?, ?)");
	int result = put_page != NULL && put_row != NULL ? 0 : -1;

	if (segment->failed || segment->made.failed) {
		msg("no memory");
		result = -1;
	}
	for (size_t i = 0; result == 0 && i < segment->made_pages.n; i++)
		result =
		    store_page(segment, &segment->made_pages.all[i], put_page, path, id);
	for (size_t i = 0; result == 0 && i < segment->made_rows.n; i++)
		result =
		    store_row(segment, &segment->made_rows.all[i], put_row, path, id);
	sqlite3_finalize(put_page);
	sqlite3_finalize(put_row);
	return result == 0 ? segment->pages : -1;
}

void
segment_close(struct segment *segment)
{
	if (segment == NULL)
		return;
	buffer_free(&segment->made);
	free(segment->made_pages.all);
	free(segment->made_rows.all);
	free(segment);
}
