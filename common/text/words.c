#include "text/words.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "text/utf8.h"

/*
 * Scripts that write no spaces between words, by their blocks (Unicode 14, Blocks.txt).
 * Korean has spaces, but its particles grow on the words; so it is taken apart, too.
 */
static bool
is_spaceless(unsigned c)
{
	static const struct {
		unsigned first, last;
	} blocks[] = {
	    {0x0E00, 0x0EFF},	/* Thai, Lao */
	    {0x1000, 0x109F},	/* Myanmar */
	    {0x1780, 0x17FF},	/* Khmer */
	    {0x2E80, 0x2FDF},	/* radicals of Chinese characters */
	    {0x3005, 0x3007},	/* iteration mark, closing mark, zero */
	    {0x3041, 0x30FF},	/* Hiragana, Katakana */
	    {0x3105, 0x318F},	/* Bopomofo, Hangul */
	    {0x31A0, 0x31FF},	/* the same, extended */
	    {0x3400, 0x4DBF},	/* Chinese characters */
	    {0x4E00, 0x9FFF},	/* the same */
	    {0xAC00, 0xD7A3},	/* Hangul syllables */
	    {0xF900, 0xFAFF},	/* Chinese characters */
	    {0x20000, 0x3FFFD}, /* the same */
	};

	if (c < blocks[0].first)
		return false;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (c <= blocks[i].last)
			return c >= blocks[i].first;
	return false;
}

/* Letters, numbers, private use: what unicode61 makes words of. */
static bool
is_word(unsigned c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		       (c >= 'a' && c <= 'z');
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
	case UTF8PROC_CATEGORY_CO:
		return true;
	default:
		return false;
	}
}

static void
put_character(struct buffer *out, unsigned c, bool parts)
{
	char bytes[6];
	size_t n = 0;

	if (parts && is_spaceless(c)) {
		bytes[n++] = ' ';
		n += utf8_write(c, bytes + n);
		bytes[n++] = ' ';
	} else {
		n = utf8_write(c, bytes);
	}
	buffer_put(out, bytes, n);
}

/* Leave out the accents of a composed text. */
static void
put_plain(struct buffer *out, const char *p, size_t n, bool parts)
{
	for (size_t at = 0; at < n;) {
		utf8proc_int32_t decomposed[8];
		utf8proc_ssize_t count;
		unsigned c = 0;
		size_t length = utf8_read(p + at, n - at, &c);

		at += length > 0 ? length : 1;
		if (c < 0x80 || is_spaceless(c)) {
			put_character(out, c, parts);
			continue;
		}
		count = utf8proc_decompose_char((utf8proc_int32_t)c, decomposed, 8,
		    UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, NULL);
		for (utf8proc_ssize_t i = 0; i < count && i < 8; i++)
			if (utf8proc_category(decomposed[i]) != UTF8PROC_CATEGORY_MN)
				put_character(out, (unsigned)decomposed[i], parts);
	}
}

/* Text that is no ASCII, and UTF-8. */
static void
fold_unicode(struct buffer *out, const char *p, size_t n, bool parts)
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t length =
	    utf8proc_map((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)n, &composed,
		UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE |
		    UTF8PROC_STABLE);

	if (length >= 0)
		put_plain(out, (const char *)composed, (size_t)length, parts);
	else
		out->failed = true;
	free(composed);
}

bool
words_stands_alone(unsigned c)
{
	utf8proc_int32_t parts[32];
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, parts, 32,
	    UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE |
		UTF8PROC_STABLE,
	    NULL);

	if (n < 1 || n > 32)
		return false;
	/* Vowels and final consonants of Korean. */
	if (parts[0] >= 0x1160 && parts[0] <= 0x11FF)
		return false;
	switch (utf8proc_category(parts[0])) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return false;
	default:
		return utf8proc_get_property(parts[0])->combining_class == 0;
	}
}

/* What characters fold to, where that does not depend on what is around them: those that
   were met last. */
struct known {
	unsigned c; /* 0: none */
	bool parts;
	unsigned char n;
	char bytes[10];
};

static const struct known *
known_fold(unsigned c, bool parts)
{
	static _Thread_local struct known all[512];
	struct known *known = &all[(c * 2 + parts) % 512];
	struct buffer out = {0};
	char bytes[4];

	if (known->c == c && known->parts == parts)
		return known;
	if (!words_stands_alone(c))
		return NULL;
	fold_unicode(&out, bytes, utf8_write(c, bytes), parts);
	if (!out.failed && out.n <= sizeof(known->bytes)) {
		*known =
		    (struct known){.c = c, .parts = parts, .n = (unsigned char)out.n};
		memcpy(known->bytes, out.p, out.n);
	} else {
		known = NULL;
	}
	buffer_free(&out);
	return known;
}

/* How much of a text can be folded character by character: all that is not followed by
   what combines with it. */
static size_t
fold_known(struct buffer *out, const char *p, size_t n, bool parts)
{
	struct known waiting = {0};
	char some[256 + sizeof(waiting.bytes)];
	size_t at = 0, next = 0, used = 0;

	some[0] = '\0';
	for (size_t length; next < n; next += length) {
		const struct known *known = NULL;
		unsigned c = 0;

		length = utf8_read(p + next, n - next, &c);
		if (length > 0 && c != 0)
			known = known_fold(c, parts);
		if (known == NULL)
			break;
		memcpy(some + used, waiting.bytes, sizeof(waiting.bytes));
		used += waiting.n;
		if (used > 256) {
			buffer_put(out, some, used);
			used = 0;
		}
		waiting = *known;
		at = next;
	}
	buffer_put(out, some, used);
	if (next < n)
		return at;
	buffer_put(out, waiting.bytes, waiting.n);
	return n;
}

static void
fold_ascii(struct buffer *out, const char *p, size_t n)
{
	char some[512];

	for (size_t at = 0, part; at < n; at += part) {
		part = n - at < sizeof(some) ? n - at : sizeof(some);
		for (size_t i = 0; i < part; i++) {
			char c = p[at + i];

			some[i] = c >= 'A' && c <= 'Z' ? (char)(c + 0x20) : c;
		}
		buffer_put(out, some, part);
	}
}

void
words_fold(struct buffer *out, const char *p, size_t n, bool parts)
{
	while (n > 0) {
		size_t plain = utf8_ascii(p, n), rest;

		/* A combining character belongs to the letter before it. */
		if (plain < n && plain > 0)
			plain--;
		fold_ascii(out, p, plain);
		p += plain;
		n -= plain;
		if (n == 0)
			break;
		/* Up to a space, where nothing can combine any more. */
		rest = 1;
		while (rest < n && p[rest] != ' ' && p[rest] != '\n')
			rest++;
		for (size_t valid; rest > 0; rest -= valid, p += valid, n -= valid) {
			valid = fold_known(out, p, rest, parts);
			rest -= valid;
			p += valid;
			n -= valid;
			if (rest == 0)
				break;
			valid = utf8_valid(p, rest);
			if (valid > 0) {
				fold_unicode(out, p, valid, parts);
			} else {
				buffer_put(out, "\xEF\xBF\xBD", 3);
				valid = 1;
			}
		}
	}
}

/* What most texts are made of. */
static inline bool
is_plain_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/* The bytes of what alphabets write in two, where they are a part of words; else 0. */
static inline size_t
short_word(const char *p, size_t n)
{
	static _Thread_local enum { UNKNOWN, WORD, NONE } kinds[0x800];
	const unsigned char *b = (const unsigned char *)p;
	unsigned c;

	if (n < 2 || b[0] < 0xC2 || b[0] >= 0xE0 || (b[1] & 0xC0) != 0x80)
		return 0;
	c = (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
	if (kinds[c] == UNKNOWN)
		kinds[c] = is_word(c) ? WORD : NONE;
	return kinds[c] == WORD ? 2 : 0;
}

bool
words_next(const char *p, size_t n, size_t *at, size_t *length)
{
	size_t begin = *at, end;
	unsigned c = 0;

	for (size_t size; begin < n; begin += size) {
		size = 1;
		if ((unsigned char)p[begin] < 0x80) {
			c = (unsigned char)p[begin];
			if (is_plain_word(p[begin]))
				break;
			continue;
		}
		if (short_word(p + begin, n - begin) > 0) {
			c = 0x80; /* no character of a script without spaces */
			break;
		}
		size = utf8_read(p + begin, n - begin, &c);
		if (size == 0)
			size = 1;
		else if (is_word(c) || is_spaceless(c))
			break;
	}
	if (begin >= n)
		return false;
	end = begin;
	for (bool alone = is_spaceless(c); end < n;) {
		size_t size;

		while (
		    !alone && end < n &&
		    (size = is_plain_word(p[end]) ? 1 : short_word(p + end, n - end)) > 0)
			end += size;
		if (end == n)
			break;
		size = utf8_read(p + end, n - end, &c);
		if (size == 0 || (end > begin && (alone || is_spaceless(c))))
			break;
		/* An accent that is typed behind its letter. */
		if (end > begin && !is_word(c) && !(c >= 0x300 && c < 0x370))
			break;
		end += size;
	}
	*at = begin;
	*length = end - begin;
	return true;
}
