/*
 * A session with a server database, whichever it is: connecting to the first of several
 * hosts that answers, statements with parameters, rows in bulk, and what an error means.
 */
#ifndef DBMS_H
#define DBMS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"
#include "core/dialect.h"

enum dbms_result {
	DBMS_DONE,
	DBMS_AGAIN,   /* the transaction is undone, and would work when tried again */
	DBMS_CLASH,   /* a row with that key is there */
	DBMS_AWAY,    /* there is no session any more, or the server is not ready */
	DBMS_LOGIN,   /* it does not let us in */
	DBMS_ADDRESS, /* what the address says of the connection cannot be */
	DBMS_LACKING, /* a table is not there */
	DBMS_REFUSED, /* it says no, and would again */
	DBMS_STOPPED, /* what was called from here failed, after a message */
};

#define DBMS_WHY 400
#define DBMS_COLUMNS 64

struct dbms {
	const struct dbms_driver *driver;
	const struct dialect *dialect;
	struct address address;
	size_t host;	    /* which one answered last */
	void *session;	    /* the driver's; NULL: none */
	char why[DBMS_WHY]; /* after a failure: what the server says */
	bool several;	    /* it is one of a cluster, in which a commit can fail */
	/* The longest value that it takes, in bytes; 0: no bound. */
	size_t longest;
};

/* Takes a row of an answer; a value that is NULL is NULL, else it ends with NUL.  0 to go
   on, or -1 after a message. */
typedef int dbms_row(
    void *context, int n, const char *const *values, const size_t *lengths);

/* Gives bytes of rows in bulk: how many were put at *p, which last until the next call;
   0 at the end, -1 after a message. */
typedef long dbms_source(void *context, const char **p);

struct dbms_driver {
	const char *name;
	/* Connect to one host, and prepare the session. */
	enum dbms_result (*open)(struct dbms *server, size_t host);
	void (*close)(struct dbms *server);
	/* A statement, or a query whose rows go to row(), with n parameters that are
	   texts or NULL. */
	enum dbms_result (*run)(struct dbms *server, const char *sql, int n,
	    const char *const *values, dbms_row *row, void *context);
	/* Rows into a table, as COPY and LOAD DATA have them: lines of fields with tabs
	   between them, backslashes before what they would be taken for, \N for NULL. */
	enum dbms_result (*load)(struct dbms *server, const char *table,
	    const char *columns, long rows, dbms_source *source, void *context);
};

extern const struct dbms_driver dbms_postgresql, dbms_mariadb, dbms_odbc;

/* Begin with an address, which is the server's from now on.  Nothing is connected yet. */
void dbms_begin(struct dbms *server, const struct address *address);

/*
 * Connect to the first host that lets us in, beginning with the one that did so last, or
 * where next says so behind that, again and again until wait seconds have passed or *stop
 * is not 0.  The exit status: 0; 75, 77 or 1 after a message.
 */
int dbms_open(
    struct dbms *server, bool next, long wait, const volatile sig_atomic_t *stop);

/* End the session; and release the address, too. */
void dbms_close(struct dbms *server);
void dbms_end(struct dbms *server);

/* See dbms_driver.  Values are count texts (or NULL) behind each other. */
enum dbms_result dbms_run(struct dbms *server, const char *sql, int count, ...);
enum dbms_result dbms_ask(struct dbms *server, const char *sql, int count,
    const char *const *values, dbms_row *row, void *context);

/* Of a query with at most one row and column: its value, malloc'd; NULL if there is none.
 */
enum dbms_result dbms_value(
    struct dbms *server, char **value, const char *sql, int count, ...);

enum dbms_result dbms_load(struct dbms *server, const char *table, const char *columns,
    long rows, dbms_source *source, void *context);

/* The exit status that a result stands for, after a message with what was being done. */
int dbms_status(const struct dbms *server, enum dbms_result result, const char *doing);

/* For drivers: note what went wrong, a line. */
enum dbms_result dbms_fail(struct dbms *server, enum dbms_result result,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
