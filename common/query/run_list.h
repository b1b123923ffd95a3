/* Lists of run numbers: 100-200,250,300- */
#ifndef RUN_LIST_H
#define RUN_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_range {
	int64_t first, last;
};

/* Sorted, without overlaps. */
struct run_list {
	struct run_range *ranges;
	size_t n;
};

/*
 * Read numbers and ranges with commas between them; "300-" is all from 300 on.  Spaces
 * do not matter.  0; -1 with *at the offset of what is wrong; -2 without memory.
 * Release with run_list_free().
 */
int run_list_read(const char *text, struct run_list *list, size_t *at);

bool run_list_has(const struct run_list *list, int64_t run);

void run_list_free(struct run_list *list);

#endif
