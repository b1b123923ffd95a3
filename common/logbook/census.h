/*
 * What a synchronization begins with: the lists of the service, in three requests, and
 * what they say is to be fetched into a database.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include "logbook/plan.h"
#include "logbook/service.h"

struct census_options {
	const char *database; /* need not be there yet */
	const char *records;  /* a file that gets what is listed as records, or NULL */
	double hours; /* the window, if the last synchronization was not earlier */
	struct plan_options plan;
};

/*
 * Hand over each experiment of which something is to be fetched, and what.  Where the
 * service does not have its list of experiments, that is what lies in the window. Returns
 * the exit status, after a message where it is not 0: 1, 75 or 77.
 */
int census_run(const struct service *service, const struct census_options *options,
    void (*take)(void *context, const char *experiment, enum plan_part part),
    void *context);

#endif
