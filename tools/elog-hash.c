/* elog-hash: Merkle hashes of trees, and verification against them. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/argument.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/subcommand.h"
#include "db/db.h"
#include "db/reader.h"
#include "files/hash_put.h"
#include "files/hash_query.h"
#include "files/hash_root.h"
#include "files/hash_scan.h"
#include "files/hash_verify.h"
#include "stream/loader.h"
#include "stream/produce.h"

#define JOBS_MAX 256
static char *database, *site, *session, *against, *format, *field, *jobs_text,
    *config_file;
static char **roots, **excludes;
static int paranoid, cross_mounts, target, nul;

static struct poptOption options[] = {
    {"db", '\0', POPT_ARG_STRING, &database, 0,
	"scan, put, target, forget: load into FILE; others: read it", "FILE"},
    {"site", 'S', POPT_ARG_STRING, &site, 0, "The site that records are of", "SITE"},
    {"session", 's', POPT_ARG_STRING, &session, 0, "scan, put: note it in the records",
	"SESSION"},
    {"root", '\0', POPT_ARG_ARGV, &roots, 0, "What is in DIR is recorded under NAME",
	"NAME=DIR"},
    {"exclude", '\0', POPT_ARG_ARGV, &excludes, 0,
	"Leave out names, or paths in DIR, that GLOB fits", "GLOB"},
    {"jobs", 'j', POPT_ARG_STRING, &jobs_text, 0, "How many threads read (2)", "N"},
    {"paranoid", '\0', POPT_ARG_NONE, &paranoid, 0,
	"Read also what seems not to have changed", NULL},
    {"cross-mounts", '\0', POPT_ARG_NONE, &cross_mounts, 0,
	"Read also what is mounted in DIR", NULL},
    {"against", '\0', POPT_ARG_STRING, &against, 0,
	"verify: against a list of sha256sum or mtree", "FILE"},
    {"target", '\0', POPT_ARG_NONE, &target, 0, "verify: against the target hashes",
	NULL},
    {"format", 'f', POPT_ARG_STRING, &format, 0,
	"json: whole records; export, put: sha256sum, mtree or json", "FORMAT"},
    {"field", '\0', POPT_ARG_STRING, &field, 0, "show: this alone", "NAME"},
    {"null", '0', POPT_ARG_NONE, &nul, 0, "End each path with a NUL", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    LOADER_WAIT_OPTION,
    POPT_TABLEEND,
};

static int
read_jobs(int *jobs)
{
	char *end = NULL;
	long n = jobs_text != NULL ? strtol(jobs_text, &end, 10) : 2;

	*jobs = (int)n;
	if (n >= 1 && n <= JOBS_MAX && (end == NULL || *end == '\0'))
		return hash_root_check(roots);
	msg("--jobs %s: a number from 1 to %d is expected", jobs_text, JOBS_MAX);
	return EXIT_USAGE;
}

/* ---- those that write records ------------------------------------------------------ */

/* What all records of this run have. */
static struct hash_record
begin(struct stream *out)
{
	return (struct hash_record){.out = out,
	    .site = site != NULL ? site : "",
	    .session = session,
	    .now = (long long)time(NULL)};
}

static struct hash_walk
how_to_walk(void)
{
	return (struct hash_walk){.excludes = excludes,
	    .paranoid = paranoid != 0,
	    .cross_mounts = cross_mounts != 0};
}

static int
put_scan(struct stream *out, const void *context)
{
	const char *const *arguments = context;
	struct hash_scan scan = {.db = database,
	    .site = site != NULL ? site : "",
	    .session = session,
	    .roots = roots,
	    .walk = how_to_walk()};
	int status = read_jobs(&scan.walk.jobs);

	for (; status != EXIT_USAGE && *arguments != NULL; arguments++)
		if (hash_scan(&scan, out, *arguments) != EXIT_DONE)
			status = EXIT_PARTIAL;
	return status;
}

static int
put_put(struct stream *out, const void *context)
{
	const char *const *arguments = context;
	struct hash_record record = begin(out);

	hash_record_begin(&record);
	if (format == NULL || strcmp(format, "json") == 0)
		return hash_put_json(&record, STDIN_FILENO, "stdin", site);
	return hash_put_list(
	    &record, format, arguments[0] != NULL ? arguments[0] : ".", roots);
}

static int
put_target(struct stream *out, const void *context)
{
	const char *const *arguments = context;
	struct hash_record record = begin(out);
	char *path = hash_root_argument(roots, arguments[0]);

	if (path == NULL)
		return EXIT_PARTIAL;
	hash_record_target(&record, site, path, arguments[1]);
	free(path);
	return EXIT_DONE;
}

static int
put_forget(struct stream *out, const void *context)
{
	const char *const *arguments = context;
	struct hash_record record = begin(out);

	hash_record_begin(&record);
	for (; *arguments != NULL; arguments++) {
		char *path = hash_root_argument(roots, *arguments);

		if (path != NULL)
			hash_record_forget(&record, path);
		free(path);
	}
	return EXIT_DONE;
}

static int
run_put(const struct subcommand *subcommand, const char *const *arguments)
{
	static const struct {
		const char *name;
		int (*put)(struct stream *out, const void *context);
	} puts[] = {{"scan", put_scan}, {"put", put_put}, {"target", put_target},
	    {"forget", put_forget}};
	int i = 0, jobs, status = EXIT_DONE, put = EXIT_DONE;
	bool known = true;

	if (read_jobs(&jobs) != EXIT_DONE ||
	    !argument_are_there(subcommand->name, arguments))
		return EXIT_USAGE;
	if (format != NULL && strcmp(format, "json") != 0 &&
	    strcmp(format, "sha256sum") != 0 && strcmp(format, "mtree") != 0) {
		msg("--format %s: json, sha256sum or mtree is expected", format);
		return EXIT_USAGE;
	}
	while (strcmp(puts[i].name, subcommand->name) != 0)
		i++;
	if (puts[i].put == put_forget && database != NULL)
		known = hash_query_known(database, site, roots, arguments, &status);
	if (known)
		put = produce(database, puts[i].put, arguments);
	return put != EXIT_DONE ? put : status;
}

/* ---- those that read a database ----------------------------------------- */

static int
run_verify(const struct subcommand *subcommand, const char *const *arguments)
{
	struct hash_verify verify = {.site = site,
	    .roots = roots,
	    .target = target != 0,
	    .json = format != NULL,
	    .walk = how_to_walk()};
	int status = read_jobs(&verify.walk.jobs), result = EXIT_DONE;
	struct reader reader = {.db = NULL};

	if (status != EXIT_DONE || !argument_are_there(subcommand->name, arguments))
		return EXIT_USAGE;
	if ((format != NULL && strcmp(format, "json") != 0) ||
	    (against != NULL && (database != NULL || site != NULL || target))) {
		msg("verify: --format takes json, and --against goes without --db, "
		    "--site "
		    "and --target");
		return EXIT_USAGE;
	}
	if (against == NULL) {
		status = reader_open(&reader, database, config_file);
		verify.db = reader.db;
		verify.name = verify.cache = reader.path;
		if (status == EXIT_DONE &&
		    db_require(reader.db, reader.path, "hash_records") != 0)
			status = EXIT_PARTIAL;
	}
	for (; status == EXIT_DONE && *arguments != NULL; arguments++)
		if ((against != NULL ? hash_verify_list(&verify, against, *arguments)
				     : hash_verify(&verify, *arguments)) != EXIT_DONE)
			result = EXIT_PARTIAL;
	reader_close(&reader);
	return status != EXIT_DONE ? status : result;
}

static int
run_query(const struct subcommand *subcommand, const char *const *arguments)
{
	struct hash_query query = {
	    .site = site, .format = format, .field = field, .nul = nul != 0};
	struct reader reader;
	char *path = NULL;
	int status;

	if (hash_root_check(roots) != EXIT_DONE ||
	    !argument_are_there(subcommand->name, arguments))
		return EXIT_USAGE;
	if (arguments[0] != NULL &&
	    (path = hash_root_argument(roots, arguments[0])) == NULL)
		return EXIT_PARTIAL;
	status = reader_open(&reader, database, config_file);
	query.db = reader.db;
	query.path = reader.path;
	if (status == EXIT_DONE &&
	    db_require(reader.db, reader.path, "hash_records") != 0)
		status = EXIT_PARTIAL;
	if (status == EXIT_DONE)
		status = hash_query(&query, subcommand->name, path);
	reader_close(&reader);
	free(path);
	return status;
}

#define READING "db site format null config"

static const struct subcommand subcommands[] = {
    {"scan", "[--db FILE] DIR...", 1, -1,
	"db site session root exclude jobs paranoid cross-mounts wait", run_put},
    {"verify", "[--db FILE | --against FILE] DIR...", 1, -1,
	"db site root exclude jobs paranoid cross-mounts against target format config",
	run_verify},
    {"show", "PATH", 1, 1, READING " field root", run_query},
    {"priority", "", 0, 0, READING, run_query},
    {"orphans", "", 0, 0, READING, run_query},
    {"untracked", "", 0, 0, READING, run_query},
    {"history", "[PATH]", 0, 1, READING " root", run_query},
    {"target", "[--db FILE] PATH HASH", 2, 2, "db site root wait", run_put},
    {"export", "--format FORMAT [DIR]", 0, 1, "db site format root config", run_query},
    {"put", "[--db FILE] [DIR]", 0, 1, "db site session format root wait", run_put},
    {"forget", "[--db FILE] PATH...", 1, -1, "db site root wait", run_put},
    {NULL, NULL, 0, 0, NULL, NULL},
};

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-hash",
	    .usage = "[OPTION...] SUBCOMMAND [ARGUMENT...]\n\nSubcommands: scan, verify, "
		     "show, priority, orphans, untracked, history, target, export, put, "
		     "forget.",
	    .libraries = db_library(),
	    .options = options,
	};

	return subcommand_main(subcommands, &command, argc, argv);
}
