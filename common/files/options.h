/*
 * The options of the logbook service and of all other servers, for a tool that talks to
 * both: what both have is given once.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <popt.h>

/* For the tool's option table, once options_join() has filled them. */
extern struct poptOption options_service[], options_remote[];

void options_join(void);

/* Behind the parsing: what was given for the service counts for the others, too, but for
   the token, which goes to the service alone. */
void options_share(void);

#endif
