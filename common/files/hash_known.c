#include "files/hash_known.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/path.h"

#define COLUMNS "name, digest, size, mtime_ns, ctime_ns, inode, device, noted_ns"

/* Some file systems keep whole seconds, or two. */
#define COARSE_NS 2000000000LL

struct hash_known {
	sqlite3 *db;
	char *file, *site;
	sqlite3_stmt *list, *find, *hash;
};

struct hash_known *
hash_known_open(const char *db, const char *site, bool *failed)
{
	struct hash_known *known;

	if (db == NULL || db_is_empty(db))
		return NULL;
	known = calloc(1, sizeof(*known));
	if (known == NULL || (known->site = strdup(site)) == NULL) {
		msg("no memory");
		goto fail;
	}
	known->db = db_open_reader(db, &known->file);
	if (known->db == NULL)
		goto fail;
	if (db_number(known->db,
		"SELECT count(*) FROM sqlite_schema WHERE name = 'hash_files'", 0) == 0) {
		hash_known_close(known);
		return NULL;
	}
	known->list = db_prepare(known->db, known->file,
	    "SELECT " COLUMNS " FROM hash_files "
	    "WHERE site_id = ?1 AND directory = ?2 AND name > ?3 AND name <= ?4 "
	    "ORDER BY name");
	known->find = db_prepare(known->db, known->file,
	    "SELECT " COLUMNS " FROM hash_files "
	    "WHERE site_id = ?1 AND directory = ?2 AND name = ?3");
	known->hash = db_prepare(known->db, known->file,
	    "SELECT current_hash FROM hash_records WHERE site_id = ?1 AND path = ?2");
	if (known->list != NULL && known->find != NULL && known->hash != NULL)
		return known;
fail:
	*failed = true;
	hash_known_close(known);
	return NULL;
}

void
hash_known_close(struct hash_known *known)
{
	if (known == NULL)
		return;
	sqlite3_finalize(known->list);
	sqlite3_finalize(known->find);
	sqlite3_finalize(known->hash);
	sqlite3_close(known->db);
	free(known->file);
	free(known->site);
	free(known);
}

sqlite3 *
hash_known_db(struct hash_known *known)
{
	return known != NULL ? known->db : NULL;
}

void
hash_known_begin(
    struct hash_known *known, const char *directory, const char *after, const char *last)
{
	/* No blob is greater: names end before 256 bytes. */
	static const char end[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

	sqlite3_bind_text(known->list, 1, known->site, -1, SQLITE_STATIC);
	path_bind(known->list, 2, directory, strlen(directory));
	sqlite3_bind_text(known->list, 3, after != NULL ? after : "", -1, SQLITE_STATIC);
	if (last != NULL)
		sqlite3_bind_text(known->list, 4, last, -1, SQLITE_STATIC);
	else
		sqlite3_bind_blob(known->list, 4, end, sizeof(end), SQLITE_STATIC);
}

static void
read_row(sqlite3_stmt *row, struct hash_known_file *file)
{
	file->odd = sqlite3_column_type(row, 0) == SQLITE_BLOB;
	file->name = sqlite3_column_blob(row, 0);
	file->n = (size_t)sqlite3_column_bytes(row, 0);
	file->digest = sqlite3_column_blob(row, 1);
	if (sqlite3_column_bytes(row, 1) != HASH_BYTES)
		file->digest = NULL;
	/* What somebody put without them has no state: -1. */
	file->state.size = sqlite3_column_type(row, 2) == SQLITE_NULL
			       ? -1
			       : sqlite3_column_int64(row, 2);
	file->state.mtime = sqlite3_column_int64(row, 3);
	file->state.ctime = sqlite3_column_int64(row, 4);
	file->state.inode = sqlite3_column_int64(row, 5);
	file->state.device = sqlite3_column_int64(row, 6);
	file->noted = sqlite3_column_int64(row, 7);
}

bool
hash_known_next(struct hash_known *known, struct hash_known_file *file)
{
	int code = sqlite3_step(known->list);

	if (code == SQLITE_ROW)
		read_row(known->list, file);
	else if (code != SQLITE_DONE)
		db_complain(known->db, known->file);
	return code == SQLITE_ROW;
}

void
hash_known_end(struct hash_known *known)
{
	sqlite3_reset(known->list);
}

bool
hash_known_find(struct hash_known *known, const char *directory, const char *name,
    struct hash_known_file *file)
{
	bool found;

	sqlite3_reset(known->find);
	sqlite3_bind_text(known->find, 1, known->site, -1, SQLITE_STATIC);
	path_bind(known->find, 2, directory, strlen(directory));
	path_bind(known->find, 3, name, strlen(name));
	found = sqlite3_step(known->find) == SQLITE_ROW;
	if (found)
		read_row(known->find, file);
	else
		sqlite3_reset(known->find);
	return found;
}

char *
hash_known_hash(struct hash_known *known, const char *directory)
{
	char *hash = NULL;

	sqlite3_bind_text(known->hash, 1, known->site, -1, SQLITE_STATIC);
	path_bind(known->hash, 2, directory, strlen(directory));
	if (sqlite3_step(known->hash) == SQLITE_ROW &&
	    sqlite3_column_type(known->hash, 0) != SQLITE_NULL)
		hash = strdup((const char *)sqlite3_column_text(known->hash, 0));
	sqlite3_reset(known->hash);
	return hash;
}

bool
hash_known_holds(const struct hash_known_file *file, const struct hash_state *state)
{
	long long newest = state->mtime > state->ctime ? state->mtime : state->ctime;

	if (newest % 1000000000 == 0)
		newest += COARSE_NS;
	return file->digest != NULL && file->state.size == state->size &&
	       file->state.mtime == state->mtime && file->state.ctime == state->ctime &&
	       file->state.inode == state->inode && file->state.device == state->device &&
	       newest < file->noted;
}
