/*
 * Listings of many directories at once, of this machine and of others, over one libcurl
 * multi handle: with retries, and one judgement on a server for all its directories.
 */
#ifndef LISTER_H
#define LISTER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/engine.h"
#include "files/directory.h"
#include "files/remote.h"
#include "files/url.h"

struct lister_request {
	char *url;	  /* as url_clean() gives it, with a '/' at its end; malloc'd */
	const char *user; /* or NULL */
	/* The result: */
	enum remote_outcome outcome;
	struct engine_task task; /* attempts 0: its server was given up before */
	char message[320];	 /* why it is not REMOTE_OK */
	/* Private: */
	const char *body;
	size_t n;
	enum directory_format format;
	char *at; /* where a redirect led, else NULL */
};

struct lister;

/* The next directory to list, or NULL if there is none (now). */
typedef struct lister_request *lister_next(void *context);

/* A request is finished; it is the caller's again.  Ask lister_read() for what it holds
   if the outcome is REMOTE_OK. */
typedef void lister_arrived(struct lister_request *request, void *context);

/* jobs listings at once, retries attempts after the first.  remote is borrowed.  NULL
   after a message. */
struct lister *lister_open(struct remote *remote, int jobs, int retries);

/*
 * Ask next() for requests and list them, until it has none and all are finished, or
 * until *stop is not 0: then the requests at hand are finished as REMOTE_BROKEN.
 *
 * A server that cannot be reached, does not know us or cannot be trusted is named on
 * stderr, once, and all that is left of it is finished unasked.  Returns 0, or -1 after a
 * message if the machine failed us.
 */
int lister_run(struct lister *lister, lister_next *next, lister_arrived *arrived,
    void *context, const volatile sig_atomic_t *stop);

/* Hand over the entries of a request that arrived, within that call. */
void lister_read(const struct lister_request *request, directory_take *take,
    void *context, struct directory_result *result);

/* Try servers again that could not be reached. */
void lister_forgive(struct lister *lister);

/* Did a server refuse to know us?  Could one not be reached? */
bool lister_refused(const struct lister *lister);
bool lister_away(const struct lister *lister);

/* Free what a request holds. */
void lister_request_clear(struct lister_request *request);

void lister_close(struct lister *lister);

#endif
