/* Which process a process id meant: ids come again, start times and boots do not. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#define PROCESS_BOOT_BYTES 40

/* The id of this boot of the machine (/proc/sys/kernel/random/boot_id); "" if the system
   tells none. */
void process_boot(char out[PROCESS_BOOT_BYTES]);

/* When a process started, in the system's ticks since boot; -1 if there is none. */
long long process_start(pid_t pid);

/* Does the process of that id, start and boot still live?  A zombie does not. */
bool process_lives(pid_t pid, long long start, const char *boot);

#endif
