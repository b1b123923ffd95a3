/*
 * Where the questionnaire of an experiment is: another application than the logbook, with
 * rights and failures of its own.
 */
#ifndef QUESTIONNAIRE_H
#define QUESTIONNAIRE_H

#include "text/json.h"

struct questionnaire {
	char *run;	/* "25": the run period; NULL: there is no questionnaire */
	char *proposal; /* "L2000" */
	char *address;	/* the experiment's own of the application, or NULL */
	char
	    *instrument; /* whose address counts where the experiment has none, or NULL */
};

/*
 * Fill it in from the info document of the experiment with that address, as the service
 * does: the run is params.run_period, else the last two digits of the name; the proposal
 * params.PNR, else the middle of the name, from the fourth letter to before those digits,
 * in capitals.  Returns 0, or -1 without memory.
 */
int questionnaire_read(
    struct questionnaire *questionnaire, const char *name, struct json_span info);

/*
 * Its URL under the application's address, malloc'd.  instrument is the address that the
 * instrument names, or NULL, usual that of the configuration; one that begins with a
 * slash is on the usual host.  NULL, with errno 0, if there is no questionnaire.
 */
char *questionnaire_url(
    const struct questionnaire *questionnaire, const char *instrument, const char *usual);

void questionnaire_free(struct questionnaire *questionnaire);

#endif
