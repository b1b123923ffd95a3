#include "load/entry.h"

#include <stdlib.h>
#include <string.h>

#include "text/html.h"

/* The columns of the table search. */
enum { CONTENT, TITLE, AUTHOR, TAGS, FILES };

static bool
is(struct json_span key, const char *name, size_t n)
{
	return key.n == n + 2 ? memcmp(key.p + 1, name, n) == 0
			      : key.n > n + 2 && json_string_says(key, name, n);
}

struct entry
entry_read(struct json_span document)
{
	struct entry entry = {0};
	const struct {
		const char *name;
		size_t n;
		struct json_span *value;
	} members[] = {
	    {"title", 5, &entry.title},
	    {"content", 7, &entry.content},
	    {"content_type", 12, &entry.content_type},
	    {"author", 6, &entry.author},
	    {"tags", 4, &entry.tags},
	    {"attachments", 11, &entry.attachments},
	    {"deleted_by", 10, &entry.deleted_by},
	};
	bool met[sizeof(members) / sizeof(members[0])] = {false};
	struct json_walk walk = json_walk(document);
	struct json_span key, value;

	while (json_walk_next(&walk, &key, &value))
		for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
			if (is(key, members[i].name, members[i].n)) {
				/* The first of a name counts, as for SQLite. */
				if (!met[i] && value.p[0] != 'n')
					*members[i].value = value;
				met[i] = true;
				break;
			}
	return entry;
}

/* What SQLite's ->> makes of a value; in scratch where it needs decoding. */
static struct json_span
text_of(struct json_span value, struct buffer *scratch)
{
	if (value.p == NULL || value.p[0] == 'n')
		return (struct json_span){NULL, 0};
	if (value.p[0] == 't' || value.p[0] == 'f')
		return (struct json_span){value.p[0] == 't' ? "1" : "0", 1};
	if (value.p[0] != '"')
		return value;
	if (memchr(value.p, '\\', value.n) == NULL)
		return (struct json_span){value.p + 1, value.n - 2};
	scratch->n = 0;
	buffer_put(scratch, value.p, value.n);
	if (scratch->failed)
		return (struct json_span){NULL, 0};
	scratch->n =
	    json_string_decode((struct json_span){scratch->p, value.n}, scratch->p);
	return (struct json_span){scratch->p, scratch->n};
}

static void
put(struct json_span text, int column, entry_take *take, void *context)
{
	if (text.n > 0)
		take(context, column, text.p, text.n);
}

static bool
is_html(const struct entry *entry, struct buffer *scratch)
{
	struct json_span type = text_of(entry->content_type, scratch);

	for (size_t i = 0; i + 4 <= type.n; i++)
		if (strncasecmp(type.p + i, "html", 4) == 0)
			return true;
	return entry->title.p != NULL;
}

static void
put_content(
    const struct entry *entry, struct buffer *scratch, entry_take *take, void *context)
{
	bool html = is_html(entry, scratch);
	struct json_span text = text_of(entry->content, scratch);
	struct buffer plain = {0};

	if (!html || !html_is_marked(text.p, text.n)) {
		put(text, CONTENT, take, context);
		return;
	}
	html_text(&plain, text.p, text.n);
	scratch->failed |= plain.failed;
	put((struct json_span){plain.p, plain.n}, CONTENT, take, context);
	buffer_free(&plain);
}

/* Each of the values of an array or an object, or a lone one: of objects the name. */
static void
put_each(struct json_span values, const char *name, int column, struct buffer *scratch,
    entry_take *take, void *context)
{
	struct json s;
	struct json_span key, value = values;
	bool array = values.p[0] == '[';

	json_begin(&s, values.p, values.n);
	if (!array && values.p[0] != '{') {
		if (name == NULL)
			put(text_of(values, scratch), column, take, context);
		return;
	}
	if (!json_open(&s, values.p[0]))
		return;
	while (
	    (array ? json_element(&s) : json_member(&s, &key)) && json_value(&s, &value))
		if (name == NULL || (value.p[0] == '{' && json_find(value, name, &value)))
			put(text_of(value, scratch), column, take, context);
}

void
entry_texts(
    const struct entry *entry, struct buffer *scratch, entry_take *take, void *context)
{
	put_content(entry, scratch, take, context);
	put(text_of(entry->title, scratch), TITLE, take, context);
	put(text_of(entry->author, scratch), AUTHOR, take, context);
	if (entry->tags.p != NULL)
		put_each(entry->tags, NULL, TAGS, scratch, take, context);
	if (entry->attachments.p != NULL)
		put_each(entry->attachments, "name", FILES, scratch, take, context);
}
