/*
 * A plot as its address says it: which runs, what of them against what, in how many
 * points.  Parameters:
 *
 *	q, e, runs, period, gone	which runs: page_runs.h
 *	v	the conditions, a panel each
 *	x	"run" (also where it is missing), "time", or a condition
 *	colour	a condition or "experiment"
 *	kind	"histogram": how often each value is there, in "bins" bars
 *	log	which of "x", "y" and "colour", with commas between
 *	from, to	x, or in a histogram the value, from here to there
 *	low, high	y from here to there: a number for each panel, with commas between
 */
#ifndef PLOT_H
#define PLOT_H

#include "query/points.h"
#include "web/bins.h"
#include "web/view.h"

#define PLOT_BARS_MAX 400
#define PLOT_COLOURS 8

struct plot_bar {
	double low, high;
	long long n;
};

struct plot_panel {
	struct bins bins;
	/* Of a histogram: the values, and what becomes of them. */
	double *values;
	size_t n, room;
	bool has_low, has_high; /* only of y from here to there */
	double low, high;
	struct plot_bar bars[PLOT_BARS_MAX];
	int n_bars;
};

struct plot {
	struct points *points;
	struct plot_panel panels[POINTS_NAMES_MAX];
	size_t n; /* panels */
	bool histogram, log_x, log_y, log_colour;
	bool has_from, has_to;
	double from, to;
	double least_colour, most_colour; /* of numbers */
	long long below;		  /* left out since they have no logarithm */
	int bars;
	bool failed;
	struct query_error error; /* what is wrong with what was asked */
};

/* Read it.  0; 1 if error says what is wrong; -1 after a message.  Then too it is to be
   closed. */
int plot_read(struct plot *plot, struct view *view);

/* The colour of a point, from 0 to PLOT_COLOURS: the last one is that of all others; -1
   where it has none. */
int plot_colour(const struct plot *plot, const struct point *point);

void plot_close(struct plot *plot);

#endif
