/* One-line messages on stderr: "program: text". */
#ifndef MSG_H
#define MSG_H

#include <stdbool.h>

/*
 * Name the program in all later messages.  name must live as long as the
 * process does.
 */
void msg_program(const char *name);

/*
 * Write one line to stderr in a single write(2), so that lines of parallel
 * processes do not mix.  Bytes below 0x20 and 0x7f become '?': a name from
 * outside can neither forge a line nor send an escape sequence.  A line is cut
 * at 2,000 bytes.  A progress line that stands on the terminal is wiped first.
 */
void msg(const char *format, ...) __attribute__((format(printf, 1, 2)));

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
