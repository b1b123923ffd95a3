/*
 * Listings of directories on other machines: what each protocol sends, as entries.
 *
 * A listing comes from outside.  Names that could mean anything but a plain file or
 * directory in this very place ("", ".", "..", with a slash or a character of control)
 * are never handed over; links are, as such, and are nobody's to follow.
 */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIRECTORY_MODIFIED 24 /* room for a time of change */
#define DIRECTORY_NAME_MAX 1024

enum directory_type {
	DIRECTORY_FILE,
	DIRECTORY_DIRECTORY,
	DIRECTORY_OTHER, /* a link, a device, a pipe */
};

struct directory_entry {
	char name[DIRECTORY_NAME_MAX + 1]; /* not encoded; no slash, no control */
	size_t length;
	enum directory_type type;
	int64_t size; /* bytes, -1: not told, or only roughly */
	/*
	 * As exact as the listing is: "2025-01-01T18:30:20Z", "2025-01-01T18:30Z",
	 * "2025-01-01", or "".  UTC in MLSD, of Caddy and for local files; else as the
	 * server shows it, which is the time of its own zone.
	 */
	char modified[DIRECTORY_MODIFIED];
};

/* One entry; it is gone after the return. */
typedef void directory_take(void *context, const struct directory_entry *entry);

/* What became of a listing. */
struct directory_result {
	long entries;		/* handed over */
	long refused;		/* names that were not */
	bool missing;		/* there is no such directory; only of this machine's */
	char error[160];	/* "" if all of it was understood */
	char first_refused[64]; /* for a message; may hold anything */
};

enum directory_format {
	DIRECTORY_MLSD,	 /* FTP, RFC 3659, section 7 */
	DIRECTORY_LIST,	 /* FTP and SFTP: "ls -l" of Unix, or DIR of Windows */
	DIRECTORY_INDEX, /* HTTP: an index page; of which servers: directory_index.c */
};

/*
 * Read a listing of n bytes.  base is the path of its URL, as it was asked for, with the
 * slash at its end.  now (seconds since 1970) tells the year where a listing leaves it
 * out.  A line that is not understood sets result->error, and the others are handed over
 * even so: then something may be missing.
 */
void directory_read(enum directory_format format, const char *text, size_t n,
    const char *base, int64_t now, directory_take *take, void *context,
    struct directory_result *result);

/* Does an index page lack its end?  Then directory_read() says so, too; but another
   attempt may bring it. */
bool directory_is_cut(const char *page, size_t n);

/* The same as directory_read() for a directory of this machine.  errno's text is the
 * error. */
void directory_read_local(const char *path, directory_take *take, void *context,
    struct directory_result *result);

/*
 * Is the later time of change another one than the earlier?  Only as far as both are
 * exact: an old file loses its minutes in LIST.
 */
bool directory_changed(const char *earlier, const char *later);

/*
 * May a file that was listed at a time (seconds since 1970) have changed after that
 * without another time of change?  So where the listing tells the minute or the day, and
 * that was not over.  The server's clock may be of another zone, by whole hours.
 */
bool directory_is_early(const char *modified, int64_t listed);

/* ---- between the files of this part ---------------------------------------- */

struct directory_reader {
	directory_take *take;
	void *context;
	int64_t now;
	const char *base;
	struct directory_result *result;
	struct directory_entry entry; /* the one at hand */
};

/* Put a name of n bytes into the entry at hand and hand it over, or refuse it. */
void directory_give(struct directory_reader *reader, const char *name, size_t n);

/* Count a name of n bytes as left out. */
void directory_refuse(struct directory_reader *reader, const char *name, size_t n);

/* Note what is wrong with a line, if nothing was noted yet. */
void directory_wrong(struct directory_reader *reader, const char *line, size_t n);

/* Jan to Dec in any case: 1 to 12; 0 if it is none. */
int directory_month(const char *p);

void directory_read_mlsd(struct directory_reader *reader, const char *line, size_t n);
void directory_read_list(struct directory_reader *reader, const char *line, size_t n);
void directory_read_index(struct directory_reader *reader, const char *text, size_t n);

#endif
