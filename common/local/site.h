/* Sites: which there are, what they should have, who is behind. */
#ifndef SITE_H
#define SITE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "stream/stream.h"

struct site_view {
	sqlite3 *db;
	const char *path;   /* of it, for messages */
	const char *format; /* NULL: as stdout is */
	int64_t interval;   /* seconds, as often a site should be heard of */
};

/* Print what common/sql/site/NAME.sql says: ls, updates.  The exit status. */
int site_list(const struct site_view *view, const char *name);

/* Print the dashboard: at a terminal the figures and a table of sites, else the table;
   with json the figures as one flat object.  The exit status. */
int site_dashboard(const struct site_view *view, bool json);

/* Print why a site is in its classes; with json as one object.  1 if there is no such
   site. */
int site_why(const struct site_view *view, const char *site, bool json);

/* Is it a site that was added?  False after a message if not. */
bool site_require(const struct site_view *view, const char *site);

/* Write the records of its completion of all updates that it has not completed.  The exit
   status. */
int site_complete_all(const struct site_view *view, const char *site, struct stream *out);

#endif
