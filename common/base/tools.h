/* The tools of the suite, as their manuals name them. */
#ifndef TOOLS_H
#define TOOLS_H

struct tool {
	const char *name; /* "elog-select", "elog-sync.sh" */
	const char *line; /* what it does */
	const char *page; /* "elog-select.1" */
};

/* All of them, in the order of their names; ends with a row of NULLs.  Compiled in by
   tools.sh. */
extern const struct tool tools[];

#endif
