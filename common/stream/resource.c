#include "stream/resource.h"

#include <string.h>

#define TEXT "{\"type\":[\"string\",\"null\"]}"
#define COUNT "{\"type\":[\"integer\",\"number\",\"string\",\"null\"]}"
#define OBJECT "{\"type\":[\"object\",\"null\"]}"
#define SCHEMA(properties, required)                                                     \
	"{\"type\":\"object\",\"properties\":{\"experiment\":{\"type\":"                 \
	"\"string\"}" properties "},\"required\":[\"experiment\"" required "]}"

const struct resource resources[] = {
    {
	.stream = "experiments",
	.path = "/ws/info",
	.shape = RESOURCE_OBJECT,
	.schema = SCHEMA(
	    ",\"name\":" TEXT ",\"instrument\":" TEXT ",\"description\":" TEXT
	    ",\"start_time\":" TEXT ",\"end_time\":" TEXT ",\"contact_info\":" TEXT
	    ",\"leader_account\":" TEXT ",\"posix_group\":" TEXT ",\"params\":" OBJECT,
	    ""),
    },
    {
	.stream = "logbook_entries",
	.path = "/ws/elog",
	.shape = RESOURCE_ARRAY,
	.key = "_id",
	.schema = SCHEMA(",\"_id\":{\"type\":\"string\"},\"insert_time\":" TEXT
			 ",\"relevance_time\":" TEXT ",\"author\":" TEXT
			 ",\"content\":" TEXT ",\"content_type\":" TEXT
			 ",\"run_num\":" COUNT ",\"tags\":{\"type\":[\"array\",\"null\"]}"
			 ",\"attachments\":{\"type\":[\"array\",\"null\"]}",
	    ",\"_id\""),
    },
    {
	.stream = "runs",
	.path = "/ws/runs?includeParams=true",
	.shape = RESOURCE_ARRAY,
	.key = "num",
	.schema = SCHEMA(",\"num\":{\"type\":[\"integer\",\"string\"]},\"type\":" TEXT
			 ",\"begin_time\":" TEXT ",\"end_time\":" TEXT
			 ",\"params\":" OBJECT ",\"editable_params\":" OBJECT,
	    ",\"num\""),
    },
    {
	.stream = "files",
	.path = "/ws/files",
	.shape = RESOURCE_ARRAY,
	.key = "path",
	.subkey = "run_num",
	.schema =
	    SCHEMA(",\"path\":{\"type\":\"string\"},\"run_num\":" COUNT ",\"size\":" COUNT
		   ",\"checksum\":" TEXT ",\"create_timestamp\":" TEXT
		   ",\"modify_timestamp\":" TEXT ",\"locations\":" OBJECT,
		",\"path\""),
    },
    {
	.stream = "questionnaires",
	.path = NULL,
	.shape = RESOURCE_BARE,
	.optional = true,
	.schema = SCHEMA("", ""),
    },
    {
	.stream = "workflows",
	.path = "/ws/workflow_definitions",
	.shape = RESOURCE_WHOLE,
	.member = "definitions",
	.schema = SCHEMA(",\"definitions\":{\"type\":\"array\"}", ",\"definitions\""),
    },
    {
	.stream = "workflow_jobs",
	.path = "/ws/workflow_jobs",
	.shape = RESOURCE_ARRAY,
	.key = "_id",
	.schema =
	    SCHEMA(",\"_id\":{\"type\":\"string\"},\"run_num\":" COUNT ",\"def\":" OBJECT
		   ",\"status\":" TEXT ",\"user\":" TEXT ",\"submit_time\":" TEXT,
		",\"_id\""),
    },
    {
	.stream = "samples",
	.path = "/ws/samples",
	.shape = RESOURCE_ARRAY,
	.key = "name",
	.schema =
	    SCHEMA(",\"name\":{\"type\":\"string\"},\"description\":" TEXT, ",\"name\""),
    },
    {
	.stream = "shifts",
	.path = "/ws/shifts",
	.shape = RESOURCE_ARRAY,
	.key = "name",
	.schema = SCHEMA(",\"name\":{\"type\":\"string\"},\"leader\":" TEXT
			 ",\"begin_time\":" TEXT,
	    ",\"name\""),
    },
    {.stream = NULL},
};

_Static_assert(sizeof(resources) / sizeof(resources[0]) <= RESOURCE_MAX,
    "RESOURCE_MAX is too small");

size_t
resource_count(void)
{
	return sizeof(resources) / sizeof(resources[0]) - 1;
}

const struct resource *
resource_named(const char *stream, size_t n)
{
	for (const struct resource *r = resources; r->stream != NULL; r++)
		if (strlen(r->stream) == n && memcmp(r->stream, stream, n) == 0)
			return r;
	return NULL;
}

bool
resource_is_key(struct json_span value)
{
	return value.p != NULL && (value.p[0] == '"' || value.p[0] == '-' ||
				      (value.p[0] >= '0' && value.p[0] <= '9'));
}
