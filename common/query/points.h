/*
 * The runs that a query selects, as points: a condition against the run's number, its
 * time, or another condition, with a third one as the colour.
 */
#ifndef POINTS_H
#define POINTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "query/query.h"

#define POINTS_NAMES_MAX 8 /* conditions at once */

/* What the numbers of an axis are. */
enum points_kind {
	POINTS_NUMBER,
	POINTS_TIME, /* seconds since 1970 */
	POINTS_TRUTH,
	POINTS_RUN,
	POINTS_CLASS, /* a number of points_class() */
};

struct points_axis {
	const char *name;
	enum points_kind kind;
	sqlite3_int64 stored; /* as of query_column_stored() */
	int column;	      /* of the query */
};

struct point {
	double x, y, colour; /* NaN where there is none; x and y are finite */
	unsigned experiment; /* a number of points_experiment() */
	bool whole;
	union {
		sqlite3_int64 number; /* of the run, */
		const char *text; /* or where they are texts: lives as long as points */
	} run;
};

struct points;

/*
 * Begin.  Of wanted, the columns are the conditions that are drawn; x is a name, too, or
 * NULL for the run's number; colour a name or NULL.  NULL as query_prepare() has it, or
 * with an error that says that they are too many.
 */
struct points *points_open(sqlite3 *db, const char *path,
    const struct query_wanted *wanted, const char *x, const char *colour,
    struct query_error *error);

/* What is drawn; colour.name is NULL where nothing was asked for. */
size_t points_names(const struct points *points);
const struct points_axis *points_name(const struct points *points, size_t i);
const struct points_axis *points_x(const struct points *points);
const struct points_axis *points_colour(const struct points *points);

/*
 * Give each point whose x is from low to high to take(context, i, point): i is the number
 * of its condition.  Values that are no numbers are left out.  Runs ascend within an
 * experiment.  0, or -1 after a message.
 */
typedef void points_take(void *context, size_t i, const struct point *point);
int points_read(
    struct points *points, double low, double high, points_take *take, void *context);

/*
 * Read by the statement of the query, whatever it is: for tests.  And whether it was read
 * from the columns of conditions, of which the same must come.
 */
void points_by_statement(struct points *points);
bool points_by_columns(const struct points *points);

/* The experiment of that number, and the text of that class: of a colour. */
const char *points_experiment(const struct points *points, unsigned number);
size_t points_classes(const struct points *points);
const char *points_class(const struct points *points, size_t number);

/* How many values were left out since they are texts, or no finite number. */
long long points_texts(const struct points *points);

void points_close(struct points *points);

#endif
