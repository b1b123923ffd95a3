#include "base/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *
colour(enum colour wanted)
{
	static const char *const sequences[] = {
	    [COLOUR_NONE] = "\033[0m",
	    [COLOUR_BOLD] = "\033[1m",
	    [COLOUR_FAINT] = "\033[2m",
	    [COLOUR_RED] = "\033[31m",
	    [COLOUR_YELLOW] = "\033[33m",
	    [COLOUR_GREEN] = "\033[32m",
	};
	static int on = -1;

	if (on < 0) {
		const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR");

		on = terminal != NULL && *terminal != '\0' &&
		     strcmp(terminal, "dumb") != 0 &&
		     (no_color == NULL || *no_color == '\0') && isatty(STDOUT_FILENO);
	}
	return on ? sequences[wanted] : "";
}
