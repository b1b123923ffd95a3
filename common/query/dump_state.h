/* The state that a consumer of a dump has: where to go on from. */
#ifndef DUMP_STATE_H
#define DUMP_STATE_H

/*
 * Read the value of a STATE message: from text, or where that is NULL from the last line
 * that is not empty of a file ("-": stdin).  It may also be the whole message.  *state
 * gets it, malloc'd, or NULL if the file is empty or not there.  Returns 0, or after a
 * message 2 if it is no state, 1 if the file cannot be read (the exit status).
 */
int dump_state(const char *text, const char *file, char **state);

#endif
