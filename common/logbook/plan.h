/*
 * What a synchronization has to fetch: what the service lists, against what a database
 * has.  elog-sync(1) tells the rules; they stand in common/sql/plan/.
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>

#include "text/json.h"

struct plan_options {
	bool all;	     /* everything of all that is listed */
	double look_hours;   /* how old the last whole fetch may be; 0: any age */
	double settled_days; /* how long ago the end of what is settled is */
};

enum plan_part {
	PLAN_NOTHING,
	PLAN_ENTRIES, /* the logbook's entries: all else did not change */
	PLAN_WHOLE,
	PLAN_FAILED, /* after a message */
};

struct plan;

/* Against a database, which may be empty or not be there yet.  NULL after a message. */
struct plan *plan_open(const char *path, const struct plan_options *options);

/* When the last synchronization began, in hours before now; 0 if there was none. */
double plan_age(const struct plan *plan);

/* What to fetch of an experiment that is listed with a document; recent: a run began
   within the window. */
enum plan_part plan_listed(
    struct plan *plan, const char *experiment, struct json_span document, bool recent);

/* The same of one of which a run began within the window, but which is not listed: it may
   not be read, which is asked once. */
enum plan_part plan_unreadable(struct plan *plan, const char *experiment);

/*
 * Hand over what the database has and the service lists no longer: each name, and whether
 * it is to be asked for.  names is a JSON array of those that it lists.  0, or -1 after a
 * message.
 */
int plan_unlisted(struct plan *plan, const char *names,
    void (*take)(void *context, const char *experiment, bool ask), void *context);

void plan_close(struct plan *plan);

#endif
