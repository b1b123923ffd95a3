/* Who runs this program, for what is written down about changes. */
#ifndef WHO_H
#define WHO_H

/*
 * The name of the effective user as the system knows it (getpwuid(3)), not as the
 * environment claims; its number as a text if it has no name.  malloc'd, NULL without
 * memory.
 */
char *who_user(void);

/*
 * Where our own files are: HOME, or without it, as in a unit of systemd or a cron of
 * one's own, the home directory that the system knows (getpwuid(3)).  Borrowed; NULL if
 * there is none.
 */
const char *who_home(void);

#endif
