/* Threads beside the one that was there before. */
#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>

/*
 * Start a thread that runs work(argument).  Signals are for the thread that was there
 * before, whose reads they interrupt: none comes to this one.  Returns 0, or the number
 * of an error.
 */
int thread_start(pthread_t *thread, void *(*work)(void *), void *argument);

#endif
