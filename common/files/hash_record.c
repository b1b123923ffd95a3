#include "files/hash_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream/emit.h"
#include "stream/streams.h"
#include "text/base64.h"
#include "text/timestamp.h"
#include "text/utf8.h"

void
hash_record_begin(struct hash_record *record)
{
	streams_schema_named(record->out, "hash_files");
	streams_schema_named(record->out, "hash_links");
	streams_schema_named(record->out, "hash_records");
}

void
hash_record_bytes(struct writer *w, const char *name, const char *p, size_t n)
{
	char odd[40], *text;

	if (utf8_valid(p, n) == n) {
		writer_text(w, name, p, n);
		return;
	}
	snprintf(odd, sizeof(odd), "%s_b64", name != NULL ? name : "name");
	text = base64_encode(p, n);
	if (name == NULL)
		writer_object(w, NULL);
	writer_string(w, odd, text);
	if (name == NULL)
		writer_end_object(w);
	free(text);
}

static struct writer
begin(struct hash_record *record, const char *stream, const char *path)
{
	struct writer w = emit_record(record->out, stream);

	writer_string(&w, "site_id", record->site);
	hash_record_bytes(&w, "path", path, strlen(path));
	return w;
}

static struct writer
begin_directory(struct hash_record *record, const struct hash_directory *directory)
{
	struct writer w = begin(record, "hash_records", directory->path);
	char hex[HASH_HEX];

	hash_merkle_write(directory->digest, hex);
	writer_string(&w, "current_hash", hex);
	writer_integer(&w, "current_dtg_latest", record->now);
	return w;
}

/* The names of n entries as an array. */
static void
put_names(struct writer *w, const char *name, const struct hash_directory *directory,
    size_t first, size_t n)
{
	writer_array(w, name);
	for (size_t i = first; i < first + n; i++) {
		const struct hash_entry *entry = &directory->entries[i];
		const char *text = hash_entry_name(directory, entry);

		if (entry->state == HASH_FINE)
			hash_record_bytes(w, NULL, text, strlen(text));
	}
	writer_end_array(w);
}

void
hash_record_directory(struct hash_record *record, const struct hash_directory *directory)
{
	struct writer w = begin_directory(record, directory);
	size_t others = directory->n_dirs + directory->n_files;

	if (record->session != NULL)
		writer_string(&w, "session_id", record->session);
	put_names(&w, "dirs", directory, 0, directory->n_dirs);
	put_names(&w, "files", directory, directory->n_dirs, directory->n_files);
	put_names(&w, "links", directory, others, directory->n - others);
	emit_end(&w);
}

void
hash_record_same(struct hash_record *record, const struct hash_directory *directory)
{
	struct writer w = begin_directory(record, directory);

	emit_end(&w);
}

void
hash_record_file(struct hash_record *record, const char *path,
    const struct hash_state *state, const unsigned char digest[HASH_BYTES])
{
	struct writer w = begin(record, "hash_files", path);
	char hex[HASH_HEX];

	hash_merkle_write(digest, hex);
	writer_string(&w, "sha256", hex);
	if (state->size >= 0)
		writer_integer(&w, "size", state->size);
	if (state->inode != 0) {
		writer_integer(&w, "mtime_ns", state->mtime);
		writer_integer(&w, "ctime_ns", state->ctime);
		writer_integer(&w, "inode", state->inode);
		writer_integer(&w, "device", state->device);
		writer_integer(&w, "noted_ns", record->noted);
	}
	emit_end(&w);
}

void
hash_record_link(
    struct hash_record *record, const char *path, const char *target, size_t n)
{
	struct writer w = begin(record, "hash_links", path);

	hash_record_bytes(&w, "target", target, n);
	emit_end(&w);
}

void
hash_record_gone(
    struct hash_record *record, const char *stream, const char *path, bool tree)
{
	struct writer w = begin(record, stream, path);
	char at[TIMESTAMP_BYTES];

	if (timestamp_write((int64_t)record->now * 1000000, at))
		writer_string(&w, "_sdc_deleted_at", at);
	if (tree)
		writer_bool(&w, "tree", true);
	emit_end(&w);
}

void
hash_record_forget(struct hash_record *record, const char *path)
{
	static const char *const tables[] = {"hash_records", "hash_files", "hash_links"};

	for (int i = 0; i < 3; i++)
		hash_record_gone(record, tables[i], path, true);
}

void
hash_record_target(
    struct hash_record *record, const char *site, const char *path, const char *hash)
{
	struct writer w;

	streams_schema_named(record->out, "hash_records");
	w = emit_record(record->out, "hash_records");
	if (site != NULL)
		writer_string(&w, "site_id", site);
	hash_record_bytes(&w, "path", path, strlen(path));
	writer_string(&w, "target_hash", hash);
	emit_end(&w);
}
