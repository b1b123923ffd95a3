/* Colour for a person, on a terminal's stdout. */
#ifndef COLOUR_H
#define COLOUR_H

enum colour {
	COLOUR_NONE, /* back to how it was */
	COLOUR_BOLD,
	COLOUR_FAINT,
	COLOUR_RED,
	COLOUR_YELLOW,
	COLOUR_GREEN,
};

/*
 * What switches it on (ECMA-48, SGR); "" where stdout is no terminal, TERM is dumb or not
 * set, or NO_COLOR is set to anything (no-color.org).
 */
const char *colour(enum colour colour);

#endif
