/*
 * What earlier listings found: the tables remote_files and scanned_directories of a
 * database, which is only read, and what this process found itself.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"
#include "window.h"

/* The directory as it was listed last.  Texts are "" where they are not known. */
struct known_directory {
	bool listed, failed; /* status; neither: it is not known */
	bool settled;
	long entries;
	long attempts; /* in a row that failed */
	char newest_change[DIRECTORY_MODIFIED];
	char modified[DIRECTORY_MODIFIED];
	uint64_t selection; /* known_hash() of it */
	/* The stretch that its path names; of one that failed, what was looked for. */
	struct window span;
};

/* A file as it is listed now. */
struct known_file {
	const char *url;
	int64_t size; /* -1: not told */
	const char *modified, *time, *fields;
	int64_t listed; /* when: seconds since 1970 */
};

struct known;

/*
 * Open the database at a path; NULL, or a file that is not there (yet) or has no such
 * tables (yet): nothing is known.  remember: what is noted is known from then on.
 * Returns NULL after a message.  Release with known_close(), which lets go of the
 * database: elog-load waits for its readers.
 */
struct known *known_open(const char *path, bool remember);

void known_close(struct known *known);

/* Was the directory listed before?  Fills in *directory, with zeros if not. */
bool known_directory(
    struct known *known, const char *url, struct known_directory *directory);

/* A directory that failed; it is gone after the return. */
typedef void known_take(
    void *context, const char *url, const struct known_directory *directory);

/* Hand over the directories whose URL begins with prefix, and that failed.  -1 after a
   message. */
int known_failed(
    struct known *known, const char *prefix, known_take *take, void *context);

/* Is the file known just so?  A size that is not told, or a time of change that is less
   exact, is no difference. */
bool known_file(struct known *known, const struct known_file *file);

/* Remember, if that was asked for.  -1 after a message: no memory. */
int known_note_directory(
    struct known *known, const char *url, const struct known_directory *directory);
int known_note_file(struct known *known, const struct known_file *file);

/* Forget what was noted of the files of a directory, which is not listed again. */
void known_forget_files(struct known *known, const char *url);

/* A number that tells texts apart (FNV-1a). */
uint64_t known_hash(const char *text);

#endif
