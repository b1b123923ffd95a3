#include "stream/stream_choice.h"

#include <stdio.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/suggest.h"

/* The names that may be given. */
struct names {
	const char *of[STREAMS_MAX];
	size_t n;
};

static const char *
name_of(const void *names, size_t i)
{
	return ((const struct names *)names)->of[i];
}

/* Set wanted[] for each stream in a list with commas. */
static int
choose(const char *option, const char *list, const struct names *names, bool value,
    bool *wanted)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ","), i = 0;
		char name[80];

		while (i < names->n &&
		       (strlen(names->of[i]) != n || memcmp(names->of[i], list, n) != 0))
			i++;
		if (i == names->n) {
			snprintf(
			    name, sizeof(name), "%.*s", (int)(n < 79 ? n : 79), list);
			msg("%s: no stream '%s'; the nearest is '%s'", option, name,
			    names->of[suggest(name, name_of, names, names->n)]);
			return EXIT_USAGE;
		}
		wanted[streams_named(list, n) - streams] = value;
		list += n + (list[n] == ',');
	}
	return 0;
}

int
stream_choice(const char *only, const char *except,
    bool (*takes)(const struct streams_row *row), bool wanted[STREAMS_MAX])
{
	struct names names = {.n = 0};
	int status = 0;

	for (size_t i = 0; i < STREAMS_MAX; i++)
		wanted[i] = false;
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		if (takes(row)) {
			names.of[names.n++] = row->name;
			wanted[row - streams] = only == NULL;
		}
	if (only != NULL)
		status = choose("--only", only, &names, true, wanted);
	if (status == 0 && except != NULL)
		status = choose("--except", except, &names, false, wanted);
	for (size_t i = 0; status == 0 && i < STREAMS_MAX; i++)
		if (wanted[i])
			return 0;
	if (status == 0)
		msg("--only and --except leave no stream");
	return EXIT_USAGE;
}

void
stream_choice_print(bool (*takes)(const struct streams_row *row))
{
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		if (takes(row))
			puts(row->name);
}
