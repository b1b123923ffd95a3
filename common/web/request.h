/*
 * What a browser asks for: the target of an HTTP request (RFC 9112, section 3.2.1) taken
 * apart, and the fields of its header that matter here.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define REQUEST_TARGET_MAX 8192 /* bytes */
#define REQUEST_SEGMENTS_MAX 8
#define REQUEST_PARAMETERS_MAX 64

/* What of a page is wanted: itself, its rows, or its picture. */
enum request_form { REQUEST_PAGE, REQUEST_JSON, REQUEST_CSV, REQUEST_SVG };

struct request_parameter {
	const char *name, *value;
};

/* Texts are UTF-8 without NUL, and live in the arena. */
struct request {
	struct arena arena;
	enum request_form form;
	const char *segments[REQUEST_SEGMENTS_MAX]; /* of the path, decoded */
	size_t n_segments;
	struct request_parameter parameters[REQUEST_PARAMETERS_MAX];
	size_t n_parameters;
	/* Of the header; NULL where there is none. */
	const char *host, *origin, *site, *mode, *cookie, *user;
	bool twice; /* a field that must stand once stands twice */
};

/*
 * Take a target apart: "/e/mfx1/runs.csv?q=a%20b".  ".json" and ".csv" at the end of the
 * path say the form; "/index.json" is that of "/".  Of a parameter that comes again the
 * values are joined by commas; one whose value is empty is none.  0; 400 if it is no path
 * with parameters, in UTF-8, without control characters but line breaks and tabs in a
 * value, or has a segment that is empty, "." or "..", or has a slash in it; 414 if it is
 * too long or has too many parts; 500 without memory.  Release with request_free(), also
 * after that.
 */
int request_read(struct request *request, const char *target);

/* The value of a parameter; NULL if there is none. */
const char *request_value(const struct request *request, const char *name);

/* Forget parameters that are none of these, with spaces between them. */
void request_keep(struct request *request, const char *names);

/*
 * The address that leads to this page in a form, with its parameters, in the order of
 * their names; changes (may be NULL) are names and values behind each other, up to a NULL
 * name: an empty value takes a parameter away.  In the arena; NULL without memory.
 */
const char *request_address(
    struct request *request, enum request_form form, const char *const *changes);

/* A text percent-encoded, as a part of a path or a parameter, in the arena. */
const char *request_encode(struct arena *arena, const char *text);

/* The value of a cookie, in the arena; NULL if there is none. */
const char *request_cookie(struct request *request, const char *name);

void request_free(struct request *request);

#endif
