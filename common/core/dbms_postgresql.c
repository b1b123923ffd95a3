/* PostgreSQL, through libpq: rows in bulk are COPY. */
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/who.h"
#include "core/dbms.h"

#define OPTIONS_MAX (ADDRESS_OPTIONS_MAX + 12)
#define CONNECT_SECONDS 10
#define CERTIFICATES "/etc/ssl/certs/ca-certificates.crt"

/* What an SQLSTATE means; the longest that fits counts.  (Appendix A of its manual.) */
static const struct meaning {
	const char *state;
	enum dbms_result result;
} meanings[] = {
    {"40001", DBMS_AGAIN}, /* serialization failure */
    {"40P01", DBMS_AGAIN}, /* deadlock */
    {"55P03", DBMS_AGAIN}, /* lock timeout */
    {"23505", DBMS_CLASH}, /* unique violation */
    {"08", DBMS_AWAY},
    {"57P", DBMS_AWAY},	  /* it shuts down, crashed, or cannot connect now */
    {"53", DBMS_AWAY},	  /* disk full, out of memory, too many connections */
    {"58", DBMS_AWAY},	  /* I/O error */
    {"25006", DBMS_AWAY}, /* read-only: not the primary any more */
    {"28", DBMS_LOGIN},
    {"42P01", DBMS_LACKING},
    {NULL, DBMS_REFUSED},
};

static enum dbms_result
meaning_of(const char *state)
{
	const struct meaning *m = meanings;

	while (m->state != NULL && strncmp(state, m->state, strlen(m->state)) != 0)
		m++;
	return m->result;
}

static void
close_session(struct dbms *server)
{
	PQfinish(server->session);
}

/* What went wrong with a result, which is released. */
static enum dbms_result
fail(struct dbms *server, PGresult *result)
{
	PGconn *session = server->session;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	enum dbms_result meaning;

	if (state == NULL || PQstatus(session) == CONNECTION_BAD)
		meaning = state != NULL && meaning_of(state) == DBMS_LOGIN ? DBMS_LOGIN
									   : DBMS_AWAY;
	else
		meaning = meaning_of(state);
	dbms_fail(server, meaning, "%s%s%s",
	    text != NULL ? text : PQerrorMessage(session), detail != NULL ? ": " : "",
	    detail != NULL ? detail : "");
	PQclear(result);
	return meaning;
}

/* The SQLSTATE in a message of PQERRORS_VERBOSE, "FATAL:  28P01: ..."; "" if there is
   none. */
static const char *
state_in(const char *message)
{
	for (const char *p = strchr(message, ':'); p != NULL; p = strchr(p + 1, ':')) {
		const char *state = p + 1 + strspn(p + 1, " ");

		/* Beside it stand words such as FATAL. */
		if (strspn(state, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 &&
		    state[5] == ':' && strcspn(state, "0123456789") < 5)
			return state;
	}
	return "";
}

/* Go on with what PQconnectStartParams() began, until it is done. */
static bool
finish_connecting(PGconn *session)
{
	struct timespec now, until;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CONNECT_SECONDS;
	while (PQstatus(session) != CONNECTION_BAD) {
		struct pollfd one = {.fd = PQsocket(session),
		    .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT};

		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > until.tv_sec)
			return false;
		if (poll(&one, 1, 1000) == 0)
			continue;
		status = PQconnectPoll(session);
		if (status == PGRES_POLLING_OK)
			return true;
		if (status == PGRES_POLLING_FAILED)
			return false;
	}
	return false;
}

/* What is said of a connection that failed: the server's own words, without the file and
   line of its source. */
static enum dbms_result
fail_connecting(struct dbms *server, PGconn *session, size_t host)
{
	const char *name = server->address.hosts[host].name;
	const char *message = PQerrorMessage(session), *state = state_in(message);
	enum dbms_result meaning = state[0] == '\0' ? DBMS_AWAY : meaning_of(state);
	const char *text = state[0] != '\0' ? state + 7 : message;

	if (strstr(message, "no password supplied") != NULL)
		meaning = DBMS_LOGIN;
	return dbms_fail(server, meaning, "%s%s%.*s", name, name[0] != '\0' ? ": " : "",
	    (int)strcspn(text, "\n"), text);
}

/* What the server has to say beside its answers: it is told with the answer that fails.
 */
static void
take_notice(void *context, const char *text)
{
	(void)context;
	msg_debug("%s", text);
}

static enum dbms_result
open_session(struct dbms *server, size_t host)
{
	static const char *const always[][2] = {
	    {"client_encoding", "UTF8"},
	    {"application_name", "elog-push"},
	    {"target_session_attrs", "read-write"},
	    {"options",
		"-c client_min_messages=warning -c standard_conforming_strings=on"},
	};
	const struct address *address = &server->address;
	const char *names[OPTIONS_MAX], *values[OPTIONS_MAX], *home = who_home();
	const char *name = address->hosts[host].name;
	char port[12], root[4096];
	PGconn *session;
	int n = 0;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		names[n] = always[i][0];
		values[n++] = always[i][1];
	}
	names[n] = "dbname";
	values[n++] = address->database;
	if (address->user != NULL) {
		names[n] = "user";
		values[n++] = address->user;
	}
	if (name[0] != '\0') {
		names[n] = "host";
		values[n++] = name;
	}
	if (address->hosts[host].port != 0) {
		snprintf(port, sizeof(port), "%d", address->hosts[host].port);
		names[n] = "port";
		values[n++] = port;
	}
	/* libpq would take any certificate, or none. */
	if (!address_is_local(name) && getenv("PGSSLMODE") == NULL) {
		names[n] = "sslmode";
		values[n++] = "verify-full";
		snprintf(root, sizeof(root), "%s/.postgresql/root.crt",
		    home != NULL ? home : "");
		if (access(root, R_OK) != 0 && getenv("PGSSLROOTCERT") == NULL) {
			names[n] = "sslrootcert";
			values[n++] = CERTIFICATES;
		}
	}
	for (size_t i = 0; i < address->n_options; i++) {
		names[n] = address->options[i].name;
		values[n++] = address->options[i].value;
	}
	names[n] = values[n] = NULL;
	session = PQconnectStartParams(names, values, 0);
	if (session == NULL)
		return dbms_fail(server, DBMS_AWAY, "no memory");
	server->session = session;
	PQsetNoticeProcessor(session, take_notice, NULL);
	/* What libpq cannot read of the options it says at once, in English. */
	if (PQstatus(session) == CONNECTION_BAD &&
	    strncmp(PQerrorMessage(session), "invalid ", 8) == 0)
		return dbms_fail(server, DBMS_ADDRESS, "%.*s",
		    (int)strcspn(PQerrorMessage(session), "\n"), PQerrorMessage(session));
	PQsetErrorVerbosity(session, PQERRORS_VERBOSE);
	if (!finish_connecting(session))
		return fail_connecting(server, session, host);
	PQsetErrorVerbosity(session, PQERRORS_DEFAULT);
	PQsetnonblocking(session, 0);
	server->dialect = &dialect_postgresql;
	return DBMS_DONE;
}

/* A question mark becomes $1, $2, ...; malloc'd. */
static char *
number_parameters(const char *sql)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int n = 0;

	if (out == NULL)
		return NULL;
	for (const char *p = sql; *p != '\0'; p++)
		if (*p == '?')
			fprintf(out, "$%d", ++n);
		else
			fputc(*p, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static enum dbms_result
take_rows(PGresult *result, dbms_row *row, void *context)
{
	int n = PQnfields(result);

	for (int i = 0; i < PQntuples(result); i++) {
		const char *values[DBMS_COLUMNS];
		size_t lengths[DBMS_COLUMNS];

		for (int c = 0; c < n && c < DBMS_COLUMNS; c++) {
			values[c] =
			    PQgetisnull(result, i, c) ? NULL : PQgetvalue(result, i, c);
			lengths[c] = (size_t)PQgetlength(result, i, c);
		}
		if (row(context, n, values, lengths) != 0)
			return DBMS_STOPPED;
	}
	return DBMS_DONE;
}

static enum dbms_result
run(struct dbms *server, const char *sql, int n, const char *const *values, dbms_row *row,
    void *context)
{
	PGconn *session = server->session;
	enum dbms_result outcome = DBMS_DONE;
	PGresult *result;
	char *text = number_parameters(sql);
	int sent = 0;

	if (text != NULL)
		sent = PQsendQueryParams(session, text, n, NULL, values, NULL, NULL, 0);
	free(text);
	if (!sent)
		return dbms_fail(server, DBMS_AWAY, "%s", PQerrorMessage(session));
	if (row != NULL)
		PQsetSingleRowMode(session);
	while ((result = PQgetResult(session)) != NULL) {
		ExecStatusType status = PQresultStatus(result);

		if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
			if (row != NULL && outcome == DBMS_DONE)
				outcome = take_rows(result, row, context);
			PQclear(result);
		} else if (status == PGRES_COMMAND_OK) {
			PQclear(result);
		} else {
			outcome = fail(server, result);
		}
		/* What is left of an answer that nobody wants is not waited for. */
		if (outcome == DBMS_STOPPED) {
			dbms_close(server);
			return outcome;
		}
	}
	return outcome;
}

static enum dbms_result
load(struct dbms *server, const char *table, const char *columns, long rows,
    dbms_source *source, void *context)
{
	PGconn *session = server->session;
	enum dbms_result outcome = DBMS_DONE;
	char *sql =
	    dialect_sql("COPY \"$t\" ($c) FROM STDIN", "t", table, "c", columns, NULL);
	PGresult *result;
	const char *p;
	long n = 0;

	(void)rows;
	if (sql == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	result = PQexec(session, sql);
	free(sql);
	if (PQresultStatus(result) != PGRES_COPY_IN)
		return fail(server, result);
	PQclear(result);
	while ((n = source(context, &p)) > 0)
		if (PQputCopyData(session, p, (int)n) != 1)
			break;
	if (n > 0)
		outcome = dbms_fail(server, DBMS_AWAY, "%s", PQerrorMessage(session));
	else
		PQputCopyEnd(session, n < 0 ? "the client gave up" : NULL);
	while ((result = PQgetResult(session)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK && n >= 0 &&
		    (outcome == DBMS_DONE || outcome == DBMS_AWAY))
			outcome = fail(server, result);
		else
			PQclear(result);
		if (PQstatus(session) == CONNECTION_BAD)
			break;
	}
	return n < 0 ? DBMS_STOPPED : outcome;
}

const struct dbms_driver dbms_postgresql = {
    .name = "PostgreSQL",
    .open = open_session,
    .close = close_session,
    .run = run,
    .load = load,
};
