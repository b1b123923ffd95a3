#include "files/options.h"

#include <string.h>

#include "files/remote.h"
#include "logbook/service.h"

#define ROWS_MAX 16

struct poptOption options_service[ROWS_MAX], options_remote[ROWS_MAX];

/* The rows of service_options that are taken; those that remote_options has, too, are
   handed on by options_share(). */
static const char *const service_names[] = {
    "url", "auth", "token-file", "cacert", "keytab", "principal", "timeout", NULL};
static const char *const shared_names[] = {
    "cacert", "keytab", "principal", "timeout", NULL};
static const char *const remote_names[] = {"user", "netrc-file", "ssh-key", "known-hosts",
    "ftp-tls", "slowest", "servers", NULL};

static const struct poptOption *
row_named(const struct poptOption *table, const char *name)
{
	while (table->longName != NULL && strcmp(table->longName, name) != 0)
		table++;
	return table->longName != NULL ? table : NULL;
}

static void
pick(struct poptOption *to, const struct poptOption *from, const char *const *names)
{
	const struct poptOption *row;

	for (; *names != NULL; names++)
		if ((row = row_named(from, *names)) != NULL)
			*to++ = *row;
	*to = (struct poptOption)POPT_TABLEEND;
}

void
options_join(void)
{
	pick(options_service, service_options, service_names);
	pick(options_remote, remote_options, remote_names);
}

void
options_share(void)
{
	for (const char *const *name = shared_names; *name != NULL; name++) {
		const struct poptOption *from = row_named(service_options, *name);
		const struct poptOption *row = row_named(remote_options, *name);

		if (from == NULL || row == NULL)
			continue;
		if (row->argInfo == POPT_ARG_STRING)
			*(char **)row->arg = *(char **)from->arg;
		else if (*(long *)from->arg > 0)
			*(long *)row->arg = *(long *)from->arg;
	}
}
