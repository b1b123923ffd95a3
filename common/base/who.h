/* Who runs this program, for what is written down about changes. */
#ifndef WHO_H
#define WHO_H

/*
 * The name of the effective user as the system knows it (getpwuid(3)), not as the
 * environment claims; its number as a text if it has no name.  malloc'd, NULL without
 * memory.
 */
char *who_user(void);

#endif
