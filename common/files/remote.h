/*
 * Files of other machines by URL (files/url.h), over libcurl: how to log in, whom to
 * trust, and what an ended transfer means.  Shared by the tools that list and those that
 * fetch; each runs its own transfers.
 *
 *	struct remote *remote = remote_open(&status);
 *	char *url = url_clean(argument, &user);
 *	CURL *easy = remote_handle(remote);
 *	remote_aim(remote, easy, url, user);
 *	... curl_easy_perform(), or a multi handle ...
 *	outcome = remote_judge(remote, easy, code, message, sizeof(message));
 */
#ifndef REMOTE_H
#define REMOTE_H

#include <curl/curl.h>
#include <popt.h>
#include <stdbool.h>
#include <stddef.h>

enum remote_outcome {
	REMOTE_OK,
	REMOTE_MISSING,	  /* there is no such file or directory */
	REMOTE_DENIED,	  /* the server knows us, but not for this (FTP does not tell
			     this from REMOTE_MISSING) */
	REMOTE_LOGIN,	  /* the server does not know us: exit status 77 */
	REMOTE_UNTRUSTED, /* its certificate or host key did not stand up */
	REMOTE_AWAY,	  /* no connection to the server; worth another attempt */
	REMOTE_BROKEN,	  /* the transfer broke off; worth another attempt */
	REMOTE_FAILED,	  /* anything else; another attempt would end the same way */
};

/* --servers, --user, --netrc-file, --token-file, --keytab, --principal, --cacert,
   --ssh-key, --known-hosts, --ftp-tls, --timeout, --slowest, for the option tables of the
   tools. */
extern struct poptOption remote_options[];

struct remote;

/*
 * Check the options, read the token file, set libcurl up, take a ticket if --keytab
 * was given.  Returns NULL after a message, with the exit status in *status: 1, 2, 75
 * or 77.  Release with remote_close(), when all handles are gone.
 */
struct remote *remote_open(int *status);

void remote_close(struct remote *remote);

/*
 * A new handle with all that is the same for every transfer: time-outs, least speed,
 * the protocols allowed, what is trusted, no redirects, no signals, one CWD a path for
 * FTP.  The caller sets where the bytes go, and may set CURLOPT_PRIVATE.  NULL after a
 * message.
 */
CURL *remote_handle(struct remote *remote);

/*
 * Aim a handle at a URL: a directory of FTP, SFTP or file:// ends in '/'.  Sets
 * who we are for that host: user or else --user, the entry in .netrc, the token, the
 * ticket, the ssh agent or key.  A password or token never goes over http:// to another
 * machine.  A URL below the first one of --servers is that below the one of them that is
 * asked now.  Borrows url.
 */
void remote_aim(struct remote *remote, CURL *easy, const char *url, const char *user);

/*
 * A transfer, whose handle is as it was, found no connection: is there another server of
 * the same --servers that has not been away lately?  Then all that is aimed below the
 * first one's URL goes there from now on, which a message says once, and it may be aimed
 * again.
 */
bool remote_turn(struct remote *remote, CURL *easy);

/*
 * What a transfer that ended with code came to, while the handle is as it was.  message
 * gets why in one clause, with a remedy where there is one; "" for REMOTE_OK.  An answer
 * of 200, 206 or 226, say, is for the caller to tell apart.  A redirect is REMOTE_FAILED:
 * see remote_redirect().
 */
enum remote_outcome remote_judge(
    struct remote *remote, CURL *easy, CURLcode code, char *message, size_t size);

/*
 * After an HTTP redirect: the URL to go on with, malloc'd, if that is the same host and
 * port, or https instead of http on the same host; else NULL, and remote_judge() says
 * what is wrong.  The caller bounds how often.
 */
char *remote_redirect(CURL *easy);

/* libcurl's version and features in a line, for --version. */
const char *remote_version(void);

#endif
