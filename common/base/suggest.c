#include "base/suggest.h"

#include <string.h>

#define LENGTH_MAX 64

size_t
suggest_distance(const char *a, const char *b)
{
	size_t row[LENGTH_MAX + 1];
	size_t la = strnlen(a, LENGTH_MAX), lb = strnlen(b, LENGTH_MAX);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

size_t
suggest_far(const char *text, const char *name)
{
	if (strlen(text) > 2 && strstr(name, text) != NULL)
		return strcmp(name, text) != 0;
	return suggest_distance(text, name);
}

bool
suggest_is_near(const char *text, size_t far)
{
	return far <= (strnlen(text, LENGTH_MAX) + 2) / 3;
}

size_t
suggest(const char *text, const char *(*name_at)(const void *table, size_t i),
    const void *table, size_t n)
{
	size_t best = 0, smallest = (size_t)-1;

	for (size_t i = 0; i < n; i++) {
		size_t distance = suggest_far(text, name_at(table, i));

		if (distance < smallest) {
			smallest = distance;
			best = i;
		}
	}
	return best;
}
