#include "base/subcommand.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/msg.h"

/* Is a word in a list of words with blanks between them? */
static bool
is_listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static bool
is_given(const struct poptOption *option)
{
	switch (option->argInfo & POPT_ARG_MASK) {
	case POPT_ARG_STRING:
		return *(char **)option->arg != NULL;
	case POPT_ARG_ARGV:
		return *(char ***)option->arg != NULL;
	default:
		return *(int *)option->arg != 0;
	}
}

static bool
options_fit(const struct subcommand *subcommand, const struct command *command)
{
	for (const struct poptOption *o = command->options; o->longName != NULL; o++)
		if (is_given(o) && !is_listed(subcommand->options, o->longName)) {
			msg("%s: it takes no option --%s (usage: %s %s %s)",
			    subcommand->name, o->longName, command->name,
			    subcommand->name, subcommand->usage);
			return false;
		}
	return true;
}

const struct subcommand *
subcommand_find(const struct subcommand *table, const struct command *command,
    const char *const *arguments)
{
	const struct subcommand *s = table;
	char names[200] = "";
	int n = 0;

	for (; s->name != NULL; s++) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
		    s->name);
	}
	if (arguments[0] == NULL) {
		msg("which of %s? (see --help)", names);
		return NULL;
	}
	s = table;
	while (s->name != NULL && strcmp(s->name, arguments[0]) != 0)
		s++;
	if (s->name == NULL) {
		msg("'%s': none of %s", arguments[0], names);
		return NULL;
	}
	while (arguments[n + 1] != NULL)
		n++;
	if (n < s->least || (s->most >= 0 && n > s->most)) {
		msg("usage: %s %s %s", command->name, s->name, s->usage);
		return NULL;
	}
	return options_fit(s, command) ? s : NULL;
}
