#include "base/who.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
who_user(void)
{
	const struct passwd *user = getpwuid(geteuid());
	char *name;

	if (user != NULL && user->pw_name[0] != '\0')
		return strdup(user->pw_name);
	return asprintf(&name, "%lu", (unsigned long)geteuid()) >= 0 ? name : NULL;
}

const char *
who_home(void)
{
	static char *known;
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home != NULL && home[0] != '\0')
		return home;
	if (known == NULL && (user = getpwuid(geteuid())) != NULL &&
	    user->pw_dir[0] == '/')
		known = strdup(user->pw_dir);
	return known;
}
