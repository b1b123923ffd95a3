#include "text/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void
json_begin(struct json *s, const char *text, size_t length)
{
	*s = (struct json){.text = text, .length = length, .mark = JSON_STRIDE};
}

static void
pass_mark(struct json *s, size_t at)
{
	if (s->passed != NULL)
		s->passed(s->context, at);
	s->mark = at + JSON_STRIDE;
}

static bool
fail(struct json *s, size_t at, const char *error)
{
	if (s->error == NULL) {
		s->at = at;
		s->error = error;
		if (at >= s->length) {
			s->truncated = true;
			s->error = "it ends too early";
		}
	}
	return false;
}

static inline void
note_unclean(struct json *s)
{
	if (!s->unclean)
		s->unclean_at = s->at;
	s->unclean = true;
}

static inline void
skip_space(struct json *s)
{
	while (s->at < s->length) {
		char c = s->text[s->at];

		if (c == '\n' || c == '\r')
			note_unclean(s);
		else if (c != ' ' && c != '\t')
			return;
		s->at++;
	}
}

/*
 * Length of the UTF-8 sequence at p, 0 if it is none (RFC 3629, section 4).
 */
static size_t
utf8_length(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (left < n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0; /* overlong */
	else if (p[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (p[0] == 0xf0)
		low = 0x90; /* overlong */
	else if (p[0] == 0xf4)
		high = 0x8f; /* above U+10FFFF */
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

/* Is what stands at p the beginning of a sequence that the text's end cuts off? */
static bool
utf8_is_cut(const unsigned char *p, size_t left)
{
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;

	if (p[0] < 0xc2 || p[0] > 0xf4 || left >= n)
		return false;
	for (size_t i = 1; i < left; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return false;
	return true;
}

static inline int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#define BYTES(x) (0x0101010101010101ULL * (x))

/*
 * Offset of the first byte at or after at that a string cannot simply contain:
 * a quote, a backslash, a control character or one outside ASCII.  Eight bytes
 * at a time: zero-byte detection, see Warren, Hacker's Delight, 6-1.
 */
static inline size_t
plain_run(const char *text, size_t at, size_t length)
{
	while (length - at >= 8) {
		uint64_t x, quote, slash;

		memcpy(&x, text + at, 8);
		quote = x ^ BYTES(0x22);
		slash = x ^ BYTES(0x5c);
		x = ((quote - BYTES(0x01)) & ~quote) | ((slash - BYTES(0x01)) & ~slash) |
		    ((x - BYTES(0x20)) & ~x) | x;
		x &= BYTES(0x80);
		if (x == 0) {
			at += 8;
			continue;
		}
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		return at + (size_t)__builtin_ctzll(x) / 8;
#else
		break;
#endif
	}
	while (at < length) {
		unsigned char c = (unsigned char)text[at];

		if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80)
			break;
		at++;
	}
	return at;
}

/* s->at stands on the opening quote; leaves it behind the closing one. */
static bool
read_string(struct json *s)
{
	const char *text = s->text;
	const unsigned char *p;
	size_t at = s->at + 1, n;

	for (;;) {
		size_t end = s->length < s->mark ? s->length : s->mark;

		if (at < end)
			at = plain_run(text, at, end);
		if (at >= s->mark && at < s->length) {
			pass_mark(s, at);
			continue;
		}
		if (at >= s->length)
			return fail(s, at, "");
		switch (text[at]) {
		case '"':
			s->at = at + 1;
			return true;
		case '\\':
			if (++at >= s->length)
				return fail(s, at, "");
			if (text[at] == 'u') {
				for (int i = 0; i < 4; i++)
					if (++at >= s->length || hex_value(text[at]) < 0)
						return fail(s, at,
						    "a \\u is not followed by four "
						    "hexadecimal digits");
			} else if (strchr("\"\\/bfnrt", text[at]) == NULL ||
				   text[at] == '\0') {
				return fail(s, at, "an unknown escape in a string");
			}
			at++;
			break;
		default:
			if ((unsigned char)text[at] < 0x20)
				return fail(s, at, "a control character in a string");
			p = (const unsigned char *)text + at;
			n = utf8_length(p, s->length - at);
			if (n == 0 && utf8_is_cut(p, s->length - at))
				return fail(s, s->length, "");
			if (n == 0)
				return fail(s, at, "invalid UTF-8");
			at += n;
		}
	}
}

static inline bool
is_digit(const struct json *s, size_t at)
{
	return at < s->length && s->text[at] >= '0' && s->text[at] <= '9';
}

static bool
read_word(struct json *s, const char *word)
{
	size_t n = strlen(word), left = s->length - s->at;

	if (left < n && memcmp(s->text + s->at, word, left) == 0)
		return fail(s, s->length, "");
	if (left < n || memcmp(s->text + s->at, word, n) != 0)
		return fail(s, s->at, "an unknown word");
	s->at += n;
	return true;
}

static bool
read_number(struct json *s)
{
	size_t at = s->at;

	if (s->text[at] == '-')
		at++;
	if (at < s->length && s->text[at] == 'I') {
		note_unclean(s);
		s->at = at;
		return read_word(s, "Infinity");
	}
	if (!is_digit(s, at))
		return fail(s, at, "a number without digits");
	if (s->text[at] == '0')
		at++;
	else
		while (is_digit(s, at))
			at++;
	if (at < s->length && s->text[at] == '.') {
		at++;
		if (!is_digit(s, at))
			return fail(s, at, "a number that ends in a point");
		while (is_digit(s, at))
			at++;
	}
	if (at < s->length && (s->text[at] == 'e' || s->text[at] == 'E')) {
		at++;
		if (at < s->length && (s->text[at] == '+' || s->text[at] == '-'))
			at++;
		if (!is_digit(s, at))
			return fail(s, at, "a number without an exponent");
		while (is_digit(s, at))
			at++;
	}
	s->at = at;
	return true;
}

static inline bool
read_scalar(struct json *s)
{
	switch (s->text[s->at]) {
	case '"':
		return read_string(s);
	case 't':
		return read_word(s, "true");
	case 'f':
		return read_word(s, "false");
	case 'n':
		return read_word(s, "null");
	case 'N':
		note_unclean(s);
		return read_word(s, "NaN");
	case 'I':
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return read_number(s);
	default:
		return fail(s, s->at, "a value is missing");
	}
}

char
json_peek(struct json *s)
{
	skip_space(s);
	return s->at < s->length ? s->text[s->at] : '\0';
}

bool
json_open(struct json *s, char bracket)
{
	if (s->error != NULL)
		return false;
	skip_space(s);
	if (s->at >= s->length || s->text[s->at] != bracket)
		return fail(s, s->at,
		    bracket == '{' ? "an object is expected" : "an array is expected");
	s->at++;
	s->fresh = true;
	return true;
}

/* The comma or the end of a container; true if something follows. */
static bool
read_separator(struct json *s, char close)
{
	bool first = s->fresh;

	s->fresh = false;
	if (s->error != NULL)
		return false;
	skip_space(s);
	if (s->at >= s->length)
		return fail(s, s->at, "");
	if (s->text[s->at] == close) {
		s->at++;
		return false;
	}
	if (first)
		return true;
	if (s->text[s->at] != ',')
		return fail(s, s->at, "a comma is missing");
	s->at++;
	skip_space(s);
	return true;
}

/* A member's name and the colon behind it; end gets the offset after the name. */
static bool
read_key(struct json *s, size_t *end)
{
	if (s->at >= s->length || s->text[s->at] != '"')
		return fail(s, s->at, "a member without a name");
	if (!read_string(s))
		return false;
	*end = s->at;
	skip_space(s);
	if (s->at >= s->length || s->text[s->at] != ':')
		return fail(s, s->at, "a colon is missing");
	s->at++;
	return true;
}

bool
json_member(struct json *s, struct json_span *key)
{
	size_t begin, end;

	if (!read_separator(s, '}'))
		return false;
	begin = s->at;
	if (!read_key(s, &end))
		return false;
	*key = (struct json_span){s->text + begin, end - begin};
	return true;
}

bool
json_element(struct json *s)
{
	return read_separator(s, ']');
}

bool
json_value(struct json *s, struct json_span *value)
{
	uint64_t objects[JSON_DEPTH / 64] = {0}; /* one bit a level: is it an object? */
	size_t begin, end, depth = 0;
	bool object = false;

	if (s->error != NULL)
		return false;
	skip_space(s);
	begin = s->at;
	for (;;) {
		char c;

		/* A value is next. */
		if (s->at >= s->mark)
			pass_mark(s, s->at);
		skip_space(s);
		if (s->at >= s->length)
			return fail(s, s->at, "");
		c = s->text[s->at];
		if (c == '{' || c == '[') {
			if (depth == JSON_DEPTH)
				return fail(s, s->at, "it is nested too deeply");
			object = c == '{';
			if (object)
				objects[depth / 64] |= 1ULL << (depth % 64);
			else
				objects[depth / 64] &= ~(1ULL << (depth % 64));
			depth++;
			s->at++;
			skip_space(s);
			if (s->at >= s->length)
				return fail(s, s->at, "");
			if (s->text[s->at] != (object ? '}' : ']')) {
				if (object && !read_key(s, &end))
					return false;
				continue;
			}
		} else if (!read_scalar(s)) {
			return false;
		} else if (depth == 0) {
			break;
		}
		/* A comma or closing brackets are next. */
		for (;;) {
			skip_space(s);
			if (s->at >= s->length)
				return fail(s, s->at, "");
			c = s->text[s->at];
			if (c == ',')
				break;
			if (c != (object ? '}' : ']'))
				return fail(s, s->at, "a comma is missing");
			s->at++;
			if (--depth == 0)
				goto done;
			object = (objects[(depth - 1) / 64] >> ((depth - 1) % 64)) & 1;
		}
		s->at++;
		if (object) {
			skip_space(s);
			if (!read_key(s, &end))
				return false;
		}
	}
done:
	if (value != NULL)
		*value = (struct json_span){s->text + begin, s->at - begin};
	s->fresh = false;
	return true;
}

bool
json_end(struct json *s)
{
	if (s->error != NULL)
		return false;
	skip_space(s);
	if (s->at < s->length)
		return fail(s, s->at, "something follows the value");
	return true;
}

/* ---- Text that was checked before ------------------------------------------- */

/* The first quote or backslash from p on, of which there is one before end. */
static inline const char *
quote_or_slash(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	while (end - p >= 8) {
		uint64_t x, quote, slash;

		memcpy(&x, p, 8);
		quote = x ^ BYTES(0x22);
		slash = x ^ BYTES(0x5c);
		/* What is above the first one found may be found in error. */
		x = (((quote - BYTES(0x01)) & ~quote) |
			((slash - BYTES(0x01)) & ~slash)) &
		    BYTES(0x80);
		if (x != 0)
			return p + __builtin_ctzll(x) / 8;
		p += 8;
	}
#endif
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Behind a string that begins at p. */
static inline const char *
behind_string(const char *p, const char *end)
{
	for (p++; (p = quote_or_slash(p, end)) < end; p += 2)
		if (*p == '"')
			return p + 1;
	return end;
}

static inline const char *
behind_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* A word whose highest bit is set in bytes that are 0, and maybe in some behind those. */
#define ZEROS(word) (((word)-BYTES(0x01)) & ~(word))

/* The first quote or bracket from p on, or end.  A bit makes '[' a '{', and ']' a '}'. */
static inline const char *
quote_or_bracket(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	for (; end - p >= 8; p += 8) {
		uint64_t x, folded;

		memcpy(&x, p, 8);
		folded = x | BYTES(0x20);
		x = (ZEROS(x ^ BYTES('"')) | ZEROS(folded ^ BYTES('{')) |
			ZEROS(folded ^ BYTES('}'))) &
		    BYTES(0x80);
		if (x != 0)
			return p + __builtin_ctzll(x) / 8;
	}
#endif
	while (p < end && *p != '"' && *p != '{' && *p != '[' && *p != '}' && *p != ']')
		p++;
	return p;
}

/* The first byte from p on that ends a number or a word: a comma, a bracket, a space. */
static inline const char *
end_of_word(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	for (; end - p >= 8; p += 8) {
		uint64_t x, spaces;

		memcpy(&x, p, 8);
		spaces = (x - BYTES(0x21)) & ~x;
		x = (ZEROS(x ^ BYTES(',')) | ZEROS((x | BYTES(0x20)) ^ BYTES('}')) |
			spaces) &
		    BYTES(0x80);
		if (x != 0)
			return p + __builtin_ctzll(x) / 8;
	}
#endif
	while (p < end && *p != ',' && *p != '}' && *p != ']' && (unsigned char)*p > ' ')
		p++;
	return p;
}

/* Behind the value that begins at p. */
static inline const char *
behind_value(const char *p, const char *end)
{
	size_t depth = 0;

	if (*p == '"')
		return behind_string(p, end);
	if (*p != '{' && *p != '[')
		return end_of_word(p, end);
	while ((p = quote_or_bracket(p, end)) < end) {
		if (*p == '"') {
			p = behind_string(p, end);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (--depth == 0)
			return p + 1;
		p++;
	}
	return p;
}

struct json_walk
json_walk(struct json_span object)
{
	struct json_walk walk = {object.p, object.p};

	if (object.p == NULL)
		return walk;
	walk.end = object.p + object.n;
	walk.at = behind_space(object.p, walk.end);
	if (walk.at < walk.end && *walk.at == '{')
		walk.at++;
	else
		walk.at = walk.end;
	return walk;
}

bool
json_walk_next(struct json_walk *walk, struct json_span *key, struct json_span *value)
{
	const char *p = behind_space(walk->at, walk->end), *end = walk->end;

	if (p < end && *p == ',')
		p = behind_space(p + 1, end);
	if (p >= end || *p != '"')
		return false;
	key->p = p;
	p = behind_string(p, end);
	key->n = (size_t)(p - key->p);
	p = behind_space(p, end);
	p = p < end ? behind_space(p + 1, end) : end; /* the colon */
	if (p >= end)
		return false;
	value->p = p;
	p = behind_value(p, end);
	value->n = (size_t)(p - value->p);
	walk->at = p;
	return true;
}

bool
json_find(struct json_span object, const char *name, struct json_span *value)
{
	struct json_walk walk = json_walk(object);
	struct json_span key;

	while (json_walk_next(&walk, &key, value))
		if (json_string_is(key, name))
			return true;
	return false;
}

/* The next character of a string's inside as UTF-8 in out; returns its length. */
static size_t
decode_one(const char **p, const char *end, char out[4])
{
	uint32_t c = 0;

	if (**p != '\\') {
		out[0] = *(*p)++;
		return 1;
	}
	(*p)++;
	switch (*(*p)++) {
	case 'b':
		out[0] = '\b';
		return 1;
	case 'f':
		out[0] = '\f';
		return 1;
	case 'n':
		out[0] = '\n';
		return 1;
	case 'r':
		out[0] = '\r';
		return 1;
	case 't':
		out[0] = '\t';
		return 1;
	case 'u':
		break;
	default: /* quote, backslash, slash */
		out[0] = (*p)[-1];
		return 1;
	}
	for (int i = 0; i < 4; i++)
		c = c << 4 | (uint32_t)hex_value(*(*p)++);
	if (c >= 0xd800 && c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' &&
	    (*p)[1] == 'u') {
		uint32_t low = 0;

		for (int i = 2; i < 6; i++)
			low = low << 4 | (uint32_t)hex_value((*p)[i]);
		if (low >= 0xdc00 && low < 0xe000) {
			*p += 6;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool
json_string_is(struct json_span string, const char *plain)
{
	return json_string_says(string, plain, strlen(plain));
}

bool
json_string_says(struct json_span string, const char *plain, size_t n)
{
	const char *p = string.p + 1, *end = string.p + string.n - 1;

	if (memchr(p, '\\', string.n - 2) == NULL)
		return n == string.n - 2 && memcmp(p, plain, n) == 0;
	while (p < end) {
		char c[4];
		size_t k = decode_one(&p, end, c);

		if (n < k || memcmp(plain, c, k) != 0)
			return false;
		plain += k;
		n -= k;
	}
	return n == 0;
}

size_t
json_string_decode(struct json_span string, char *out)
{
	const char *p = string.p + 1, *end = string.p + string.n - 1;
	size_t n = 0;

	while (p < end) {
		const char *escape = memchr(p, '\\', (size_t)(end - p));
		size_t k = (size_t)((escape != NULL ? escape : end) - p);
		char c[4];

		/* Up to the next one nothing is to be done; out may begin at or before p.
		 */
		memmove(out + n, p, k);
		n += k;
		p += k;
		if (p < end) {
			k = decode_one(&p, end, c);
			memcpy(out + n, c, k);
			n += k;
		}
	}
	out[n] = '\0';
	return n;
}

char *
json_string_copy(struct json_span string, size_t *n)
{
	char *text = malloc(string.n);
	size_t length;

	if (text == NULL)
		return NULL;
	length = json_string_decode(string, text);
	if (n != NULL)
		*n = length;
	return text;
}

bool
json_says(struct json_span object, const char *name, const char *plain)
{
	struct json_span value;

	return json_find(object, name, &value) && value.p[0] == '"' &&
	       json_string_is(value, plain);
}

/* What json_clean() must look at outside of strings. */
static const bool cleanable[256] = {
    ['"'] = true, ['\n'] = true, ['\r'] = true, ['N'] = true, ['I'] = true, ['-'] = true};

/* Length of the token at p that no strict reader takes, 0 if there is none. */
static size_t
odd_word(const char *p)
{
	switch (*p) {
	case 'N':
		return strlen("NaN");
	case 'I':
		return strlen("Infinity");
	case '-':
		return p[1] == 'I' ? strlen("-Infinity") : 0;
	default:
		return 0;
	}
}

void
json_clean(struct json_span value, size_t clean,
    void (*put)(void *context, const char *p, size_t n), void *context)
{
	const char *end = value.p + value.n, *from = value.p;
	const char *p = clean < value.n ? value.p + clean : end;

	for (;;) {
		size_t word;

		while (p < end && !cleanable[(unsigned char)*p])
			p++;
		if (p == end)
			break;
		if (*p == '"') {
			p++;
			while (*(p = value.p + plain_run(value.p, (size_t)(p - value.p),
						   value.n)) != '"')
				p += *p == '\\' ? 2 : 1;
			p++;
		} else if (*p == '\n' || *p == '\r') {
			put(context, from, (size_t)(p - from));
			put(context, " ", 1);
			from = ++p;
		} else if ((word = odd_word(p)) > 0) {
			put(context, from, (size_t)(p - from));
			put(context, "\"", 1);
			put(context, p, word);
			put(context, "\"", 1);
			from = p += word;
		} else {
			p++;
		}
	}
	put(context, from, (size_t)(end - from));
}
