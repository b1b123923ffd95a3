/*
 * What is no more in a directory that was listed before: its names are noted as they
 * come, and what the database knows beside them is told as gone, with all below it.
 */
#ifndef GONE_H
#define GONE_H

#include <stdbool.h>

#include "files/seen.h"
#include "stream/stream.h"

struct gone {
	struct seen *seen;
	struct stream *out;
	/* Its own: names of the listing at hand, encoded. */
	char **names;
	long n, capacity;
	bool partial_schema; /* of partial_downloads was written */
};

/* Note a name of the listing at hand.  0, or -1 without memory. */
int gone_note(struct gone *gone, const char *name);

/*
 * The listing of the directory at a URL, with '/' at its end, is whole: tell the
 * directories, or the files, directly below it that it does not have.
 */
void gone_tell(struct gone *gone, const char *url, enum seen_table table);

/* Forget the names. */
void gone_forget(struct gone *gone);

void gone_free(struct gone *gone);

#endif
