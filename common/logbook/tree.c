#include "logbook/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "logbook/experiment.h"
#include "logbook/questionnaire.h"
#include "text/writer.h"

/* Where the service has things: what a server of files answers to the paths of the main
   door (logbook/service.c). */
#define LOGBOOK "ws-kerb/lgbk/lgbk"
#define PUBLIC "ws/lgbk/lgbk"
#define QUESTIONNAIRE "ws-kerb/questionnaire"

struct tree {
	sqlite3 *db;
	const char *path, *directory, *experiments;
	const bool *wanted;
	sqlite3_stmt *came, *documents[STREAMS_MAX];
	bool failed; /* something was left out */
};

/* ---- files ---------------------------------------------------------------------- */

/* A file on its way. */
struct saved {
	FILE *out;
	char *name, *temporary;
};

/* Make the directories above a file. */
static int
make_directories(char *name)
{
	for (char *slash = strchr(name + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		int result;

		*slash = '\0';
		result = mkdir(name, 0777);
		*slash = '/';
		if (result != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int
save_begin(struct saved *saved, const struct tree *tree, const char *name)
{
	int fd = -1;

	*saved = (struct saved){.out = NULL};
	if (asprintf(&saved->name, "%s/%s", tree->directory, name) < 0)
		saved->name = NULL;
	if (saved->name != NULL &&
	    asprintf(&saved->temporary, "%s.tmp%ld", saved->name, (long)getpid()) < 0)
		saved->temporary = NULL;
	if (saved->name == NULL || saved->temporary == NULL)
		errno = ENOMEM;
	else if (make_directories(saved->name) == 0)
		fd = open(saved->temporary,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd >= 0 && (saved->out = fdopen(fd, "w")) != NULL)
		return 0;
	msg("%s: %s", saved->name != NULL ? saved->name : name, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(saved->name);
	free(saved->temporary);
	return -1;
}

/* Put it into its place, or remove it.  0, or -1 after a message. */
static int
save_end(struct saved *saved, int result)
{
	bool failed = ferror(saved->out) != 0;

	failed |= fclose(saved->out) != 0;
	if (result == 0 && (failed || rename(saved->temporary, saved->name) != 0)) {
		msg("%s: %s", saved->name, strerror(errno));
		result = -1;
	}
	if (result != 0)
		(void)unlink(saved->temporary);
	free(saved->name);
	free(saved->temporary);
	return result;
}

static void
put(void *out, const char *p, size_t n)
{
	(void)fwrite(p, 1, n, out);
}

/* ---- documents ------------------------------------------------------------------ */

static int
prepare(struct tree *tree)
{
	tree->came = db_prepare(tree->db, tree->path,
	    "SELECT 1 FROM fetched_streams WHERE experiment = :experiment AND "
	    "stream = :stream AND completed_at IS NOT NULL");
	if (tree->came == NULL)
		return -1;
	for (size_t i = 0; i < streams_staged(); i++) {
		const char *table = streams_table(&streams[i]);
		char sql[400];

		/* The service gives runs newest first. */
		snprintf(sql, sizeof(sql),
		    "SELECT doc FROM \"%s\" WHERE %s = :id AND doc IS NOT NULL "
		    "ORDER BY id %s",
		    table, i == 0 ? "id" : "experiment_id",
		    streams[i].newest_first ? "DESC" : "ASC");
		tree->documents[i] = db_prepare(tree->db, tree->path, sql);
		if (tree->documents[i] == NULL)
			return -1;
	}
	return 0;
}

/* Did a stream ever come, though nothing be in it? */
static int
has_come(struct tree *tree, const char *experiment, const char *stream)
{
	statement_text(tree->came, ":experiment", experiment);
	statement_text(tree->came, ":stream", stream);
	return statement_ask(tree->came, tree->path);
}

/* All documents of an experiment in a stream, as the service answers.  code is that of
   the first step. */
static int
put_answer(FILE *out, sqlite3_stmt *documents, const struct streams_row *row, int code)
{
	const char *comma = "";

	if (row->shape != STREAMS_BARE)
		fputs("{\"success\": true, \"value\": ", out);
	if (row->shape == STREAMS_MANY)
		putc('[', out);
	for (; code == SQLITE_ROW; code = sqlite3_step(documents)) {
		fputs(comma, out);
		put(out, (const char *)sqlite3_column_text(documents, 0),
		    (size_t)sqlite3_column_bytes(documents, 0));
		comma = ", ";
	}
	if (row->shape == STREAMS_MANY)
		putc(']', out);
	if (row->shape != STREAMS_BARE)
		putc('}', out);
	return code;
}

/* Where the file of a stream is in the tree; malloc'd, NULL if it has no place. */
static char *
place_of(const struct streams_row *row, const char *experiment,
    const struct questionnaire *questionnaire)
{
	char *name = NULL, *url;

	if (row->path != NULL) {
		if (asprintf(&name, LOGBOOK "/%s%.*s", experiment,
			(int)strcspn(row->path, "?"), row->path) < 0)
			name = NULL;
		return name;
	}
	url = questionnaire_url(questionnaire, NULL, "file:///" QUESTIONNAIRE);
	if (url != NULL &&
	    strncmp(url, "file:///" QUESTIONNAIRE "/", 9 + strlen(QUESTIONNAIRE)) == 0 &&
	    strchr(url, '%') == NULL)
		name = strdup(url + strlen("file:///"));
	free(url);
	return name;
}

static int
save_stream(struct tree *tree, size_t i, const char *experiment, sqlite3_int64 id,
    const struct questionnaire *questionnaire)
{
	const struct streams_row *row = &streams[i];
	sqlite3_stmt *documents = tree->documents[i];
	struct saved saved;
	char *name = NULL;
	int code, result = -1;

	sqlite3_bind_int64(documents, 1, id);
	code = sqlite3_step(documents);
	if (code == SQLITE_DONE &&
	    (row->shape != STREAMS_MANY || has_come(tree, experiment, row->name) != 1)) {
		sqlite3_reset(documents);
		return 0;
	}
	if (code == SQLITE_ROW || code == SQLITE_DONE) {
		name = place_of(row, experiment, questionnaire);
		if (name == NULL) {
			msg("%s: %s: it has no place in a tree: left out", experiment,
			    row->name);
			tree->failed = true;
			result = 0;
		} else if (save_begin(&saved, tree, name) == 0) {
			code = put_answer(saved.out, documents, row, code);
			result = save_end(&saved, code == SQLITE_DONE ? 0 : -1);
		}
	}
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		db_complain(tree->db, tree->path);
	sqlite3_reset(documents);
	free(name);
	return result;
}

static int
save_experiment(
    struct tree *tree, const char *experiment, sqlite3_int64 id, struct json_span info)
{
	struct questionnaire questionnaire = {0};
	int result = questionnaire_read(&questionnaire, experiment, info);

	if (result != 0)
		msg("no memory");
	for (size_t i = 0; i < streams_staged() && result == 0; i++)
		if (tree->wanted[i])
			result = save_stream(tree, i, experiment, id, &questionnaire);
	questionnaire_free(&questionnaire);
	return result;
}

/* ---- lists ---------------------------------------------------------------------- */

/* The two lists of experiments, on their way. */
struct lists {
	struct saved names, experiments;
	struct writer name, experiment;
};

static void
begin_list(struct writer *w, FILE *out)
{
	*w = writer_to(put, out);
	writer_object(w, NULL);
	writer_bool(w, "success", true);
	writer_array(w, "value");
}

static int
lists_begin(struct lists *lists, const struct tree *tree)
{
	if (save_begin(
		&lists->names, tree, PUBLIC "/ws/experiment_names_updated_within") != 0)
		return -1;
	if (save_begin(&lists->experiments, tree, LOGBOOK "/ws/experiments") != 0) {
		(void)save_end(&lists->names, -1);
		return -1;
	}
	begin_list(&lists->name, lists->names.out);
	begin_list(&lists->experiment, lists->experiments.out);
	return 0;
}

/* Columns: name, id, doc, label, instrument, runs, number and time of the last. */
static void
lists_add(struct lists *lists, sqlite3_stmt *row)
{
	struct writer *w = &lists->experiment;

	writer_string(&lists->name, NULL, (const char *)sqlite3_column_text(row, 0));
	writer_object(w, NULL);
	writer_string(w, "_id", (const char *)sqlite3_column_text(row, 0));
	writer_string(w, "name", (const char *)sqlite3_column_text(row, 3));
	writer_string(w, "instrument", (const char *)sqlite3_column_text(row, 4));
	writer_integer(w, "run_count", sqlite3_column_int64(row, 5));
	if (sqlite3_column_type(row, 6) != SQLITE_NULL) {
		writer_object(w, "last_run");
		if (sqlite3_column_type(row, 6) == SQLITE_INTEGER)
			writer_integer(w, "num", sqlite3_column_int64(row, 6));
		else
			writer_string(
			    w, "num", (const char *)sqlite3_column_text(row, 6));
		writer_string(w, "begin_time", (const char *)sqlite3_column_text(row, 7));
		writer_end_object(w);
	}
	writer_end_object(w);
}

static int
lists_end(struct lists *lists, int result)
{
	struct writer *writers[] = {&lists->name, &lists->experiment};

	for (int i = 0; i < 2; i++) {
		writer_end_array(writers[i]);
		writer_end_object(writers[i]);
	}
	if (save_end(&lists->names, result) != 0)
		result = -1;
	return save_end(&lists->experiments, result) != 0 ? -1 : result;
}

static int
save_all(struct tree *tree, struct lists *lists)
{
	sqlite3_stmt *names = db_prepare(tree->db, tree->path,
	    "SELECT e.name, e.id, e.doc, coalesce(e.doc ->> 'name', e.name), "
	    "e.instrument, (SELECT count(*) FROM runs WHERE experiment_id = e.id), "
	    "r.run_number, r.start_time FROM experiments e LEFT JOIN runs r ON r.id = "
	    "(SELECT max(id) FROM runs WHERE experiment_id = e.id) "
	    "WHERE :glob IS NULL OR e.name GLOB :glob ORDER BY e.id");
	int code = SQLITE_ERROR, result = names != NULL ? 0 : -1;

	statement_text(names, ":glob", tree->experiments);
	while (result == 0 && (code = sqlite3_step(names)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(names, 0);
		struct json_span info = {(const char *)sqlite3_column_text(names, 2),
		    (size_t)sqlite3_column_bytes(names, 2)};
		const char *why = experiment_name_error(name, strlen(name));

		if (info.p == NULL)
			why = "its description never came";
		if (why != NULL) {
			msg("%s: left out: %s", name, why);
			tree->failed = true;
			continue;
		}
		result =
		    save_experiment(tree, name, sqlite3_column_int64(names, 1), info);
		if (result == 0)
			lists_add(lists, names);
	}
	if (result == 0 && code != SQLITE_DONE) {
		db_complain(tree->db, tree->path);
		result = -1;
	}
	sqlite3_finalize(names);
	return result;
}

int
tree_write(sqlite3 *db, const char *path, const char *directory, const char *experiments,
    const bool wanted[STREAMS_MAX])
{
	struct tree tree = {.db = db,
	    .path = path,
	    .directory = directory,
	    .experiments = experiments,
	    .wanted = wanted};
	struct lists lists;
	int result = prepare(&tree);

	if (result == 0)
		result = db_exec(db, path, "BEGIN");
	if (result == 0 && (result = lists_begin(&lists, &tree)) == 0)
		result = lists_end(&lists, save_all(&tree, &lists));
	sqlite3_finalize(tree.came);
	for (size_t i = 0; i < STREAMS_MAX; i++)
		sqlite3_finalize(tree.documents[i]);
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return result != 0 || tree.failed ? EXIT_PARTIAL : EXIT_DONE;
}
