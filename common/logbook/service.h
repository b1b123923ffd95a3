/*
 * The logbook service as the options and the configuration name it: where it is,
 * how to authenticate, and how politely to ask.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <popt.h>
#include <stdbool.h>

#include "base/config.h"
#include "logbook/http.h"

struct service {
	struct http_options http;
	char *public_url; /* base and prefix, without a slash at the end */
	char *authenticated_url;
	char *questionnaire_url;
	char *credential; /* behind http.credential */
	bool on_disk;	  /* file:// */
	const char *keytab;
	const char *principal;
};

/* --url, --auth and so on, for the option tables of the tools that ask. */
extern struct poptOption service_options[];

/*
 * Merge the options over the configuration, which must outlive the service.
 * Returns 0, or the exit status after a message: 2, or 1 without memory.
 */
int service_configure(struct service *service, const struct config *config);

/*
 * Make sure that we may ask: look at the ticket, or take one from the keytab.
 * Returns 0, 77 or 75 as ticket.h says.  Nothing to do for file:// and for other
 * ways to authenticate.
 */
int service_login(const struct service *service);

/*
 * The message for an answer of 401, to be followed by exit 77: what to do about
 * it depends on the way to authenticate.
 */
void service_refused(const struct service *service);

void service_free(struct service *service);

#endif
