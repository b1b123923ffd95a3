#include "files/stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "files/url.h"

#define AWAY_SECONDS 60 /* one that was away is not asked so long */

/* Read the text of one --servers, whose URLs have blanks between them.  0, or the exit
   status after a message. */
static int
read_group(struct stand_in_group *group, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;

	while (copy != NULL && (word = strsep(&rest, " \t\n,")) != NULL) {
		char *url;

		if (*word == '\0')
			continue;
		url = group->n < STAND_IN_MEMBERS_MAX ? url_clean(word, NULL) : NULL;
		if (url == NULL && group->n == STAND_IN_MEMBERS_MAX)
			msg("--servers: more than %d URLs", STAND_IN_MEMBERS_MAX);
		if (url == NULL) {
			free(copy);
			return EXIT_USAGE;
		}
		while (strlen(url) > 0 && url[strlen(url) - 1] == '/')
			url[strlen(url) - 1] = '\0';
		group->members[group->n++] = url;
		if (url_scheme(url) != url_scheme(group->members[0])) {
			msg("--servers: '%s' is not of the scheme of the first", url);
			free(copy);
			return EXIT_USAGE;
		}
	}
	free(copy);
	if (group->n > 1)
		return 0;
	msg("--servers: '%s' has not two URLs", text);
	return EXIT_USAGE;
}

int
stand_in_read(struct stand_ins *s, char *const *texts)
{
	*s = (struct stand_ins){.n = 0};
	for (; texts != NULL && *texts != NULL; texts++) {
		if (s->n == STAND_IN_GROUPS_MAX) {
			msg("--servers: more than %d lists", STAND_IN_GROUPS_MAX);
			return EXIT_USAGE;
		}
		if (read_group(&s->groups[s->n++], *texts) != 0)
			return EXIT_USAGE;
	}
	return 0;
}

void
stand_in_free(struct stand_ins *s)
{
	for (int i = 0; i < s->n; i++)
		while (s->groups[i].n > 0)
			free(s->groups[i].members[--s->groups[i].n]);
}

/* Does a URL lie below another one, which has no slash at its end? */
static bool
is_below(const char *url, const char *above)
{
	size_t n = strlen(above);

	return strncmp(url, above, n) == 0 && (url[n] == '/' || url[n] == '\0');
}

char *
stand_in_url(const struct stand_ins *s, const char *url)
{
	char *there = NULL;

	for (int i = 0; i < s->n && there == NULL; i++) {
		const struct stand_in_group *group = &s->groups[i];

		if (group->now > 0 && is_below(url, group->members[0]) &&
		    asprintf(&there, "%s%s", group->members[group->now],
			url + strlen(group->members[0])) < 0)
			there = NULL;
	}
	return there;
}

/* Turn to another member than the one that is asked, if one may be there. */
static bool
turn_group(struct stand_in_group *group)
{
	time_t now = time(NULL);

	group->away[group->now] = now;
	for (int i = 1; i < group->n; i++) {
		int next = (group->now + i) % group->n;

		if (group->away[next] > now - AWAY_SECONDS)
			continue;
		msg("%s: no connection: %s is asked instead", group->members[group->now],
		    group->members[next]);
		group->now = next;
		return true;
	}
	return false;
}

bool
stand_in_turn(struct stand_ins *s, const char *url)
{
	for (int i = 0; i < s->n; i++) {
		struct stand_in_group *group = &s->groups[i];

		for (int k = 0; k < group->n; k++)
			/* Others may have found so before. */
			if (url_same_server(group->members[k], url))
				return k != group->now || turn_group(group);
	}
	return false;
}
