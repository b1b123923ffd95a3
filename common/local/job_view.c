#include "local/job_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/exit.h"
#include "base/lock.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/migration.h"
#include "db/open.h"
#include "db/reader.h"
#include "db/statement.h"
#include "load/load.h"
#include "local/job_record.h"
#include "local/job_spool.h"
#include "local/job_state.h"
#include "query/query_jobs.h"
#include "stream/lines.h"
#include "stream/streams.h"

#define INDEX "index.db"
#define INDEX_WAIT 60 /* seconds for another reader to bring it up to date */

/* In the table metadata: how many bytes of the spool it holds. */
#define OFFSET "job_spool_offset"

#define ALIVE "status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY')"

/* ---- Functions -------------------------------------------------------------- */

static void
sql_order(sqlite3_context *context, int argc, sqlite3_value **values)
{
	const char *p = (const char *)sqlite3_value_text(values[0]);
	char key[640], *out = key;

	(void)argc;
	while (p != NULL && *p != '\0' && out < key + sizeof(key) - 16) {
		size_t n = strcspn(p, ".");

		out += snprintf(
		    out, 16, "%*.*s.", n < 10 ? 10 : 14, n < 14 ? (int)n : 14, p);
		p += n + (p[n] == '.');
	}
	sqlite3_result_text(context, key, (int)(out - key), SQLITE_TRANSIENT);
}

int
job_view_functions(sqlite3 *db)
{
	static const struct statement_function functions[] = {
	    {"job_order", 1, sql_order, NULL}, {NULL, 0, NULL, NULL}};
	int code = query_jobs_functions(db);

	return code == SQLITE_OK ? statement_functions(db, functions, 0) : code;
}

/* ---- The spool -------------------------------------------------------------- */

/* Load what came behind an offset.  What is wrong with a line is told, once: it is not
   read again. */
static int
load_spool(sqlite3 *db, const char *path, const struct job_project *project,
    long long from, long long to)
{
	int fd = openat(project->fd, JOB_SPOOL, O_RDONLY | O_CLOEXEC), result = -1;
	FILE *nowhere = fopen("/dev/null", "we");
	struct load *load = NULL;
	struct lines lines;
	char *line, offset[24];
	size_t n;

	lines_open(&lines, fd);
	if (fd < 0 || nowhere == NULL || lseek(fd, from, SEEK_SET) != from ||
	    (load = load_open(db, path, nowhere)) == NULL)
		goto done;
	result = 0;
	/* A line may have been appended since: only as far as was seen to be whole. */
	while (result == 0 && from < to && lines_next(&lines, &line, &n) == LINES_ONE) {
		from += (long long)n + 1;
		if (n > 0)
			result = load_line(load, line, n, lines.number);
	}
	snprintf(offset, sizeof(offset), "%lld", from);
	if (result == 0)
		result = load_metadata(load, OFFSET, offset);
	if (result == 0)
		result = load_end(load);
done:
	load_close(load);
	lines_close(&lines);
	if (fd >= 0)
		close(fd);
	if (nowhere != NULL)
		fclose(nowhere);
	return result;
}

/* How much of the spool an index holds; -1 if there is none that can be used. */
static long long
index_offset(const char *path)
{
	long long offset = -1;
	char *file = NULL, *pending = NULL;
	struct stat st;
	sqlite3 *db;

	if (stat(path, &st) != 0 || st.st_size == 0)
		return -1;
	db = db_open_reader(path, &file);
	if (db != NULL) {
		pending = migration_pending(db);
		if (pending != NULL && pending[0] == '\0')
			offset = db_number(db,
			    "SELECT CAST(value AS INTEGER) FROM metadata WHERE key = "
			    "'" OFFSET "'",
			    0);
	}
	free(pending);
	sqlite3_close(db);
	free(file);
	return offset;
}

/* Remove an index, with what SQLite keeps beside it: a log of another is none of a new
   one's. */
static void
drop(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char *file;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (asprintf(&file, "%s%s", path, suffixes[i]) >= 0) {
			(void)unlink(file);
			free(file);
		}
}

/* Bring the index up to date.  0; -1: it cannot be written. */
static int
refresh(const struct job_project *project, const char *path)
{
	long long to = job_spool_length(project), from = index_offset(path);
	struct lock lock;
	sqlite3 *db;
	int result = -1;

	if (from == to)
		return 0;
	/* A spool that was replaced by a shorter one is another. */
	if (faccessat(project->fd, ".", W_OK, 0) != 0 ||
	    lock_take(&lock, path, INDEX_WAIT) != 0)
		return -1;
	from = index_offset(path);
	if (from < 0 || from > to) {
		drop(path);
		from = 0;
	}
	db = db_open_writer(path, NULL);
	if (db != NULL) {
		result = load_spool(db, path, project, from, to);
		if (db_close_writer(db, path, lock_is_shared(&lock)) != 0)
			result = -1;
	}
	lock_release(&lock);
	return result;
}

/* The spool in memory. */
static sqlite3 *
open_memory(const struct job_project *project, const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(":memory:", &db) == SQLITE_OK &&
	    migration_apply(db, path, 0) == 0 &&
	    load_spool(db, path, project, 0, job_spool_length(project)) == 0)
		return db;
	sqlite3_close(db);
	return NULL;
}

/* ---- Who is gone -------------------------------------------------------- */

static const char gone[] =
    "SELECT uuid, number, parent FROM main.jobs WHERE project = :project AND " ALIVE
    " AND NOT job_alive(host, boot_id, pid, pid_start)";

/* Jobs of the project whose process is gone; their records where record is not NULL. */
static long
find_gone(struct job_view *view, struct job_record *record)
{
	sqlite3_stmt *row = db_prepare(view->db, view->path, gone);
	long n = 0;

	if (row == NULL)
		return 0;
	statement_text(row, ":project", view->project.uuid);
	while (sqlite3_step(row) == SQLITE_ROW) {
		struct job job = {0};
		const char *parent = (const char *)sqlite3_column_text(row, 2);

		n++;
		snprintf(job.uuid, sizeof(job.uuid), "%s",
		    (const char *)sqlite3_column_text(row, 0));
		snprintf(job.parent, sizeof(job.parent), "%s", parent ? parent : "");
		job.number = (char *)sqlite3_column_text(row, 1);
		if (record == NULL)
			continue;
		job_state_begin(record, &view->project, &job, "LOST");
		job_record_put(record, "message", "its process is gone");
		job_record_end(record);
	}
	sqlite3_finalize(row);
	return n;
}

/* Note it, where the project can be written. */
static void
note_gone(struct job_view *view)
{
	struct job_record record;
	const char *lines;
	size_t n;

	if (faccessat(view->project.fd, JOB_SPOOL, W_OK, 0) != 0)
		return;
	job_record_open(&record);
	if (find_gone(view, &record) > 0) {
		lines = job_record_lines(&record, &n);
		(void)job_spool_append(&view->project, lines, n);
	}
	job_record_close(&record);
}

/* ---- Both as one ------------------------------------------------------------ */

/* The columns of a stream's table, from one of the two. */
static void
put_columns(FILE *sql, const struct streams_row *row)
{
	const char *comma = "";

	for (const struct streams_column *c = row->columns; c->name != NULL; c++) {
		const char *name = streams_column_of(c);

		if (c->unkept)
			continue;
		fprintf(sql,
		    strcmp(row->name, "jobs") == 0 && strcmp(name, "status") == 0
			? "%siif(a." ALIVE " AND NOT job_alive(a.host, a.boot_id, "
			  "a.pid, a.pid_start), 'LOST', a.status) AS \"%s\""
			: "%sa.\"%s\"",
		    comma, name);
		comma = ", ";
	}
}

/* SELECT ... FROM one WHERE it is not in the other, or newer: of two rows that are as new
   that of main counts. */
static void
put_half(FILE *sql, const struct streams_row *row, const char *from, const char *other,
    const char *newer)
{
	fputs("SELECT ", sql);
	put_columns(sql, row);
	fprintf(sql, " FROM %s.\"%s\" a", from, row->name);
	if (other == NULL)
		return;
	fprintf(sql, " WHERE NOT EXISTS (SELECT 1 FROM %s.\"%s\" b WHERE b.at %s a.at",
	    other, row->name, newer);
	for (int i = 0; row->keys[i] != NULL; i++)
		fprintf(sql, " AND b.\"%s\" = a.\"%s\"", row->keys[i], row->keys[i]);
	fputs(")", sql);
}

static int
make_views(struct job_view *view, bool both)
{
	int result = 0;

	view->both = both;
	for (size_t i = 0; job_spool_streams[i] != NULL && result == 0; i++) {
		const struct streams_row *row =
		    streams_named(job_spool_streams[i], strlen(job_spool_streams[i]));
		char *text = NULL;
		size_t n;
		FILE *sql = open_memstream(&text, &n);

		if (sql == NULL)
			return -1;
		fprintf(sql, "CREATE TEMP VIEW \"%s\" AS ", row->name);
		put_half(sql, row, "main", both ? "elog" : NULL, ">");
		if (both) {
			fputs(" UNION ALL ", sql);
			put_half(sql, row, "elog", "main", ">=");
		}
		result = fclose(sql) == 0 ? db_exec(view->db, view->path, text) : -1;
		free(text);
	}
	return result;
}

static int
attach(const struct job_view *view, const char *path)
{
	sqlite3_stmt *statement =
	    db_prepare(view->db, view->path, "ATTACH :path AS elog");
	int result = -1;

	if (statement != NULL) {
		statement_text(statement, ":path", path);
		result = statement_run(statement, path);
	}
	sqlite3_finalize(statement);
	return result;
}

/* ---- Opening ---------------------------------------------------------------- */

static int
open_spool(struct job_view *view)
{
	if (asprintf(&view->path, "%s/" JOB_PROJECT_FOLDER "/" INDEX,
		view->project.directory) < 0) {
		view->path = NULL;
		return -1;
	}
	if (faccessat(view->project.fd, JOB_SPOOL, R_OK, 0) != 0) {
		msg("%s/" JOB_PROJECT_FOLDER "/" JOB_SPOOL
		    ": %s: the records of all jobs "
		    "are there",
		    view->project.directory, strerror(errno));
		return -1;
	}
	for (int tries = 0; tries < 2; tries++) {
		char *file = NULL;

		view->db = refresh(&view->project, view->path) == 0
			       ? db_open_reader(view->path, &file)
			       : NULL;
		free(file);
		if (view->db == NULL)
			view->db = open_memory(&view->project, view->path);
		if (view->db == NULL || job_view_functions(view->db) != SQLITE_OK)
			return -1;
		/* One that ended since wrote how, before it was gone: look again. */
		if (tries > 0 || find_gone(view, NULL) == 0)
			break;
		sqlite3_close(view->db);
	}
	note_gone(view);
	return 0;
}

/* The database beside the spool: the one named, or the configuration's if it is there. */
static int
open_beside(struct job_view *view, const char *db, const char *config_file)
{
	struct config *config = NULL;
	struct reader reader;
	char *path = NULL;
	int status = EXIT_DONE;

	if (db == NULL) {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		path = reader_configured(config);
		db = path != NULL && access(path, R_OK) == 0 && !db_is_empty(path) ? path
										   : NULL;
	}
	if (db != NULL) {
		status = reader_open(&reader, db, config_file);
		/* One of before jobs has none. */
		if (status == EXIT_DONE && (path == NULL || db_has(reader.db, "jobs"))) {
			status = db_require(reader.db, reader.path, "jobs") == 0 &&
					 attach(view, reader.path) == 0 &&
					 make_views(view, true) == 0
				     ? EXIT_DONE
				     : EXIT_PARTIAL;
		} else if (status == EXIT_DONE) {
			db = NULL;
		}
		reader_close(&reader);
	}
	if (db == NULL && status == EXIT_DONE && make_views(view, false) != 0)
		status = EXIT_PARTIAL;
	free(path);
	config_free(config);
	return status;
}

static int
open_alone(struct job_view *view, const char *db, const char *config)
{
	struct config *settings = db == NULL ? config_load(config) : NULL;
	char *path = settings != NULL ? reader_configured(settings) : NULL;
	struct reader reader;
	int status;

	config_free(settings);
	if (path != NULL && access(path, F_OK) != 0) {
		msg("no project of jobs here or above, and no database %s: elog-job init "
		    ". makes a project, --db names a database",
		    path);
		free(path);
		return EXIT_PARTIAL;
	}
	free(path);
	status = reader_open(&reader, db, config);
	view->db = reader.db;
	view->path = reader.path;
	if (status != EXIT_DONE)
		return status;
	return db_require(view->db, view->path, "jobs") == 0 &&
		       job_view_functions(view->db) == SQLITE_OK &&
		       make_views(view, false) == 0
		   ? EXIT_DONE
		   : EXIT_PARTIAL;
}

int
job_view_open(
    struct job_view *view, const char *db, const char *config, const char *project)
{
	int status;

	*view = (struct job_view){.db = NULL};
	status = job_project_open(&view->project, project, false);
	if (status == EXIT_USAGE)
		return status;
	view->inside = status == EXIT_DONE;
	if (!view->inside)
		return open_alone(view, db, config);
	return open_spool(view) == 0 ? open_beside(view, db, config) : EXIT_PARTIAL;
}

void
job_view_close(struct job_view *view)
{
	sqlite3_close(view->db);
	free(view->path);
	job_project_close(&view->project);
	*view = (struct job_view){.db = NULL};
}

/* ---- Finding a job ---------------------------------------------------------- */

int
job_view_find(const struct job_view *view, const char *id, char uuid[UUID_BYTES])
{
	sqlite3_stmt *statement = job_view_prepare(view, "find");
	int found = 0, code;

	if (statement == NULL)
		return EXIT_PARTIAL;
	statement_text(statement, ":id", id);
	statement_text(statement, ":project", view->inside ? view->project.uuid : NULL);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		if (found++ == 0)
			snprintf(uuid, UUID_BYTES, "%s",
			    (const char *)sqlite3_column_text(statement, 0));
	if (code != SQLITE_DONE)
		db_complain(view->db, view->path);
	else if (found != 1)
		msg("%s: %s", id,
		    found == 0 ? "there is no such job"
			       : "several jobs are called so: give more of a UUID, or "
				 "--project DIR");
	sqlite3_finalize(statement);
	return found == 1 && code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

sqlite3_stmt *
job_view_prepare(const struct job_view *view, const char *name)
{
	return db_prepare(view->db, view->path, statement_file("job", name, ""));
}
