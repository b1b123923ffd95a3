/* elog-site: which sites there are, what they should have, and who is behind. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/argument.h"
#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/subcommand.h"
#include "core/facility.h"
#include "db/db.h"
#include "db/open.h"
#include "db/reader.h"
#include "files/hash_root.h"
#include "local/site.h"
#include "stream/emit.h"
#include "stream/loader.h"
#include "stream/produce.h"
#include "stream/streams.h"
#include "text/duration.h"
#include "text/timestamp.h"

static char *database, *site, *format, *config_file;
static int unofficial, json;

static struct poptOption options[] = {
    {"db", '\0', POPT_ARG_STRING, &database, 0,
	"Load what is set into FILE; ls, updates, dashboard: read it", "FILE"},
    {"unofficial", '\0', POPT_ARG_NONE, &unofficial, 0,
	"add: updates do not wait for this site", NULL},
    {"site", 'S', POPT_ARG_STRING, &site, 0, "dashboard: why this site is in its classes",
	"SITE"},
    {"json", '\0', POPT_ARG_NONE, &json, 0, "dashboard: one JSON object", NULL},
    {"format", 'f', POPT_ARG_STRING, &format, 0,
	"ls, updates, dashboard: table, tsv, csv, json, json-array or nul", "FORMAT"},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    LOADER_WAIT_OPTION,
    POPT_TABLEEND,
};

/* ---- those that write records ------------------------------------------- */

static int
put_site(struct stream *out, const void *context)
{
	const char *const *arguments = context;

	streams_schema_named(out, "sites");
	for (; *arguments != NULL; arguments++) {
		struct writer w = emit_record(out, "sites");

		writer_string(&w, "site_id", *arguments);
		writer_bool(&w, "official", !unofficial);
		writer_integer(&w, "added_at", time(NULL));
		emit_end(&w);
	}
	return EXIT_DONE;
}

static int
put_removal(struct stream *out, const void *context)
{
	const char *const *arguments = context;
	char now[28];

	timestamp_now(now);
	streams_schema_named(out, "sites");
	for (; *arguments != NULL; arguments++) {
		struct writer w = emit_record(out, "sites");

		writer_string(&w, "site_id", *arguments);
		writer_string(&w, "_sdc_deleted_at", now);
		emit_end(&w);
	}
	return EXIT_DONE;
}

static int
put_update(struct stream *out, const void *context)
{
	const char *const *arguments = context;
	char *path = hash_root_absolute(arguments[0]);
	struct writer w;

	if (path == NULL) {
		msg("%s: %s", arguments[0], strerror(errno));
		return EXIT_PARTIAL;
	}
	streams_schema_named(out, "baselines");
	w = emit_record(out, "baselines");
	writer_string(&w, "path", path);
	writer_string(&w, "hash", arguments[1]);
	writer_integer(&w, "set_at", time(NULL));
	emit_end(&w);
	free(path);
	return EXIT_DONE;
}

static int
put_completion(struct stream *out, const void *context)
{
	const char *const *arguments = context;
	struct site_view view = {.db = NULL};
	struct reader reader;
	struct writer w;
	int status = EXIT_DONE;

	streams_schema_named(out, "completions");
	/* A number needs no database; but where there is one, it knows the sites. */
	if (arguments[1] == NULL || database != NULL) {
		status = reader_open(&reader, database, config_file);
		view.db = reader.db;
		view.path = reader.path;
		if (status == EXIT_DONE &&
		    (db_require(view.db, view.path, "baselines") != 0 ||
			!site_require(&view, arguments[0])))
			status = EXIT_PARTIAL;
		if (status == EXIT_DONE && arguments[1] == NULL)
			status = site_complete_all(&view, arguments[0], out);
		reader_close(&reader);
	}
	if (status == EXIT_DONE && arguments[1] != NULL) {
		w = emit_record(out, "completions");
		writer_string(&w, "site_id", arguments[0]);
		writer_integer(&w, "update_id", strtoll(arguments[1], NULL, 10));
		writer_integer(&w, "completed_at", time(NULL));
		emit_end(&w);
	}
	return status;
}

/* Remove sites; of a database that is named, one that it does not have is told. */
static int
remove_sites(const char *const *names)
{
	struct reader reader = {.db = NULL};
	int status = database != NULL ? reader_open(&reader, database, NULL) : EXIT_DONE,
	    put;

	if (status == EXIT_DONE && database != NULL &&
	    db_require(reader.db, reader.path, "sites") != 0)
		status = EXIT_PARTIAL;
	if (status != EXIT_DONE) {
		reader_close(&reader);
		return status;
	}
	for (const char *const *n = names; database != NULL && *n != NULL; n++)
		if (!site_require(
			&(struct site_view){.db = reader.db, .path = reader.path}, *n))
			status = EXIT_PARTIAL;
	reader_close(&reader);
	put = produce(database, put_removal, names);
	return put != EXIT_DONE ? put : status;
}

static int
run_put(const struct subcommand *subcommand, const char *const *arguments)
{
	static const struct {
		const char *name;
		int (*put)(struct stream *out, const void *context);
	} puts[] = {
	    {"add", put_site},
	    {"rm", put_removal},
	    {"update", put_update},
	    {"complete", put_completion},
	    {NULL, NULL},
	};
	int i = 0;
	char *end;

	if (!argument_are_texts(arguments) ||
	    !argument_are_there(subcommand->name, arguments))
		return EXIT_USAGE;
	if (strcmp(subcommand->name, "complete") == 0 && arguments[1] != NULL &&
	    (strtoll(arguments[1], &end, 10) <= 0 || *end != '\0')) {
		msg("complete: '%s': the number of an update is expected, as elog-site "
		    "updates has it",
		    arguments[1]);
		return EXIT_USAGE;
	}
	while (strcmp(puts[i].name, subcommand->name) != 0)
		i++;
	return puts[i].put == put_removal ? remove_sites(arguments)
					  : produce(database, puts[i].put, arguments);
}

/* ---- those that read a database ----------------------------------------- */

static int
run_read(const struct subcommand *subcommand, const char *const *arguments)
{
	struct site_view view = {.format = format};
	struct config *config = config_load(config_file);
	struct facility facility;
	struct reader reader;
	int status;

	(void)arguments;
	if (config == NULL)
		return EXIT_USAGE;
	if (!duration_read(config_text(config, "live_interval"), &view.interval) ||
	    view.interval <= 0) {
		msg("live_interval %s (%s): a length of time is expected, as in 35m",
		    config_text(config, "live_interval"),
		    config_origin(config, "live_interval"));
		config_free(config);
		return EXIT_USAGE;
	}
	config_free(config);
	status = facility_open(&facility, &database,
	    "sites,baselines,completions,hash_records,logs", config_file);
	reader = (struct reader){.db = NULL};
	if (status == EXIT_DONE)
		status = reader_open(&reader, database, config_file);
	view.db = reader.db;
	view.path = reader.path;
	if (status == EXIT_DONE && db_require(view.db, view.path, "sites") != 0)
		status = EXIT_PARTIAL;
	if (status == EXIT_DONE)
		status = strcmp(subcommand->name, "dashboard") != 0
			     ? site_list(&view, subcommand->name)
			 : site != NULL ? site_why(&view, site, json != 0)
					: site_dashboard(&view, json != 0);
	reader_close(&reader);
	facility_close(&facility);
	return status;
}

static const struct subcommand subcommands[] = {
    {"add", "NAME... [--unofficial]", 1, -1, "db unofficial wait", run_put},
    {"rm", "NAME...", 1, -1, "db wait", run_put},
    {"ls", "", 0, 0, "db format config", run_read},
    {"update", "PATH HASH", 2, 2, "db wait", run_put},
    {"updates", "", 0, 0, "db format config", run_read},
    {"complete", "SITE [UPDATE]", 1, 2, "db config wait", run_put},
    {"dashboard", "[--json] [--site SITE]", 0, 0, "db site json format config", run_read},
    {NULL, NULL, 0, 0, NULL, NULL},
};

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-site",
	    .usage = "[OPTION...] SUBCOMMAND [ARGUMENT...]\n\nSubcommands: add, rm, ls, "
		     "update, updates, complete, dashboard.",
	    .libraries = db_library(),
	    .options = options,
	};

	return subcommand_main(subcommands, &command, argc, argv);
}
