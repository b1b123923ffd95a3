#define PCRE2_CODE_UNIT_WIDTH 8
#include "query/search_match.h"

#include <fnmatch.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "query/run_list.h"
#include "text/utf8.h"
#include "text/words.h"

/* ---- Words in a text -------------------------------------------------------- */

/* A word of a text: what is ASCII, as most words are, is folded where it is looked at. */
struct word {
	size_t at, n;
	size_t folded; /* in struct words.folded, terminated; or ASCII */
};

#define ASCII SIZE_MAX

/* So much of a text is looked at first for hits. */
#define FEW_BYTES 512

struct words {
	const char *text;
	struct word *list;
	size_t n, capacity;
	struct buffer folded;
	size_t looked_at; /* so much of the text */
	bool failed;
};

static void
words_free(struct words *words)
{
	buffer_free(&words->folded);
	free(words->list);
}

static void
push(struct words *words, struct word word)
{
	if (words->n == words->capacity) {
		size_t capacity = words->capacity * 2 + 64;
		struct word *more = realloc(words->list, capacity * sizeof(*more));

		if (more == NULL) {
			words->failed = true;
			return;
		}
		words->list = more;
		words->capacity = capacity;
	}
	words->list[words->n++] = word;
}

static void
add_word(struct words *words, size_t at, size_t length)
{
	struct buffer all = {0};
	size_t n = 0, next = 0, from = words->folded.n;

	if (utf8_ascii(words->text + at, length) == length) {
		push(words, (struct word){at, length, ASCII});
		return;
	}
	words_fold(&words->folded, words->text + at, length, true);
	if (words->folded.n == from)
		return;
	if (words_next(words->folded.p + from, words->folded.n - from, &next, &n) &&
	    next == 0 && n == words->folded.n - from) {
		push(words, (struct word){at, length, from});
		buffer_put(&words->folded, "", 1);
		return;
	}
	/* One word as it is written may be several when it is folded: ½ is 1⁄2. */
	buffer_put(&all, words->folded.p + from, words->folded.n - from);
	words->folded.n = from;
	for (next = 0; words_next(all.p, all.n, &next, &n) && !words->failed; next += n) {
		push(words, (struct word){at, length, words->folded.n});
		buffer_put(&words->folded, all.p + next, n);
		buffer_put(&words->folded, "", 1);
	}
	words->failed |= all.failed;
	buffer_free(&all);
}

/* Go on, to the words that begin before an offset. */
static void
look_on(struct words *words, size_t before)
{
	size_t n = strlen(words->text), at = words->looked_at, length;

	while (
	    at < before && !words->failed && words_next(words->text, n, &at, &length)) {
		add_word(words, at, length);
		at += length;
	}
	words->looked_at = at;
	words->failed |= words->folded.failed;
	if (words->failed)
		words->n = 0;
}

/* Is the i'th word that one, or does it begin so? */
static bool
is_word(const struct words *words, size_t i, const char *wanted, bool prefix)
{
	const struct word *word = &words->list[i];
	const char *text = words->text + word->at;
	size_t k = 0;

	if (word->folded != ASCII) {
		text = words->folded.p + word->folded;
		return prefix ? strncmp(text, wanted, strlen(wanted)) == 0
			      : strcmp(text, wanted) == 0;
	}
	for (; k < word->n && wanted[k] != '\0'; k++) {
		char c = text[k];

		if ((c >= 'A' && c <= 'Z' ? (char)(c + 0x20) : c) != wanted[k])
			return false;
	}
	return wanted[k] == '\0' && (prefix || k == word->n);
}

/* Has the i'th word that part? */
static bool
has_part(const struct words *words, size_t i, const char *part)
{
	size_t n = strlen(part), length = words->list[i].n;

	if (words->list[i].folded != ASCII)
		return strstr(words->folded.p + words->list[i].folded, part) != NULL;
	for (size_t k = 0; k + n <= length; k++)
		if (strncasecmp(words->text + words->list[i].at + k, part, n) == 0)
			return true;
	return false;
}

/* Do a term's words begin at the i'th word? */
static bool
is_at(const struct search_term *term, const struct words *words, size_t i)
{
	if (term->n_words == 0 || i + term->n_words > words->n)
		return false;
	for (size_t k = 0; k < term->n_words; k++)
		if (!is_word(words, i + k, term->words[k],
			term->way == SEARCH_PREFIX && k + 1 == term->n_words))
			return false;
	return true;
}

static bool
has_words(const struct search_term *term, const struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		if (is_at(term, words, i))
			return true;
	return false;
}

/* ---- Terms ------------------------------------------------------------------ */

static int
matches_regex(const struct search_term *term, const char *text)
{
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(term->regex, NULL);
	int code;

	if (data == NULL)
		return -1;
	code = pcre2_match(term->regex, (PCRE2_SPTR)text, strlen(text), 0, 0, data, NULL);
	pcre2_match_data_free(data);
	/* A text that is no UTF-8, or a search without an end, finds nothing. */
	return code >= 0;
}

/* In one text of the document: 1, 0, or -1 without memory. */
static int
matches_text(const struct search_term *term, const char *text)
{
	struct buffer folded = {0};
	struct words words = {.text = text};
	char *plain;
	int result;

	if (text[0] == '\0')
		return 0;
	if (term->way == SEARCH_REGEX)
		return matches_regex(term, text);
	/* What is not only words is to be there as it is typed. */
	if (term->way == SEARCH_PART || !term->exact) {
		words_fold(&folded, text, strlen(text), false);
		plain = buffer_take(&folded, NULL);
		if (plain == NULL)
			return -1;
		result = strstr(plain, term->folded) != NULL;
		free(plain);
		if (term->way == SEARCH_PART || result == 0 || term->n_words == 0)
			return result;
	}
	look_on(&words, SIZE_MAX);
	result = words.failed ? -1 : has_words(term, &words);
	words_free(&words);
	return result;
}

static int
matches_anywhere(const struct search_term *term, const struct search_document *d)
{
	const char *const texts[] = {d->title, d->content, d->author, d->tags, d->files};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int result = matches_text(term, texts[i]);

		if (result != 0)
			return result;
	}
	return 0;
}

static bool
matches_run(const char *wanted, const char *run)
{
	struct run_list list;
	bool result = strcasecmp(wanted, run) == 0;
	size_t at;
	char *end;
	long long number;

	if (result || run_list_read(wanted, &list, &at) != 0)
		return result;
	number = strtoll(run, &end, 10);
	result = end != run && *end == '\0' && run_list_has(&list, number);
	run_list_free(&list);
	return result;
}

/* Does one of the types begin so? */
static bool
matches_type(const char *wanted, const char *types)
{
	size_t n = strlen(wanted);

	while (*types != '\0') {
		if (strncasecmp(types, wanted, n) == 0)
			return true;
		types += strcspn(types, " ");
		types += strspn(types, " ");
	}
	return false;
}

static int
matches_term(const struct search_term *term, const struct search_document *d,
    search_where *where, void *context)
{
	switch (term->field) {
	case SEARCH_ANYWHERE:
		return matches_anywhere(term, d);
	case SEARCH_AUTHOR:
		return matches_text(term, d->author);
	case SEARCH_TAG:
		return matches_text(term, d->tags);
	case SEARCH_TITLE:
		return matches_text(term, d->title);
	case SEARCH_FILE:
		return matches_text(term, d->files);
	case SEARCH_EXPERIMENT:
		return fnmatch(term->text, d->experiment, FNM_CASEFOLD) == 0;
	case SEARCH_INSTRUMENT:
		return fnmatch(term->text, d->instrument, FNM_CASEFOLD) == 0;
	case SEARCH_RUN:
		return d->run[0] != '\0' && matches_run(term->text, d->run);
	case SEARCH_TYPE:
		return matches_type(term->text, d->types);
	case SEARCH_WHERE:
		return where(context, d, term->number);
	}
	return 0;
}

int
search_matches(const struct search_query *query, const struct search_document *document,
    bool exact, search_where *where, void *context)
{
	for (size_t i = 0; i < query->n_groups; i++) {
		const struct search_term *group = query->groups[i];
		int result = 0;

		if (exact && search_is_seen_to(group))
			continue;
		for (const struct search_term *t = group; t != NULL && result == 0;
		     t = t->next) {
			result = matches_term(t, document, where, context);
			if (result >= 0 && t->without)
				result = !result;
		}
		if (result <= 0)
			return result;
	}
	return 1;
}

/* ---- Where ------------------------------------------------------------------ */

static int
by_place(const void *a, const void *b)
{
	const struct search_hit *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->n > y->n ? -1 : x->n < y->n;
}

static size_t
regex_hits(
    const struct search_term *term, const char *text, struct search_hit *hits, size_t max)
{
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(term->regex, NULL);
	size_t n = 0, length = strlen(text);

	for (size_t at = 0; data != NULL && n < max && at < length;) {
		PCRE2_SIZE *ends;

		if (pcre2_match(
			term->regex, (PCRE2_SPTR)text, length, at, 0, data, NULL) < 0)
			break;
		ends = pcre2_get_ovector_pointer(data);
		if (ends[1] <= ends[0])
			break;
		hits[n++] = (struct search_hit){ends[0], ends[1] - ends[0]};
		at = ends[1];
	}
	pcre2_match_data_free(data);
	return n;
}

/* Words that hold a part are shown whole. */
static size_t
word_hits(const struct search_term *term, const struct words *words,
    struct search_hit *hits, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < words->n && n < max; i++) {
		const struct word *first = &words->list[i], *last = first;

		if (term->way == SEARCH_PART) {
			if (!has_part(words, i, term->folded))
				continue;
		} else if (is_at(term, words, i)) {
			last = &words->list[i + term->n_words - 1];
		} else {
			continue;
		}
		hits[n++] =
		    (struct search_hit){first->at, last->at + last->n - first->at};
	}
	return n;
}

static size_t
find_hits(const struct search_query *query, enum search_field field,
    const struct words *words, struct search_hit *hits, size_t max)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < query->n_groups; i++)
		for (const struct search_term *t = query->groups[i]; t != NULL;
		     t = t->next) {
			if (t->without ||
			    (t->field != SEARCH_ANYWHERE && t->field != field))
				continue;
			n += t->way == SEARCH_REGEX
				 ? regex_hits(t, words->text, hits + n, max - n)
				 : word_hits(t, words, hits + n, max - n);
		}
	if (n > 0)
		qsort(hits, n, sizeof(*hits), by_place);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || hits[i].at >= hits[kept - 1].at + hits[kept - 1].n)
			hits[kept++] = hits[i];
	return kept;
}

/* Could a hit begin at or before an offset, and have no end in the words? */
static bool
is_open(const struct search_query *query, const struct words *words, size_t at)
{
	size_t longest = 1;

	for (size_t i = 0; i < query->n_groups; i++)
		for (const struct search_term *t = query->groups[i]; t != NULL;
		     t = t->next)
			longest = t->n_words > longest ? t->n_words : longest;
	return words->n < longest || words->list[words->n - longest].at <= at;
}

size_t
search_hits(const struct search_query *query, enum search_field field, const char *text,
    size_t behind, struct search_hit *hits, size_t max)
{
	struct words words = {.text = text};
	size_t all = strlen(text), before = FEW_BYTES, n;

	/* A long text is not taken apart for the little of it that is shown. */
	for (;; before *= 2) {
		look_on(&words, before);
		n = find_hits(query, field, &words, hits, max);
		if (before >= all || words.failed ||
		    (n > 0 && behind < all &&
			!is_open(query, &words, hits[0].at + behind)))
			break;
	}
	words_free(&words);
	return n;
}
