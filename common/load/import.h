/* Another database's rows as records of ours: what SQL over both of them gives. */
#ifndef IMPORT_H
#define IMPORT_H

#include <sqlite3.h>

#include "load/direct.h"
#include "text/json.h"

struct import {
	sqlite3 *db;	    /* opened for writing */
	const char *name;   /* of it, in messages */
	const char *file;   /* the other one, which is only read */
	const char *schema; /* what it is called in SQL */
	const char *experiment;
	/* Called with each record that was taken, if it is not NULL. */
	void (*taken)(
	    const struct import *import, const char *stream, struct json_span record);
	/* What came of it: */
	struct direct *direct;
	long records, refused;
	int changed; /* rows, -1: nothing was done */
};

/* Attach the file, and detach it.  0, or -1 after a message, with nothing attached. */
int import_attach(struct import *import);
void import_detach(struct import *import);

/*
 * Run the statements of sql, in one transaction.  The first gives a reason against it
 * all, or NULL; those behind it write rows, or give records of the streams of local
 * data: (stream, record).  :experiment is the experiment.  A record that is refused
 * (direct.h) is reported and left out.  0, or -1 after a message, with nothing done.
 */
int import_all(struct import *import, const char *sql);

#endif
