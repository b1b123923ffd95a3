/*
 * Points of a plot, as many as can be seen: all while they are few, else of each column
 * of pixels the lowest and the highest.  How far they reach need not be known before.
 */
#ifndef BINS_H
#define BINS_H

#include <stdbool.h>
#include <stddef.h>

#include "query/points.h"

#define BINS_MAX 720 /* columns of pixels */

struct bin {
	struct point low, high;
	long long n;
};

struct bins {
	bool log;   /* columns are of the logarithm of x */
	size_t max; /* columns at most; twice as many points are kept as they are, or */
	size_t few; /* so many, if that is more */
	bool fixed; /* x is from low to high, and no other */
	double low, high;
	bool failed; /* without memory */

	long long n;	     /* points */
	struct point *plain; /* all of them, or NULL */
	struct bin *bins;
	size_t n_bins;
	double from, width;
	double least_x, most_x, least_y, most_y;
};

void bins_begin(struct bins *bins, bool log, size_t max, size_t few);
void bins_add(struct bins *bins, const struct point *point);

/* All were added: of columns there are no more than so many, and not much fewer. */
void bins_end(struct bins *bins);

/*
 * Those that are to be drawn, in turns: begin with *at = 0.  Where a column has more than
 * one, high is not NULL: they are the lowest and the highest of *n.  False behind the
 * last.
 */
bool bins_next(const struct bins *bins, size_t *at, const struct point **low,
    const struct point **high, long long *n);

/* How wide a column is, in x or its logarithm; 0: they are by themselves. */
double bins_width(const struct bins *bins);

/* Are they all there, each by itself? */
bool bins_are_plain(const struct bins *bins);

void bins_free(struct bins *bins);

#endif
