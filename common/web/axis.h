/* An axis of a plot: from where to where it goes, and where its numbers stand. */
#ifndef AXIS_H
#define AXIS_H

#include <stdbool.h>

#include "query/points.h"

#define AXIS_TICKS_MAX 24
#define AXIS_TEXT 40

struct axis {
	enum points_kind kind;
	bool log;
	double low, high;
};

struct axis_tick {
	double value;
	char label[AXIS_TEXT];
};

/* Let it go from the least to the most of what is shown, with a little room; below 0
   there is no logarithm. */
void axis_fit(struct axis *axis, double least, double most);

/* Where on it a value stands, from 0 to 1. */
double axis_place(const struct axis *axis, double value);

/* The value at a place. */
double axis_value(const struct axis *axis, double place);

/* About so many numbers along it.  How many there are. */
int axis_ticks(const struct axis *axis, int about, struct axis_tick *ticks);

/*
 * Where the numbers of an axis differ only behind many digits, its ticks say how far they
 * are from this one; else it is 0.
 */
double axis_base(const struct axis *axis);

/* That as what is to be said behind a name: " − 9007199254740000"; "" where it is 0. */
void axis_behind(const struct axis *axis, char out[AXIS_TEXT]);

/* The step of round numbers of which so many fit a length. */
double axis_step(double length, int about);

/* A value for people, and exactly: in UTC where it is a time. */
void axis_text(const struct axis *axis, double value, char out[AXIS_TEXT]);
void axis_exact(const struct axis *axis, double value, char out[AXIS_TEXT]);

#endif
