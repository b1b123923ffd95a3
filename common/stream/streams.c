#include "stream/streams.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/timestamp.h"

#define COLUMNS (const struct streams_column[])
#define AS(type_, name_, ...)                                                            \
	{                                                                                \
		.name = (name_), .type = STREAMS_##type_, __VA_ARGS__                    \
	}
#define MAY(type_, name_)                                                                \
	{                                                                                \
		.name = (name_), .type = STREAMS_##type_                                 \
	}
#define MUST(type_, name_)                                                               \
	{                                                                                \
		.name = (name_), .type = STREAMS_##type_, .required = true               \
	}
/* Of which there is one, whatever the order in which records come. */
#define SAME(type_, name_) AS(type_, name_, .merge = STREAMS_GREATER)
#define END                                                                              \
	{                                                                                \
		.name = NULL                                                             \
	}
/* Who says so, when, with which program, and at which line of its input. */
#define SET                                                                              \
	AS(TEXT, "set_by", .otherwise = STREAMS_USER),                                   \
	    AS(TEXT, "set_at", .otherwise = STREAMS_NOW)
#define SAID AS(TEXT, "program", .unkept = true), AS(INTEGER, "line", .unkept = true)
#define MODE AS(TEXT, "mode", .unkept = true)
/* Whose it is: '' is a site without a name.  A path that is no UTF-8 is in base64. */
#define SITE AS(TEXT, "site_id", .otherwise = "''")
#define PATH                                                                             \
	MAY(TEXT, "path"),                                                               \
	    AS(TEXT, "path_b64", .unkept = true,                                         \
		.dump = "iif(typeof(t.path) = 'blob', base64(t.path), NULL)")
#define PATH_WITHIN                                                                      \
	MAY(TEXT, "path"),                                                               \
	    AS(TEXT, "path_b64", .unkept = true,                                         \
		.dump = "iif('blob' IN (typeof(t.directory), typeof(t.name)), "          \
			"base64(CAST(t.path AS BLOB)), NULL)")
/* Of a record that deletes: all below the path, too. */
#define TREE AS(BOOLEAN, "tree", .unkept = true)
#define UNIX_NOW "CAST(strftime('%s', 'now') AS INTEGER)"

const struct streams_row streams[] = {
    /* ---- of the service -------------------------------------------------------- */
    {.name = "experiments",
	.keys = {"experiment"},
	.path = "/ws/info",
	.shape = STREAMS_ONE,
	.columns = COLUMNS{AS(TEXT, "experiment", .required = true, .column = "name"),
	    AS(TEXT, "name", .unkept = true), MAY(TEXT, "instrument"),
	    MAY(TEXT, "description"), MAY(TEXT, "start_time"), MAY(TEXT, "end_time"),
	    AS(TEXT, "contact_info", .unkept = true), MAY(TEXT, "leader_account"),
	    MAY(TEXT, "posix_group"), AS(OBJECT, "params", .unkept = true), END}},
    {.name = "logbook_entries",
	.keys = {"experiment", "_id"},
	.path = "/ws/elog",
	.shape = STREAMS_MANY,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(TEXT, "_id", .required = true, .column = "entry_id"),
	    AS(TEXT, "insert_time", .column = "created_at"),
	    AS(TEXT, "relevance_time", .unkept = true), MAY(TEXT, "author"),
	    MAY(TEXT, "content"), MAY(TEXT, "content_type"),
	    AS(LOOSE, "run_num", .column = "run_number"), MAY(ARRAY, "tags"),
	    AS(ARRAY, "attachments", .unkept = true), END}},
    {.name = "runs",
	.keys = {"experiment", "num"},
	.path = "/ws/runs?includeParams=true",
	.newest_first = true,
	.undocumented = true,
	.shape = STREAMS_MANY,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(RUN, "num", .required = true, .column = "run_number"), MAY(TEXT, "type"),
	    AS(TEXT, "begin_time", .column = "start_time"), MAY(TEXT, "end_time"),
	    MAY(ANY, "sample"), AS(OBJECT, "params", .column = "parameters"),
	    AS(OBJECT, "editable_params", .unkept = true), END}},
    {.name = "files",
	.keys = {"experiment", "path", "run_num"},
	.path = "/ws/files",
	.shape = STREAMS_MANY,
	.columns = COLUMNS{MUST(TEXT, "experiment"), MUST(TEXT, "path"),
	    AS(LOOSE, "run_num", .column = "run_number"), MAY(LOOSE, "size"),
	    MAY(TEXT, "checksum"), AS(TEXT, "create_timestamp", .column = "created_at"),
	    AS(TEXT, "modify_timestamp", .column = "modified_at"),
	    AS(OBJECT, "locations", .unkept = true), END}},
    {.name = "questionnaires",
	.keys = {"experiment"},
	.shape = STREAMS_BARE,
	.optional = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"), END}},
    {.name = "workflows",
	.keys = {"experiment"},
	.path = "/ws/workflow_definitions",
	.shape = STREAMS_WRAPPED,
	.member = "definitions",
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(ARRAY, "definitions", .required = true, .column = "data"), END}},
    {.name = "workflow_jobs",
	.keys = {"experiment", "_id"},
	.path = "/ws/workflow_jobs",
	.shape = STREAMS_MANY,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(TEXT, "_id", .required = true, .column = "job_id"),
	    AS(LOOSE, "run_num", .column = "run_number"),
	    AS(OBJECT, "def", .unkept = true), MAY(TEXT, "status"), MAY(TEXT, "user"),
	    AS(TEXT, "submit_time", .column = "submitted_at"), END}},
    {.name = "samples",
	.keys = {"experiment", "_id"},
	.path = "/ws/samples",
	.shape = STREAMS_MANY,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(TEXT, "_id", .required = true, .column = "sample_id"), MAY(TEXT, "name"),
	    MAY(TEXT, "description"), END}},
    {.name = "shifts",
	.keys = {"experiment", "_id"},
	.path = "/ws/shifts",
	.shape = STREAMS_MANY,
	.clocked = "logical_end_time",
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(TEXT, "_id", .required = true, .column = "shift_id"), MAY(TEXT, "name"),
	    MAY(TEXT, "leader"), AS(TEXT, "begin_time", .column = "start_time"), END}},
    {.name = "run_tables",
	.keys = {"experiment", "_id"},
	.path = "/ws/run_tables",
	.shape = STREAMS_MANY,
	.optional = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(TEXT, "_id", .required = true, .column = "table_id"), MAY(TEXT, "name"),
	    MAY(TEXT, "description"), MAY(LOOSE, "sort_index"), MAY(ARRAY, "coldefs"),
	    END}},
    {.name = "run_param_descriptions",
	.keys = {"experiment", "_id"},
	.path = "/ws/run_param_descriptions",
	.shape = STREAMS_MANY,
	.optional = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(TEXT, "_id", .required = true, .column = "description_id"),
	    MAY(TEXT, "param_name"), MAY(TEXT, "description"), END}},
    {.name = "collaborators",
	.keys = {"experiment", "uid"},
	.path = "/ws/collaborators",
	.shape = STREAMS_MANY,
	.optional = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"), MUST(TEXT, "uid"),
	    MAY(BOOLEAN, "is_group"), MAY(TEXT, "full_name"), MAY(ARRAY, "roles"), END}},
    {.name = "exp_posix_group_members",
	.keys = {"experiment"},
	.path = "/ws/exp_posix_group_members",
	.shape = STREAMS_WRAPPED,
	.member = "members",
	.optional = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(ARRAY, "members", .required = true, .column = "data"), END}},
    {.name = "get_elog_tags",
	.keys = {"experiment"},
	.path = "/ws/get_elog_tags",
	.shape = STREAMS_WRAPPED,
	.member = "tags",
	.optional = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(ARRAY, "tags", .required = true, .column = "data"), END}},
    {.name = "dm_locations",
	.keys = {"experiment"},
	.path = "/ws/dm_locations",
	.shape = STREAMS_WRAPPED,
	.member = "locations",
	.optional = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(ARRAY, "locations", .required = true, .column = "data"), END}},
    {.name = "fetches",
	.own = true,
	.keys = {"experiment"},
	.applied = STREAMS_CLOSING,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(TEXT, "status", .required = true,
		.words = "complete partial failed denied gone"),
	    MAY(TEXT, "stream"), MAY(INTEGER, "http_status"), MAY(INTEGER, "attempts"),
	    MAY(TEXT, "message"), MAY(OBJECT, "records"), MAY(OBJECT, "streams"),
	    MUST(TIME, "fetched_at"), MAY(TIME, "completed_at"), END}},

    /* ---- of the service as a whole: elog-list ---------------------------------- */
    {.name = "instruments",
	.keys = {"name"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "name"),
	    AS(OBJECT, "document", .required = true, .column = "doc"), END}},
    {.name = "listed_experiments",
	.keys = {"experiment"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "experiment"), MUST(BOOLEAN, "listed"),
	    AS(TIME, "listed_since", .merge = STREAMS_FIRST),
	    AS(TIME, "changed_at", .passing = true),
	    AS(OBJECT, "document", .column = "doc"), END}},

    /* ---- local data: elog-cond ------------------------------------------------- */
    {.name = "condition_types",
	.keys = {"name"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.first = true,
	.columns = COLUMNS{MUST(TEXT, "name"), MAY(TEXT, "value_type"),
	    MAY(TEXT, "description"), MAY(TEXT, "created_at"), MAY(BOOLEAN, "declared"),
	    MODE, AS(TEXT, "set_by", .unkept = true), AS(TEXT, "set_at", .unkept = true),
	    SAID, END}},
    {.name = "conditions",
	.keys = {"experiment", "run", "name"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.uncounted = true,
	.table = "local_conditions",
	.columns = COLUMNS{MUST(TEXT, "experiment"), MUST(RUN, "run"), MAY(TEXT, "name"),
	    AS(JSON, "value",
		.dump = "CASE t.value_type WHEN 'blob' THEN json_object('$base64', "
			"base64(t.value)) WHEN 'json' THEN t.value "
			"WHEN 'bool' THEN iif(t.value, 'true', 'false') ELSE iif("
			"typeof(t.value) = 'real', printf('%!.17g', t.value), "
			"json_quote(t.value)) END"),
	    AS(BOOLEAN, "force", .unkept = true), MODE, SET, SAID, END}},
    {.name = "aliases",
	.keys = {"name"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.columns = COLUMNS{MAY(TEXT, "name"), MAY(TEXT, "expression"),
	    MAY(TEXT, "description"), MODE, SET, SAID, END}},
    {.name = "searches",
	.keys = {"name"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "name"), MUST(TEXT, "query"), SET, END}},
    {.name = "run_periods",
	.keys = {"name"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.columns = COLUMNS{MAY(TEXT, "name"), MAY(INTEGER, "run_min"),
	    MAY(INTEGER, "run_max"), MAY(TEXT, "start_time"), MAY(TEXT, "end_time"),
	    MAY(TEXT, "description"), MODE, SET, SAID, END}},
    {.name = "local_runs",
	.keys = {"experiment", "run"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"),
	    AS(RUN, "run", .required = true, .column = "run_number"),
	    MAY(TEXT, "start_time"), MAY(TEXT, "end_time"), MODE, SET, SAID, END}},
    {.name = "run_files",
	.keys = {"experiment", "run", "path", "sha256"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"), MUST(RUN, "run"), MAY(TEXT, "path"),
	    MAY(TEXT, "sha256"), AS(INTEGER, "size", .unkept = true),
	    MAY(INTEGER, "importance"), MAY(TEXT, "description"),
	    AS(TEXT, "content", .unkept = true,
		.dump = "(SELECT base64(content) FROM file_contents WHERE sha256 = "
			"t.sha256)"),
	    MODE, SET, SAID, END}},

    /* ---- files elsewhere, and here: elog-scan, elog-pull, elog-get -------------- */
    {.name = "downloads",
	.keys = {"url"},
	.applied = STREAMS_SINGLY,
	.whole = true,
	.columns = COLUMNS{MUST(URL, "url"), MUST(TEXT, "path"), MUST(COUNT, "size"),
	    MUST(SHA256, "sha256"), MAY(TEXT, "modified"), MAY(TIME, "mtime"),
	    MAY(TIME, "started"), MUST(TIME, "finished"), MAY(COUNT, "attempts"),
	    MAY(COUNT, "resumed_from"), MAY(TEXT, "source"), MAY(TIME, "time"),
	    MAY(TIME, "observed_at"),
	    AS(TEXT, "status", .words = "complete missing changed corrupt",
		.otherwise = "'complete'"),
	    MAY(TEXT, "directory"), END}},
    {.name = "download_states",
	.keys = {"url"},
	.applied = STREAMS_SINGLY,
	.whole = true,
	.columns = COLUMNS{MUST(URL, "url"), MUST(SHA256, "sha256"),
	    AS(TEXT, "state", .required = true,
		.words = "unprocessed processed rejected"),
	    SET, END}},
    {.name = "file_sets",
	.keys = {"name"},
	.applied = STREAMS_SINGLY,
	.whole = true,
	.columns = COLUMNS{MUST(TEXT, "name"), MUST(ARRAY, "shared"),
	    MUST(TEXT, "varies"), MUST(ARRAY, "expected"), SET, END}},
    {.name = "partial_downloads",
	.keys = {"url"},
	.applied = STREAMS_SINGLY,
	.whole = true,
	.columns = COLUMNS{MUST(URL, "url"), MAY(TEXT, "path"), MUST(COUNT, "bytes"),
	    MAY(COUNT, "total"), MAY(TEXT, "sha256"), MUST(COUNT, "attempts"),
	    MAY(TEXT, "last_error"), MUST(TIME, "last_attempt"), MAY(TEXT, "source"),
	    MAY(TIME, "time"), MAY(TIME, "observed_at"),
	    AS(TEXT, "status", .required = true, .words = "partial failed"),
	    MAY(TIME, "next_attempt"), END}},
    {.name = "attachments",
	.keys = {"experiment", "entry_id", "attachment_id"},
	.applied = STREAMS_SINGLY,
	.whole = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"), MUST(TEXT, "entry_id"),
	    MUST(TEXT, "attachment_id"), MAY(TEXT, "name"), MAY(TEXT, "type"),
	    MAY(COUNT, "size"), MUST(TEXT, "path"), MUST(URL, "url"),
	    AS(TIME, "time", .passing = true), AS(TIME, "observed_at", .passing = true),
	    END}},
    {.name = "remote_files",
	.keys = {"url"},
	.applied = STREAMS_SINGLY,
	.whole = true,
	.columns = COLUMNS{MUST(URL, "url"), MUST(TEXT, "source"), MUST(TEXT, "path"),
	    MAY(COUNT, "size"), MAY(TEXT, "modified"),
	    AS(TEXT, "observed_at", .otherwise = STREAMS_NOW), MAY(TEXT, "time"),
	    MAY(OBJECT, "fields"), END}},
    {.name = "scanned_directories",
	.keys = {"url"},
	.applied = STREAMS_SINGLY,
	.whole = true,
	.columns = COLUMNS{MUST(URL, "url"), MUST(TEXT, "source"), MAY(TEXT, "time"),
	    MAY(TEXT, "until"),
	    AS(TEXT, "status", .required = true, .words = "listed failed"),
	    AS(COUNT, "entries", .merge = STREAMS_FILL),
	    AS(TEXT, "newest_change", .merge = STREAMS_FILL), MAY(TEXT, "modified"),
	    AS(BOOLEAN, "settled", .otherwise = "0"), MAY(TEXT, "selection"),
	    MAY(TEXT, "message"), AS(COUNT, "attempts", .otherwise = "0"),
	    AS(TEXT, "listed_at", .merge = STREAMS_FILL), MAY(TEXT, "tried_at"), END}},

    /* ---- jobs: elog-job --------------------------------------------------------- */
    {.name = "projects",
	.keys = {"uuid"},
	.applied = STREAMS_SINGLY,
	.newer = "at",
	.columns = COLUMNS{MUST(TEXT, "uuid"), MAY(TEXT, "name"), MAY(TEXT, "directory"),
	    MAY(TEXT, "host"), MAY(TEXT, "user"), MAY(TIME, "created_at"),
	    MUST(TIME, "at"), END}},
    /* One value of a job against another: what a job says once is the same always, and
       of two that differ one is chosen whatever the order in which they come.  A status
       goes onward only; of two ends the worse one counts. */
    {.name = "jobs",
	.keys = {"uuid"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "uuid"), MUST(TEXT, "project"),
	    MUST(TEXT, "number"), SAME(TEXT, "parent"), SAME(TEXT, "task"),
	    SAME(TEXT, "title"),
	    AS(TEXT, "status", .merge = STREAMS_ONWARD,
		.words =
		    "UNKNOWN PENDING QUEUED RUNNING RUNNING_REMOTELY LOST INTERRUPTED "
		    "FINISHED UNSATISFACTORY FAILED TO_DELETE",
		.otherwise = "'UNKNOWN'"),
	    SAME(TEXT, "experiment"), SAME(RUN, "run_number"), SAME(ARRAY, "argv"),
	    SAME(BOOLEAN, "argv_hidden"), SAME(BOOLEAN, "in_job_dir"),
	    SAME(ARRAY, "options"), SAME(TEXT, "directory"), SAME(TEXT, "host"),
	    SAME(TEXT, "user"), SAME(TEXT, "boot_id"), SAME(COUNT, "pid"),
	    SAME(INTEGER, "pid_start"), SAME(TEXT, "batch_system"),
	    SAME(TEXT, "batch_id"), SAME(OBJECT, "environment"), SAME(TEXT, "git_commit"),
	    SAME(BOOLEAN, "git_dirty"), AS(TIME, "created_at", .merge = STREAMS_LESSER),
	    AS(TIME, "started_at", .merge = STREAMS_LESSER), SAME(TIME, "finished_at"),
	    SAME(INTEGER, "exit_status"), SAME(INTEGER, "signal"),
	    SAME(TEXT, "stopped_by"), SAME(TEXT, "message"), SAME(COUNT, "attempts"),
	    SAME(NUMBER, "user_seconds"), SAME(NUMBER, "system_seconds"),
	    SAME(COUNT, "max_rss_kb"), SAME(COUNT, "read_bytes"),
	    SAME(COUNT, "written_bytes"), SAME(BOOLEAN, "output_unkept"),
	    SAME(TEXT, "rerun_of"), MAY(TEXT, "note"), MAY(TIME, "note_at"),
	    AS(TEXT, "evaluation", .words = "unknown best good rejected"),
	    MAY(TIME, "evaluation_at"), AS(TIME, "at", .merge = STREAMS_GREATER), END}},
    /* A content is one file, wherever it was met; its UUID follows from its sum. */
    {.name = "job_files",
	.keys = {"uuid"},
	.applied = STREAMS_SINGLY,
	.columns =
	    COLUMNS{MUST(TEXT, "uuid"), SAME(SHA256, "sha256"), SAME(COUNT, "size"),
		SAME(TEXT, "type"), SAME(TEXT, "subtype"), SAME(TEXT, "content"),
		SAME(TEXT, "note"), AS(TEXT, "path", .merge = STREAMS_LESSER),
		SAME(TEXT, "directory"), AS(TIME, "modified_at", .merge = STREAMS_LESSER),
		AS(TEXT, "project", .merge = STREAMS_LESSER),
		AS(TEXT, "job", .merge = STREAMS_LESSER),
		AS(TIME, "at", .merge = STREAMS_LESSER), END}},
    {.name = "job_file_uses",
	.keys = {"job", "direction", "role", "path"},
	.applied = STREAMS_SINGLY,
	.newer = "at",
	.columns = COLUMNS{MUST(TEXT, "job"),
	    AS(TEXT, "direction", .required = true, .words = "IN OUT"),
	    MUST(TEXT, "role"), MUST(TEXT, "path"), MAY(TEXT, "path_base64"),
	    MUST(TEXT, "file"), MAY(TEXT, "type"), MAY(TEXT, "subtype"),
	    MAY(TEXT, "content"), MAY(TEXT, "note"), MAY(BOOLEAN, "written"),
	    MUST(TIME, "at"), END}},
    {.name = "job_file_imports",
	.keys = {"project", "file", "source"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "project"), MUST(TEXT, "file"),
	    MUST(TEXT, "source"), AS(TEXT, "path", .merge = STREAMS_LESSER),
	    AS(TEXT, "job", .merge = STREAMS_LESSER), SAME(SHA256, "sha256"),
	    AS(TIME, "at", .merge = STREAMS_LESSER), END}},
    {.name = "job_values",
	.keys = {"job", "name"},
	.applied = STREAMS_SINGLY,
	.newer = "at",
	.uncounted = true,
	.columns = COLUMNS{MUST(TEXT, "job"), MUST(TEXT, "name"), MAY(ANY, "value"),
	    MUST(TIME, "at"), END}},
    /* ---- what is known of the database itself ------------------------------------ */
    {.name = "fetched_streams",
	.own = true,
	.keys = {"experiment", "stream"},
	.applied = STREAMS_SINGLY,
	.uncounted = true,
	.columns = COLUMNS{MUST(TEXT, "experiment"), MUST(TEXT, "stream"),
	    MUST(TEXT, "status"), MAY(INTEGER, "http_status"), MAY(INTEGER, "attempts"),
	    MAY(TEXT, "message"), MAY(INTEGER, "records"), MAY(TEXT, "fetched_at"),
	    MAY(TEXT, "completed_at"), END}},
    {.name = "log_records",
	.own = true,
	.alike = true,
	.uncounted = true,
	.keys = {"created_at", "message", "run_number", "n"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.columns = COLUMNS{MUST(TEXT, "created_at"), MAY(TEXT, "user"),
	    MAY(TEXT, "program"), MAY(TEXT, "experiment"), MAY(RUN, "run_number"),
	    MAY(TEXT, "table_name"), MUST(TEXT, "action"), MAY(TEXT, "old_value"),
	    MAY(TEXT, "new_value"), MAY(TEXT, "message"),
	    /* How many like it stand before it. */
	    AS(COUNT, "n", .unkept = true,
		.dump = "(SELECT count(*) FROM log_records l WHERE l.id < t.id AND "
			"l.created_at = t.created_at AND l.message IS t.message AND "
			"l.run_number IS t.run_number AND (l.user, l.program, "
			"l.experiment, l.table_name, l.action, l.old_value, "
			"l.new_value) IS (t.user, t.program, t.experiment, "
			"t.table_name, t.action, t.old_value, t.new_value))"),
	    END}},
    {.name = "metadata",
	.own = true,
	.uncounted = true,
	.keys = {"key"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "key"), MAY(TEXT, "value"), END}},
    {.name = "other_records",
	.keys = {"stream", "key"},
	.applied = STREAMS_SINGLY,
	.columns =
	    COLUMNS{MUST(TEXT, "stream"), MUST(TEXT, "key"), MUST(TEXT, "doc"), END}},

    /* ---- sites: elog-hash, elog-log, elog-site ---------------------------------- */
    {.name = "hash_records",
	.keys = {"site_id", "path"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.uncounted = true,
	.columns = COLUMNS{SITE, PATH, MAY(TEXT, "current_hash"), MAY(TEXT, "prev_hash"),
	    MAY(INTEGER, "current_dtg_first"), MAY(INTEGER, "current_dtg_latest"),
	    MAY(INTEGER, "prev_dtg_latest"), MAY(TEXT, "target_hash"),
	    MAY(TEXT, "session_id"), MAY(ARRAY, "dirs"), MAY(ARRAY, "files"),
	    MAY(ARRAY, "links"), TREE, END}},
    {.name = "hash_history",
	.keys = {"site_id", "path", "hash", "dtg_first"},
	.applied = STREAMS_SINGLY,
	.uncounted = true,
	.columns = COLUMNS{SITE, MUST(TEXT, "path"), MUST(TEXT, "hash"),
	    MUST(INTEGER, "dtg_first"),
	    AS(INTEGER, "dtg_latest", .merge = STREAMS_GREATER), END}},
    {.name = "hash_files",
	.keys = {"site_id", "path"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.uncounted = true,
	.columns = COLUMNS{SITE, PATH_WITHIN, MAY(SHA256, "sha256"), MAY(COUNT, "size"),
	    MAY(INTEGER, "mtime"), MAY(INTEGER, "mtime_ns"), MAY(INTEGER, "ctime_ns"),
	    MAY(INTEGER, "inode"), MAY(INTEGER, "device"), MAY(INTEGER, "noted_ns"), TREE,
	    END}},
    {.name = "hash_links",
	.keys = {"site_id", "path"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.uncounted = true,
	.columns = COLUMNS{SITE, PATH_WITHIN, MAY(TEXT, "target"),
	    AS(TEXT, "target_b64", .unkept = true,
		.dump = "iif(typeof(t.target) = 'blob', base64(t.target), NULL)"),
	    TREE, END}},
    {.name = "logs",
	.keys = {"log_id", "site_id"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.uncounted = true,
	.columns = COLUMNS{MAY(INTEGER, "log_id"), SITE,
	    AS(TEXT, "log_level", .words = "DEBUG INFO WARNING ERROR CRITICAL"),
	    MAY(INTEGER, "timestamp"), MAY(TEXT, "session_id"),
	    MAY(TEXT, "summary_message"), MAY(TEXT, "detailed_message"),
	    MAY(TEXT, "job_id"), AS(TEXT, "mode", .words = "prune", .unkept = true),
	    AS(INTEGER, "before", .unkept = true), END}},
    {.name = "sites",
	.keys = {"site_id"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "site_id"),
	    AS(BOOLEAN, "official", .otherwise = "1"),
	    AS(INTEGER, "added_at", .otherwise = UNIX_NOW, .merge = STREAMS_FIRST), END}},
    {.name = "baselines",
	.keys = {"update_id"},
	.applied = STREAMS_SINGLY,
	.by_hand = true,
	.columns = COLUMNS{MAY(INTEGER, "update_id"), MAY(TEXT, "path"),
	    MAY(TEXT, "hash"), MAY(INTEGER, "set_at"), MAY(TEXT, "set_by"), END}},
    {.name = "completions",
	.keys = {"site_id", "update_id"},
	.applied = STREAMS_SINGLY,
	.columns = COLUMNS{MUST(TEXT, "site_id"), MUST(INTEGER, "update_id"),
	    AS(INTEGER, "completed_at", .otherwise = UNIX_NOW, .merge = STREAMS_FIRST),
	    END}},
    {.name = NULL},
};

_Static_assert(
    sizeof(streams) / sizeof(streams[0]) <= STREAMS_MAX, "STREAMS_MAX is too small");

/* ---- finding ----------------------------------------------------------------- */

size_t
streams_count(void)
{
	return sizeof(streams) / sizeof(streams[0]) - 1;
}

size_t
streams_staged(void)
{
	size_t n = 0;

	while (streams[n].name != NULL && streams[n].applied == STREAMS_STAGED)
		n++;
	return n;
}

const struct streams_row *
streams_named(const char *name, size_t n)
{
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		if (strlen(row->name) == n && memcmp(row->name, name, n) == 0)
			return row;
	return NULL;
}

const struct streams_row *
streams_of(struct json_span name)
{
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		if (json_string_is(name, row->name))
			return row;
	return NULL;
}

bool
streams_says_deleted(struct json_span record)
{
	struct json_span value;

	/* Most documents do not; to look for the letters is quicker than through them. */
	return memmem(record.p, record.n, STREAMS_DELETED, strlen(STREAMS_DELETED)) !=
		   NULL &&
	       json_find(record, STREAMS_DELETED, &value) && value.p[0] != 'n';
}

bool
streams_says_row(struct json_span record)
{
	static const char end[] = ",\"" STREAMS_COPY "\":\"row\"}";
	size_t n = sizeof(end) - 1;

	return record.n > n && memcmp(record.p + record.n - n, end, n) == 0;
}

const char *
streams_table(const struct streams_row *row)
{
	return row->table != NULL ? row->table : row->name;
}

const struct streams_column *
streams_column(const struct streams_row *row, const char *name, size_t n)
{
	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (strlen(c->name) == n && memcmp(c->name, name, n) == 0)
			return c;
	return NULL;
}

const char *
streams_column_of(const struct streams_column *column)
{
	return column->column != NULL ? column->column : column->name;
}

bool
streams_is_key(const struct streams_row *row, const struct streams_column *column)
{
	for (int i = 0; row->keys[i] != NULL; i++)
		if (strcmp(row->keys[i], column->name) == 0)
			return true;
	return false;
}

/* ---- values ------------------------------------------------------------------- */

int
streams_rank(const struct streams_column *column, const char *word, size_t n)
{
	const char *p = column->words;

	for (int rank = 0; p != NULL && *p != '\0';) {
		size_t length = strcspn(p, " |");

		if (length == n && memcmp(p, word, n) == 0)
			return rank;
		p += length;
		rank += *p == ' ';
		p += *p != '\0';
	}
	return -1;
}

static bool
is_whole_number(struct json_span value, bool negative)
{
	char digits[24], *end;

	if (value.n >= sizeof(digits) || (!negative && value.p[0] == '-'))
		return false;
	memcpy(digits, value.p, value.n);
	digits[value.n] = '\0';
	errno = 0;
	(void)strtoll(digits, &end, 10);
	return errno == 0 && end > digits && *end == '\0';
}

static bool
is_sha256(struct json_span value)
{
	if (value.n != 66)
		return false;
	for (size_t i = 1; i < 65; i++)
		if (strchr("0123456789abcdef", value.p[i]) == NULL || value.p[i] == '\0')
			return false;
	return true;
}

static bool
is_number(struct json_span value)
{
	return value.p[0] == '-' || (value.p[0] >= '0' && value.p[0] <= '9');
}

bool
streams_is_key_value(struct json_span value)
{
	return value.p != NULL && (value.p[0] == '"' || is_number(value));
}

/* What is wrong with a value that is there. */
static const char *
fault_of(const struct streams_column *column, struct json_span value)
{
	bool text = value.p[0] == '"';
	int64_t time;

	switch (column->type) {
	case STREAMS_TEXT:
		return text ? NULL : "is no text";
	case STREAMS_TIME:
		return text && timestamp_read(value.p + 1, value.n - 2, &time)
			   ? NULL
			   : "is no time";
	case STREAMS_URL:
		return text && memmem(value.p + 2, value.n - 2, "://", 3) != NULL
			   ? NULL
			   : "is no URL";
	case STREAMS_SHA256:
		return text && is_sha256(value) ? NULL : "is no SHA-256";
	case STREAMS_INTEGER:
		return is_whole_number(value, true) ? NULL : "is no whole number";
	case STREAMS_COUNT:
		return is_whole_number(value, false) ? NULL
						     : "is no whole number from 0 on";
	case STREAMS_NUMBER:
		return is_number(value) ? NULL : "is no number";
	case STREAMS_BOOLEAN:
		return value.p[0] == 't' || value.p[0] == 'f' ? NULL
							      : "is not true or false";
	case STREAMS_RUN:
		return text || is_whole_number(value, true) ? NULL : "is no run number";
	case STREAMS_LOOSE:
		return text || is_number(value) ? NULL : "is no number and no text";
	case STREAMS_OBJECT:
		return value.p[0] == '{' ? NULL : "is no object";
	case STREAMS_ARRAY:
		return value.p[0] == '[' ? NULL : "is no array";
	case STREAMS_JSON:
	case STREAMS_ANY:
		break;
	}
	return NULL;
}

bool
streams_fits(
    const struct streams_column *column, struct json_span value, char why[STREAMS_WHY])
{
	const char *fault = NULL;

	if (value.p == NULL || value.p[0] == 'n')
		fault = column->required ? "is missing" : NULL;
	else if ((fault = fault_of(column, value)) != NULL)
		;
	else if (column->required && value.n == 2 && value.p[0] == '"')
		fault = "is empty";
	else if (column->words != NULL &&
		 streams_rank(column, value.p + 1, value.n - 2) < 0) {
		snprintf(why, STREAMS_WHY, "is none of: %s", column->words);
		return false;
	}
	if (fault != NULL)
		snprintf(why, STREAMS_WHY, "%s", fault);
	return fault == NULL;
}

/* ---- SCHEMA -------------------------------------------------------------------- */

/* JSON Schema of each type: the names of JSON's types, and what follows them. */
static const struct {
	const char *types, *more;
} schemas[] = {
    [STREAMS_TEXT] = {"\"string\"", ""},
    [STREAMS_TIME] = {"\"string\"", ",\"format\":\"date-time\""},
    [STREAMS_URL] = {"\"string\"", ",\"pattern\":\"://\""},
    [STREAMS_SHA256] = {"\"string\"", ",\"pattern\":\"^[0-9a-f]{64}$\""},
    [STREAMS_INTEGER] = {"\"integer\"", ""},
    [STREAMS_COUNT] = {"\"integer\"", ",\"minimum\":0"},
    [STREAMS_NUMBER] = {"\"number\"", ""},
    [STREAMS_BOOLEAN] = {"\"boolean\"", ""},
    [STREAMS_RUN] = {"\"integer\",\"string\"", ""},
    [STREAMS_LOOSE] = {"\"integer\",\"number\",\"string\"", ""},
    [STREAMS_OBJECT] = {"\"object\"", ""},
    [STREAMS_ARRAY] = {"\"array\"", ""},
    [STREAMS_JSON] = {"", ""}, /* anything */
    [STREAMS_ANY] = {"", ""},
};

static void
put_words(struct stream *out, const struct streams_column *column)
{
	const char *p = column->words, *comma = "";

	stream_puts(out, "\"enum\":[");
	while (*p != '\0') {
		size_t n = strcspn(p, " |");

		stream_puts(out, comma);
		stream_puts(out, "\"");
		stream_put(out, p, n);
		stream_puts(out, "\"");
		comma = ",";
		p += n + (p[n] != '\0');
	}
	stream_puts(out, column->required ? "]" : ",null]");
}

static void
put_column(struct stream *out, const struct streams_column *column)
{
	stream_puts(out, "\"");
	stream_puts(out, column->name);
	stream_puts(out, "\":{");
	if (column->words != NULL) {
		put_words(out, column);
	} else if (column->type != STREAMS_JSON && column->type != STREAMS_ANY) {
		const char *types = schemas[column->type].types;
		bool several = !column->required || strchr(types, ',') != NULL;

		stream_puts(out, several ? "\"type\":[" : "\"type\":");
		stream_puts(out, types);
		stream_puts(out, column->required ? "" : ",\"null\"");
		stream_puts(out, several ? "]" : "");
		stream_puts(out, schemas[column->type].more);
	}
	stream_puts(out, "}");
}

/* The names for which a test holds, as a JSON array. */
static void
put_required(struct stream *out, const struct streams_row *row)
{
	const char *comma = "[\"";

	for (const struct streams_column *c = row->columns; c->name != NULL; c++)
		if (c->required) {
			stream_puts(out, comma);
			stream_puts(out, c->name);
			stream_puts(out, "\"");
			comma = ",\"";
		}
	stream_puts(out, comma[0] == '[' ? "[]" : "]");
}

void
streams_schema(struct stream *out, const struct streams_row *row)
{
	stream_puts(out, "{\"type\":\"SCHEMA\",\"stream\":\"");
	stream_puts(out, row->name);
	stream_puts(out, "\",\"schema\":{\"type\":\"object\",\"properties\":{");
	for (const struct streams_column *c = row->columns; c->name != NULL; c++) {
		stream_puts(out, c > row->columns ? "," : "");
		put_column(out, c);
	}
	stream_puts(out, "},\"required\":");
	put_required(out, row);
	stream_puts(out, "},\"key_properties\":[");
	for (int i = 0; row->keys[i] != NULL; i++) {
		stream_puts(out, i > 0 ? ",\"" : "\"");
		stream_puts(out, row->keys[i]);
		stream_puts(out, "\"");
	}
	stream_puts(out, "]}");
	stream_end_line(out);
}

void
streams_schema_named(struct stream *out, const char *name)
{
	const struct streams_row *row = streams_named(name, strlen(name));

	if (row != NULL)
		streams_schema(out, row);
}
