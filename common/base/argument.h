/* Arguments of a command line that popt must not misread. */
#ifndef ARGUMENT_H
#define ARGUMENT_H

#include <stdbool.h>

/*
 * A negative number is an argument and no option: put a space before each, which hides
 * it from popt.  argv is changed; what it gets lives as long as the process.
 */
void argument_hide_numbers(int argc, const char **argv);

/* An argument that popt left, without the space if one was put there.  Borrowed. */
const char *argument_shown(const char *argument);

/* Is none of them, up to a NULL, empty, as the value of a variable that is not set would
   be?  False after a message that begins with what. */
bool argument_are_there(const char *what, const char *const *arguments);

/* Are all of them, up to a NULL, UTF-8, as what becomes a record must be?  False after a
   message. */
bool argument_are_texts(const char *const *arguments);

#endif
