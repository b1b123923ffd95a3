#include "logbook/attachment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "logbook/http.h"
#include "stream/emit.h"
#include "stream/streams.h"
#include "text/object.h"

#define NAMES_MAX 100 /* of an entry, that are looked at for doubles */
#define LONG_NAME 180

/* One attachment, as texts of its own. */
struct attachment {
	char *id, *name, *type, *file; /* file: the last part of its path */
	long long size;
};

/* The name of its file: see attachment_records().  names are those of the n before. */
static char *
file_name(const struct attachment *a, char *const *names, size_t n)
{
	bool alone = a->name != NULL && *a->name != '\0' && strlen(a->name) <= LONG_NAME;
	int length = a->name != NULL ? (int)strlen(a->name) : 0;
	char *file;

	for (size_t i = 0; i < n && alone; i++)
		alone = names[i] == NULL || strcmp(names[i], a->name) != 0;
	if (length > LONG_NAME) /* up to a whole character of UTF-8 */
		for (length = LONG_NAME; (a->name[length] & 0xc0) == 0x80;)
			length--;
	if (alone)
		file = strdup(a->name);
	else if (asprintf(&file, "%s%s%.*s", a->id, length > 0 ? "-" : "", length,
		     length > 0 ? a->name : "") < 0)
		return NULL;
	for (char *c = file; c != NULL && *c != '\0'; c++)
		if (*c == '/')
			*c = '_';
	return file;
}

static char *
url_of(const struct attachment_output *output, const char *experiment, const char *entry,
    const char *id)
{
	char *e = http_escape(experiment), *l = http_escape(entry), *a = http_escape(id);
	char *url = NULL;

	if (e != NULL && l != NULL && a != NULL &&
	    asprintf(&url, "%s/%s/ws/attachment?entry_id=%s&attachment_id=%s",
		output->base_url, e, l, a) < 0)
		url = NULL;
	free(e);
	free(l);
	free(a);
	return url;
}

static int
put(struct attachment_output *output, const char *experiment, const char *entry,
    const char *time, const struct attachment *a, const char *observed_at)
{
	struct writer w;
	char *url = url_of(output, experiment, entry, a->id), *path = NULL;
	int result = -1;

	if (url == NULL || a->file == NULL ||
	    asprintf(&path, "%s/%s/%s", experiment, entry, a->file) < 0) {
		path = NULL;
		goto done;
	}
	if (!output->schema_sent)
		streams_schema_named(output->out, "attachments");
	output->schema_sent = true;
	w = emit_record(output->out, "attachments");
	writer_string(&w, "experiment", experiment);
	writer_string(&w, "entry_id", entry);
	writer_string(&w, "attachment_id", a->id);
	writer_string(&w, "name", a->name);
	writer_string(&w, "type", a->type);
	writer_count(&w, "size", a->size);
	writer_string(&w, "path", path);
	writer_string(&w, "url", url);
	writer_string(&w, "time", time);
	writer_string(&w, "observed_at", observed_at);
	emit_end(&w);
	result = 0;
done:
	free(url);
	free(path);
	return result;
}

/* Each of an array of attachments. */
static int
put_all(struct attachment_output *output, const char *experiment, const char *entry,
    const char *time, struct json_span array, const char *observed_at)
{
	struct json s;
	struct json_span value;
	char *names[NAMES_MAX] = {NULL};
	size_t n = 0;
	int result = 0;

	json_begin(&s, array.p, array.n);
	if (!json_open(&s, '['))
		return 0;
	while (result == 0 && json_element(&s) && json_value(&s, &value)) {
		struct attachment a;

		if (*value.p != '{')
			continue;
		a = (struct attachment){
		    .id = object_member(value, "_id"),
		    .name = object_member(value, "name"),
		    .type = object_member(value, "type"),
		    .size = object_count(value, "size"),
		};
		if (a.id != NULL) {
			a.file = file_name(&a, names, n);
			result = put(output, experiment, entry, time, &a, observed_at);
		}
		free(a.file);
		free(a.id);
		free(a.type);
		if (n < NAMES_MAX)
			names[n++] = a.name;
		else
			free(a.name);
	}
	while (n > 0)
		free(names[--n]);
	return result;
}

int
attachment_records(struct attachment_output *output, const char *experiment,
    struct json_span document, const char *observed_at)
{
	struct json_span array, deleted;
	char *entry, *time;
	int result = 0;

	if (!json_find(document, "attachments", &array) || array.n == 0 ||
	    *array.p != '[' ||
	    (json_find(document, "deleted_by", &deleted) && deleted.n > 0 &&
		*deleted.p != 'n'))
		return 0;
	entry = object_member(document, "_id");
	time = object_member(document, "insert_time");
	if (entry != NULL)
		result = put_all(output, experiment, entry, time, array, observed_at);
	free(entry);
	free(time);
	return result;
}

/* The entries of one experiment (NULL: of all). */
static int
from_rows(struct attachment_output *output, sqlite3 *db, const char *path,
    const char *experiment)
{
	sqlite3_stmt *ask = db_prepare(db, path,
	    "SELECT e.name, l.doc, e.updated_at FROM experiments e "
	    "JOIN logbook_entries l ON l.experiment_id = e.id "
	    "WHERE (:experiment IS NULL OR e.name = :experiment) "
	    "AND l.deleted_by IS NULL AND instr(l.doc, '\"attachments\"') > 0 "
	    "ORDER BY e.name, l.id");
	int code, result = 0;

	if (ask == NULL)
		return EXIT_PARTIAL;
	statement_text(ask, ":experiment", experiment);
	while ((code = sqlite3_step(ask)) == SQLITE_ROW && result == 0)
		result =
		    attachment_records(output, (const char *)sqlite3_column_text(ask, 0),
			(struct json_span){(const char *)sqlite3_column_text(ask, 1),
			    (size_t)sqlite3_column_bytes(ask, 1)},
			(const char *)sqlite3_column_text(ask, 2));
	if (result != 0)
		msg("no memory");
	else if (code != SQLITE_DONE)
		db_complain(db, path);
	sqlite3_finalize(ask);
	return code == SQLITE_DONE && result == 0 ? EXIT_DONE : EXIT_PARTIAL;
}

static bool
has_experiment(sqlite3 *db, const char *path, const char *name)
{
	sqlite3_stmt *ask =
	    db_prepare(db, path, "SELECT 1 FROM experiments WHERE name = :name");
	int has;

	if (ask == NULL)
		return false;
	statement_text(ask, ":name", name);
	has = statement_ask(ask, path);
	sqlite3_finalize(ask);
	if (has == 0)
		msg("%s: not in %s", name, path);
	return has == 1;
}

int
attachment_from_database(struct attachment_output *output, const char *database,
    const struct experiment_list *list)
{
	char *path;
	sqlite3 *db;
	int status = EXIT_DONE;

	if (list->n == 0 && db_is_empty(database))
		return EXIT_DONE;
	db = db_open_reader(database, &path);
	if (db == NULL)
		return EXIT_PARTIAL;
	if (list->n == 0)
		status = from_rows(output, db, path, NULL);
	for (size_t i = 0; i < list->n; i++)
		if (!has_experiment(db, path, list->names[i]) ||
		    from_rows(output, db, path, list->names[i]) != EXIT_DONE)
			status = EXIT_PARTIAL;
	sqlite3_close(db);
	free(path);
	return status;
}
