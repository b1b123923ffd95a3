#include "load/postings.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/tokens.h"

#define AHEAD 24

/* A multiplier that spreads bits. */
#define ODD 0x9FB21C651E98DF25u

/* Words that are known stay so for the next segment, unless they became too many. */
#define TERMS_MANY 50000

/* So many postings are put in order at once, 8 MB: for each time all words are read. */
#define POSTINGS_AT_ONCE ((size_t)1 << 20)

struct term {
	uint32_t at, n; /* in texts */
};

/* Where a term stands: in the document of that rank, at column << 29 | position. */
struct posting {
	uint32_t document, where;
};

#define WHERE_BITS 29

/* Terms by their first eight bytes, and the rest. */
struct sorted {
	uint64_t key;
	uint32_t term;
};

/* Where a term is looked for.  A word of at most eight bytes is the key itself, so that
   nothing else is to be read of it; of a longer one it is a hash. */
struct slot {
	uint64_t key;
	uint32_t n;    /* bytes of the word; 0: free */
	uint32_t term; /* in terms */
};

struct postings {
	struct tokens *tokens;
	bool failed;
	struct postings_document *documents;
	size_t n_documents, documents_size;
	uint32_t *words; /* the terms of all documents, in their order */
	size_t n_words, words_size;
	int column;
	struct term *terms;
	size_t n_terms, terms_size;
	char *texts; /* of the terms, one behind the other */
	size_t n_texts, texts_size;
	struct slot *slots;
	size_t mask;
	struct ahead {
		uint64_t key;
		size_t n;
		char word[48];
	} ahead[AHEAD]; /* words that are looked for next */
	size_t n_ahead;
};

/* Make room for one more than n elements of a size.  False without memory. */
static bool
make_room(struct postings *postings, void *array, size_t *capacity, size_t n, size_t size)
{
	void *old, *more;
	size_t wanted = n + n / 2 + 1024;

	if (n <= *capacity)
		return true;
	memcpy(&old, array, sizeof(old));
	more = wanted < UINT32_MAX ? realloc(old, wanted * size) : NULL;
	if (more == NULL) {
		postings->failed = true;
		return false;
	}
	memcpy(array, &more, sizeof(more));
	*capacity = wanted;
	return true;
}

/* ---- Terms ------------------------------------------------------------------ */

/* Behind a word there are eight bytes that may be read. */
static inline uint64_t
key_of(const char *p, size_t n)
{
	uint64_t hash = n, eight;

	for (; n > 8; p += 8, n -= 8) {
		memcpy(&eight, p, 8);
		hash = (hash ^ eight) * ODD;
		hash ^= hash >> 32;
	}
	memcpy(&eight, p, 8);
	eight &= UINT64_MAX >> (64 - 8 * n);
	return hash == n ? eight : (hash ^ eight) * ODD;
}

static inline size_t
slot_of(const struct postings *postings, uint64_t key)
{
	key ^= key >> 32;
	return (size_t)((key * ODD) >> 32) & postings->mask;
}

static bool
grow_slots(struct postings *postings)
{
	size_t size = postings->slots == NULL ? 1 << 15 : (postings->mask + 1) * 2;
	size_t before = postings->slots == NULL ? 0 : postings->mask + 1;
	struct slot *old = postings->slots, *slots = calloc(size, sizeof(*slots));

	if (slots == NULL) {
		postings->failed = true;
		return false;
	}
	postings->slots = slots;
	postings->mask = size - 1;
	for (size_t i = 0; i < before; i++) {
		size_t at = slot_of(postings, old[i].key);

		if (old[i].n == 0)
			continue;
		while (slots[at].n != 0)
			at = (at + 1) & postings->mask;
		slots[at] = old[i];
	}
	free(old);
	return true;
}

static bool
new_term(struct postings *postings, struct slot *slot, uint64_t key, const char *word,
    size_t n)
{
	if (!make_room(postings, &postings->terms, &postings->terms_size,
		postings->n_terms + 1, sizeof(*postings->terms)) ||
	    !make_room(postings, &postings->texts, &postings->texts_size,
		postings->n_texts + n + 8, 1))
		return false;
	postings->terms[postings->n_terms] =
	    (struct term){.at = (uint32_t)postings->n_texts, .n = (uint32_t)n};
	memcpy(postings->texts + postings->n_texts, word, n);
	postings->n_texts += n;
	*slot = (struct slot){key, (uint32_t)n, (uint32_t)postings->n_terms++};
	return true;
}

static inline bool
is_word(const struct postings *postings, const struct slot *slot, uint64_t key,
    const char *word, size_t n)
{
	return slot->key == key && slot->n == n &&
	       (n <= 8 || memcmp(postings->texts + postings->terms[slot->term].at, word,
			      n) == 0);
}

static void
resolve(struct postings *postings, uint64_t key, const char *word, size_t n)
{
	struct slot *slot;

	if (postings->failed ||
	    (postings->n_terms * 2 > postings->mask && !grow_slots(postings)))
		return;
	for (size_t at = slot_of(postings, key);; at = (at + 1) & postings->mask) {
		slot = &postings->slots[at];
		if (slot->n == 0) {
			if (!new_term(postings, slot, key, word, n))
				return;
			break;
		}
		if (is_word(postings, slot, key, word, n))
			break;
	}
	if (postings->n_words == postings->words_size &&
	    !make_room(postings, &postings->words, &postings->words_size,
		postings->n_words + 1, sizeof(*postings->words)))
		return;
	postings->words[postings->n_words++] = slot->term;
}

static void
resolve_all(struct postings *postings)
{
	for (size_t i = 0; i < postings->n_ahead; i++) {
		const struct ahead *ahead = &postings->ahead[i];

		resolve(postings, ahead->key, ahead->word, ahead->n);
	}
	postings->n_ahead = 0;
}

/* Words are looked for some after they are met: by then what says where they are has come
   from memory, which takes longer than all else that is done for a word. */
static void
take_word(void *context, const char *word, size_t n)
{
	struct postings *postings = context;
	struct ahead *ahead = &postings->ahead[postings->n_ahead];

	if (n > sizeof(ahead->word)) {
		resolve_all(postings);
		resolve(postings, key_of(word, n), word, n);
		return;
	}
	ahead->key = key_of(word, n);
	ahead->n = n;
	if (n <= 8)
		memcpy(ahead->word, &ahead->key, 8);
	else
		memcpy(ahead->word, word, n);
	__builtin_prefetch(&postings->slots[slot_of(postings, ahead->key)]);
	if (++postings->n_ahead == AHEAD)
		resolve_all(postings);
}

/* ---- Documents -------------------------------------------------------------- */

struct postings *
postings_open(sqlite3 *db, const char *path)
{
	struct postings *postings = calloc(1, sizeof(*postings));

	if (postings == NULL || !grow_slots(postings) ||
	    !make_room(postings, &postings->words, &postings->words_size, 1,
		sizeof(*postings->words)))
		msg("no memory");
	else if ((postings->tokens = tokens_open(db, path)) != NULL)
		return postings;
	postings_close(postings);
	return NULL;
}

void
postings_begin(struct postings *postings, const struct postings_document *document)
{
	struct postings_document *made;

	if (!make_room(postings, &postings->documents, &postings->documents_size,
		postings->n_documents + 1, sizeof(*postings->documents)))
		return;
	made = &postings->documents[postings->n_documents++];
	*made = *document;
	memset(made->words, 0, sizeof(made->words));
	made->first = postings->n_words;
}

void
postings_text(struct postings *postings, int column, const char *text, size_t n)
{
	struct postings_document *document;
	size_t before = postings->n_words;

	if (postings->failed)
		return;
	if (!tokens_of(postings->tokens, text, n, take_word, postings))
		postings->failed = true;
	resolve_all(postings);
	document = &postings->documents[postings->n_documents - 1];
	document->words[column] += (uint32_t)(postings->n_words - before);
}

struct postings_document *
postings_all(struct postings *postings, size_t *n)
{
	*n = postings->n_documents;
	return postings->documents;
}

void
postings_cut(struct postings *postings, size_t n)
{
	if (n >= postings->n_documents)
		return;
	postings->n_words = postings->documents[n].first;
	postings->n_documents = n;
}

void
postings_fail(struct postings *postings)
{
	postings->failed = true;
}

bool
postings_failed(const struct postings *postings)
{
	return postings->failed;
}

/* ---- Order ------------------------------------------------------------------ */

static int
by_text(const void *a, const void *b, void *context)
{
	const struct postings *postings = context;
	const struct term *x = &postings->terms[((const struct sorted *)a)->term];
	const struct term *y = &postings->terms[((const struct sorted *)b)->term];
	int order = memcmp(
	    postings->texts + x->at, postings->texts + y->at, x->n < y->n ? x->n : y->n);

	if (order != 0)
		return order;
	return x->n < y->n ? -1 : x->n > y->n;
}

/* Sort by the key, a byte at a time from the last; spare has room for as many. */
static void
sort_keys(struct sorted *terms, struct sorted *spare, size_t n)
{
	for (int shift = 0; shift < 64; shift += 8) {
		size_t count[257] = {0};
		struct sorted *to = spare;

		for (size_t i = 0; i < n; i++)
			count[((terms[i].key >> shift) & 0xFF) + 1]++;
		for (size_t i = 0; i < 256; i++)
			count[i + 1] += count[i];
		for (size_t i = 0; i < n; i++)
			to[count[(terms[i].key >> shift) & 0xFF]++] = terms[i];
		spare = terms;
		terms = to;
	}
}

/* The terms that stand anywhere, by their bytes; malloc'd.  NULL without memory. */
static struct sorted *
sort_terms(struct postings *postings, const uint32_t *counts, size_t *n)
{
	struct sorted *all = malloc((postings->n_terms + 1) * 2 * sizeof(*all));

	*n = 0;
	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < postings->n_terms; i++) {
		const struct term *term = &postings->terms[i];
		uint64_t key = 0;

		if (counts[i] == 0)
			continue;
		for (size_t k = 0; k < 8; k++)
			key = key << 8 |
			      (k < term->n ? (unsigned char)postings->texts[term->at + k]
					   : 0);
		all[(*n)++] = (struct sorted){key, (uint32_t)i};
	}
	sort_keys(all, all + *n, *n);
	for (size_t i = 0, same; i < *n; i += same) {
		for (same = 1; i + same < *n && all[i + same].key == all[i].key;)
			same++;
		if (same > 1)
			qsort_r(all + i, same, sizeof(*all), by_text, postings);
	}
	return all;
}

/* ---- Writing ---------------------------------------------------------------- */

/* How often each term stands in n documents; malloc'd, and small, for it is asked at
   random.  NULL without memory. */
static uint32_t *
count_terms(struct postings *postings, struct postings_document *const *order, size_t n)
{
	uint32_t *counts = calloc(postings->n_terms + 1, sizeof(*counts));

	for (size_t i = 0; counts != NULL && i < n; i++) {
		size_t word = order[i]->first;

		for (size_t column = 0; column < SEGMENTS_COLUMNS; column++)
			for (uint32_t k = 0; k < order[i]->words[column]; k++)
				counts[postings->words[word++]]++;
	}
	return counts;
}

/*
 * Where some of the terms stand, by term in their order, by document, by position.  to:
 * by term, where the first posting of it goes, from 1 on, and 0 where it is none of them;
 * it becomes where its part ends.
 */
static void
scatter(const struct postings *postings, struct postings_document *const *order, size_t n,
    uint32_t *to, struct posting *all)
{
	for (size_t i = 0; i < n; i++) {
		const uint32_t *word = postings->words + order[i]->first;

		for (uint32_t column = 0; column < SEGMENTS_COLUMNS; column++)
			for (uint32_t k = 0; k < order[i]->words[column]; k++, word++)
				if (to[*word] != 0)
					all[to[*word]++ - 1] = (struct posting){
					    (uint32_t)i, column << WHERE_BITS | k};
	}
}

/* Positions of a term in a document as FTS5 writes them: the column where it is not the
   first, and distances.  out has room for nine bytes each.  Returns the bytes. */
static size_t
put_positions(unsigned char *out, const struct posting *postings, size_t n)
{
	uint32_t column = 0, before = 0;
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t where = postings[i].where & ((1u << WHERE_BITS) - 1);

		if (postings[i].where >> WHERE_BITS != column) {
			column = postings[i].where >> WHERE_BITS;
			before = 0;
			out[used++] = 1;
			out[used++] = (unsigned char)column;
		}
		used += segment_number(out + used, where - before + 2);
		before = where;
	}
	return used;
}

/* What is asked for again and again of the documents in their order. */
struct place {
	int64_t place;
	bool gone;
};

static int
put_document(struct segment *segment, const struct place *place, bool gone,
    const struct posting *postings, size_t n)
{
	unsigned char some[128] = {0}, *positions = some;
	size_t used;

	if (n * 9 > sizeof(some) && (positions = calloc(n, 9)) == NULL)
		return -1;
	used = put_positions(positions, postings, n);
	segment_document(segment, place->place, gone, positions, used);
	if (positions != some)
		free(positions);
	return 0;
}

static int
put_term(const struct place *places, const struct posting *all, size_t n,
    struct segment *segment)
{
	for (size_t i = 0, end; i < n; i = end) {
		const struct place *place = &places[all[i].document];
		size_t from = i;

		/* What takes the place of one that goes comes right behind it. */
		if (place->gone)
			while (from < n && places[all[from].document].gone &&
			       places[all[from].document].place == place->place)
				from++;
		end = from;
		if (from == i ||
		    (from < n && places[all[from].document].place == place->place))
			while (end < n && all[end].document == all[from].document)
				end++;
		if (put_document(segment, place, place->gone, all + from, end - from) !=
		    0)
			return -1;
	}
	return 0;
}

/* How many of the terms from the first on have so many postings together, one of them at
   least. */
static size_t
slice(const struct sorted *terms, size_t n, const uint32_t *counts, size_t *postings)
{
	size_t i = 0;

	for (*postings = 0; i < n; i++) {
		if (i > 0 && *postings + counts[terms[i].term] > POSTINGS_AT_ONCE)
			break;
		*postings += counts[terms[i].term];
	}
	return i;
}

/* Some terms, whose postings fit into all. */
static int
put_terms(struct postings *postings, struct postings_document *const *order, size_t n,
    const struct place *places, const struct sorted *terms, size_t n_terms, uint32_t *to,
    struct posting *all, struct segment *segment)
{
	uint32_t at = 0;
	int result = 0;

	scatter(postings, order, n, to, all);
	for (size_t i = 0; i < n_terms; i++) {
		const struct term *term = &postings->terms[terms[i].term];
		uint32_t end = to[terms[i].term] - 1;

		to[terms[i].term] = 0;
		if (result != 0)
			continue;
		segment_term(segment, postings->texts + term->at, term->n);
		result = put_term(places, all + at, end - at, segment);
		at = end;
	}
	return result;
}

int
postings_write(struct postings *postings, struct postings_document *const *order,
    size_t n, struct segment *segment)
{
	struct place *places = calloc(n + 1, sizeof(*places));
	uint32_t *counts = count_terms(postings, order, n);
	uint32_t *to = calloc(postings->n_terms + 1, sizeof(*to));
	struct sorted *terms = NULL;
	struct posting *all = NULL;
	size_t n_terms = 0, room = 0, wanted;
	int result = -1;

	if (counts != NULL)
		terms = sort_terms(postings, counts, &n_terms);
	if (terms == NULL || places == NULL || to == NULL)
		goto done;
	result = 0;
	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){order[i]->place, order[i]->gone};
	for (size_t i = 0, some; result == 0 && i < n_terms; i += some) {
		uint32_t at = 1;

		some = slice(terms + i, n_terms - i, counts, &wanted);
		if (wanted > room) {
			free(all);
			room = postings->n_words < POSTINGS_AT_ONCE ? postings->n_words
								    : POSTINGS_AT_ONCE;
			room = wanted > room ? wanted : room;
			all = calloc(room, sizeof(*all));
		}
		if (all == NULL) {
			result = -1;
			break;
		}
		for (size_t k = i; k < i + some; k++) {
			to[terms[k].term] = at;
			at += counts[terms[k].term];
		}
		result = put_terms(
		    postings, order, n, places, terms + i, some, to, all, segment);
	}
done:
	free(places);
	free(counts);
	free(to);
	free(terms);
	free(all);
	return result;
}

void
postings_clear(struct postings *postings)
{
	postings->n_documents = 0;
	postings->n_words = 0;
	postings->failed = false;
	if (postings->n_terms < TERMS_MANY)
		return;
	postings->n_terms = 0;
	postings->n_texts = 0;
	memset(postings->slots, 0, (postings->mask + 1) * sizeof(*postings->slots));
}

void
postings_close(struct postings *postings)
{
	if (postings == NULL)
		return;
	tokens_close(postings->tokens);
	free(postings->documents);
	free(postings->words);
	free(postings->terms);
	free(postings->texts);
	free(postings->slots);
	free(postings);
}
