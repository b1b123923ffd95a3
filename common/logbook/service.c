#include "logbook/service.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/credential.h"
#include "base/door.h"
#include "base/engine.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/ticket.h"

static char *option_url, *option_auth, *option_token_file, *option_cacert, *option_keytab,
    *option_principal;
static long option_timeout = LONG_MIN, option_retries = 2, option_max_requests = 6,
	    option_max_body = 2048;

struct poptOption service_options[] = {
    {"url", '\0', POPT_ARG_STRING, &option_url, 0,
	"Where the service is (https://, http://, or file:// for one saved on disk)",
	"URL"},
    {"auth", '\0', POPT_ARG_STRING, &option_auth, 0,
	"How to authenticate: negotiate (Kerberos), bearer, basic or none", "HOW"},
    {"token-file", '\0', POPT_ARG_STRING, &option_token_file, 0,
	"File with the bearer token, or with user:password for basic", "FILE"},
    {"cacert", '\0', POPT_ARG_STRING, &option_cacert, 0,
	"File of certificates to trust instead of the system's", "FILE"},
    {"keytab", '\0', POPT_ARG_STRING, &option_keytab, 0,
	"Take a Kerberos ticket with the keys in FILE", "FILE"},
    {"principal", '\0', POPT_ARG_STRING, &option_principal, 0, "Whose ticket to use",
	"NAME@REALM"},
    {"timeout", '\0', POPT_ARG_LONG, &option_timeout, 0,
	"Give up an attempt after S seconds without progress (60)", "S"},
    {"retries", '\0', POPT_ARG_LONG, &option_retries, 0,
	"Try again at most N times what may pass (2)", "N"},
    {"max-requests", '\0', POPT_ARG_LONG, &option_max_requests, 0,
	"Requests in flight at once (6)", "N"},
    {"max-body", '\0', POPT_ARG_LONG, &option_max_body, 0,
	"Refuse an answer of more than N MiB (2048)", "N"},
    POPT_TABLEEND,
};

/* How each door authenticates, in the order of doors[]. */
static const enum http_auth auths[] = {
    HTTP_AUTH_NEGOTIATE, HTTP_AUTH_BEARER, HTTP_AUTH_BASIC, HTTP_AUTH_NONE};

static const char *
either(const char *option, const struct config *config, const char *key)
{
	return option != NULL ? option : config_text(config, key);
}

static int
check_url(const char *url, enum http_auth auth)
{
	const char *host = strstr(url, "://");

	if (host != NULL && memchr(host + 3, '@', strcspn(host + 3, "/")) != NULL) {
		msg("--url: no user and password in the URL: see --auth and "
		    "--token-file");
		return EXIT_USAGE;
	}
	if (strncmp(url, "https://", 8) == 0 || strncmp(url, "file:///", 8) == 0)
		return 0;
	if (strncmp(url, "http://", 7) != 0) {
		msg("%s: a URL begins with https://, http:// or file:///", url);
		return EXIT_USAGE;
	}
	if ((auth == HTTP_AUTH_BASIC || auth == HTTP_AUTH_BEARER) &&
	    !engine_is_loopback(url)) {
		msg("%s: a password or token does not go over plain http: use https://",
		    url);
		return EXIT_USAGE;
	}
	return 0;
}

static int
set_credential(struct service *service, const char *file)
{
	if (service->http.auth == HTTP_AUTH_BEARER && file == NULL) {
		msg("bearer: --token-file names the file that holds the token");
		return EXIT_USAGE;
	}
	if (file == NULL || (service->http.auth != HTTP_AUTH_BEARER &&
				service->http.auth != HTTP_AUTH_BASIC))
		return 0;
	service->credential = credential_read(file);
	service->http.credential = service->credential;
	return service->credential == NULL ? EXIT_USAGE : 0;
}

static int
set_urls(struct service *service, const struct config *config, const struct door *door,
    const char *base)
{
	const char *prefix = config_text(config, "authenticated_prefix");
	const char *questionnaire = config_text(config, "questionnaire_prefix");

	if (service->on_disk)
		door = &doors[0]; /* saved with the paths of the main door */
	service->public_url = door_join(base, config_text(config, "public_prefix"));
	service->authenticated_url =
	    door_join(base, prefix != NULL ? prefix : door->prefix);
	service->questionnaire_url =
	    door_join(base, questionnaire != NULL ? questionnaire : door->questionnaire);
	if (service->public_url == NULL || service->authenticated_url == NULL ||
	    service->questionnaire_url == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	return 0;
}

/* The service part of kerberos_principal, "HTTP" of "HTTP@host". */
static const char *
service_name(const struct config *config)
{
	static char name[64];
	const char *text = config_text(config, "kerberos_principal");

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "@/"), text);
	return name[0] != '\0' ? name : NULL;
}

int
service_configure(struct service *service, const struct config *config)
{
	const char *base = either(option_url, config, "base_url");
	const char *how = either(option_auth, config, "auth");
	const struct door *door = door_find(how);
	enum http_auth auth = door != NULL ? auths[door - doors] : HTTP_AUTH_NONE;
	int status = 0;

	*service = (struct service){0};
	if (door == NULL) {
		msg("--auth: '%s' is none of negotiate, bearer, basic and none", how);
		return EXIT_USAGE;
	}
	if (option_timeout == LONG_MIN)
		option_timeout = (long)config_number(config, "timeout");
	status |= command_range("--timeout", option_timeout, 1, 86400);
	status |= command_range("--retries", option_retries, 0, 20);
	status |= command_range("--max-requests", option_max_requests, 1, 100);
	status |= command_range("--max-body", option_max_body, 1, 1024L * 1024);
	if (status == 0)
		status = check_url(base, auth);
	if (status != 0)
		return status;
	service->on_disk = strncmp(base, "file:", 5) == 0;
	service->keytab = either(option_keytab, config, "keytab");
	if (service->keytab == NULL)
		service->keytab = getenv("KRB5_CLIENT_KTNAME");
	if (service->keytab != NULL && strncmp(service->keytab, "FILE:", 5) == 0)
		service->keytab += 5;
	service->principal = either(option_principal, config, "client_principal");
	service->http = (struct http_options){
	    .auth = service->on_disk ? HTTP_AUTH_NONE : auth,
	    .service = service_name(config),
	    .cacert = either(option_cacert, config, "cacert"),
	    .timeout = option_timeout,
	    .retries = (int)option_retries,
	    .max_requests = (int)option_max_requests,
	    .max_body = (size_t)option_max_body * 1024 * 1024,
	};
	status = set_urls(service, config, door, base);
	if (status == 0)
		status = set_credential(
		    service, either(option_token_file, config, "token_file"));
	return status;
}

int
service_login(const struct service *service)
{
	if (service->http.auth != HTTP_AUTH_NEGOTIATE)
		return 0;
	if (service->keytab != NULL)
		return ticket_from_keytab(service->keytab, service->principal);
	return ticket_check(service->principal);
}

void
service_refused(const struct service *service)
{
	if (service->http.auth == HTTP_AUTH_NEGOTIATE)
		msg("not authenticated (HTTP 401): the ticket ended, or the service "
		    "does not take it: run kinit");
	else if (service->http.auth == HTTP_AUTH_NONE)
		msg("not authenticated (HTTP 401): the service asks for it, see --auth");
	else
		msg("not authenticated (HTTP 401): the service does not take what "
		    "--token-file or ~/.netrc holds");
}

void
service_free(struct service *service)
{
	free(service->public_url);
	free(service->authenticated_url);
	free(service->questionnaire_url);
	credential_free(service->credential);
	*service = (struct service){0};
}
