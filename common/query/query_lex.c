#include "query/query_lex.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

/* The words that are no names.  Python's others are free. */
static const struct {
	const char *text;
	enum query_word word;
} keywords[] = {
    {"and", WORD_AND},
    {"or", WORD_OR},
    {"not", WORD_NOT},
    {"in", WORD_IN},
    {"is", WORD_IS},
    {"True", WORD_TRUE},
    {"False", WORD_FALSE},
    {"None", WORD_NONE},
};

/* Longer ones first.  Those with a remedy belong to other languages. */
static const struct {
	const char *text;
	enum query_word word;
	const char *remedy;
} operators[] = {
    {"===", WORD_END, "write '=='"},
    {"**", WORD_POWER, NULL},
    {"//", WORD_FLOOR_DIVIDE, NULL},
    {"<=", WORD_LESS_EQUAL, NULL},
    {">=", WORD_GREATER_EQUAL, NULL},
    {"==", WORD_EQUAL, NULL},
    {"!=", WORD_NOT_EQUAL, NULL},
    {"<>", WORD_END, "write '!='"},
    {"=>", WORD_END, "write '>='"},
    {"=<", WORD_END, "write '<='"},
    {"&&", WORD_END, "write 'and'"},
    {"||", WORD_END, "write 'or'"},
    {"<", WORD_LESS, NULL},
    {">", WORD_GREATER, NULL},
    {"+", WORD_PLUS, NULL},
    {"-", WORD_MINUS, NULL},
    {"*", WORD_TIMES, NULL},
    {"/", WORD_DIVIDE, NULL},
    {"%", WORD_MODULO, NULL},
    {"(", WORD_OPEN, NULL},
    {")", WORD_CLOSE, NULL},
    {"[", WORD_OPEN_LIST, NULL},
    {"]", WORD_CLOSE_LIST, NULL},
    {",", WORD_COMMA, NULL},
    {"=", WORD_END, "write '=='"},
    {"!", WORD_END, "write 'not'"},
    {"&", WORD_END, "write 'and'"},
    {"|", WORD_END, "write 'or'"},
    {"^", WORD_END, "write '**' for a power"},
    {"\xe2\x89\xa4", WORD_END, "write '<='"},
    {"\xe2\x89\xa5", WORD_END, "write '>='"},
    {"\xe2\x89\xa0", WORD_END, "write '!='"},
    {"\xe2\x80\x98", WORD_END, "write ' for a quotation mark"},
    {"\xe2\x80\x99", WORD_END, "write ' for a quotation mark"},
    {"\xe2\x80\x9c", WORD_END, "write \" for a quotation mark"},
    {"\xe2\x80\x9d", WORD_END, "write \" for a quotation mark"},
    {"\xc2\xa0", WORD_END, "write a plain space"},
    {"{", WORD_END, "a list is written in [ ]"},
    {"#", WORD_END, "there are no comments; names that hold it need back-quotes"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte at an offset from the current one, NUL behind the end. */
static char
peek(const struct query_lexer *lexer, size_t offset)
{
	size_t at = lexer->at + offset;

	return at < lexer->source->length ? lexer->source->text[at] : '\0';
}

#define FAIL(lexer, token, ...)                                                          \
	query_error_set((lexer)->error, &(token)->place, __VA_ARGS__)

/*
 * Length of the name that p begins with: an identifier, and more of letters and
 * digits behind each ':' or '.', as in MFX:DIA:MMS:05.RBV and math.sqrt.
 */
static bool is_foreign(const char *p, size_t n);

static size_t
name_length(const char *p, size_t n)
{
	size_t i = 0;

	if (n == 0 || !is_letter(p[0]) || is_foreign(p, n))
		return 0;
	for (;;) {
		while (i < n && (is_letter(p[i]) || is_digit(p[i])) &&
		       !is_foreign(p + i, n - i))
			i++;
		if (i + 1 >= n || (p[i] != ':' && p[i] != '.') ||
		    !(is_letter(p[i + 1]) || is_digit(p[i + 1])))
			return i;
		i++;
	}
}

/* An operator of other languages, or a typographic one, that looks like a letter. */
static bool
is_foreign(const char *p, size_t n)
{
	for (size_t i = 0; i < COUNT(operators); i++)
		if ((unsigned char)operators[i].text[0] >= 0x80 &&
		    strlen(operators[i].text) <= n &&
		    memcmp(operators[i].text, p, strlen(operators[i].text)) == 0)
			return true;
	return false;
}

static const char *
keyword(const char *p, size_t n, enum query_word *word)
{
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (strlen(keywords[i].text) == n &&
		    memcmp(keywords[i].text, p, n) == 0) {
			*word = keywords[i].word;
			return keywords[i].text;
		}
	return NULL;
}

int
query_lex_is_plain(const char *name, size_t n)
{
	enum query_word word;

	return n > 0 && name_length(name, n) == n && keyword(name, n, &word) == NULL;
}

/* Give the token the part of the source from its place on, and go behind it. */
static void
finish(struct query_lexer *lexer, struct query_token *token, size_t n)
{
	token->place.n = n;
	lexer->at = token->place.at + n;
}

static int
set_text(struct query_lexer *lexer, struct query_token *token, const char *p, size_t n)
{
	token->text = arena_text(lexer->arena, p, n);
	token->length = n;
	return token->text != NULL ? 0 : query_error_plain(lexer->error, "no memory");
}

/*
 * jobs('TASK') and jobs('TASK').PART are names, too, whatever spaces are in them: their
 * length, or 0 where there is none.  *from and *length get the task, *part its name and
 * *part_length, which is 0 where there is none.
 */
static size_t
jobs_length(const struct query_lexer *lexer, size_t *from, size_t *length, size_t *part,
    size_t *part_length)
{
	size_t at = 4;
	char quote;

	while (peek(lexer, at) == ' ')
		at++;
	if (peek(lexer, at++) != '(')
		return 0;
	while (peek(lexer, at) == ' ')
		at++;
	quote = peek(lexer, at);
	*from = at + 1;
	*length = 0;
	if (quote == '\'' || quote == '"') {
		for (at++; peek(lexer, at) != quote; at++, ++*length)
			if (lexer->at + at >= lexer->source->length ||
			    peek(lexer, at) == '\\' || peek(lexer, at) == '\n')
				return 0;
		at++;
	}
	while (peek(lexer, at) == ' ')
		at++;
	if (peek(lexer, at++) != ')')
		return 0;
	*part = at + 1;
	*part_length = 0;
	if (peek(lexer, at) != '.')
		return at;
	*part_length = name_length(lexer->source->text + lexer->at + *part,
	    lexer->source->length - lexer->at - *part);
	return *part_length > 0 ? *part + *part_length : 0;
}

/* As one name, always spelled the same way.  1 if it is none. */
static int
lex_jobs(struct query_lexer *lexer, struct query_token *token)
{
	const char *p = lexer->source->text + lexer->at;
	size_t from, length, part, part_length,
	    n = jobs_length(lexer, &from, &length, &part, &part_length);
	char *text, *end;

	if (n == 0)
		return 1;
	text = end = arena_get(lexer->arena, n + sizeof("jobs(''."));
	if (text == NULL)
		return query_error_plain(lexer->error, "no memory");
	end = stpcpy(end, "jobs('");
	end = mempcpy(end, p + from, length);
	end = stpcpy(end, "')");
	if (part_length > 0) {
		*end++ = '.';
		end = mempcpy(end, p + part, part_length);
	}
	*end = '\0';
	token->text = text;
	token->length = (size_t)(end - text);
	token->word = WORD_QUOTED;
	finish(lexer, token, n);
	if (memchr(text, '\0', token->length) != NULL)
		return FAIL(lexer, token, "a name cannot hold NUL");
	return 0;
}

static int
lex_name(struct query_lexer *lexer, struct query_token *token)
{
	const char *p = lexer->source->text + lexer->at;
	size_t n = name_length(p, lexer->source->length - lexer->at);
	int jobs = n == 4 && memcmp(p, "jobs", 4) == 0 ? lex_jobs(lexer, token) : 1;

	if (jobs != 1)
		return jobs;
	finish(lexer, token, n);
	if (peek(lexer, 0) == '\'' || peek(lexer, 0) == '"') {
		lexer->at = token->place.at;
		return FAIL(lexer, token,
		    "a name stands before a quotation mark: strings "
		    "have no prefix here");
	}
	token->word = WORD_NAME;
	if (keyword(p, n, &token->word) != NULL)
		return 0;
	return set_text(lexer, token, p, n);
}

/* `a name`, where `` is a back-quote. */
static int
lex_quoted(struct query_lexer *lexer, struct query_token *token)
{
	size_t n = 1, length = 0;
	char *text;

	while (peek(lexer, n) != '`' || peek(lexer, n + 1) == '`') {
		if (lexer->at + n >= lexer->source->length) {
			token->place.n = n;
			return FAIL(lexer, token, "the back-quote is not closed");
		}
		n += peek(lexer, n) == '`' ? 2 : 1;
	}
	if (n == 1) {
		token->place.n = 2;
		return FAIL(lexer, token, "an empty name");
	}
	if (set_text(lexer, token, lexer->source->text + lexer->at + 1, n - 1) != 0)
		return -1;
	text = token->text;
	for (size_t i = 0; i < n - 1; i++) {
		text[length++] = text[i];
		if (text[i] == '`')
			i++;
	}
	text[length] = '\0';
	token->length = length;
	token->word = WORD_QUOTED;
	finish(lexer, token, n + 1);
	if (memchr(text, '\0', length) != NULL)
		return FAIL(lexer, token, "a name cannot hold NUL");
	return 0;
}

static int
lex_alias(struct query_lexer *lexer, struct query_token *token)
{
	const char *p = lexer->source->text + lexer->at + 1;
	size_t n = name_length(p, lexer->source->length - lexer->at - 1);

	finish(lexer, token, n + 1);
	token->word = WORD_ALIAS;
	if (n == 0)
		return FAIL(lexer, token, "a name is expected behind '@'");
	return set_text(lexer, token, p, n);
}

static int
digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/*
 * Read up to max digits of an escape behind *at; -1 if there are fewer than min.
 * *at goes behind them.
 */
static long
escape_number(const struct query_lexer *lexer, size_t *at, int base, int min, int max)
{
	long value = 0;
	int n = 0;

	while (n < max && digit_value(peek(lexer, *at)) < base) {
		value = value * base + digit_value(peek(lexer, *at));
		(*at)++;
		n++;
	}
	return n >= min ? value : -1;
}

/* One escape, at the backslash.  Bytes written to out, or -1. */
static int
lex_escape(const struct query_lexer *lexer, size_t *at, char *out)
{
	static const char plain[] = "\\\\''\"\"a\ab\bf\fn\nr\rt\tv\v";
	char c = peek(lexer, *at + 1);
	long value;

	*at += 2;
	if (c == '\n')
		return 0;
	for (size_t i = 0; plain[i] != '\0'; i += 2)
		if (plain[i] == c) {
			*out = plain[i + 1];
			return 1;
		}
	if (c >= '0' && c <= '7') {
		(*at)--;
		value = escape_number(lexer, at, 8, 1, 3);
	} else if (c == 'x') {
		value = escape_number(lexer, at, 16, 2, 2);
	} else if (c == 'u') {
		value = escape_number(lexer, at, 16, 4, 4);
	} else if (c == 'U') {
		value = escape_number(lexer, at, 16, 8, 8);
	} else {
		return -1;
	}
	if (value < 0 || value > 0x10ffff)
		return -1;
	value = (long)utf8_write((unsigned)value, out);
	return value > 0 ? (int)value : -1;
}

static int
lex_string(struct query_lexer *lexer, struct query_token *token)
{
	char quote = peek(lexer, 0);
	size_t at = 1, length = 0;

	/* What is decoded is never longer than what is written. */
	token->text =
	    arena_get(lexer->arena, lexer->source->length - lexer->at + sizeof("\0\0\0"));
	if (token->text == NULL)
		return query_error_plain(lexer->error, "no memory");
	while (peek(lexer, at) != quote || lexer->at + at >= lexer->source->length) {
		if (lexer->at + at >= lexer->source->length) {
			token->place.n = 1;
			return FAIL(lexer, token, "the string is not closed");
		}
		if (peek(lexer, at) == '\\') {
			size_t from = at;
			int n = lex_escape(lexer, &at, token->text + length);

			if (n < 0) {
				token->place.at += from;
				token->place.n = 2;
				return FAIL(lexer, token,
				    "no such escape: a backslash itself is '\\\\'");
			}
			length += (size_t)n;
		} else {
			token->text[length++] = peek(lexer, at++);
		}
	}
	token->text[length] = '\0';
	token->length = length;
	token->word = WORD_STRING;
	finish(lexer, token, at + 1);
	return 0;
}

/* Copy digits, with single '_' between them, without those.  False: misplaced '_'. */
static bool
copy_digits(const struct query_lexer *lexer, size_t *at, int base, char *out, size_t *n)
{
	bool digit = false, underscore = false;

	for (;; (*at)++) {
		char c = peek(lexer, *at);

		if (c == '_') {
			if (underscore || (!digit && base == 10))
				return false;
			underscore = true;
		} else if (digit_value(c) < base) {
			out[(*n)++] = c;
			digit = true;
			underscore = false;
		} else {
			return !underscore;
		}
	}
}

/* 0x1F, 0o17, 0b11: the digits are behind two characters. */
static bool
read_based(struct query_lexer *lexer, struct query_token *token, int base, size_t *at,
    char *digits)
{
	size_t n = 0;

	*at = 2;
	if (!copy_digits(lexer, at, base, digits, &n) || n == 0)
		return false;
	token->word = WORD_INTEGER;
	for (size_t i = 0; i < n; i++)
		token->real = token->real * base + digit_value(digits[i]);
	errno = 0;
	digits[n] = '\0';
	token->integer = strtoll(digits, NULL, base);
	if (errno != 0)
		token->word = WORD_FLOAT;
	return true;
}

static bool
read_decimal(
    struct query_lexer *lexer, struct query_token *token, size_t *at, char *digits)
{
	bool real = false;
	size_t n = 0, next;

	if (!copy_digits(lexer, at, 10, digits, &n))
		return false;
	if (peek(lexer, *at) == '.') {
		real = true;
		digits[n++] = '.';
		(*at)++;
		if (is_digit(peek(lexer, *at)) && !copy_digits(lexer, at, 10, digits, &n))
			return false;
	}
	next = *at + 1;
	if (peek(lexer, *at) == 'e' || peek(lexer, *at) == 'E') {
		if (peek(lexer, next) == '+' || peek(lexer, next) == '-')
			next++;
		if (!is_digit(peek(lexer, next)))
			return false;
		real = true;
		digits[n++] = 'e';
		if (peek(lexer, next - 1) == '-')
			digits[n++] = '-';
		*at = next;
		if (!copy_digits(lexer, at, 10, digits, &n))
			return false;
	}
	digits[n] = '\0';
	if (!real && n > 1 && digits[0] == '0' && strspn(digits, "0") < n)
		return false;
	errno = 0;
	token->integer = real ? 0 : strtoll(digits, NULL, 10);
	token->word = real || errno != 0 ? WORD_FLOAT : WORD_INTEGER;
	token->real = strtod(digits, NULL);
	return true;
}

static int
lex_number(struct query_lexer *lexer, struct query_token *token)
{
	char second = peek(lexer, 0) == '0' ? (char)(peek(lexer, 1) | 0x20) : '\0';
	int base = second == 'x' ? 16 : second == 'o' ? 8 : second == 'b' ? 2 : 10;
	char *digits =
	    arena_get(lexer->arena, lexer->source->length - lexer->at + sizeof(""));
	size_t at = 0;
	bool good;

	if (digits == NULL)
		return query_error_plain(lexer->error, "no memory");
	good = base == 10 ? read_decimal(lexer, token, &at, digits)
			  : read_based(lexer, token, base, &at, digits);
	if (good && !is_letter(peek(lexer, at)) && !is_digit(peek(lexer, at)) &&
	    !(peek(lexer, at) == '.' && is_digit(peek(lexer, at + 1)))) {
		finish(lexer, token, at);
		return 0;
	}
	while (is_letter(peek(lexer, at)) || is_digit(peek(lexer, at)) ||
	       peek(lexer, at) == '.' || peek(lexer, at) == ':')
		at++;
	token->place.n = at;
	if (digits[0] == '0' && is_digit(digits[1]))
		return FAIL(lexer, token,
		    "no number: leave out the leading zeros, or quote "
		    "it if it is a string");
	return FAIL(lexer, token,
	    "no number; a name that begins with a digit needs "
	    "back-quotes");
}

static int
lex_operator(struct query_lexer *lexer, struct query_token *token)
{
	const char *p = lexer->source->text + lexer->at;
	size_t left = lexer->source->length - lexer->at;
	unsigned character;

	for (size_t i = 0; i < COUNT(operators); i++) {
		size_t n = strlen(operators[i].text);

		if (n > left || memcmp(operators[i].text, p, n) != 0)
			continue;
		finish(lexer, token, n);
		token->word = operators[i].word;
		if (operators[i].remedy == NULL)
			return 0;
		return FAIL(lexer, token, "'%s' is not of this language: %s",
		    operators[i].text, operators[i].remedy);
	}
	token->place.n = utf8_read(p, left, &character);
	return FAIL(lexer, token,
	    "this character has no meaning here; names that hold it need back-quotes");
}

int
query_lex(struct query_lexer *lexer, struct query_token *token)
{
	char c;

	while ((c = peek(lexer, 0)) == ' ' || c == '\t' || c == '\n' || c == '\r' ||
	       c == '\f')
		lexer->at++;
	*token = (struct query_token){.place = {lexer->source, lexer->at, 1}};
	if (lexer->at >= lexer->source->length) {
		token->word = WORD_END;
		return 0;
	}
	if (is_letter(c) && !is_foreign(lexer->source->text + lexer->at,
				lexer->source->length - lexer->at))
		return lex_name(lexer, token);
	if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1))))
		return lex_number(lexer, token);
	if (c == '\'' || c == '"')
		return lex_string(lexer, token);
	if (c == '`')
		return lex_quoted(lexer, token);
	if (c == '@')
		return lex_alias(lexer, token);
	return lex_operator(lexer, token);
}
