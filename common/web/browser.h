/* The reader's browser. */
#ifndef BROWSER_H
#define BROWSER_H

/*
 * Open an address in it, by xdg-open(1).  Since the address holds a secret, and all users
 * see the arguments of a program, it goes through a file that is ours alone and leads
 * there; *file gets its name, malloc'd, to be removed when we end.  0, or -1 after a
 * message.
 */
int browser_open(const char *address, char **file);

#endif
