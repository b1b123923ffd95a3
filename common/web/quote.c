#include "web/quote.h"

#include <string.h>

#include "query/query_lex.h"

void
quote_name(struct buffer *out, const char *name)
{
	if (query_lex_is_plain(name, strlen(name))) {
		buffer_put(out, name, strlen(name));
		return;
	}
	buffer_put(out, "`", 1);
	for (; *name != '\0'; name++)
		buffer_put(out, *name == '`' ? "``" : name, *name == '`' ? 2 : 1);
	buffer_put(out, "`", 1);
}
