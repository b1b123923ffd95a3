/* Is all well with a database?  elog-status --health, for a monitor. */
#ifndef HEALTH_H
#define HEALTH_H

#include <stdbool.h>

/*
 * Print to stdout what there is to know of the health of a database (NULL: what the
 * configuration says), a line each with ok or PROBLEM in front, or as one flat JSON
 * object: can it be read, is it whole (PRAGMA quick_check), its schema, the room on its
 * disk, who holds its lock, how old the last synchronization is, what waits beside it.
 * The exit status: 0 only if all is well; 2 if the configuration is wrong.
 */
int health_print(const char *db, const char *config, bool json);

#endif
