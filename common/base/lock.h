/*
 * One writer a database: FILE.lock, held with flock(2).  Who wants it stands in line:
 * FILE.queue holds the number that the next one gets, and each holds the byte of its own
 * number with an OFD lock, so that the first in line is the one below whom nobody holds
 * any.  The system drops both with the process, however that ends.  A holder keeps its
 * number, so it can ask whether others wait, and stand in line again behind them; or it
 * steps aside while it has nothing to do, and comes back at the end of the line.
 */
#ifndef LOCK_H
#define LOCK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* How long a writer waits if nothing is said: --wait. */
#define LOCK_WAIT 60

struct lock {
	int fd; /* of FILE.lock, -1: not held */
	int queue;
	int64_t number; /* in line */
	char *path;
};

/*
 * Take path + ".lock", writing our process id into it, in turn, after at most so many
 * seconds; 0: at once or not at all.  Returns 0; 75 after a message that names the holder
 * if somebody else has it still; 1 after a message if it cannot be made.
 */
int lock_take(struct lock *lock, const char *path, int64_t wait);

/* Does somebody else stand in line? */
bool lock_is_wanted(const struct lock *lock);

/*
 * Let those in line have it, and take it again behind them, however long that takes, or
 * until *stopped, when it is not held any more.  Returns as lock_take().
 */
int lock_yield(struct lock *lock, const volatile sig_atomic_t *stopped);

/*
 * Let go, and take part in the line no more, but be known to the others, whom
 * lock_is_shared() tells; and take it again in turn, as lock_yield() does.
 */
void lock_step_aside(struct lock *lock);
int lock_come_back(struct lock *lock, const volatile sig_atomic_t *stopped);

/* Has somebody else the file open, in line or aside? */
bool lock_is_shared(const struct lock *lock);

/* Remove the lock file and let go.  Does nothing for a lock that was not taken. */
void lock_release(struct lock *lock);

/* Read --wait, NULL: LOCK_WAIT.  0, or 2 (the exit status) after a message. */
int lock_wait_option(const char *text, int64_t *wait);

#endif
