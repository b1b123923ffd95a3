/* MariaDB, through libmariadb: rows in bulk are LOAD DATA LOCAL, where the server takes
   that, else INSERTs of as many rows as it takes in a packet. */
#include <errmsg.h>
#include <errno.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/dbms.h"
#include "core/fields.h"
#include "text/buffer.h"

#define CONNECT_SECONDS 10
#define CERTIFICATES "/etc/ssl/certs/ca-certificates.crt"
#define VALUE_BYTES ((size_t)64 * 1024)

struct session {
	MYSQL mysql;
	bool local_infile; /* the server takes LOAD DATA LOCAL */
	unsigned long packet;
	/* Of the rows that LOAD DATA asks for: */
	dbms_source *source; /* NULL: we asked for no such thing */
	void *context;
	const char *rest;
	size_t n_rest;
	bool failed;
	bool asked; /* the server asked for a file, which we did not offer */
};

/* What an error means, of a statement.  Those of a connection, 2000 to 2999, are AWAY. */
static const struct meaning {
	unsigned code;
	enum dbms_result result;
} meanings[] = {
    {ER_LOCK_DEADLOCK, DBMS_AGAIN},	/* 1213, Galera's refusal at COMMIT, too */
    {ER_LOCK_WAIT_TIMEOUT, DBMS_AGAIN}, /* 1205 */
    {1020, DBMS_AGAIN},			/* the row changed since it was read */
    {1180, DBMS_AGAIN},			/* "error during COMMIT" */
    {ER_DUP_ENTRY, DBMS_CLASH},
    {ER_UNKNOWN_COM_ERROR, DBMS_AWAY}, /* 1047: the node is not ready */
    {ER_CON_COUNT_ERROR, DBMS_AWAY},
    {ER_OUTOFMEMORY, DBMS_AWAY},
    {ER_DISK_FULL, DBMS_AWAY},
    {ER_RECORD_FILE_FULL, DBMS_AWAY}, /* 1114 */
    {3, DBMS_AWAY},		      /* writing a temporary file */
    {1026, DBMS_AWAY},		      /* writing a file */
    {ER_SERVER_SHUTDOWN, DBMS_AWAY},
    {ER_OPTION_PREVENTS_STATEMENT, DBMS_AWAY}, /* 1290: read-only */
    {1317, DBMS_AWAY},			       /* interrupted */
    {1927, DBMS_AWAY},			       /* killed */
    {ER_ACCESS_DENIED_ERROR, DBMS_LOGIN},
    {1698, DBMS_LOGIN},
    {ER_HOST_NOT_PRIVILEGED, DBMS_LOGIN},
    {1251, DBMS_LOGIN},
    {ER_NO_SUCH_TABLE, DBMS_LACKING},
    {0, DBMS_REFUSED},
};

static enum dbms_result
fail_with(struct dbms *server, unsigned code, const char *text, const char *host)
{
	const struct session *session = server->session;
	const struct meaning *m = meanings;
	const char *colon = host != NULL && host[0] != '\0' ? ": " : "";

	if (session->asked)
		return dbms_fail(server, DBMS_REFUSED,
		    "it asks for a file of this machine: do not trust it");
	while (m->code != 0 && m->code != code)
		m++;
	return dbms_fail(server, code >= 2000 && code < 3000 ? DBMS_AWAY : m->result,
	    "%s%s%s", host != NULL ? host : "", colon, text);
}

static enum dbms_result
fail(struct dbms *server)
{
	struct session *session = server->session;

	return fail_with(
	    server, mysql_errno(&session->mysql), mysql_error(&session->mysql), NULL);
}

static void
close_session(struct dbms *server)
{
	struct session *session = server->session;

	mysql_close(&session->mysql);
	free(session);
}

/* ---- connecting ------------------------------------------------------------- */

/* The files that the server must be known by, and what else the address says.  Where a
   file is not there libmariadb would say nothing, and go on without. */
static enum dbms_result
set_options(struct dbms *server, MYSQL *mysql, bool local)
{
	static const struct {
		const char *name;
		enum mysql_option option;
	} known[] = {{"ssl-ca", MYSQL_OPT_SSL_CA}, {"ssl-cert", MYSQL_OPT_SSL_CERT},
	    {"ssl-key", MYSQL_OPT_SSL_KEY}, {"defaults-file", MYSQL_READ_DEFAULT_FILE}};
	const unsigned seconds = CONNECT_SECONDS;
	const my_bool yes = 1;
	const unsigned allowed = 1;

	mysql_options(mysql, MYSQL_READ_DEFAULT_GROUP, "elog-push");
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &allowed);
	if (!local) {
		mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
		mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
		if (access(CERTIFICATES, R_OK) == 0)
			mysql_options(mysql, MYSQL_OPT_SSL_CA, CERTIFICATES);
	}
	for (size_t i = 0; i < server->address.n_options; i++) {
		const struct address_option *o = &server->address.options[i];
		size_t k = 0;

		if (strcmp(o->name, "socket") == 0)
			continue;
		while (k < sizeof(known) / sizeof(known[0]) &&
		       strcmp(known[k].name, o->name) != 0)
			k++;
		if (k == sizeof(known) / sizeof(known[0]))
			return dbms_fail(
			    server, DBMS_ADDRESS, "%s: no option of MariaDB's", o->name);
		if (access(o->value, R_OK) != 0)
			return dbms_fail(server, DBMS_ADDRESS, "%s: %s: %s", o->name,
			    o->value, strerror(errno));
		mysql_options(mysql, known[k].option, o->value);
	}
	return DBMS_DONE;
}

static int
note_status(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct dbms *server = context;
	struct session *session = server->session;

	(void)lengths;
	if (n < 2 || values[0] == NULL || values[1] == NULL)
		return 0;
	session->packet = strtoul(values[0], NULL, 10);
	session->local_infile = strcmp(values[1], "1") == 0;
	return 0;
}

static int
note_cluster(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct dbms *server = context;

	(void)lengths;
	server->several = n > 1 && values[1] != NULL && strcmp(values[1], "ON") == 0;
	return 0;
}

static enum dbms_result run(struct dbms *server, const char *sql, int n,
    const char *const *values, dbms_row *row, void *context);
static void refuse_files(struct session *session);

static enum dbms_result
prepare_session(struct dbms *server)
{
	enum dbms_result result;
	struct session *session = server->session;

	result = run(server,
	    "SET SESSION sql_mode = "
	    "'ANSI_QUOTES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,"
	    "NO_BACKSLASH_ESCAPES', time_zone = '+00:00'",
	    0, NULL, NULL, NULL);
	if (result == DBMS_DONE)
		result =
		    run(server, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
			0, NULL, NULL, NULL);
	if (result == DBMS_DONE)
		result = run(server, "SELECT @@max_allowed_packet, @@local_infile", 0,
		    NULL, note_status, server);
	if (result == DBMS_DONE)
		result = run(server, "SHOW GLOBAL STATUS LIKE 'wsrep_ready'", 0, NULL,
		    note_cluster, server);
	/* Of its packet the rest of a row and the packet's head take a part. */
	if (result == DBMS_DONE && session->packet > 0)
		server->longest =
		    session->packet - (session->packet > 65536 ? 16384 : 1024);
	return result;
}

static enum dbms_result
open_session(struct dbms *server, size_t host)
{
	const struct address *address = &server->address;
	const char *name = address->hosts[host].name;
	const char *socket = address_option(address, "socket");
	bool local = address_is_local(name);
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL || mysql_init(&session->mysql) == NULL) {
		free(session);
		return dbms_fail(server, DBMS_AWAY, "no memory");
	}
	refuse_files(session);
	server->session = session;
	server->dialect = &dialect_mariadb;
	if (set_options(server, &session->mysql, local) != DBMS_DONE)
		return DBMS_ADDRESS;
	if (name[0] == '/')
		socket = name;
	if (mysql_real_connect(&session->mysql,
		name[0] == '/' || name[0] == '\0' ? NULL : name, address->user, NULL,
		address->database, (unsigned)address->hosts[host].port, socket,
		CLIENT_LOCAL_FILES) == NULL)
		return fail_with(server, mysql_errno(&session->mysql),
		    mysql_error(&session->mysql), name);
	return prepare_session(server);
}

/* ---- statements ------------------------------------------------------------- */

struct answer {
	MYSQL_BIND bind[DBMS_COLUMNS];
	char *values[DBMS_COLUMNS];
	size_t room[DBMS_COLUMNS];
	unsigned long lengths[DBMS_COLUMNS];
	my_bool nulls[DBMS_COLUMNS], errors[DBMS_COLUMNS];
	int n;
};

static bool
bind_answer(MYSQL_STMT *statement, struct answer *answer)
{
	answer->n = (int)mysql_stmt_field_count(statement);
	if (answer->n > DBMS_COLUMNS)
		return false;
	for (int i = 0; i < answer->n; i++) {
		answer->room[i] = VALUE_BYTES;
		answer->values[i] = malloc(VALUE_BYTES + 1);
		if (answer->values[i] == NULL)
			return false;
		answer->bind[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
		    .buffer = answer->values[i],
		    .buffer_length = VALUE_BYTES,
		    .length = &answer->lengths[i],
		    .is_null = &answer->nulls[i],
		    .error = &answer->errors[i]};
	}
	return mysql_stmt_bind_result(statement, answer->bind) == 0;
}

/* Values that did not fit are fetched again, into room that stays. */
static bool
fetch_longer(MYSQL_STMT *statement, struct answer *answer)
{
	for (int i = 0; i < answer->n; i++) {
		MYSQL_BIND one = {.buffer_type = MYSQL_TYPE_STRING,
		    .length = &answer->lengths[i],
		    .is_null = &answer->nulls[i],
		    .error = &answer->errors[i]};
		size_t n = answer->lengths[i];

		if (answer->nulls[i] || n <= VALUE_BYTES)
			continue;
		if (n > answer->room[i]) {
			char *more = realloc(answer->values[i], n + 1);

			if (more == NULL)
				return false;
			answer->values[i] = more;
			answer->room[i] = n;
			answer->bind[i].buffer = more;
		}
		one.buffer = answer->values[i];
		one.buffer_length = (unsigned long)n;
		if (mysql_stmt_fetch_column(statement, &one, (unsigned)i, 0) != 0)
			return false;
	}
	return true;
}

static enum dbms_result
take_rows(struct dbms *server, MYSQL_STMT *statement, dbms_row *row, void *context)
{
	struct answer answer = {.n = 0};
	enum dbms_result result = DBMS_DONE;
	int code = 1;

	if (!bind_answer(statement, &answer)) {
		result = dbms_fail(server, DBMS_REFUSED, "no memory");
		goto done;
	}
	while (
	    (code = mysql_stmt_fetch(statement)) == 0 || code == MYSQL_DATA_TRUNCATED) {
		const char *values[DBMS_COLUMNS] = {NULL};
		size_t lengths[DBMS_COLUMNS];
		bool moved = code == MYSQL_DATA_TRUNCATED;

		if (moved && !fetch_longer(statement, &answer)) {
			result = dbms_fail(server, DBMS_REFUSED, "no memory");
			break;
		}
		for (int i = 0; i < answer.n; i++) {
			lengths[i] = answer.lengths[i];
			values[i] = answer.nulls[i] ? NULL : answer.values[i];
			if (values[i] != NULL)
				answer.values[i][lengths[i]] = '\0';
		}
		if (row(context, answer.n, values, lengths) != 0) {
			result = DBMS_STOPPED;
			break;
		}
		/* The buffers that grew have moved. */
		if (moved)
			(void)mysql_stmt_bind_result(statement, answer.bind);
	}
	if (result == DBMS_DONE && code == 1)
		result = fail_with(server, mysql_stmt_errno(statement),
		    mysql_stmt_error(statement), NULL);
done:
	for (int i = 0; i < answer.n && i < DBMS_COLUMNS; i++)
		free(answer.values[i]);
	return result;
}

static enum dbms_result
run(struct dbms *server, const char *sql, int n, const char *const *values, dbms_row *row,
    void *context)
{
	struct session *session = server->session;
	MYSQL_BIND bind[DBMS_COLUMNS] = {{.length = NULL}};
	enum dbms_result result = DBMS_DONE;
	MYSQL_STMT *statement;

	/* What has neither parameters nor rows need not be prepared, and some statements
	   cannot. */
	if (n == 0 && row == NULL) {
		if (mysql_real_query(&session->mysql, sql, (unsigned long)strlen(sql)) !=
		    0)
			return fail(server);
		if (mysql_field_count(&session->mysql) > 0)
			mysql_free_result(mysql_store_result(&session->mysql));
		return DBMS_DONE;
	}
	statement = mysql_stmt_init(&session->mysql);
	if (statement == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	for (int i = 0; i < n && i < DBMS_COLUMNS; i++) {
		bind[i].buffer_type =
		    values[i] != NULL ? MYSQL_TYPE_STRING : MYSQL_TYPE_NULL;
		bind[i].buffer = (void *)values[i];
		bind[i].buffer_length =
		    values[i] != NULL ? (unsigned long)strlen(values[i]) : 0;
	}
	if (mysql_stmt_prepare(statement, sql, (unsigned long)strlen(sql)) != 0 ||
	    (n > 0 && mysql_stmt_bind_param(statement, bind) != 0) ||
	    mysql_stmt_execute(statement) != 0)
		result = fail_with(server, mysql_stmt_errno(statement),
		    mysql_stmt_error(statement), NULL);
	else if (row != NULL && mysql_stmt_field_count(statement) > 0)
		result = take_rows(server, statement, row, context);
	/* What is left of an answer that nobody wants is not waited for. */
	mysql_stmt_close(statement);
	return result;
}

/* ---- rows in bulk ----------------------------------------------------------- */

static int
infile_begin(void **p, const char *name, void *context)
{
	struct session *session = context;

	(void)name; /* whatever file the server asks for, it gets our rows */
	*p = context;
	session->asked = session->source == NULL;
	return session->asked;
}

static int
infile_read(void *p, char *out, unsigned size)
{
	struct session *session = p;
	size_t n;

	if (session->n_rest == 0) {
		long more = session->source(session->context, &session->rest);

		if (more <= 0) {
			session->failed = more < 0;
			return more < 0 ? -1 : 0;
		}
		session->n_rest = (size_t)more;
	}
	n = session->n_rest < size ? session->n_rest : size;
	memcpy(out, session->rest, n);
	session->rest += n;
	session->n_rest -= n;
	return (int)n;
}

static void
infile_end(void *p)
{
	(void)p;
}

static int
infile_error(void *p, char *text, unsigned size)
{
	(void)p;
	snprintf(text, size, "the rows cannot be read");
	return CR_UNKNOWN_ERROR;
}

/* A server may ask for a file at any time, and libmariadb by itself would give it any
   that we can read. */
static void
refuse_files(struct session *session)
{
	mysql_set_local_infile_handler(&session->mysql, infile_begin, infile_read,
	    infile_end, infile_error, session);
}

static int
first_warning(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct dbms *server = context;

	(void)lengths;
	if (n > 2 && values[2] != NULL && server->why[0] == '\0')
		dbms_fail(server, DBMS_REFUSED, "%s", values[2]);
	return 0;
}

/* LOCAL makes warnings of errors: of a key that is there, of what does not fit. */
static enum dbms_result
check_warnings(struct dbms *server, long rows, bool replaced)
{
	struct session *session = server->session;
	long warnings = (long)mysql_warning_count(&session->mysql);
	long taken = (long)mysql_affected_rows(&session->mysql);

	if (warnings == 0 && (taken == rows || replaced))
		return DBMS_DONE;
	server->why[0] = '\0';
	(void)run(server, "SHOW WARNINGS LIMIT 1", 0, NULL, first_warning, server);
	return taken < rows && strstr(server->why, "uplicate") != NULL ? DBMS_CLASH
								       : DBMS_REFUSED;
}

static enum dbms_result
load_file(
    struct dbms *server, const char *table, const char *columns, long rows, bool replace)
{
	struct session *session = server->session;
	char *sql =
	    dialect_sql("LOAD DATA LOCAL INFILE 'rows' $r INTO TABLE \"$t\" "
			"CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\t' ESCAPED BY "
			"'\\' LINES TERMINATED BY '\n' ($c)",
		"t", table, "c", columns, "r", replace ? "REPLACE" : "IGNORE", NULL);
	enum dbms_result result;

	if (sql == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	if (mysql_real_query(&session->mysql, sql, (unsigned long)strlen(sql)) != 0)
		result = session->failed ? DBMS_STOPPED : fail(server);
	else
		result = check_warnings(server, rows, replace);
	free(sql);
	return result;
}

/* The same rows where the server takes no LOAD DATA LOCAL: as texts in INSERTs. */
struct inserts {
	struct dbms *server;
	struct buffer sql, value;
	char *head;
	size_t bound;
	bool any;
};

/* A line as a row of values in brackets: a quote in a text stands twice. */
static void
put_line(struct inserts *inserts, const char *p, const char *end)
{
	struct buffer *sql = &inserts->sql, *value = &inserts->value;
	const char *comma = "(";
	bool null;

	value->n = 0;
	while (fields_next(&p, end, value, &null)) {
		const char *at = value->p, *quote;

		buffer_put(sql, comma, 1);
		comma = ",";
		buffer_put(sql, null ? "NULL" : "'", null ? 4 : 1);
		while (value->n > 0 &&
		       (quote = memchr(at, '\'', value->n - (size_t)(at - value->p))) !=
			   NULL) {
			buffer_put(sql, at, (size_t)(quote - at) + 1);
			buffer_put(sql, "'", 1);
			at = quote + 1;
		}
		if (value->n > 0)
			buffer_put(sql, at, value->n - (size_t)(at - value->p));
		if (!null)
			buffer_put(sql, "'", 1);
		value->n = 0;
	}
	buffer_put(sql, ")", 1);
}

static enum dbms_result
flush_inserts(struct inserts *inserts)
{
	struct session *session = inserts->server->session;
	enum dbms_result result = DBMS_DONE;

	if (inserts->any && mysql_real_query(&session->mysql, inserts->sql.p,
				(unsigned long)inserts->sql.n) != 0)
		result = fail(inserts->server);
	inserts->any = false;
	inserts->sql.n = 0;
	return result;
}

static enum dbms_result
add_line(void *context, const char *p, size_t n)
{
	struct inserts *inserts = context;
	enum dbms_result result = DBMS_DONE;

	if (inserts->any && inserts->sql.n + n > inserts->bound / 2)
		result = flush_inserts(inserts);
	if (!inserts->any)
		buffer_put(&inserts->sql, inserts->head, strlen(inserts->head));
	else
		buffer_put(&inserts->sql, ",", 1);
	inserts->any = true;
	put_line(inserts, p, p + n);
	if (inserts->sql.failed || inserts->value.failed)
		return dbms_fail(inserts->server, DBMS_REFUSED, "no memory");
	return result;
}

static enum dbms_result
load_inserts(struct dbms *server, const char *table, const char *columns, bool replace,
    dbms_source *source, void *context)
{
	struct session *session = server->session;
	struct inserts inserts = {.server = server,
	    .bound = session->packet < 8u << 20 ? session->packet : 8u << 20};
	enum dbms_result result;

	inserts.head = dialect_sql("$r INTO \"$t\" ($c) VALUES ", "t", table, "c",
	    columns, "r", replace ? "REPLACE" : "INSERT", NULL);
	if (inserts.head == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	result = fields_lines(source, context, add_line, &inserts);
	if (result == DBMS_DONE)
		result = flush_inserts(&inserts);
	buffer_free(&inserts.sql);
	buffer_free(&inserts.value);
	free(inserts.head);
	return result;
}

static enum dbms_result
load(struct dbms *server, const char *table, const char *columns, long rows,
    dbms_source *source, void *context)
{
	struct session *session = server->session;
	/* Of what comes to a temporary table, what comes later takes the place. */
	bool replace = strncmp(table, dialect_mariadb.temporary,
			   strlen(dialect_mariadb.temporary)) == 0;
	enum dbms_result result;

	if (!session->local_infile)
		return load_inserts(server, table, columns, replace, source, context);
	session->source = source;
	session->context = context;
	session->n_rest = 0;
	session->failed = false;
	result = load_file(server, table, columns, rows, replace);
	session->source = NULL;
	return result;
}

const struct dbms_driver dbms_mariadb = {
    .name = "MariaDB",
    .open = open_session,
    .close = close_session,
    .run = run,
    .load = load,
};
