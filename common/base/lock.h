/* One writer a database: FILE.lock, held with flock(2). */
#ifndef LOCK_H
#define LOCK_H

struct lock {
	int fd;
	char *path;
};

/*
 * Take path + ".lock", writing our process id into it.  Returns 0; 75 after a
 * message that names the holder if somebody else has it; 1 after a message if it
 * cannot be made.  The system drops the lock with the process, however that ends.
 */
int lock_take(struct lock *lock, const char *path);

/* Remove the lock file and let go.  Does nothing for a lock that was not taken. */
void lock_release(struct lock *lock);

#endif
