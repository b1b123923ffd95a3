#include "local/job_compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/sibling.h"
#include "db/db.h"
#include "db/statement.h"
#include "local/job_hash.h"
#include "query/rows.h"
#include "text/base64.h"

int
job_diff(const struct job_view *view, const char *a, const char *b,
    const struct job_printing *printing)
{
	char left[UUID_BYTES], right[UUID_BYTES];
	sqlite3_stmt *statement;
	int status = job_view_find(view, a, left);

	if (status == EXIT_DONE)
		status = job_view_find(view, b, right);
	if (status != EXIT_DONE)
		return status;
	statement = job_view_prepare(view, "diff");
	if (statement == NULL)
		return EXIT_PARTIAL;
	statement_text(statement, ":a", left);
	statement_text(statement, ":b", right);
	status = rows_print(statement, view->path, printing->format, NULL);
	sqlite3_finalize(statement);
	return status;
}

/* ---- Files as they are now ---------------------------------------------------- */

/* A file of a job, as a row has it. */
struct kept {
	char *number, *task, *direction, *role, *path, *sha256, *job, *said;
	struct job_hash now;
};

struct kept_list {
	struct kept *files;
	struct job_hash *hashes;
	size_t n;
};

static char *
copy(sqlite3_stmt *row, int column)
{
	const char *text =
	    column >= 0 ? (const char *)sqlite3_column_text(row, column) : NULL;

	return text != NULL ? strdup(text) : NULL;
}

/* The bytes of a path: of one that is no UTF-8 the column has %XX in their place. */
static char *
copy_path(sqlite3_stmt *row, int column, int base64)
{
	const char *text = (const char *)sqlite3_column_text(row, base64);
	size_t n;
	char *path;

	if (text == NULL)
		return copy(row, column);
	path = (char *)base64_decode(text, strlen(text), &n);
	if (path != NULL)
		path[n] = '\0'; /* there is room: the text is longer */
	return path;
}

/* Where a query has what; -1: nowhere. */
struct columns {
	int number, task, direction, role, path, base64, sha256, job, said;
};

static void
free_file(struct kept *file)
{
	free(file->number);
	free(file->task);
	free(file->direction);
	free(file->role);
	free(file->path);
	free(file->sha256);
	free(file->job);
	free(file->said);
}

static int
read_files(const struct job_view *view, sqlite3_stmt *row, const struct columns *c,
    struct kept_list *list)
{
	int code;

	*list = (struct kept_list){.n = 0};
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		void *grown = realloc(list->files, (list->n + 1) * sizeof(*list->files));
		struct kept *file;

		if (grown == NULL) {
			msg("no memory");
			return -1;
		}
		list->files = grown;
		file = &list->files[list->n++];
		*file = (struct kept){.number = copy(row, c->number),
		    .task = copy(row, c->task),
		    .direction = copy(row, c->direction),
		    .role = copy(row, c->role),
		    .path = copy_path(row, c->path, c->base64),
		    .sha256 = copy(row, c->sha256),
		    .job = copy(row, c->job),
		    .said = copy(row, c->said)};
		if (file->path == NULL)
			free_file(&list->files[--list->n]);
	}
	if (code != SQLITE_DONE) {
		db_complain(view->db, view->path);
		return -1;
	}
	list->hashes = calloc(list->n + 1, sizeof(*list->hashes));
	for (size_t i = 0; list->hashes != NULL && i < list->n; i++)
		list->hashes[i].path = list->files[i].path;
	return list->hashes != NULL ? job_hash_all(list->hashes, list->n) : -1;
}

static void
free_files(struct kept_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_file(&list->files[i]);
	free(list->files);
	free(list->hashes);
}

/* NULL: it is as it was. */
static const char *
fault_of(const struct kept *file, const struct job_hash *now)
{
	if (now->error == ENOENT)
		return "is not there";
	if (now->error != 0)
		return "cannot be read";
	if (file->sha256 == NULL || strcmp(file->sha256, now->sha256) != 0)
		return "has another content";
	return NULL;
}

/* ---- check ------------------------------------------------------------------ */

static struct cell
text_cell(const char *text)
{
	struct cell cell = {.kind = CELL_NULL};

	if (text != NULL) {
		cell.kind = CELL_TEXT;
		cell.p = text;
		cell.n = strlen(text);
	}
	return cell;
}

static int
check_files(const struct job_view *view, struct printer *printer, long *problems)
{
	static const struct columns columns = {.number = 0,
	    .task = 1,
	    .direction = -1,
	    .role = 2,
	    .path = 3,
	    .sha256 = 4,
	    .job = 5,
	    .base64 = 6,
	    .said = -1};
	sqlite3_stmt *row = job_view_prepare(view, "check_files");
	char host[256] = "", *detail;
	struct kept_list list = {.n = 0};
	int result = -1;

	(void)gethostname(host, sizeof(host) - 1);
	if (row != NULL) {
		statement_text(row, ":host", host);
		statement_text(row, ":project", view->inside ? view->project.uuid : NULL);
		result = read_files(view, row, &columns, &list);
	}
	for (size_t i = 0; result == 0 && i < list.n; i++) {
		const struct kept *file = &list.files[i];
		const char *fault = fault_of(file, &list.hashes[i]);

		if (fault == NULL)
			continue;
		++*problems;
		if (asprintf(&detail, "%s %s %s", file->role, file->path, fault) < 0)
			break;
		result = printer_row(printer,
		    (struct cell[]){text_cell(file->number), text_cell(file->task),
			text_cell("file"), text_cell(detail), text_cell(file->job)});
		free(detail);
	}
	free_files(&list);
	sqlite3_finalize(row);
	return result < 0 ? -1 : 0;
}

int
job_check(const struct job_view *view, const struct job_printing *printing)
{
	static const struct printer_column columns[] = {{"number", CELL_TEXT},
	    {"task", CELL_TEXT}, {"problem", CELL_TEXT}, {"detail", CELL_TEXT},
	    {"job", CELL_TEXT}};
	sqlite3_stmt *row = job_view_prepare(view, "check");
	struct printer printer;
	long problems = 0;
	int result, code = SQLITE_DONE;

	if (row == NULL)
		return EXIT_PARTIAL;
	result = printer_open(&printer, printing->format, STDOUT_FILENO, columns, 5);
	while (result == 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
		struct cell cells[5];

		for (int i = 0; i < 5; i++)
			cells[i] = rows_cell(row, i, CELL_TEXT);
		problems++;
		result = printer_row(&printer, cells);
	}
	if (result == 0 && code != SQLITE_DONE) {
		db_complain(view->db, view->path);
		result = -1;
	}
	if (result == 0)
		result = check_files(view, &printer, &problems);
	if (printer_close(&printer, result >= 0) != 0) {
		msg("stdout: %s", strerror(errno));
		result = -1;
	}
	sqlite3_finalize(row);
	return result < 0 || problems > 0 ? EXIT_PARTIAL : EXIT_DONE;
}

/* ---- rerun ------------------------------------------------------------------ */

/* Arguments of elog-job run, as they come; all malloc'd. */
struct arguments {
	char **list;
	size_t n;
	bool failed;
};

/* Takes text. */
static void
add(struct arguments *a, char *text)
{
	char **grown = realloc(a->list, (a->n + 2) * sizeof(*grown));

	if (grown == NULL || text == NULL) {
		a->failed = true;
		a->list = grown != NULL ? grown : a->list;
		free(text);
		return;
	}
	a->list = grown;
	a->list[a->n++] = text;
	a->list[a->n] = NULL;
}

static void
add_option(struct arguments *a, const char *option, const char *value)
{
	if (value == NULL)
		return;
	add(a, strdup(option));
	add(a, strdup(value));
}

/* The texts of a JSON array. */
static void
add_array(struct arguments *a, const char *array)
{
	struct json_span value, inner;
	struct json s;

	if (array == NULL)
		return;
	json_begin(&s, array, strlen(array));
	if (!json_open(&s, '['))
		return;
	while (json_element(&s) && json_value(&s, &value)) {
		char *text = NULL;
		size_t n;

		if (value.p[0] == '"' && (text = malloc(value.n + 1)) != NULL) {
			(void)json_string_decode(value, text);
		} else if (value.p[0] == '{' && json_find(value, "$base64", &inner) &&
			   inner.p[0] == '"') {
			text = (char *)base64_decode(inner.p + 1, inner.n - 2, &n);
			if (text != NULL)
				text[n] = '\0';
		}
		add(a, text);
	}
}

/* The same files as inputs of the new job. */
static void
add_inputs(struct arguments *a, const struct kept_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct kept *file = &list->files[i];
		char *text;

		if (strcmp(file->direction, "IN") != 0)
			continue;
		if (asprintf(&text, "%s=%s%s", file->role, file->path,
			file->said != NULL ? file->said : "") < 0)
			text = NULL;
		add(a, strdup("--in"));
		add(a, text);
	}
}

/* Why it is to be run again, or "nothing changed"; *is tells which. */
static void
tell_reason(
    const char *number, const char *status, const struct kept_list *list, bool *is)
{
	if (strcmp(status, "FINISHED") != 0) {
		msg("%s: it is %s: run again", number, status);
		*is = true;
		return;
	}
	for (size_t i = 0; i < list->n; i++) {
		const struct kept *file = &list->files[i];
		const char *fault = fault_of(file, &list->hashes[i]);

		if (fault == NULL)
			continue;
		msg("%s: %s %s %s %s: run again", number,
		    strcmp(file->direction, "IN") == 0 ? "input" : "output", file->role,
		    file->path, fault);
		*is = true;
		return;
	}
	msg("%s: nothing changed: inputs and outputs are as they were: not run again",
	    number);
	*is = false;
}

static void
run_it(struct arguments *a)
{
	char *path = sibling("elog-job");

	if (path != NULL)
		execvp(path, a->list);
	msg("elog-job: %s: is it installed beside this program?", strerror(errno));
}

static int
build(struct arguments *a, sqlite3_stmt *job, const struct kept_list *list,
    const char *uuid, const char *db, const char *project)
{
	static const struct {
		const char *option;
		int column;
	} texts[] = {{"--task", 5}, {"--title", 6}, {"--experiment", 7}, {"--run", 8}};
	const char *home = (const char *)sqlite3_column_text(job, 12);

	add(a, strdup("elog-job"));
	add(a, strdup("run"));
	add_option(a, "--db", db);
	add_option(a, "--project", project != NULL ? project : home);
	add_option(a, "--rerun-of", uuid);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_option(a, texts[i].option,
		    (const char *)sqlite3_column_text(job, texts[i].column));
	if (sqlite3_column_int(job, 3) != 0)
		add(a, strdup("--in-job-dir"));
	add_inputs(a, list);
	add_array(a, (const char *)sqlite3_column_text(job, 4));
	add(a, strdup("--"));
	add_array(a, (const char *)sqlite3_column_text(job, 0));
	if (!a->failed)
		return 0;
	msg("its command or its options are no texts, or no memory");
	return -1;
}

int
job_rerun(struct job_view *view, const char *id, bool if_changed, const char *db,
    const char *project)
{
	static const struct columns columns = {.number = -1,
	    .task = -1,
	    .direction = 0,
	    .role = 1,
	    .path = 2,
	    .base64 = 3,
	    .sha256 = 4,
	    .job = -1,
	    .said = 5};
	char uuid[UUID_BYTES];
	sqlite3_stmt *job = NULL, *files = NULL;
	struct kept_list list = {.n = 0};
	struct arguments arguments = {0};
	const char *number, *directory, *status;
	/* The job's directory becomes ours. */
	char *whole_db = db != NULL ? realpath(db, NULL) : NULL,
	     *whole_project = project != NULL ? realpath(project, NULL) : NULL;
	int result = job_view_find(view, id, uuid);
	bool is = true;

	if (result != EXIT_DONE)
		goto done;
	result = EXIT_PARTIAL;
	job = job_view_prepare(view, "rerun");
	files = job_view_prepare(view, "rerun_files");
	if (job == NULL || files == NULL)
		goto done;
	statement_text(job, ":uuid", uuid);
	statement_text(files, ":uuid", uuid);
	if (sqlite3_step(job) != SQLITE_ROW) {
		db_complain(view->db, view->path);
		goto done;
	}
	if (read_files(view, files, &columns, &list) != 0)
		goto done;
	number = (const char *)sqlite3_column_text(job, 10);
	directory = (const char *)sqlite3_column_text(job, 2);
	status = (const char *)sqlite3_column_text(job, 9);
	if (sqlite3_column_type(job, 0) == SQLITE_NULL) {
		msg("%s: it has no command", number);
		goto done;
	}
	if (sqlite3_column_int(job, 1) != 0) {
		msg("%s: its command held what looks like a password, which was not "
		    "kept: "
		    "run it by hand",
		    number);
		goto done;
	}
	if (if_changed)
		tell_reason(number, status, &list, &is);
	if (!is)
		result = EXIT_DONE;
	else if (directory != NULL && chdir(directory) != 0)
		msg("%s: %s: %s", number, directory, strerror(errno));
	else if (build(&arguments, job, &list, uuid, whole_db != NULL ? whole_db : db,
		     whole_project != NULL ? whole_project : project) == 0)
		run_it(&arguments);
done:
	for (size_t i = 0; i < arguments.n; i++)
		free(arguments.list[i]);
	free(arguments.list);
	free_files(&list);
	free(whole_db);
	free(whole_project);
	sqlite3_finalize(job);
	sqlite3_finalize(files);
	return result;
}
