#include "web/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "text/number.h"
#include "text/timestamp.h"
#include "web/axis.h"
#include "web/page_runs.h"

#define BARS 40
#define ROWS_BYTES 185000 /* of the points of all panels together, about */
#define ROW_BYTES 75	  /* of a point, beside texts: numbers have up to 17 digits */
#define LEAST_BINS 60
#define FEW 600 /* points of a panel that are all shown, of any number of panels */

/* ---- What was asked for ----------------------------------------------------- */

/* Is a word among those of a list with commas between? */
static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p != NULL && *p != '\0';) {
		size_t length = strcspn(p, ",");

		if (length == n && memcmp(p, word, n) == 0)
			return true;
		p += length + (p[length] == ',');
	}
	return false;
}

/* An end of an axis.  0, or 1 with the error set. */
static int
read_end(struct plot *plot, const char *name, const char *text, size_t n,
    enum points_kind kind, bool *given, double *end)
{
	struct number number;
	int64_t when;

	if (text == NULL || n == 0)
		return 0;
	*given = true;
	if (kind == POINTS_TIME && timestamp_read(text, n, &when)) {
		*end = (double)when / 1e6;
	} else if (number_read(text, n, &number) && isfinite(number.real)) {
		*end = number.real;
	} else {
		query_error_plain(&plot->error, "%s: '%.*s' is no %s", name,
		    (int)(n < 40 ? n : 40), text,
		    kind == POINTS_TIME ? "time" : "number");
		return 1;
	}
	return 0;
}

/* The ends of the x axis, or of a histogram's values. */
static int
read_across(struct plot *plot, struct view *view)
{
	const char *from = request_value(view->request, "from");
	const char *to = request_value(view->request, "to");
	enum points_kind kind = points_x(plot->points)->kind;

	if (plot->histogram)
		kind = plot->n > 0 ? points_name(plot->points, 0)->kind : POINTS_NUMBER;
	if (read_end(plot, "from", from, from != NULL ? strlen(from) : 0, kind,
		&plot->has_from, &plot->from) != 0)
		return 1;
	return read_end(
	    plot, "to", to, to != NULL ? strlen(to) : 0, kind, &plot->has_to, &plot->to);
}

/* The ends of the y axes: one for each panel, in their order. */
static int
read_heights(struct plot *plot, struct view *view)
{
	const char *low = request_value(view->request, "low");
	const char *high = request_value(view->request, "high");

	for (size_t i = 0; i < plot->n && !plot->histogram; i++) {
		struct plot_panel *panel = &plot->panels[i];
		enum points_kind kind = points_name(plot->points, i)->kind;
		size_t n_low = low != NULL ? strcspn(low, ",") : 0;
		size_t n_high = high != NULL ? strcspn(high, ",") : 0;

		if (read_end(plot, "low", low, n_low, kind, &panel->has_low,
			&panel->low) != 0 ||
		    read_end(plot, "high", high, n_high, kind, &panel->has_high,
			&panel->high) != 0)
			return 1;
		if (low != NULL)
			low += n_low + (low[n_low] == ',');
		if (high != NULL)
			high += n_high + (high[n_high] == ',');
	}
	return 0;
}

static void
read_look(struct plot *plot, struct view *view)
{
	const char *kind = request_value(view->request, "kind");
	const char *log = request_value(view->request, "log");
	const char *bars = request_value(view->request, "bins");
	long n = bars != NULL ? strtol(bars, NULL, 10) : BARS;

	plot->histogram = kind != NULL && strcmp(kind, "histogram") == 0;
	plot->log_x = has_word(log, "x");
	plot->log_y = has_word(log, "y");
	plot->log_colour = has_word(log, "colour");
	plot->bars = n < 2 ? 2 : n > PLOT_BARS_MAX / 2 ? PLOT_BARS_MAX / 2 : (int)n;
	plot->least_colour = INFINITY;
	plot->most_colour = -INFINITY;
}

/* ---- Points ----------------------------------------------------------------- */

static void
take_value(struct plot *plot, struct plot_panel *panel, double value)
{
	if (plot->log_x && value <= 0) {
		plot->below++;
		return;
	}
	if ((plot->has_from && value < plot->from) || (plot->has_to && value > plot->to))
		return;
	if (panel->n == panel->room) {
		size_t room = panel->room * 2 + 1024;
		double *more = realloc(panel->values, room * sizeof(*more));

		if (more == NULL) {
			plot->failed = true;
			return;
		}
		panel->values = more;
		panel->room = room;
	}
	panel->values[panel->n++] = value;
}

static void
take_point(void *context, size_t i, const struct point *point)
{
	struct plot *plot = context;
	struct plot_panel *panel = &plot->panels[i];

	if (plot->histogram) {
		take_value(plot, panel, point->y);
		return;
	}
	if ((plot->log_x && point->x <= 0) || (plot->log_y && point->y <= 0)) {
		plot->below++;
		return;
	}
	if ((panel->has_low && point->y < panel->low) ||
	    (panel->has_high && point->y > panel->high))
		return;
	bins_add(&panel->bins, point);
	if (isfinite(point->colour) && (!plot->log_colour || point->colour > 0)) {
		plot->least_colour = fmin(plot->least_colour, point->colour);
		plot->most_colour = fmax(plot->most_colour, point->colour);
	}
}

/* ---- Bars ------------------------------------------------------------------- */

/* Where the bar of that number begins. */
static double
edge(const struct plot *plot, double first, double step, int i)
{
	return plot->log_x ? pow(10, (first + i) * step) : (first + i) * step;
}

static void
count_bars(const struct plot *plot, struct plot_panel *panel)
{
	double least = INFINITY, most = -INFINITY, step, first;
	bool whole = !plot->log_x;

	for (size_t i = 0; i < panel->n; i++) {
		double value = panel->values[i];

		if (plot->log_x)
			value = panel->values[i] = log10(value);
		whole = whole && floor(value) == value;
		least = fmin(least, value);
		most = fmax(most, value);
	}
	if (panel->n == 0)
		return;
	step = most > least ? axis_step(most - least, plot->bars)
			    : fmax(fabs(least) * 0.01, plot->log_x ? 0.1 : 1);
	if (!isfinite(step))
		return;
	/* No bars between whole numbers. */
	if (whole)
		step = fmax(step, 1);
	first = floor(least / step);
	panel->n_bars = (int)fmin(floor(most / step) - first + 1, PLOT_BARS_MAX);
	for (int i = 0; i < panel->n_bars; i++) {
		panel->bars[i].low = edge(plot, first, step, i);
		panel->bars[i].high = edge(plot, first, step, i + 1);
	}
	for (size_t i = 0; i < panel->n; i++) {
		double at = floor(panel->values[i] / step) - first;
		int bar = (int)fmax(0, fmin(at, panel->n_bars - 1));

		panel->bars[bar].n++;
	}
}

/* How many columns of pixels each panel may have, so that an answer is not too long. */
static size_t
bins_of(const struct plot *plot)
{
	size_t bytes = 0, bins;

	for (size_t i = 0; i < plot->n; i++) {
		bytes += ROW_BYTES + strlen(points_name(plot->points, i)->name) + 12;
		if (points_name(plot->points, i)->kind == POINTS_TIME)
			bytes += 12;
		bytes += points_x(plot->points)->kind == POINTS_RUN ? 8 : 24;
		if (points_colour(plot->points)->name != NULL)
			bytes += 16;
	}
	bins = bytes > 0 ? ROWS_BYTES / 2 / bytes : BINS_MAX;
	return bins < LEAST_BINS ? LEAST_BINS : bins > BINS_MAX ? BINS_MAX : bins;
}

/* ---- The whole -------------------------------------------------------------- */

static int
open_points(struct plot *plot, struct view *view)
{
	const struct request *request = view->request;
	const char *x = request_value(request, "x");
	struct query_wanted wanted;

	if (!page_runs_wanted(view, &wanted)) {
		msg("no memory");
		return -1;
	}
	if (x != NULL && (plot->histogram || strcmp(x, "run") == 0))
		x = NULL;
	if (x != NULL && strcmp(x, "time") == 0)
		x = "start_time";
	plot->points = points_open(view->connection->db, view->connection->path, &wanted,
	    x, plot->histogram ? NULL : request_value(request, "colour"), &plot->error);
	if (plot->points != NULL)
		return 0;
	return plot->error.message[0] != '\0' ? 1 : -1;
}

int
plot_read(struct plot *plot, struct view *view)
{
	int result;

	*plot = (struct plot){.bars = BARS};
	read_look(plot, view);
	result = open_points(plot, view);
	if (result != 0)
		return result;
	plot->n = points_names(plot->points);
	if (read_across(plot, view) != 0 || read_heights(plot, view) != 0)
		return 1;
	for (size_t i = 0; i < plot->n; i++) {
		struct bins *bins = &plot->panels[i].bins;

		bins_begin(bins, plot->log_x, bins_of(plot), FEW);
		bins->fixed = plot->has_from && plot->has_to && plot->to > plot->from &&
			      (!plot->log_x || plot->from > 0);
		bins->low = plot->from;
		bins->high = plot->to;
	}
	if (points_read(plot->points,
		plot->has_from && !plot->histogram ? plot->from : -INFINITY,
		plot->has_to && !plot->histogram ? plot->to : INFINITY, take_point,
		plot) != 0)
		return -1;
	for (size_t i = 0; i < plot->n; i++) {
		plot->failed |= plot->panels[i].bins.failed;
		bins_end(&plot->panels[i].bins);
		if (plot->histogram)
			count_bars(plot, &plot->panels[i]);
	}
	if (plot->failed)
		msg("no memory");
	return plot->failed ? -1 : 0;
}

int
plot_colour(const struct plot *plot, const struct point *point)
{
	double length = plot->most_colour - plot->least_colour, at;
	double part = point->colour - plot->least_colour;

	if (!isfinite(point->colour))
		return points_colour(plot->points)->name != NULL ? PLOT_COLOURS : -1;
	if (points_colour(plot->points)->kind == POINTS_CLASS ||
	    points_colour(plot->points)->kind == POINTS_TRUTH)
		return point->colour < PLOT_COLOURS ? (int)point->colour : PLOT_COLOURS;
	if (plot->log_colour) {
		if (point->colour <= 0)
			return PLOT_COLOURS;
		length = log10(plot->most_colour / plot->least_colour);
		part = log10(point->colour / plot->least_colour);
	}
	at = length > 0 ? part / length * PLOT_COLOURS : 0;
	return at >= PLOT_COLOURS ? PLOT_COLOURS - 1 : at >= 0 ? (int)at : 0;
}

void
plot_close(struct plot *plot)
{
	for (size_t i = 0; i < plot->n; i++) {
		bins_free(&plot->panels[i].bins);
		free(plot->panels[i].values);
	}
	points_close(plot->points);
}
