/* One line of a stream of Singer messages (specification 0.3.0), taken apart. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "text/json.h"

enum message_type {
	MESSAGE_SCHEMA,
	MESSAGE_RECORD,
	MESSAGE_STATE,
	MESSAGE_OTHER, /* of a type that some taps add, such as ACTIVATE_VERSION */
};

/* All spans lie in the line; those that a type does not have are {NULL, 0}. */
struct message {
	enum message_type type;
	struct json_span stream;	 /* a JSON string with its quotes */
	struct json_span record;	 /* RECORD: an object */
	struct json_span key_properties; /* SCHEMA: an array, if it is there */
	struct json_span value;		 /* STATE: any value */
};

/*
 * Check a line of n bytes and take it apart.  Returns NULL, or what is wrong with
 * it: a constant for a message.
 */
const char *message_read(const char *line, size_t n, struct message *message);

/*
 * Find the message at the end of a line whose beginning another writer left when
 * it died: the longest tail that is a message whole.  Returns its offset, or 0 if
 * there is none.
 */
size_t message_after_torn(const char *line, size_t n, struct message *message);

#endif
