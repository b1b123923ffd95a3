#define PCRE2_CODE_UNIT_WIDTH 8
#include "query/search_parse.h"

#include <ctype.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "query/run_list.h"
#include "text/buffer.h"
#include "text/duration.h"
#include "text/timestamp.h"
#include "text/words.h"

#define SHOWN 60 /* bytes of an expression in a message */

static const struct {
	const char *name;
	enum search_field field;
} fields[] = {
    {"author", SEARCH_AUTHOR},
    {"tag", SEARCH_TAG},
    {"title", SEARCH_TITLE},
    {"file", SEARCH_FILE},
    {"experiment", SEARCH_EXPERIMENT},
    {"instrument", SEARCH_INSTRUMENT},
    {"run", SEARCH_RUN},
    {"type", SEARCH_TYPE},
    {"where", SEARCH_WHERE},
};

/* What is being read: one argument of the command line. */
struct reading {
	struct search_query *query;
	const char *p, *end;
	bool alone; /* it stands at the argument's beginning */
	int64_t now;
};

/* The query's regular expressions are no memory of the arena. */
static void
release(struct search_term *term)
{
	for (; term != NULL; term = term->next)
		pcre2_code_free(term->regex);
}

void
search_free(struct search_query *query)
{
	for (size_t i = 0; i < query->n_groups; i++)
		release(query->groups[i]);
	arena_free(&query->arena);
}

/* ---- Terms ------------------------------------------------------------------ */

static const char *
keep_folded(struct search_query *query, const char *text, bool parts)
{
	struct buffer folded = {0};
	const char *kept;

	words_fold(&folded, text, strlen(text), parts);
	kept = folded.failed ? NULL : arena_text(&query->arena, folded.p, folded.n);
	buffer_free(&folded);
	return kept;
}

/* The words of a term, and whether there is more to it than they: C++ is not only c. */
static int
fold(struct search_query *query, struct search_term *term)
{
	const char *parts = keep_folded(query, term->text, true);
	size_t at = 0, length, n = 0, bytes = 0, others = 0;

	term->folded = keep_folded(query, term->text, false);
	if (parts == NULL || term->folded == NULL)
		return -2;
	n = strlen(parts);
	term->words = arena_get(&query->arena, (n + 1) * sizeof(*term->words));
	if (term->words == NULL)
		return -2;
	while (words_next(parts, n, &at, &length)) {
		const char *word = arena_text(&query->arena, parts + at, length);

		if (word == NULL)
			return -2;
		term->words[term->n_words++] = word;
		at += length;
		bytes += length;
	}
	for (size_t i = 0; i < n; i++)
		others += parts[i] != ' ';
	term->exact = others == bytes && term->n_words > 0;
	return 0;
}

static int
add(struct search_query *query, struct search_term *term, bool or)
{
	struct search_term **groups;

	if (or &&query->n_groups > 0) {
		term->next = query->groups[query->n_groups - 1];
		query->groups[query->n_groups - 1] = term;
		return 0;
	}
	/* Doubled whenever their number is a power of two. */
	if ((query->n_groups & (query->n_groups - 1)) == 0) {
		groups = arena_get(&query->arena,
		    (query->n_groups + 1) * 2 * sizeof(struct search_term *));
		if (groups == NULL)
			return -2;
		if (query->n_groups > 0)
			memcpy(groups, query->groups,
			    query->n_groups * sizeof(struct search_term *));
		query->groups = groups;
	}
	query->groups[query->n_groups++] = term;
	return 0;
}

static int
compile(struct search_term *term)
{
	PCRE2_UCHAR why[200];
	PCRE2_SIZE at;
	size_t n;
	int error;

	term->regex = pcre2_compile((PCRE2_SPTR)term->text, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_MULTILINE, &error, &at, NULL);
	if (term->regex != NULL)
		return 0;
	pcre2_get_error_message(error, why, sizeof(why));
	n = strlen(term->text);
	if (n > SHOWN)
		for (n = SHOWN; n > 0 && (term->text[n] & 0xC0) == 0x80;)
			n--;
	msg("/%.*s%s/: %s, at character %zu", (int)n, term->text,
	    term->text[n] != '\0' ? "..." : "", (const char *)why, (size_t)at + 1);
	return -1;
}

/* ---- Values of fields ------------------------------------------------------- */

/* The first second of a time, and the first behind what the text names. */
static bool
read_span(const char *text, int64_t now, int64_t *first, int64_t *behind)
{
	int year, month, used = -1;
	int64_t seconds, microseconds;

	if (text[0] == '-' && duration_read(text + 1, &seconds)) {
		*first = *behind = now - seconds;
		return true;
	}
	if (!timestamp_read(text, strlen(text), &microseconds))
		return false;
	*first = microseconds / 1000000;
	switch (strlen(text)) {
	case 4:
		*behind = timestamp_civil(atoi(text) + 1, 1, 1, 0, 0, 0);
		return true;
	case 7:
		if (sscanf(text, "%4d-%2d%n", &year, &month, &used) != 2 || used != 7)
			return false;
		*behind =
		    timestamp_civil(year + (month == 12), month % 12 + 1, 1, 0, 0, 0);
		return true;
	case 10:
		*behind = *first + 86400;
		return true;
	case 16:
		*behind = *first + 60;
		return true;
	default:
		*behind = *first + 1;
		return true;
	}
}

static int
read_time(struct reading *reading, const char *name, const char *text, bool *taken)
{
	int64_t first, behind;
	bool since = strcmp(name, "since") == 0;

	if (!since && strcmp(name, "until") != 0)
		return 0;
	*taken = true;
	if (!read_span(text, reading->now, &first, &behind)) {
		msg("%s:%s: a time is expected: 2026, 2026-03, 2026-03-14, or -7d", name,
		    text);
		return -1;
	}
	if (since)
		reading->query->since = first;
	else
		reading->query->until = behind;
	return 0;
}

/* in:entries,runs */
static int
read_kinds(struct search_query *query, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, ",");
		enum search_kind kind = 0;

		while (kind < SEARCH_KINDS &&
		       (n == 0 || strncmp(search_kind_name(kind), text, n) != 0))
			kind++;
		if (kind == SEARCH_KINDS) {
			msg("in:%s: entries, questionnaire, workflows, runs and samples "
			    "are expected, with commas between them",
			    text);
			return -1;
		}
		query->kinds |= 1u << kind;
		text += n + (text[n] == ',');
	}
	return 0;
}

/* ---- Words ------------------------------------------------------------------ */

/* Where the quoted text that p begins with ends: at its other quote; NULL if it has
   none, or something stands right behind it. */
static const char *
closing(const struct reading *reading, const char *p, char quote)
{
	const char *close = memchr(p + 1, quote, (size_t)(reading->end - p - 1));

	while (close != NULL && close + 1 < reading->end && close[1] != ' ' &&
	       !(quote == '"' && close[1] == '*'))
		close = memchr(close + 1, quote, (size_t)(reading->end - close - 1));
	return close != NULL && close > p + 1 ? close : NULL;
}

/* Is it a field, of terms or of the whole? */
static bool
is_field(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return strcmp(name, "since") == 0 || strcmp(name, "until") == 0 ||
	       strcmp(name, "in") == 0;
}

/* A field of which nothing is said is a word. */
static int
note_unsaid(struct search_query *query, const char *word)
{
	size_t n = strlen(word);
	char *name;

	if (n < 2 || word[n - 1] != ':')
		return 0;
	name = arena_text(&query->arena, word, n - 1);
	if (name != NULL && is_field(name))
		query->unsaid = name;
	return name != NULL ? 0 : -2;
}

static void
note_unread(struct search_query *query, const char *runs)
{
	struct run_list list;
	size_t at;
	int code = run_list_read(runs, &list, &at);

	if (code == -1)
		query->unread = runs;
	if (code == 0)
		run_list_free(&list);
}

/* The name of a field in front of a colon that has something behind it. */
static size_t
field_name(const struct reading *reading)
{
	const char *p = reading->p;

	while (p < reading->end && islower((unsigned char)*p))
		p++;
	return p > reading->p && p + 1 < reading->end && *p == ':' && p[1] != ' '
		   ? (size_t)(p - reading->p)
		   : 0;
}

/* What stands at p, up to a space or the quote that closes it.  A condition takes all the
   rest of its argument. */
static char *
take_text(struct reading *reading, bool rest, bool *quoted)
{
	const char *close = NULL, *begin = reading->p, *end;
	char quote = *begin;

	if (quote == '"' || (rest && quote == '\''))
		close = closing(reading, begin, quote);
	*quoted = close != NULL;
	if (close != NULL) {
		begin++;
		end = close;
		reading->p = close + 1;
	} else {
		end = rest ? reading->end
			   : memchr(begin, ' ', (size_t)(reading->end - begin));
		if (end == NULL)
			end = reading->end;
		reading->p = end;
	}
	return arena_text(&reading->query->arena, begin, (size_t)(end - begin));
}

/* A field that is none of the terms: since, until, in.  1 if it was one. */
static int
read_setting(struct reading *reading, const char *name)
{
	const char *begin = reading->p;
	bool quoted, taken = false;
	char *text;

	reading->p += strlen(name) + 1;
	text = take_text(reading, false, &quoted);
	if (text == NULL)
		return -2;
	if (strcmp(name, "in") == 0)
		return read_kinds(reading->query, text) == 0 ? 1 : -1;
	if (read_time(reading, name, text, &taken) != 0)
		return -1;
	if (!taken)
		reading->p = begin;
	return taken;
}

/* /regex/, ~part, "a phrase", word*, word. */
static int
read_value(struct reading *reading, struct search_term *term)
{
	const char *close = NULL;
	bool quoted;
	size_t n;
	char *text;

	if (*reading->p == '/' && term->field <= SEARCH_INDEXED)
		close = closing(reading, reading->p, '/');
	if (close != NULL) {
		term->way = SEARCH_REGEX;
		term->text = arena_text(&reading->query->arena, reading->p + 1,
		    (size_t)(close - reading->p - 1));
		reading->p = close + 1;
		return term->text != NULL ? compile(term) : -2;
	}
	if (*reading->p == '~' && reading->p + 1 < reading->end && reading->p[1] != ' ') {
		term->way = SEARCH_PART;
		reading->p++;
	}
	text = take_text(reading, term->field == SEARCH_WHERE, &quoted);
	if (text == NULL)
		return -2;
	n = strlen(text);
	if (term->way == SEARCH_WORDS && quoted && reading->p < reading->end &&
	    *reading->p == '*') {
		term->way = SEARCH_PREFIX;
		reading->p++;
	} else if (term->way == SEARCH_WORDS && !quoted && n > 1 && text[n - 1] == '*' &&
		   (isalnum((unsigned char)text[n - 2]) ||
		       (unsigned char)text[n - 2] >= 0x80) &&
		   term->field < SEARCH_INDEXED) {
		term->way = SEARCH_PREFIX;
		text[n - 1] = '\0';
	}
	term->text = text;
	return fold(reading->query, term);
}

/* An OR between two words: another one stands behind it. */
static bool
take_or(struct reading *reading)
{
	const char *p = reading->p;

	if (reading->end - p < 2 || memcmp(p, "OR", 2) != 0 ||
	    (p + 2 < reading->end && p[2] != ' '))
		return false;
	reading->p += 2;
	return true;
}

/* One word, with all that stands before it. */
static int
read_word(struct reading *reading, bool or)
{
	struct search_query *query = reading->query;
	struct search_term *term = arena_get(&query->arena, sizeof(*term));
	char *name;
	size_t n;
	int code;

	if (term == NULL)
		return -2;
	if (*reading->p == '-' && reading->p + 1 < reading->end && reading->p[1] != ' ' &&
	    reading->p[1] != '-') {
		term->without = true;
		reading->p++;
	}
	n = field_name(reading);
	if (n > 0) {
		name = arena_text(&query->arena, reading->p, n);
		if (name == NULL)
			return -2;
		code = term->without ? 0 : read_setting(reading, name);
		if (code != 0)
			return code > 0 ? 0 : code;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (strcmp(fields[i].name, name) == 0) {
				term->field = fields[i].field;
				reading->p += n + 1;
				n = 0;
				break;
			}
		if (n > 0)
			query->unknown = name;
	} else if (*reading->p == '@' && reading->p + 1 < reading->end) {
		term->field = SEARCH_WHERE;
	}
	code = read_value(reading, term);
	if (code == 0 && term->field == SEARCH_RUN)
		note_unread(query, term->text);
	else if (code == 0 && term->field == SEARCH_ANYWHERE)
		code = note_unsaid(query, term->text);
	if (code == 0)
		code = add(query, term, or);
	if (code != 0)
		release(term);
	return code;
}

static int
read_argument(struct search_query *query, const char *argument, int64_t now, bool * or)
{
	struct reading reading = {.query = query, .now = now};
	char *text = arena_text(&query->arena, argument, strlen(argument));

	if (text == NULL)
		return -2;
	/* White space of any kind is a space. */
	for (char *p = text; *p != '\0'; p++)
		if (strchr("\t\n\r\f\v", *p) != NULL)
			*p = ' ';
	reading.p = text;
	reading.end = text + strlen(text);
	for (;;) {
		int code;

		while (reading.p < reading.end && *reading.p == ' ')
			reading.p++;
		if (reading.p >= reading.end)
			return 0;
		if (query->n_groups > 0 && !* or &&take_or(&reading)) {
			* or = true;
			continue;
		}
		code = read_word(&reading, * or);
		if (code != 0)
			return code;
		* or = false;
	}
}

int
search_parse(struct search_query *query, const char *const *words, int64_t now)
{
	bool or = false;
	int code = 0;

	*query = (struct search_query){.since = INT64_MIN, .until = INT64_MAX};
	for (; *words != NULL && code == 0; words++)
		code = read_argument(query, *words, now, & or);
	/* An OR with nothing behind it is a word. */
	if (code == 0 && or)
		code = read_word(
		    &(struct reading){.query = query, .p = "OR", .end = &"OR"[2]}, false);
	if (code == -2)
		msg("no memory");
	return code;
}

void
search_hint(const struct search_query *query)
{
	if (query->unknown != NULL)
		msg("nothing found; '%s:' is no field, so it was looked for as text "
		    "(elog-search(1) lists the fields)",
		    query->unknown);
	if (query->unsaid != NULL)
		msg("nothing found; '%s:' was looked for as text, for nothing stands "
		    "behind it",
		    query->unsaid);
	if (query->unread != NULL)
		msg("nothing found; 'run:%s' is no list of runs such as 100-200,250, so "
		    "a "
		    "run of that name was looked for",
		    query->unread);
}

/* ---- As FTS5 has it --------------------------------------------------------- */

static bool
is_indexed(const struct search_term *term)
{
	return term->field < SEARCH_INDEXED && term->n_words > 0 &&
	       (term->way == SEARCH_WORDS || term->way == SEARCH_PREFIX);
}

static bool
is_exact(const struct search_term *term)
{
	return is_indexed(term) && term->exact;
}

bool
search_is_seen_to(const struct search_term *group)
{
	if (group->without)
		return group->next == NULL && is_exact(group);
	for (; group != NULL; group = group->next)
		if (!is_exact(group) || group->without)
			return false;
	return true;
}

/* The words of a term as a phrase: there are no quotes in them. */
static void
put_term(struct buffer *out, const struct search_term *term)
{
	static const char *const columns[SEARCH_INDEXED] = {
	    "", "author : ", "tags : ", "title : ", "files : "};

	buffer_put(out, columns[term->field], strlen(columns[term->field]));
	for (size_t i = 0; i < term->n_words; i++) {
		buffer_put(out, i == 0 ? "\"" : " ", 1);
		buffer_put(out, term->words[i], strlen(term->words[i]));
	}
	buffer_put(out, "\"", 1);
	if (term->way == SEARCH_PREFIX)
		buffer_put(out, " *", 2);
}

/* Can the index see to a group: has each of its terms words that must be there? */
static bool
is_group_indexed(const struct search_term *group)
{
	for (; group != NULL; group = group->next)
		if (!is_indexed(group) || group->without)
			return false;
	return true;
}

static void
put_group(struct buffer *out, const struct search_term *group)
{
	for (const struct search_term *t = group; t != NULL; t = t->next) {
		buffer_put(out, t == group ? "(" : " OR ", t == group ? 1 : 4);
		put_term(out, t);
	}
	buffer_put(out, ")", 1);
}

const char *
search_expression(struct search_query *query, bool *failed)
{
	struct buffer out = {0};
	const char *text = NULL, *before = "";

	for (size_t i = 0; i < query->n_groups; i++)
		if (is_group_indexed(query->groups[i])) {
			buffer_put(&out, before, strlen(before));
			put_group(&out, query->groups[i]);
			before = " AND ";
		}
	if (out.n > 0) {
		struct buffer all = {0};

		/* NOT binds closer than AND. */
		buffer_put(&all, "(", 1);
		buffer_put(&all, out.p, out.n);
		buffer_put(&all, ")", 1);
		for (size_t i = 0; i < query->n_groups; i++)
			if (query->groups[i]->without && query->groups[i]->next == NULL &&
			    is_exact(query->groups[i])) {
				buffer_put(&all, " NOT ", 5);
				put_term(&all, query->groups[i]);
			}
		out.failed |= all.failed;
		text = out.failed ? NULL : arena_text(&query->arena, all.p, all.n);
		*failed |= text == NULL;
		buffer_free(&all);
	}
	*failed |= out.failed;
	buffer_free(&out);
	return text;
}
