#include "files/hash_list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/path.h"
#include "db/statement.h"
#include "db/value.h"
#include "files/hash_mtree.h"
#include "files/hash_root.h"
#include "stream/lines.h"

#define PROBLEMS_TOLD 10

struct reader {
	struct hash_list *list;
	const char *path, *here, *recorded;
	char *based; /* the directory that relative names are relative to, once known */
	sqlite3_stmt *add;
	struct hash_mtree mtree;
	long line;
};

static void
complain(struct reader *reader, const char *why)
{
	if (++reader->list->problems <= PROBLEMS_TOLD)
		msg("%s: line %ld: %s", reader->path, reader->line, why);
}

/* Which directory is a relative name relative to? */
static const char *
base_of(struct reader *reader, const char *name)
{
	struct stat st;
	char *path, *absolute = NULL;
	size_t n = strlen(reader->here);

	if (reader->based != NULL)
		return reader->based;
	if (asprintf(&path, "%s/%s", reader->here, name) < 0)
		return reader->here;
	if (lstat(path, &st) == 0) {
		reader->based = strdup(reader->here);
	} else if (lstat(name, &st) == 0 &&
		   (absolute = hash_root_absolute(name)) != NULL &&
		   strncmp(absolute, reader->here, n) == 0 && absolute[n] == '/') {
		reader->based = getcwd(NULL, 0);
	}
	free(absolute);
	free(path);
	return reader->based != NULL ? reader->based : reader->here;
}

/* Add an entry, and the directories that it lies in.  path is recorded; it is changed. */
static int
add(struct reader *reader, char *path, const struct hash_mtree_entry *entry)
{
	sqlite3_stmt *add = reader->add;
	size_t root = strlen(reader->recorded);
	bool first = true;

	for (;;) {
		char *slash = strrchr(path, '/');
		const char *directory = path;
		size_t n;

		if (slash == NULL || (size_t)(slash - path) < (root > 1 ? root : 0))
			return 0; /* that is the root itself */
		n = (size_t)(slash - path);
		if (n == 0) {
			directory = "/";
			n = 1;
		}
		path_bind(add, 1, directory, n);
		path_bind(add, 2, slash + 1, strlen(slash + 1));
		sqlite3_bind_text(add, 3,
		    !first		 ? "d"
		    : entry->type == 'd' ? "d"
		    : entry->type == 'l' ? "l"
					 : "f",
		    -1, SQLITE_STATIC);
		if (first && entry->known)
			sqlite3_bind_blob(
			    add, 4, entry->digest, HASH_BYTES, SQLITE_STATIC);
		else
			sqlite3_bind_null(add, 4);
		if (first && entry->size >= 0)
			sqlite3_bind_int64(add, 5, entry->size);
		else
			sqlite3_bind_null(add, 5);
		if (first && entry->target != NULL)
			path_bind(add, 6, entry->target, strlen(entry->target));
		else
			sqlite3_bind_null(add, 6);
		if (statement_run(add, reader->path) != 0)
			return -1;
		/* Those above it are there already. */
		if (sqlite3_changes(reader->list->db) == 0)
			return 0;
		*slash = '\0';
		first = false;
	}
}

/* Take an entry under the name that the list gives it. */
static int
take(struct reader *reader, const struct hash_mtree_entry *entry)
{
	char *whole = NULL, *absolute = NULL, *path = NULL;
	size_t n = strlen(reader->here);
	int result = 0;

	if (entry->name[0] == '/')
		whole = strdup(entry->name);
	else if (asprintf(&whole, "%s/%s", base_of(reader, entry->name), entry->name) < 0)
		whole = NULL;
	if (whole != NULL)
		absolute = hash_root_absolute(whole);
	if (absolute == NULL) {
		complain(reader, "a name that leads nowhere");
	} else if (strlen(absolute) >= PATH_MAX) {
		/* Each part of it would be kept with all those before it. */
		complain(reader, "a name longer than any path");
	} else if (strcmp(absolute, reader->here) != 0 &&
		   (n == 1 ||
		       (strncmp(absolute, reader->here, n) == 0 && absolute[n] == '/'))) {
		if (asprintf(&path, "%s%s",
			strcmp(reader->recorded, "/") == 0 ? "" : reader->recorded,
			absolute + (n == 1 ? 0 : n)) < 0)
			path = NULL;
		result = path != NULL ? add(reader, path, entry) : -1;
	}
	free(path);
	free(absolute);
	free(whole);
	return result;
}

/* ---- sha256sum ------------------------------------------------------------------ */

/* \n, \r and \\ of a name, in place. */
static void
unescape(char *name)
{
	char *to = name;

	for (; *name != '\0'; name++) {
		if (name[0] == '\\' && name[1] != '\0') {
			name++;
			*to++ = *name == 'n' ? '\n' : *name == 'r' ? '\r' : *name;
		} else {
			*to++ = *name;
		}
	}
	*to = '\0';
}

/* One line; false if it is none. */
static bool
read_sum(char *line, struct hash_mtree_entry *entry)
{
	bool escaped = line[0] == '\\';
	char *close;

	*entry = (struct hash_mtree_entry){.type = 'f', .size = -1, .known = true};
	line += escaped;
	if (strncmp(line, "SHA256 (", 8) == 0 && (close = strstr(line, ") = ")) != NULL) {
		for (char *next; (next = strstr(close + 1, ") = ")) != NULL;)
			close = next;
		*close = '\0';
		entry->name = line + 8;
		if (hash_merkle_read(close + 4, strlen(close + 4), entry->digest) != 0)
			return false;
	} else {
		if (strlen(line) < 67 || line[64] != ' ' ||
		    (line[65] != ' ' && line[65] != '*') ||
		    hash_merkle_read(line, 64, entry->digest) != 0)
			return false;
		entry->name = line + 66;
	}
	if (escaped)
		unescape(entry->name);
	return entry->name[0] != '\0';
}

static int
take_line(struct reader *reader, char *line, bool mtree)
{
	struct hash_mtree_entry entry;
	const char *why;

	if (mtree) {
		why = hash_mtree_read(&reader->mtree, line, &entry);
		if (why != NULL)
			complain(reader, why);
		return why == NULL && entry.name != NULL ? take(reader, &entry) : 0;
	}
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	if (read_sum(line, &entry))
		return take(reader, &entry);
	complain(reader, "neither HASH  NAME nor SHA256 (NAME) = HASH");
	return 0;
}

/* ---- the whole ------------------------------------------------------------------- */

static int
read_lines(struct reader *reader, int fd, const char *format)
{
	struct lines lines;
	enum lines_result code;
	char *line, *text = NULL;
	size_t n, size = 0;
	bool mtree = format != NULL && strcmp(format, "mtree") == 0,
	     told = format != NULL;
	int result = 0;

	lines_open(&lines, fd);
	while (result == 0 && (code = lines_next(&lines, &line, &n)) != LINES_END) {
		if (code == LINES_ERROR) {
			msg("%s: %s", reader->path, strerror(errno));
			result = -1;
			break;
		}
		reader->line = lines.number;
		if (code == LINES_TOO_LONG) {
			complain(reader, "longer than any name");
			continue;
		}
		if (memchr(line, '\0', n) != NULL) {
			msg("%s: line %ld: not a text: a list of sha256sum(1) or "
			    "mtree(8) "
			    "is expected",
			    reader->path, lines.number);
			result = -1;
			break;
		}
		if (text == NULL || size < n + 1) {
			char *more = realloc(text, n + 1);

			if (more == NULL) {
				msg("no memory");
				result = -1;
				break;
			}
			text = more;
			size = n + 1;
		}
		memcpy(text, line, n);
		text[n] = '\0';
		if (n > 0 && text[n - 1] == '\r')
			text[n - 1] = '\0';
		if (!told && text[0] != '\0') {
			struct hash_mtree_entry entry;
			char *copy = strdup(text);

			mtree = copy != NULL && !read_sum(copy, &entry);
			free(copy);
			told = true;
			reader->list->files_only = !mtree;
		}
		result = take_line(reader, text, mtree);
	}
	reader->list->files_only = !mtree;
	free(text);
	lines_close(&lines);
	return result;
}

int
hash_list_read(struct hash_list *list, const char *path, const char *format,
    const char *here, const char *recorded)
{
	struct reader reader = {
	    .list = list, .path = path, .here = here, .recorded = recorded};
	sqlite3_stmt *records = NULL;
	int fd = -1, result = -1;

	*list = (struct hash_list){0};
	/* A file without a name, which SQLite removes; much of it is never written. */
	if (sqlite3_open("", &list->db) != SQLITE_OK ||
	    value_functions(list->db) != SQLITE_OK ||
	    path_functions(list->db) != SQLITE_OK) {
		db_complain(list->db, path);
		return -1;
	}
	fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		msg("%s: %s", path, strerror(errno));
		return -1;
	}
	if (db_exec(list->db, path,
		"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
		"PRAGMA cache_size = -16000; BEGIN") == 0 &&
	    db_exec(list->db, path, statement_file("hash", "list", "")) == 0)
		reader.add = db_prepare(list->db, path,
		    "INSERT INTO entries (directory, name, type, digest, size, target) "
		    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
		    "digest = excluded.digest, size = excluded.size, "
		    "target = excluded.target, type = excluded.type "
		    "WHERE excluded.type <> 'd'");
	if (reader.add != NULL && read_lines(&reader, fd, format) == 0)
		records = db_prepare(
		    list->db, path, statement_file("hash", "list_records", ""));
	if (records != NULL) {
		statement_text(records, ":root", recorded);
		result = statement_run(records, path);
		if (result == 0)
			result = db_exec(list->db, path, "COMMIT");
	}
	if (list->problems > PROBLEMS_TOLD)
		msg("%s: %ld lines were not understood", path, list->problems);
	sqlite3_finalize(records);
	sqlite3_finalize(reader.add);
	hash_mtree_free(&reader.mtree);
	free(reader.based);
	if (fd != STDIN_FILENO)
		close(fd);
	return result;
}

void
hash_list_close(struct hash_list *list)
{
	sqlite3_close(list->db);
	list->db = NULL;
}
