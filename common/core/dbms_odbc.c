/* Any other server, through unixODBC: rows in bulk are INSERTs with parameters. */
#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dbms.h"
#include "core/fields.h"
#include "text/buffer.h"

#define VALUE_BYTES ((size_t)64 * 1024)

struct session {
	SQLHENV environment;
	SQLHDBC connection;
	bool connected;
};

/* What an SQLSTATE, or a number of the server's own, means; the first that fits. */
static const struct meaning {
	const char *state;
	SQLINTEGER native; /* 0: any */
	enum dbms_result result;
} meanings[] = {
    {"40001", 0, DBMS_AGAIN},
    {"40P01", 0, DBMS_AGAIN},
    {"", 1213, DBMS_AGAIN},
    {"", 1205, DBMS_AGAIN}, /* of MariaDB a lock wait, of SQL Server a deadlock */
    {"", 1047, DBMS_AWAY},
    {"", 1045, DBMS_LOGIN},
    {"", 18456, DBMS_LOGIN},
    {"23", 0, DBMS_CLASH},
    {"28", 0, DBMS_LOGIN},
    {"42P01", 0, DBMS_LACKING},
    {"42S02", 0, DBMS_LACKING},
    {"08", 0, DBMS_AWAY},
    {"HYT", 0, DBMS_AWAY},
    {NULL, 0, DBMS_REFUSED},
};

static enum dbms_result
fail(struct dbms *server, SQLSMALLINT type, SQLHANDLE handle)
{
	SQLCHAR state[6] = "", text[DBMS_WHY] = "";
	SQLINTEGER native = 0;
	SQLSMALLINT n;
	const struct meaning *m = meanings;

	if (!SQL_SUCCEEDED(
		SQLGetDiagRec(type, handle, 1, state, &native, text, sizeof(text), &n)))
		return dbms_fail(server, DBMS_REFUSED, "ODBC says nothing");
	while (m->state != NULL &&
	       (strncmp((const char *)state, m->state, strlen(m->state)) != 0 ||
		   (m->native != 0 && m->native != native)))
		m++;
	return dbms_fail(server, m->result, "%s", (const char *)text);
}

static void
close_session(struct dbms *server)
{
	struct session *session = server->session;

	if (session->connected)
		SQLDisconnect(session->connection);
	if (session->connection != NULL)
		SQLFreeHandle(SQL_HANDLE_DBC, session->connection);
	if (session->environment != NULL)
		SQLFreeHandle(SQL_HANDLE_ENV, session->environment);
	free(session);
}

/* ---- statements ------------------------------------------------------------- */

/* A column of the row at hand, of any length. */
static enum dbms_result
get_value(
    struct dbms *server, SQLHSTMT statement, int column, struct buffer *value, bool *null)
{
	static char piece[VALUE_BYTES];
	SQLLEN n = 0;
	SQLRETURN code;

	*null = false;
	value->n = 0;
	do {
		size_t length;

		code = SQLGetData(statement, (SQLUSMALLINT)column, SQL_C_CHAR, piece,
		    sizeof(piece), &n);
		if (code == SQL_NO_DATA)
			break;
		if (!SQL_SUCCEEDED(code))
			return fail(server, SQL_HANDLE_STMT, statement);
		if (n == SQL_NULL_DATA) {
			*null = true;
			break;
		}
		length = n == SQL_NO_TOTAL || (size_t)n >= sizeof(piece)
			     ? sizeof(piece) - 1
			     : (size_t)n;
		buffer_put(value, piece, length);
	} while (code == SQL_SUCCESS_WITH_INFO);
	buffer_put(value, "", 1);
	return value->failed ? dbms_fail(server, DBMS_REFUSED, "no memory") : DBMS_DONE;
}

static enum dbms_result
take_rows(struct dbms *server, SQLHSTMT statement, dbms_row *row, void *context)
{
	struct buffer values[DBMS_COLUMNS] = {{.p = NULL}};
	enum dbms_result result = DBMS_DONE;
	SQLSMALLINT n = 0;
	SQLRETURN code;

	SQLNumResultCols(statement, &n);
	while (
	    n > 0 && result == DBMS_DONE && (code = SQLFetch(statement)) != SQL_NO_DATA) {
		const char *texts[DBMS_COLUMNS];
		size_t lengths[DBMS_COLUMNS];

		if (!SQL_SUCCEEDED(code)) {
			result = fail(server, SQL_HANDLE_STMT, statement);
			break;
		}
		for (int i = 0; i < n && i < DBMS_COLUMNS && result == DBMS_DONE; i++) {
			bool null;

			result = get_value(server, statement, i + 1, &values[i], &null);
			texts[i] = null ? NULL : values[i].p;
			lengths[i] = null || values[i].n == 0 ? 0 : values[i].n - 1;
		}
		if (result == DBMS_DONE && row(context, n, texts, lengths) != 0)
			result = DBMS_STOPPED;
	}
	for (int i = 0; i < DBMS_COLUMNS; i++)
		buffer_free(&values[i]);
	return result;
}

static enum dbms_result
run(struct dbms *server, const char *sql, int n, const char *const *values, dbms_row *row,
    void *context)
{
	struct session *session = server->session;
	SQLLEN lengths[DBMS_COLUMNS];
	enum dbms_result result = DBMS_DONE;
	SQLHSTMT statement;
	SQLRETURN code;

	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_STMT, session->connection, &statement)))
		return fail(server, SQL_HANDLE_DBC, session->connection);
	for (int i = 0; i < n && i < DBMS_COLUMNS; i++) {
		size_t length = values[i] != NULL ? strlen(values[i]) : 0;

		lengths[i] = values[i] != NULL ? (SQLLEN)length : SQL_NULL_DATA;
		SQLBindParameter(statement, (SQLUSMALLINT)(i + 1), SQL_PARAM_INPUT,
		    SQL_C_CHAR, length > 4000 ? SQL_LONGVARCHAR : SQL_VARCHAR,
		    length > 0 ? length : 1, 0,
		    (SQLPOINTER)(values[i] != NULL ? values[i] : ""), (SQLLEN)length,
		    &lengths[i]);
	}
	code = SQLExecDirect(statement, (SQLCHAR *)sql, SQL_NTS);
	if (!SQL_SUCCEEDED(code) && code != SQL_NO_DATA)
		result = fail(server, SQL_HANDLE_STMT, statement);
	else if (row != NULL)
		result = take_rows(server, statement, row, context);
	SQLFreeHandle(SQL_HANDLE_STMT, statement);
	return result;
}

/* ---- rows in bulk ----------------------------------------------------------- */

struct insert {
	struct dbms *server;
	char *sql;
	struct buffer values[DBMS_COLUMNS];
	int n;
};

static enum dbms_result
add_line(void *context, const char *p, size_t n)
{
	struct insert *insert = context;
	const char *texts[DBMS_COLUMNS], *end = p + n;
	bool null;
	int i = 0;

	for (; i < insert->n; i++) {
		insert->values[i].n = 0;
		if (!fields_next(&p, end, &insert->values[i], &null))
			break;
		buffer_put(&insert->values[i], "", 1);
		if (insert->values[i].failed)
			return dbms_fail(insert->server, DBMS_REFUSED, "no memory");
		texts[i] = null ? NULL : insert->values[i].p;
	}
	return run(insert->server, insert->sql, i, texts, NULL, NULL);
}

static enum dbms_result
load(struct dbms *server, const char *table, const char *columns, long rows,
    dbms_source *source, void *context)
{
	bool replace = server->dialect == &dialect_mariadb &&
		       strncmp(table, server->dialect->temporary,
			   strlen(server->dialect->temporary)) == 0;
	struct insert insert = {.server = server, .n = 1};
	char marks[DBMS_COLUMNS * 3 + 1] = "?";
	enum dbms_result result;

	(void)rows;
	for (const char *p = columns; *p != '\0'; p++)
		if (*p == ',' && insert.n < DBMS_COLUMNS) {
			memcpy(&marks[3 * insert.n - 2], ", ?", 4);
			insert.n++;
		}
	insert.sql = dialect_sql("$r INTO \"$t\" ($c) VALUES ($m)", "t", table, "c",
	    columns, "m", marks, "r", replace ? "REPLACE" : "INSERT", NULL);
	if (insert.sql == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	result = fields_lines(source, context, add_line, &insert);
	for (int i = 0; i < DBMS_COLUMNS; i++)
		buffer_free(&insert.values[i]);
	free(insert.sql);
	return result;
}

/* ---- connecting ------------------------------------------------------------- */

/* Which server is behind the DSN, and what its session is told first. */
static const struct {
	const char *name;
	const struct dialect *dialect;
	const char *first;
} known[] = {
    {"PostgreSQL", &dialect_postgresql, "SET client_min_messages = warning"},
    {"MariaDB", &dialect_mariadb,
	"SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', "
	"time_zone = '+00:00'"},
    {"MySQL", &dialect_mariadb,
	"SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', "
	"time_zone = '+00:00'"},
    {"Microsoft SQL Server", &dialect_sqlserver, "SET QUOTED_IDENTIFIER ON"},
    {NULL, NULL, NULL},
};

static enum dbms_result
find_dialect(struct dbms *server)
{
	struct session *session = server->session;
	SQLCHAR name[100] = "";
	SQLSMALLINT n;
	size_t i = 0;

	SQLGetInfo(session->connection, SQL_DBMS_NAME, name, sizeof(name), &n);
	while (known[i].name != NULL && strcmp(known[i].name, (const char *)name) != 0)
		i++;
	if (known[i].name == NULL)
		return dbms_fail(server, DBMS_REFUSED,
		    "%s: elog-push knows PostgreSQL, MariaDB and Microsoft SQL Server",
		    (const char *)name);
	server->dialect = known[i].dialect;
	return run(server, known[i].first, 0, NULL, NULL, NULL);
}

static enum dbms_result
open_session(struct dbms *server, size_t host)
{
	struct session *session = calloc(1, sizeof(*session));
	SQLCHAR out[1024];
	SQLSMALLINT n;

	(void)host;
	if (session == NULL)
		return dbms_fail(server, DBMS_AWAY, "no memory");
	server->session = session;
	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &session->environment)))
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	SQLSetEnvAttr(
	    session->environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	if (!SQL_SUCCEEDED(SQLAllocHandle(
		SQL_HANDLE_DBC, session->environment, &session->connection)))
		return fail(server, SQL_HANDLE_ENV, session->environment);
	if (!SQL_SUCCEEDED(SQLDriverConnect(session->connection, NULL,
		(SQLCHAR *)server->address.database, SQL_NTS, out, sizeof(out), &n,
		SQL_DRIVER_NOPROMPT)))
		return fail(server, SQL_HANDLE_DBC, session->connection);
	session->connected = true;
	return find_dialect(server);
}

const struct dbms_driver dbms_odbc = {
    .name = "ODBC",
    .open = open_session,
    .close = close_session,
    .run = run,
    .load = load,
};
