/*
 * JSON scanner: checks a text and says where its values begin and end, without
 * building anything and without changing a byte.  It reads the text once, from
 * front to back, driven by its caller:
 *
 *	struct json s;
 *	struct json_span key, value;
 *
 *	json_begin(&s, text, length);
 *	if (json_open(&s, '{'))
 *		while (json_member(&s, &key))
 *			if (!json_value(&s, &value))
 *				break;
 *	if (s.error != NULL) ...
 *
 * The grammar is RFC 8259 in UTF-8 (section 8.1; RFC 3629 for UTF-8 itself),
 * plus the tokens NaN, Infinity and -Infinity, which Python's json module
 * writes.  Lone surrogates (\ud800) and \u0000 are in the grammar and pass.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Deepest nesting that json_value() accepts, counted from where it starts. */
#define JSON_DEPTH 512

/* How far the scanner reads before it calls struct json.passed again, in bytes. */
#define JSON_STRIDE ((size_t)4 * 1024 * 1024)

/* A piece of somebody else's text; not terminated, not owned. */
struct json_span {
	const char *p;
	size_t n;
};

struct json {
	const char *text;
	size_t length;
	size_t at;	   /* offset of the next byte to read */
	bool fresh;	   /* a container was just opened */
	bool unclean;	   /* met a NaN, an infinity or a line break between tokens;
			      the caller clears it */
	size_t unclean_at; /* offset of the first one */
	bool truncated;	   /* the error is that the text ends too early */
	const char *error; /* NULL, or what is wrong: a constant, for a message */
	/*
	 * Where not NULL: called now and then while a value is read, with the
	 * offset up to which all was read, so that a mapped text of any size
	 * need not stay in memory.
	 */
	void (*passed)(void *context, size_t at);
	void *context;
	size_t mark; /* offset at which passed is called next */
};

/* Start at the first byte of a text of length bytes.  The text is borrowed. */
void json_begin(struct json *s, const char *text, size_t length);

/*
 * The first byte of the next value ('{', '[', '"', '-', a digit, 't', 'f', 'n',
 * 'N', 'I') after white space, without reading it; 0 at the end of the text.
 */
char json_peek(struct json *s);

/* Read the opening '{' or '['.  False, with s->error set, if another is there. */
bool json_open(struct json *s, char bracket);

/*
 * Read up to the next member of the object that was opened: its key (with its
 * quotes) and the colon.  The value is next; the caller must read it whole.
 * False at the closing brace, which is read too, or on an error.
 */
bool json_member(struct json *s, struct json_span *key);

/* The same for arrays: true if a value is next, false at the ']' or on an error. */
bool json_element(struct json *s);

/*
 * Read one whole value and check it.  value (may be NULL) gets the bytes from
 * the first to the last of the value, without white space around it.
 */
bool json_value(struct json *s, struct json_span *value);

/* True if nothing but white space is left; else sets s->error. */
bool json_end(struct json *s);

/*
 * Walk through the members of an object that was checked before, which takes a third of
 * the time that json_member() and json_value() take:
 *
 *	struct json_walk walk = json_walk(object);
 *
 *	while (json_walk_next(&walk, &key, &value))
 *		...
 *
 * walk.at is then what follows the value.  Of anything but an object there are none.
 */
struct json_walk {
	const char *at, *end;
};
struct json_walk json_walk(struct json_span object);
bool json_walk_next(
    struct json_walk *walk, struct json_span *key, struct json_span *value);

/*
 * Find the first member called name in an object that was checked before.  Where there is
 * none, false, and *value holds some other member's value, or what it held before.
 */
bool json_find(struct json_span object, const char *name, struct json_span *value);

/* True if a JSON string (with its quotes, checked before) says plain. */
bool json_string_is(struct json_span string, const char *plain);

/* The same for n bytes that need no NUL behind them. */
bool json_string_says(struct json_span string, const char *plain, size_t n);

/*
 * Decode a JSON string (with its quotes, checked before) into UTF-8.  out must
 * hold string.n bytes, and may begin at or before string.p: what is written never
 * overtakes what is read.  It is terminated with NUL.  A lone surrogate becomes
 * U+FFFD.  Returns the number of bytes before the NUL.
 */
size_t json_string_decode(struct json_span string, char *out);

/* The same, malloc'd; *n, which may be NULL, gets the number.  NULL without memory. */
char *json_string_copy(struct json_span string, size_t *n);

/* Has an object that was checked before a string called name that says plain? */
bool json_says(struct json_span object, const char *name, const char *plain);

/*
 * Pass a checked value on, piece by piece, with what no strict JSON reader or
 * line-based format takes made right: NaN, Infinity and -Infinity become strings
 * of the same letters, a line break between tokens becomes a space.  All other
 * bytes stay as they are.  The first clean bytes of the value are known to need
 * nothing; they end outside of any string.
 */
void json_clean(struct json_span value, size_t clean,
    void (*put)(void *context, const char *p, size_t n), void *context);

#endif
