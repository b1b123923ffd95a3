#include "files/hash_put.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "files/hash_expected.h"
#include "files/hash_list.h"
#include "files/hash_root.h"
#include "stream/emit.h"
#include "stream/lines.h"

/* ---- objects ---------------------------------------------------------------------- */

static bool
is_text(struct json_span object, const char *name, struct json_span *value)
{
	return json_find(object, name, value) && value->p[0] == '"' && value->n > 2;
}

/* Which stream an object belongs to; NULL if it is none, with the reason. */
static const char *
stream_of(struct json_span object, const char **why)
{
	struct json_span path, value;

	if (!is_text(object, "path", &path) && !is_text(object, "path_b64", &path)) {
		*why = "path is missing";
		return NULL;
	}
	if (is_text(object, "path", &path) && path.p[1] != '/') {
		*why = "path is not absolute";
		return NULL;
	}
	if (is_text(object, "current_hash", &value) ||
	    is_text(object, "target_hash", &value))
		return "hash_records";
	if (is_text(object, "sha256", &value))
		return "hash_files";
	if (is_text(object, "target", &value) || is_text(object, "target_b64", &value))
		return "hash_links";
	*why = "current_hash is missing";
	return NULL;
}

/* A path without the slashes at its end. */
static void
put_path(struct writer *w, struct json_span value)
{
	char *path = malloc(value.n);
	size_t n;

	if (path == NULL)
		return;
	n = json_string_decode(value, path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	writer_text(w, "path", path, n);
	free(path);
}

static void
put_object(struct hash_record *record, const char *stream, struct json_span object,
    const char *site)
{
	struct writer w = emit_record(record->out, stream);
	struct json_span key, value;
	struct json s;

	if (site != NULL)
		writer_string(&w, "site_id", site);
	if (record->session != NULL)
		writer_string(&w, "session_id", record->session);
	json_begin(&s, object.p, object.n);
	if (json_open(&s, '{'))
		while (json_member(&s, &key) && json_value(&s, &value)) {
			char name[60];

			if (key.n >= sizeof(name))
				continue;
			(void)json_string_decode(key, name);
			if (strcmp(name, "path") == 0 && value.p[0] == '"')
				put_path(&w, value);
			else if (!(site != NULL && strcmp(name, "site_id") == 0) &&
				 !(record->session != NULL &&
				     strcmp(name, "session_id") == 0))
				writer_json(&w, name, value);
		}
	emit_end(&w);
}

int
hash_put_json(struct hash_record *record, int fd, const char *name, const char *site)
{
	struct lines lines;
	enum lines_result code;
	int status = EXIT_DONE;
	char *line;
	size_t n;

	lines_open(&lines, fd);
	while ((code = lines_next(&lines, &line, &n)) != LINES_END) {
		struct json_span object;
		struct json s;
		const char *stream = NULL, *why = "no JSON object";

		if (code == LINES_ERROR) {
			msg("%s: %s", name, strerror(errno));
			status = EXIT_PARTIAL;
			break;
		}
		json_begin(&s, line, n);
		if (code == LINES_ONE && json_peek(&s) == 0)
			continue; /* empty */
		if (code == LINES_ONE && json_peek(&s) == '{' &&
		    json_value(&s, &object) && json_end(&s))
			stream = stream_of(object, &why);
		if (stream != NULL) {
			put_object(record, stream, object, site);
			continue;
		}
		msg("%s: line %ld: %s", name, lines.number, why);
		status = EXIT_PARTIAL;
	}
	lines_close(&lines);
	return status;
}

/* ---- lists ------------------------------------------------------------------------ */

struct put {
	struct hash_record *record;
	struct hash_expected *expected;
	bool failed;
};

static char *
join(const char *path, const char *name)
{
	char *joined;

	if (asprintf(&joined, "%s/%s", path[1] == '\0' ? "" : path, name) < 0)
		return NULL;
	return joined;
}

static void
put_names(struct writer *w, const char *name, const struct hash_expected_entry *entries,
    size_t n, char type)
{
	writer_array(w, name);
	for (size_t i = 0; i < n; i++)
		if (entries[i].type == type)
			hash_record_bytes(
			    w, NULL, entries[i].name, strlen(entries[i].name));
	writer_end_array(w);
}

/* Put a directory and all below it.  Is its hash known? */
static bool
put_directory(struct put *put, const char *path, unsigned char digest[HASH_BYTES])
{
	struct hash_merkle merkle = {0};
	struct writer w;
	size_t n;
	struct hash_expected_entry *entries =
	    hash_expected_entries(put->expected, path, false, &n);
	bool known = entries != NULL;
	char hex[HASH_HEX];

	for (size_t i = 0; i < n && entries != NULL; i++) {
		struct hash_expected_entry *e = &entries[i];
		char *child = join(path, e->name);

		if (child == NULL) {
			put->failed = true;
			known = false;
			continue;
		}
		if (e->type == 'd') {
			e->known = put_directory(put, child, e->digest);
		} else if (e->type == 'f' && e->known) {
			const struct hash_state state = {.size = e->size};

			hash_record_file(put->record, child, &state, e->digest);
		}
		if (e->type == 'l' && e->target != NULL)
			hash_record_link(
			    put->record, child, e->target, strlen(e->target));
		known = known && e->known;
		free(child);
	}
	hash_merkle_begin(&merkle);
	for (size_t i = 0; i < n && entries != NULL; i++)
		hash_merkle_entry(
		    &merkle, entries[i].type, entries[i].digest, entries[i].name);
	known = hash_merkle_end(&merkle, digest) == 0 && known;
	hash_merkle_close(&merkle);
	if (known) {
		hash_merkle_write(digest, hex);
		w = emit_record(put->record->out, "hash_records");
		writer_string(&w, "site_id", put->record->site);
		hash_record_bytes(&w, "path", path, strlen(path));
		writer_string(&w, "current_hash", hex);
		writer_integer(&w, "current_dtg_latest", put->record->now);
		if (put->record->session != NULL)
			writer_string(&w, "session_id", put->record->session);
		put_names(&w, "dirs", entries, n, 'd');
		put_names(&w, "files", entries, n, 'f');
		put_names(&w, "links", entries, n, 'l');
		emit_end(&w);
	}
	hash_expected_free(entries, n);
	return known;
}

int
hash_put_list(struct hash_record *record, const char *format, const char *directory,
    char *const *roots)
{
	struct put put = {.record = record};
	struct hash_list list = {.db = NULL};
	unsigned char digest[HASH_BYTES];
	char *here = hash_root_absolute(directory),
	     *recorded = here != NULL ? hash_root_recorded(roots, here) : NULL;
	int status = EXIT_PARTIAL;

	if (recorded == NULL)
		msg("%s: %s", directory, strerror(errno));
	else if (hash_list_read(&list, "-", format, here, recorded) == 0)
		put.expected = hash_expected_open(list.db, "stdin", "");
	if (put.expected != NULL) {
		if (!put_directory(&put, recorded, digest))
			msg("%s: it has files without a SHA-256: the directories that "
			    "they "
			    "are in have no hash",
			    recorded);
		else if (list.problems == 0 && !put.failed)
			status = EXIT_DONE;
	}
	hash_expected_close(put.expected);
	hash_list_close(&list);
	free(recorded);
	free(here);
	return status;
}
