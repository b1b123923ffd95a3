/* The reader's pager, such as less(1). */
#ifndef PAGER_H
#define PAGER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Would so many lines leave the screen, and is there a pager?  False where fd is no
 * terminal or PAGER is not set.
 */
bool pager_wanted(int fd, size_t lines);

/*
 * Start $PAGER, as the shell command that it is.  *fd gets the descriptor that it
 * reads; SIGPIPE is ignored from now on: who leaves the pager early leaves us with
 * EPIPE.  The process, or -1 with errno set.
 */
pid_t pager_start(int *fd);

/* Wait until it ends; its descriptor is closed by then. */
void pager_wait(pid_t pager);

#endif
