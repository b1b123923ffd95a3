#include "core/dbms.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit.h"
#include "base/msg.h"

#define PAUSE_MS 200
#define PAUSE_MS_MAX 5000

enum dbms_result
dbms_fail(struct dbms *server, enum dbms_result result, const char *format, ...)
{
	va_list more;
	size_t n;

	va_start(more, format);
	vsnprintf(server->why, sizeof(server->why), format, more);
	va_end(more);
	/* A server's message is several lines, and may end with one. */
	n = strlen(server->why);
	while (n > 0 && strchr(" \n", server->why[n - 1]) != NULL)
		server->why[--n] = '\0';
	for (char *p = server->why; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return result;
}

void
dbms_begin(struct dbms *server, const struct address *address)
{
	static const struct dbms_driver *const drivers[] = {
	    [ADDRESS_POSTGRESQL] = &dbms_postgresql,
	    [ADDRESS_MARIADB] = &dbms_mariadb,
	    [ADDRESS_ODBC] = &dbms_odbc,
	};

	*server = (struct dbms){.driver = drivers[address->kind], .address = *address};
}

void
dbms_end(struct dbms *server)
{
	dbms_close(server);
	address_free(&server->address);
}

static long long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
dbms_open(struct dbms *server, bool next, long wait, const volatile sig_atomic_t *stop)
{
	long long until = now_ms() + (long long)wait * 1000;
	enum dbms_result result = DBMS_AWAY;
	long pause = PAUSE_MS;

	dbms_close(server);
	if (next)
		server->host = (server->host + 1) % server->address.n_hosts;
	for (;;) {
		for (size_t i = 0; i < server->address.n_hosts; i++) {
			size_t host = (server->host + i) % server->address.n_hosts;

			result = server->driver->open(server, host);
			if (result == DBMS_DONE) {
				server->host = host;
				return EXIT_DONE;
			}
			dbms_close(server);
			if (result != DBMS_AWAY && result != DBMS_AGAIN)
				return dbms_status(server, result, NULL);
			msg_debug("%s: %s", server->address.shown, server->why);
		}
		if (now_ms() + pause >= until || *stop != 0)
			break;
		nanosleep(&(struct timespec){pause / 1000, pause % 1000 * 1000000}, NULL);
		pause = pause * 2 < PAUSE_MS_MAX ? pause * 2 : PAUSE_MS_MAX;
	}
	return dbms_status(server, result, NULL);
}

void
dbms_close(struct dbms *server)
{
	if (server->session != NULL)
		server->driver->close(server);
	server->session = NULL;
}

enum dbms_result
dbms_ask(struct dbms *server, const char *sql, int count, const char *const *values,
    dbms_row *row, void *context)
{
	if (server->session == NULL)
		return dbms_fail(server, DBMS_AWAY, "there is no connection");
	msg_debug("%s", sql);
	return server->driver->run(server, sql, count, values, row, context);
}

static enum dbms_result
run_values(struct dbms *server, const char *sql, int count, va_list more, dbms_row *row,
    void *context)
{
	const char *values[DBMS_COLUMNS];

	for (int i = 0; i < count && i < DBMS_COLUMNS; i++)
		values[i] = va_arg(more, const char *);
	return dbms_ask(server, sql, count, values, row, context);
}

enum dbms_result
dbms_run(struct dbms *server, const char *sql, int count, ...)
{
	enum dbms_result result;
	va_list more;

	va_start(more, count);
	result = run_values(server, sql, count, more, NULL, NULL);
	va_end(more);
	return result;
}

static int
take_value(void *context, int n, const char *const *values, const size_t *lengths)
{
	char **value = context;

	(void)lengths;
	if (n < 1 || *value != NULL || values[0] == NULL)
		return 0;
	*value = strdup(values[0]);
	if (*value != NULL)
		return 0;
	msg("no memory");
	return -1;
}

enum dbms_result
dbms_value(struct dbms *server, char **value, const char *sql, int count, ...)
{
	enum dbms_result result;
	va_list more;

	*value = NULL;
	va_start(more, count);
	result = run_values(server, sql, count, more, take_value, value);
	va_end(more);
	return result;
}

enum dbms_result
dbms_load(struct dbms *server, const char *table, const char *columns, long rows,
    dbms_source *source, void *context)
{
	if (server->session == NULL)
		return dbms_fail(server, DBMS_AWAY, "there is no connection");
	msg_debug("%ld rows into %s", rows, table);
	return server->driver->load(server, table, columns, rows, source, context);
}

int
dbms_status(const struct dbms *server, enum dbms_result result, const char *doing)
{
	const char *shown = server->address.shown;
	const char *what = doing != NULL ? doing : "", *colon = doing != NULL ? ": " : "";

	switch (result) {
	case DBMS_DONE:
		return EXIT_DONE;
	case DBMS_AGAIN:
	case DBMS_AWAY:
		msg("%s: %s%s%s: try again later", shown, what, colon, server->why);
		return EXIT_LATER;
	case DBMS_LOGIN:
		msg("%s: %s: put the password into ~/.pgpass, ~/.my.cnf or the ODBC DSN, "
		    "or "
		    "type kinit",
		    shown, server->why);
		return EXIT_LOGIN;
	case DBMS_ADDRESS:
		msg("%s: %s%s%s", shown, what, colon, server->why);
		return EXIT_USAGE;
	case DBMS_LACKING:
		msg("%s: %s%s%s: elog-push --migrate makes what is not there", shown,
		    what, colon, server->why);
		return EXIT_PARTIAL;
	case DBMS_CLASH:
	case DBMS_REFUSED:
		msg("%s: %s%s%s", shown, what, colon, server->why);
		return EXIT_PARTIAL;
	case DBMS_STOPPED:
		break;
	}
	return EXIT_PARTIAL;
}
