#include "web/page_plot.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "text/buffer.h"
#include "text/writer.h"
#include "web/axis.h"
#include "web/page_runs.h"
#include "web/plot.h"
#include "web/quote.h"

/* The picture, in pixels. */
#define LEFT 84
#define RIGHT 24
#define WIDTH BINS_MAX
#define TOP 34
#define GAP 46
#define FOOT 52
#define ALONE 340 /* the height of a panel */
#define BESIDE 170

#define LINKS_MAX 600 /* points that are links by themselves */
#define ZONES 24
#define X_TICKS 8

/* ---- Elements --------------------------------------------------------------- */

static void
put_count(xmlNode *node, const char *name, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	view_attribute(node, name, text);
}

/* A text of the database as an element: what XML cannot have is replaced there. */
static void
put_text(struct view *view, xmlNode *node, const char *name, const char *text)
{
	if (node != NULL)
		(void)view_text(view, node, name, text);
}

static void
put_ticks(struct view *view, xmlNode *parent, const char *name, const struct axis *axis,
    int about, double from, double length)
{
	struct axis_tick ticks[AXIS_TICKS_MAX];
	int n = axis_ticks(axis, about, ticks);

	for (int i = 0; i < n; i++) {
		double place = axis_place(axis, ticks[i].value);
		xmlNode *tick;

		if (!(place >= -1e-9 && place <= 1 + 1e-9))
			continue;
		tick = view_text(view, parent, name, ticks[i].label);
		view_pixels(tick, "at", from + place * length);
	}
}

/* The address of a run; in the arena. */
static const char *
run_address(struct view *view, const char *experiment, const char *run)
{
	struct arena *arena = &view->request->arena;
	const char *e = request_encode(arena, experiment);
	const char *r = request_encode(arena, run);
	size_t n = e != NULL && r != NULL ? strlen(e) + strlen(r) + 12 : 0;
	char *address = n > 0 ? arena_get(arena, n) : NULL;

	if (address != NULL)
		snprintf(address, n, "/e/%s/runs/%s", e, r);
	return address;
}

static const char *
run_text(const struct point *point, char out[24])
{
	if (!point->whole)
		return point->run.text;
	snprintf(out, 24, "%lld", (long long)point->run.number);
	return out;
}

/* ---- Points ----------------------------------------------------------------- */

/* A panel while it is drawn. */
struct drawing {
	struct view *view;
	const struct plot *plot;
	struct axis x, y;
	double least, most; /* of x that is shown */
	double top, height;
	xmlNode *node;
	struct buffer paths[PLOT_COLOURS + 2]; /* that of no colour is the last */
};

static double
across(const struct drawing *d, double x)
{
	return LEFT + axis_place(&d->x, x) * WIDTH;
}

static double
down(const struct drawing *d, double y)
{
	return d->top + (1 - axis_place(&d->y, y)) * d->height;
}

/* The name of a colour: "c3" of a scale, "k3" of classes, "c" of none. */
static void
colour_name(const struct plot *plot, int colour, char out[8])
{
	enum points_kind kind = points_colour(plot->points)->kind;

	if (colour < 0 || colour > PLOT_COLOURS)
		snprintf(out, 8, "c");
	else
		snprintf(out, 8, "%c%d",
		    kind == POINTS_CLASS || kind == POINTS_TRUTH || colour == PLOT_COLOURS
			? 'k'
			: 'c',
		    colour);
}

/* A point that is a link to its run. */
static void
draw_dot(struct drawing *d, const struct point *point, const char *name)
{
	const char *experiment = points_experiment(d->plot->points, point->experiment);
	char text[24], x[AXIS_TEXT], y[AXIS_TEXT], colour[8], *label;
	const char *run = run_text(point, text);
	xmlNode *dot = view_add(d->view, d->node, "dot", NULL, 0);

	colour_name(d->plot, plot_colour(d->plot, point), colour);
	view_attribute(dot, "c", colour);
	view_pixels(dot, "x", across(d, point->x));
	view_pixels(dot, "y", down(d, point->y));
	view_attribute(dot, "href", run_address(d->view, experiment, run));
	axis_text(&d->x, point->x, x);
	axis_text(&d->y, point->y, y);
	if (asprintf(&label, "%s, run %s: %s %s%s%s", experiment, run, name, y,
		d->x.kind == POINTS_RUN ? "" : " at ",
		d->x.kind == POINTS_RUN ? "" : x) < 0)
		return;
	put_text(d->view, dot, "label", label);
	free(label);
}

/* From the lowest to the highest of a column, or a point by itself. */
static void
draw_line(struct drawing *d, const struct point *low, const struct point *high)
{
	int colour = plot_colour(d->plot, low);
	char text[64];
	int n;

	if (high == NULL)
		n = snprintf(text, sizeof(text), "M%.1f %.1fh0", across(d, low->x),
		    down(d, low->y));
	else
		n = snprintf(text, sizeof(text), "M%.1f %.1fV%.1f", across(d, low->x),
		    down(d, low->y), down(d, high->y));
	buffer_put(&d->paths[colour < 0 ? PLOT_COLOURS + 1 : colour], text, (size_t)n);
}

static void
end_lines(struct drawing *d)
{
	for (int i = 0; i <= PLOT_COLOURS + 1; i++) {
		size_t n;
		char *path = d->paths[i].n > 0 ? buffer_take(&d->paths[i], &n) : NULL;
		xmlNode *line;
		char colour[8];

		if (path == NULL)
			continue;
		line = view_add(d->view, d->node, "line", NULL, 0);
		colour_name(d->plot, i > PLOT_COLOURS ? -1 : i, colour);
		view_attribute(line, "c", colour);
		view_attribute(line, "d", path);
		free(path);
	}
}

static void
draw_points(
    struct drawing *d, const struct plot_panel *panel, const char *name, bool links)
{
	const struct point *low, *high;
	long long n;
	size_t at = 0;

	while (bins_next(&panel->bins, &at, &low, &high, &n))
		if (links)
			draw_dot(d, low, name);
		else
			draw_line(d, low, high);
	end_lines(d);
}

/* ---- Bars ------------------------------------------------------------------- */

/* The address of the runs whose values are in a bar. */
static const char *
bar_address(struct view *view, const char *name, const struct axis *axis,
    const struct plot_bar *bar, bool last)
{
	const char *q = request_value(view->request, "q");
	const char *experiments = view_value(view, "e"),
		   *experiment = view_value(view, "experiment");
	struct arena *arena = &view->request->arena;
	struct buffer text = {0}, address = {0};
	const char *quote = axis->kind == POINTS_TIME ? "'" : "";
	char bounds[80], edge[AXIS_TEXT];
	const char *encoded;
	int n;

	for (int i = 0; i < 2; i++) {
		if (i == 0 && q != NULL) {
			buffer_put(&text, "(", 1);
			buffer_put(&text, q, strlen(q));
			buffer_put(&text, ") and ", 6);
		}
		if (i == 1)
			buffer_put(&text, " and ", 5);
		quote_name(&text, name);
		axis_exact(axis, i == 0 ? bar->low : bar->high, edge);
		n = snprintf(bounds, sizeof(bounds), " %s %s%s%s",
		    i == 0 ? ">="
		    : last ? "<="
			   : "<",
		    quote, edge, quote);
		buffer_put(&text, bounds, (size_t)n);
	}
	buffer_put(&text, "", 1);
	if (experiment != NULL && (encoded = request_encode(arena, experiment)) != NULL) {
		buffer_put(&address, "/e/", 3);
		buffer_put(&address, encoded, strlen(encoded));
	}
	buffer_put(&address, "/runs?q=", 8);
	encoded = text.failed ? NULL : request_encode(arena, text.p);
	if (encoded != NULL)
		buffer_put(&address, encoded, strlen(encoded));
	if (experiments != NULL &&
	    (encoded = request_encode(arena, experiments)) != NULL) {
		buffer_put(&address, "&e=", 3);
		buffer_put(&address, encoded, strlen(encoded));
	}
	encoded = address.failed ? NULL : arena_text(arena, address.p, address.n);
	buffer_free(&text);
	buffer_free(&address);
	return encoded;
}

static void
draw_bars(struct drawing *d, const struct plot_panel *panel, const char *name)
{
	for (int i = 0; i < panel->n_bars; i++) {
		const struct plot_bar *bar = &panel->bars[i];
		double left = across(d, bar->low), right = across(d, bar->high), y;
		char low[AXIS_TEXT], high[AXIS_TEXT], *label;
		xmlNode *node;

		if (bar->n == 0)
			continue;
		y = down(d, (double)bar->n);
		node = view_add(d->view, d->node, "bar", NULL, 0);
		view_pixels(node, "x", left + 0.5);
		view_pixels(node, "y", y);
		view_pixels(node, "width", fmax(right - left - 1, 0.5));
		view_pixels(node, "height", fmax(d->top + d->height - y, 1));
		view_attribute(node, "href",
		    bar_address(d->view, name, &d->x, bar, i == panel->n_bars - 1));
		axis_text(&d->x, bar->low, low);
		axis_text(&d->x, bar->high, high);
		if (asprintf(&label, "%lld runs: %s to %s", bar->n, low, high) < 0)
			return;
		put_text(d->view, node, "label", label);
		free(label);
	}
}

/* ---- The picture ------------------------------------------------------------ */

/* The x axis of all panels together. */
static void
fit_x(const struct plot *plot, struct drawing *d)
{
	struct axis *x = &d->x;
	double least = INFINITY, most = -INFINITY;

	*x = (struct axis){.kind = points_x(plot->points)->kind, .log = plot->log_x};
	for (size_t i = 0; i < plot->n; i++)
		if (plot->panels[i].bins.n > 0) {
			least = fmin(least, plot->panels[i].bins.least_x);
			most = fmax(most, plot->panels[i].bins.most_x);
		}
	if (!isfinite(least))
		least = most = 1;
	d->least = plot->histogram ? -INFINITY : least;
	d->most = plot->histogram ? INFINITY : most;
	axis_fit(x, least, most);
	/* What was asked for is shown as it was. */
	if (plot->has_from && (!x->log || plot->from > 0) && plot->from < x->high)
		x->low = plot->from;
	if (plot->has_to && plot->to > x->low)
		x->high = plot->to;
}

static void
fit_bars(const struct plot *plot, const struct plot_panel *panel, struct drawing *d)
{
	long long most = 1;

	for (int i = 0; i < panel->n_bars; i++)
		if (panel->bars[i].n > most)
			most = panel->bars[i].n;
	d->y = (struct axis){
	    .kind = POINTS_RUN, .log = plot->log_y, .high = (double)most * 1.05};
	d->y.low = plot->log_y ? 0.7 : 0;
	if (plot->log_y)
		d->y.high = (double)most * 1.5;
	d->x.low = panel->n_bars > 0 ? panel->bars[0].low : plot->log_x ? 1 : 0;
	d->x.high =
	    panel->n_bars > 0 ? panel->bars[panel->n_bars - 1].high : d->x.low + 1;
}

static void
put_extent(struct drawing *d, const struct bins *bins)
{
	char text[AXIS_TEXT];

	if (bins->n == 0)
		return;
	axis_text(&d->y, bins->least_y, text);
	put_text(d->view, d->node, "least", text);
	axis_text(&d->y, bins->most_y, text);
	put_text(d->view, d->node, "most", text);
}

static const char *
kind_name(enum points_kind kind)
{
	switch (kind) {
	case POINTS_TIME:
		return "time";
	case POINTS_TRUTH:
		return "truth";
	case POINTS_RUN:
		return "run";
	default:
		return "number";
	}
}

/* What is said behind the name of the x axis: of times, whose ticks say a part of them,
   from where to where. */
static void
put_across(struct drawing *d)
{
	char text[2 * AXIS_TEXT + 8], from[AXIS_TEXT], to[AXIS_TEXT];

	axis_behind(&d->x, text);
	if (d->x.kind == POINTS_TIME) {
		axis_text(&d->x, fmax(d->x.low, d->least), from);
		axis_text(&d->x, fmin(d->x.high, d->most), to);
		snprintf(text, sizeof(text), ", %.16s to %.16s", from, to);
	}
	view_attribute(d->node, "across", text);
}

static void
draw_panel(struct drawing *d, size_t i, bool links)
{
	const struct plot *plot = d->plot;
	const struct plot_panel *panel = &plot->panels[i];
	const struct points_axis *name = points_name(plot->points, i);
	bool last = i == plot->n - 1;
	char behind[AXIS_TEXT];

	view_pixels(d->node, "top", d->top);
	view_pixels(d->node, "bottom", d->top + d->height);
	put_text(d->view, d->node, "name", name->name);
	put_count(d->node, "n", plot->histogram ? (long long)panel->n : panel->bins.n);
	if (plot->histogram) {
		d->x = (struct axis){
		    .kind = name->kind == POINTS_TRUTH ? POINTS_NUMBER : name->kind,
		    .log = plot->log_x};
		fit_bars(plot, panel, d);
	} else {
		d->y = (struct axis){.kind = name->kind, .log = plot->log_y};
		axis_fit(&d->y,
		    panel->bins.n > 0 ? panel->bins.least_y
		    : plot->log_y     ? 1
				      : 0,
		    panel->bins.n > 0 ? panel->bins.most_y : 1);
		if (panel->has_low && panel->low < d->y.high &&
		    !(d->y.log && panel->low <= 0))
			d->y.low = panel->low;
		if (panel->has_high && panel->high > d->y.low)
			d->y.high = panel->high;
		put_extent(d, &panel->bins);
		if (!bins_are_plain(&panel->bins)) {
			double length =
			    d->x.log ? log10(d->x.high / d->x.low) : d->x.high - d->x.low;

			view_pixels(d->node, "dense",
			    fmax(bins_width(&panel->bins) / length * WIDTH * 1.3, 1.2));
		}
	}
	axis_behind(&d->y, behind);
	view_attribute(d->node, "behind", behind);
	put_across(d);
	view_attribute(d->node, "kind", kind_name(name->kind));
	put_ticks(d->view, d->node, "y", &d->y, d->height > 200 ? 7 : 4,
	    d->top + d->height, -d->height);
	if (last || plot->histogram)
		put_ticks(d->view, d->node, "x", &d->x, X_TICKS, LEFT, WIDTH);
	if (plot->histogram)
		draw_bars(d, panel, name->name);
	else
		draw_points(d, panel, name->name, links);
}

/* Stretches of the x axis that are links to themselves, larger. */
static void
put_zones(struct view *view, xmlNode *parent, const struct axis *x)
{
	for (int i = 0; i < ZONES; i++) {
		double low = axis_value(x, (double)i / ZONES);
		double high = axis_value(x, (double)(i + 1) / ZONES);
		char from[AXIS_TEXT], to[AXIS_TEXT];
		const char *changes[] = {"from", from, "to", to, NULL};
		xmlNode *zone = view_add(view, parent, "zone", NULL, 0);

		axis_exact(x, low, from);
		axis_exact(x, high, to);
		view_pixels(zone, "x", LEFT + (double)i * WIDTH / ZONES);
		view_pixels(zone, "width", (double)WIDTH / ZONES);
		view_attribute(
		    zone, "href", request_address(view->request, REQUEST_PAGE, changes));
		axis_text(x, low, from);
		axis_text(x, high, to);
		put_text(view, zone, "from", from);
		put_text(view, zone, "to", to);
	}
}

static void
put_key(struct view *view, xmlNode *legend, const struct plot *plot, int colour,
    const char *text)
{
	char name[8];
	xmlNode *key = view_text(view, legend, "key", text);

	colour_name(plot, colour, name);
	view_attribute(key, "c", name);
}

/* What the colours mean. */
static void
put_legend(struct view *view, const struct plot *plot)
{
	const struct points_axis *colour = points_colour(plot->points);
	struct axis axis = {.kind = colour->kind};
	size_t classes = points_classes(plot->points);
	xmlNode *legend;

	if (colour->name == NULL || plot->histogram)
		return;
	legend = view_add(view, NULL, "legend", NULL, 0);
	put_text(view, legend, "name", colour->name);
	if (colour->kind == POINTS_CLASS || colour->kind == POINTS_TRUTH) {
		view_attribute(legend, "kind", "classes");
		if (colour->kind == POINTS_TRUTH)
			classes = 2;
		for (size_t i = 0; i < classes && i < PLOT_COLOURS; i++)
			put_key(view, legend, plot, (int)i,
			    colour->kind == POINTS_TRUTH ? i ? "True" : "False"
							 : points_class(plot->points, i));
		if (classes > PLOT_COLOURS)
			put_key(view, legend, plot, PLOT_COLOURS, "others");
		return;
	}
	view_attribute(legend, "kind", plot->log_colour ? "log" : "scale");
	for (int i = 0; i < PLOT_COLOURS && isfinite(plot->least_colour); i++) {
		double part = (double)i / PLOT_COLOURS;
		double length = plot->most_colour - plot->least_colour;
		char text[AXIS_TEXT];

		axis_text(&axis,
		    plot->log_colour
			? plot->least_colour *
			      pow(plot->most_colour / plot->least_colour, part)
			: plot->least_colour + length * part,
		    text);
		if (length > 0 || i == 0)
			put_key(view, legend, plot, i, text);
	}
	if (isfinite(plot->least_colour)) {
		char text[40];

		axis_text(&axis, plot->most_colour, text);
		if (plot->most_colour > plot->least_colour)
			view_attribute(legend, "top", text);
		snprintf(text, sizeof(text), "%.17g", plot->least_colour);
		view_attribute(legend, "least", text);
		snprintf(text, sizeof(text), "%.17g", plot->most_colour);
		view_attribute(legend, "most", text);
	}
}

static void
draw(struct view *view, const struct plot *plot)
{
	xmlNode *picture = view_add(view, NULL, "plot", NULL, 0);
	struct drawing d = {.view = view, .plot = plot, .top = TOP};
	double height = plot->n == 1 ? ALONE : BESIDE;
	double gap = plot->histogram ? GAP + 24 : GAP;
	long long all = 0, shown = 0;

	if (picture == NULL)
		return;
	fit_x(plot, &d);
	for (size_t i = 0; i < plot->n; i++) {
		const struct plot_panel *panel = &plot->panels[i];

		all += plot->histogram ? (long long)panel->n : panel->bins.n;
		shown += bins_are_plain(&panel->bins) ? panel->bins.n : LINKS_MAX + 1;
	}
	put_text(
	    view, picture, "x", plot->histogram ? NULL : points_x(plot->points)->name);
	view_attribute(picture, "kind", plot->histogram ? "histogram" : "points");
	view_attribute(
	    picture, "time", !plot->histogram && d.x.kind == POINTS_TIME ? "1" : NULL);
	view_attribute(picture, "x-kind", kind_name(d.x.kind));
	put_count(picture, "n", all);
	put_count(picture, "texts", points_texts(plot->points));
	put_count(picture, "below", plot->below);
	view_pixels(picture, "left", LEFT);
	view_pixels(picture, "right", LEFT + WIDTH);
	view_pixels(picture, "width", LEFT + WIDTH + RIGHT);
	view_pixels(picture, "height",
	    TOP + (double)plot->n * height + (double)(plot->n - 1) * gap + FOOT);
	for (size_t i = 0; i < plot->n; i++) {
		d.height = height;
		d.node = view_add(view, picture, "panel", NULL, 0);
		if (d.node == NULL)
			return;
		draw_panel(&d, i, shown <= LINKS_MAX);
		d.top += height + gap;
	}
	if (!plot->histogram && shown > LINKS_MAX)
		put_zones(view, picture, &d.x);
	put_legend(view, plot);
}

/* ---- The page --------------------------------------------------------------- */

/* The names, for the statement that looks for their units. */
static void
set_names(struct view *view, const struct plot *plot)
{
	struct buffer text = {0};
	struct writer w = writer_to(buffer_put, &text);

	writer_array(&w, NULL);
	for (size_t i = 0; i < plot->n; i++)
		writer_string(&w, NULL, points_name(plot->points, i)->name);
	writer_string(&w, NULL, points_x(plot->points)->name);
	if (points_colour(plot->points)->name != NULL)
		writer_string(&w, NULL, points_colour(plot->points)->name);
	writer_end_array(&w);
	if (!text.failed)
		view_set(
		    view, "names", arena_text(&view->request->arena, text.p, text.n));
	buffer_free(&text);
}

int
page_plot(struct view *view)
{
	struct plot plot = {.n = 0};
	int result;

	if (view_value(view, "v") == NULL)
		return 0;
	result = plot_read(&plot, view);
	if (result == 0) {
		set_names(view, &plot);
		draw(view, &plot);
	} else if (result > 0) {
		page_runs_mistake(view, &plot.error);
	}
	plot_close(&plot);
	return result < 0 ? -1 : 0;
}

/* ---- Its rows --------------------------------------------------------------- */

static struct cell
text_cell(const char *text)
{
	return (struct cell){.kind = CELL_TEXT, .p = text, .n = strlen(text)};
}

static struct cell
number_cell(enum points_kind kind, double value)
{
	if (!isfinite(value))
		return (struct cell){.kind = CELL_NULL};
	if (kind == POINTS_TIME && fabs(value) < 1e12)
		return (struct cell){
		    .kind = CELL_TIME, .integer = (int64_t)llround(value * 1e6)};
	if (kind == POINTS_TRUTH && (value == 0 || value == 1))
		return (struct cell){.kind = CELL_BOOL, .integer = (int64_t)value};
	if (floor(value) == value && fabs(value) < 9e15)
		return (struct cell){.kind = CELL_INT, .integer = (int64_t)value};
	return (struct cell){.kind = CELL_FLOAT, .real = value};
}

static int
put_point(struct printer *printer, const struct plot *plot, const char *name,
    enum points_kind kind, const struct point *point, long long n)
{
	const struct points_axis *colour = points_colour(plot->points);
	char run[24];
	struct cell cells[] = {text_cell(name),
	    text_cell(points_experiment(plot->points, point->experiment)),
	    {.kind = CELL_INT, .integer = point->whole ? point->run.number : 0},
	    number_cell(points_x(plot->points)->kind, point->x),
	    number_cell(kind, point->y), {.kind = CELL_NULL},
	    {.kind = CELL_INT, .integer = n}};

	if (!point->whole)
		cells[2] = text_cell(run_text(point, run));
	if (colour->kind == POINTS_CLASS && isfinite(point->colour))
		cells[5] = text_cell(points_class(plot->points, (size_t)point->colour));
	else if (colour->name != NULL)
		cells[5] = number_cell(colour->kind, point->colour);
	return printer_row(printer, cells);
}

static int
put_points(struct printer *printer, const struct plot *plot, size_t i)
{
	const struct points_axis *name = points_name(plot->points, i);
	const struct point *low, *high;
	long long n;
	size_t at = 0;

	while (bins_next(&plot->panels[i].bins, &at, &low, &high, &n)) {
		const struct point *first = high != NULL && high->x < low->x ? high : low;
		const struct point *second = first == low ? high : low;

		if (put_point(printer, plot, name->name, name->kind, first, n) != 0 ||
		    (high != NULL &&
			put_point(printer, plot, name->name, name->kind, second, n) != 0))
			return -1;
	}
	return 0;
}

static int
put_bars(struct printer *printer, const struct plot *plot, size_t i)
{
	const struct points_axis *name = points_name(plot->points, i);
	const struct plot_panel *panel = &plot->panels[i];

	for (int j = 0; j < panel->n_bars; j++) {
		struct cell cells[] = {text_cell(name->name),
		    number_cell(name->kind, panel->bars[j].low),
		    number_cell(name->kind, panel->bars[j].high),
		    {.kind = CELL_INT, .integer = panel->bars[j].n}};

		if (printer_row(printer, cells) != 0)
			return -1;
	}
	return 0;
}

static int
put_rows(const struct plot *plot, const struct printer_format *format,
    stream_write *write, void *context)
{
	static const struct printer_column points[] = {{"name", CELL_TEXT},
	    {"experiment", CELL_TEXT}, {"run", CELL_NULL}, {"x", CELL_NULL},
	    {"y", CELL_NULL}, {"colour", CELL_NULL}, {"of", CELL_INT}};
	static const struct printer_column bars[] = {{"name", CELL_TEXT},
	    {"low", CELL_NULL}, {"high", CELL_NULL}, {"count", CELL_INT}};
	struct printer printer;
	int result = plot->histogram
			 ? printer_open_to(&printer, format, write, context, bars, 4)
			 : printer_open_to(&printer, format, write, context, points, 7);

	for (size_t i = 0; i < plot->n && result == 0; i++)
		result = plot->histogram ? put_bars(&printer, plot, i)
					 : put_points(&printer, plot, i);
	if (printer_close(&printer, result == 0) != 0)
		result = -1;
	if (result != 0)
		msg("output: %s", strerror(errno));
	return result;
}

int
page_plot_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	struct plot plot = {.n = 0};
	int result = 0;

	if (view_value(view, "v") == NULL)
		return put_rows(&plot, format, write, context);
	result = plot_read(&plot, view);
	if (result == 0)
		result = put_rows(&plot, format, write, context);
	else if (result > 0)
		msg("%s", plot.error.message);
	plot_close(&plot);
	return result > 0 ? VIEW_MISTAKE : result;
}
