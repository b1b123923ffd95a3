/* A file that is wanted: what a record of stream remote_files or attachments says. */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>

#include "text/checksum.h"
#include "text/json.h"

struct target {
	char *url;
	char *path;	   /* attachments: under attachments/; else NULL */
	char *source;	   /* or NULL; of an attachment, its experiment */
	char *modified;	   /* when it was last changed, as the record has it, or NULL */
	char *time;	   /* of its data, or NULL */
	char *observed_at; /* when it was seen, or NULL */
	char *type;	   /* attachments: what it claims to be ("image/png"), or NULL */
	long long size;	   /* -1: not known */
	long long changed; /* modified in seconds since 1970, -1: not known */
	struct checksum_expected expected;
	char *text;		 /* of the record */
	struct json_span record; /* the same */
	bool attachment;
};

/*
 * Read a record (an object that was checked) into *file, whose texts are then its own.
 * Returns NULL, or what is wrong with it: a constant for a message, with nothing to
 * release.
 */
const char *target_read(struct json_span record, bool attachment, struct target *file);

void target_free(struct target *file);

/*
 * Do two times of change agree, where one may come from a listing that knows only the
 * minute (its seconds are 0) or the day (all is 0)?  Two that are not known do.
 */
bool target_same_time(long long a, long long b);

/*
 * May a download that was started then (seconds since 1970, -1: not known) hold an older
 * version of the same time of change?  So if the file was listed later, with no more than
 * the minute or the day, and that was not over when the download began.  The server's
 * clock may be of another zone, by whole hours.
 */
bool target_began_early(const struct target *file, long long started);

#endif
