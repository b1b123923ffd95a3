/* The doors of the logbook service: the paths of its parts, by the way to authenticate.
 */
#ifndef DOOR_H
#define DOOR_H

#include "base/config.h"

struct door {
	const char *name;   /* "negotiate" */
	const char *prefix; /* of what is behind authentication */
	const char
	    *questionnaire; /* of the questionnaires, which are another application */
};

/* Ends with a NULL name. */
extern const struct door doors[];

/* The door of that name, or NULL. */
const struct door *door_find(const char *name);

/* base and prefix joined with single slashes, none at the end; malloc'd, NULL without
   memory. */
char *door_join(const char *base, const char *prefix);

/* The address of the service, as the configuration has it, in front of an experiment's
   name; malloc'd.  NULL without memory, or if auth is no door. */
char *door_address(const struct config *config);

#endif
