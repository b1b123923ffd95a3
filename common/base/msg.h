/*
 * One-line messages on stderr: "program: text".
 *
 * Where ELOG_MESSAGES is "levels" in the environment, as a driver's log has it, a line
 * begins with its level: "ERROR program: text".  ELOG_VERBOSE=1 and =-1 are as the
 * options
 * --verbose and --quiet.
 */
#ifndef MSG_H
#define MSG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Name the program in all later messages.  name must live as long as the
 * process does.
 */
void msg_program(const char *name);

/*
 * Write one line to stderr in a single write(2), so that lines of parallel
 * processes do not mix.  Control characters and bytes that are no UTF-8 become
 * '?': a name from outside can neither forge a line nor send an escape sequence.  A line
 * is cut at 2,000 bytes.  A progress line that stands on the terminal is wiped first.
 */
void msg(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what is good to know, level INFO, which --quiet leaves out; and for every
   single step, level DEBUG, which is written with --verbose alone. */
void msg_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void msg_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* -1: as little as can be, 0, or 1: all. */
void msg_verbosity(int verbosity);

/*
 * From now on messages of this thread, of any level, go to text, of size bytes, a newer
 * one in place of the last, for who shows them elsewhere; until it is called with NULL.
 */
void msg_catch(char *text, size_t size);

/* The last that was caught; "" if there is none. */
const char *msg_caught(void);

/* True where stderr is a terminal: progress and notes of no importance. */
bool msg_terminal(void);

/*
 * Show text as the progress line, in place of the one before.
 * Does nothing where stderr is no terminal.
 */
void msg_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Remove the progress line. */
void msg_progress_end(void);

#endif
