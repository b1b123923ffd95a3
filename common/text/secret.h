/* Texts that look like passwords, so that nothing keeps them. */
#ifndef SECRET_H
#define SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* What stands in the place of a secret. */
#define SECRET_HIDDEN "***"

/* Is that the name of a secret: PASSWORD, --api-key, db_token? */
bool secret_is_name(const char *name, size_t n);

/*
 * Arguments of a command, NULL-terminated, with what looks like a password hidden: the
 * value of --password=X, --token X, PASSWORD=X, user:X@host, "Authorization: X", and
 * tokens that show what they are.  malloc'd with its texts, *hidden if anything was; NULL
 * without memory.  Release with secret_free().
 */
char **secret_hide(const char *const *arguments, bool *hidden);

void secret_free(char **arguments);

#endif
