#include "base/subcommand.h"

#include <stdio.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"

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
		msg("usage: %s %s%s%s", command->name, s->name,
		    s->usage[0] != '\0' ? " " : "", s->usage);
		return NULL;
	}
	return command_options_fit(command, s->name, s->usage, s->options) ? s : NULL;
}

int
subcommand_main(const struct subcommand *table, const struct command *command, int argc,
    const char **argv)
{
	const struct subcommand *subcommand;
	const char *const *arguments;
	int status = command_parse(command, argc, argv, &arguments);

	if (status >= 0)
		return status;
	subcommand = subcommand_find(table, command, arguments);
	if (subcommand == NULL)
		return EXIT_USAGE;
	return command_finish(subcommand->run(subcommand, arguments + 1));
}
