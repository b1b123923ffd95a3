#include "files/hash_difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "files/hash_record.h"
#include "text/writer.h"

static const char *const words[] = {
    [HASH_CHANGED] = "changed",
    [HASH_ADDED] = "added",
    [HASH_REMOVED] = "removed",
    [HASH_MOVED] = "moved",
    [HASH_UNREADABLE] = "unreadable",
    [HASH_TYPE] = "type",
};

void
hash_difference_add(struct hash_differences *differences, enum hash_status status,
    char type, char *path, const unsigned char *digest)
{
	struct hash_difference *d;

	if (path != NULL && differences->n == differences->size) {
		size_t size = differences->size > 0 ? differences->size * 2 : 256;

		d = realloc(differences->list, size * sizeof(*d));
		if (d != NULL) {
			differences->list = d;
			differences->size = size;
		}
	}
	if (path == NULL || differences->n == differences->size) {
		if (!differences->failed)
			msg("no memory");
		differences->failed = true;
		free(path);
		return;
	}
	d = &differences->list[differences->n++];
	*d = (struct hash_difference){
	    .status = status, .type = type, .path = path, .known = digest != NULL};
	if (digest != NULL)
		memcpy(d->digest, digest, HASH_BYTES);
}

/* What can have moved comes first, sorted by what it is, and what is new behind what is
   missing. */
static bool
can_move(const struct hash_difference *d)
{
	return d->known && (d->status == HASH_ADDED || d->status == HASH_REMOVED);
}

static int
by_content(const void *a, const void *b)
{
	const struct hash_difference *one = a, *two = b;
	int order;

	if (can_move(one) != can_move(two))
		return can_move(two) - can_move(one);
	if (one->type != two->type)
		return one->type - two->type;
	order = memcmp(one->digest, two->digest, HASH_BYTES);
	if (order == 0)
		order = (two->status == HASH_REMOVED) - (one->status == HASH_REMOVED);
	return order != 0 ? order : strcmp(one->path, two->path);
}

static int
by_path(const void *a, const void *b)
{
	const struct hash_difference *one = a, *two = b;

	return strcmp(one->path, two->path);
}

void
hash_difference_join(struct hash_differences *differences)
{
	struct hash_difference *list = differences->list;

	if (differences->n == 0)
		return;
	qsort(list, differences->n, sizeof(*list), by_content);
	for (size_t i = 0; i < differences->n && can_move(&list[i]);) {
		size_t removed = i, added, end;

		for (added = i;
		     added < differences->n && can_move(&list[added]) &&
		     list[added].type == list[i].type &&
		     list[added].status == HASH_REMOVED &&
		     memcmp(list[added].digest, list[i].digest, HASH_BYTES) == 0;)
			added++;
		for (end = added;
		     end < differences->n && can_move(&list[end]) &&
		     list[end].type == list[i].type && list[end].status == HASH_ADDED &&
		     memcmp(list[end].digest, list[i].digest, HASH_BYTES) == 0;)
			end++;
		for (size_t stop = added; removed < stop && added < end;
		     removed++, added++) {
			list[added].status = HASH_MOVED;
			list[added].from = list[removed].path;
			list[removed].path = NULL;
			list[removed].status = HASH_NOTHING;
		}
		i = end;
	}
	/* The places that moves left. */
	size_t kept = 0;
	for (size_t i = 0; i < differences->n; i++)
		if (list[i].status != HASH_NOTHING)
			list[kept++] = list[i];
	differences->n = kept;
	qsort(list, kept, sizeof(*list), by_path);
}

/* A path on a line: what would break the line is escaped as in TSV. */
static void
put_path(struct stream *out, const char *path)
{
	for (; *path != '\0'; path++) {
		switch (*path) {
		case '\t':
			stream_puts(out, "\\t");
			break;
		case '\n':
			stream_puts(out, "\\n");
			break;
		case '\r':
			stream_puts(out, "\\r");
			break;
		case '\\':
			stream_puts(out, "\\\\");
			break;
		default:
			stream_put(out, path, 1);
		}
	}
}

static void
print_json(struct stream *out, const struct hash_difference *d, const char *site)
{
	struct writer w = writer_to(stream_take, out);
	char hex[HASH_HEX];

	writer_object(&w, NULL);
	writer_string(&w, "status", words[d->status]);
	hash_record_bytes(&w, "path", d->path, strlen(d->path));
	if (d->from != NULL) {
		hash_record_bytes(&w, "from", d->from, strlen(d->from));
		hash_record_bytes(&w, "to", d->path, strlen(d->path));
	}
	writer_string(&w, "type",
	    d->type == 'd'   ? "directory"
	    : d->type == 'f' ? "file"
			     : "link");
	if (d->known) {
		hash_merkle_write(d->digest, hex);
		writer_string(&w, "hash", hex);
	}
	if (site != NULL)
		writer_string(&w, "site_id", site);
	writer_end_object(&w);
	stream_end_line(out);
}

void
hash_difference_print(const struct hash_differences *differences, struct stream *out,
    const char *site, bool json)
{
	for (size_t i = 0; i < differences->n; i++) {
		const struct hash_difference *d = &differences->list[i];

		if (json) {
			print_json(out, d, site);
			continue;
		}
		stream_puts(out, words[d->status]);
		stream_puts(out, "\t");
		if (d->from != NULL) {
			put_path(out, d->from);
			stream_puts(out, "\t");
		}
		put_path(out, d->path);
		if (site != NULL && site[0] != '\0') {
			stream_puts(out, "\t");
			stream_puts(out, site);
		}
		stream_end_line(out);
	}
}

void
hash_difference_free(struct hash_differences *differences)
{
	for (size_t i = 0; i < differences->n; i++) {
		free(differences->list[i].path);
		free(differences->list[i].from);
	}
	free(differences->list);
	*differences = (struct hash_differences){0};
}
