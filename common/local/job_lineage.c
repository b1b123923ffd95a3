#include "local/job_lineage.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "query/rows.h"

/* A use of a file: an edge between a file and a job. */
struct use {
	const char *job, *file, *role, *path;
	bool up, in;
	int depth;
	struct use *next;
};

struct lineage {
	const struct job_view *view;
	struct arena arena;
	void *seen; /* a tree of keys, tsearch(3) */
	sqlite3_stmt *writer, *uses, *readers;
	struct use *first, **end;
	/* Jobs to look at, in the order in which they were found. */
	struct step {
		const char *job;
		int depth;
		struct step *next;
	} * queue, **queue_end;
	bool failed;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
ignore(void *key)
{
	(void)key; /* the arena's */
}

static const char *
keep(struct lineage *l, const char *text)
{
	return text != NULL ? arena_text(&l->arena, text, strlen(text)) : NULL;
}

static const char *
column(struct lineage *l, sqlite3_stmt *row, int i)
{
	return keep(l, (const char *)sqlite3_column_text(row, i));
}

/* Is it new?  Then it is no more. */
static bool
is_new(struct lineage *l, const char *kind, const char *a, const char *b, const char *c)
{
	char *key = NULL, *kept;
	void **found;
	int n = asprintf(
	    &key, "%s\n%s\n%s\n%s", kind, a, b != NULL ? b : "", c != NULL ? c : "");

	kept = n < 0 ? NULL : arena_text(&l->arena, key, (size_t)n);
	free(n < 0 ? NULL : key);
	found = kept != NULL ? tsearch(kept, &l->seen, compare) : NULL;
	if (found == NULL)
		l->failed = true;
	return found != NULL && *found == kept;
}

static void
add_use(struct lineage *l, bool up, int depth, const char *job, const char *file, bool in,
    const char *role, const char *path)
{
	struct use *use;

	if (!is_new(l, in ? "in" : "out", job, role, path))
		return;
	use = arena_get(&l->arena, sizeof(*use));
	if (use == NULL) {
		l->failed = true;
		return;
	}
	*use = (struct use){.job = job,
	    .file = file,
	    .role = role,
	    .path = path,
	    .up = up,
	    .in = in,
	    .depth = depth};
	*l->end = use;
	l->end = &use->next;
}

static void
add_job(struct lineage *l, const char *way, const char *job, int depth)
{
	struct step *step;

	if (!is_new(l, way, job, NULL, NULL))
		return;
	step = arena_get(&l->arena, sizeof(*step));
	if (step == NULL) {
		l->failed = true;
		return;
	}
	*step = (struct step){.job = job, .depth = depth};
	*l->queue_end = step;
	l->queue_end = &step->next;
}

/* The job that wrote what was found under a path at a time, and its role; NULL: none
   that is known. */
static const char *
find_writer(struct lineage *l, const char *file, const char *path, const char *at,
    const char *job, const char **role, const char **written_as)
{
	const char *found = NULL;

	statement_text(l->writer, ":file", file);
	statement_text(l->writer, ":path", path);
	statement_text(l->writer, ":at", at);
	statement_text(l->writer, ":job", job);
	if (sqlite3_step(l->writer) == SQLITE_ROW) {
		found = column(l, l->writer, 0);
		*role = column(l, l->writer, 1);
		*written_as = column(l, l->writer, 2);
	}
	sqlite3_reset(l->writer);
	return found;
}

static void
climb(struct lineage *l, const char *file, const char *path, const char *at,
    const char *job, int depth)
{
	const char *role, *as, *writer = find_writer(l, file, path, at, job, &role, &as);

	if (writer == NULL)
		return;
	add_use(l, true, depth, writer, file, false, role, as);
	add_job(l, "up", writer, depth + 1);
}

/* What a job used, one way: read into memory first, since looking further asks again. */
struct used {
	const char *file, *role, *path, *at;
	bool written;
	struct used *next;
};

static struct used *
read_uses(struct lineage *l, const char *job, const char *direction)
{
	struct used *first = NULL, **end = &first, *used;

	statement_text(l->uses, ":job", job);
	statement_text(l->uses, ":direction", direction);
	while (sqlite3_step(l->uses) == SQLITE_ROW) {
		used = arena_get(&l->arena, sizeof(*used));
		if (used == NULL)
			break;
		used->file = column(l, l->uses, 0);
		used->role = column(l, l->uses, 1);
		used->path = column(l, l->uses, 2);
		used->at = column(l, l->uses, 3);
		used->written = sqlite3_column_type(l->uses, 4) == SQLITE_NULL ||
				sqlite3_column_int(l->uses, 4) != 0;
		*end = used;
		end = &used->next;
	}
	sqlite3_reset(l->uses);
	return first;
}

static void
go_up(struct lineage *l, const struct step *step)
{
	struct used *used = read_uses(l, step->job, "IN");

	for (; used != NULL; used = used->next) {
		add_use(l, true, step->depth, step->job, used->file, true, used->role,
		    used->path);
		climb(l, used->file, used->path, used->at, step->job, step->depth + 1);
	}
}

/* Those who read it and for whom this job is the writer. */
static void
descend(struct lineage *l, const struct used *used, const char *job, int depth)
{
	struct used *readers = NULL, **end = &readers, *reader;

	statement_text(l->readers, ":file", used->file);
	statement_text(l->readers, ":at", used->at);
	statement_text(l->readers, ":job", job);
	while (sqlite3_step(l->readers) == SQLITE_ROW) {
		reader = arena_get(&l->arena, sizeof(*reader));
		if (reader == NULL)
			break;
		reader->file = column(l, l->readers, 0); /* the job, here */
		reader->role = column(l, l->readers, 1);
		reader->path = column(l, l->readers, 2);
		reader->at = column(l, l->readers, 3);
		*end = reader;
		end = &reader->next;
	}
	sqlite3_reset(l->readers);
	for (reader = readers; reader != NULL; reader = reader->next) {
		const char *role, *as, *writer = NULL;

		if (job != NULL)
			writer = find_writer(l, used->file, reader->path, reader->at,
			    reader->file, &role, &as);
		if (job != NULL && (writer == NULL || strcmp(writer, job) != 0))
			continue;
		add_use(l, false, depth, reader->file, used->file, true, reader->role,
		    reader->path);
		add_job(l, "down", reader->file, depth + 1);
	}
}

static void
go_down(struct lineage *l, const struct step *step)
{
	struct used *used = read_uses(l, step->job, "OUT");

	for (; used != NULL; used = used->next) {
		add_use(l, false, step->depth, step->job, used->file, false, used->role,
		    used->path);
		if (used->written)
			descend(l, used, step->job, step->depth + 1);
	}
}

/* ---- Where it begins ---------------------------------------------------------- */

struct origin {
	char job[UUID_BYTES]; /* or "" and */
	const char *file, *path, *at;
};

static bool
ask_file(struct lineage *l, const char *sql, const char *path, struct origin *origin)
{
	sqlite3_stmt *statement = job_view_prepare(l->view, sql);
	bool found = false;

	if (statement == NULL)
		return false;
	statement_text(statement, ":path", path);
	found = sqlite3_step(statement) == SQLITE_ROW;
	if (found) {
		origin->file = column(l, statement, 0);
		origin->path = column(l, statement, 1);
		origin->at = column(l, statement, 2);
	}
	sqlite3_finalize(statement);
	return found;
}

static bool
is_id(const char *what)
{
	return what[strspn(what, "0123456789.")] == '\0' || uuid_valid(what);
}

/* 0, or 1 after a message. */
static int
find_origin(struct lineage *l, const char *what, struct origin *origin)
{
	/* As it was recorded; where there is no such directory any more, as it is given.
	 */
	char *path = job_project_absolute(what);
	int found = 0;

	*origin = (struct origin){.job = ""};
	if (is_id(what) && access(what, F_OK) != 0) {
		free(path);
		return job_view_find(l->view, what, origin->job);
	}
	found = ask_file(l, "lineage_path", path, origin) ||
		ask_file(l, "lineage_path", what, origin) ||
		ask_file(l, "lineage_import", path, origin) ||
		ask_file(l, "lineage_sha256", what, origin);
	free(path);
	if (found)
		return EXIT_DONE;
	msg("%s: no job read or wrote it", what);
	return EXIT_PARTIAL;
}

static void
look(struct lineage *l, const struct origin *origin, int directions)
{
	const char *job = origin->job[0] != '\0' ? keep(l, origin->job) : NULL;

	if (directions & JOB_UP) {
		if (job != NULL)
			add_job(l, "up", job, 1);
		else
			climb(l, origin->file, origin->path, "9999", NULL, 1);
		for (struct step *step = l->queue; step != NULL; step = step->next)
			go_up(l, step);
	}
	l->queue = NULL;
	l->queue_end = &l->queue;
	if (directions & JOB_DOWN) {
		if (job != NULL) {
			add_job(l, "down", job, 1);
		} else {
			struct used used = {
			    .file = origin->file, .path = origin->path, .at = ""};

			descend(l, &used, NULL, 1);
		}
		for (struct step *step = l->queue; step != NULL; step = step->next)
			go_down(l, step);
	}
}

/* ---- What is printed -------------------------------------------------------- */

static void
bind_use(sqlite3_stmt *row, const struct use *use)
{
	statement_text(row, ":way", use->up ? "up" : "down");
	sqlite3_bind_int(row, sqlite3_bind_parameter_index(row, ":depth"), use->depth);
	statement_text(row, ":job", use->job);
	statement_text(row, ":file", use->file);
	statement_text(row, ":direction", use->in ? "IN" : "OUT");
	statement_text(row, ":role", use->role);
	statement_text(row, ":path", use->path);
}

static int
print_rows(
    const struct lineage *l, sqlite3_stmt *row, const struct printer_format *format)
{
	size_t n = (size_t)sqlite3_column_count(row);
	struct printer_column *columns = calloc(n, sizeof(*columns));
	struct cell *cells = calloc(n, sizeof(*cells));
	struct printer printer;
	int result = -1, error = ENOMEM;

	for (size_t i = 0; columns != NULL && i < n; i++)
		columns[i].name = sqlite3_column_name(row, (int)i);
	if (columns != NULL && cells != NULL) {
		result = printer_open(&printer, format, STDOUT_FILENO, columns, n);
		for (const struct use *use = l->first; use && result == 0;
		     use = use->next) {
			bind_use(row, use);
			(void)sqlite3_step(row);
			for (size_t i = 0; i < n; i++)
				cells[i] = rows_cell(row, (int)i, CELL_NULL);
			result = printer_row(&printer, cells);
			sqlite3_reset(row);
		}
		error = errno;
		if (printer_close(&printer, result >= 0) != 0)
			result = -1;
	}
	free(columns);
	free(cells);
	if (result < 0)
		msg("stdout: %s", strerror(error));
	return result < 0 ? EXIT_PARTIAL : EXIT_DONE;
}

/* A text in the quotes of graphviz's language. */
static void
put_quoted(const char *text)
{
	putchar('"');
	for (const char *p = text != NULL ? text : ""; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar((unsigned char)*p < 0x20 ? ' ' : *p);
	}
	putchar('"');
}

static void
put_label(const char *before, const char *text)
{
	const char *slash = text != NULL ? strrchr(text, '/') : NULL;

	fputs(before, stdout);
	put_quoted(slash != NULL && slash[1] != '\0' ? slash + 1 : text);
}

/* Files are boxes, jobs are ovals; each is named by what it is. */
static int
print_dot(const struct lineage *l, sqlite3_stmt *row)
{
	puts("digraph lineage {\n  rankdir=LR;");
	for (const struct use *use = l->first; use != NULL; use = use->next) {
		const char *number, *task, *status;

		bind_use(row, use);
		(void)sqlite3_step(row);
		number = (const char *)sqlite3_column_text(row, 2);
		task = (const char *)sqlite3_column_text(row, 3);
		status = (const char *)sqlite3_column_text(row, 4);
		fputs("  ", stdout);
		put_quoted(use->job);
		printf(" [label=\"%s ", number != NULL ? number : "?");
		for (const char *p = task != NULL ? task : ""; *p != '\0'; p++)
			putchar(*p == '"' || *p == '\\' || (unsigned char)*p < 0x20 ? '?'
										    : *p);
		printf("\\n%s\"];\n  ", status != NULL ? status : "");
		put_quoted(use->file);
		put_label(" [shape=box label=", use->path);
		fputs("];\n  ", stdout);
		put_quoted(use->in ? use->file : use->job);
		fputs(" -> ", stdout);
		put_quoted(use->in ? use->job : use->file);
		fputs(" [label=", stdout);
		put_quoted(use->role);
		puts("];");
		if (sqlite3_column_type(row, 9) != SQLITE_NULL) {
			fputs("  ", stdout);
			printf("\"run of %s\" [shape=diamond label=\"",
			    (const char *)use->job);
			for (const char *p = (const char *)sqlite3_column_text(row, 9);
			     *p != '\0'; p++)
				putchar(*p == '"' || *p == '\\' ? '?' : *p);
			printf(" run %s\"];\n  \"run of %s\" -> ",
			    sqlite3_column_type(row, 10) != SQLITE_NULL
				? (const char *)sqlite3_column_text(row, 10)
				: "?",
			    use->job);
			put_quoted(use->job);
			puts(";");
		}
		sqlite3_reset(row);
	}
	puts("}");
	return EXIT_DONE;
}

int
job_lineage(const struct job_view *view, const char *what, int directions, bool dot,
    const struct job_printing *printing)
{
	struct lineage l = {.view = view};
	struct origin origin;
	sqlite3_stmt *row = NULL;
	int status = EXIT_PARTIAL;

	l.end = &l.first;
	l.queue_end = &l.queue;
	l.writer = job_view_prepare(view, "lineage_writer");
	l.uses = job_view_prepare(view, "lineage_uses");
	l.readers = job_view_prepare(view, "lineage_readers");
	row = job_view_prepare(view, "lineage_row");
	if (l.writer != NULL && l.uses != NULL && l.readers != NULL && row != NULL)
		status = find_origin(&l, what, &origin);
	if (status == EXIT_DONE) {
		look(&l, &origin, directions);
		status = dot ? print_dot(&l, row) : print_rows(&l, row, printing->format);
	}
	if (l.failed || l.arena.failed) {
		msg("no memory");
		status = EXIT_PARTIAL;
	}
	sqlite3_finalize(l.writer);
	sqlite3_finalize(l.uses);
	sqlite3_finalize(l.readers);
	sqlite3_finalize(row);
	tdestroy(l.seen, ignore);
	arena_free(&l.arena);
	return status;
}
