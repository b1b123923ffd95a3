/* elog-config: the merged configuration and where each value comes from. */
#include <stdio.h>
#include <string.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/suggest.h"

static int shell;
static char *config_file;

static struct poptOption options[] = {
    {"shell", '\0', POPT_ARG_NONE, &shell, 0,
	"Print key='value' lines, quoted for a shell's eval", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

/* 'text' in single quotes: to a POSIX shell nothing in it means anything. */
static void
print_quoted(const char *text)
{
	putchar('\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	putchar('\'');
}

/* A list as one value: its items with newlines between them. */
static void
print_shell(const struct config *config, const struct config_key *key)
{
	size_t n;
	char *const *items = config_list(config, key->name, &n);

	printf("%s=", key->name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			fputs("'\n'", stdout);
		print_quoted(items[i]);
	}
	putchar('\n');
}

static void
print_line(const struct config *config, const struct config_key *key)
{
	size_t n;
	char *const *items = config_list(config, key->name, &n);

	printf("%s=", key->name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putchar(' ');
		print_quoted(items[i]);
	}
	printf("  # %s\n", config_origin(config, key->name));
}

static const char *
key_name(const void *table, size_t i)
{
	return ((const struct config_key *)table)[i].name;
}

/* One value raw, a list one item a line. */
static int
print_key(const struct config *config, const char *name)
{
	const struct config_key *key = config_keys;
	char *const *items;
	size_t n;

	while (key->name != NULL && strcmp(key->name, name) != 0)
		key++;
	if (key->name == NULL) {
		n = (size_t)(key - config_keys);
		msg("unknown key '%s'; the nearest is '%s'", name,
		    config_keys[suggest(name, key_name, config_keys, n)].name);
		return EXIT_USAGE;
	}
	if (shell) {
		print_shell(config, key);
		return EXIT_DONE;
	}
	items = config_list(config, name, &n);
	for (size_t i = 0; i < n; i++)
		puts(items[i]);
	return EXIT_DONE;
}

int
main(int argc, const char **argv)
{
	static const struct command command = {
	    .name = "elog-config",
	    .usage = "[OPTION...] [KEY...]",
	    .options = options,
	};
	const char *const *arguments;
	struct config *config;
	int status = command_parse(&command, argc, argv, &arguments);

	if (status >= 0)
		return status;
	config = config_load(config_file);
	if (config == NULL)
		return EXIT_USAGE;
	status = EXIT_DONE;
	if (arguments[0] != NULL)
		for (; *arguments != NULL && status == EXIT_DONE; arguments++)
			status = print_key(config, *arguments);
	else
		for (const struct config_key *key = config_keys; key->name != NULL; key++)
			if (shell)
				print_shell(config, key);
			else
				print_line(config, key);
	config_free(config);
	return command_finish(status);
}
