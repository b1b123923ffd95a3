/*
 * URLs of files on other machines: which are taken, what of them may be stored and shown,
 * and their parts (RFC 3986).
 */
#ifndef URL_H
#define URL_H

#include <stdbool.h>

enum url_scheme {
	URL_FTP,  /* RFC 959; TLS by AUTH TLS (RFC 4217) as --ftp-tls says */
	URL_FTPS, /* TLS from the first byte */
	URL_SFTP,
	URL_HTTP,
	URL_HTTPS,
	URL_FILE,
	URL_NONE, /* no URL of these */
};

/* By the letters in front of "://"; URL_NONE if it is none of ours. */
enum url_scheme url_scheme(const char *url);

/*
 * Check a URL that the user gave and return what may be stored, printed and logged:
 * scheme and host in small letters, no user, password or fragment.  NULL after a message
 * with a remedy: it has no scheme or one that is not ours, no host, a password.  *user
 * (may be NULL) gets the user that it named, malloc'd, or NULL.  malloc'd.
 */
char *url_clean(const char *text, char **user);

/*
 * The same for a URL that came from outside, in a record: URL_NONE, and why gets a
 * constant, if it is not one that url_clean() would return as it stands, or if its path
 * has a "." or ".." or an encoded NUL in it.
 */
enum url_scheme url_scheme_checked(const char *url, const char **why);

/* A URL without the user and password, and with a user, in it.  malloc'd; NULL if it is
   none, or without memory. */
char *url_without_user(const char *url);
char *url_with_user(const char *url, const char *user);

/* The path of a URL: from the '/' behind the host on; "" if there is none. */
const char *url_path(const char *url);

/* Do both lead to the same scheme, host and port? */
bool url_same_server(const char *a, const char *b);

/*
 * Percent-encode a path (RFC 3986, 2.1) but for its slashes; percent-decode the path of
 * a URL.  malloc'd; NULL without memory, or if the decoded one would hold a NUL.
 */
char *url_encode(const char *path);
char *url_decode(const char *path);

#endif
