/* SIGTERM and SIGINT, for a program that ends in order when it is told to. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>

/* Not 0: we were told to end. */
extern volatile sig_atomic_t interrupt_stop;

/* From now on they only set interrupt_stop. */
void interrupt_catch(void);

/* From now on they end us at once again: what is left is only to wait for others. */
void interrupt_release(void);

/* A descriptor that is readable once interrupt_stop is set, or -1. */
int interrupt_fd(void);

/* Sleep, but not longer than until then. */
void interrupt_sleep(long seconds);

#endif
