#include "web/pool.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/document.h"
#include "db/open.h"
#include "db/path.h"
#include "db/statement.h"
#include "db/value.h"
#include "local/job_view.h"
#include "text/buffer.h"
#include "text/html.h"
#include "text/object.h"
#include "web/quote.h"

#define STEPS 5000   /* of SQLite's machine between two looks at the clock */
#define REST_MS 150  /* without a request */
#define BUSY_MS 2000 /* for a writer that commits */

struct pool {
	const struct pool_constant *constants;
	pthread_mutex_t lock;
	char *path;
	struct pool_connection *idle;
	struct pool_connection *watch; /* the one that is asked for its version */
	sqlite3_stmt *ask;
	int seen;	  /* data_version of the watch */
	uint64_t version; /* ours */
	unsigned generation;
	struct stat file, wal; /* as they were when it was last asked */
	int taken;
	int64_t used; /* when one was last taken or asked */
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- A connection ----------------------------------------------------------- */

static int
is_time_up(void *context)
{
	struct pool_connection *connection = context;

	if (interrupt_stop == 0 &&
	    (connection->deadline == 0 || now_ms() < connection->deadline))
		return 0;
	connection->late = true;
	return 1;
}

/* What statements may do: read, and what the query language's parts ask for. */
static int
authorize(void *context, int action, const char *a, const char *b, const char *database,
    const char *trigger)
{
	static const char *const pragmas[] = {
	    "data_version", "query_only", "table_info", "table_xinfo", NULL};

	(void)context;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b != NULL && strcmp(b, "load_extension") == 0 ? SQLITE_DENY
								     : SQLITE_OK;
	case SQLITE_PRAGMA:
		/* How much of the file is kept in memory is ours to say: pages that are
		   mapped would count, too. */
		if (strcmp(a, "mmap_size") == 0 || strcmp(a, "cache_size") == 0)
			return SQLITE_IGNORE;
		for (int i = 0; pragmas[i] != NULL; i++)
			if (strcmp(a, pragmas[i]) == 0)
				return SQLITE_OK;
		return SQLITE_DENY;
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_CREATE_TABLE:
		/* So SQLite asks when a table-valued function such as json_each() says
		   what its columns are; nothing is written, for the file is open to be
		   read. */
		if (a != NULL &&
		    (action == SQLITE_CREATE_TABLE || strcmp(a, "sqlite_master") == 0))
			return SQLITE_OK;
		return database != NULL && strcmp(database, "temp") == 0 ? SQLITE_OK
									 : SQLITE_DENY;
	default:
		/* The runs that a search's condition selects wait in a table of their
		   own. */
		return database != NULL && strcmp(database, "temp") == 0 ? SQLITE_OK
									 : SQLITE_DENY;
	}
}

/* reading(TEXT, HTML): what a person reads in a text, which may be HTML. */
static void
sql_reading(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *p = (const char *)sqlite3_value_text(argv[0]);
	struct buffer out = {0};

	(void)argc;
	if (p == NULL)
		return;
	if (sqlite3_value_int(argv[1]) == 0) {
		sqlite3_result_value(context, argv[0]);
		return;
	}
	html_text(&out, p, (size_t)sqlite3_value_bytes(argv[0]));
	sqlite3_result_text64(
	    context, out.n > 0 ? out.p : "", out.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	buffer_free(&out);
}

/* quoted_name(NAME): the name of a condition as it stands in a query. */
static void
sql_quoted_name(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *name = (const char *)sqlite3_value_text(argv[0]);
	struct buffer out = {0};

	(void)argc;
	if (name == NULL)
		return;
	quote_name(&out, name);
	sqlite3_result_text64(context, out.p, out.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	buffer_free(&out);
}

/* member(DOC, NAME): a text among the members of a JSON object, found without reading
   more of it than that takes; NULL if there is none. */
static void
sql_member(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span doc = {(const char *)sqlite3_value_text(argv[0]),
	    (size_t)sqlite3_value_bytes(argv[0])};
	const char *name = (const char *)sqlite3_value_text(argv[1]);
	char *text = doc.p != NULL && name != NULL ? object_member(doc, name) : NULL;

	(void)argc;
	if (text != NULL)
		sqlite3_result_text(context, text, -1, free);
}

static const struct statement_function functions[] = {
    {"member", 2, sql_member, NULL},
    {"quoted_name", 1, sql_quoted_name, NULL},
    {"reading", 2, sql_reading, NULL},
    {NULL, 0, NULL, NULL},
};

static void
close_connection(struct pool_connection *connection)
{
	struct pool_file *next;

	if (connection == NULL)
		return;
	for (struct pool_file *f = connection->files; f != NULL; f = next) {
		next = f->next;
		for (int i = 0; i < f->n; i++)
			sqlite3_finalize(f->statements[i].statement);
		free(f);
	}
	sqlite3_close(connection->db);
	free(connection);
}

static struct pool_connection *
open_connection(struct pool *pool)
{
	struct pool_connection *connection = calloc(1, sizeof(*connection));
	char *file = NULL;

	if (connection == NULL) {
		msg("no memory");
		return NULL;
	}
	connection->path = pool->path;
	connection->constants = pool->constants;
	connection->generation = pool->generation;
	connection->db = db_open_reader(pool->path, &file);
	free(file);
	if (connection->db == NULL || document_functions(connection->db) != SQLITE_OK ||
	    path_functions(connection->db) != SQLITE_OK ||
	    value_functions(connection->db) != SQLITE_OK ||
	    job_view_functions(connection->db) != SQLITE_OK ||
	    statement_functions(connection->db, functions, SQLITE_DIRECTONLY) !=
		SQLITE_OK ||
	    db_exec(connection->db, pool->path,
		"PRAGMA query_only = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = "
		"-2000") != 0) {
		close_connection(connection);
		return NULL;
	}
	sqlite3_busy_timeout(connection->db, BUSY_MS);
	sqlite3_limit(connection->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_set_authorizer(connection->db, authorize, connection);
	sqlite3_progress_handler(connection->db, STEPS, is_time_up, connection);
	return connection;
}

/* ---- The pool --------------------------------------------------------------- */

struct pool *
pool_open(const char *path, const struct pool_constant *constants)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	struct pool_connection *first;
	sqlite3 *db;

	if (pool == NULL) {
		msg("no memory");
		return NULL;
	}
	pthread_mutex_init(&pool->lock, NULL);
	pool->version = 1;
	pool->constants = constants;
	/* The first one says whether it is a database at all, and which file. */
	db = db_open_reader(path, &pool->path);
	sqlite3_close(db);
	if (db == NULL || (first = open_connection(pool)) == NULL) {
		pool_close(pool);
		return NULL;
	}
	pool->idle = first;
	(void)pool_version(pool);
	return pool;
}

/* Close all that are not in use. */
static void
close_idle(struct pool *pool)
{
	sqlite3_finalize(pool->ask);
	pool->ask = NULL;
	close_connection(pool->watch);
	pool->watch = NULL;
	while (pool->idle != NULL) {
		struct pool_connection *next = pool->idle->next;

		close_connection(pool->idle);
		pool->idle = next;
	}
}

void
pool_close(struct pool *pool)
{
	if (pool == NULL)
		return;
	close_idle(pool);
	pthread_mutex_destroy(&pool->lock);
	free(pool->path);
	free(pool);
}

const char *
pool_path(const struct pool *pool)
{
	return pool->path;
}

struct pool_connection *
pool_take(struct pool *pool)
{
	struct pool_connection *connection;

	pthread_mutex_lock(&pool->lock);
	connection = pool->idle;
	if (connection != NULL)
		pool->idle = connection->next;
	else
		connection = open_connection(pool);
	if (connection != NULL) {
		connection->deadline = now_ms() + POOL_SECONDS * 1000L;
		connection->late = false;
		pool->taken++;
	}
	pthread_mutex_unlock(&pool->lock);
	return connection;
}

void
pool_give(struct pool *pool, struct pool_connection *connection)
{
	connection->deadline = 0;
	if (!sqlite3_get_autocommit(connection->db))
		(void)sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
	pthread_mutex_lock(&pool->lock);
	pool->taken--;
	pool->used = now_ms();
	if (connection->generation != pool->generation) {
		close_connection(connection);
	} else {
		connection->next = pool->idle;
		pool->idle = connection;
	}
	pthread_mutex_unlock(&pool->lock);
}

/* ---- What changed ----------------------------------------------------------- */

/* The files as they are now. */
static void
look(const struct pool *pool, struct stat *file, struct stat *wal)
{
	char *name;

	if (stat(pool->path, file) != 0)
		memset(file, 0, sizeof(*file));
	memset(wal, 0, sizeof(*wal));
	if (asprintf(&name, "%s-wal", pool->path) < 0)
		return;
	if (stat(name, wal) != 0)
		memset(wal, 0, sizeof(*wal));
	free(name);
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Was it written just now?  Another write within the same tick of the clock would leave
   no mark. */
static bool
is_fresh(const struct stat *file)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (now.tv_sec - file->st_mtim.tv_sec) * 1000 +
		   (now.tv_nsec - file->st_mtim.tv_nsec) / 1000000 <
	       20;
}

/* Open the watch; of what was written while it was closed the files tell. */
static bool
open_watch(struct pool *pool, const struct stat *file, const struct stat *wal)
{
	bool first = pool->file.st_ino == 0;

	pool->watch = open_connection(pool);
	if (pool->watch == NULL)
		return false;
	/* The server's thread does not wait. */
	sqlite3_busy_timeout(pool->watch->db, 0);
	pool->ask = db_prepare(pool->watch->db, pool->path, "PRAGMA data_version");
	if (pool->ask == NULL)
		return false;
	if (!first && (!is_same(file, &pool->file) || !is_same(wal, &pool->wal)))
		pool->version++;
	pool->seen = 0;
	return true;
}

static void
ask_version(struct pool *pool)
{
	struct stat file, wal;
	int now;

	look(pool, &file, &wal);
	if (pool->watch == NULL && pool->file.st_ino != 0 &&
	    is_same(&file, &pool->file) && is_same(&wal, &pool->wal))
		return;
	if (pool->watch != NULL &&
	    (file.st_ino != pool->file.st_ino || file.st_dev != pool->file.st_dev)) {
		close_idle(pool);
		pool->generation++;
	}
	if ((pool->watch != NULL || open_watch(pool, &file, &wal)) &&
	    sqlite3_step(pool->ask) == SQLITE_ROW) {
		now = sqlite3_column_int(pool->ask, 0);
		if (pool->seen != 0 && now != pool->seen)
			pool->version++;
		pool->seen = now;
		pool->file = file;
		pool->wal = wal;
	}
	if (pool->ask != NULL)
		sqlite3_reset(pool->ask);
}

uint64_t
pool_glance(struct pool *pool)
{
	uint64_t version;

	pthread_mutex_lock(&pool->lock);
	ask_version(pool);
	version = pool->version;
	pthread_mutex_unlock(&pool->lock);
	return version;
}

uint64_t
pool_version(struct pool *pool)
{
	uint64_t version;

	pthread_mutex_lock(&pool->lock);
	pool->used = now_ms();
	ask_version(pool);
	version = pool->version;
	pthread_mutex_unlock(&pool->lock);
	return version;
}

void
pool_rest(struct pool *pool)
{
	struct stat file, wal;

	pthread_mutex_lock(&pool->lock);
	if (pool->taken == 0 && now_ms() - pool->used >= REST_MS &&
	    (pool->watch != NULL || pool->idle != NULL)) {
		look(pool, &file, &wal);
		if (wal.st_ino != 0 && !is_fresh(&wal)) {
			if (pool->watch != NULL)
				ask_version(pool);
			close_idle(pool);
		}
	}
	pthread_mutex_unlock(&pool->lock);
}

/* ---- Statements ------------------------------------------------------------- */

/* The name that a comment in front of a statement gives it: "-- rows: what they are". */
static void
read_name(const char *sql, char *name, size_t size)
{
	size_t n;

	name[0] = '\0';
	while (isspace((unsigned char)*sql))
		sql++;
	if (strncmp(sql, "-- ", 3) != 0)
		return;
	sql += 3;
	n = strspn(sql, "abcdefghijklmnopqrstuvwxyz_");
	if (n > 0 && n < size && sql[n] == ':') {
		memcpy(name, sql, n);
		name[n] = '\0';
	}
}

static bool
prepare_file(struct pool_connection *connection, struct pool_file *file, const char *sql)
{
	while (sql != NULL && *sql != '\0') {
		struct pool_statement *s = &file->statements[file->n];
		const char *rest = NULL;

		if (file->n == POOL_STATEMENTS_MAX) {
			msg("%s: too many statements", file->name);
			return false;
		}
		if (sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
			&s->statement, &rest) != SQLITE_OK) {
			db_complain(connection->db, connection->path);
			return false;
		}
		if (s->statement == NULL)
			break;
		read_name(sql, s->name, sizeof(s->name));
		file->n++;
		sql = rest;
	}
	return true;
}

const struct pool_file *
pool_statements(struct pool_connection *connection, const char *name)
{
	struct pool_file *file;
	bool whole;

	for (file = connection->files; file != NULL; file = file->next)
		if (strcmp(file->name, name) == 0)
			return file;
	file = calloc(1, sizeof(*file));
	if (file == NULL) {
		msg("no memory");
		return NULL;
	}
	file->name = name;
	whole = prepare_file(connection, file, statement_file("web", name, ""));
	if (whole) {
		file->next = connection->files;
		connection->files = file;
		return file;
	}
	for (int i = 0; i < file->n; i++)
		sqlite3_finalize(file->statements[i].statement);
	free(file);
	return NULL;
}
