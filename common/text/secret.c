#include "text/secret.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Words of names of secrets; a word is letters between what are none. */
static const char *const words[] = {"password", "passwd", "passphrase", "passcode",
    "secret", "token", "credential", "credentials", "apikey", "pwd", "pass", "auth",
    "authorization", "bearer", "cookie", NULL};

/* Pairs of words that are one together. */
static const char *const pairs[][2] = {{"api", "key"}, {"access", "key"},
    {"private", "key"}, {"secret", "key"}, {"auth", "key"}, {NULL, NULL}};

/* How tokens begin that show what they are. */
static const char *const prefixes[] = {"ghp_", "gho_", "ghs_", "ghu_", "github_pat_",
    "glpat-", "xoxb-", "xoxp-", "AKIA", "eyJ", "sk-", NULL};

static bool
is_word(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

/* The part of a word that ends at a small letter before a capital: dbToken is two. */
static size_t
word_length(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && isalpha((unsigned char)p[i]))
		if (i++ > 0 && i < n && islower((unsigned char)p[i - 1]) &&
		    isupper((unsigned char)p[i]))
			break;
	return i;
}

bool
secret_is_name(const char *name, size_t n)
{
	const char *before = NULL;
	size_t before_n = 0;

	for (size_t i = 0, length; i<n; i += length> 0 ? length : 1) {
		length = word_length(name + i, n - i);
		if (length == 0)
			continue;
		for (size_t w = 0; words[w] != NULL; w++)
			if (is_word(name + i, length, words[w]))
				return true;
		for (size_t w = 0; before != NULL && pairs[w][0] != NULL; w++)
			if (is_word(before, before_n, pairs[w][0]) &&
			    is_word(name + i, length, pairs[w][1]))
				return true;
		before = name + i;
		before_n = length;
	}
	return false;
}

/* A token by its looks: a known beginning, and a long word. */
static bool
is_token(const char *text)
{
	for (size_t i = 0; prefixes[i] != NULL; i++) {
		size_t n = strlen(prefixes[i]), length = 0;

		if (strncmp(text, prefixes[i], n) != 0)
			continue;
		while (isalnum((unsigned char)text[n + length]) ||
		       (text[n + length] != '\0' && strchr("_-.", text[n + length])))
			length++;
		if (length >= 16 && text[n + length] == '\0')
			return true;
	}
	return false;
}

static char *
hide_from(const char *text, size_t keep, const char *rest)
{
	char *shown;

	return asprintf(&shown, "%.*s" SECRET_HIDDEN "%s", (int)keep, text, rest) < 0
		   ? NULL
		   : shown;
}

/* Hide user:X@ of a URL, and the values of its secret parameters.  Takes text. */
static char *
hide_in_url(char *text)
{
	char *begin = strstr(text, "://"), *at, *colon, *shown;
	size_t from;

	if (begin == NULL)
		return text;
	begin += 3;
	at = begin + strcspn(begin, "/?#@ ");
	colon = memchr(begin, ':', (size_t)(at - begin));
	if (*at == '@' && colon != NULL) {
		shown = hide_from(text, (size_t)(colon + 1 - text), at);
		free(text);
		if ((text = shown) == NULL)
			return NULL;
	}
	from = strcspn(text, "?#;");
	while (text[from] != '\0') {
		size_t name = strcspn(text + from + 1, "=&#;"), value;

		value = from + 1 + name;
		if (text[value] == '=' && secret_is_name(text + from + 1, name)) {
			size_t end = value + 1 + strcspn(text + value + 1, "&#;");

			shown = hide_from(text, value + 1, text + end);
			free(text);
			if ((text = shown) == NULL)
				return NULL;
		}
		from = value + strcspn(text + value, "&#;");
	}
	return text;
}

/* An argument by itself. */
static char *
hide(const char *argument, bool *next)
{
	size_t dashes = strspn(argument, "-"), name = strcspn(argument + dashes, "=: ");
	const char *value = argument + dashes + name;
	char *copy;

	if (is_token(argument))
		return strdup(SECRET_HIDDEN);
	if (name > 0 && name < 64 && secret_is_name(argument + dashes, name)) {
		if (*value == '=' || (*value == ':' && value[1] != '/')) {
			value += 1 + strspn(value + 1, " ");
			return hide_from(argument, (size_t)(value - argument), "");
		}
		/* A switch whose name ends so: its value comes next. */
		*next = dashes > 0 && *value == '\0';
	}
	copy = strdup(argument);
	return copy != NULL ? hide_in_url(copy) : NULL;
}

char **
secret_hide(const char *const *arguments, bool *hidden)
{
	size_t n = 0;
	bool next = false;
	char **out;

	while (arguments[n] != NULL)
		n++;
	out = calloc(n + 1, sizeof(*out));
	*hidden = false;
	for (size_t i = 0; out != NULL && i < n; i++) {
		/* A switch without a value may stand before another switch. */
		if (next && (arguments[i][0] != '-' || arguments[i][1] == '\0')) {
			out[i] = strdup(SECRET_HIDDEN);
			next = false;
		} else {
			next = false;
			out[i] = hide(arguments[i], &next);
		}
		if (out[i] == NULL) {
			secret_free(out);
			return NULL;
		}
		*hidden = *hidden || strcmp(out[i], arguments[i]) != 0;
	}
	return out;
}

void
secret_free(char **arguments)
{
	for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++)
		free(arguments[i]);
	free(arguments);
}
