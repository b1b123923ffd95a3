/*
 * Requests to the logbook service: many at once over one libcurl multi handle,
 * with authentication, retries and the rules of politeness.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/engine.h"

enum http_auth {
	HTTP_AUTH_NEGOTIATE, /* SPNEGO (RFC 4559) with the Kerberos ticket at hand */
	HTTP_AUTH_BEARER,    /* token from a file (RFC 6750) */
	HTTP_AUTH_BASIC,     /* user:password from a file, or ~/.netrc */
	HTTP_AUTH_NONE,
};

struct http_options {
	enum http_auth auth;
	const char *credential; /* bearer token, or user:password, or NULL */
	const char *service;	/* Kerberos service name, NULL for "HTTP" */
	const char *cacert;	/* file of trusted certificates, NULL: the system's */
	long timeout;		/* seconds without progress that end an attempt */
	int retries;		/* attempts after the first */
	int max_requests;	/* in flight at once */
	size_t max_body;	/* bytes after decompression */
};

enum http_outcome {
	HTTP_OK,      /* 2xx; the body is whole */
	HTTP_DENIED,  /* 403 */
	HTTP_LOGIN,   /* 401: the service does not know us (any more) */
	HTTP_MISSING, /* 404, or no such file for file:// */
	HTTP_FAILED,  /* anything else, after the attempts it was worth */
	HTTP_AWAY,    /* no connection after all attempts, 503, or sent to another host */
	HTTP_UNTRUSTED /* its certificate did not stand up: nothing was asked */
};

struct http_request {
	char *url;	    /* malloc'd by the caller; replaced on redirects */
	bool authenticated; /* send credentials */
	void *context;	    /* the caller's */
	/* The result: */
	enum http_outcome outcome;
	long status;		 /* HTTP status of the last attempt, 0 if none came */
	char message[320];	 /* "HTTP 503 after 3 attempts"; "" if all is well */
	struct engine_task task; /* its attempts count, the rest is private */
};

struct http;

/* The next request to make, or NULL if there is none (now). */
typedef struct http_request *http_next(void *context);

/*
 * A request is finished.  body holds its n bytes if the outcome is HTTP_OK, else
 * it is NULL; it is gone after the return.  passed() may be called with an
 * offset before which the body is not needed for now, to save memory.
 *
 * Return true to accept.  Return false to have it fetched again, as if the
 * connection had broken: a body that ends too early looks like that.  If no
 * attempt is left, it is called again with body NULL and HTTP_FAILED.
 */
typedef bool http_arrived(struct http_request *request, const char *body, size_t n,
    void (*passed)(void *spool, size_t offset), void *spool, void *context);

/*
 * Prepare.  options is copied, the strings in it are borrowed.  NULL, with a
 * message on stderr, if libcurl cannot be set up.
 */
struct http *http_open(const struct http_options *options);

/*
 * Ask next() for requests and make them, until it has none and all are finished.
 * Never follows a redirect to another host, port or scheme (http to https on the
 * same host excepted), never retries a 4xx but 429, honours Retry-After up to two
 * minutes.  Returns 0, or -1 with a message if the machine failed us.
 */
int http_run(struct http *http, http_next *next, http_arrived *arrived, void *context);

void http_close(struct http *http);

/*
 * Let a libcurl handle (CURL *) of somebody else authenticate, and trust, as the requests
 * here do.  The texts in options must outlive its transfer.
 */
void http_authenticate(void *easy, const struct http_options *options);

/*
 * Join a path segment to a URL: percent-encoded (RFC 3986, 2.1), so that no name
 * can become a path, a query or another host.  malloc'd; NULL without memory.
 */
char *http_escape(const char *segment);

/* libcurl's version and features in a line, for --version. */
const char *http_version(void);

#endif
