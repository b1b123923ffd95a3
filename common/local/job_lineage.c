#include "local/job_lineage.h"

#include <limits.h>
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

/* What is looked for: a job, or a file. */
struct origin {
	const char *job; /* or NULL and */
	const char *file, *path, *at;
};

struct job_lineage {
	const struct job_view *view;
	struct job_lineage_wanted wanted;
	struct origin origin;
	struct arena arena;
	void *seen; /* a tree of keys, tsearch(3) */
	sqlite3_stmt *writer, *uses, *readers, *row;
	struct job_use *first, **end;
	struct job_use *newest; /* what was added last, if it was new */
	long n, most;		/* jobs and files that are there, and may be */
	/* Jobs to look at, one way, in the order in which they were found. */
	struct job_step *steps[JOB_DOWN + 1], **steps_end[JOB_DOWN + 1];
	struct job_step *at; /* which is looked at */
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
keep(struct job_lineage *l, const char *text)
{
	return text != NULL ? arena_text(&l->arena, text, strlen(text)) : NULL;
}

static const char *
column(struct job_lineage *l, sqlite3_stmt *row, int i)
{
	return keep(l, (const char *)sqlite3_column_text(row, i));
}

/* A key as it stands in the tree; NULL without memory. */
static char *
key_of(
    struct job_lineage *l, const char *kind, const char *a, const char *b, const char *c)
{
	char *key = NULL, *kept;
	int n = asprintf(
	    &key, "%s\n%s\n%s\n%s", kind, a, b != NULL ? b : "", c != NULL ? c : "");

	kept = n < 0 ? NULL : arena_text(&l->arena, key, (size_t)n);
	free(n < 0 ? NULL : key);
	if (kept == NULL)
		l->failed = true;
	return kept;
}

/* Is it new?  Then it is no more. */
static bool
is_new(
    struct job_lineage *l, const char *kind, const char *a, const char *b, const char *c)
{
	char *key = key_of(l, kind, a, b, c);
	void **found = key != NULL ? tsearch(key, &l->seen, compare) : NULL;

	if (found == NULL)
		l->failed = true;
	return found != NULL && *found == key;
}

static bool
is_there(struct job_lineage *l, const char *kind, const char *id)
{
	char *key = key_of(l, kind, id, NULL, NULL);

	return key != NULL && tfind(key, &l->seen, compare) != NULL;
}

/* A use beyond the bounds. */
static void
leave_out(struct job_lineage *l)
{
	l->at->left++;
}

/* False if the bounds leave it out. */
static bool
add_use(struct job_lineage *l, bool up, int depth, const char *job, const char *file,
    bool in, const char *role, const char *path)
{
	struct job_use *use;

	l->newest = NULL;
	if (l->n >= l->most && (!is_there(l, "job", job) || !is_there(l, "file", file))) {
		leave_out(l);
		return false;
	}
	if (!is_new(l, in ? "in" : "out", job, role, path))
		return true;
	use = arena_get(&l->arena, sizeof(*use));
	if (use == NULL) {
		l->failed = true;
		return false;
	}
	l->n += is_new(l, "job", job, NULL, NULL) + is_new(l, "file", file, NULL, NULL);
	*use = (struct job_use){.job = job,
	    .file = file,
	    .role = role,
	    .path = path,
	    .up = up,
	    .in = in,
	    .depth = depth};
	*l->end = use;
	l->end = &use->next;
	l->newest = use;
	return true;
}

static void
add_job(struct job_lineage *l, enum job_direction way, const char *job, int depth)
{
	struct job_step *step;

	if (!is_new(l, way == JOB_UP ? "up" : "down", job, NULL, NULL))
		return;
	step = arena_get(&l->arena, sizeof(*step));
	if (step == NULL) {
		l->failed = true;
		return;
	}
	*step = (struct job_step){.job = job, .depth = depth};
	*l->steps_end[way] = step;
	l->steps_end[way] = &step->next;
}

/* The job that wrote what was found under a path at a time, and its role; NULL: none
   that is known. */
static const char *
find_writer(struct job_lineage *l, const char *file, const char *path, const char *at,
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

/* Go on to the job that wrote it.  The path under which it did; NULL: none is known. */
static const char *
climb(struct job_lineage *l, const char *file, const char *path, const char *at,
    const char *job, int depth)
{
	const char *role, *as, *writer = find_writer(l, file, path, at, job, &role, &as);

	if (writer == NULL || !add_use(l, true, depth, writer, file, false, role, as))
		return NULL;
	add_job(l, JOB_UP, writer, depth + 1);
	return as;
}

/* What a job used, one way: read into memory first, since looking further asks again. */
struct used {
	const char *file, *role, *path, *at;
	bool written;
	struct used *next;
};

static struct used *
read_uses(struct job_lineage *l, const char *job, const char *direction)
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

/* Are n of one enough? */
static bool
is_enough(const struct job_lineage *l, long n)
{
	return l->wanted.most_of_one > 0 && n >= l->wanted.most_of_one;
}

static void
go_up(struct job_lineage *l, const struct job_step *step)
{
	struct used *used = read_uses(l, step->job, "IN");

	for (long n = 0; used != NULL; used = used->next, n++) {
		struct job_use *use;
		const char *from;

		if (is_enough(l, n)) {
			leave_out(l);
			continue;
		}
		if (!add_use(l, true, step->depth, step->job, used->file, true,
			used->role, used->path))
			continue;
		use = l->newest;
		from = climb(
		    l, used->file, used->path, used->at, step->job, step->depth + 1);
		if (use != NULL)
			use->from = from;
	}
}

/* Those who read it and for whom this job is the writer. */
static void
descend(struct job_lineage *l, const struct used *used, const char *job, int depth)
{
	struct used *readers = NULL, **end = &readers, *reader;
	long n = 0;

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

		if (is_enough(l, n)) {
			leave_out(l);
			continue;
		}

		if (job != NULL)
			writer = find_writer(l, used->file, reader->path, reader->at,
			    reader->file, &role, &as);
		if (job != NULL && (writer == NULL || strcmp(writer, job) != 0))
			continue;
		n++;
		if (!add_use(l, false, depth, reader->file, used->file, true,
			reader->role, reader->path))
			continue;
		if (l->newest != NULL)
			l->newest->from = used->path;
		add_job(l, JOB_DOWN, reader->file, depth + 1);
	}
}

static void
go_down(struct job_lineage *l, const struct job_step *step)
{
	struct used *used = read_uses(l, step->job, "OUT");

	for (long n = 0; used != NULL; used = used->next, n++) {
		if (is_enough(l, n))
			leave_out(l);
		else if (add_use(l, false, step->depth, step->job, used->file, false,
			     used->role, used->path) &&
			 used->written)
			descend(l, used, step->job, step->depth + 1);
	}
}

/* ---- Where it begins ---------------------------------------------------------- */

static bool
ask_file(struct job_lineage *l, const char *sql, const char *path)
{
	sqlite3_stmt *statement = job_view_prepare(l->view, sql);
	bool found = false;

	if (statement == NULL)
		return false;
	statement_text(statement, ":path", path);
	found = sqlite3_step(statement) == SQLITE_ROW;
	if (found) {
		l->origin.file = column(l, statement, 0);
		l->origin.path = column(l, statement, 1);
		l->origin.at = column(l, statement, 2);
	}
	sqlite3_finalize(statement);
	return found;
}

static bool
is_id(const char *what)
{
	return what[strspn(what, "0123456789.")] == '\0' || uuid_valid(what);
}

static int
find_job(struct job_lineage *l, const char *what)
{
	char job[UUID_BYTES];
	int status = job_view_find(l->view, what, job);

	if (status == EXIT_DONE)
		l->origin.job = keep(l, job);
	return status;
}

/* The exit status. */
static int
find_origin(struct job_lineage *l)
{
	const char *what = l->wanted.what;
	bool found;
	char *path;

	if (l->wanted.job != NULL) {
		l->origin.job = keep(l, l->wanted.job);
		return EXIT_DONE;
	}

	if (is_id(what) && (l->wanted.recorded || access(what, F_OK) != 0))
		return find_job(l, what);
	/* As it was recorded; where there is no such directory any more, as it is given.
	 */
	path = l->wanted.recorded ? NULL : job_project_absolute(what);
	found = (path != NULL && ask_file(l, "lineage_path", path)) ||
		ask_file(l, "lineage_path", what) ||
		ask_file(l, "lineage_import", path != NULL ? path : what) ||
		ask_file(l, "lineage_sha256", what);
	free(path);
	if (found)
		return EXIT_DONE;
	msg("%s: no job read or wrote it", what);
	return EXIT_PARTIAL;
}

/* Look at one job after the other, until there are enough. */
static void
look_on(struct job_lineage *l, enum job_direction way)
{
	for (struct job_step *step = l->steps[way]; step != NULL; step = step->next) {
		if (step->job == NULL)
			continue;
		if (l->n >= l->most)
			break;
		l->at = step;
		step->looked = true;
		if (way == JOB_UP)
			go_up(l, step);
		else
			go_down(l, step);
	}
}

/* Where a way begins: at the job, or at those that wrote or read the file. */
static void
look_one_way(struct job_lineage *l, enum job_direction way)
{
	const struct origin *origin = &l->origin;
	struct used used = {.file = origin->file, .path = origin->path, .at = ""};
	struct job_step *file;

	l->steps_end[way] = &l->steps[way];
	if (origin->job != NULL) {
		add_job(l, way, origin->job, 1);
		look_on(l, way);
		return;
	}
	file = arena_get(&l->arena, sizeof(*file));
	if (file == NULL)
		return;
	*file = (struct job_step){.looked = true};
	l->steps[way] = l->at = file;
	l->steps_end[way] = &file->next;
	if (way == JOB_UP)
		(void)climb(l, origin->file, origin->path, "9999", NULL, 1);
	else
		descend(l, &used, NULL, 1);
	look_on(l, way);
}

static void
look(struct job_lineage *l)
{
	long most = l->wanted.most > 0 ? l->wanted.most : LONG_MAX;
	bool both = l->wanted.directions == (JOB_UP | JOB_DOWN);

	l->most = both && l->wanted.most > 0 ? most / 2 : most;
	if (l->wanted.directions & JOB_UP)
		look_one_way(l, JOB_UP);
	l->most = most;
	if (l->wanted.directions & JOB_DOWN)
		look_one_way(l, JOB_DOWN);
}

/* ---- From outside ----------------------------------------------------------- */

int
job_lineage_open(struct job_lineage **lineage, const struct job_view *view,
    const struct job_lineage_wanted *wanted)
{
	struct job_lineage *l = calloc(1, sizeof(*l));
	int status = EXIT_PARTIAL;

	*lineage = l;
	if (l == NULL) {
		msg("no memory");
		return status;
	}
	l->view = view;
	l->wanted = *wanted;
	l->end = &l->first;
	l->writer = job_view_prepare(view, "lineage_writer");
	l->uses = job_view_prepare(view, "lineage_uses");
	l->readers = job_view_prepare(view, "lineage_readers");
	l->row = job_view_prepare(view, "lineage_row");
	if (l->writer != NULL && l->uses != NULL && l->readers != NULL && l->row != NULL)
		status = find_origin(l);
	if (status == EXIT_DONE)
		look(l);
	if (l->failed || l->arena.failed) {
		msg("no memory");
		status = EXIT_PARTIAL;
	}
	return status;
}

const struct job_use *
job_lineage_uses(const struct job_lineage *l)
{
	return l->first;
}

const struct job_step *
job_lineage_steps(const struct job_lineage *l, enum job_direction direction)
{
	return l->steps[direction];
}

const char *
job_lineage_job(const struct job_lineage *l)
{
	return l->origin.job;
}

const char *
job_lineage_file(const struct job_lineage *l)
{
	return l->origin.file;
}

const char *
job_lineage_path(const struct job_lineage *l)
{
	return l->origin.path != NULL ? l->origin.path : "";
}

sqlite3_stmt *
job_lineage_row(struct job_lineage *l, const struct job_use *use)
{
	sqlite3_stmt *row = l->row;

	sqlite3_reset(row);
	if (use == NULL)
		return row;
	statement_text(row, ":way", use->up ? "up" : "down");
	sqlite3_bind_int(row, sqlite3_bind_parameter_index(row, ":depth"), use->depth);
	statement_text(row, ":job", use->job);
	statement_text(row, ":file", use->file);
	statement_text(row, ":direction", use->in ? "IN" : "OUT");
	statement_text(row, ":role", use->role);
	statement_text(row, ":path", use->path);
	if (sqlite3_step(row) == SQLITE_ROW)
		return row;
	db_complain(l->view->db, l->view->path);
	return NULL;
}

void
job_lineage_close(struct job_lineage *l)
{
	if (l == NULL)
		return;
	sqlite3_finalize(l->writer);
	sqlite3_finalize(l->uses);
	sqlite3_finalize(l->readers);
	sqlite3_finalize(l->row);
	tdestroy(l->seen, ignore);
	arena_free(&l->arena);
	free(l);
}
