/* elog-dump: a database, back into the stream that it came from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/sibling.h"
#include "core/address.h"
#include "db/db.h"
#include "db/migration.h"
#include "db/reader.h"
#include "db/statement.h"
#include "logbook/tree.h"
#include "query/dump.h"
#include "query/dump_state.h"
#include "stream/stream_choice.h"

static char *only, *except, *experiments, *since, *state_file, *config_file, *directory;
static int list_streams;

static struct poptOption options[] = {
    {"only", '\0', POPT_ARG_STRING, &only, 0, "Write these streams, no others", "A,B"},
    {"except", '\0', POPT_ARG_STRING, &except, 0, "Write all streams but these", "A,B"},
    {"experiments", 'e', POPT_ARG_STRING, &experiments, 0,
	"Of streams of experiments, only what is of those that match GLOB", "GLOB"},
    {"since", '\0', POPT_ARG_STRING, &since, 0,
	"Only what changed since STATE, as elog-load printed it", "STATE"},
    {"state", '\0', POPT_ARG_STRING, &state_file, 0,
	"The same with the last line of FILE; where there is none, all", "FILE"},
    {"tree", '\0', POPT_ARG_STRING, &directory, 0,
	"Write a saved logbook into DIR, which ELOG_BASE_URL=file://DIR serves", "DIR"},
    {"streams", '\0', POPT_ARG_NONE, &list_streams, 0,
	"Print the names of the streams, one a line", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

static bool
is_any(const struct streams_row *row)
{
	return row->name != NULL;
}

/* Is the database of the schema that the table of streams is of? */
static int
check_schema(sqlite3 *db, const char *path)
{
	char *pending = migration_pending(db);
	int result = EXIT_DONE;

	if (pending != NULL && pending[0] != '\0') {
		msg("%s: of an older elog: elog-load --migrate brings it up to date",
		    path);
		result = EXIT_PARTIAL;
	}
	free(pending);
	return result;
}

/* A label is an address with spaces.  A glob that matches nothing is a mistake that would
   look like an empty database; behind a state it may be of what is no more. */
static int
check_experiments(sqlite3 *db, const char *path)
{
	sqlite3_stmt *any;
	int status = EXIT_PARTIAL;

	if (experiments == NULL)
		return EXIT_DONE;
	for (char *p = experiments; *p != '\0'; p++)
		if (*p == ' ')
			*p = '_';
	if (since != NULL || state_file != NULL)
		return EXIT_DONE;
	any = db_prepare(db, path,
	    "SELECT 1 FROM experiments WHERE name GLOB ?1 UNION ALL "
	    "SELECT 1 FROM fetches WHERE experiment GLOB ?1 LIMIT 1");
	if (any == NULL)
		return status;
	sqlite3_bind_text(any, 1, experiments, -1, SQLITE_STATIC);
	switch (statement_ask(any, path)) {
	case 1:
		status = EXIT_DONE;
		break;
	case 0:
		msg("-e %s: no experiment in %s matches", experiments, path);
		status = EXIT_USAGE;
		break;
	}
	sqlite3_finalize(any);
	return status;
}

static int
dump(const char *database, const struct dump_options *chosen)
{
	struct reader reader;
	struct stream out;
	int status = reader_open(&reader, database, config_file);

	if (status == EXIT_DONE)
		status = check_schema(reader.db, reader.path);
	if (status == EXIT_DONE)
		status = check_experiments(reader.db, reader.path);
	if (status != EXIT_DONE)
		goto done;
	if (directory != NULL) {
		status = tree_write(
		    reader.db, reader.path, directory, experiments, chosen->wanted);
		goto done;
	}
	status = EXIT_PARTIAL;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		goto done;
	}
	if (dump_run(reader.db, reader.path, &out, chosen) == 0)
		status = EXIT_DONE;
	if (stream_close(&out) != 0 && status == EXIT_DONE) {
		msg("stdout: %s", strerror(errno));
		status = EXIT_PARTIAL;
	}
done:
	reader_close(&reader);
	return status;
}

/* A server database is read by elog-push, which has what it takes to talk to one. Returns
   only if it cannot be started. */
static int
read_server(const char *target)
{
	const char *arguments[16];
	char *program = sibling("elog-push");
	const struct {
		const char *option, *value;
	} passed[] = {{"--only", only}, {"--except", except},
	    {"--experiments", experiments}, {"--config", config_file}};
	int n = 0;

	if (since != NULL || state_file != NULL || directory != NULL) {
		msg("%s: a server has no --since, --state or --tree: load it into a file",
		    target);
		free(program);
		return EXIT_USAGE;
	}
	arguments[n++] = "elog-push";
	arguments[n++] = "--read";
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (passed[i].value != NULL) {
			arguments[n++] = passed[i].option;
			arguments[n++] = passed[i].value;
		}
	arguments[n++] = "--";
	arguments[n++] = target;
	arguments[n] = NULL;
	if (program != NULL)
		execvp(program, (char *const *)arguments);
	msg("elog-push: %s: it is a package of its own", strerror(errno));
	free(program);
	return EXIT_PARTIAL;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-dump",
	    .usage = "[OPTION...] [DATABASE|DIRECTORY]",
	    .libraries = db_library(),
	    .options = options,
	};
	struct dump_options chosen = {.experiments = NULL};
	const char *const *arguments;
	char *state = NULL;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	if (list_streams) {
		stream_choice_print(is_any);
		return command_finish(EXIT_DONE);
	}
	if (since != NULL && state_file != NULL) {
		msg("--since and --state exclude each other");
		return EXIT_USAGE;
	}
	if (directory != NULL &&
	    (directory[0] == '\0' || since != NULL || state_file != NULL)) {
		msg(directory[0] == '\0' ? "--tree: the name of the directory is empty"
					 : "--tree writes all, without a state");
		return EXIT_USAGE;
	}
	if (arguments[0] != NULL && arguments[1] != NULL) {
		msg("'%s': one database is expected", arguments[1]);
		return EXIT_USAGE;
	}
	status = stream_choice(only, except, is_any, chosen.wanted);
	if (status == EXIT_DONE && arguments[0] != NULL && address_is(arguments[0]))
		return read_server(arguments[0]);
	if (status == EXIT_DONE && (since != NULL || state_file != NULL))
		status = dump_state(since, state_file, &state);
	chosen.experiments = experiments;
	chosen.since = state;
	if (status == EXIT_DONE)
		status = dump(arguments[0], &chosen);
	free(state);
	return command_finish(status);
}
