#include "load/foreign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"

/* A stream as its SCHEMA message describes it, or without keys if none came. */
struct described {
	char *name;
	char **keys;
	size_t n_keys;
	bool said;
	struct described *next;
};

struct foreign {
	const char *path;
	sqlite3_stmt *store;
	struct described *streams;
	char *text; /* the key of several members */
	size_t text_size;
};

struct foreign *
foreign_open(sqlite3 *db, const char *path)
{
	struct foreign *foreign = calloc(1, sizeof(*foreign));

	if (foreign == NULL) {
		msg("no memory");
		return NULL;
	}
	foreign->path = path;
	foreign->store = db_prepare(db, path,
	    "INSERT INTO other_records (stream, key, doc) VALUES (:stream, :key, :doc) "
	    "ON CONFLICT DO UPDATE SET doc = excluded.doc WHERE doc <> excluded.doc");
	if (foreign->store != NULL)
		return foreign;
	foreign_close(foreign);
	return NULL;
}

static void
forget_keys(struct described *stream)
{
	for (size_t i = 0; i < stream->n_keys; i++)
		free(stream->keys[i]);
	free(stream->keys);
	stream->keys = NULL;
	stream->n_keys = 0;
}

void
foreign_close(struct foreign *foreign)
{
	struct described *stream, *next;

	if (foreign == NULL)
		return;
	for (stream = foreign->streams; stream != NULL; stream = next) {
		next = stream->next;
		forget_keys(stream);
		free(stream->name);
		free(stream);
	}
	sqlite3_finalize(foreign->store);
	free(foreign->text);
	free(foreign);
}

static struct described *
find(const struct foreign *foreign, struct json_span name)
{
	struct described *stream;

	for (stream = foreign->streams; stream != NULL; stream = stream->next)
		if (json_string_is(name, stream->name))
			break;
	return stream;
}

/* The stream of that name, which is noted if it is new.  NULL without memory. */
static struct described *
find_or_add(struct foreign *foreign, struct json_span name)
{
	struct described *stream = find(foreign, name);

	if (stream != NULL)
		return stream;
	stream = calloc(1, sizeof(*stream));
	if (stream == NULL || (stream->name = json_string_copy(name, NULL)) == NULL) {
		free(stream);
		return NULL;
	}
	stream->next = foreign->streams;
	foreign->streams = stream;
	return stream;
}

/* Append a key's name.  0, or -1 without memory. */
static int
add_key(struct described *stream, struct json_span name)
{
	char **keys = realloc(stream->keys, (stream->n_keys + 1) * sizeof(*keys));

	if (keys == NULL)
		return -1;
	stream->keys = keys;
	keys[stream->n_keys] = json_string_copy(name, NULL);
	if (keys[stream->n_keys] == NULL)
		return -1;
	stream->n_keys++;
	return 0;
}

int
foreign_schema(struct foreign *foreign, const struct message *message)
{
	struct described *stream = find_or_add(foreign, message->stream);
	struct json s;
	struct json_span value;

	if (stream == NULL)
		goto memory;
	forget_keys(stream);
	json_begin(&s, message->key_properties.p, message->key_properties.n);
	if (message->key_properties.p == NULL || !json_open(&s, '['))
		return 0;
	while (json_element(&s) && json_value(&s, &value))
		if (value.p[0] == '"' && add_key(stream, value) != 0)
			goto memory;
	return 0;
memory:
	msg("no memory");
	return -1;
}

bool
foreign_lacks_key(const struct foreign *foreign, struct json_span stream, const char *key)
{
	const struct described *described = find(foreign, stream);

	if (described == NULL)
		return false;
	for (size_t i = 0; i < described->n_keys; i++)
		if (strcmp(described->keys[i], key) == 0)
			return false;
	return true;
}

/* Append n bytes at *used of the key.  0, or -1 without memory. */
static int
append(struct foreign *foreign, size_t *used, const char *p, size_t n)
{
	if (foreign->text_size < *used + n) {
		size_t size = (*used + n) * 2;
		char *text = realloc(foreign->text, size);

		if (text == NULL)
			return -1;
		foreign->text = text;
		foreign->text_size = size;
	}
	memcpy(foreign->text + *used, p, n);
	*used += n;
	return 0;
}

/*
 * Bind a record's key: its value if there is one, an array of the values if there are
 * several, the whole record if there is none.  Returns the name of a key that is
 * missing, else NULL; *failed is set without memory.
 */
static const char *
bind_key(struct foreign *foreign, const struct described *stream, struct json_span record,
    bool *failed)
{
	int number = sqlite3_bind_parameter_index(foreign->store, ":key");
	struct json_span value;
	size_t used = 0;

	if (stream->n_keys == 0)
		statement_span(foreign->store, ":key", record);
	for (size_t i = 0; i < stream->n_keys; i++) {
		if (!json_find(record, stream->keys[i], &value) || value.p[0] == 'n')
			return stream->keys[i];
		*failed |= append(foreign, &used, i == 0 ? "[" : ",", 1) != 0 ||
			   append(foreign, &used, value.p, value.n) != 0;
	}
	*failed |= append(foreign, &used, "]", 1) != 0;
	if (*failed)
		return NULL;
	if (stream->n_keys == 1)
		*failed = statement_key(foreign->store, number, value) != SQLITE_OK;
	else if (stream->n_keys > 1)
		sqlite3_bind_text64(foreign->store, number, foreign->text, used,
		    SQLITE_STATIC, SQLITE_UTF8);
	return NULL;
}

enum foreign_result
foreign_take(
    struct foreign *foreign, const struct message *message, char why[FOREIGN_WHY])
{
	struct described *stream = find_or_add(foreign, message->stream);
	const char *missing;
	bool failed = stream == NULL;

	if (!failed && !stream->said)
		msg("stream %s is not known here: kept whole in other_records",
		    stream->name);
	if (!failed) {
		stream->said = true;
		missing = bind_key(foreign, stream, message->record, &failed);
		if (missing != NULL) {
			snprintf(why, FOREIGN_WHY, "a record of %.60s without its %.60s",
			    stream->name, missing);
			return FOREIGN_REFUSED;
		}
	}
	if (failed) {
		msg("no memory");
		return FOREIGN_FAILED;
	}
	statement_text(foreign->store, ":stream", stream->name);
	statement_span(foreign->store, ":doc", message->record);
	return statement_run(foreign->store, foreign->path) == 0 ? FOREIGN_TAKEN
								 : FOREIGN_FAILED;
}
