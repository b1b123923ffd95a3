#include "web/page_job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "local/job_project.h"
#include "local/job_query.h"
#include "local/job_view.h"
#include "query/rows.h"
#include "web/beneath.h"
#include "web/page_lineage.h"

#define ROWS 500
#define TAIL 20000 /* bytes of what a job printed */

static struct job_view
view_of(struct view *view)
{
	return (struct job_view){
	    .db = view->connection->db, .path = (char *)view->connection->path};
}

int
page_jobs(struct view *view)
{
	struct job_view jobs = view_of(view);
	const char *text = view_value(view, "q");
	struct job_query *query;
	int status = EXIT_DONE, result = 0;

	if (text == NULL)
		return 0;
	query = job_query_open(&jobs, text, ROWS, &status);
	if (query != NULL)
		result = view_table(view, "jobs", job_query_statement(query), NULL);
	else if (status == EXIT_USAGE)
		view_text(view, view_add(view, NULL, "mistake", NULL, 0), "message",
		    msg_caught());
	else
		result = -1;
	job_query_close(query);
	return result;
}

int
page_jobs_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context)
{
	struct job_view jobs = view_of(view);
	int status = EXIT_DONE, result = -1;
	struct job_query *query =
	    job_query_open(&jobs, view_value(view, "q"), -1, &status);

	if (query != NULL)
		result = rows_write(
		    job_query_statement(query), jobs.path, format, NULL, write, context);
	job_query_close(query);
	return status == EXIT_USAGE ? VIEW_MISTAKE : result;
}

/* What is known of the job, a fact a row; NULL after a message. */
static sqlite3_stmt *
facts_of(struct view *view)
{
	struct job_view jobs = view_of(view);
	sqlite3_stmt *facts = job_view_prepare(&jobs, "show");

	if (facts != NULL)
		sqlite3_bind_text(facts, 1, view_value(view, "job"), -1, SQLITE_STATIC);
	return facts;
}

/* Add the end of a file in the directory of a job. */
static void
add_output(struct view *view, const char *project, const char *name)
{
	const char *uuid = view_value(view, "job");
	char path[sizeof(JOB_PROJECT_FOLDER) + 100], *text = NULL;
	size_t n = 0;
	int fd;

	if (strlen(uuid) != UUID_BYTES - 1 || strchr(uuid, '/') != NULL)
		return;
	snprintf(path, sizeof(path), JOB_PROJECT_FOLDER "/jobs/%s/%s", uuid, name);
	fd = beneath_open(project, path);
	if (fd >= 0)
		text = beneath_tail(fd, TAIL, &n);
	if (text != NULL && n > 0) {
		xmlNode *output = view_add(view, NULL, "output", text, n);

		if (output != NULL)
			xmlNewProp(output, BAD_CAST "name", BAD_CAST name);
	}
	free(text);
	if (fd >= 0)
		close(fd);
}

int
page_job(struct view *view)
{
	sqlite3_stmt *project = NULL, *facts = facts_of(view);
	int result = facts != NULL ? view_rows(view, "facts", facts) : -1;

	sqlite3_finalize(facts);
	if (result == 0 &&
	    sqlite3_prepare_v2(view->connection->db,
		"SELECT p.directory FROM jobs j JOIN projects p ON p.uuid = j.project "
		"WHERE j.uuid = ?",
		-1, &project, NULL) == SQLITE_OK) {
		sqlite3_bind_text(project, 1, view_value(view, "job"), -1, SQLITE_STATIC);
		if (sqlite3_step(project) == SQLITE_ROW &&
		    sqlite3_column_type(project, 0) == SQLITE_TEXT) {
			const char *directory =
			    (const char *)sqlite3_column_text(project, 0);

			add_output(view, directory, JOB_STDOUT);
			add_output(view, directory, JOB_STDERR);
		}
	}
	sqlite3_finalize(project);
	return result == 0 ? page_lineage(view) : result;
}

int
page_job_rows(struct view *view, const struct printer_format *format, stream_write *write,
    void *context)
{
	sqlite3_stmt *facts = facts_of(view);
	int result = facts != NULL ? rows_write(facts, view->connection->path, format,
					 NULL, write, context)
				   : -1;

	sqlite3_finalize(facts);
	return result;
}
