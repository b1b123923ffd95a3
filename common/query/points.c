#include "query/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "query/lane.h"
#include "query/lane_filter.h"
#include "query/query_scope.h"
#include "text/buffer.h"
#include "text/number.h"
#include "text/timestamp.h"

#define CLASSES_MAX 64

/* Texts with numbers of their own. */
struct texts {
	const char **items;
	size_t n, room;
};

struct points {
	struct arena arena;
	sqlite3 *db;
	const char *path;
	struct query_wanted wanted;
	struct query *query;
	struct lane_filter *filter; /* of columns; NULL: all */
	bool by_statement, was_plain;
	struct points_axis names[POINTS_NAMES_MAX];
	size_t n;
	struct points_axis x, colour;
	struct texts experiments, classes;
	long long left_out;
	/* While it is read. */
	double low, high;
	points_take *take;
	void *context;
};

/* ---- Numbers ---------------------------------------------------------------- */

/* The number that a text is, if it is a plain one: a sign, a point, digits that a double
   holds.  False leaves it to number_json(). */
static bool
read_plain(const char *p, size_t n, double *number)
{
	static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
	bool negative = n > 0 && *p == '-';
	const char *end = p + n, *point = NULL;
	unsigned long long digits = 0;
	size_t places;

	p += negative;
	if (p == end || end - p > 19)
		return false;
	for (; p < end; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (digit <= 9)
			digits = digits * 10 + digit;
		else if (*p == '.' && point == NULL)
			point = p + 1;
		else
			return false;
	}
	if (digits >= 1ULL << 53)
		return false;
	/* Both are exact as doubles: their quotient is rounded once. */
	places = point != NULL ? (size_t)(end - point) : 0;
	*number = places > 0 ? (double)digits / powers[places] : (double)digits;
	if (negative)
		*number = -*number;
	return true;
}

static double
number_of_text(const char *p, size_t n)
{
	struct number number;
	double real;

	if (read_plain(p, n, &real))
		return real;
	return number_json(p, n, &number) ? number.real : NAN;
}

/* A value of a column of conditions. */
static double
number_of_json(struct json_span json)
{
	switch (json.p[0]) {
	case 't':
		return 1;
	case 'f':
		return 0;
	case '"':
	case '{':
	case '[':
	case 'n':
		return NAN;
	default:
		return number_of_text(json.p, json.n);
	}
}

static double
seconds_of(const char *p, size_t n)
{
	int64_t microseconds;

	return timestamp_read(p, n, &microseconds) ? (double)microseconds / 1e6 : NAN;
}

/* ---- Experiments and classes ------------------------------------------------ */

/* Give a copy of a text the next number. */
static unsigned
text_add(struct points *points, struct texts *texts, const char *p, size_t n)
{
	const char *copy = arena_text(&points->arena, p, n);

	if (texts->n == texts->room) {
		size_t room = texts->room * 2 + 16;
		const char **more = realloc(texts->items, room * sizeof(*more));

		if (more == NULL) {
			points->arena.failed = true;
			return 0;
		}
		texts->items = more;
		texts->room = room;
	}
	texts->items[texts->n] = copy != NULL ? copy : "";
	return (unsigned)texts->n++;
}

/* The number of a class; those behind CLASSES_MAX have none. */
static double
class_of(struct points *points, const char *p, size_t n)
{
	struct texts *classes = &points->classes;

	for (size_t i = 0; i < classes->n; i++)
		if (strncmp(classes->items[i], p, n) == 0 && classes->items[i][n] == '\0')
			return (double)i;
	return classes->n < CLASSES_MAX ? (double)text_add(points, classes, p, n)
					: (double)NAN;
}

/* The class of a JSON value that is a text. */
static double
class_of_json(struct points *points, struct json_span json)
{
	char *decoded;
	double class;

	if (json.p[0] != '"')
		return class_of(points, json.p, json.n);
	if (memchr(json.p, '\\', json.n) == NULL)
		return class_of(points, json.p + 1, json.n - 2);
	decoded = malloc(json.n);
	if (decoded == NULL)
		return NAN;
	class = class_of(points, decoded, json_string_decode(json, decoded));
	free(decoded);
	return class;
}

static void
give(struct points *points, size_t i, const struct point *point)
{
	if (!isfinite(point->x) || !(point->x >= points->low && point->x <= points->high))
		return;
	if (isfinite(point->y))
		points->take(points->context, i, point);
	else
		points->left_out++;
}

/* Is the colour that of experiments? */
static bool
is_experiment(const struct points_axis *axis)
{
	return axis->name != NULL && axis->stored == 0 &&
	       strcmp(axis->name, "experiment") == 0;
}

/* ---- By the query's statement ----------------------------------------------- */

static double
value_of(struct points *points, sqlite3_stmt *row, const struct points_axis *axis)
{
	const char *text;
	size_t n;

	switch (sqlite3_column_type(row, axis->column)) {
	case SQLITE_INTEGER:
	case SQLITE_FLOAT:
		if (axis->kind != POINTS_CLASS)
			return sqlite3_column_double(row, axis->column);
		/* fall through */
	case SQLITE_TEXT:
		text = (const char *)sqlite3_column_text(row, axis->column);
		n = (size_t)sqlite3_column_bytes(row, axis->column);
		if (text == NULL)
			return NAN;
		if (axis->kind == POINTS_CLASS)
			return class_of(points, text, n);
		if (axis->kind == POINTS_TIME)
			return seconds_of(text, n);
		/* Run numbers that are texts stand at the number that they begin with. */
		return axis->kind == POINTS_RUN ? strtod(text, NULL)
						: number_of_text(text, n);
	default:
		return NAN;
	}
}

static int
read_statement(struct points *points)
{
	sqlite3_stmt *row = query_statement(points->query);
	int code;

	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(row, 0);
		struct point point = {.x = value_of(points, row, &points->x),
		    .colour = NAN,
		    .whole = sqlite3_column_type(row, 1) == SQLITE_INTEGER};
		const struct texts *known = &points->experiments;

		if (isnan(point.x) || name == NULL)
			continue;
		if (known->n > 0 && strcmp(known->items[known->n - 1], name) == 0)
			point.experiment = (unsigned)known->n - 1;
		else
			point.experiment =
			    text_add(points, &points->experiments, name, strlen(name));
		if (point.whole) {
			point.run.number = sqlite3_column_int64(row, 1);
		} else {
			const char *text = (const char *)sqlite3_column_text(row, 1);

			point.run.text = arena_text(&points->arena,
			    text != NULL ? text : "", text != NULL ? strlen(text) : 0);
			if (point.run.text == NULL)
				break;
		}
		for (size_t i = 0; i < points->n; i++)
			if (sqlite3_column_type(row, points->names[i].column) !=
			    SQLITE_NULL) {
				point.y = value_of(points, row, &points->names[i]);
				if (points->colour.name != NULL && isnan(point.colour) &&
				    isfinite(point.y))
					point.colour =
					    value_of(points, row, &points->colour);
				give(points, i, &point);
			}
	}
	sqlite3_reset(row);
	return code == SQLITE_DONE ? 0 : -1;
}

/* ---- By the columns themselves ---------------------------------------------- */

/* What a point is made of; those that are not needed are not open. */
struct lanes {
	struct lane y, x, colour, start;
};

static double
lane_value(struct points *points, const struct lane *lane, const struct points_axis *axis)
{
	struct json_span value = lane->value;

	if (axis->kind == POINTS_TIME)
		return (double)lane_integer(lane) / 1e6;
	if (lane->minus != NULL)
		return lane_duration(lane);
	if (axis->kind == POINTS_CLASS)
		return class_of_json(points, value);
	/* A type or sample that is a number. */
	if (axis->stored == 0 && value.n > 2)
		return number_of_text(value.p + 1, value.n - 2);
	return number_of_json(value);
}

/* The name of an experiment by its id; false if the database failed. */
static bool
find_experiment(
    struct points *points, sqlite3_stmt *names, sqlite3_int64 id, struct point *point)
{
	const char *name;

	sqlite3_bind_int64(names, 1, id);
	if (sqlite3_step(names) != SQLITE_ROW)
		return false;
	name = (const char *)sqlite3_column_text(names, 0);
	if (name == NULL)
		name = "";
	point->experiment = text_add(points, &points->experiments, name, strlen(name));
	point->colour = is_experiment(&points->colour)
			    ? class_of(points, name, strlen(name))
			    : (double)NAN;
	sqlite3_reset(names);
	return true;
}

/* Is the run that a lane stands at one of those?  1, 0, or -1 if the database failed. */
static int
is_wanted(struct points *points, const struct query_scope *scope, struct lanes *lanes)
{
	sqlite3_int64 run = lanes->y.run.number, start;
	int follows;

	if ((scope->runs.n > 0 && !run_list_has(&scope->runs, run)) ||
	    (scope->has_min && run < scope->run_min) ||
	    (scope->has_max && run > scope->run_max))
		return 0;
	if (lanes->start.rows != NULL) {
		follows = lane_follow(&lanes->start, &lanes->y);
		if (follows <= 0)
			return follows;
		start = lane_integer(&lanes->start);
		if ((scope->has_start && start < scope->start) ||
		    (scope->has_end && start > scope->end))
			return 0;
	}
	return points->filter != NULL ? lane_filter_holds(points->filter, &lanes->y) : 1;
}

/* What a lane beside the first has for its run; *value stays where it has nothing. */
static int
read_beside(struct points *points, struct lane *lane, const struct lane *first,
    const struct points_axis *axis, double *value)
{
	int follows = lane_follow(lane, first);

	if (follows > 0)
		*value = lane_value(points, lane, axis);
	return follows < 0 ? -1 : 0;
}

/* The points of one condition. */
static int
read_lanes(struct points *points, size_t i, const struct query_scope *scope,
    struct lanes *lanes, sqlite3_stmt *names)
{
	struct lane *y = &lanes->y;
	sqlite3_int64 experiment = -1;
	struct point point = {.whole = true};
	double class = NAN; /* of the experiment */
	int code;

	while ((code = lane_next(y)) > 0) {
		int wanted = is_wanted(points, scope, lanes);

		if (wanted < 0)
			return -1;
		if (wanted == 0)
			continue;
		if (y->experiment != experiment) {
			experiment = y->experiment;
			if (!find_experiment(points, names, experiment, &point))
				return -1;
			class = point.colour;
		}
		point.x = lanes->x.rows != NULL ? (double)NAN : (double)y->run.number;
		point.colour = class;
		if (lanes->x.rows != NULL &&
		    read_beside(points, &lanes->x, y, &points->x, &point.x) != 0)
			return -1;
		if (isnan(point.x))
			continue;
		point.run.number = y->run.number;
		point.y = lane_value(points, y, &points->names[i]);
		if (lanes->colour.rows != NULL && isfinite(point.y) &&
		    read_beside(
			points, &lanes->colour, y, &points->colour, &point.colour) != 0)
			return -1;
		give(points, i, &point);
	}
	return code;
}

static int
open_axis(struct points *points, struct lane *lane, const struct points_axis *axis,
    const struct lane_scope *scope)
{
	return lane_open(lane, points->db, axis->name, axis->stored, scope);
}

static int
read_columns(struct points *points, const struct query_scope *scope, sqlite3_stmt *names)
{
	/* Of a few runs, only the blocks of those. */
	bool near = points->x.kind == POINTS_RUN;
	struct lane_scope runs = {.experiments = scope->some ? scope->experiments : NULL,
	    .least = near ? points->low : -INFINITY,
	    .most = near ? points->high : INFINITY};
	int result = 0;

	for (size_t i = 0; i < points->n && result == 0; i++) {
		struct lanes lanes = {.y = {.rows = NULL}};

		if ((points->filter != NULL &&
			lane_filter_begin(points->filter, &runs) != 0) ||
		    open_axis(points, &lanes.y, &points->names[i], &runs) != 0 ||
		    (!near && open_axis(points, &lanes.x, &points->x, &runs) != 0) ||
		    (points->colour.name != NULL && !is_experiment(&points->colour) &&
			open_axis(points, &lanes.colour, &points->colour, &runs) != 0) ||
		    ((scope->has_start || scope->has_end) &&
			lane_open(&lanes.start, points->db, "start_time", 0, &runs) !=
			    0) ||
		    read_lanes(points, i, scope, &lanes, names) != 0)
			result = -1;
		lane_close(&lanes.y);
		lane_close(&lanes.x);
		lane_close(&lanes.colour);
		lane_close(&lanes.start);
	}
	return result;
}

/* ---- Which of the two ------------------------------------------------------- */

/* Can an axis be read from columns?  1, 0, or -1. */
static int
is_in_columns(struct points *points, const struct points_axis *axis)
{
	return lane_is_there(points->db, axis->name, axis->stored);
}

static bool
is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n\f")] == '\0';
}

/* Can all be read from columns?  1, 0, or -1. */
static int
is_plain(struct points *points)
{
	const struct query_scope *scope = query_scope(points->query);
	const struct query_node *filter = query_filter(points->query);
	const struct points_axis *x = &points->x, *colour = &points->colour;
	int plain = !points->by_statement;

	if (plain == 1 && x->kind != POINTS_RUN)
		plain = is_in_columns(points, x);
	if (plain == 1 && colour->name != NULL && !is_experiment(colour))
		plain = is_in_columns(points, colour);
	for (size_t i = 0; i < points->n && plain == 1; i++)
		plain = is_in_columns(points, &points->names[i]);
	if (plain == 1 && (scope->has_start || scope->has_end))
		plain = lane_is_there(points->db, "start_time", 0);
	if (plain != 1 || filter == NULL)
		return plain;
	if (lane_filter_read(&points->filter, points->db, filter) != 0)
		return -1;
	return points->filter != NULL;
}

static int
read_plain_columns(struct points *points)
{
	sqlite3_stmt *names = NULL;
	int result = -1;

	if (sqlite3_prepare_v2(points->db, "SELECT name FROM experiments WHERE id = ?",
		-1, &names, NULL) == SQLITE_OK)
		result = read_columns(points, query_scope(points->query), names);
	sqlite3_finalize(names);
	return result;
}

int
points_read(
    struct points *points, double low, double high, points_take *take, void *context)
{
	int plain = is_plain(points), result = -1;

	points->low = low;
	points->high = high;
	points->take = take;
	points->context = context;
	if (plain >= 0)
		result = plain > 0 ? read_plain_columns(points) : read_statement(points);
	points->was_plain = plain > 0;
	if (points->arena.failed) {
		msg("no memory");
		return -1;
	}
	if (result != 0)
		db_complain(points->db, points->path);
	return result;
}

void
points_by_statement(struct points *points)
{
	points->by_statement = true;
}

bool
points_by_columns(const struct points *points)
{
	return points->was_plain;
}

/* ---- Opening ---------------------------------------------------------------- */

/* A name as a column of a query. */
static void
put_name(struct buffer *out, const char *name)
{
	buffer_put(out, ",`", 2);
	for (; *name != '\0'; name++)
		buffer_put(out, *name == '`' ? "``" : name, *name == '`' ? 2 : 1);
	buffer_put(out, "`", 1);
}

static enum points_kind
kind_of(enum query_type type, bool colour)
{
	switch (type) {
	case QUERY_TIME:
		return POINTS_TIME;
	case QUERY_RUN:
		return POINTS_RUN;
	case QUERY_BOOL:
		return POINTS_TRUTH;
	case QUERY_STRING:
	case QUERY_JSON:
	case QUERY_BLOB:
		return colour ? POINTS_CLASS : POINTS_NUMBER;
	default:
		return POINTS_NUMBER;
	}
}

static struct points_axis
axis_of(const struct query *query, int column, bool colour)
{
	return (struct points_axis){.name = query_column_name(query, column),
	    .kind = kind_of(query_column_type(query, column), colour),
	    .stored = query_column_stored(query, column),
	    .column = column};
}

static int
find_column(const struct query *query, const char *name)
{
	for (int i = 0; i < query_columns(query); i++)
		if (strcmp(query_column_name(query, i), name) == 0)
			return i;
	return -1;
}

/* The next name of a list as query_prepare() reads it, which did not complain; NULL
   behind the last, or without memory. */
static char *
next_name(struct points *points, const char **list)
{
	const char *p = *list + strspn(*list, " \t\n");
	char *name = arena_get(&points->arena, strlen(p) + 1);
	size_t n = 0;

	if (*p == '\0' || name == NULL)
		return NULL;
	if (*p == '`') {
		for (p++; *p != '\0' && (*p != '`' || p[1] == '`'); p++) {
			p += *p == '`';
			name[n++] = *p;
		}
		p += strcspn(p, ",");
	} else {
		while (*p != ',' && *p != '\0')
			name[n++] = *p++;
		while (n > 0 && strchr(" \t\n", name[n - 1]) != NULL)
			n--;
	}
	name[n] = '\0';
	*list = p + (*p == ',');
	return name;
}

static int
find_names(struct points *points, const char *list, struct query_error *error)
{
	const char *name;

	while ((name = next_name(points, &list)) != NULL) {
		int column = find_column(points->query, name);

		if (column < 0)
			continue;
		if (points->n == POINTS_NAMES_MAX)
			return query_error_plain(
			    error, "at most %d conditions at once", POINTS_NAMES_MAX);
		points->names[points->n++] = axis_of(points->query, column, false);
	}
	return 0;
}

struct points *
points_open(sqlite3 *db, const char *path, const struct query_wanted *wanted,
    const char *x, const char *colour, struct query_error *error)
{
	struct points *points = calloc(1, sizeof(*points));
	struct buffer columns = {0};
	struct query_wanted all = *wanted;
	const char *v = is_blank(wanted->columns) ? "run" : wanted->columns;

	*error = (struct query_error){0};
	if (points == NULL) {
		query_error_plain(error, "no memory");
		return NULL;
	}
	points->db = db;
	points->path = path;
	points->wanted = *wanted;
	buffer_put(&columns, v, strlen(v));
	if (x != NULL)
		put_name(&columns, x);
	if (colour != NULL)
		put_name(&columns, colour);
	all.columns =
	    columns.failed ? NULL : arena_text(&points->arena, columns.p, columns.n);
	buffer_free(&columns);
	if (all.columns == NULL) {
		query_error_plain(error, "no memory");
		points_close(points);
		return NULL;
	}
	points->query = query_prepare(db, path, &all, error);
	if (points->query == NULL || find_names(points, v, error) != 0) {
		points_close(points);
		return NULL;
	}
	points->x = axis_of(
	    points->query, find_column(points->query, x != NULL ? x : "run"), false);
	if (colour != NULL)
		points->colour =
		    axis_of(points->query, find_column(points->query, colour), true);
	return points;
}

size_t
points_names(const struct points *points)
{
	return points->n;
}

const struct points_axis *
points_name(const struct points *points, size_t i)
{
	return &points->names[i];
}

const struct points_axis *
points_x(const struct points *points)
{
	return &points->x;
}

const struct points_axis *
points_colour(const struct points *points)
{
	return &points->colour;
}

const char *
points_experiment(const struct points *points, unsigned number)
{
	return number < points->experiments.n ? points->experiments.items[number] : "";
}

size_t
points_classes(const struct points *points)
{
	return points->classes.n;
}

const char *
points_class(const struct points *points, size_t number)
{
	return number < points->classes.n ? points->classes.items[number] : "";
}

long long
points_texts(const struct points *points)
{
	return points->left_out;
}

void
points_close(struct points *points)
{
	if (points == NULL)
		return;
	lane_filter_free(points->filter);
	query_free(points->query);
	free(points->experiments.items);
	free(points->classes.items);
	arena_free(&points->arena);
	free(points);
}
