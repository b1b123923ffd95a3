#include "logbook/plan.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "text/timestamp.h"

struct plan {
	struct plan_options options;
	sqlite3 *db; /* NULL: nothing is there yet */
	char *path;
	sqlite3_stmt *listed, *refused;
	bool baseline;
	char now[28];
	char look_before[TIMESTAMP_SHORT], settled_before[TIMESTAMP_SHORT];
};

/* A time so many seconds ago. */
static void
ago(double seconds, char out[TIMESTAMP_SHORT])
{
	timestamp_text((int64_t)time(NULL) - (int64_t)seconds, out);
}

static sqlite3_stmt *
prepare(const struct plan *plan, const char *name)
{
	return db_prepare(plan->db, plan->path, statement_file("plan", name, ""));
}

struct plan *
plan_open(const char *path, const struct plan_options *options)
{
	struct plan *plan = calloc(1, sizeof(*plan));

	if (plan == NULL) {
		msg("no memory");
		return NULL;
	}
	plan->options = *options;
	timestamp_now(plan->now);
	if (options->look_hours > 0)
		ago(options->look_hours * 3600, plan->look_before);
	ago(options->settled_days * 86400, plan->settled_before);
	if (db_is_empty(path))
		return plan;
	plan->db = db_open_reader(path, &plan->path);
	if (plan->db == NULL)
		goto fail;
	/* A database of an older elog has nothing of this: all counts as new. */
	if (!db_has(plan->db, "listed_experiments")) {
		sqlite3_close(plan->db);
		plan->db = NULL;
		return plan;
	}
	plan->baseline =
	    db_number(plan->db, "SELECT 1 FROM listed_experiments LIMIT 1", 0) > 0;
	plan->listed = prepare(plan, "experiment");
	plan->refused = prepare(plan, "refused");
	if (plan->listed != NULL && plan->refused != NULL)
		return plan;
fail:
	plan_close(plan);
	return NULL;
}

double
plan_age(const struct plan *plan)
{
	long long then;

	if (plan->db == NULL)
		return 0;
	then = db_number(plan->db,
	    "SELECT strftime('%s', value) FROM metadata WHERE key = 'last_sync'", 0);
	return then > 0 && then < time(NULL) ? (double)(time(NULL) - then) / 3600 : 0;
}

/* A member of a member, of an object, or {NULL, 0}. */
static struct json_span
member(struct json_span object, const char *name)
{
	struct json_span value;

	if (object.p == NULL || object.p[0] != '{' || !json_find(object, name, &value) ||
	    value.p[0] == 'n')
		return (struct json_span){NULL, 0};
	return value;
}

/* When the last run ended, or, while it is open, began. */
static void
bind_last(sqlite3_stmt *statement, struct json_span document)
{
	struct json_span run = member(document, "last_run"), at = member(run, "end_time");
	int i = sqlite3_bind_parameter_index(statement, ":last");

	statement_value(statement, i, at.p != NULL ? at : member(run, "begin_time"));
}

static void
bind_number(sqlite3_stmt *statement, const char *name, int value)
{
	sqlite3_bind_int(statement, sqlite3_bind_parameter_index(statement, name), value);
}

enum plan_part
plan_listed(
    struct plan *plan, const char *experiment, struct json_span document, bool recent)
{
	enum plan_part part = PLAN_FAILED;
	sqlite3_stmt *s = plan->listed;
	struct json_span runs = member(document, "run_count");
	const char *what;

	if (plan->db == NULL)
		return plan->options.all || recent || runs.p == NULL || runs.p[0] == '0'
			   ? PLAN_WHOLE
			   : PLAN_NOTHING;
	statement_text(s, ":experiment", experiment);
	statement_span(s, ":doc", document);
	statement_value(s, sqlite3_bind_parameter_index(s, ":runs"), runs);
	bind_last(s, document);
	bind_number(s, ":all", plan->options.all);
	bind_number(s, ":recent", recent);
	bind_number(s, ":baseline", plan->baseline);
	statement_text(s, ":now", plan->now);
	statement_text(s, ":look_before", plan->look_before);
	statement_text(s, ":settled_before", plan->settled_before);
	if (sqlite3_step(s) == SQLITE_ROW) {
		what = (const char *)sqlite3_column_text(s, 0);
		part = what == NULL		      ? PLAN_NOTHING
		       : strcmp(what, "entries") == 0 ? PLAN_ENTRIES
						      : PLAN_WHOLE;
	} else {
		db_complain(plan->db, plan->path);
	}
	sqlite3_reset(s);
	return part;
}

enum plan_part
plan_unreadable(struct plan *plan, const char *experiment)
{
	int known;

	if (plan->db == NULL)
		return PLAN_WHOLE;
	statement_text(plan->refused, ":experiment", experiment);
	known = statement_ask(plan->refused, plan->path);
	return known < 0 ? PLAN_FAILED : known > 0 ? PLAN_NOTHING : PLAN_WHOLE;
}

int
plan_unlisted(struct plan *plan, const char *names,
    void (*take)(void *context, const char *experiment, bool ask), void *context)
{
	sqlite3_stmt *s;
	int code;

	if (plan->db == NULL)
		return 0;
	s = prepare(plan, "unlisted");
	if (s == NULL)
		return -1;
	statement_text(s, ":names", names);
	while ((code = sqlite3_step(s)) == SQLITE_ROW)
		take(context, (const char *)sqlite3_column_text(s, 0),
		    sqlite3_column_int(s, 1) != 0);
	if (code != SQLITE_DONE)
		db_complain(plan->db, plan->path);
	sqlite3_finalize(s);
	return code == SQLITE_DONE ? 0 : -1;
}

void
plan_close(struct plan *plan)
{
	if (plan == NULL)
		return;
	sqlite3_finalize(plan->listed);
	sqlite3_finalize(plan->refused);
	sqlite3_close(plan->db);
	free(plan->path);
	free(plan);
}
