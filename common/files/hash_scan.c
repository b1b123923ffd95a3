#include "files/hash_scan.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/path.h"
#include "files/hash_expected.h"
#include "files/hash_record.h"
#include "files/hash_root.h"

/* What was found goes to the loader that often, so that little is lost by a kill. */
#define FLUSH_SECONDS 0.5

struct scan {
	struct hash_record record;
	struct hash_walk *walk;
	double flushed; /* when: see clock_seconds() */
};

static void
flush_at_times(struct scan *scan)
{
	double now = clock_seconds();

	if (scan->record.out->error != 0)
		scan->walk->stop = true;
	if (now - scan->flushed < FLUSH_SECONDS)
		return;
	(void)stream_flush(scan->record.out); /* its error stays */
	scan->flushed = now;
}

static void
take_read(void *context, const struct hash_directory *directory, const char *name,
    const struct hash_state *state, const unsigned char digest[HASH_BYTES])
{
	struct scan *scan = context;
	char *path = hash_walk_path(directory, name);

	if (path != NULL)
		hash_record_file(&scan->record, path, state, digest);
	free(path);
	flush_at_times(scan);
}

static void
take_gone(
    void *context, const struct hash_directory *directory, const char *name, size_t n)
{
	struct scan *scan = context;
	char *text = strndup(name, n),
	     *path = text != NULL ? hash_walk_path(directory, text) : NULL;

	if (path != NULL)
		hash_record_gone(&scan->record, "hash_files", path, false);
	free(path);
	free(text);
}

/* Links that are recorded and are there no more. */
static void
put_lost_links(
    struct scan *scan, const struct hash_directory *directory, struct hash_known *known)
{
	sqlite3 *db = hash_known_db(known);
	sqlite3_stmt *query = db_prepare(db, scan->walk->db,
	    "SELECT CAST(name AS BLOB) FROM hash_links "
	    "WHERE site_id = ?1 AND directory = ?2");
	int code;

	if (query == NULL) {
		scan->walk->problems++;
		return;
	}
	sqlite3_bind_text(query, 1, scan->record.site, -1, SQLITE_STATIC);
	path_bind(query, 2, directory->path, strlen(directory->path));
	while ((code = sqlite3_step(query)) == SQLITE_ROW) {
		const char *p = sqlite3_column_blob(query, 0);
		size_t n = (size_t)sqlite3_column_bytes(query, 0);
		size_t i = directory->n_dirs + directory->n_files;
		char *name, *path;

		for (; i < directory->n; i++) {
			const char *entry =
			    hash_entry_name(directory, &directory->entries[i]);

			if (strncmp(entry, p, n) == 0 && entry[n] == '\0')
				break;
		}
		if (i < directory->n || (name = strndup(p, n)) == NULL)
			continue;
		path = hash_walk_path(directory, name);
		if (path != NULL)
			hash_record_gone(&scan->record, "hash_links", path, false);
		free(path);
		free(name);
	}
	if (code != SQLITE_DONE) {
		db_complain(db, scan->walk->db);
		scan->walk->problems++;
	}
	sqlite3_finalize(query);
}

/* Files and links of directories that were recorded and are there no more. */
static void
put_lost_directories(
    struct scan *scan, const struct hash_directory *directory, struct hash_known *known)
{
	struct hash_expected *expected =
	    hash_expected_open(hash_known_db(known), scan->walk->db, scan->record.site);
	struct hash_expected_entry *dirs = NULL;
	size_t n = 0, i = 0;

	if (expected != NULL)
		dirs = hash_expected_entries(expected, directory->path, true, &n);
	for (size_t j = 0; j < n && dirs != NULL; j++) {
		int order = -1;
		char *path;

		while (i < directory->n_dirs &&
		       (order = strcmp(hash_entry_name(directory, &directory->entries[i]),
			    dirs[j].name)) < 0)
			i++;
		if (i < directory->n_dirs && order == 0 &&
		    directory->entries[i].state != HASH_GONE)
			continue;
		path = hash_walk_path(directory, dirs[j].name);
		if (path != NULL) {
			hash_record_gone(&scan->record, "hash_files", path, true);
			hash_record_gone(&scan->record, "hash_links", path, true);
		}
		free(path);
	}
	hash_expected_free(dirs, n);
	hash_expected_close(expected);
}

static void
put_links(struct scan *scan, const struct hash_directory *directory)
{
	char target[PATH_MAX + 1];

	for (size_t i = directory->n_dirs + directory->n_files; i < directory->n; i++) {
		const char *name = hash_entry_name(directory, &directory->entries[i]);
		ssize_t n = readlinkat(directory->fd, name, target, sizeof(target));
		char *path = n >= 0 ? hash_walk_path(directory, name) : NULL;

		if (path != NULL)
			hash_record_link(&scan->record, path, target, (size_t)n);
		free(path);
	}
}

static void
take_done(void *context, struct hash_directory *directory, struct hash_known *known)
{
	struct scan *scan = context;
	char *before, hex[HASH_HEX];

	if (directory->failed)
		return;
	before = known != NULL ? hash_known_hash(known, directory->path) : NULL;
	hash_merkle_write(directory->digest, hex);
	if (before != NULL && strcmp(before, hex) == 0) {
		hash_record_same(&scan->record, directory);
	} else {
		if (before != NULL) {
			put_lost_links(scan, directory, known);
			put_lost_directories(scan, directory, known);
		}
		put_links(scan, directory);
		hash_record_directory(&scan->record, directory);
	}
	free(before);
	flush_at_times(scan);
}

/* How much there is, if an earlier scan told: for the progress line alone. */
static void
expect(struct hash_walk *walk)
{
	char *file = NULL;
	sqlite3 *db;
	sqlite3_stmt *query;

	if (!msg_terminal() || walk->db == NULL || db_is_empty(walk->db))
		return;
	db = db_open_reader(walk->db, &file);
	if (db == NULL)
		return;
	if (sqlite3_prepare_v2(db,
		"SELECT count(*) FROM hash_files WHERE site_id = ?1 AND (directory = ?2 "
		"OR directory BETWEEN ?2 || '/' AND ?2 || '0')",
		-1, &query, NULL) == SQLITE_OK) {
		sqlite3_bind_text(query, 1, walk->site, -1, SQLITE_STATIC);
		sqlite3_bind_text(query, 2, walk->recorded, -1, SQLITE_STATIC);
		if (sqlite3_step(query) == SQLITE_ROW)
			walk->expected_files = sqlite3_column_int64(query, 0);
		sqlite3_finalize(query);
	}
	sqlite3_close(db);
	free(file);
}

int
hash_scan(const struct hash_scan *given, struct stream *out, const char *directory)
{
	struct hash_walk walk = given->walk;
	struct timespec coarse;
	struct scan scan = {.walk = &walk};
	char *root = hash_root_absolute(directory),
	     *recorded = root != NULL ? hash_root_recorded(given->roots, root) : NULL;
	int status = EXIT_PARTIAL;

	if (recorded == NULL) {
		msg("%s: %s", directory, strerror(errno));
		goto done;
	}
	/* The clock from which files get their times. */
	clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
	scan.flushed = clock_seconds();
	scan.record = (struct hash_record){.out = out,
	    .site = given->site,
	    .session = given->session,
	    .now = (long long)coarse.tv_sec,
	    .noted = (long long)coarse.tv_sec * 1000000000 + coarse.tv_nsec};
	walk.root = root;
	walk.recorded = recorded;
	walk.db = given->db;
	walk.site = given->site;
	walk.call = (struct hash_walk_call){
	    .read = take_read, .gone = take_gone, .done = take_done, .context = &scan};
	expect(&walk);
	hash_record_begin(&scan.record);
	if (hash_walk(&walk) == 0 && walk.problems == 0)
		status = EXIT_DONE;
done:
	free(recorded);
	free(root);
	return status;
}
