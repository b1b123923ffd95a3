#include "query/query_name.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "query/query_jobs.h"

#define FILES_OF_RUN                                                                     \
	"FROM files f WHERE f.experiment_id = r.experiment_id AND "                      \
	"f.run_number = r.run_number)"

/* What the name is of: what somebody stored counts more than what the logbook says. */
static const char event_count[] = "elog_number(coalesce(%0, %1))";
static const char *const event_count_uses[QUERY_USES_MAX] = {
    "event_count", "DAQ Detector Totals/Events"};

/* What every run has.  elog-query(7) says what each is. */
static const struct query_given given_of_runs[] = {
    {"run", QUERY_RUN, "r.run_number"},
    {"experiment", QUERY_STRING, "e.name"},
    {"start_time", QUERY_TIME, "r.start_time"},
    {"end_time", QUERY_TIME, "r.end_time"},
    {"duration", QUERY_FLOAT,
	"((elog_time(r.end_time) - elog_time(r.start_time)) / 1000000.0)"},
    {"type", QUERY_STRING, "r.type"},
    {"sample", QUERY_STRING, "r.sample"},
    {"event_count", QUERY_INT, event_count},
    {"file_count", QUERY_INT, "(SELECT count(*) " FILES_OF_RUN},
    {"total_size", QUERY_INT, "(SELECT coalesce(sum(f.size), 0) " FILES_OF_RUN},
};

#define GIVEN (sizeof(given_of_runs) / sizeof(given_of_runs[0]))
#define NEAREST 3

void
query_catalog_begin(struct query_catalog *catalog, sqlite3 *db, struct arena *arena,
    struct query_error *error)
{
	query_catalog_begin_given(
	    catalog, given_of_runs, GIVEN, "condition", arena, error);
	catalog->db = db;
}

void
query_catalog_begin_given(struct query_catalog *catalog, const struct query_given *given,
    size_t n, const char *noun, struct arena *arena, struct query_error *error)
{
	*catalog = (struct query_catalog){
	    .given = given, .n_given = n, .noun = noun, .arena = arena, .error = error};
	catalog->end = &catalog->first;
}

/* Names with the smallest distances so far, best first. */
struct best {
	char names[NEAREST][80];
	size_t distances[NEAREST];
	size_t n;
	bool seen; /* there was a name, near or not */
};

static void
consider(struct best *best, const char *wanted, const char *name)
{
	size_t distance = suggest_far(wanted, name), i = best->n;

	best->seen = true;
	if (strcmp(wanted, name) == 0 || !suggest_is_near(wanted, distance))
		return;
	if (best->n < NEAREST)
		best->n++;
	else if (distance >= best->distances[--i])
		return;
	for (; i > 0 && best->distances[i - 1] > distance; i--) {
		memcpy(best->names[i], best->names[i - 1], sizeof(best->names[i]));
		best->distances[i] = best->distances[i - 1];
	}
	snprintf(best->names[i], sizeof(best->names[i]), "%s", name);
	best->distances[i] = distance;
}

static void
consider_rows(struct best *best, sqlite3 *db, const char *sql, const char *wanted)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);

		if (name != NULL)
			consider(best, wanted, name);
	}
	sqlite3_finalize(statement);
}

static void
best_text(const struct best *best, const char *list, char *out, size_t n)
{
	size_t used = 0;

	if (best->n == 0 && best->seen)
		snprintf(out, n, "; %s lists them", list);
	else
		snprintf(out, n, "%s", best->n > 0 ? "" : "; none is defined");
	for (size_t i = 0; i < best->n && used + 1 < n; i++) {
		int added = snprintf(out + used, n - used, "%s%s",
		    i == 0 ? "; the nearest: " : ", ", best->names[i]);

		if (added < 0)
			return;
		used += (size_t)added;
	}
}

void
query_near(
    sqlite3 *db, const char *sql, const char *name, const char *list, char *out, size_t n)
{
	struct best best = {.n = 0};

	consider_rows(&best, db, sql, name);
	best_text(&best, list, out, n);
}

static struct query_condition *
unknown(struct query_catalog *catalog, const char *name, const struct query_place *place)
{
	struct best best = {.n = 0};
	char near[300] = "";

	for (size_t i = 0; i < catalog->n_given; i++)
		consider(&best, name, catalog->given[i].name);
	consider(&best, name, "True");
	consider(&best, name, "False");
	consider(&best, name, "None");
	if (catalog->db != NULL)
		consider_rows(&best, catalog->db,
		    "SELECT name FROM condition_types ORDER BY name", name);
	if (catalog->db != NULL || best.n > 0)
		best_text(&best, QUERY_NEAR_LIST, near, sizeof(near));
	query_error_set(
	    catalog->error, place, "there is no %s %.80s%s", catalog->noun, name, near);
	return NULL;
}

/* Look a stored condition up: 1 found, 0 not, -1 the database failed. */
static int
find_stored(
    struct query_catalog *catalog, const char *name, struct query_condition *condition)
{
	sqlite3_stmt *statement = NULL;
	int code;

	if (catalog->db == NULL)
		return 0;
	code = sqlite3_prepare_v2(catalog->db,
	    "SELECT id, value_type, kinds, declared FROM condition_types WHERE name = ?",
	    -1, &statement, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		const char *type = (const char *)sqlite3_column_text(statement, 1);

		if (type == NULL)
			type = "";
		condition->id = sqlite3_column_int64(statement, 0);
		condition->type = query_type_of(type);
		condition->kinds = (unsigned)sqlite3_column_int64(statement, 2);
		if (sqlite3_column_int(statement, 3) != 0)
			condition->declared = condition_type_named(type);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : -1;
}

static struct query_condition *
remember(struct query_catalog *catalog, const struct query_condition *found)
{
	struct query_condition *condition = arena_get(catalog->arena, sizeof(*condition));

	if (condition == NULL) {
		query_error_plain(catalog->error, "no memory");
		return NULL;
	}
	*condition = *found;
	condition->name = arena_text(catalog->arena, found->name, strlen(found->name));
	*catalog->end = condition;
	catalog->end = &condition->next;
	return condition;
}

/* The stored conditions that event_count is of.  0, or -1 if the database failed or
   without memory. */
static int
find_uses(struct query_catalog *catalog, struct query_condition *condition)
{
	condition->derived = true;
	for (int i = 0; i < QUERY_USES_MAX; i++) {
		struct query_condition used = {
		    .name = event_count_uses[i], .number = -1, .hidden = true};
		int stored = find_stored(catalog, used.name, &used);

		if (stored < 0)
			return -1;
		if (stored > 0 && (condition->uses[i] = remember(catalog, &used)) == NULL)
			return -1;
	}
	return 0;
}

struct query_condition *
query_catalog_find(
    struct query_catalog *catalog, const char *name, const struct query_place *place)
{
	struct query_condition found = {.name = name, .number = -1};
	int stored;

	for (struct query_condition *known = catalog->first; known; known = known->next)
		if (!known->hidden && strcmp(known->name, name) == 0)
			return known;
	for (size_t i = 0; i < catalog->n_given; i++)
		if (strcmp(catalog->given[i].name, name) == 0) {
			found.type = catalog->given[i].type;
			found.sql = catalog->given[i].sql;
			if (found.sql == event_count && find_uses(catalog, &found) != 0) {
				*catalog->error = (struct query_error){0};
				return NULL;
			}
		}
	if (found.sql == NULL) {
		stored = find_stored(catalog, name, &found);
		if (stored < 0) {
			*catalog->error = (struct query_error){0};
			return NULL;
		}
		if (stored == 0 && catalog->db != NULL)
			stored = query_jobs_find(
			    catalog->db, catalog->arena, name, &found.type, &found.sql);
		if (stored == 0)
			return unknown(catalog, name, place);
	}
	return remember(catalog, &found);
}

bool
query_catalog_has(struct query_catalog *catalog, const char *name)
{
	struct query_condition found = {0};

	return find_stored(catalog, name, &found) == 1;
}
