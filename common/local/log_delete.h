/* Log lines removed again, by way of elog-load. */
#ifndef LOG_DELETE_H
#define LOG_DELETE_H

#include "local/log_query.h"

/*
 * Delete lines by their numbers (of a site, if it is not NULL), print how many were, and
 * say which were not there.  db NULL: what the configuration says.  The exit status: 1 if
 * some were not there.
 */
int log_delete(
    const char *db, const char *config, const char *site, const char *const *ids);

/*
 * Delete the lines of a choice (before, session, site) and print how many; but those of a
 * level and above only if they are as old as keep says of it: texts LEVEL=TIME up to a
 * NULL, or NULL.
 */
int log_prune(const char *db, const char *config, const struct log_choice *choice,
    char *const *keep);

#endif
