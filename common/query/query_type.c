#include "query/query_type.h"

#include <string.h>

static const char *const names[] = {
    [QUERY_NONE] = "None",
    [QUERY_BOOL] = "bool",
    [QUERY_INT] = "int",
    [QUERY_FLOAT] = "float",
    [QUERY_STRING] = "string",
    [QUERY_JSON] = "json",
    [QUERY_TIME] = "time",
    [QUERY_BLOB] = "blob",
    [QUERY_MIXED] = "mixed",
    [QUERY_RUN] = "run number",
    [QUERY_PART] = "part of a name",
    [QUERY_LIST] = "list",
};

const char *
query_type_name(enum query_type type)
{
	return names[type];
}

enum query_type
query_type_of(const char *name)
{
	for (enum query_type type = QUERY_BOOL; type <= QUERY_MIXED; type++)
		if (strcmp(names[type], name) == 0)
			return type;
	return QUERY_NONE;
}
