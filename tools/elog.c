/* elog: the front door: runs the other tools, and shows their manuals. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/suggest.h"
#include "base/tools.h"

/* Manuals that are of no tool. */
static const struct tool stories[] = {
    {"elog-query", "the language of elog-select", "elog-query.7"},
    {"elog-stream", "the records", "elog-stream.5"},
    {"elog-schema", "the tables of the database", "elog-schema.5"},
    {"elog-elog", "the story of it all, and the configuration", "elog.7"},
    {NULL, NULL, NULL},
};

/* "select" of elog-select, "sync" of elog-sync.sh.  It lives until the next call. */
static const char *
word_of(const struct tool *tool)
{
	static char word[40];
	size_t n;

	snprintf(word, sizeof(word), "%s", tool->name + strlen("elog-"));
	n = strlen(word);
	if (n > 3 && strcmp(word + n - 3, ".sh") == 0)
		word[n - 3] = '\0';
	return word;
}

static const struct tool *
find(const struct tool *table, const char *word)
{
	for (; table->name != NULL; table++)
		if (strcmp(word_of(table), word) == 0 || strcmp(table->name, word) == 0)
			return table;
	return NULL;
}

static const char *
word_at(const void *table, size_t i)
{
	return word_of((const struct tool *)table + i);
}

/* Say that there is no such tool, and which is near. */
static int
complain(const char *word)
{
	size_t n = 0, best;

	while (tools[n].name != NULL)
		n++;
	best = suggest(word, word_at, tools, n);
	if (suggest_is_near(word, suggest_far(word, word_of(&tools[best]))))
		msg("there is no tool '%s'; the nearest is %s", word,
		    word_of(&tools[best]));
	else
		msg("there is no tool '%s': elog alone lists them", word);
	return EXIT_USAGE;
}

/*
 * The path of a file beside this program, DIRECTORY/BEFORE NAME, if it is there.  It
 * lives until the next call; NULL if it is not.
 */
static const char *
beside(const char *before, const char *name)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	n = slash + 1 - path;
	if (snprintf(slash + 1, sizeof(path) - (size_t)n, "%s%s", before, name) >=
	    (int)(sizeof(path) - (size_t)n))
		return NULL;
	return access(path, R_OK) == 0 ? path : NULL;
}

/* Become the tool: the one that came with this program, else that in PATH. */
static int
run(const struct tool *tool, const char **argv)
{
	const char *path = beside("", tool->name);
	char **arguments = (char **)argv;

	argv[0] = tool->name;
	if (path != NULL)
		execv(path, arguments);
	else
		execvp(tool->name, arguments);
	msg("%s: %s", tool->name, strerror(errno));
	return EXIT_PARTIAL;
}

/* Become man(1), with the page that came with this program, else the one it finds. */
static int
show_manual(const struct tool *tool)
{
	const char *page = tool->page, *dot = strrchr(page, '.'), *path;
	char before[40], name[60];

	/* In the tree, and where it is installed, where packages compress it. */
	path = beside("../man/", page);
	for (int up = 1; up <= 2 && path == NULL; up++) {
		snprintf(before, sizeof(before), "%sshare/man/man%s/",
		    up == 1 ? "../" : "../../", dot + 1);
		path = beside(before, page);
		snprintf(name, sizeof(name), "%s.gz", page);
		if (path == NULL)
			path = beside(before, name);
	}
	if (path != NULL)
		execlp("man", "man", path, (char *)NULL);
	snprintf(name, sizeof(name), "%.*s", (int)(dot - page), page);
	execlp("man", "man", dot + 1, name, (char *)NULL);
	msg("man: %s", strerror(errno));
	return EXIT_PARTIAL;
}

static int
list(void)
{
	puts("Usage: elog TOOL [ARGUMENT...]\n");
	for (const struct tool *tool = tools; tool->name != NULL; tool++)
		printf("  %-9s %s\n", word_of(tool), tool->line);
	puts("\nelog help TOOL shows its manual, elog TOOL --help its options; elog help "
	     "query,\nstream, schema and elog are manuals, too.");
	return EXIT_DONE;
}

int
main(int argc, const char **argv)
{
	static struct poptOption none[] = {POPT_TABLEEND};
	const struct command command = {
	    .name = "elog",
	    .usage = "TOOL [ARGUMENT...]",
	    .options = none,
	};
	const char *const *arguments;
	const struct tool *tool;
	int status;

	msg_program("elog");
	if (argc > 1 && argv[1][0] != '-' && strcmp(argv[1], "help") != 0) {
		tool = find(tools, argv[1]);
		return tool != NULL ? run(tool, argv + 1) : complain(argv[1]);
	}
	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	if (arguments[0] == NULL || arguments[1] == NULL)
		return command_finish(list());
	tool = find(tools, arguments[1]);
	if (tool == NULL)
		tool = find(stories, arguments[1]);
	return tool != NULL ? show_manual(tool) : complain(arguments[1]);
}
