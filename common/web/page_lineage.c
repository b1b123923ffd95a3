#include "web/page_lineage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "local/job_lineage_print.h"
#include "web/layers.h"

#define MOST 200       /* jobs and files that are drawn */
#define MOST_OF_ONE 16 /* files of a job, readers of a file */

/* The picture, in pixels. */
#define JOB_WIDTH 160.0
#define FILE_WIDTH 190.0
#define HEIGHT 42.0
#define LOW 26.0     /* the height of what has a line only */
#define GAP 10.0     /* between the nodes of a layer */
#define BETWEEN 48.0 /* layers */
#define MARGIN 6.0
#define BACK 40.0 /* below, for what leads back */

/* A job, or a file under a path: a copy is another. */
struct thing {
	const char *id, *path;
	bool is_file, is_low;
	xmlNode *node;
	size_t at; /* in the layers */
};

struct drawing {
	struct view *view;
	struct job_lineage *lineage;
	struct arena *arena;
	xmlNode *graph;
	struct thing *things;
	size_t n, most;
	struct layers layers;
	double *left, *width; /* of layers, from the least */
	int least;
	size_t n_layers;
	bool has_circle;
};

static struct job_view
view_of(struct view *view)
{
	return (struct job_view){
	    .db = view->connection->db, .path = (char *)view->connection->path};
}

static struct job_lineage_wanted
wanted_of(struct view *view)
{
	return (struct job_lineage_wanted){.job = view_value(view, "job"),
	    .what = view_value(view, "of"),
	    .recorded = true,
	    .directions = JOB_UP | JOB_DOWN};
}

/* ---- What stands in it -------------------------------------------------------- */

/* A column of a row by its name. */
static const char *
member(sqlite3_stmt *row, const char *name)
{
	for (int i = 0; i < sqlite3_column_count(row); i++)
		if (strcmp(sqlite3_column_name(row, i), name) == 0)
			return (const char *)sqlite3_column_text(row, i);
	return NULL;
}

static void
add_members(struct view *view, xmlNode *node, sqlite3_stmt *row, const char *names)
{
	char name[32];

	for (size_t n; *names != '\0'; names += n + (names[n] == ' ')) {
		const char *text;

		n = strcspn(names, " ");
		snprintf(name, sizeof(name), "%.*s", (int)n, names);
		text = member(row, name);
		if (text != NULL)
			view_text(view, node, name, text);
	}
}

static struct thing *
find(struct drawing *d, const char *id, const char *path)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->things[i].is_file == (path != NULL) &&
		    strcmp(d->things[i].id, id) == 0 &&
		    (path == NULL || strcmp(d->things[i].path, path) == 0))
			return &d->things[i];
	return NULL;
}

/* A job (path is NULL) or a file, which is new if row has to say what it is; NULL without
   memory. */
static struct thing *
note(struct drawing *d, const char *id, const char *path, sqlite3_stmt *row)
{
	struct thing *thing = find(d, id, path);
	bool is_file = path != NULL, is_origin;
	const char *imported =
	    is_file && row != NULL ? member(row, "imported_from") : NULL;

	if (thing != NULL || d->n == d->most)
		return thing;
	is_origin = is_file ? job_lineage_file(d->lineage) != NULL &&
				  strcmp(job_lineage_file(d->lineage), id) == 0 &&
				  strcmp(job_lineage_path(d->lineage), path) == 0
			    : job_lineage_job(d->lineage) != NULL &&
				  strcmp(job_lineage_job(d->lineage), id) == 0;
	thing = &d->things[d->n];
	*thing = (struct thing){.id = id,
	    .path = path,
	    .is_file = is_file,
	    .is_low = is_file && imported == NULL,
	    .at = d->n++};
	thing->node = view_add(d->view, d->graph, is_file ? "file" : "job", NULL, 0);
	if (is_file) {
		view_text(d->view, thing->node, "path", path);
		if (imported != NULL)
			view_text(d->view, thing->node, "imported_from", imported);
	} else {
		add_members(
		    d->view, thing->node, row, "job number task status experiment run");
	}
	if (is_origin)
		view_attribute(thing->node, "this", "1");
	return thing;
}

/* An edge, unless it is there: two uses of a file by a job the same way are one. */
static void
add_link(struct drawing *d, const struct thing *from, const struct thing *to)
{
	struct layers *l = &d->layers;

	for (size_t i = 0; i < l->n_edges; i++)
		if (l->edges[i].from == from->at && l->edges[i].to == to->at)
			return;
	l->edges[l->n_edges++] = (struct layers_edge){.from = from->at, .to = to->at};
}

/* Two paths of one content, where the file was moved or copied between jobs. */
static void
link_copies(struct drawing *d, const struct job_use *use, const struct thing *file,
    sqlite3_stmt *row)
{
	const char *origin = job_lineage_file(d->lineage);
	const struct thing *other;

	if (use->in && use->from != NULL && strcmp(use->from, file->path) != 0) {
		other = note(d, use->file, use->from, row);
		if (other != NULL)
			add_link(d, other, file);
	} else if (!use->in && use->up && use->depth == 1 && origin != NULL) {
		other = find(d, origin, job_lineage_path(d->lineage));
		if (other != NULL && other != file)
			add_link(d, file, other);
	}
}

/* Add the rows of the list, and the things. */
static int
read_uses(struct drawing *d)
{
	xmlNode *list = view_add(d->view, NULL, "uses", NULL, 0);
	const struct job_use *use = job_lineage_uses(d->lineage);

	if (job_lineage_file(d->lineage) != NULL)
		(void)note(d, job_lineage_file(d->lineage), job_lineage_path(d->lineage),
		    job_lineage_row(d->lineage, use));
	for (; use != NULL; use = use->next) {
		sqlite3_stmt *row = job_lineage_row(d->lineage, use);
		const struct thing *job, *file;
		xmlNode *node;

		if (row == NULL || list == NULL)
			return -1;
		node = view_add(d->view, list, "row", NULL, 0);
		add_members(d->view, node, row,
		    "way job number task status direction role path imported_from "
		    "experiment run");
		job = note(d, use->job, NULL, row);
		file = note(d, use->file, use->path != NULL ? use->path : "", row);
		if (job == NULL || file == NULL)
			return -1;
		add_link(d, use->in ? file : job, use->in ? job : file);
		link_copies(d, use, file, row);
	}
	return 0;
}

/* Say of what the bounds left something out. */
static void
mark_left_out(struct drawing *d)
{
	long left = 0;

	for (int way = JOB_UP; way <= JOB_DOWN; way++) {
		const struct job_step *step =
		    job_lineage_steps(d->lineage, (enum job_direction)way);

		for (; step != NULL; step = step->next) {
			struct thing *thing =
			    step->job != NULL ? find(d, step->job, NULL) : NULL;

			left += step->left + !step->looked;
			if (thing != NULL && (step->left > 0 || !step->looked))
				view_attribute(thing->node,
				    way == JOB_UP ? "before" : "behind", "1");
		}
	}
	if (left > 0)
		view_attribute(d->graph, "cut", "1");
}

/* ---- Where it stands ---------------------------------------------------------- */

static double
width_of(const struct drawing *d, size_t thing)
{
	return d->things[thing].is_file ? FILE_WIDTH : JOB_WIDTH;
}

static int
measure_layers(struct drawing *d)
{
	const struct layers *l = &d->layers;
	int most = 0;
	double x = MARGIN;

	d->least = 0;
	for (size_t i = 0; i < d->n; i++) {
		d->least = l->nodes[i].layer < d->least ? l->nodes[i].layer : d->least;
		most = l->nodes[i].layer > most ? l->nodes[i].layer : most;
	}
	d->n_layers = (size_t)(most - d->least) + 1;
	d->left = arena_get(d->arena, d->n_layers * sizeof(double));
	d->width = arena_get(d->arena, d->n_layers * sizeof(double));
	if (d->left == NULL || d->width == NULL)
		return -1;
	for (size_t i = 0; i < d->n; i++) {
		double width = width_of(d, i);
		double *known = &d->width[l->nodes[i].layer - d->least];

		*known = width > *known ? width : *known;
	}
	for (size_t i = 0; i < d->n_layers; i++) {
		d->left[i] = x;
		x += d->width[i] + BETWEEN;
	}
	view_pixels(d->graph, "width", x - BETWEEN + MARGIN);
	return 0;
}

struct path_text {
	char *p;
	size_t n, size;
};

static void
put(struct path_text *text, const char *letters, const double *numbers, size_t n)
{
	if (text->p == NULL || text->n + 16 * (n + 1) > text->size)
		return;
	text->n +=
	    (size_t)snprintf(text->p + text->n, text->size - text->n, "%s", letters);
	for (size_t i = 0; i < n; i++)
		text->n += (size_t)snprintf(
		    text->p + text->n, text->size - text->n, " %.1f", numbers[i]);
}

/* Back, since there is a circle: below, from the middle of a node to that of another. */
static void
draw_back(struct drawing *d, const struct layers_edge *edge, struct path_text *path)
{
	const struct layers_node *from = &d->layers.nodes[edge->from];
	const struct layers_node *to = &d->layers.nodes[edge->to];
	double x = d->left[from->layer - d->least] + width_of(d, edge->from) / 2;
	double end = d->left[to->layer - d->least] + width_of(d, edge->to) / 2;
	double y = from->y + from->height / 2 + MARGIN;
	double up = to->y + to->height / 2 + MARGIN + 7;
	double low = (y > up ? y : up) + BACK;

	put(path, "M", (double[]){x, y}, 2);
	put(path, " C", (double[]){x, low, end, low, end, up}, 6);
	d->has_circle = true;
}

/* From the right of a node, level through the layers that it passes, to the left of
   another. */
static void
draw_on(struct drawing *d, const struct layers_edge *edge, struct path_text *path)
{
	const struct layers *l = &d->layers;
	const struct layers_node *from = &l->nodes[edge->from], *to = &l->nodes[edge->to];
	double x = d->left[from->layer - d->least] + width_of(d, edge->from);
	double y = from->y + MARGIN;

	put(path, "M", (double[]){x, y}, 2);
	for (size_t i = 0; i <= edge->n_bends; i++) {
		const struct layers_node *next =
		    i < edge->n_bends ? &l->nodes[edge->bends + i] : to;
		double at = d->left[next->layer - d->least], down = next->y + MARGIN;
		double end = i < edge->n_bends ? at : at - 7; /* the arrow's head */
		double middle = (x + end) / 2;

		put(path, " C", (double[]){middle, y, middle, down, end, down}, 6);
		x = end;
		y = down;
		if (i < edge->n_bends) {
			x = at + d->width[next->layer - d->least];
			put(path, " H", &x, 1);
		}
	}
}

static void
add_edge(struct drawing *d, const struct layers_edge *edge)
{
	struct path_text path = {.size = 256 + 160 * edge->n_bends};

	path.p = arena_get(d->arena, path.size);
	if (d->layers.nodes[edge->from].layer < d->layers.nodes[edge->to].layer)
		draw_on(d, edge, &path);
	else
		draw_back(d, edge, &path);
	view_attribute(view_add(d->view, d->graph, "edge", NULL, 0), "d", path.p);
}

static int
place(struct drawing *d, size_t origin)
{
	double height;

	for (size_t i = 0; i < d->n; i++)
		d->layers.nodes[i].height = d->things[i].is_low ? LOW : HEIGHT;
	d->layers.n = d->n;
	if (layers_rank(&d->layers, origin) != 0 || measure_layers(d) != 0 ||
	    (height = layers_place(&d->layers, GAP)) < 0) {
		msg("no memory");
		return -1;
	}
	for (size_t i = 0; i < d->n; i++) {
		const struct layers_node *node = &d->layers.nodes[i];

		view_pixels(d->things[i].node, "x", d->left[node->layer - d->least]);
		view_pixels(d->things[i].node, "y", node->y - node->height / 2 + MARGIN);
		view_pixels(d->things[i].node, "w", width_of(d, i));
		view_pixels(d->things[i].node, "h", node->height);
	}
	for (size_t i = 0; i < d->layers.n_edges; i++)
		add_edge(d, &d->layers.edges[i]);
	view_pixels(d->graph, "height", height + 2 * MARGIN + (d->has_circle ? BACK : 0));
	return 0;
}

/* ---- From outside ----------------------------------------------------------- */

static int
draw(struct drawing *d)
{
	const struct thing *origin;
	size_t n = 0;

	for (const struct job_use *use = job_lineage_uses(d->lineage); use != NULL;
	     use = use->next)
		n++;
	/* There is none without a use: a job by itself is no graph. */
	if (n == 0)
		return 0;
	d->graph = view_add(d->view, NULL, "graph", NULL, 0);
	/* A use has a job and at most two paths, and as many edges. */
	d->most = 3 * n + 1;
	d->things = arena_get(d->arena, d->most * sizeof(*d->things));
	if (d->graph == NULL || d->things == NULL ||
	    layers_open(&d->layers, d->most, d->most) != 0)
		return -1;
	d->layers.n_edges = 0;
	if (read_uses(d) != 0)
		return -1;
	mark_left_out(d);
	origin =
	    job_lineage_job(d->lineage) != NULL
		? find(d, job_lineage_job(d->lineage), NULL)
		: find(d, job_lineage_file(d->lineage), job_lineage_path(d->lineage));
	return place(d, origin != NULL ? origin->at : 0);
}

/* Was there no such file?  Then there is a message, but the database did not fail. */
static bool
is_missing(const struct drawing *d)
{
	int code = sqlite3_errcode(d->view->connection->db);

	return d->lineage != NULL && job_lineage_job(d->lineage) == NULL &&
	       job_lineage_file(d->lineage) == NULL &&
	       (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW);
}

int
page_lineage(struct view *view)
{
	struct job_view jobs = view_of(view);
	struct job_lineage_wanted wanted = wanted_of(view);
	struct drawing *d = arena_get(&view->request->arena, sizeof(*d));
	int status, result = -1;

	if (wanted.job == NULL && wanted.what == NULL)
		return 0;
	if (d == NULL)
		return -1;
	d->view = view;
	d->arena = &view->request->arena;
	wanted.most = MOST;
	wanted.most_of_one = MOST_OF_ONE;
	status = job_lineage_open(&d->lineage, &jobs, &wanted);
	if (status == EXIT_DONE && !view->connection->late)
		result = draw(d);
	else if (!view->connection->late && is_missing(d)) {
		view_text(view, NULL, "missing", msg_caught());
		result = 0;
	}
	layers_close(&d->layers);
	job_lineage_close(d->lineage);
	return result;
}

int
page_lineage_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	struct job_view jobs = view_of(view);
	struct job_lineage_wanted wanted = wanted_of(view);
	struct drawing d = {.view = view};
	int result = -1;

	if (wanted.job == NULL && wanted.what == NULL)
		return 0;
	if (job_lineage_open(&d.lineage, &jobs, &wanted) == EXIT_DONE) {
		if (!view->connection->late &&
		    job_lineage_write(d.lineage, format, write, context) == EXIT_DONE)
			result = 0;
	} else if (!view->connection->late && is_missing(&d)) {
		result = 0;
	}
	job_lineage_close(d.lineage);
	return result;
}
