#include "query/run_table.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *source, *name;
} every_run[] = {
    {"num", "run"},
    {"begin_time", "start_time"},
    {"end_time", "end_time"},
    {"duration", "duration"},
    {"type", "type"},
    {"sample", "sample"},
    {"sample.name", "sample"},
    {NULL, NULL},
};

/* Put plain characters in place of the full-width ones, in place. */
static void
make_plain(char *name)
{
	char *to = name;

	while (*name != '\0')
		if (strncmp(name, "\xef\xbc\x8e", 3) == 0) {
			*to++ = '.';
			name += 3;
		} else if (strncmp(name, "\xef\xbc\x84", 3) == 0) {
			*to++ = '$';
			name += 3;
		} else {
			*to++ = *name++;
		}
	*to = '\0';
}

char *
run_table_name(struct arena *arena, const char *source, bool *given)
{
	static const char params[] = "params.", editable[] = "editable_params.";
	size_t n = strlen(source);
	char *name;

	*given = true;
	for (int i = 0; every_run[i].source != NULL; i++)
		if (strcmp(every_run[i].source, source) == 0)
			return arena_text(
			    arena, every_run[i].name, strlen(every_run[i].name));
	*given = false;
	if (strncmp(source, params, sizeof(params) - 1) == 0) {
		source += sizeof(params) - 1;
		n -= sizeof(params) - 1;
	} else if (strncmp(source, editable, sizeof(editable) - 1) == 0 &&
		   n > sizeof(editable) + 6 && strcmp(source + n - 6, ".value") == 0) {
		source += sizeof(editable) - 1;
		n -= sizeof(editable) - 1 + 6;
	}
	name = arena_text(arena, source, n);
	if (name != NULL)
		make_plain(name);
	return name;
}
