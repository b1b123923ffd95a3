/*
 * A stream into a server database: experiments whole or not at all, in transactions of
 * bounded size, each tried again whole where the server says that it would work then.
 */
#ifndef PUSH_H
#define PUSH_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/dbms.h"

struct push;

struct push_options {
	const char *source; /* whose records they are */
	long wait;	    /* seconds for which a server that is away is waited for */
	bool migrate;	    /* make and change the schema where it is older */
	FILE *states;	    /* values of STATE messages, a line each, once all before them
			       is committed; or NULL */
	const volatile sig_atomic_t *stop;
};

struct push_totals {
	long records, experiments, batches; /* that are committed */
	long errors;			    /* things reported on stderr */
};

/*
 * Begin.  The server is connected, and its schema brought up to date.  Both are borrowed.
 * 0, or the exit status after a message; *push is NULL then.
 */
int push_open(
    struct push **push, struct dbms *server, const struct push_options *options);

/* Take a line of n bytes, which may be changed.  What is wrong with it is reported and
   counted.  0, or the exit status after a message if going on makes no sense. */
int push_line(struct push *push, char *line, size_t n, long number);

/* Nothing more has come for now: write what there is.  Returns as push_line(): what could
   not be written is not tried again, so no line may follow. */
int push_idle(struct push *push);

/* The stream ended: write what is left, and report the experiments that were begun but
   not closed.  Returns as push_line(). */
int push_end(struct push *push);

/* Report what is wrong with a line, or where number is 0 with more than one, and count
   it: no bookmark that comes later is kept. */
void push_bad_line(struct push *push, long number, const char *why);

const struct push_totals *push_totals(const struct push *push);

/* NULL is allowed. */
void push_close(struct push *push);

/* Print the bookmark of a source, a line, if it has one.  The exit status. */
int push_bookmark(struct dbms *server, const char *source);

#endif
