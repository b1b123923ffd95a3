/* elog-push: records into a server database. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/interrupt.h"
#include "base/msg.h"
#include "base/who.h"
#include "core/dbms.h"
#include "core/push.h"
#include "core/read.h"
#include "core/schema.h"
#include "core/verify.h"
#include "stream/lines.h"
#include "stream/stream_choice.h"
#include "text/duration.h"

#define IDLE_MS 2000

static char *source, *wait_text, *config_file, *only, *except, *experiments;
static int bookmark, migrate, quiet, verify, read_back;

static struct poptOption options[] = {
    {"bookmark", '\0', POPT_ARG_NONE, &bookmark, 0,
	"Print the bookmark of the source, for elog-dump, and read nothing", NULL},
    {"migrate", '\0', POPT_ARG_NONE, &migrate, 0,
	"Bring the schema of TARGET up to date, and read nothing", NULL},
    {"verify", '\0', POPT_ARG_NONE, &verify, 0,
	"Compare TARGET with the stream, and print in what they differ", NULL},
    {"read", '\0', POPT_ARG_NONE, &read_back, 0,
	"Write TARGET as a stream, as elog-dump TARGET does", NULL},
    {"only", '\0', POPT_ARG_STRING, &only, 0, "--read: these streams, no others", "A,B"},
    {"except", '\0', POPT_ARG_STRING, &except, 0, "--read: all streams but these", "A,B"},
    {"experiments", 'e', POPT_ARG_STRING, &experiments, 0,
	"--read: of streams of experiments, only what is of those that match GLOB",
	"GLOB"},
    {"source", '\0', POPT_ARG_STRING, &source, 0,
	"Whose records these are (configuration: push_source; USER@HOST)", "NAME"},
    {"wait", '\0', POPT_ARG_STRING, &wait_text, 0,
	"Wait at most TIME for a server that is away (30s)", "TIME"},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "Say nothing unless something fails", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

/* Who takes the lines of stdin. */
struct input {
	struct push *push;
	struct verify *verify;
	bool waited; /* no line came since the last look */
	int status;
};

/* What is there is written, once nothing more comes. */
static void
idle(void *context)
{
	struct input *input = context;

	if (input->waited && input->status == EXIT_DONE)
		input->status = push_idle(input->push);
	input->waited = true;
}

static void
take_bad(struct input *input, long number, const char *why)
{
	if (input->push != NULL)
		push_bad_line(input->push, number, why);
	else
		msg("line %ld: %s", number, why);
}

static int
read_lines(struct input *input)
{
	struct lines lines;
	enum lines_result result;
	char *line, why[80];
	size_t n;

	lines_open(&lines, STDIN_FILENO);
	lines.idle = input->push != NULL ? idle : NULL;
	lines.idle_ms = IDLE_MS;
	lines.context = input;
	while (interrupt_stop == 0 && input->status == EXIT_DONE &&
	       (result = lines_next(&lines, &line, &n)) != LINES_END) {
		input->waited = false;
		if (input->status != EXIT_DONE)
			break; /* what came before could not be written meanwhile */
		if (result == LINES_ONE) {
			input->status =
			    input->push != NULL
				? push_line(input->push, line, n, lines.number)
				: verify_line(input->verify, line, n, lines.number);
		} else if (result == LINES_TOO_LONG) {
			snprintf(why, sizeof(why), "longer than %zu MiB: left out",
			    LINES_MAX / 1024 / 1024);
			take_bad(input, lines.number, why);
		} else if (errno != EINTR) {
			msg("stdin: %s", strerror(errno));
			input->status = EXIT_PARTIAL;
		}
	}
	lines_close(&lines);
	return input->status;
}

static int
push_stream(struct dbms *server, const struct push_options *chosen)
{
	struct input input = {.push = NULL};
	struct push *push;
	int status = push_open(&push, server, chosen);

	if (status != EXIT_DONE)
		return status;
	input.push = push;
	status = read_lines(&input);
	if (status == EXIT_DONE && interrupt_stop == 0)
		status = push_end(push);
	if (status == EXIT_DONE && push_totals(push)->errors > 0)
		status = EXIT_PARTIAL;
	if (!quiet && interrupt_stop == 0)
		msg_note(
		    "%s: %ld experiments and %ld records pushed, in %ld transactions",
		    server->address.shown, push_totals(push)->experiments,
		    push_totals(push)->records, push_totals(push)->batches);
	push_close(push);
	return status;
}

static int
verify_stream(struct dbms *server, const char *name)
{
	struct input input = {.verify = verify_open(server, name)};
	int status;

	if (input.verify == NULL)
		return EXIT_PARTIAL;
	status = read_lines(&input);
	if (status == EXIT_DONE && interrupt_stop == 0)
		status = verify_end(input.verify, stdout);
	verify_close(input.verify);
	return status;
}

static bool
is_any(const struct streams_row *row)
{
	return row->name != NULL;
}

static int
read_target(struct dbms *server, const char *name)
{
	struct read_options chosen = {.experiments = experiments, .source = name};
	struct stream out;
	int status = stream_choice(only, except, is_any, chosen.wanted);

	if (status != EXIT_DONE)
		return status;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	status = read_stream(server, &out, &chosen);
	if (stream_close(&out) == 0)
		return status;
	/* Who reads may stop when he has enough, as with elog-dump. */
	if (out.error == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	msg("stdout: %s", strerror(out.error));
	return EXIT_PARTIAL;
}

/* Whose records these are: malloc'd, NULL after a message. */
static char *
find_source(const struct config *config)
{
	const char *given = source != NULL ? source : config_text(config, "push_source");
	char host[256] = "", *user, *name = NULL;

	if (given != NULL)
		return strdup(given);
	user = who_user();
	(void)gethostname(host, sizeof(host) - 1);
	if (user == NULL || asprintf(&name, "%s@%s", user, host) < 0)
		name = NULL;
	free(user);
	if (name == NULL)
		msg("no memory");
	return name;
}

static int
work(const char *target, const struct config *config, long seconds)
{
	struct push_options chosen = {.wait = seconds,
	    .migrate = config_flag(config, "push_migrate"),
	    .states = stdout,
	    .stop = &interrupt_stop};
	struct address address;
	struct dbms server;
	char *name = find_source(config);
	int status = address_read(&address, target);

	chosen.source = name;
	dbms_begin(&server, &address);
	if (name == NULL) {
		status = EXIT_PARTIAL;
	} else if (status == EXIT_DONE &&
		   (name[0] == '\0' || strlen(name) > DIALECT_KEY_MAX)) {
		msg("--source: a name of 1 to %d characters is expected",
		    DIALECT_KEY_MAX);
		status = EXIT_USAGE;
	}
	if (status == EXIT_DONE)
		status = dbms_open(&server, false, seconds, &interrupt_stop);
	if (status == EXIT_DONE)
		status = bookmark    ? push_bookmark(&server, name)
			 : migrate   ? schema_migrate(&server)
			 : verify    ? verify_stream(&server, name)
			 : read_back ? read_target(&server, name)
				     : push_stream(&server, &chosen);
	dbms_end(&server);
	free(name);
	return status;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-push",
	    .usage = "[OPTION...] [TARGET]",
	    .options = options,
	};
	const char *const *arguments, *target;
	struct config *config;
	int64_t seconds = 30;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	if (wait_text != NULL && !duration_read(wait_text, &seconds)) {
		msg("--wait: '%s' is no time like 30s, 5m or 0", wait_text);
		return EXIT_USAGE;
	}
	if (arguments[0] != NULL && arguments[1] != NULL) {
		msg("'%s': one target is expected", arguments[1]);
		return EXIT_USAGE;
	}
	if (bookmark + migrate + verify + read_back > 1) {
		msg("--bookmark, --migrate, --verify and --read exclude each other");
		return EXIT_USAGE;
	}
	if (!read_back && (only != NULL || except != NULL || experiments != NULL)) {
		msg("--only, --except and -e go with --read; for a push they are "
		    "elog-dump's");
		return EXIT_USAGE;
	}
	config = config_load(config_file);
	if (config == NULL)
		return EXIT_USAGE;
	target = arguments[0] != NULL ? arguments[0] : config_text(config, "push_target");
	if (target == NULL) {
		msg("which server? Name it, or set push_target (see --help)");
		config_free(config);
		return EXIT_USAGE;
	}
	interrupt_catch();
	signal(SIGPIPE, SIG_IGN);
	status = work(target, config, (long)seconds);
	config_free(config);
	return command_finish(
	    interrupt_stop != 0 && status == EXIT_DONE ? EXIT_PARTIAL : status);
}
