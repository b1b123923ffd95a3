/*
 * The schema of a server database: made and changed where it is older than ours, by
 * whoever comes first.
 *
 * Beside the tables of the streams there are
 *	schema_version	version, name, applied_at and the fingerprint of each migration
 *	sources		who pushes here: source, state (a bookmark), session, batch
 *	holdings	which streams of which experiments a source has: source,
 *			experiment, stream, fetched_at
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>

#include "core/dbms.h"

/* The newest that this program knows. */
#define SCHEMA_VERSION 1

enum schema_state {
	SCHEMA_CURRENT,
	SCHEMA_OLDER, /* or none at all */
	SCHEMA_NEWER,
};

enum dbms_result schema_look(struct dbms *server, enum schema_state *state);

/*
 * Bring it up to date, where several may do so at once, and make what somebody dropped
 * of one that is.  0, or the exit status after a message: it is newer, a table of it is
 * somebody else's, or the server refuses.
 */
int schema_migrate(struct dbms *server);

/* As a text, all statements that would make it; malloc'd. */
char *schema_text(const struct dialect *dialect);

#endif
