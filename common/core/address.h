/*
 * Where a server database is:
 *
 *	mariadb://user@host1,host2:3307/database?option=value
 *	postgresql://user@host/database?host=/run/postgresql
 *	odbc:DSN=elog
 *
 * A password in it is refused: those who look at the processes would see it.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_HOSTS_MAX 16
#define ADDRESS_OPTIONS_MAX 16

enum address_kind {
	ADDRESS_POSTGRESQL,
	ADDRESS_MARIADB,
	ADDRESS_ODBC,
};

struct address_option {
	char *name, *value;
};

struct address {
	enum address_kind kind;
	char *shown; /* as it was given, for messages */
	char *user;  /* NULL where it was not given */
	struct {
		char *name; /* "": the driver's default; a path is a socket's */
		int port;   /* 0: the default */
	} hosts[ADDRESS_HOSTS_MAX];
	size_t n_hosts; /* at least one */
	char *database; /* ODBC: the connection string */
	struct address_option options[ADDRESS_OPTIONS_MAX];
	size_t n_options;
};

/* Does a text look like an address of a server, not like a file? */
bool address_is(const char *text);

/* Take it apart.  0, or 2 (the exit status) after a message.  Release in any case. */
int address_read(struct address *address, const char *text);

void address_free(struct address *address);

/* The value of an option, or NULL. */
const char *address_option(const struct address *address, const char *name);

/* Is a host this machine? */
bool address_is_local(const char *host);

#endif
