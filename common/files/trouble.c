#include "files/trouble.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/msg.h"
#include "files/url.h"

#define AWAY_MS 60000

bool
trouble_with(const struct troubles *troubles, const char *url)
{
	for (int i = 0; i < troubles->n; i++)
		if (url_same_server(troubles->servers[i].url, url))
			return troubles->servers[i].until < 0 ||
			       troubles->servers[i].until > clock_ms();
	return false;
}

void
trouble_note(struct troubles *troubles, const char *url, bool for_good, const char *why)
{
	int host = (int)(url_path(url) - url), i = 0;

	while (i < troubles->n && !url_same_server(troubles->servers[i].url, url))
		i++;
	if (i == TROUBLE_MAX)
		return;
	if (i == troubles->n) {
		troubles->servers[i].url = strdup(url);
		if (troubles->servers[i].url == NULL)
			return;
		troubles->n++;
		msg("%.*s: %s: its files are left for another time", host, url, why);
	}
	troubles->servers[i].until = for_good ? -1 : clock_ms() + AWAY_MS;
}

void
trouble_free(struct troubles *troubles)
{
	for (int i = 0; i < troubles->n; i++)
		free(troubles->servers[i].url);
	troubles->n = 0;
}
