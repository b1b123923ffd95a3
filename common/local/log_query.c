#include "local/log_query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/reader.h"
#include "db/statement.h"
#include "query/rows.h"
#include "stream/backlog.h"
#include "stream/lines.h"
#include "stream/message.h"
#include "text/buffer.h"

#define FOLLOW_NS 300000000L

#define COLUMNS                                                                          \
	"log_id, site_id, log_level, timestamp, session_id, summary_message, "           \
	"detailed_message, job_id"

static const char *const sorts[] = {"log_id", "site_id", "log_level", "timestamp",
    "session_id", "summary_message", "detailed_message", "job_id", NULL};

/* ---- what waits ----------------------------------------------------------------- */

/* Bind the members of a record to the parameters of their names. */
static void
bind(sqlite3_stmt *statement, struct json_span record)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		struct json_span value;

		if (!json_find(
			record, sqlite3_bind_parameter_name(statement, i) + 1, &value))
			value = (struct json_span){NULL, 0};
		(void)statement_value(statement, i, value);
	}
}

static void
read_waiting(struct log_query *query, sqlite3_stmt *add, int fd)
{
	struct lines lines;
	char *line;
	size_t n;

	lines_open(&lines, fd);
	while (lines_next(&lines, &line, &n) == LINES_ONE) {
		struct message message;

		if (message_read(line, n, &message) != NULL ||
		    message.type != MESSAGE_RECORD ||
		    !json_string_is(message.stream, "logs"))
			continue;
		bind(add, message.record);
		(void)statement_run(add, query->path);
	}
	lines_close(&lines);
}

static int
gather(struct log_query *query)
{
	struct backlog backlog;
	sqlite3_stmt *add = NULL;
	int result;

	if (backlog_open(&backlog, query->path) != 0)
		return -1;
	result = db_exec(query->db, query->path,
	    "DROP VIEW IF EXISTS temp.lines; DROP TABLE IF EXISTS temp.waiting;"
	    "CREATE TEMP TABLE waiting (" COLUMNS ", level_number, "
	    "PRIMARY KEY (log_id, site_id)) WITHOUT ROWID");
	if (result == 0 && backlog_waits(&backlog))
		add = db_prepare(query->db, query->path,
		    "INSERT OR IGNORE INTO temp.waiting SELECT :log_id, "
		    "coalesce(:site_id, ''), :log_level, :timestamp, :session_id, "
		    ":summary_message, :detailed_message, :job_id, "
		    "CASE :log_level WHEN 'DEBUG' THEN 5 WHEN 'INFO' THEN 9 "
		    "WHEN 'WARNING' THEN 13 WHEN 'ERROR' THEN 17 ELSE 21 END "
		    "WHERE :log_id IS NOT NULL AND :summary_message IS NOT NULL");
	for (int which = 0; which < 2 && add != NULL; which++) {
		int fd = backlog_read(&backlog, which);

		if (fd >= 0) {
			read_waiting(query, add, fd);
			close(fd);
		}
	}
	if (result == 0)
		result = db_exec(query->db, query->path,
		    add == NULL
			? "CREATE TEMP VIEW lines AS SELECT * FROM main.logs"
			/* A load may take them at any moment: which of them it has
			   taken is asked of the same snapshot. */
			: "CREATE TEMP VIEW lines AS SELECT " COLUMNS ", level_number "
			  "FROM main.logs UNION ALL SELECT " COLUMNS ", level_number "
			  "FROM temp.waiting AS w WHERE NOT EXISTS "
			  "(SELECT 1 FROM main.logs AS l WHERE l.log_id = w.log_id)");
	sqlite3_finalize(add);
	backlog_close(&backlog);
	return result;
}

/* A database that is not there yet, or is of an older elog: nothing was logged there but
   what waits. */
static int
open_empty(struct log_query *query)
{
	query->empty = true;
	sqlite3_close(query->db);
	if (sqlite3_open(":memory:", &query->db) != SQLITE_OK) {
		db_complain(query->db, query->path);
		return EXIT_PARTIAL;
	}
	return db_exec(query->db, query->path,
		   statement_file("migrations", "012-sites", "")) == 0
		   ? EXIT_DONE
		   : EXIT_PARTIAL;
}

static int
open_gathered(struct log_query *query, const char *db)
{
	struct backlog backlog;
	int status = EXIT_DONE;
	bool waits, empty;

	*query = (struct log_query){.db = NULL};
	if (backlog_open(&backlog, db) != 0)
		return EXIT_PARTIAL;
	waits = backlog_waits(&backlog);
	empty = db_is_empty(backlog.file);
	if (waits && empty)
		query->path = strdup(backlog.file);
	backlog_close(&backlog);
	if (waits && empty) {
		status = query->path != NULL ? open_empty(query) : EXIT_PARTIAL;
	} else {
		query->db = db_open_reader(db, &query->path);
		if (query->db != NULL && waits && !db_has(query->db, "logs"))
			status = open_empty(query);
		else if (query->db == NULL ||
			 db_require(query->db, query->path, "logs") != 0)
			status = EXIT_PARTIAL;
	}
	return status == EXIT_DONE && gather(query) != 0 ? EXIT_PARTIAL : status;
}

int
log_query_open(struct log_query *query, const char *db, const char *config_file)
{
	struct config *config = NULL;
	int status;

	*query = (struct log_query){.db = NULL};
	if (db == NULL) {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		db = config_database(config);
	}
	status = open_gathered(query, db);
	/* What was gathered for want of a database may be in one by now. */
	if (status == EXIT_DONE && query->empty && !db_is_empty(query->path)) {
		log_query_close(query);
		status = open_gathered(query, db);
	}
	config_free(config);
	return status;
}

void
log_query_close(struct log_query *query)
{
	sqlite3_close(query->db);
	free(query->path);
	*query = (struct log_query){.db = NULL};
}

/* ---- questions ------------------------------------------------------------------- */

bool
log_query_sorts(const char *column)
{
	for (const char *const *s = sorts; *s != NULL; s++)
		if (strcmp(*s, column) == 0)
			return true;
	return false;
}

/* SELECT what FROM lines, those of the choice, with its values bound. */
static sqlite3_stmt *
prepare(struct log_query *query, const struct log_choice *choice, const char *what,
    const char *rest)
{
	const struct {
		bool given;
		const char *sql;
	} parts[] = {
	    {choice->level != NULL, " AND level_number >= :level"},
	    {choice->exact != NULL, " AND log_level = :exact"},
	    {choice->session != NULL, " AND session_id = :session"},
	    {choice->site != NULL, " AND site_id = :site"},
	    {choice->job != NULL, " AND job_id = :job"},
	    {choice->since >= 0, " AND timestamp >= :since"},
	    {choice->before >= 0, " AND timestamp < :before"},
	};
	struct buffer sql = {0};
	sqlite3_stmt *statement = NULL;
	char *text;

	buffer_put(&sql, "SELECT ", 7);
	buffer_put(&sql, what, strlen(what));
	buffer_put(&sql, " FROM lines WHERE 1", 19);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].given)
			buffer_put(&sql, parts[i].sql, strlen(parts[i].sql));
	buffer_put(&sql, rest, strlen(rest));
	text = buffer_take(&sql, NULL);
	if (text != NULL)
		statement = db_prepare(query->db, query->path, text);
	free(text);
	if (statement == NULL)
		return NULL;
	statement_text(statement, ":session", choice->session);
	statement_text(statement, ":site", choice->site);
	statement_text(statement, ":job", choice->job);
	if (choice->exact != NULL)
		statement_text(statement, ":exact", choice->exact->name);
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = {
	    {":level", choice->level != NULL ? choice->level->number : 0},
	    {":since", choice->since},
	    {":before", choice->before},
	    {":limit", choice->limit},
	    {":offset", choice->offset > 0 ? choice->offset : 0},
	};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sqlite3_bind_int64(statement,
		    sqlite3_bind_parameter_index(statement, numbers[i].name),
		    numbers[i].value);
	return statement;
}

/* The lines as SQL: at a terminal with a time that people read. */
static sqlite3_stmt *
prepare_list(struct log_query *query, const struct log_choice *choice,
    const struct printer_format *format, const char *more)
{
	char order[160];
	/* Lines of a short time are found by it, and sorted then. */
	const char *sort = choice->since >= 0 ? "+log_id" : "log_id";

	for (const char *const *s = sorts; *s != NULL; s++)
		if (choice->sort != NULL && strcmp(*s, choice->sort) == 0)
			sort = *s;
	/* By the severity, not the letters. */
	if (strcmp(sort, "log_level") == 0)
		sort = "level_number";
	snprintf(order, sizeof(order),
	    "%s ORDER BY %s%s, log_id%s LIMIT :limit OFFSET "
	    ":offset",
	    more, sort, choice->desc ? " DESC" : "", choice->desc ? " DESC" : "");
	return prepare(query, choice,
	    format == &printer_table
		? "log_id, site_id, log_level, strftime('%Y-%m-%d %H:%M:%S', timestamp, "
		  "'unixepoch') AS timestamp, session_id, summary_message, "
		  "detailed_message"
		: COLUMNS,
	    order);
}

/* Print the rows of a statement, which ends here.  The exit status. */
static int
print_rows(const struct log_query *query, sqlite3_stmt *statement,
    const struct printer_format *format)
{
	int status;

	if (statement == NULL)
		return EXIT_PARTIAL;
	status = rows_print(statement, query->path, format, NULL);
	sqlite3_finalize(statement);
	return status;
}

int
log_query_list(
    struct log_query *query, const struct log_choice *choice, const char *format)
{
	const struct printer_format *chosen = printer_format_chosen(format);

	if (chosen == NULL)
		return EXIT_USAGE;
	return print_rows(query, prepare_list(query, choice, chosen, ""), chosen);
}

/* Look again what there is: another line that waits, or the database that was not. */
static int
look_again(struct log_query *query)
{
	char *path;
	int status;

	if (!query->empty)
		return gather(query);
	path = query->path;
	query->path = NULL;
	log_query_close(query);
	status = log_query_open(query, path, NULL);
	free(path);
	return status == EXIT_DONE ? 0 : -1;
}

int
log_query_follow(
    struct log_query *query, const struct log_choice *choice, const char *format)
{
	const struct printer_format *chosen = printer_format_chosen(format);
	struct log_choice next = *choice;
	int64_t last = 0;
	int status = EXIT_DONE;

	if (chosen == NULL)
		return EXIT_USAGE;
	if (chosen == &printer_table)
		chosen = &printer_tsv; /* a table would wait for its end */
	next.sort = NULL;
	next.desc = false;
	while (status == EXIT_DONE) {
		struct log_choice end = {.since = -1, .before = -1};
		sqlite3_stmt *newest = prepare(query, &end, "max(log_id)", "");
		sqlite3_stmt *statement;
		int64_t until = last;

		if (newest != NULL && sqlite3_step(newest) == SQLITE_ROW &&
		    sqlite3_column_int64(newest, 0) > last)
			until = sqlite3_column_int64(newest, 0);
		sqlite3_finalize(newest);
		if (until > last) {
			statement = prepare_list(query, &next, chosen,
			    " AND log_id > :last AND log_id <= :until");
			if (statement == NULL)
				return EXIT_PARTIAL;
			sqlite3_bind_int64(statement,
			    sqlite3_bind_parameter_index(statement, ":last"), last);
			sqlite3_bind_int64(statement,
			    sqlite3_bind_parameter_index(statement, ":until"), until);
			status = rows_print(statement, query->path, chosen, NULL);
			sqlite3_finalize(statement);
			/* Only at the beginning. */
			next.limit = -1;
			next.offset = 0;
			last = until;
		}
		nanosleep(&(struct timespec){.tv_nsec = FOLLOW_NS}, NULL);
		if (status == EXIT_DONE && look_again(query) != 0)
			status = EXIT_PARTIAL;
	}
	return status;
}

int64_t
log_query_count(struct log_query *query, const struct log_choice *choice)
{
	sqlite3_stmt *statement = prepare(query, choice, "count(*)", "");
	int64_t n = -1;

	if (statement == NULL)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW)
		n = sqlite3_column_int64(statement, 0);
	else
		db_complain(query->db, query->path);
	sqlite3_finalize(statement);
	return n;
}

bool
log_query_has(struct log_query *query, int64_t id, const char *site)
{
	struct log_choice choice = {.site = site, .since = -1, .before = -1};
	sqlite3_stmt *statement = prepare(query, &choice, "1", " AND log_id = :id");
	bool has = false;

	if (statement != NULL) {
		sqlite3_bind_int64(
		    statement, sqlite3_bind_parameter_index(statement, ":id"), id);
		has = sqlite3_step(statement) == SQLITE_ROW;
	}
	sqlite3_finalize(statement);
	return has;
}

int
log_query_sessions(
    struct log_query *query, const struct log_choice *choice, const char *format)
{
	const struct printer_format *chosen = printer_format_chosen(format);
	sqlite3_stmt *statement;

	if (chosen == NULL)
		return EXIT_USAGE;
	statement = prepare(query, choice,
	    "session_id, site_id, count(*) AS lines, min(timestamp) AS first, "
	    "max(timestamp) AS latest, CASE max(level_number) WHEN 5 THEN 'DEBUG' "
	    "WHEN 9 THEN 'INFO' WHEN 13 THEN 'WARNING' WHEN 17 THEN 'ERROR' "
	    "ELSE 'CRITICAL' END AS worst",
	    " AND session_id IS NOT NULL GROUP BY session_id, site_id "
	    "ORDER BY max(log_id) LIMIT :limit OFFSET :offset");
	return print_rows(query, statement, chosen);
}
