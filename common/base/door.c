#include "base/door.h"

#include <stdio.h>
#include <string.h>

const struct door doors[] = {
    {"negotiate", "/ws-kerb/lgbk/lgbk", "/ws-kerb/questionnaire"},
    {"bearer", "/ws-jwt/lgbk/lgbk", "/ws-jwt/questionnaire"},
    {"basic", "/ws-auth/lgbk/lgbk", "/ws-auth/questionnaire"},
    {"none", "/ws/lgbk/lgbk", "/ws/questionnaire"},
    {NULL, NULL, NULL},
};

const struct door *
door_find(const char *name)
{
	for (const struct door *door = doors; door->name != NULL; door++)
		if (strcmp(door->name, name) == 0)
			return door;
	return NULL;
}

char *
door_join(const char *base, const char *prefix)
{
	size_t nb = strlen(base), np = strlen(prefix);
	char *url;

	while (nb > 0 && base[nb - 1] == '/')
		nb--;
	while (np > 0 && prefix[np - 1] == '/')
		np--;
	while (np > 0 && prefix[0] == '/') {
		prefix++;
		np--;
	}
	if (asprintf(&url, "%.*s%s%.*s", (int)nb, base, np > 0 ? "/" : "", (int)np,
		prefix) < 0)
		return NULL;
	return url;
}

char *
door_address(const struct config *config)
{
	const char *prefix = config_text(config, "authenticated_prefix");
	const struct door *door = door_find(config_text(config, "auth"));

	if (prefix == NULL && door == NULL)
		return NULL;
	return door_join(
	    config_text(config, "base_url"), prefix != NULL ? prefix : door->prefix);
}
