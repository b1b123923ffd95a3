#include "core/server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit.h"
#include "base/msg.h"

#define PAUSE_MS 200
#define PAUSE_MS_MAX 5000

enum server_result
server_fail(struct server *server, enum server_result result, const char *format, ...)
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
		if (*p == '\n')
			*p = ' ';
	return result;
}

void
server_begin(struct server *server, const struct address *address)
{
	static const struct server_driver *const drivers[] = {
	    [ADDRESS_POSTGRESQL] = &server_postgresql,
	    [ADDRESS_MARIADB] = &server_mariadb,
	    [ADDRESS_ODBC] = &server_odbc,
	};

	*server = (struct server){.driver = drivers[address->kind], .address = *address};
}

void
server_end(struct server *server)
{
	server_close(server);
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
server_open(
    struct server *server, bool next, long wait, const volatile sig_atomic_t *stop)
{
	long long until = now_ms() + (long long)wait * 1000;
	enum server_result result = SERVER_AWAY;
	long pause = PAUSE_MS;

	server_close(server);
	if (next)
		server->host = (server->host + 1) % server->address.n_hosts;
	for (;;) {
		for (size_t i = 0; i < server->address.n_hosts; i++) {
			size_t host = (server->host + i) % server->address.n_hosts;

			result = server->driver->open(server, host);
			if (result == SERVER_DONE) {
				server->host = host;
				return EXIT_DONE;
			}
			server_close(server);
			if (result != SERVER_AWAY && result != SERVER_AGAIN)
				return server_status(server, result, NULL);
			msg_debug("%s: %s", server->address.shown, server->why);
		}
		if (now_ms() + pause >= until || *stop != 0)
			break;
		nanosleep(&(struct timespec){pause / 1000, pause % 1000 * 1000000}, NULL);
		pause = pause * 2 < PAUSE_MS_MAX ? pause * 2 : PAUSE_MS_MAX;
	}
	return server_status(server, result, NULL);
}

void
server_close(struct server *server)
{
	if (server->session != NULL)
		server->driver->close(server);
	server->session = NULL;
}

enum server_result
server_ask(struct server *server, const char *sql, int count, const char *const *values,
    server_row *row, void *context)
{
	if (server->session == NULL)
		return server_fail(server, SERVER_AWAY, "there is no connection");
	msg_debug("%s", sql);
	return server->driver->run(server, sql, count, values, row, context);
}

static enum server_result
run_values(struct server *server, const char *sql, int count, va_list more,
    server_row *row, void *context)
{
	const char *values[SERVER_COLUMNS];

	for (int i = 0; i < count && i < SERVER_COLUMNS; i++)
		values[i] = va_arg(more, const char *);
	return server_ask(server, sql, count, values, row, context);
}

enum server_result
server_run(struct server *server, const char *sql, int count, ...)
{
	enum server_result result;
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

enum server_result
server_value(struct server *server, char **value, const char *sql, int count, ...)
{
	enum server_result result;
	va_list more;

	*value = NULL;
	va_start(more, count);
	result = run_values(server, sql, count, more, take_value, value);
	va_end(more);
	return result;
}

enum server_result
server_load(struct server *server, const char *table, const char *columns, long rows,
    server_source *source, void *context)
{
	if (server->session == NULL)
		return server_fail(server, SERVER_AWAY, "there is no connection");
	msg_debug("%ld rows into %s", rows, table);
	return server->driver->load(server, table, columns, rows, source, context);
}

int
server_status(const struct server *server, enum server_result result, const char *doing)
{
	const char *shown = server->address.shown;
	const char *what = doing != NULL ? doing : "", *colon = doing != NULL ? ": " : "";

	switch (result) {
	case SERVER_DONE:
		return EXIT_DONE;
	case SERVER_AGAIN:
	case SERVER_AWAY:
		msg("%s: %s%s%s: try again later", shown, what, colon, server->why);
		return EXIT_LATER;
	case SERVER_LOGIN:
		msg("%s: %s: put the password into ~/.pgpass, ~/.my.cnf or the ODBC DSN, "
		    "or "
		    "type kinit",
		    shown, server->why);
		return EXIT_LOGIN;
	case SERVER_CLASH:
	case SERVER_REFUSED:
		msg("%s: %s%s%s", shown, what, colon, server->why);
		return EXIT_PARTIAL;
	case SERVER_STOPPED:
		break;
	}
	return EXIT_PARTIAL;
}
