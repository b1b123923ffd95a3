#include "db/tokens.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "text/buffer.h"
#include "text/utf8.h"
#include "text/words.h"

/* What a character becomes: bytes of a word, a NUL where a word ends. */
struct character {
	char bytes[8];
	unsigned char n;
	bool ends;				  /* there is a NUL */
	enum { UNKNOWN, KNOWN, ENTANGLED } state; /* it depends on what is around it */
};

#define PAGE 256
#define PAGES (0x110000 / PAGE)

struct tokens {
	fts5_tokenizer stock;
	Fts5Tokenizer *instance;
	struct character *typed[PAGES];	 /* as people type it */
	struct character *folded[PAGES]; /* as words_fold() leaves it */
	bool failed;
	char plain[128]; /* ASCII: the byte it becomes, NUL if it ends a word */
	tokens_take *take;
	void *context;
	size_t n; /* of the word so far */
	char word[TOKENS_LONGEST + 8];
};

/* ---- The stock tokenizer ---------------------------------------------------- */

/* What it finds in a short text. */
struct found {
	int words;
	size_t n; /* of the first one */
	char first[16];
};

static int
note(void *context, int flags, const char *word, int n, int begin, int end)
{
	struct found *found = context;

	(void)flags, (void)begin, (void)end;
	if (found->words++ == 0 && n <= (int)sizeof(found->first)) {
		memcpy(found->first, word, (size_t)n);
		found->n = (size_t)n;
	}
	return SQLITE_OK;
}

static struct found
ask(struct tokens *tokens, const char *before, const char *c, size_t n, const char *after)
{
	struct found found = {0};
	char text[16];
	size_t used = strlen(before);

	memcpy(text, before, used);
	memcpy(text + used, c, n);
	used += n;
	memcpy(text + used, after, strlen(after));
	used += strlen(after);
	if (tokens->stock.xTokenize(tokens->instance, &found, FTS5_TOKENIZE_DOCUMENT,
		text, (int)used, note) != SQLITE_OK)
		tokens->failed = true;
	return found;
}

static fts5_api *
api_of(sqlite3 *db, const char *path)
{
	sqlite3_stmt *statement = db_prepare(db, path, "SELECT fts5(?)");
	fts5_api *api = NULL;

	if (statement != NULL) {
		sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
		sqlite3_step(statement);
	}
	sqlite3_finalize(statement);
	return api;
}

/* ---- Characters ------------------------------------------------------------- */

static struct character *
character_at(struct tokens *tokens, struct character **pages, unsigned c)
{
	static struct character none = {.state = ENTANGLED};
	struct character **page = &pages[c / PAGE];

	if (*page == NULL && (*page = calloc(PAGE, sizeof(**page))) == NULL) {
		tokens->failed = true;
		return &none;
	}
	return &(*page)[c % PAGE];
}

/* A character of a folded text.  One that is a part of words, but begins none, is
   entangled with what is before it. */
static const struct character *
folded(struct tokens *tokens, unsigned c)
{
	struct character *made = character_at(tokens, tokens->folded, c);
	char bytes[4];
	size_t n;
	struct found inside;

	if (made->state != UNKNOWN)
		return made;
	n = utf8_write(c, bytes);
	inside = ask(tokens, "x", bytes, n, "x");
	made->state = KNOWN;
	if (inside.words != 1) {
		made->n = 1;
		made->ends = true;
	} else if (inside.n - 2 > sizeof(made->bytes)) {
		tokens->failed = true; /* cannot be: it is one character again */
	} else {
		made->n = (unsigned char)(inside.n - 2);
		memcpy(made->bytes, inside.first + 1, made->n);
		if (ask(tokens, " ", bytes, n, " ").words == 0)
			made->state = ENTANGLED;
	}
	return made;
}

static void
learn(struct tokens *tokens, struct character *made, unsigned c)
{
	struct buffer out = {0};
	char bytes[4];

	made->state = KNOWN;
	words_fold(&out, bytes, utf8_write(c, bytes), true);
	if (!words_stands_alone(c))
		made->state = ENTANGLED;
	for (size_t at = 0; at < out.n && made->state == KNOWN;) {
		const struct character *part;
		unsigned f = 0;
		size_t n = utf8_read(out.p + at, out.n - at, &f);

		at += n > 0 ? n : 1;
		part = folded(tokens, f);
		if (part->state != KNOWN || made->n + part->n > sizeof(made->bytes)) {
			made->state = ENTANGLED;
			break;
		}
		memcpy(made->bytes + made->n, part->bytes, part->n);
		made->n = (unsigned char)(made->n + part->n);
		made->ends |= part->ends;
	}
	tokens->failed |= out.failed;
	buffer_free(&out);
}

static inline const struct character *
typed(struct tokens *tokens, unsigned c)
{
	struct character *page = tokens->typed[c / PAGE], *made;

	if (page != NULL && page[c % PAGE].state != UNKNOWN)
		return &page[c % PAGE];
	made = character_at(tokens, tokens->typed, c);
	if (made->state == UNKNOWN)
		learn(tokens, made, c);
	return made;
}

/* As utf8_read(), with the usual at hand. */
static inline size_t
read_character(const char *p, size_t n, unsigned *c)
{
	const unsigned char *b = (const unsigned char *)p;

	if (b[0] < 0x80) {
		*c = b[0];
		return 1;
	}
	if (n >= 2 && b[0] >= 0xC2 && b[0] < 0xE0 && (b[1] & 0xC0) == 0x80) {
		*c = (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
		return 2;
	}
	if (n >= 3 && b[0] > 0xE0 && b[0] < 0xED && (b[1] & 0xC0) == 0x80 &&
	    (b[2] & 0xC0) == 0x80) {
		*c = (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
		return 3;
	}
	return utf8_read(p, n, c);
}

/* ---- Texts ------------------------------------------------------------------ */

static inline void
end_word(struct tokens *tokens)
{
	if (tokens->n > 0)
		tokens->take(tokens->context, tokens->word, tokens->n);
	tokens->n = 0;
}

static void
put_parts(struct tokens *tokens, const struct character *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->bytes[i] == '\0')
			end_word(tokens);
		else if (tokens->n < TOKENS_LONGEST)
			tokens->word[tokens->n++] = c->bytes[i];
}

static inline void
put(struct tokens *tokens, const struct character *c)
{
	if (c->ends || tokens->n + c->n > TOKENS_LONGEST) {
		put_parts(tokens, c);
		return;
	}
	/* A move of eight bytes is one, of a few a call. */
	memcpy(tokens->word + tokens->n, c->bytes, sizeof(c->bytes));
	tokens->n += c->n;
}

static void
put_ascii(struct tokens *tokens, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		char *to = tokens->word + tokens->n;
		size_t room = TOKENS_LONGEST - tokens->n;
		const char *stop = (size_t)(end - p) > room ? p + room : end;
		char c = '\0';

		while (p < stop && (c = tokens->plain[(unsigned char)*p]) != '\0') {
			*to++ = c;
			p++;
		}
		tokens->n = (size_t)(to - tokens->word);
		if (p == end)
			break;
		if (p == stop) /* there is no more room in the word */
			while (p < end && tokens->plain[(unsigned char)*p] != '\0')
				p++;
		if (p == end)
			break;
		end_word(tokens);
		while (p < end && tokens->plain[(unsigned char)*p] == '\0')
			p++;
	}
}

/* Of anything. */
static void
put_slowly(struct tokens *tokens, const char *p, size_t n)
{
	struct buffer out = {0};

	words_fold(&out, p, n, true);
	for (size_t at = 0; at < out.n;) {
		const struct character *part;
		unsigned c = 0;
		size_t length = utf8_read(out.p + at, out.n - at, &c);

		at += length > 0 ? length : 1;
		part = folded(tokens, c);
		if (part->state == KNOWN || tokens->n > 0)
			put(tokens, part);
	}
	tokens->failed |= out.failed;
	buffer_free(&out);
}

/* A stretch without spaces: a character is put when what follows it is seen to be none
   that it combines with. */
static void
put_stretch(struct tokens *tokens, const char *p, size_t n)
{
	const struct character *waiting = NULL;
	size_t from = 0;

	for (size_t at = 0; at < n;) {
		unsigned c = 0;
		size_t length = read_character(p + at, n - at, &c);
		const struct character *next = length > 0 ? typed(tokens, c) : NULL;

		if (next == NULL || next->state != KNOWN) {
			put_slowly(tokens, p + from, n - from);
			return;
		}
		if (waiting != NULL)
			put(tokens, waiting);
		waiting = next;
		from = at;
		at += length;
	}
	if (waiting != NULL)
		put(tokens, waiting);
}

bool
tokens_of(
    struct tokens *tokens, const char *text, size_t n, tokens_take *take, void *context)
{
	tokens->take = take;
	tokens->context = context;
	tokens->n = 0;
	while (n > 0) {
		size_t plain = utf8_ascii(text, n), rest = 1;

		/* A combining character belongs to the letter before it. */
		if (plain < n && plain > 0)
			plain--;
		put_ascii(tokens, text, plain);
		text += plain;
		n -= plain;
		if (n == 0)
			break;
		/* Up to a space, where nothing can combine any more. */
		while (rest < n && text[rest] != ' ' && text[rest] != '\n')
			rest++;
		put_stretch(tokens, text, rest);
		text += rest;
		n -= rest;
	}
	end_word(tokens);
	return !tokens->failed;
}

struct tokens *
tokens_open(sqlite3 *db, const char *path)
{
	static const char *options[] = {"remove_diacritics", "2"};
	struct tokens *tokens = calloc(1, sizeof(*tokens));
	fts5_api *api = api_of(db, path);
	void *data = NULL;

	if (tokens == NULL) {
		msg("no memory");
		return NULL;
	}
	if (api == NULL ||
	    api->xFindTokenizer(api, "unicode61", &data, &tokens->stock) != SQLITE_OK ||
	    tokens->stock.xCreate(data, options, 2, &tokens->instance) != SQLITE_OK) {
		msg("%s: this SQLite has no FTS5, which the index of words needs", path);
		free(tokens);
		return NULL;
	}
	for (unsigned c = 0; c < sizeof(tokens->plain); c++)
		tokens->plain[c] =
		    folded(tokens, c + (c >= 'A' && c <= 'Z' ? 0x20 : 0))->bytes[0];
	return tokens;
}

void
tokens_close(struct tokens *tokens)
{
	if (tokens == NULL)
		return;
	tokens->stock.xDelete(tokens->instance);
	for (size_t i = 0; i < PAGES; i++) {
		free(tokens->typed[i]);
		free(tokens->folded[i]);
	}
	free(tokens);
}
