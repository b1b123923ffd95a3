#include "files/hash_verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/path.h"
#include "files/hash_difference.h"
#include "files/hash_expected.h"
#include "files/hash_list.h"
#include "files/hash_root.h"

struct verify {
	const struct hash_verify *given;
	struct hash_expected *expected;
	struct hash_differences differences;
};

/* What is expected of an open directory. */
struct own {
	struct hash_expected_record record;
	bool expected; /* its parent lists it */
	bool unlisted; /* nobody knows what should be in it */
	bool differs;  /* something below it does */
	struct hash_expected_entry *dirs;
	size_t n_dirs;
};

static void
note(struct verify *verify, enum hash_status status, char type,
    const struct hash_directory *directory, const char *name, const unsigned char *digest)
{
	hash_difference_add(
	    &verify->differences, status, type, hash_walk_path(directory, name), digest);
}

static void
enter(void *context, struct hash_directory *directory)
{
	struct verify *verify = context;
	const struct own *above =
	    directory->parent != NULL ? directory->parent->own : NULL;
	struct own *own = calloc(1, sizeof(*own));
	const char *slash = strrchr(directory->path, '/');

	directory->own = own;
	if (own == NULL) {
		msg("no memory");
		verify->differences.failed = true;
		return;
	}
	own->expected =
	    directory->parent == NULL || verify->given->target ||
	    (above != NULL &&
		(above->unlisted || hash_expected_find(above->dirs, above->n_dirs, 'd',
					slash + 1) != NULL));
	if (!own->expected)
		return;
	own->record = hash_expected_record(verify->expected, directory->path);
	own->unlisted = !own->record.listed;
	if (own->record.listed && !verify->given->target)
		own->dirs = hash_expected_entries(
		    verify->expected, directory->path, true, &own->n_dirs);
}

static void
release(struct own *own)
{
	if (own == NULL)
		return;
	free(own->record.hash);
	free(own->record.target);
	hash_expected_free(own->dirs, own->n_dirs);
	free(own);
}

/* A directory that is there no more: all that was in it, and itself if that is wanted.
   path is taken over. */
static void
note_removed(struct verify *verify, char *path, bool itself)
{
	struct hash_expected_record record = hash_expected_record(verify->expected, path);
	unsigned char digest[HASH_BYTES];
	struct hash_expected_entry *entries;
	bool known = record.hash != NULL &&
		     hash_merkle_read(record.hash, strlen(record.hash), digest) == 0;
	size_t n;

	entries = hash_expected_entries(verify->expected, path, false, &n);
	for (size_t i = 0; i < n && entries != NULL; i++) {
		const struct hash_expected_entry *e = &entries[i];
		char *child;

		if (asprintf(&child, "%s/%s", path[1] == '\0' ? "" : path, e->name) < 0)
			child = NULL;
		if (e->type == 'd' && child != NULL)
			note_removed(verify, child, true);
		else if (e->type == 'f' || !verify->given->files_only)
			hash_difference_add(&verify->differences, HASH_REMOVED, e->type,
			    child, e->known ? e->digest : NULL);
		else
			free(child);
	}
	hash_expected_free(entries, n);
	free(record.hash);
	free(record.target);
	if (!itself || verify->given->files_only)
		free(path);
	else
		hash_difference_add(
		    &verify->differences, HASH_REMOVED, 'd', path, known ? digest : NULL);
}

/* Is an entry of that name there, of any type but one? */
static bool
is_there(const struct hash_directory *directory, char but, const char *name)
{
	size_t begin[] = {
	    0, directory->n_dirs, directory->n_dirs + directory->n_files, directory->n};

	for (int t = 0; t < 3; t++) {
		if ("dfl"[t] == but)
			continue;
		for (size_t low = begin[t], high = begin[t + 1]; low < high;) {
			size_t middle = (low + high) / 2;
			int order = strcmp(
			    hash_entry_name(directory, &directory->entries[middle]),
			    name);

			if (order == 0)
				return directory->entries[middle].state != HASH_GONE;
			if (order < 0)
				low = middle + 1;
			else
				high = middle;
		}
	}
	return false;
}

/* What should be there, and is not. */
static void
take_missing(struct verify *verify, const struct hash_directory *directory,
    const struct hash_expected_entry *e)
{
	char *path;

	if (verify->given->files_only && e->type == 'l')
		return;
	path = hash_walk_path(directory, e->name);
	if (is_there(directory, e->type, e->name)) {
		note(verify, HASH_TYPE, e->type, directory, e->name,
		    e->known ? e->digest : NULL);
		if (e->type == 'd' && path != NULL)
			note_removed(verify, path, false);
		else
			free(path);
		return;
	}
	if (e->type == 'd' && path != NULL)
		note_removed(verify, path, true);
	else
		hash_difference_add(&verify->differences, HASH_REMOVED, e->type, path,
		    e->known ? e->digest : NULL);
}

/* What is there, and should not be; entries NULL: nothing should. */
static void
take_new(struct verify *verify, const struct hash_directory *directory, size_t i,
    const struct hash_expected_entry *entries, size_t n)
{
	const struct hash_entry *entry = &directory->entries[i];
	const char *name = hash_entry_name(directory, entry);
	bool whole = entry->state == HASH_FINE;

	if (entry->state == HASH_GONE ||
	    hash_expected_find(entries, n, 0, name) != NULL || /* another type */
	    (verify->given->files_only && entry->type != 'f'))
		return;
	note(verify, HASH_ADDED, entry->type, directory, name,
	    whole ? directory->digests[i] : NULL);
}

/* What is there, and should be: is it the same? */
static void
take_both(struct verify *verify, const struct hash_directory *directory, size_t i,
    const struct hash_expected_entry *e)
{
	const struct hash_entry *entry = &directory->entries[i];

	if (entry->state == HASH_FAILED)
		note(verify, HASH_UNREADABLE, entry->type, directory, e->name, NULL);
	else if (entry->type != 'd' && e->known &&
		 memcmp(e->digest, directory->digests[i], HASH_BYTES) != 0)
		note(verify, HASH_CHANGED, entry->type, directory, e->name,
		    directory->digests[i]);
}

static void
compare(struct verify *verify, struct hash_directory *directory)
{
	size_t n, i = 0, j = 0;
	struct hash_expected_entry *entries =
	    hash_expected_entries(verify->expected, directory->path, false, &n);

	if (entries == NULL)
		return;
	while (i < directory->n || j < n) {
		int order;

		if (i < directory->n && directory->entries[i].state == HASH_GONE) {
			i++;
			continue;
		}
		order = i == directory->n ? 1
			: j == n	  ? -1
					  : directory->entries[i].type - entries[j].type;
		if (order == 0)
			order = strcmp(hash_entry_name(directory, &directory->entries[i]),
			    entries[j].name);
		if (order == 0)
			take_both(verify, directory, i++, &entries[j++]);
		else if (order > 0)
			take_missing(verify, directory, &entries[j++]);
		else
			take_new(verify, directory, i++, entries, n);
	}
	hash_expected_free(entries, n);
}

/* The directories that explain why a target is not reached: those with no other one
   below them. */
static void
compare_target(struct verify *verify, struct hash_directory *directory, struct own *own,
    const char *hex)
{
	if (own->record.target == NULL ||
	    (!directory->failed && strcmp(own->record.target, hex) == 0))
		return;
	if (!own->differs)
		note(verify, HASH_CHANGED, 'd', directory, "",
		    directory->failed ? NULL : directory->digest);
	own->differs = true;
}

static void
leave(void *context, struct hash_directory *directory, struct hash_known *known)
{
	struct verify *verify = context;
	struct own *own = directory->own,
		   *above = directory->parent != NULL ? directory->parent->own : NULL;
	size_t before = verify->differences.n;
	char hex[HASH_HEX] = "";

	(void)known;
	if (own == NULL)
		return;
	if (!directory->failed)
		hash_merkle_write(directory->digest, hex);
	if (verify->given->target) {
		compare_target(verify, directory, own, hex);
	} else if (!own->expected) {
		for (size_t i = 0; i < directory->n; i++)
			take_new(verify, directory, i, NULL, 0);
		own->differs = true;
	} else if (own->record.hash == NULL || strcmp(own->record.hash, hex) != 0) {
		if (own->record.listed)
			compare(verify, directory);
		own->differs |= verify->differences.n > before;
		/* Of another kind of hash, or without a list of what is in it. */
		if (!own->differs && own->record.hash != NULL && !directory->failed)
			note(verify, HASH_CHANGED, 'd', directory, "", directory->digest);
		own->differs |= own->record.hash != NULL;
	}
	if (above != NULL)
		above->differs |= own->differs;
	directory->own = NULL;
	release(own);
}

/* Against what one site says.  The exit status. */
static int
verify_site(struct verify *verify, struct hash_walk *walk, const char *site, bool tell)
{
	struct hash_expected_record record;
	struct stream out;
	int status = EXIT_PARTIAL;

	verify->expected =
	    hash_expected_open(verify->given->db, verify->given->name, site);
	if (verify->expected == NULL)
		return EXIT_PARTIAL;
	record = hash_expected_record(verify->expected, walk->recorded);
	free(record.hash);
	free(record.target);
	walk->site = site;
	if (hash_expected_failed(verify->expected)) {
		/* Which was said. */
	} else if (!record.there) {
		msg("%s: %s is not recorded: elog-hash scan records it",
		    verify->given->name, walk->recorded);
	} else if (hash_walk(walk) == 0) {
		hash_difference_join(&verify->differences);
		if (stream_open(&out, STDOUT_FILENO) == 0) {
			hash_difference_print(&verify->differences, &out,
			    tell ? site : NULL, verify->given->json);
			if (stream_close(&out) != 0)
				msg("stdout: %s", strerror(errno));
			else if (verify->differences.n == 0 && walk->problems == 0 &&
				 !verify->differences.failed &&
				 !hash_expected_failed(verify->expected))
				status = EXIT_DONE;
		}
	}
	hash_difference_free(&verify->differences);
	hash_expected_close(verify->expected);
	verify->expected = NULL;
	return status;
}

/* Against all sites that know the directory. */
static int
verify_all(struct verify *verify, struct hash_walk *walk)
{
	const struct hash_verify *given = verify->given;
	sqlite3_stmt *query = db_prepare(given->db, given->name,
	    "SELECT json_group_array(site_id) FROM (SELECT DISTINCT site_id "
	    "FROM hash_records WHERE path = ?1 ORDER BY site_id)");
	sqlite3_stmt *each = db_prepare(
	    given->db, given->name, "SELECT value FROM json_each(?1) ORDER BY key");
	int status = EXIT_DONE, n = 0, code;

	if (query == NULL || each == NULL) {
		sqlite3_finalize(query);
		sqlite3_finalize(each);
		return EXIT_PARTIAL;
	}
	path_bind(query, 1, walk->recorded, strlen(walk->recorded));
	if ((code = sqlite3_step(query)) == SQLITE_ROW)
		sqlite3_bind_value(each, 1, sqlite3_column_value(query, 0));
	for (; code == SQLITE_ROW && (code = sqlite3_step(each)) == SQLITE_ROW; n++) {
		char *site = strdup((const char *)sqlite3_column_text(each, 0));

		if (site == NULL ||
		    verify_site(verify, walk, site, site[0] != '\0') != EXIT_DONE)
			status = EXIT_PARTIAL;
		free(site);
	}
	if (code != SQLITE_DONE) {
		db_complain(given->db, given->name);
		status = EXIT_PARTIAL;
	}
	sqlite3_finalize(query);
	sqlite3_finalize(each);
	if (code != SQLITE_DONE)
		return status;
	/* Nobody does: say so. */
	return n > 0 ? status : verify_site(verify, walk, "", false);
}

int
hash_verify(const struct hash_verify *given, const char *directory)
{
	struct verify verify = {.given = given};
	struct hash_walk walk = given->walk;
	char *root = hash_root_absolute(directory),
	     *recorded = root != NULL ? hash_root_recorded(given->roots, root) : NULL;
	int status = EXIT_PARTIAL;

	if (recorded == NULL) {
		msg("%s: %s", directory, strerror(errno));
	} else {
		walk.root = root;
		walk.recorded = recorded;
		walk.db = given->cache;
		walk.keep = true;
		walk.call = (struct hash_walk_call){
		    .entered = enter, .done = leave, .context = &verify};
		status = given->site != NULL
			     ? verify_site(&verify, &walk, given->site, false)
			     : verify_all(&verify, &walk);
	}
	free(recorded);
	free(root);
	return status;
}

int
hash_verify_list(const struct hash_verify *given, const char *file, const char *directory)
{
	struct hash_verify verify = *given;
	struct hash_list list = {.db = NULL};
	char *here = hash_root_absolute(directory),
	     *name = here != NULL ? hash_root_recorded(given->roots, here) : NULL;
	int status = EXIT_PARTIAL;

	if (name == NULL) {
		msg("%s: %s", directory, strerror(errno));
	} else if (hash_list_read(&list, file, NULL, here, name) == 0) {
		verify.db = list.db;
		verify.name = file;
		verify.site = "";
		verify.files_only = list.files_only;
		status = hash_verify(&verify, directory);
		if (list.problems > 0)
			status = EXIT_PARTIAL;
	}
	hash_list_close(&list);
	free(name);
	free(here);
	return status;
}
