#include "load/rcdb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/zone.h"
#include "db/db.h"
#include "db/statement.h"
#include "load/import.h"
#include "text/json.h"
#include "text/timestamp.h"

/* What schema version 1 lacks: each where the query gives no row. */
static const struct {
	const char *query, *view, *lacking;
} views[] = {
    {"SELECT count(*) FROM pragma_table_info('files', 'rcdb') WHERE name = 'importance'",
	"CREATE TEMP VIEW rcdb_files AS SELECT * FROM rcdb.files",
	"CREATE TEMP VIEW rcdb_files AS SELECT *, 0 AS importance FROM rcdb.files"},
    {"SELECT count(*) FROM rcdb.sqlite_schema WHERE name = 'run_periods'",
	"CREATE TEMP VIEW rcdb_run_periods AS SELECT * FROM rcdb.run_periods",
	"CREATE TEMP VIEW rcdb_run_periods AS SELECT 0 AS id, '' AS name, NULL AS "
	"description, NULL AS start_date, NULL AS end_date, NULL AS run_min, NULL AS "
	"run_max WHERE 0"},
    {"SELECT count(*) FROM rcdb.sqlite_schema WHERE name = 'aliases'",
	"CREATE TEMP VIEW rcdb_aliases AS SELECT * FROM rcdb.aliases",
	"CREATE TEMP VIEW rcdb_aliases AS SELECT 0 AS id, '' AS name, '' AS code, NULL "
	"AS description WHERE 0"},
};

#define NO_VIEWS                                                                         \
	"DROP VIEW IF EXISTS temp.rcdb_files; "                                          \
	"DROP VIEW IF EXISTS temp.rcdb_run_periods; "                                    \
	"DROP VIEW IF EXISTS temp.rcdb_aliases"

static int
add_views(struct import *import)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (db_exec(import->db, import->name,
			db_number(import->db, views[i].query, 0) > 0
			    ? views[i].view
			    : views[i].lacking) != 0)
			return -1;
	return 0;
}

/* zoned_time(text): the time in UTC of one that does not say its zone. */
static void
sql_zoned_time(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	char out[TIMESTAMP_BYTES];
	int64_t at;

	(void)n;
	if (text != NULL &&
	    zone_read(text, (size_t)sqlite3_value_bytes(values[0]), &at) &&
	    timestamp_write(at, out))
		sqlite3_result_text(context, out, -1, SQLITE_TRANSIENT);
}

/* See that it is one. */
static int
check(struct import *import)
{
	/* Plain tables alone: views, virtual tables and generated columns of a stranger's
	   file would run functions of ours.  (PRAGMA trusted_schema = OFF would refuse
	   our own generated columns.) */
	switch (db_number(import->db,
	    "SELECT sum(iif(s.type <> 'table' OR s.sql LIKE 'CREATE VIRTUAL%' OR EXISTS "
	    "(SELECT 1 FROM pragma_table_xinfo(s.name, 'rcdb') WHERE hidden > 0), 100, "
	    "s.name NOT IN ('aliases', 'run_periods'))) "
	    "FROM rcdb.sqlite_schema s WHERE s.name IN ('runs', 'conditions', "
	    "'condition_types', 'files', 'files_have_runs', 'schema_versions', "
	    "'aliases', 'run_periods')",
	    -1)) {
	case 6:
		return add_views(import);
	case -1:
		db_complain(import->db, import->file);
		return -1;
	default:
		msg("%s: not an RCDB database of schema version 1 or 2", import->file);
		return -1;
	}
}

/* A method of Python's texts is a function here: say how an alias is to be said. */
static void
hint_alias(const struct import *import, const char *name, const char *code)
{
	static const char *const methods[] = {".startswith(", ".endswith(", NULL};

	for (const char *const *m = methods; *m != NULL; m++) {
		const char *dot = strstr(code, *m), *word = dot;
		size_t method = strlen(*m) - 2, arguments;

		if (dot == NULL)
			continue;
		while (
		    word > code && (isalnum((unsigned char)word[-1]) || word[-1] == '_'))
			word--;
		arguments = strcspn(dot + strlen(*m), ")");
		msg("%s: alias %s: '%.*s%.*s)' is said %.*s(%.*s, %.*s) here: elog-cond "
		    "alias --replace",
		    import->file, name, (int)(dot - word), word,
		    (int)(strlen(*m) + arguments), dot, (int)method, *m + 1,
		    (int)(dot - word), word, (int)arguments, dot + strlen(*m));
	}
}

/* The same for a record of aliases. */
static void
hint(const struct import *import, const char *stream, struct json_span record)
{
	struct json_span name, code;
	char *texts[2] = {NULL, NULL};

	if (strcmp(stream, "aliases") != 0 || !json_find(record, "name", &name) ||
	    !json_find(record, "expression", &code) || name.p[0] != '"' ||
	    code.p[0] != '"')
		return;
	texts[0] = json_string_copy(name, NULL);
	texts[1] = json_string_copy(code, NULL);
	if (texts[0] != NULL && texts[1] != NULL)
		hint_alias(import, texts[0], texts[1]);
	free(texts[0]);
	free(texts[1]);
}

int
rcdb_import(
    sqlite3 *db, const char *name, const char *file, const char *experiment, bool talk)
{
	struct import import = {.db = db,
	    .name = name,
	    .file = file,
	    .schema = "rcdb",
	    .experiment = experiment,
	    .taken = hint};
	int status = EXIT_PARTIAL;

	if (experiment[0] == '\0') {
		msg("--experiment: the name is empty");
		return EXIT_PARTIAL;
	}
	if (sqlite3_create_function(db, "zoned_time", 1, SQLITE_UTF8, NULL,
		sql_zoned_time, NULL, NULL) != SQLITE_OK) {
		db_complain(db, name);
		return EXIT_PARTIAL;
	}
	if (import_attach(&import) != 0)
		return EXIT_PARTIAL;
	if (check(&import) == 0 &&
	    import_all(&import, statement_file("rcdb", "import", "")) == 0)
		status = import.refused > 0 ? EXIT_PARTIAL : EXIT_DONE;
	(void)sqlite3_exec(db, NO_VIEWS, NULL, NULL, NULL);
	import_detach(&import);
	if (talk && import.changed >= 0)
		msg("%s: %s: %ld records of RCDB, %ld left out; %d rows changed", name,
		    experiment, import.records, import.refused, import.changed);
	return status;
}
