/* elog-search: every logbook by its words. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/door.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/reader.h"
#include "query/pager.h"
#include "query/rows.h"
#include "query/search.h"
#include "query/search_facets.h"
#include "query/search_print.h"
#include "query/search_saved.h"
#include "query/search_thread.h"
#include "stream/loader.h"

static struct search_options search_options = {.limit = -1};
static int deleted, gone, full, threads, count, saved;
static char *format_name, *limit_text, *sort, *facets, *save, *config_file;

static struct poptOption options[] = {
    {"sort", '\0', POPT_ARG_STRING, &sort, 0,
	"The newest first (time), or the best (rank)", "ORDER"},
    {"limit", '\0', POPT_ARG_STRING, &limit_text, 0, "At most N of them", "N"},
    {"count", '\0', POPT_ARG_NONE, &count, 0, "Print only how many there are", NULL},
    {"facets", '\0', POPT_ARG_STRING, &facets, 0,
	"Print how many there are of each author, tag, experiment, instrument, run, kind",
	"NAME,..."},
    {"threads", '\0', POPT_ARG_NONE, &threads, 0,
	"Show the whole discussion that each belongs to", NULL},
    {"full", '\0', POPT_ARG_NONE, &full, 0, "Show the whole text", NULL},
    {"deleted", '\0', POPT_ARG_NONE, &deleted, 0,
	"Deleted entries and older versions, too", NULL},
    {"gone", '\0', POPT_ARG_NONE, &gone, 0,
	"Experiments that the service has no more, too", NULL},
    {"format", '\0', POPT_ARG_STRING, &format_name, 0,
	"text, table, tsv, csv, json, json-array or nul (by default text on a terminal, "
	"else tsv)",
	"FORMAT"},
    {"save", '\0', POPT_ARG_STRING, &save, 0,
	"Save the words under NAME, for =NAME; without words: forget it", "NAME"},
    {"saved", '\0', POPT_ARG_NONE, &saved, 0, "Print the searches that have a name",
	NULL},
    LOADER_WAIT_OPTION,
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

/* Does the value of an option stand behind it, as an argument of its own? */
static bool
takes_next(const char *argument)
{
	for (const struct poptOption *o = options; o->longName != NULL; o++)
		if (strncmp(argument, "--", 2) == 0 &&
		    strcmp(argument + 2, o->longName) == 0)
			return o->argInfo == POPT_ARG_STRING;
	return false;
}

/* -word is a word that must not be there, not options: with a space before it, it passes
   popt by, and the search does not mind. */
static const char **
guard(int argc, const char **argv)
{
	const char **guarded = calloc((size_t)argc + 1, sizeof(*guarded));

	for (int i = 0; guarded != NULL && i < argc; i++) {
		char *word = NULL;

		guarded[i] = argv[i];
		if (i > 0 && !takes_next(argv[i - 1]) && argv[i][0] == '-' &&
		    argv[i][1] != '\0' && argv[i][1] != '-' &&
		    strcmp(argv[i], "-?") != 0 && strcmp(argv[i], "-V") != 0 &&
		    asprintf(&word, " %s", argv[i]) >= 0)
			guarded[i] = word;
	}
	return guarded;
}

static int
read_options(void)
{
	char *end;

	search_options.deleted = deleted != 0;
	search_options.gone = gone != 0;
	if (sort != NULL && strcmp(sort, "rank") != 0 && strcmp(sort, "time") != 0) {
		msg("--sort %s: time or rank is expected", sort);
		return EXIT_USAGE;
	}
	search_options.by_rank = sort != NULL && strcmp(sort, "rank") == 0;
	if (limit_text == NULL)
		return EXIT_DONE;
	errno = 0;
	search_options.limit = strtoll(limit_text, &end, 10);
	if (errno == 0 && end != limit_text && *end == '\0' && search_options.limit >= 0)
		return EXIT_DONE;
	msg("--limit: '%s' is no whole number from 0 on", limit_text);
	return EXIT_USAGE;
}

/* Rows in a format. */
static int
print_rows(const struct reader *reader, struct search_query *query,
    struct search_print *print, const struct printer_format *format)
{
	int status = EXIT_PARTIAL, code;

	search_options.ranked = strncmp(format->name, "json", 4) == 0;
	code = search_print_open(print, format);
	if (code == 0)
		status = search_run(reader->db, reader->path, query, &search_options,
		    search_print_row, print);
	if (search_print_close(&*print, code == 0 && status == EXIT_DONE) != 0 ||
	    code != 0) {
		msg("stdout: %s", strerror(errno));
		return EXIT_PARTIAL;
	}
	return status;
}

/* For a person, through the pager where there is one. */
static int
print_text(
    const struct reader *reader, struct search_query *query, struct search_print *print)
{
	struct search_threads *whole = NULL;
	pid_t pager = -1;
	int status, fd;

	print->out = stdout;
	print->colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	if (pager_wanted(STDOUT_FILENO, SIZE_MAX) && (pager = pager_start(&fd)) >= 0)
		print->out = fdopen(fd, "w");
	if (print->out == NULL || (threads && (whole = search_threads_open(reader->db,
						   reader->path, print)) == NULL))
		return EXIT_PARTIAL;
	status = search_run(reader->db, reader->path, query, &search_options,
	    threads ? search_threads_take : search_print_text,
	    threads ? (void *)whole : (void *)print);
	if (threads && search_threads_close(whole) != EXIT_DONE)
		status = EXIT_PARTIAL;
	if (pager >= 0) {
		fclose(print->out);
		pager_wait(pager);
	}
	return status;
}

static int
print_facets(const struct reader *reader, struct search_query *query,
    const struct printer_format *format)
{
	struct search_facets *counts;
	int status = search_facets_open(&counts, reader->db, reader->path, facets);

	if (status == EXIT_DONE)
		status = search_run(reader->db, reader->path, query, &search_options,
		    search_facets_take, counts);
	if (status == EXIT_DONE)
		status = search_facets_print(counts, format);
	search_facets_close(counts);
	return status;
}

/* Nothing was found: was something meant that is not there? */
static void
hint(const struct search_query *query, const char *missing)
{
	search_hint(query);
	if (missing != NULL)
		msg("nothing found; no search is saved as '%s' (--saved lists them)",
		    missing);
}

static int
answer(const struct reader *reader, const char *const *words, const char *address)
{
	const struct printer_format *format = NULL;
	struct search_query query = {0};
	struct search_print print = {.query = &query, .address = address, .full = full};
	const char *missing;
	struct arena arena = {0};
	const char *const *all =
	    search_words(reader->db, reader->path, &arena, words, &missing);
	long long n = -1;
	bool text = format_name != NULL ? strcmp(format_name, "text") == 0
					: threads || isatty(STDOUT_FILENO);
	int status = EXIT_PARTIAL, code;

	code = all != NULL ? search_parse(&query, all, time(NULL)) : -2;
	if (code != 0)
		status = code == -1 ? EXIT_USAGE : EXIT_PARTIAL;
	else if ((!text || facets != NULL) &&
		 (format = printer_format_chosen(
		      format_name != NULL && strcmp(format_name, "text") == 0
			  ? "table"
			  : format_name)) == NULL)
		status = EXIT_USAGE;
	else if (count)
		status =
		    search_count(reader->db, reader->path, &query, &search_options, &n);
	else if (facets != NULL)
		status = print_facets(reader, &query, format);
	else
		status = text ? print_text(reader, &query, &print)
			      : print_rows(reader, &query, &print, format);
	if (count && status == EXIT_DONE)
		printf("%lld\n", n);
	if (status == EXIT_DONE && facets == NULL && (count ? n == 0 : print.shown == 0))
		hint(&query, missing);
	search_free(&query);
	arena_free(&arena);
	return status;
}

static int
list_saved(const struct reader *reader)
{
	const struct printer_format *format = printer_format_chosen(format_name);
	sqlite3_stmt *rows;
	int status;

	if (format == NULL)
		return EXIT_USAGE;
	rows = db_prepare(reader->db, reader->path,
	    "SELECT name, replace(query, char(10), ' ') AS query, set_by, set_at "
	    "FROM searches ORDER BY name");
	if (rows == NULL)
		return EXIT_PARTIAL;
	status = rows_print(rows, reader->path, format, NULL);
	sqlite3_finalize(rows);
	return status;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-search",
	    .usage = "[OPTION...] WORD... [DATABASE|DIRECTORY]",
	    .libraries = db_library(),
	    .options = options,
	};
	const char *const *arguments;
	const char **words, *path = NULL, **guarded = guard(argc, argv);
	struct config *config;
	static struct reader reader; /* stays when the process ends */
	char *address;
	size_t n = 0;
	int status;

	status = guarded == NULL ? EXIT_PARTIAL
				 : command_parse(&command, argc, guarded, &arguments);
	if (status < 0 && (status = read_options()) == EXIT_DONE)
		status = -1;
	if (status >= 0)
		return status;
	while (arguments[n] != NULL)
		n++;
	words = calloc(n + 1, sizeof(*words));
	config = config_load(config_file);
	if (words == NULL || config == NULL)
		return config == NULL ? EXIT_USAGE : EXIT_PARTIAL;
	memcpy(words, arguments, n * sizeof(*words));
	if (n > 0 && reader_is_database(words[n - 1])) {
		path = words[n - 1];
		words[--n] = NULL;
	}
	if (n == 0 && save == NULL && !saved && facets == NULL && !count) {
		msg("which words? (see --help)");
		return EXIT_USAGE;
	}
	if (path == NULL && n > 0 && reader_is_misnamed(config, words[n - 1]))
		return EXIT_PARTIAL;
	status = reader_open(&reader, path, config_file);
	reader_keep_few(&reader);
	if (status == EXIT_DONE && db_require(reader.db, reader.path, "search") != 0)
		status = EXIT_PARTIAL;
	address = door_address(config);
	if (status == EXIT_DONE && save != NULL)
		status = search_save(reader.db, reader.path, save, words);
	else if (status == EXIT_DONE)
		status = saved ? list_saved(&reader) : answer(&reader, words, address);
	msg_progress_end(); /* to release each table of the schema takes 3 % of the time
			     */
	free(address);
	free(words);
	config_free(config);
	return command_finish(status);
}
