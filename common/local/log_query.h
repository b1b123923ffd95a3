/* Log lines of a database, and those that wait beside it. */
#ifndef LOG_QUERY_H
#define LOG_QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "local/log_level.h"

/* Which lines; what is NULL or negative is not asked for. */
struct log_choice {
	const struct log_level *level; /* that, and above */
	const struct log_level *exact; /* that alone */
	const char *session, *site, *job;
	int64_t since, before; /* Unix seconds */
	int64_t limit, offset;
	const char *sort; /* a column; NULL: as they came */
	bool desc;
};

struct log_query {
	sqlite3 *db;
	char *path; /* of the database, for messages */
	bool empty; /* it is not there yet */
};

/*
 * Open a database, or what configuration says where it is NULL, with the lines that wait
 * beside it: the table lines has both.  The database need not be there yet.  The exit
 * status; log_query_close() releases, also after a message.
 */
int log_query_open(struct log_query *query, const char *db, const char *config);
void log_query_close(struct log_query *query);

/* Is it a column to sort by? */
bool log_query_sorts(const char *column);

/* Print lines in a format, NULL: as stdout is.  The exit status. */
int log_query_list(
    struct log_query *query, const struct log_choice *choice, const char *format);

/* The same, and then those that come, until nobody reads them any more. */
int log_query_follow(
    struct log_query *query, const struct log_choice *choice, const char *format);

/* How many there are; -1 after a message. */
int64_t log_query_count(struct log_query *query, const struct log_choice *choice);

/* Is there a line of that number (of that site, if it is not NULL)? */
bool log_query_has(struct log_query *query, int64_t id, const char *site);

/* Print each session: its lines, when it began and ended, its worst level. */
int log_query_sessions(
    struct log_query *query, const struct log_choice *choice, const char *format);

#endif
