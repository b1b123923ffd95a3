#include "logbook/session.h"

#include <string.h>

int
session_begin(struct session *session)
{
	if (session->begun)
		return session->status;
	session->begun = true;
	session->status = service_configure(&session->service, session->config);
	if (session->status == 0)
		session->status = service_login(&session->service);
	return session->status;
}

bool
session_owns(const struct session *session, const char *url)
{
	const char *prefix = session->service.authenticated_url;
	size_t n = prefix != NULL ? strlen(prefix) : 0;

	return n > 0 && strncmp(url, prefix, n) == 0 && url[n] == '/';
}

void
session_end(struct session *session)
{
	if (session->begun)
		service_free(&session->service);
	session->begun = false;
}
