/*
 * Streams that elog does not know: their records are kept whole in other_records, under
 * the keys that their SCHEMA messages name.
 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include <sqlite3.h>
#include <stdbool.h>

#include "stream/message.h"

#define FOREIGN_WHY 160

struct foreign;

/* The database and path are borrowed.  NULL after a message. */
struct foreign *foreign_open(sqlite3 *db, const char *path);

/* Note the keys that a SCHEMA message gives its stream.  0, or -1 without memory, after
   a message. */
int foreign_schema(struct foreign *foreign, const struct message *message);

/* Did a SCHEMA message come for this stream whose keys have no key of that name? */
bool foreign_lacks_key(
    const struct foreign *foreign, struct json_span stream, const char *key);

enum foreign_result {
	FOREIGN_TAKEN,
	FOREIGN_REFUSED, /* why says what is wrong with the record */
	FOREIGN_FAILED,	 /* the database or memory did, after a message */
};

/* Keep a RECORD message; says once a stream that it does. */
enum foreign_result foreign_take(
    struct foreign *foreign, const struct message *message, char why[FOREIGN_WHY]);

/* NULL is allowed. */
void foreign_close(struct foreign *foreign);

#endif
