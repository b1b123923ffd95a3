/*
 * A session with a server database, whichever it is: connecting to the first of several
 * hosts that answers, statements with parameters, rows in bulk, and what an error means.
 */
#ifndef SERVER_H
#define SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"
#include "core/dialect.h"

enum server_result {
	SERVER_DONE,
	SERVER_AGAIN,	/* the transaction is undone, and would work when tried again */
	SERVER_CLASH,	/* a row with that key is there */
	SERVER_AWAY,	/* there is no session any more, or the server is not ready */
	SERVER_LOGIN,	/* it does not let us in */
	SERVER_REFUSED, /* it says no, and would again */
	SERVER_STOPPED, /* what was called from here failed, after a message */
};

#define SERVER_WHY 400
#define SERVER_COLUMNS 64

struct server {
	const struct server_driver *driver;
	const struct dialect *dialect;
	struct address address;
	size_t host;	      /* which one answered last */
	void *session;	      /* the driver's; NULL: none */
	char why[SERVER_WHY]; /* after a failure: what the server says */
	bool several;	      /* it is one of a cluster, in which a commit can fail */
	/* The longest value that it takes, in bytes; 0: no bound. */
	size_t longest;
};

/* Takes a row of an answer; a value that is NULL is NULL, else it ends with NUL.  0 to go
   on, or -1 after a message. */
typedef int server_row(
    void *context, int n, const char *const *values, const size_t *lengths);

/* Gives bytes of rows in bulk: how many were put at *p, which last until the next call;
   0 at the end, -1 after a message. */
typedef long server_source(void *context, const char **p);

struct server_driver {
	const char *name;
	/* Connect to one host, and prepare the session. */
	enum server_result (*open)(struct server *server, size_t host);
	void (*close)(struct server *server);
	/* A statement, or a query whose rows go to row(), with n parameters that are
	   texts or NULL. */
	enum server_result (*run)(struct server *server, const char *sql, int n,
	    const char *const *values, server_row *row, void *context);
	/* Rows into a table, as COPY and LOAD DATA have them: lines of fields with tabs
	   between them, backslashes before what they would be taken for, \N for NULL. */
	enum server_result (*load)(struct server *server, const char *table,
	    const char *columns, long rows, server_source *source, void *context);
};

extern const struct server_driver server_postgresql, server_mariadb, server_odbc;

/* Begin with an address, which is the server's from now on.  Nothing is connected yet. */
void server_begin(struct server *server, const struct address *address);

/*
 * Connect to the first host that lets us in, beginning with the one that did so last, or
 * where next says so behind that, again and again until wait seconds have passed or *stop
 * is not 0.  The exit status: 0; 75, 77 or 1 after a message.
 */
int server_open(
    struct server *server, bool next, long wait, const volatile sig_atomic_t *stop);

/* End the session; and release the address, too. */
void server_close(struct server *server);
void server_end(struct server *server);

/* See server_driver.  Values are count texts (or NULL) behind each other. */
enum server_result server_run(struct server *server, const char *sql, int count, ...);
enum server_result server_ask(struct server *server, const char *sql, int count,
    const char *const *values, server_row *row, void *context);

/* Of a query with at most one row and column: its value, malloc'd; NULL if there is none.
 */
enum server_result server_value(
    struct server *server, char **value, const char *sql, int count, ...);

enum server_result server_load(struct server *server, const char *table,
    const char *columns, long rows, server_source *source, void *context);

/* The exit status that a result stands for, after a message with what was being done. */
int server_status(
    const struct server *server, enum server_result result, const char *doing);

/* For drivers: note what went wrong, a line. */
enum server_result server_fail(struct server *server, enum server_result result,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
