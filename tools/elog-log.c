/* elog-log: log lines with a level and a session, and what was logged. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/subcommand.h"
#include "core/facility.h"
#include "db/db.h"
#include "local/log_delete.h"
#include "local/log_put.h"
#include "local/log_query.h"
#include "stream/loader.h"
#include "text/duration.h"

static char *database, *level_text, *session, *site, *detail, *job, *since_text,
    *older_text, *limit_text, *offset_text, *sort, *format, *config_file;
static char **keep;
static int desc, follow, json, journald;
static const struct log_level *level;
static struct log_choice choice = {.since = -1, .before = -1, .limit = -1, .offset = 0};

static struct poptOption options[] = {
    {"db", '\0', POPT_ARG_STRING, &database, 0,
	"Log into FILE, by way of FILE.spool; subcommands: read it", "FILE"},
    {"level", 'l', POPT_ARG_STRING, &level_text, 0,
	"DEBUG, INFO (the usual), WARNING, ERROR, CRITICAL; ls: and above", "LEVEL"},
    {"session", 's', POPT_ARG_STRING, &session, 0, "The session of the lines", "SESSION"},
    {"site", 'S', POPT_ARG_STRING, &site, 0, "The site that they are of", "SITE"},
    {"job", '\0', POPT_ARG_STRING, &job, 0, "The job that they are of", "ID"},
    {"detail", '\0', POPT_ARG_STRING, &detail, 0, "Details; -: from stdin", "TEXT"},
    {"json", '\0', POPT_ARG_NONE, &json, 0, "Lines of stdin are JSON objects", NULL},
    {"journald", '\0', POPT_ARG_NONE, &journald, 0,
	"Lines of stdin are those of journalctl -o json", NULL},
    {"since", '\0', POPT_ARG_STRING, &since_text, 0,
	"ls, count, sessions: from TIME on (24h, or a date)", "TIME"},
    {"older-than", '\0', POPT_ARG_STRING, &older_text, 0,
	"ls, count, prune: from before TIME (30d, or a date)", "TIME"},
    {"limit", '\0', POPT_ARG_STRING, &limit_text, 0, "ls: at most N lines", "N"},
    {"offset", '\0', POPT_ARG_STRING, &offset_text, 0, "ls: without the first N", "N"},
    {"sort", '\0', POPT_ARG_STRING, &sort, 0, "ls: by a column (log_id)", "COLUMN"},
    {"desc", '\0', POPT_ARG_NONE, &desc, 0, "ls: the last one first", NULL},
    {"follow", '\0', POPT_ARG_NONE, &follow, 0, "ls: and those to come", NULL},
    {"format", 'f', POPT_ARG_STRING, &format, 0,
	"ls, sessions: table, tsv, csv, json, json-array or nul", "FORMAT"},
    {"keep", '\0', POPT_ARG_ARGV, &keep, 0,
	"prune: keep lines of LEVEL and above for TIME", "LEVEL=TIME"},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    LOADER_WAIT_OPTION,
    POPT_TABLEEND,
};

/* ---- options ------------------------------------------------------------ */

static bool
read_number(const char *option, const char *text, int64_t *value)
{
	char *end;

	if (text == NULL)
		return true;
	errno = 0;
	*value = strtoll(text, &end, 10);
	if (errno == 0 && *end == '\0' && end != text && *value >= 0)
		return true;
	msg("%s %s: a whole number from 0 on is expected", option, text);
	return false;
}

static bool
read_time(const char *option, const char *text, int64_t *seconds)
{
	if (text == NULL || log_time_read(text, time(NULL), seconds))
		return true;
	msg("%s %s: a length of time (90s 35m 12h 30d) or a date is expected", option,
	    text);
	return false;
}

/* 0, or 2 after a message. */
static int
read_options(void)
{
	if (level_text != NULL) {
		level = log_level_named(level_text, strlen(level_text));
		if (level == NULL) {
			msg("--level %s: DEBUG, INFO, WARNING, ERROR or CRITICAL is "
			    "expected",
			    level_text);
			return EXIT_USAGE;
		}
	}
	if (sort != NULL && !log_query_sorts(sort)) {
		msg("--sort %s: a column of logs is expected: log_id, site_id, "
		    "log_level, timestamp, session_id, summary_message, "
		    "detailed_message or job_id",
		    sort);
		return EXIT_USAGE;
	}
	choice.session = session;
	choice.site = site;
	choice.job = job;
	choice.sort = sort;
	choice.desc = desc != 0;
	return read_number("--limit", limit_text, &choice.limit) &&
		       read_number("--offset", offset_text, &choice.offset) &&
		       read_time("--since", since_text, &choice.since) &&
		       read_time("--older-than", older_text, &choice.before)
		   ? EXIT_DONE
		   : EXIT_USAGE;
}

/* ---- subcommands -------------------------------------------------------- */

static int
run_read(const struct subcommand *subcommand, const char *const *arguments)
{
	struct log_query query = {.db = NULL};
	struct facility facility;
	int status = facility_open(&facility, &database, "logs", config_file);
	int64_t n;

	(void)arguments;
	if (status == EXIT_DONE)
		status = log_query_open(&query, database, config_file);
	if (status == EXIT_DONE && strcmp(subcommand->name, "count") == 0) {
		choice.exact = level;
		n = log_query_count(&query, &choice);
		if (n >= 0)
			printf("%" PRId64 "\n", n);
		status = n >= 0 ? EXIT_DONE : EXIT_PARTIAL;
	} else if (status == EXIT_DONE) {
		choice.level = level;
		status = strcmp(subcommand->name, "sessions") == 0
			     ? log_query_sessions(&query, &choice, format)
			 : follow ? log_query_follow(&query, &choice, format)
				  : log_query_list(&query, &choice, format);
	}
	log_query_close(&query);
	facility_close(&facility);
	return status;
}

static int
run_delete(const struct subcommand *subcommand, const char *const *arguments)
{
	(void)subcommand;
	return log_delete(database, config_file, site, arguments);
}

static int
run_prune(const struct subcommand *subcommand, const char *const *arguments)
{
	(void)subcommand;
	(void)arguments;
	if (older_text == NULL) {
		msg("prune: --older-than TIME says which lines");
		return EXIT_USAGE;
	}
	return log_prune(database, config_file, &choice, keep);
}

static const struct subcommand subcommands[] = {
    {"ls", "[OPTION...]", 0, 0,
	"db level session site job since older-than limit offset sort desc follow format "
	"config",
	run_read},
    {"count", "[OPTION...]", 0, 0, "db level session site job since older-than config",
	run_read},
    {"sessions", "[OPTION...]", 0, 0,
	"db level site since older-than limit offset format config", run_read},
    {"delete", "ID...", 1, -1, "db site config wait", run_delete},
    {"prune", "--older-than TIME [--keep LEVEL=TIME]", 0, 0,
	"db older-than keep site session config wait", run_prune},
    {NULL, NULL, 0, 0, NULL, NULL},
};

/* ---- logging ------------------------------------------------------------ */

/* All words as one text, malloc'd. */
static char *
join(const char *const *words)
{
	struct buffer text = {0};

	for (const char *const *w = words; *w != NULL; w++) {
		buffer_put(&text, " ", w > words);
		buffer_put(&text, *w, strlen(*w));
	}
	return buffer_take(&text, NULL);
}

/* All of stdin, without the newline at its end; malloc'd. */
static char *
read_all(void)
{
	struct buffer buffer = {0};
	char piece[65536], *text;
	ssize_t n;
	size_t length;

	while ((n = read(STDIN_FILENO, piece, sizeof(piece))) != 0)
		if (n > 0)
			buffer_put(&buffer, piece, (size_t)n);
		else if (errno != EINTR)
			break;
	buffer_put(&buffer, "", 0);
	text = buffer_take(&buffer, &length);
	if (text != NULL && length > 0 && text[length - 1] == '\n')
		text[length - 1] = '\0';
	return text;
}

static int
log_given(const char *const *arguments)
{
	bool prints = database != NULL && strcmp(database, "-") == 0;
	const struct log_put put = {.db = prints ? NULL : database,
	    .level = level != NULL ? level : &log_levels[1],
	    .site = site != NULL ? site : "",
	    .session = session,
	    .job = job,
	    .form = json       ? LOG_JSON
		    : journald ? LOG_JOURNALD
			       : LOG_PLAIN};
	char *message, *details = detail;
	int status;

	if (since_text || older_text || limit_text || offset_text || sort || desc ||
	    follow || format || keep) {
		msg("an option of a subcommand: which of ls, count, sessions, delete, "
		    "prune?");
		return EXIT_USAGE;
	}
	if (arguments[0] == NULL) {
		if (detail != NULL) {
			msg("--detail goes with a message");
			return EXIT_USAGE;
		}
		return log_put_lines(&put, STDIN_FILENO);
	}
	if (json || journald) {
		msg("--json and --journald are for lines of stdin");
		return EXIT_USAGE;
	}
	if (detail != NULL && strcmp(detail, "-") == 0)
		details = read_all();
	message = join(arguments);
	if (message == NULL || (detail != NULL && details == NULL)) {
		msg("no memory");
		status = EXIT_PARTIAL;
	} else {
		status = log_put_message(&put, message, details);
	}
	free(message);
	if (details != detail)
		free(details);
	return status;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-log",
	    .usage = "[OPTION...] [MESSAGE... | SUBCOMMAND [ARGUMENT...]]\n\n"
		     "Without a message, the lines of stdin are logged.\n"
		     "Subcommands: ls, count, sessions, delete, prune.",
	    .libraries = db_library(),
	    .options = options,
	};
	const struct subcommand *subcommand = subcommands;
	const char *const *arguments;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	if (read_options() != EXIT_DONE)
		return EXIT_USAGE;
	while (arguments[0] != NULL && subcommand->name != NULL &&
	       strcmp(subcommand->name, arguments[0]) != 0)
		subcommand++;
	if (arguments[0] == NULL || subcommand->name == NULL)
		return command_finish(log_given(arguments));
	subcommand = subcommand_find(subcommands, &command, arguments);
	if (subcommand == NULL)
		return EXIT_USAGE;
	return command_finish(subcommand->run(subcommand, arguments + 1));
}
