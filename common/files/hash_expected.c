#include "files/hash_expected.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/path.h"
#include "db/statement.h"
#include "db/value.h"

struct hash_expected {
	sqlite3_stmt *record, *dirs, *entries;
	const char *path;
	struct hash_merkle merkle;
	bool failed;
};

struct hash_expected *
hash_expected_open(sqlite3 *db, const char *path, const char *site)
{
	struct hash_expected *expected = calloc(1, sizeof(*expected));

	if (expected == NULL || value_functions(db) != SQLITE_OK) {
		msg("no memory");
		free(expected);
		return NULL;
	}
	expected->path = path;
	expected->record = db_prepare(db, path, statement_file("hash", "record", ""));
	expected->dirs = db_prepare(db, path, statement_file("hash", "dirs", ""));
	expected->entries = db_prepare(db, path, statement_file("hash", "entries", ""));
	if (expected->record == NULL || expected->dirs == NULL ||
	    expected->entries == NULL) {
		hash_expected_close(expected);
		return NULL;
	}
	statement_text(expected->record, ":site", site);
	statement_text(expected->dirs, ":site", site);
	statement_text(expected->entries, ":site", site);
	return expected;
}

void
hash_expected_close(struct hash_expected *expected)
{
	if (expected == NULL)
		return;
	sqlite3_finalize(expected->record);
	sqlite3_finalize(expected->dirs);
	sqlite3_finalize(expected->entries);
	hash_merkle_close(&expected->merkle);
	free(expected);
}

bool
hash_expected_failed(const struct hash_expected *expected)
{
	return expected->failed;
}

static void
bind_path(sqlite3_stmt *statement, const char *directory)
{
	path_bind(statement, sqlite3_bind_parameter_index(statement, ":path"), directory,
	    strlen(directory));
}

static char *
column_text(sqlite3_stmt *row, int column)
{
	const void *p = sqlite3_column_blob(row, column);

	return p != NULL ? strndup(p, (size_t)sqlite3_column_bytes(row, column)) : NULL;
}

struct hash_expected_record
hash_expected_record(struct hash_expected *expected, const char *directory)
{
	struct hash_expected_record record = {0};
	int code;

	bind_path(expected->record, directory);
	code = sqlite3_step(expected->record);
	if (code == SQLITE_ROW) {
		record.there = true;
		record.hash = column_text(expected->record, 0);
		record.target = column_text(expected->record, 1);
		record.listed = sqlite3_column_int(expected->record, 2) != 0;
	} else if (code != SQLITE_DONE) {
		db_complain(sqlite3_db_handle(expected->record), expected->path);
		expected->failed = true;
	}
	sqlite3_reset(expected->record);
	return record;
}

static int
by_type_and_name(const void *a, const void *b)
{
	const struct hash_expected_entry *one = a, *two = b;

	return one->type != two->type ? one->type - two->type
				      : strcmp(one->name, two->name);
}

/* 0, or -1 without memory. */
static int
read_entry(struct hash_expected *expected, sqlite3_stmt *row, bool dirs_only,
    struct hash_expected_entry *entry)
{
	const void *p;

	*entry = (struct hash_expected_entry){.type = 'd', .size = -1};
	entry->name = column_text(row, dirs_only ? 0 : 1);
	if (entry->name == NULL)
		return -1;
	if (dirs_only)
		return 0;
	entry->type = (char)sqlite3_column_text(row, 0)[0];
	if (sqlite3_column_type(row, 3) != SQLITE_NULL)
		entry->size = sqlite3_column_int64(row, 3);
	p = sqlite3_column_blob(row, 2);
	if (p != NULL && sqlite3_column_bytes(row, 2) == HASH_BYTES) {
		memcpy(entry->digest, p, HASH_BYTES);
		entry->known = true;
	}
	p = sqlite3_column_blob(row, 4);
	if (p != NULL) {
		hash_merkle_begin(&expected->merkle);
		hash_merkle_bytes(
		    &expected->merkle, p, (size_t)sqlite3_column_bytes(row, 4));
		entry->known = hash_merkle_end(&expected->merkle, entry->digest) == 0;
		entry->target = column_text(row, 4);
	}
	return 0;
}

struct hash_expected_entry *
hash_expected_entries(
    struct hash_expected *expected, const char *directory, bool dirs_only, size_t *n)
{
	sqlite3_stmt *query = dirs_only ? expected->dirs : expected->entries;
	struct hash_expected_entry *entries = malloc(sizeof(*entries)), *more = entries;
	size_t size = 1;
	int code = SQLITE_NOMEM;

	*n = 0;
	bind_path(query, directory);
	while (more != NULL && (code = sqlite3_step(query)) == SQLITE_ROW) {
		if (sqlite3_column_bytes(query, dirs_only ? 0 : 1) == 0)
			continue; /* no name */
		if (*n == size) {
			size *= 2;
			more = realloc(entries, size * sizeof(*entries));
			entries = more != NULL ? more : entries;
		}
		if (more == NULL ||
		    read_entry(expected, query, dirs_only, &entries[*n]) != 0)
			break;
		++*n;
	}
	if (code == SQLITE_DONE) {
		qsort(entries, *n, sizeof(*entries), by_type_and_name);
	} else {
		if (code == SQLITE_ROW || code == SQLITE_NOMEM)
			msg("no memory");
		else
			db_complain(sqlite3_db_handle(query), expected->path);
		expected->failed = true;
		hash_expected_free(entries, *n);
		entries = NULL;
		*n = 0;
	}
	sqlite3_reset(query);
	return entries;
}

void
hash_expected_free(struct hash_expected_entry *entries, size_t n)
{
	for (size_t i = 0; i < n && entries != NULL; i++) {
		free(entries[i].name);
		free(entries[i].target);
	}
	free(entries);
}

const struct hash_expected_entry *
hash_expected_find(
    const struct hash_expected_entry *entries, size_t n, char type, const char *name)
{
	struct hash_expected_entry key = {.name = (char *)name}; /* only compared */
	const struct hash_expected_entry *found = NULL;

	for (const char *t = "dfl"; n > 0 && found == NULL && *t != '\0'; t++) {
		key.type = *t;
		if (type == 0 || type == *t)
			found =
			    bsearch(&key, entries, n, sizeof(*entries), by_type_and_name);
	}
	return found;
}
