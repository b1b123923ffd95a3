/* Names of conditions as they stand in a query. */
#ifndef QUOTE_H
#define QUOTE_H

#include "text/buffer.h"

/* Add a name, in back-quotes where it needs them (elog-query(7)). */
void quote_name(struct buffer *out, const char *name);

#endif
