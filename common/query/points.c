#include "query/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/condition_column.h"
#include "db/db.h"
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

/*
 * The number that a text is, if it is a plain one: digits, a sign, a point.  Right to a
 * few units of the 19th digit, which is enough to draw it.
 */
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
	places = point != NULL ? (size_t)(end - point) : 0;
	if (digits < 1ULL << 53)
		*number = places > 0 ? (double)digits / powers[places] : (double)digits;
	else
		*number = (double)((long double)digits / (long double)powers[places]);
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

/*
 * Where all runs are wanted, the columns of each condition are gone through beside each
 * other: ten times as fast as rows.  A lane is one of them, or the times of runs.
 */
struct lane {
	sqlite3_stmt *rows;
	bool times;
	bool there; /* it stands at a run */
	sqlite3_int64 experiment;
	struct condition_column column;
	struct condition_run run;
	struct json_span value;
};

#define OF_EXPERIMENTS                                                                   \
	"AND (?2 IS NULL OR experiment_id IN (SELECT value FROM json_each(?2))) "

static int
lane_open(struct points *points, const struct query_scope *scope,
    const struct points_axis *axis, struct lane *lane)
{
	static const char columns[] =
	    "SELECT experiment_id, data FROM condition_columns WHERE type_id = "
	    "?1 " OF_EXPERIMENTS
	    "AND block BETWEEN ?3 AND ?4 ORDER BY experiment_id, block";
	static const char times[] =
	    "SELECT experiment_id, run_number, start_time FROM runs WHERE ?1 = "
	    "0 " OF_EXPERIMENTS "ORDER BY experiment_id, run_number";
	double least = -9e15, most = 9e15;

	*lane = (struct lane){.times = axis->stored == 0, .there = true};
	if (sqlite3_prepare_v2(points->db, lane->times ? times : columns, -1, &lane->rows,
		NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_int64(lane->rows, 1, axis->stored);
	if (scope->some)
		sqlite3_bind_text(
		    lane->rows, 2, scope->experiments, -1, SQLITE_TRANSIENT);
	/* Of a few runs, only the blocks of those. */
	if (points->x.kind == POINTS_RUN) {
		least = fmax(least, floor(points->low / CONDITION_BLOCK));
		most = fmin(most, floor(points->high / CONDITION_BLOCK));
	}
	if (!lane->times) {
		sqlite3_bind_int64(lane->rows, 3, (sqlite3_int64)least);
		sqlite3_bind_int64(lane->rows, 4, (sqlite3_int64)most);
	}
	return 0;
}

/* The next run that has a value; 0 behind the last, -1 if the database failed. */
static int
lane_next(struct lane *lane)
{
	int code;

	for (;;) {
		if (!lane->times && lane->column.at < lane->column.end &&
		    condition_column_next(&lane->column, &lane->run, &lane->value))
			return 1;
		code = sqlite3_step(lane->rows);
		if (code != SQLITE_ROW) {
			lane->there = false;
			return code == SQLITE_DONE ? 0 : -1;
		}
		lane->experiment = sqlite3_column_int64(lane->rows, 0);
		if (lane->times) {
			condition_run_whole(
			    &lane->run, sqlite3_column_int64(lane->rows, 1));
			lane->value.p = (const char *)sqlite3_column_text(lane->rows, 2);
			lane->value.n = (size_t)sqlite3_column_bytes(lane->rows, 2);
			if (lane->value.p != NULL)
				return 1;
		} else {
			const void *data = sqlite3_column_blob(lane->rows, 1);
			size_t n = (size_t)sqlite3_column_bytes(lane->rows, 1);

			condition_column_begin(
			    &lane->column, (struct json_span){data, n}, true);
		}
	}
}

static bool
is_before(const struct lane *a, const struct lane *b)
{
	return a->experiment < b->experiment ||
	       (a->experiment == b->experiment && a->run.number < b->run.number);
}

/* Go on to the run that another lane stands at.  1, 0 if this one has nothing for it. */
static int
lane_follow(struct lane *lane, const struct lane *leader)
{
	int code;

	while (lane->there && (lane->value.p == NULL || is_before(lane, leader)))
		if ((code = lane_next(lane)) <= 0)
			return code;
	return lane->there && !is_before(leader, lane);
}

static double
lane_value(struct points *points, const struct lane *lane, const struct points_axis *axis)
{
	if (lane->times)
		return seconds_of(lane->value.p, lane->value.n);
	return axis->kind == POINTS_CLASS ? class_of_json(points, lane->value)
					  : number_of_json(lane->value);
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
	point->experiment = text_add(points, &points->experiments,
	    name != NULL ? name : "", name != NULL ? strlen(name) : 0);
	point->colour = points->colour.name != NULL && points->colour.stored == 0
			    ? class_of(points, name != NULL ? name : "",
				  name != NULL ? strlen(name) : 0)
			    : NAN;
	sqlite3_reset(names);
	return true;
}

/* The points of one condition; lanes are of it, of x and of the colour. */
static int
read_lanes(struct points *points, size_t i, struct lane lanes[3], sqlite3_stmt *names)
{
	struct lane *y = &lanes[0], *x = &lanes[1], *colour = &lanes[2];
	sqlite3_int64 experiment = -1;
	struct point point = {.whole = true};
	double class = NAN; /* of the experiment */
	int code;

	while ((code = lane_next(y)) > 0) {
		int follows;

		if (y->experiment != experiment) {
			experiment = y->experiment;
			if (!find_experiment(points, names, experiment, &point))
				return -1;
			class = point.colour;
		}
		point.x = (double)y->run.number;
		if (x->rows != NULL) {
			follows = lane_follow(x, y);
			if (follows < 0)
				return -1;
			if (follows == 0)
				continue;
			point.x = lane_value(points, x, &points->x);
		}
		point.colour = class;
		if (colour->rows != NULL) {
			follows = lane_follow(colour, y);
			if (follows < 0)
				return -1;
			if (follows > 0)
				point.colour =
				    lane_value(points, colour, &points->colour);
		}
		point.run.number = y->run.number;
		point.y = lane_value(points, y, &points->names[i]);
		give(points, i, &point);
	}
	return code;
}

static int
read_columns(struct points *points, const struct query_scope *scope, sqlite3_stmt *names)
{
	int result = 0;

	for (size_t i = 0; i < points->n && result == 0; i++) {
		struct lane lanes[3] = {{.rows = NULL}};

		if (lane_open(points, scope, &points->names[i], &lanes[0]) != 0 ||
		    (points->x.kind != POINTS_RUN &&
			lane_open(points, scope, &points->x, &lanes[1]) != 0) ||
		    (points->colour.stored != 0 &&
			lane_open(points, scope, &points->colour, &lanes[2]) != 0) ||
		    read_lanes(points, i, lanes, names) != 0)
			result = -1;
		for (int j = 0; j < 3; j++)
			sqlite3_finalize(lanes[j].rows);
	}
	return result;
}

/* ---- Which of the two ------------------------------------------------------- */

/* Are a condition's values all in columns, of runs with whole numbers?  1, 0, or -1. */
static int
is_in_columns(struct points *points, sqlite3_int64 id)
{
	sqlite3_stmt *ask = NULL;
	int code;

	if (id == 0)
		return 0;
	code = sqlite3_prepare_v2(points->db,
	    "SELECT NOT EXISTS (SELECT 1 FROM local_conditions WHERE type_id = ?1) AND "
	    "NOT EXISTS (SELECT 1 FROM condition_columns WHERE type_id = ?1 "
	    "AND typeof(block) <> 'integer')",
	    -1, &ask, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(ask, 1, id);
		code = sqlite3_step(ask);
	}
	code = code == SQLITE_ROW ? sqlite3_column_int(ask, 0) : -1;
	sqlite3_finalize(ask);
	return code;
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
	const struct query_wanted *wanted = &points->wanted;
	const struct points_axis *x = &points->x, *colour = &points->colour;
	int plain;

	if (!is_blank(wanted->text) || wanted->runs != NULL || wanted->period != NULL)
		return 0;
	plain = x->kind == POINTS_RUN || strcmp(x->name, "start_time") == 0
		    ? 1
		    : is_in_columns(points, x->stored);
	if (plain == 1 && colour->name != NULL && strcmp(colour->name, "experiment") != 0)
		plain = is_in_columns(points, colour->stored);
	for (size_t i = 0; i < points->n && plain == 1; i++)
		plain = is_in_columns(points, points->names[i].stored);
	return plain;
}

static int
read_plain_columns(struct points *points)
{
	const struct query_wanted *wanted = &points->wanted;
	struct query_scope scope;
	struct query_error error;
	sqlite3_stmt *names = NULL;
	int result = -1;

	if (query_scope_read(&scope, points->db, &points->arena, NULL,
		wanted->experiments, wanted->gone, NULL, NULL, &error) == 0 &&
	    sqlite3_prepare_v2(points->db, "SELECT name FROM experiments WHERE id = ?",
		-1, &names, NULL) == SQLITE_OK)
		result = read_columns(points, &scope, names);
	sqlite3_finalize(names);
	query_scope_free(&scope);
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
	if (points->arena.failed) {
		msg("no memory");
		return -1;
	}
	if (result != 0)
		db_complain(points->db, points->path);
	return result;
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
	query_free(points->query);
	free(points->experiments.items);
	free(points->classes.items);
	arena_free(&points->arena);
	free(points);
}
