#include "web/page_experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "text/timestamp.h"
#include "web/axis.h"

/* The picture, in pixels: bars of entries above a row of runs. */
#define LEFT 16
#define WIDTH 1000
#define BARS 200 /* stretches in which entries are counted */
#define BARS_TOP 8
#define BARS_HEIGHT 70
#define RUNS_TOP 84
#define RUNS_HEIGHT 34
#define HEIGHT 158
#define LINKS_MAX 1500
#define TYPES 8

struct timeline {
	struct view *view;
	xmlNode *node;
	struct axis axis;
	bool fixed[2]; /* its ends are as they were asked for */
	char *types[TYPES];
	size_t n_types;
	double drawn[TYPES + 1]; /* how far runs of each type were drawn */
	long n_runs;
	long counts[BARS];
};

static sqlite3_stmt *
prepare(struct view *view, const char *sql)
{
	sqlite3_stmt *statement =
	    db_prepare(view->connection->db, view->connection->path, sql);

	if (statement != NULL)
		view_bind(view, statement);
	return statement;
}

static bool
seconds_of(sqlite3_stmt *row, int column, double *seconds)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	int64_t when;

	if (text == NULL || !timestamp_read(text, strlen(text), &when))
		return false;
	*seconds = (double)when / 1e6;
	return true;
}

static double
across(const struct timeline *t, double when)
{
	return LEFT + axis_place(&t->axis, when) * WIDTH;
}

/* ---- How far it goes -------------------------------------------------------- */

/* 1; 0 if there is nothing to show; -1 after a message. */
static int
find_extent(struct timeline *t)
{
	static const char sql[] =
	    "SELECT (SELECT min(t) FROM (SELECT min(start_time) AS t FROM runs "
	    "WHERE experiment_id = x.id UNION ALL SELECT min(created_at) FROM "
	    "logbook_entries WHERE experiment_id = x.id)), "
	    "(SELECT max(t) FROM (SELECT max(coalesce(end_time, start_time)) AS t FROM "
	    "runs WHERE experiment_id = x.id UNION ALL SELECT max(created_at) FROM "
	    "logbook_entries WHERE experiment_id = x.id)) "
	    "FROM experiments x WHERE x.name = :experiment";
	const char *const names[] = {"from", "to"};
	double ends[2] = {0, 0};
	sqlite3_stmt *row = prepare(t->view, sql);
	bool any;
	int code;

	if (row == NULL)
		return -1;
	code = sqlite3_step(row);
	any = code == SQLITE_ROW && seconds_of(row, 0, &ends[0]) &&
	      seconds_of(row, 1, &ends[1]);
	sqlite3_finalize(row);
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		db_complain(t->view->connection->db, t->view->connection->path);
		return -1;
	}
	if (!any)
		return 0;
	t->axis.kind = POINTS_TIME;
	axis_fit(&t->axis, ends[0], fmax(ends[1], ends[0] + 60));
	for (int i = 0; i < 2; i++) {
		const char *text = request_value(t->view->request, names[i]);
		int64_t when;

		if (text == NULL || !timestamp_read(text, strlen(text), &when))
			continue;
		t->fixed[i] = true;
		*(i == 0 ? &t->axis.low : &t->axis.high) = (double)when / 1e6;
	}
	if (t->axis.high <= t->axis.low)
		t->axis.high = t->axis.low + 60;
	return 1;
}

/* ---- Runs ------------------------------------------------------------------- */

static size_t
type_of(struct timeline *t, const char *type)
{
	size_t i = 0;

	while (i < t->n_types && strcmp(t->types[i], type) != 0)
		i++;
	if (i == t->n_types && i < TYPES) {
		t->types[i] = arena_text(&t->view->request->arena, type, strlen(type));
		if (t->types[i] == NULL)
			return TYPES;
		t->n_types++;
	}
	return i;
}

static void
draw_run(struct timeline *t, sqlite3_stmt *row, bool links)
{
	const char *number = (const char *)sqlite3_column_text(row, 0);
	const char *type = (const char *)sqlite3_column_text(row, 3);
	double start, end, left, right;
	char colour[8], from[AXIS_TEXT], *label;
	const char *experiment = view_value(t->view, "experiment");
	size_t class;
	xmlNode *run;

	if (number == NULL || !seconds_of(row, 1, &start))
		return;
	if (!seconds_of(row, 2, &end) || end < start)
		end = start;
	if (end < t->axis.low || start > t->axis.high)
		return;
	t->n_runs++;
	left = fmax(across(t, start), LEFT);
	right = fmin(fmax(across(t, end), left + 1.5), LEFT + WIDTH);
	class = type_of(t, type != NULL ? type : "");
	/* Of many, those that would stand on others are left out. */
	if (!links && right <= t->drawn[class] + 0.5)
		return;
	t->drawn[class] = right;
	run = view_add(t->view, t->node, "run", NULL, 0);
	snprintf(colour, sizeof(colour), "k%zu", class);
	view_attribute(run, "c", colour);
	view_pixels(run, "x", left);
	view_pixels(run, "width", fmax(right - left, 1.5));
	if (!links)
		return;
	(void)view_text(t->view, run, "number", number);
	axis_text(&t->axis, start, from);
	if (experiment == NULL ||
	    asprintf(&label, "Run %s%s%s, %s", number, type != NULL ? " " : "",
		type != NULL ? type : "", from) < 0)
		return;
	(void)view_text(t->view, run, "label", label);
	free(label);
}

static int
draw_runs(struct timeline *t)
{
	sqlite3_stmt *row = prepare(t->view,
	    "SELECT run_number, start_time, end_time, type, "
	    "count(*) OVER () FROM runs WHERE experiment_id = (SELECT id "
	    "FROM experiments WHERE name = :experiment) AND start_time "
	    "IS NOT NULL ORDER BY start_time");
	int code = SQLITE_ERROR;

	if (row == NULL)
		return -1;
	while ((code = sqlite3_step(row)) == SQLITE_ROW)
		draw_run(t, row, sqlite3_column_int64(row, 4) <= LINKS_MAX);
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? 0 : -1;
}

/* ---- Entries ---------------------------------------------------------------- */

/* The time at the left of a bar, as addresses and as people have it. */
static void
bar_time(const struct timeline *t, int i, char exact[AXIS_TEXT], char text[AXIS_TEXT])
{
	double when = axis_value(&t->axis, (double)i / BARS);

	axis_exact(&t->axis, when, exact);
	axis_text(&t->axis, when, text);
}

static void
draw_entries(struct timeline *t)
{
	long most = 1;

	for (int i = 0; i < BARS; i++)
		if (t->counts[i] > most)
			most = t->counts[i];
	for (int i = 0; i < BARS; i++) {
		double height = (double)t->counts[i] / (double)most * BARS_HEIGHT;
		char from[AXIS_TEXT], to[AXIS_TEXT], text[AXIS_TEXT], *label;
		xmlNode *bar;

		if (t->counts[i] == 0)
			continue;
		bar = view_add(t->view, t->node, "bar", NULL, 0);
		view_pixels(bar, "x", LEFT + (double)i * WIDTH / BARS);
		view_pixels(bar, "width", (double)WIDTH / BARS - 1);
		view_pixels(bar, "y", BARS_TOP + BARS_HEIGHT - fmax(height, 3));
		view_pixels(bar, "height", fmax(height, 3));
		bar_time(t, i + 1, to, text);
		bar_time(t, i, from, text);
		view_attribute(bar, "from", from);
		view_attribute(bar, "to", to);
		if (asprintf(&label, "%ld %s from %s on", t->counts[i],
			t->counts[i] == 1 ? "entry" : "entries", text) < 0)
			return;
		(void)view_text(t->view, bar, "label", label);
		free(label);
	}
}

static int
count_entries(struct timeline *t)
{
	sqlite3_stmt *row = prepare(t->view,
	    "SELECT created_at FROM logbook_entries WHERE experiment_id = "
	    "(SELECT id FROM experiments WHERE name = :experiment) AND "
	    "created_at IS NOT NULL");
	int code = SQLITE_ERROR;

	if (row == NULL)
		return -1;
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		double when, place;

		if (!seconds_of(row, 0, &when))
			continue;
		place = axis_place(&t->axis, when) * BARS;
		if (place >= 0 && place < BARS)
			t->counts[(int)place]++;
	}
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? 0 : -1;
}

/* ---- The axis --------------------------------------------------------------- */

#define ZONES 20

static void
draw_axis(struct timeline *t)
{
	struct axis_tick ticks[AXIS_TICKS_MAX];
	int n = axis_ticks(&t->axis, 8, ticks);
	char from[AXIS_TEXT], to[AXIS_TEXT];

	for (int i = 0; i < n; i++)
		view_pixels(view_text(t->view, t->node, "tick", ticks[i].label), "at",
		    across(t, ticks[i].value));
	for (int i = 0; i < ZONES; i++) {
		xmlNode *zone = view_add(t->view, t->node, "zone", NULL, 0);

		view_pixels(zone, "x", LEFT + (double)i * WIDTH / ZONES);
		view_pixels(zone, "width", (double)WIDTH / ZONES);
		axis_exact(&t->axis, axis_value(&t->axis, (double)i / ZONES), from);
		axis_exact(&t->axis, axis_value(&t->axis, (double)(i + 1) / ZONES), to);
		view_attribute(zone, "from", from);
		view_attribute(zone, "to", to);
		axis_text(&t->axis, axis_value(&t->axis, (double)i / ZONES), from);
		axis_text(&t->axis, axis_value(&t->axis, (double)(i + 1) / ZONES), to);
		if (zone != NULL) {
			(void)view_text(t->view, zone, "first", from);
			(void)view_text(t->view, zone, "last", to);
		}
	}
	axis_exact(&t->axis, t->axis.low, from);
	axis_exact(&t->axis, t->axis.high, to);
	view_attribute(t->node, "from", from);
	view_attribute(t->node, "to", to);
	if (t->fixed[0] || t->fixed[1])
		view_attribute(t->node, "part", "1");
}

int
page_experiment(struct view *view)
{
	struct timeline t = {.view = view};
	int found = find_extent(&t);

	if (found <= 0)
		return found;
	t.node = view_add(view, NULL, "timeline", NULL, 0);
	if (t.node == NULL)
		return 0;
	view_pixels(t.node, "left", LEFT);
	view_pixels(t.node, "right", LEFT + WIDTH);
	view_pixels(t.node, "width", WIDTH + 2 * LEFT);
	view_pixels(t.node, "height", HEIGHT);
	view_pixels(t.node, "top", BARS_TOP);
	view_pixels(t.node, "middle", BARS_TOP + BARS_HEIGHT);
	view_pixels(t.node, "runs", RUNS_TOP);
	view_pixels(t.node, "bottom", RUNS_TOP + RUNS_HEIGHT);
	draw_axis(&t);
	if (draw_runs(&t) != 0 || count_entries(&t) != 0) {
		if (!view->connection->late)
			db_complain(view->connection->db, view->connection->path);
		return -1;
	}
	draw_entries(&t);
	for (size_t i = 0; i < t.n_types; i++) {
		xmlNode *key = view_text(view, t.node, "key", t.types[i]);
		char colour[8];

		snprintf(colour, sizeof(colour), "k%zu", i);
		view_attribute(key, "c", colour);
	}
	return 0;
}
