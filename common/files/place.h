/*
 * Places under one directory, for names that come from outside: what is opened, made or
 * renamed by these functions lies under it, whatever the name says and whatever links
 * somebody put there.
 *
 * A path is walked component by component with openat(2) and O_NOFOLLOW, so that a
 * symbolic link in it is an error (ELOOP or ENOTDIR) and not a way out.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* Longest component of a path, so that a suffix for temporary files still fits. */
#define PLACE_NAME_MAX 240
#define PLACE_PATH_MAX 2000
#define PLACE_DEPTH_MAX 64

/*
 * Open the directory under which all lies, made (mode 0700) if it is not there, but not
 * its parents.  A descriptor, or -1 after a message.
 */
int place_root(const char *directory);

/*
 * A component of a path from outside as a file name, appended to out (room for n bytes
 * and NUL in all).  What follows is written as %XX (RFC 3986, section 2.1, for its
 * form): control characters, '/', '%' itself, bytes that are not UTF-8, a '.' in front
 * (so no "..", nothing hidden), and the '.' of an ending that elog-pull gives to files
 * of its own (.part, .json behind it, .new behind that).  No two names become one.
 * Returns NULL, or what is wrong with it: it is empty, or too long.
 */
const char *place_component(const char *name, size_t length, char *out, size_t n);

/* Is this a path that place_component() could have made?  What is wrong, or NULL. */
const char *place_check(const char *path);

/*
 * Open the directory of a path: all but its last component.  make: make those that are
 * missing, mode 0700.  A descriptor to close, or -1 with errno set (ENOTDIR, ELOOP:
 * something else has the name).  *name becomes the last component, within path.
 */
int place_directory(int root, const char *path, bool make, const char **name);

#endif
