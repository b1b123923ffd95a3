#include "core/address.h"

#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"

static const struct scheme {
	const char *prefix;
	enum address_kind kind;
} schemes[] = {
    {"postgresql://", ADDRESS_POSTGRESQL},
    {"postgres://", ADDRESS_POSTGRESQL},
    {"mariadb://", ADDRESS_MARIADB},
    {"mysql://", ADDRESS_MARIADB},
    {"odbc:", ADDRESS_ODBC},
    {NULL, ADDRESS_ODBC},
};

static const struct scheme *
scheme_of(const char *text)
{
	for (const struct scheme *s = schemes; s->prefix != NULL; s++)
		if (strncmp(text, s->prefix, strlen(s->prefix)) == 0)
			return s;
	return NULL;
}

bool
address_is(const char *text)
{
	return text != NULL && (scheme_of(text) != NULL || strstr(text, "://") != NULL);
}

bool
address_is_local(const char *host)
{
	return host[0] == '\0' || host[0] == '/' || strcmp(host, "localhost") == 0 ||
	       strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static int
hex(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *p = strchr(digits, c);

	return c != '\0' && p != NULL ? (int)(p - digits) % 16 : -1;
}

/* n bytes in which %XX stands for a byte, malloc'd. */
static char *
decode(const char *p, size_t n)
{
	char *text = malloc(n + 1), *out = text;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '%' && i + 2 < n && hex(p[i + 1]) >= 0 &&
		    hex(p[i + 2]) >= 0) {
			*out++ = (char)(hex(p[i + 1]) * 16 + hex(p[i + 2]));
			i += 2;
		} else {
			*out++ = p[i];
		}
	}
	*out = '\0';
	return text;
}

/* A host with its port, of n bytes: "db1", "db1:3307", "[::1]:3307". */
static int
add_host(struct address *address, const char *p, size_t n)
{
	const char *end = p + n, *colon = memrchr(p, ':', n);
	size_t i = address->n_hosts, length = n;
	bool bracketed = n > 0 && *p == '[';

	if (i == ADDRESS_HOSTS_MAX)
		return -1;
	if (bracketed) {
		const char *close = memchr(p, ']', n);

		if (close == NULL)
			return -1;
		p++;
		length = (size_t)(close - p);
		colon = close + 1 < end ? close + 1 : NULL;
	} else if (colon != NULL) {
		length = (size_t)(colon - p);
	}
	if (colon != NULL) {
		char *rest;
		long port = strtol(colon + 1, &rest, 10);

		if (*colon != ':' || rest != end || port < 1 || port > 65535)
			return -1;
		address->hosts[i].port = (int)port;
	}
	address->hosts[i].name = decode(p, length);
	address->n_hosts++;
	return address->hosts[i].name != NULL ? 0 : -1;
}

static int
read_options(struct address *address, const char *p)
{
	while (*p != '\0') {
		size_t n = strcspn(p, "&"), name = strcspn(p, "=&");
		struct address_option *o = &address->options[address->n_options];

		if (address->n_options == ADDRESS_OPTIONS_MAX || name == n)
			return -1;
		address->n_options++;
		o->name = decode(p, name);
		o->value = decode(p + name + 1, n - name - 1);
		if (o->name == NULL || o->value == NULL)
			return -1;
		p += n + (p[n] != '\0');
	}
	return 0;
}

/* user@hosts/database?options */
static int
read_parts(struct address *address, const char *p)
{
	size_t n = strcspn(p, "/?");
	const char *at = memrchr(p, '@', n), *end = p + n, *query;

	if (at != NULL) {
		if (memchr(p, ':', (size_t)(at - p)) != NULL)
			return 1;
		address->user = decode(p, (size_t)(at - p));
		p = at + 1;
	}
	for (;;) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		const char *stop = comma != NULL ? comma : end;

		if (add_host(address, p, (size_t)(stop - p)) != 0)
			return -1;
		if (comma == NULL)
			break;
		p = comma + 1;
	}
	query = strchr(end, '?');
	if (*end == '/')
		address->database = decode(end + 1,
		    (size_t)((query != NULL ? query : end + strlen(end)) - end) - 1);
	return query != NULL ? read_options(address, query + 1) : 0;
}

int
address_read(struct address *address, const char *text)
{
	const struct scheme *scheme = scheme_of(text);
	int result = 0;

	*address = (struct address){.kind = scheme != NULL ? scheme->kind : ADDRESS_ODBC};
	if (scheme == NULL) {
		msg("%s: no address of a server: mariadb://user@host/database, "
		    "postgresql://user@host/database or odbc:DSN=name",
		    text);
		return EXIT_USAGE;
	}
	if (scheme->kind == ADDRESS_ODBC) {
		const char *given = text + strlen(scheme->prefix);

		result = strcasestr(given, "pwd=") != NULL ||
			 strcasestr(given, "password=") != NULL;
		address->database = strdup(given);
		address->hosts[0].name = strdup("");
		address->n_hosts = 1;
	} else {
		result = read_parts(address, text + strlen(scheme->prefix));
	}
	for (size_t i = 0; i < address->n_options; i++)
		if (strcasestr(address->options[i].name, "password") != NULL &&
		    strcmp(address->options[i].name, "passfile") != 0)
			result = 1;
	/* What is shown has no password in it: where there is one, nothing is. */
	if (result == 1)
		msg("a password in the address of a server is seen by all who list "
		    "processes: put it into ~/.pgpass, ~/.my.cnf or the ODBC DSN");
	else if (result != 0)
		msg("%s: no address of a server: a host, port, database or option in it "
		    "is "
		    "wrong",
		    text);
	else if (address->database == NULL || address->database[0] == '\0')
		msg("%s: which database? %s", text,
		    scheme->kind == ADDRESS_ODBC ? "Name its source: odbc:DSN=name"
						 : "Put /NAME behind the host");
	else if ((address->shown = strdup(text)) == NULL)
		msg("no memory");
	else
		return EXIT_DONE;
	return EXIT_USAGE;
}

void
address_free(struct address *address)
{
	for (size_t i = 0; i < address->n_hosts; i++)
		free(address->hosts[i].name);
	for (size_t i = 0; i < address->n_options; i++) {
		free(address->options[i].name);
		free(address->options[i].value);
	}
	free(address->shown);
	free(address->user);
	free(address->database);
	*address = (struct address){.n_hosts = 0};
}

const char *
address_option(const struct address *address, const char *name)
{
	for (size_t i = 0; i < address->n_options; i++)
		if (strcmp(address->options[i].name, name) == 0)
			return address->options[i].value;
	return NULL;
}
