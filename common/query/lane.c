#include "query/lane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Runs have these as columns. */
static const char *const of_runs[] = {"start_time", "end_time", "type", "sample", NULL};

static bool
is_of_runs(const char *name)
{
	for (int i = 0; of_runs[i] != NULL; i++)
		if (strcmp(of_runs[i], name) == 0)
			return true;
	return false;
}

/* The one number that a question gives; -1 if the database failed. */
static int
ask(sqlite3 *db, const char *sql, sqlite3_int64 id)
{
	sqlite3_stmt *row = NULL;
	int answer = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(row, 1, id);
		if (sqlite3_step(row) == SQLITE_ROW)
			answer = sqlite3_column_int(row, 0);
	}
	sqlite3_finalize(row);
	return answer;
}

int
lane_is_there(sqlite3 *db, const char *name, sqlite3_int64 stored)
{
	int there;

	if (stored != 0)
		return ask(db,
		    "SELECT NOT EXISTS (SELECT 1 FROM local_conditions WHERE type_id = "
		    "?1) "
		    "AND NOT EXISTS (SELECT 1 FROM condition_columns WHERE type_id = ?1 "
		    "AND typeof(block) <> 'integer')",
		    stored);
	if (!is_of_runs(name) && strcmp(name, "duration") != 0)
		return 0;
	there = ask(db,
	    "SELECT count(*) = ?1 FROM sqlite_schema "
	    "WHERE name IN ('run_columns', 'run_columns_due')",
	    2);
	if (there <= 0)
		return there;
	return ask(db, "SELECT NOT EXISTS (SELECT 1 FROM run_columns_due)", 0);
}

/* Where whole runs end, as a number of SQL. */
static sqlite3_int64
block_of(double run)
{
	return (sqlite3_int64)fmax(fmin(floor(run / CONDITION_BLOCK), 9e15), -9e15);
}

int
lane_open(struct lane *lane, sqlite3 *db, const char *name, sqlite3_int64 stored,
    const struct lane_scope *scope)
{
	static const char columns[] =
	    "SELECT experiment_id, data FROM condition_columns WHERE type_id = ?1 "
	    "AND (?2 IS NULL OR experiment_id IN (SELECT value FROM json_each(?2))) "
	    "AND block BETWEEN ?3 AND ?4 ORDER BY experiment_id, block";
	static const char runs[] =
	    "SELECT c.experiment_id, c.data FROM experiments e NOT INDEXED "
	    "CROSS JOIN run_columns c ON c.experiment_id = e.id AND c.name = ?1 "
	    "WHERE (?2 IS NULL OR e.id IN (SELECT value FROM json_each(?2))) "
	    "AND c.block BETWEEN ?3 AND ?4 ORDER BY e.id, c.block";
	bool both = stored == 0 && strcmp(name, "duration") == 0;

	*lane = (struct lane){.there = true};
	if (both) {
		name = "end_time";
		lane->minus = calloc(1, sizeof(*lane));
		if (lane->minus == NULL ||
		    lane_open(lane->minus, db, "start_time", 0, scope) != 0)
			return -1;
	}
	if (sqlite3_prepare_v2(db, stored != 0 ? columns : runs, -1, &lane->rows, NULL) !=
	    SQLITE_OK)
		return -1;
	if (stored != 0)
		sqlite3_bind_int64(lane->rows, 1, stored);
	else
		sqlite3_bind_text(lane->rows, 1, name, -1, SQLITE_TRANSIENT);
	if (scope->experiments != NULL)
		sqlite3_bind_text(
		    lane->rows, 2, scope->experiments, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(lane->rows, 3, block_of(scope->least));
	sqlite3_bind_int64(lane->rows, 4, block_of(scope->most));
	return 0;
}

/* Where nearly all are: a run of a few digits that has a number or a plain text, and is
   not the last.  False where it is something else, which is left as it is. */
static inline bool
next_plain(struct lane *lane)
{
	const char *p = lane->column.at, *end = lane->column.end, *value;
	sqlite3_int64 number = 0;

	/* Room for a comma, a run and a digit, so that only one end is looked for. */
	if (end - p < 24)
		return false;
	p += *p == ',';
	if (*p++ != '"')
		return false;
	for (value = p; *p >= '0' && *p <= '9' && p - value < 16; p++)
		number = number * 10 + (*p - '0');
	if (p == value || p[0] != '"' || p[1] != ':')
		return false;
	lane->run.text = (struct json_span){value, (size_t)(p - value)};
	value = p += 2;
	if (*p == '"') {
		p = memchr(p + 1, '"', (size_t)(end - p - 1));
		if (p == NULL || ++p == end || *p != ',' ||
		    memchr(value, '\\', (size_t)(p - value)) != NULL)
			return false;
	} else {
		if (*p != '-' && (*p < '0' || *p > '9'))
			return false;
		p = memchr(p, ',', (size_t)(end - p));
		if (p == NULL)
			return false; /* the last one */
	}
	lane->run.whole = true;
	lane->run.number = number;
	lane->value = (struct json_span){value, (size_t)(p - value)};
	lane->column.at = p;
	return true;
}

/* The next run of the column itself. */
static int
next(struct lane *lane)
{
	for (;;) {
		const void *data;
		int code;

		if (next_plain(lane))
			return 1;
		if (lane->column.at < lane->column.end &&
		    condition_column_next(&lane->column, &lane->run, &lane->value))
			return 1;
		code = sqlite3_step(lane->rows);
		if (code != SQLITE_ROW) {
			lane->there = false;
			return code == SQLITE_DONE ? 0 : -1;
		}
		lane->experiment = sqlite3_column_int64(lane->rows, 0);
		data = sqlite3_column_blob(lane->rows, 1);
		condition_column_begin(&lane->column,
		    (struct json_span){data, (size_t)sqlite3_column_bytes(lane->rows, 1)},
		    true);
	}
}

int
lane_next(struct lane *lane)
{
	int code;

	while ((code = next(lane)) > 0) {
		int follows = lane->minus != NULL ? lane_follow(lane->minus, lane) : 1;

		if (follows != 0)
			return follows;
	}
	return code;
}

static bool
is_before(const struct lane *a, const struct lane *b)
{
	return a->experiment < b->experiment ||
	       (a->experiment == b->experiment && a->run.number < b->run.number);
}

int
lane_follow(struct lane *lane, const struct lane *leader)
{
	while (lane->there && (lane->value.p == NULL || is_before(lane, leader))) {
		int code = lane_next(lane);

		if (code <= 0)
			return code;
	}
	return lane->there && !is_before(leader, lane);
}

/* Times have sixteen digits, from 2001 to 2286: two halves are read at once. */
static sqlite3_int64
read_sixteen(const char *p)
{
	sqlite3_int64 high = 0, low = 0;

	for (int i = 0; i < 8; i++) {
		high = high * 10 + (p[i] - '0');
		low = low * 10 + (p[i + 8] - '0');
	}
	return high * 100000000 + low;
}

sqlite3_int64
lane_integer(const struct lane *lane)
{
	const char *p = lane->value.p, *end = p + lane->value.n;
	bool negative = p < end && *p == '-';
	sqlite3_int64 number = 0;

	if (!negative && lane->value.n == 16)
		return read_sixteen(p);
	for (p += negative; p < end && *p >= '0' && *p <= '9' && number < INT64_MAX / 20;
	     p++)
		number = number * 10 + (*p - '0');
	return negative ? -number : number;
}

double
lane_duration(const struct lane *lane)
{
	return (double)(lane_integer(lane) - lane_integer(lane->minus)) / 1000000.0;
}

void
lane_close(struct lane *lane)
{
	if (lane->minus != NULL)
		lane_close(lane->minus);
	free(lane->minus);
	sqlite3_finalize(lane->rows);
	*lane = (struct lane){.rows = NULL};
}
