/* A thread that does one thing after the other, while its owner does something else. */
#ifndef WORKER_H
#define WORKER_H

struct worker;

/* Start one.  Without one (there is no memory, or no thread left) NULL, and what it is
   given is done at once, by who gives it. */
struct worker *worker_open(void);

/* Something to do: work(argument), after what was given before.  Waits where much is in
   line. */
void worker_give(struct worker *worker, void (*work)(void *argument), void *argument);

/* Until all that was given is done.  What it wrote is seen from then on. */
void worker_wait(struct worker *worker);

/* The same, and end it.  NULL is allowed. */
void worker_close(struct worker *worker);

#endif
