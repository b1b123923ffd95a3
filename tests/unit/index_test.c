/* The index of words: what FTS5 itself makes of the same folded texts, word by word. */
#include "load/postings.h"
#include "load/segment.h"
#include "load/segments.h"

#include "db/db.h"
#include "db/open.h"
#include "text/buffer.h"
#include "text/utf8.h"
#include "text/words.h"

#include "unit.h"

#define DOCUMENTS 200

static char path[] = "/tmp/index_test.XXXXXX";
static sqlite3 *db;
static struct postings *postings;
static struct segment *segment;
static unsigned seed = 1;

/* The texts of a document, as they were typed. */
static char *typed[DOCUMENTS][SEGMENTS_COLUMNS];

static int
set_up(void **state)
{
	int fd;

	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	close(fd);
	db = db_open_draft(path);
	if (db == NULL || db_exec(db, path,
			      "CREATE VIRTUAL TABLE peer USING fts5 (content, title, "
			      "author, tags, files, content = '', "
			      "tokenize = 'unicode61 remove_diacritics 2')") != 0)
		return -1;
	postings = postings_open(db, path);
	segment = segment_open();
	return postings != NULL && segment != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < DOCUMENTS; i++)
		for (size_t k = 0; k < SEGMENTS_COLUMNS; k++) {
			free(typed[i][k]);
			typed[i][k] = NULL;
		}
	postings_close(postings);
	segment_close(segment);
	sqlite3_close(db);
	unlink(path);
	return 0;
}

static unsigned
pick(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % n;
}

/* A character of any kind, the tricky ones more often than they are met. */
static unsigned
any_character(void)
{
	static const unsigned tricky[] = {0x301, 0x308, 0x327, 0x345, 0x3099, 0xFF9E,
	    0xAD, 0x200D, 0xFE0F, 0x1161, 0x11A8, 0x1100, 0xAC00, 0xAC01, 0x130, 0x131,
	    0xDF, 0x1E9E, 0x3C2, 0xBD, 0xB5, 0x212B, 0xFB01, 0x2082, 0x2F80, 0x4E00,
	    0x30AC, 0x0E01, 0x0E33, 0x09BE, 0x09C7, 0x1B35, 0x10400, 0x1D400, 0x1F600,
	    0xFFFD, 0xE000, 0x13A0, 0xAB70, 0x37A, 0x1F80, 0x149};

	switch (pick(8)) {
	case 0:
		return tricky[pick(COUNT_OF(tricky))];
	case 1:
		return pick(0x2FFFF) + 1;
	case 2:
		return pick(0x500) + 0x80;
	case 3:
		return ' ';
	default:
		return (unsigned char)"abcdeABCDE19-_.,\n"[pick(17)];
	}
}

static char *
any_text(size_t characters)
{
	struct buffer text = {0};

	buffer_put(&text, "", 0);
	for (size_t i = 0; i < characters; i++) {
		char bytes[4];
		size_t n = utf8_write(any_character(), bytes);

		buffer_put(&text, n > 0 ? bytes : "\xC3", n > 0 ? n : 1);
	}
	return buffer_take(&text, NULL);
}

static char *
folded(const char *text)
{
	struct buffer out = {0};

	words_fold(&out, text, strlen(text), true);
	return buffer_take(&out, NULL);
}

/* Put a document into both indexes, or take it out. */
static void
put(int64_t place, char *const texts[SEGMENTS_COLUMNS], bool gone)
{
	sqlite3_stmt *peer = db_prepare(db, path,
	    gone ? "INSERT INTO peer (peer, rowid, content, title, author, tags, files) "
		   "VALUES ('delete', ?, ?, ?, ?, ?, ?)"
		 : "INSERT INTO peer (rowid, content, title, author, tags, files) "
		   "VALUES (?, ?, ?, ?, ?, ?)");

	assert_non_null(peer);
	postings_begin(
	    postings, &(struct postings_document){.place = place, .gone = gone});
	sqlite3_bind_int64(peer, 1, place);
	for (int column = 0; column < SEGMENTS_COLUMNS; column++) {
		postings_text(postings, column, texts[column], strlen(texts[column]));
		sqlite3_bind_text(peer, column + 2, folded(texts[column]), -1, free);
	}
	assert_int_equal(sqlite3_step(peer), SQLITE_DONE);
	sqlite3_finalize(peer);
}

/* Write what was put, in the order in which it was. */
static void
write_segment(void)
{
	struct segments *segments = segments_read(db, path);
	struct postings_document *all, **order;
	int pages, id;
	size_t n;

	assert_non_null(segments);
	all = postings_all(postings, &n);
	order = malloc((n + 1) * sizeof(*order));
	for (size_t i = 0; i < n; i++)
		order[i] = &all[i];
	id = segments_free_id(segments, path);
	segment_begin(segment);
	assert_int_equal(postings_write(postings, order, n, segment), 0);
	segment_end(segment);
	pages = segment_store(segment, db, path, id);
	assert_true(pages >= 0);
	if (pages > 0)
		segments_add(segments, id, pages);
	assert_int_equal(segments_write(segments, db, path), 0);
	assert_false(postings_failed(postings));
	postings_clear(postings);
	segments_free(segments);
	free(order);
}

/* Where each word of a table stands, as one text. */
static char *
words_in(sqlite3 *other, const char *table)
{
	struct buffer all = {0};
	sqlite3_stmt *words;
	char sql[200];

	snprintf(sql, sizeof(sql),
	    "CREATE VIRTUAL TABLE temp.words_%s USING fts5vocab (main, %s, instance)",
	    table, table);
	assert_int_equal(db_exec(other, path, sql), 0);
	snprintf(sql, sizeof(sql),
	    "SELECT term || ' ' || doc || ' ' || col || ' ' || offset FROM words_%s",
	    table);
	words = db_prepare(other, path, sql);
	assert_non_null(words);
	while (sqlite3_step(words) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(words, 0);

		buffer_put(&all, text, strlen(text));
		buffer_put(&all, "\n", 1);
	}
	assert_int_equal(sqlite3_finalize(words), SQLITE_OK);
	return buffer_take(&all, NULL);
}

/* SQLite finds nothing wrong, and the same words at the same places. */
static void
same(void)
{
	sqlite3 *other;
	char *ours, *peers;

	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(db_exec(other, path,
			     "INSERT INTO search (search) VALUES ('integrity-check')"),
	    0);
	ours = words_in(other, "search");
	peers = words_in(other, "peer");
	assert_non_null(ours);
	assert_non_null(peers);
	assert_true(strcmp(ours, peers) == 0);
	free(ours);
	free(peers);
	sqlite3_close(other);
}

static void
random_texts(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < DOCUMENTS; i++) {
			char *texts[SEGMENTS_COLUMNS];

			for (size_t k = 0; k < SEGMENTS_COLUMNS; k++)
				texts[k] = any_text(pick(k == 0 ? 200 : 20));
			put(round * 1000 + i * 3 + i % 3, texts, false);
			for (size_t k = 0; k < SEGMENTS_COLUMNS; k++)
				free(texts[k]);
		}
		write_segment();
	}
	same();
}

/* Every character, by itself and between letters. */
static void
all_characters(void **state)
{
	char *nothing[SEGMENTS_COLUMNS] = {0}, *texts[SEGMENTS_COLUMNS];

	(void)state;
	for (size_t k = 1; k < SEGMENTS_COLUMNS; k++)
		nothing[k] = (char *)"";
	for (unsigned first = 1; first < 0x30000; first += 0x400) {
		struct buffer text = {0};

		for (unsigned c = first; c < first + 0x400; c++) {
			char bytes[4];
			size_t n = utf8_write(c, bytes);

			buffer_put(&text, bytes, n);
			buffer_put(&text, " x", 2);
			buffer_put(&text, bytes, n);
			buffer_put(&text, "y ", 2);
		}
		memcpy(texts, nothing, sizeof(texts));
		texts[0] = buffer_take(&text, NULL);
		put(first, texts, false);
		free(texts[0]);
	}
	write_segment();
	same();
}

/* Words of thousands of documents, positions of many pages, rowids of either sign. */
static void
long_lists(void **state)
{
	char *texts[SEGMENTS_COLUMNS] = {NULL, "t", "", "one two", ""};
	size_t n = 40000;
	sqlite3 *other;

	(void)state;
	texts[0] = malloc(2 * n + 1);
	assert_int_equal(db_exec(db, path, "BEGIN"), 0);
	for (int place = -30000; place < 30000; place++) {
		size_t words = place == 77 ? n : (size_t)(place & 3);

		for (size_t i = 0; i < words; i++)
			memcpy(texts[0] + 2 * i, i % 1000 == 7 ? "b " : "a ", 2);
		texts[0][2 * words] = '\0';
		put(place, texts, false);
	}
	free(texts[0]);
	write_segment();
	assert_int_equal(db_exec(db, path, "COMMIT"), 0);
	same();
	/* Backwards they are found by the lists of pages. */
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(
	    db_number(other,
		"SELECT rowid FROM search ('t') WHERE rowid < 5 ORDER BY rowid DESC", 0),
	    4);
	sqlite3_close(other);
	assert_true(
	    db_number(db, "SELECT count(*) FROM search_idx WHERE pgno & 1", 0) > 1);
}

/* What goes and what comes in its place, over several segments that FTS5 merges. */
static void
changed(void **state)
{
	(void)state;
	for (int i = 0; i < DOCUMENTS; i++) {
		for (size_t k = 0; k < SEGMENTS_COLUMNS; k++)
			typed[i][k] = any_text(pick(60));
		put(i, typed[i], false);
	}
	write_segment();
	for (int round = 0; round < 40; round++) {
		for (int i = (int)pick(20); i < DOCUMENTS; i += 1 + (int)pick(30)) {
			put(i, typed[i], true);
			free(typed[i][0]);
			typed[i][0] = any_text(pick(60));
			put(i, typed[i], false);
		}
		write_segment();
		if (round % 16 == 15)
			same();
	}
	for (int i = 0; i < DOCUMENTS; i += 2)
		put(i, typed[i], true);
	write_segment();
	same();
	db_exec(db, path, "INSERT INTO search (search, rank) VALUES ('merge', 4)");
	same();
}

/* Large ones of a first load stay apart; small ones are to be merged. */
static void
levels(void **state)
{
	struct segments *segments = segments_read(db, path);

	(void)state;
	assert_non_null(segments);
	for (int i = 1; i <= 90; i++)
		segments_add(segments, i, 1000);
	assert_false(segments_are_many(segments));
	for (int i = 91; i < 106; i++)
		segments_add(segments, i, 1);
	assert_int_equal(segments_free_id(segments, path), 106);
	assert_false(segments_are_many(segments));
	segments_add(segments, 106, 1000);
	assert_true(segments_are_many(segments));
	segments_free(segments);
}

/* Documents of an experiment that is taken back leave nothing. */
static void
cut(void **state)
{
	char *texts[SEGMENTS_COLUMNS] = {"kept", "", "", "", ""};
	size_t n;

	(void)state;
	put(1, texts, false);
	postings_all(postings, &n);
	postings_begin(postings, &(struct postings_document){.place = 2});
	postings_text(postings, 0, "undone", 6);
	postings_cut(postings, n);
	write_segment();
	same();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(random_texts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(all_characters, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(long_lists, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(changed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(levels, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(cut, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
