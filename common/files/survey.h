/*
 * Walks through dated trees, once or again and again: what a scan says of each, and when
 * it ends.
 */
#ifndef SURVEY_H
#define SURVEY_H

#include "files/walk.h"

struct survey {
	const struct walk_options *walk;
	const struct walk_root *roots;
	size_t n_roots;
	struct lister *lister;
	struct seen *seen;
	long follow;	  /* seconds from one walk to the next; 0 or less: one walk */
	const char *over; /* a file to be made when nothing more can come; or NULL */
};

/*
 * Walk until interrupt_stop is set, or once; following ends by itself when the window has
 * ended and all in it was listed and is settled.  Returns the exit status: 0; 1: some
 * could not be listed; 75: for a server was away; 77: one did not know us.
 */
int survey_run(const struct survey *survey, struct stream *out);

#endif
