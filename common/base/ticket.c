#include "base/ticket.h"

#include <krb5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit.h"
#include "base/msg.h"

#define MEMORY_CACHE "MEMORY:elog"

static void
say(krb5_context context, krb5_error_code code, const char *what, const char *remedy)
{
	const char *text = krb5_get_error_message(context, code);

	msg("%s: %s: %s", what, text, remedy);
	krb5_free_error_message(context, text);
}

/* "3 h ago" */
static void
format_ago(char *out, size_t size, long long seconds)
{
	if (seconds < 120)
		snprintf(out, size, "%lld s ago", seconds);
	else if (seconds < 7200)
		snprintf(out, size, "%lld min ago", seconds / 60);
	else if (seconds < 172800)
		snprintf(out, size, "%lld h ago", seconds / 3600);
	else
		snprintf(out, size, "%lld days ago", seconds / 86400);
}

/*
 * When the cache's ticket-granting ticket of the client's own realm ends: epoch
 * seconds, 0 if there is none.
 */
static long long
ticket_end(krb5_context context, krb5_ccache cache, krb5_principal client)
{
	krb5_principal server = NULL;
	krb5_creds creds;
	krb5_cc_cursor cursor;
	long long end = 0;

	if (krb5_build_principal(context, &server, client->realm.length,
		client->realm.data, KRB5_TGS_NAME, client->realm.data, NULL) != 0)
		return 0;
	if (krb5_cc_start_seq_get(context, cache, &cursor) == 0) {
		while (krb5_cc_next_cred(context, cache, &cursor, &creds) == 0) {
			/* 32 bits on the wire, unsigned since 2038 came near. */
			long long t = (unsigned int)creds.times.endtime;

			if (krb5_principal_compare(context, creds.server, server) &&
			    t > end)
				end = t;
			krb5_free_cred_contents(context, &creds);
		}
		krb5_cc_end_seq_get(context, cache, &cursor);
	}
	krb5_free_principal(context, server);
	return end;
}

/* The cache that holds principal's ticket, or the default one for NULL. */
static krb5_error_code
open_cache(krb5_context context, const char *principal, krb5_ccache *cache)
{
	krb5_principal wanted;
	krb5_error_code code;
	char *name;

	if (principal == NULL)
		return krb5_cc_default(context, cache);
	code = krb5_parse_name(context, principal, &wanted);
	if (code != 0)
		return code;
	code = krb5_cc_cache_match(context, wanted, cache);
	krb5_free_principal(context, wanted);
	if (code == 0 && krb5_cc_get_full_name(context, *cache, &name) == 0) {
		setenv("KRB5CCNAME", name, 1);
		krb5_free_string(context, name);
	}
	return code;
}

int
ticket_check(const char *principal)
{
	krb5_context context;
	krb5_ccache cache = NULL;
	krb5_principal client = NULL;
	char *name = NULL, ago[40];
	long long end, now = (long long)time(NULL);
	krb5_error_code code = krb5_init_context(&context);
	int status = EXIT_LOGIN;

	if (code != 0) {
		msg("Kerberos cannot be set up (error %ld): look at krb5.conf",
		    (long)code);
		return EXIT_LOGIN;
	}
	code = open_cache(context, principal, &cache);
	if (code == 0)
		code = krb5_cc_get_principal(context, cache, &client);
	if (code != 0) {
		say(context, code, "no Kerberos ticket", "run kinit (or use --keytab)");
		goto done;
	}
	if (krb5_unparse_name(context, client, &name) != 0)
		goto done;
	end = ticket_end(context, cache, client);
	if (end == 0) {
		msg("no valid Kerberos ticket for %s: run kinit", name);
	} else if (end <= now) {
		format_ago(ago, sizeof(ago), now - end);
		msg("no valid Kerberos ticket for %s (expired %s): run kinit", name, ago);
	} else {
		status = EXIT_DONE;
	}
done:
	krb5_free_unparsed_name(context, name);
	krb5_free_principal(context, client);
	if (cache != NULL)
		krb5_cc_close(context, cache);
	krb5_free_context(context);
	return status;
}

/* The principal of the keytab's first entry. */
static krb5_error_code
first_principal(krb5_context context, krb5_keytab keytab, krb5_principal *client)
{
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code code = krb5_kt_start_seq_get(context, keytab, &cursor);

	if (code != 0)
		return code;
	code = krb5_kt_next_entry(context, keytab, &entry, &cursor);
	if (code == 0) {
		code = krb5_copy_principal(context, entry.principal, client);
		krb5_free_keytab_entry_contents(context, &entry);
	}
	krb5_kt_end_seq_get(context, keytab, &cursor);
	return code;
}

int
ticket_from_keytab(const char *file, const char *principal)
{
	krb5_context context;
	krb5_keytab keytab = NULL;
	krb5_principal client = NULL;
	krb5_ccache cache = NULL;
	krb5_creds creds = {0};
	krb5_error_code code = krb5_init_context(&context);
	char path[4200];

	if (code != 0) {
		msg("Kerberos cannot be set up (error %ld): look at krb5.conf",
		    (long)code);
		return EXIT_LOGIN;
	}
	snprintf(path, sizeof(path), "FILE:%s", file);
	if ((code = krb5_kt_resolve(context, path, &keytab)) != 0)
		goto done;
	if (principal != NULL)
		code = krb5_parse_name(context, principal, &client);
	else
		code = first_principal(context, keytab, &client);
	if (code == 0)
		code = krb5_get_init_creds_keytab(
		    context, &creds, client, keytab, 0, NULL, NULL);
	if (code == 0)
		code = krb5_cc_resolve(context, MEMORY_CACHE, &cache);
	if (code == 0)
		code = krb5_cc_initialize(context, cache, client);
	if (code == 0)
		code = krb5_cc_store_cred(context, cache, &creds);
	if (code == 0)
		setenv("KRB5CCNAME", MEMORY_CACHE, 1);
done:
	if (code != 0)
		say(context, code, file, "no ticket from this keytab");
	krb5_free_cred_contents(context, &creds);
	krb5_free_principal(context, client);
	if (cache != NULL)
		krb5_cc_close(context, cache);
	if (keytab != NULL)
		krb5_kt_close(context, keytab);
	krb5_free_context(context);
	if (code == KRB5_KDC_UNREACH || code == KRB5_REALM_CANT_RESOLVE)
		return EXIT_LATER;
	return code == 0 ? EXIT_DONE : EXIT_LOGIN;
}
