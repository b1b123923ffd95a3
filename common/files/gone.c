#include "files/gone.h"

#include <stdlib.h>
#include <string.h>

#include "files/remote_record.h"
#include "files/url.h"
#include "stream/streams.h"

int
gone_note(struct gone *gone, const char *name)
{
	char *encoded = url_encode(name);

	if (encoded != NULL && gone->n == gone->capacity) {
		long capacity = 2 * gone->capacity + 64;
		char **names = realloc(gone->names, (size_t)capacity * sizeof(*names));

		if (names == NULL) {
			free(encoded);
			return -1;
		}
		gone->names = names;
		gone->capacity = capacity;
	}
	if (encoded == NULL)
		return -1;
	gone->names[gone->n++] = encoded;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All that a table has at a URL, and below it: is no more. */
static void
tell_all(struct gone *gone, enum seen_table table, const char *url)
{
	static const char *const names[] = {[SEEN_DIRECTORIES] = "scanned_directories",
	    [SEEN_FILES] = "remote_files",
	    [SEEN_PARTIAL] = "partial_downloads"};
	size_t n = strlen(url);
	char *last = strdup(url), *found;

	if (last != NULL && n > 0)
		last[n - 1]--; /* so that the URL itself is greater */
	while (
	    last != NULL && (found = seen_below(gone->seen, table, url, last)) != NULL) {
		free(last);
		last = found;
		/* A file is not all whose names begin as its own does. */
		if (url[n - 1] != '/' && found[n] != '\0')
			break;
		if (table == SEEN_PARTIAL && !gone->partial_schema) {
			gone->partial_schema = true;
			streams_schema_named(gone->out, names[table]);
		}
		remote_record_gone(gone->out, names[table], found);
	}
	free(last);
}

void
gone_tell(struct gone *gone, const char *url, enum seen_table table)
{
	size_t n = strlen(url);
	char *after = strdup(url), *found;

	if (gone->n > 0)
		qsort(gone->names, (size_t)gone->n, sizeof(*gone->names), by_name);
	while (after != NULL &&
	       (found = seen_below(gone->seen, table, url, after)) != NULL) {
		size_t length = n + strcspn(found + n, "/");
		bool directory = found[length] == '/';
		char *name = strndup(found + n, length - n);

		if (name != NULL && bsearch(&name, gone->names, (size_t)gone->n,
					sizeof(name), by_name) == NULL) {
			found[length + directory] = '\0';
			tell_all(gone, SEEN_FILES, found);
			tell_all(gone, SEEN_PARTIAL, found);
			if (directory)
				tell_all(gone, SEEN_DIRECTORIES, found);
		}
		free(name);
		/* Behind all that is below it: '0' follows '/'. */
		if (directory) {
			found[length] = '/' + 1;
			found[length + 1] = '\0';
		}
		free(after);
		after = found;
	}
	free(after);
}

void
gone_forget(struct gone *gone)
{
	while (gone->n > 0)
		free(gone->names[--gone->n]);
}

void
gone_free(struct gone *gone)
{
	gone_forget(gone);
	free(gone->names);
}
