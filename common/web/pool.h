/*
 * Connections to the one database, for threads that read it at once: read-only, without
 * a way to do anything else, and for so many seconds a request.
 */
#ifndef POOL_H
#define POOL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define POOL_SECONDS 5
#define POOL_STATEMENTS_MAX 16

/* The statements of an SQL file, each with the name that its comment begins with:
   "-- rows: what they are". */
struct pool_statement {
	char name[32];
	sqlite3_stmt *statement;
};
struct pool_file {
	struct pool_file *next;
	const char *name;
	struct pool_statement statements[POOL_STATEMENTS_MAX];
	int n;
};

/* What all pages know beside the database, such as the address of the service. */
struct pool_constant {
	const char *name, *text;
};

struct pool_connection {
	sqlite3 *db;
	const char *path; /* of the file, for messages */
	const struct pool_constant *constants;
	int64_t deadline;    /* monotonic milliseconds */
	bool late;	     /* it came, and what ran was ended */
	unsigned generation; /* of the file that is open */
	struct pool_file *files;
	struct pool_connection *next;
};

struct pool;

/* Begin with a database or a directory; constants, which end with a NULL name, are
   borrowed. NULL after a message. */
struct pool *pool_open(const char *path, const struct pool_constant *constants);

/* All connections must have been given back.  NULL is allowed. */
void pool_close(struct pool *pool);

/* The path of the file. */
const char *pool_path(const struct pool *pool);

/*
 * A number that is another one when the database is: committed to since, or replaced.
 * While a writer holds it, what it was.
 */
uint64_t pool_version(struct pool *pool);

/* The same for who looks again and again: it keeps nothing open. */
uint64_t pool_glance(struct pool *pool);

/*
 * Take a connection, whose time begins now, and give it back, with no statement under
 * way.  NULL after a message.
 */
struct pool_connection *pool_take(struct pool *pool);
void pool_give(struct pool *pool, struct pool_connection *connection);

/* The statements of common/sql/web/NAME.sql.  NULL after a message. */
const struct pool_file *pool_statements(
    struct pool_connection *connection, const char *name);

/*
 * To be called now and then: while nobody reads, a database that is in WAL mode is
 * closed, for its writer waits to leave that mode until no other has it open (db/open.h).
 */
void pool_rest(struct pool *pool);

#endif
