#include "query/query_jobs.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "db/db.h"
#include "db/statement.h"

/* What a job has by itself. */
static const struct {
	const char *name;
	enum query_type type;
	const char *sql;
} parts[] = {
    {"status", QUERY_STRING, "k.status"},
    {"number", QUERY_STRING, "k.number"},
    {"title", QUERY_STRING, "k.title"},
    {"uuid", QUERY_STRING, "k.uuid"},
    {"host", QUERY_STRING, "k.host"},
    {"user", QUERY_STRING, "k.user"},
    {"message", QUERY_STRING, "k.message"},
    {"note", QUERY_STRING, "k.note"},
    {"evaluation", QUERY_STRING, "k.evaluation"},
    {"exit_status", QUERY_INT, "k.exit_status"},
    {"started_at", QUERY_TIME, "k.started_at"},
    {"finished_at", QUERY_TIME, "k.finished_at"},
    {"duration", QUERY_FLOAT,
	"round((julianday(k.finished_at) - julianday(k.started_at)) * 86400, 3)"},
    {NULL, QUERY_NONE, NULL},
};

/* The jobs of a run, by the row of its name in a temporary table.  A run number may be a
   number here and a text there. */
#define OF_RUN                                                                           \
	"k.experiment = e.name AND k.run_number IN (r.run_number, "                      \
	"CAST(r.run_number AS TEXT)) AND (n.task = '' OR k.task = n.task) "              \
	"AND n.id = %lld"
#define NEWEST "ORDER BY k.status = 'FINISHED' DESC, k.at DESC LIMIT 1"

/* jobs('TASK').PART, taken apart; part is NULL where there is none. */
static bool
take_apart(const char *name, char *task, size_t size, const char **part)
{
	static const char begin[] = "jobs('";
	const char *end = strrchr(name, '\'');
	size_t n;

	if (strncmp(name, begin, strlen(begin)) != 0 || end < name + strlen(begin) ||
	    end[1] != ')' || (end[2] != '\0' && end[2] != '.'))
		return false;
	n = (size_t)(end - name) - strlen(begin);
	if (n >= size)
		return false;
	memcpy(task, name + strlen(begin), n);
	task[n] = '\0';
	*part = end[2] == '.' ? end + 3 : NULL;
	return true;
}

/* The names' texts, in a row of a table.  Its id, or -1. */
static sqlite3_int64
keep(sqlite3 *db, const char *task, const char *part)
{
	sqlite3_stmt *insert = NULL;
	sqlite3_int64 id = -1;

	if (sqlite3_exec(db,
		"CREATE TEMP TABLE IF NOT EXISTS query_jobs (id INTEGER PRIMARY KEY, "
		"task TEXT, figure TEXT)",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db,
		"INSERT INTO temp.query_jobs (task, figure) VALUES (:task, :figure) "
		"RETURNING id",
		-1, &insert, NULL) != SQLITE_OK)
		return -1;
	statement_text(insert, ":task", task);
	statement_text(insert, ":figure", part);
	if (sqlite3_step(insert) == SQLITE_ROW)
		id = sqlite3_column_int64(insert, 0);
	if (sqlite3_step(insert) != SQLITE_DONE)
		id = -1;
	sqlite3_finalize(insert);
	return id;
}

/* Numbers, texts or both?  QUERY_NONE: there is no such figure. */
static enum query_type
type_of_figure(sqlite3 *db, const char *figure)
{
	sqlite3_stmt *types = NULL;
	enum query_type type = QUERY_NONE;

	if (sqlite3_prepare_v2(db,
		"SELECT min(typeof(value)), max(typeof(value)) FROM job_values "
		"WHERE name = :name AND value IS NOT NULL",
		-1, &types, NULL) != SQLITE_OK)
		return type;
	statement_text(types, ":name", figure);
	if (sqlite3_step(types) == SQLITE_ROW &&
	    sqlite3_column_type(types, 0) != SQLITE_NULL) {
		bool low = sqlite3_column_text(types, 0)[0] == 't';
		bool high = sqlite3_column_text(types, 1)[0] == 't';

		type = low && high   ? QUERY_STRING
		       : high || low ? QUERY_PART
				     : QUERY_FLOAT;
	}
	sqlite3_finalize(types);
	return type;
}

int
query_jobs_find(sqlite3 *db, struct arena *arena, const char *name, enum query_type *type,
    const char **sql)
{
	char task[256], text[700];
	const char *part;
	sqlite3_int64 id;
	size_t i = 0;
	int n;

	if (!take_apart(name, task, sizeof(task), &part) || !db_has(db, "job_values"))
		return 0;
	while (part != NULL && parts[i].name != NULL && strcmp(parts[i].name, part) != 0)
		i++;
	*type = part == NULL		? QUERY_INT
		: parts[i].name != NULL ? parts[i].type
					: type_of_figure(db, part);
	if (*type == QUERY_NONE)
		return 0;
	id = keep(db, task, part);
	if (id < 0)
		return -1;
	if (part == NULL)
		n = snprintf(text, sizeof(text),
		    "(SELECT count(*) FROM temp.query_jobs n CROSS JOIN jobs k "
		    "WHERE " OF_RUN ")",
		    id);
	else if (parts[i].name != NULL)
		n = snprintf(text, sizeof(text),
		    "(SELECT %s FROM temp.query_jobs n CROSS JOIN jobs k WHERE " OF_RUN
		    " " NEWEST ")",
		    parts[i].sql, id);
	else
		n = snprintf(text, sizeof(text),
		    "(SELECT v.value FROM temp.query_jobs n CROSS JOIN jobs k "
		    "CROSS JOIN job_values v WHERE " OF_RUN
		    " AND v.job = k.uuid AND v.name = n.figure " NEWEST ")",
		    id);
	*sql = arena_text(arena, text, (size_t)n);
	return *sql != NULL ? 1 : -1;
}

static void
sql_alive(sqlite3_context *context, int argc, sqlite3_value **values)
{
	const char *host = (const char *)sqlite3_value_text(values[0]);
	const char *boot = (const char *)sqlite3_value_text(values[1]);
	static char here[256];

	(void)argc;
	if (here[0] == '\0')
		(void)gethostname(here, sizeof(here) - 1);
	if (host == NULL || boot == NULL || strcmp(host, here) != 0 ||
	    sqlite3_value_type(values[2]) == SQLITE_NULL)
		sqlite3_result_int(context, 1);
	else
		sqlite3_result_int(
		    context, process_lives((pid_t)sqlite3_value_int64(values[2]),
				 sqlite3_value_int64(values[3]), boot));
}

int
query_jobs_functions(sqlite3 *db)
{
	return sqlite3_create_function_v2(
	    db, "job_alive", 4, SQLITE_UTF8, NULL, sql_alive, NULL, NULL, NULL);
}
