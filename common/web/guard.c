#include "web/guard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/msg.h"

int
guard_begin(struct guard *guard, unsigned port)
{
	unsigned char bits[16];

	if (getrandom(bits, sizeof(bits), 0) != (ssize_t)sizeof(bits)) {
		msg("no random numbers: %s", strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < sizeof(bits); i++)
		snprintf(guard->token + 2 * i, 3, "%02x", bits[i]);
	/* Cookies do not tell ports apart: servers beside each other need other names. */
	snprintf(guard->cookie, sizeof(guard->cookie), "elog-web-%u", port);
	return 0;
}

bool
guard_host(struct guard *guard, const char *host)
{
	if (guard->n_hosts == GUARD_HOSTS_MAX)
		return false;
	guard->hosts[guard->n_hosts++] = host;
	return true;
}

static bool
is_ours(const struct guard *guard, const char *host)
{
	for (size_t i = 0; i < guard->n_hosts; i++)
		if (strcasecmp(guard->hosts[i], host) == 0)
			return true;
	return false;
}

/* In a time that does not tell how much of it is right. */
static bool
is_token(const struct guard *guard, const char *text)
{
	unsigned char difference = 0;

	if (text == NULL || strlen(text) != GUARD_TOKEN_BYTES - 1)
		return false;
	for (size_t i = 0; i < GUARD_TOKEN_BYTES - 1; i++)
		difference |= (unsigned char)(guard->token[i] ^ text[i]);
	return difference == 0;
}

/* Fetch Metadata (W3C), and the Origin of RFC 6454, which comes with a scheme. */
static bool
is_from_us(const struct guard *guard, const struct request *request)
{
	const char *origin = request->origin;

	if (request->site != NULL && strcmp(request->site, "same-origin") != 0 &&
	    strcmp(request->site, "none") != 0)
		return false;
	if (origin == NULL)
		return true;
	if (strncmp(origin, "http://", 7) == 0)
		return is_ours(guard, origin + 7);
	/* Only a web server in front speaks TLS. */
	return guard->user && strncmp(origin, "https://", 8) == 0 &&
	       is_ours(guard, origin + 8);
}

enum guard_word
guard_ask(const struct guard *guard, struct request *request)
{
	const char *token = request_value(request, "token");
	bool ours = is_from_us(guard, request);

	if (request->twice || request->host == NULL || !is_ours(guard, request->host))
		return GUARD_HOST;
	/* A person follows the address from a mail, or from the file that opens it. */
	if (!ours && is_token(guard, token) && request->origin == NULL &&
	    request->mode != NULL && strcmp(request->mode, "navigate") == 0)
		return GUARD_STRANGE;
	if (!ours)
		return GUARD_ORIGIN;
	if (guard->user && request->user != NULL && request->user[0] != '\0')
		return GUARD_IN;
	if (is_token(guard, token))
		return GUARD_TOKEN;
	return is_token(guard, request_cookie(request, guard->cookie)) ? GUARD_IN
								       : GUARD_OUT;
}
