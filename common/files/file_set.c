#include "files/file_set.h"

#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "stream/emit.h"
#include "stream/streams.h"

static size_t
count(char *const *texts)
{
	size_t n = 0;

	while (texts != NULL && texts[n] != NULL)
		n++;
	return n;
}

static bool
is_field(const struct template *template, const char *name, size_t n)
{
	for (int i = 0; template_field(template, i) != NULL; i++)
		if (strncmp(template_field(template, i), name, n) == 0 &&
		    template_field(template, i)[n] == '\0')
			return true;
	return false;
}

/* NAME=WORD,WORD: are there a name and words, and are the names fields? */
static int
check(const char *option, const char *text, bool name_is_field, bool words_are_fields,
    const struct template *template)
{
	size_t n = strcspn(text, "=");
	const char *p = text + n;

	if (n == 0 || *p != '=' || p[1] == '\0') {
		msg("%s: '%s' is not %s", option, text,
		    name_is_field ? "FIELD=VALUE,..." : "NAME=FIELD,...");
		return EXIT_USAGE;
	}
	if (name_is_field && !is_field(template, text, n)) {
		msg("%s: neither --template nor --name has a '%.*s'", option, (int)n,
		    text);
		return EXIT_USAGE;
	}
	while (words_are_fields && *p != '\0') {
		size_t length = strcspn(++p, ",");

		if (!is_field(template, p, length)) {
			msg("%s: neither --template nor --name has a '%.*s'", option,
			    (int)length, p);
			return EXIT_USAGE;
		}
		p += length;
	}
	return EXIT_DONE;
}

int
file_set_check(char *const *sets, char *const *expects, const struct template *template)
{
	if (count(sets) != count(expects)) {
		msg("--set and --expect go together: the fields that files of a set "
		    "share, "
		    "and the values that another one has");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < count(sets); i++)
		if (check("--set", sets[i], false, true, template) != 0 ||
		    check("--expect", expects[i], true, false, template) != 0)
			return EXIT_USAGE;
	return EXIT_DONE;
}

static void
put_words(struct writer *w, const char *name, const char *p)
{
	writer_array(w, name);
	while (*p != '\0') {
		size_t n = strcspn(++p, ",");

		writer_text(w, NULL, p, n);
		p += n;
	}
	writer_end_array(w);
}

void
file_set_records(struct stream *out, char *const *sets, char *const *expects)
{
	if (count(sets) > 0)
		streams_schema_named(out, "file_sets");
	for (size_t i = 0; i < count(sets); i++) {
		struct writer w = emit_record(out, "file_sets");
		size_t set = strcspn(sets[i], "="), field = strcspn(expects[i], "=");

		writer_text(&w, "name", sets[i], set);
		put_words(&w, "shared", sets[i] + set);
		writer_text(&w, "varies", expects[i], field);
		put_words(&w, "expected", expects[i] + field);
		emit_end(&w);
	}
}
