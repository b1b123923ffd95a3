#include "query/run_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *
skip_space(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n')
		p++;
	return p;
}

static int
read_number(const char **p, int64_t *number)
{
	char *end;

	*p = skip_space(*p);
	if (**p < '0' || **p > '9')
		return -1;
	errno = 0;
	*number = strtoll(*p, &end, 10);
	if (errno != 0)
		return -1;
	*p = skip_space(end);
	return 0;
}

static int
read_range(const char **p, struct run_range *range)
{
	const char *begin = *p;

	if (read_number(p, &range->first) != 0)
		return -1;
	range->last = range->first;
	if (**p == '-') {
		*p = skip_space(*p + 1);
		range->last = INT64_MAX;
		if (**p != ',' && **p != '\0' && read_number(p, &range->last) != 0)
			return -1;
	}
	if (range->last < range->first) {
		*p = skip_space(begin);
		return -1;
	}
	return **p == ',' || **p == '\0' ? 0 : -1;
}

static int
by_first(const void *a, const void *b)
{
	const struct run_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Join what overlaps or touches. */
static void
merge(struct run_list *list)
{
	size_t n = 0;

	qsort(list->ranges, list->n, sizeof(list->ranges[0]), by_first);
	for (size_t i = 0; i < list->n; i++) {
		const struct run_range *next = &list->ranges[i];
		struct run_range *last = n > 0 ? &list->ranges[n - 1] : NULL;

		if (last == NULL ||
		    (last->last != INT64_MAX && next->first > last->last + 1))
			list->ranges[n++] = *next;
		else if (next->last > last->last)
			last->last = next->last;
	}
	list->n = n;
}

int
run_list_read(const char *text, struct run_list *list, size_t *at)
{
	size_t most = 1;
	const char *p = text;

	for (const char *c = text; *c != '\0'; c++)
		most += *c == ',';
	*list = (struct run_list){calloc(most, sizeof(list->ranges[0])), 0};
	if (list->ranges == NULL)
		return -2;
	for (;; p++) {
		if (read_range(&p, &list->ranges[list->n]) != 0) {
			*at = (size_t)(p - text);
			run_list_free(list);
			return -1;
		}
		list->n++;
		if (*p == '\0')
			break;
	}
	merge(list);
	return 0;
}

bool
run_list_has(const struct run_list *list, int64_t run)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (run < list->ranges[middle].first)
			high = middle;
		else if (run > list->ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

void
run_list_free(struct run_list *list)
{
	free(list->ranges);
	*list = (struct run_list){0};
}
