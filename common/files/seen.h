/*
 * What earlier listings found: the tables remote_files and scanned_directories of a
 * database, which is only read, and what this process found itself.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "files/directory.h"
#include "files/window.h"

/* The directory as it was listed last.  Texts are "" where they are not known. */
struct seen_directory {
	bool listed, failed; /* status; neither: it is not known */
	bool settled;
	long entries;
	long attempts; /* in a row that failed */
	int64_t tried; /* when it was, seconds since 1970, or INT64_MIN */
	char newest_change[DIRECTORY_MODIFIED];
	char modified[DIRECTORY_MODIFIED];
	uint64_t selection; /* seen_hash() of it */
	/* The stretch that its path names; of one that failed, what was looked for. */
	struct window span;
};

/* A file as it is listed now. */
struct seen_file {
	const char *url;
	int64_t size; /* -1: not told */
	const char *modified, *time, *fields;
	int64_t listed; /* when: seconds since 1970 */
};

struct seen;

/*
 * Open the database at a path; NULL, or a file that is not there (yet) or has no such
 * tables (yet): nothing is known.  remember: what is noted is known from then on.
 * Returns NULL after a message.  Release with seen_close(), which lets go of the
 * database: elog-load waits for its readers.
 */
struct seen *seen_open(const char *path, bool remember);

void seen_close(struct seen *seen);

/* Was the directory listed before?  Fills in *directory, with zeros if not. */
bool seen_directory(struct seen *seen, const char *url, struct seen_directory *directory);

/* A directory that failed; it is gone after the return. */
typedef void seen_take(
    void *context, const char *url, const struct seen_directory *directory);

/* Hand over the directories whose URL begins with prefix, and that failed.  -1 after a
   message. */
int seen_failed(struct seen *seen, const char *prefix, seen_take *take, void *context);

/* Is the file known just so?  A size that is not told, or a time of change that is less
   exact, is no difference. */
bool seen_file(struct seen *seen, const struct seen_file *file);

/* Did a file at a URL, or below that of a directory, fail to come? */
bool seen_refused(struct seen *seen, const char *url);

/* Tables of which seen_below() asks. */
enum seen_table { SEEN_DIRECTORIES, SEEN_FILES, SEEN_PARTIAL };

/*
 * The first URL in the database's table that is greater than after, and begins with
 * prefix; malloc'd; NULL if there is none.
 */
char *seen_below(
    struct seen *seen, enum seen_table table, const char *prefix, const char *after);

/* Remember, if that was asked for.  -1 after a message: no memory. */
int seen_note_directory(
    struct seen *seen, const char *url, const struct seen_directory *directory);
int seen_note_file(struct seen *seen, const struct seen_file *file);

/* Forget what was noted of the files of a directory, which is not listed again. */
void seen_forget_files(struct seen *seen, const char *url);

/* Could it not be read, at some time?  A message said so; nothing was known then. */
bool seen_broken(const struct seen *seen);

/* A number that tells texts apart (FNV-1a). */
uint64_t seen_hash(const char *text);

#endif
