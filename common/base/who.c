#include "base/who.h"

#include <pwd.h>
#include <stdio.h>
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
