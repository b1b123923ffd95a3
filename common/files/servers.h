/*
 * The options of the logbook service and of all other servers, for a tool that talks to
 * both: what both have is given once.
 */
#ifndef SERVERS_H
#define SERVERS_H

#include <popt.h>

/* For the tool's option table, once servers_join() has filled them. */
extern struct poptOption servers_service[], servers_remote[];

void servers_join(void);

/* Behind the parsing: what was given for the service counts for the others, too, but for
   the token, which goes to the service alone. */
void servers_share(void);

#endif
