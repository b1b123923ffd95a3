#include "base/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"

/*
 * A standard descriptor that is closed would be given to the next file we open.
 * Open the wrong way round, so that using it still fails, and is reported.
 */
static void
hold_standard_descriptors(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return; /* no /dev/null: nothing more can be done */
}

static int version, verbose, quiet;

/* The rows that every tool has; a letter or a name that the tool's own rows have is
   theirs. */
static void
make_common(struct poptOption common[4], const struct poptOption *own)
{
	common[0] = (struct poptOption){"verbose", 'v', POPT_ARG_NONE, &verbose, 0,
	    "Tell every step on stderr", NULL};
	common[1] = (struct poptOption){"quiet", 'q', POPT_ARG_NONE, &quiet, 0,
	    "Say nothing unless something fails", NULL};
	common[2] = (struct poptOption){"version", '\0', POPT_ARG_NONE, &version, 0,
	    "Show the version and the libraries, and exit", NULL};
	common[3] = (struct poptOption)POPT_TABLEEND;
	for (const struct poptOption *o = own; o->longName || o->shortName || o->arg; o++)
		for (int i = 0; i < 2; i++) {
			if (o->shortName == common[i].shortName)
				common[i].shortName = '\0';
			if (o->longName != NULL && common[i].longName != NULL &&
			    strcmp(o->longName, common[i].longName) == 0)
				common[i].argInfo |= POPT_ARGFLAG_DOC_HIDDEN;
		}
}

/* Was an option of the tool's own given that is called so? */
static bool
flag_given(const struct poptOption *own, const char *name)
{
	for (const struct poptOption *o = own; o->longName || o->shortName || o->arg; o++)
		if (o->longName != NULL && strcmp(o->longName, name) == 0)
			return o->argInfo == POPT_ARG_NONE && *(int *)o->arg != 0;
	return false;
}

/* Of a value that is wrong popt names the value alone: say which option's it is. */
static int
complain_option(const char *program, const char **argv, const char *bad, int code)
{
	const char *option = NULL;

	for (int i = 1; argv[0] != NULL && argv[i] != NULL; i++)
		if (argv[i] == bad && bad[0] != '-' && argv[i - 1][0] == '-')
			option = argv[i - 1];
	msg("%s%s%s: %s (see %s --help)", option != NULL ? option : "",
	    option != NULL ? " " : "", bad, poptStrerror(code), program);
	return EXIT_USAGE;
}

static bool parsing;
static mode_t mask = 077;

mode_t
command_mask(void)
{
	return mask;
}

/* popt exits when it has printed the help: say what came of it. */
static void
finish_help(void)
{
	if (parsing && command_finish(EXIT_DONE) != EXIT_DONE)
		_exit(EXIT_PARTIAL);
}

int
command_parse(const struct command *command, int argc, const char **argv,
    const char *const **arguments)
{
	static const char *const none[] = {NULL};
	static struct poptOption common[4];
	struct poptOption table[] = {
	    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, command->options, 0, NULL, NULL},
	    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, common, 0, NULL, NULL},
	    POPT_AUTOHELP POPT_TABLEEND,
	};
	static poptContext context; /* owns the arguments, so it stays */
	int code;

	make_common(common, command->options);
	hold_standard_descriptors();
	signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error like a full disk */
	signal(
	    SIGCHLD, SIG_DFL); /* who started us may have it ignored: then wait() fails */
	mask = umask(077);
	msg_program(command->name);
	context = poptGetContext(command->name, argc, argv, table,
	    command->first ? POPT_CONTEXT_POSIXMEHARDER : 0);
	if (context == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	poptSetOtherOptionHelp(context, command->usage);
	parsing = atexit(finish_help) == 0;
	while ((code = poptGetNextOpt(context)) > 0)
		;
	parsing = false;
	if (code < -1)
		return complain_option(command->name, argv,
		    poptBadOption(context, POPT_BADOPTION_NOALIAS), code);
	if (quiet || flag_given(command->options, "quiet"))
		msg_verbosity(-1);
	if (verbose || flag_given(command->options, "verbose"))
		msg_verbosity(1);
	if (version) {
		printf("%s %s\n", command->name, ELOG_VERSION);
		if (command->libraries != NULL)
			printf("%s\n", command->libraries);
		return command_finish(EXIT_DONE);
	}
	*arguments = (const char *const *)poptGetArgs(context);
	if (*arguments == NULL)
		*arguments = none;
	return -1;
}

int
command_range(const char *option, long value, long min, long max)
{
	if (value >= min && value <= max)
		return 0;
	msg("%s: %ld is not between %ld and %ld", option, value, min, max);
	return EXIT_USAGE;
}

/* Is a word in a list of words with spaces between them? */
static bool
is_listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* Was it given?  A number that stands at 0 or -1 was not. */
static bool
is_given(const struct poptOption *option)
{
	switch (option->argInfo & POPT_ARG_MASK) {
	case POPT_ARG_NONE:
		return *(int *)option->arg != 0;
	case POPT_ARG_LONG:
		return *(long *)option->arg > 0;
	case POPT_ARG_STRING:
	case POPT_ARG_ARGV:
		return *(void **)option->arg != NULL;
	default:
		return false;
	}
}

bool
command_options_fit(const struct command *command, const char *subcommand,
    const char *usage, const char *names)
{
	for (const struct poptOption *o = command->options; o->longName != NULL; o++) {
		if (!is_given(o) || is_listed(names, o->longName))
			continue;
		msg("%s: it takes no option --%s (usage: %s %s %s)", subcommand,
		    o->longName, command->name, subcommand, usage);
		return false;
	}
	return true;
}

int
command_finish(int status)
{
	/* fclose() knows nothing of a write that failed before the last one. */
	bool failed = ferror(stdout) != 0;

	if (fclose(stdout) != 0) {
		if (errno != EPIPE)
			msg("stdout: %s", strerror(errno));
	} else if (failed) {
		msg("stdout: not all of it could be written");
	} else {
		return status;
	}
	return status == EXIT_DONE ? EXIT_PARTIAL : status;
}
