#include "web/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns are narrower while points come, since how far these reach is not known; an even
   number of times. */
#define FINER 4

void
bins_begin(struct bins *bins, bool log, size_t max, size_t few)
{
	*bins =
	    (struct bins){.log = log, .max = max, .few = few > 2 * max ? few : 2 * max};
}

static double
position(const struct bins *bins, double x)
{
	return bins->log ? log10(x) : x;
}

static void
put(struct bin *bin, const struct point *point)
{
	if (bin->n == 0) {
		bin->low = bin->high = *point;
	} else if (point->y < bin->low.y) {
		bin->low = *point;
	} else if (point->y > bin->high.y) {
		bin->high = *point;
	}
	bin->n++;
}

static void
merge(struct bin *to, const struct bin *from)
{
	if (from->n == 0)
		return;
	if (to->n == 0) {
		*to = *from;
		return;
	}
	if (from->low.y < to->low.y)
		to->low = from->low;
	if (from->high.y > to->high.y)
		to->high = from->high;
	to->n += from->n;
}

/* Make the columns twice as wide, to reach further to the right, or to the left. */
static void
widen(struct bins *bins, bool left)
{
	size_t n = bins->n_bins, half = n / 2;

	for (size_t i = 0; i < half; i++) {
		struct bin both = bins->bins[2 * i];

		merge(&both, &bins->bins[2 * i + 1]);
		bins->bins[i] = both;
	}
	if (left) {
		memmove(bins->bins + half, bins->bins, half * sizeof(struct bin));
		memset(bins->bins, 0, half * sizeof(struct bin));
		bins->from -= bins->width * (double)n;
	} else {
		memset(bins->bins + half, 0, half * sizeof(struct bin));
	}
	bins->width *= 2;
}

static void
put_binned(struct bins *bins, const struct point *point)
{
	double x = position(bins, point->x), at = (x - bins->from) / bins->width;
	double n = (double)bins->n_bins;

	while (!bins->fixed && bins->width < 1e300 && (at < 0 || at >= n)) {
		widen(bins, at < 0);
		at = (x - bins->from) / bins->width;
	}
	at = at >= n ? n - 1 : at >= 0 ? at : 0;
	put(&bins->bins[(size_t)at], point);
}

/* They have become too many: put them into columns. */
static void
divide(struct bins *bins)
{
	double low = position(bins, bins->fixed ? bins->low : bins->least_x);
	double high = position(bins, bins->fixed ? bins->high : bins->most_x);
	struct point *plain = bins->plain;
	long long n = bins->n;

	bins->n_bins = bins->max * FINER;
	bins->bins = calloc(bins->n_bins, sizeof(struct bin));
	if (bins->bins == NULL) {
		bins->failed = true;
		return;
	}
	bins->from = low;
	/* A little more than the last one, so that it is within the last column. */
	bins->width = (high - low) / (double)bins->n_bins * (1 + 1e-9);
	if (!(bins->width > 0))
		bins->width = fmax(fabs(low), 1e-9) * 1e-9;
	for (long long i = 0; i < n; i++)
		put_binned(bins, &plain[i]);
	free(plain);
	bins->plain = NULL;
}

void
bins_add(struct bins *bins, const struct point *point)
{
	if (bins->failed)
		return;
	if (bins->n == 0) {
		bins->least_x = bins->most_x = point->x;
		bins->least_y = bins->most_y = point->y;
		bins->plain = malloc(bins->few * sizeof(*point));
		bins->failed = bins->plain == NULL;
	}
	if (point->x < bins->least_x)
		bins->least_x = point->x;
	if (point->x > bins->most_x)
		bins->most_x = point->x;
	if (point->y < bins->least_y)
		bins->least_y = point->y;
	if (point->y > bins->most_y)
		bins->most_y = point->y;
	if (bins->plain != NULL && (size_t)bins->n == bins->few)
		divide(bins);
	if (bins->failed)
		return;
	if (bins->plain != NULL)
		bins->plain[bins->n] = *point;
	else
		put_binned(bins, point);
	bins->n++;
}

void
bins_end(struct bins *bins)
{
	size_t first = 0, last = bins->n_bins, together, n = 0;

	if (bins->plain != NULL || bins->bins == NULL)
		return;
	while (last > 0 && bins->bins[last - 1].n == 0)
		last--;
	while (first < last && bins->bins[first].n == 0)
		first++;
	together = (last - first + bins->max - 1) / bins->max;
	if (together < 2)
		return;
	for (size_t i = first; i < last; i += together, n++) {
		struct bin one = bins->bins[i];

		for (size_t j = i + 1; j < i + together && j < last; j++)
			merge(&one, &bins->bins[j]);
		bins->bins[n] = one;
	}
	bins->from += bins->width * (double)first;
	bins->width *= (double)together;
	bins->n_bins = n;
}

bool
bins_next(const struct bins *bins, size_t *at, const struct point **low,
    const struct point **high, long long *n)
{
	*high = NULL;
	*n = 1;
	if (bins->plain != NULL) {
		if ((long long)*at >= bins->n)
			return false;
		*low = &bins->plain[(*at)++];
		return true;
	}
	while (*at < bins->n_bins && bins->bins[*at].n == 0)
		++*at;
	if (*at >= bins->n_bins)
		return false;
	*low = &bins->bins[*at].low;
	*n = bins->bins[*at].n;
	if (bins->bins[*at].n > 1)
		*high = &bins->bins[*at].high;
	++*at;
	return true;
}

bool
bins_are_plain(const struct bins *bins)
{
	return bins->bins == NULL;
}

double
bins_width(const struct bins *bins)
{
	return bins->bins != NULL ? bins->width : 0;
}

void
bins_free(struct bins *bins)
{
	free(bins->plain);
	free(bins->bins);
	*bins = (struct bins){0};
}
