/*
 * The words of the query language.  They are Python's (The Python Language Reference,
 * 2 Lexical analysis), with the names of EPICS, `names` in back-quotes and @aliases.
 */
#ifndef QUERY_LEX_H
#define QUERY_LEX_H

#include <stdint.h>

#include "base/arena.h"
#include "query/query_error.h"

enum query_word {
	WORD_END,
	WORD_NAME,   /* text */
	WORD_QUOTED, /* a name in back-quotes: never a function; text */
	WORD_ALIAS,  /* text, without the @ */
	WORD_STRING, /* text, decoded */
	WORD_INTEGER,
	WORD_FLOAT,
	WORD_AND,
	WORD_OR,
	WORD_NOT,
	WORD_IN,
	WORD_IS,
	WORD_TRUE,
	WORD_FALSE,
	WORD_NONE,
	WORD_LESS,
	WORD_LESS_EQUAL,
	WORD_EQUAL,
	WORD_NOT_EQUAL,
	WORD_GREATER_EQUAL,
	WORD_GREATER,
	WORD_PLUS,
	WORD_MINUS,
	WORD_TIMES,
	WORD_DIVIDE,
	WORD_FLOOR_DIVIDE,
	WORD_MODULO,
	WORD_POWER,
	WORD_OPEN,	 /* ( */
	WORD_CLOSE,	 /* ) */
	WORD_OPEN_LIST,	 /* [ */
	WORD_CLOSE_LIST, /* ] */
	WORD_COMMA,
};

struct query_token {
	enum query_word word;
	struct query_place place;
	char *text;    /* in the arena, terminated */
	size_t length; /* of text, which may hold NUL */
	int64_t integer;
	double real; /* of an integer too: 2**63 is a float, but -2**63 is none */
};

struct query_lexer {
	struct arena *arena;
	const struct query_source *source;
	struct query_error *error;
	size_t at;
};

/* Read the next token.  0, or -1 with the error set. */
int query_lex(struct query_lexer *lexer, struct query_token *token);

/* Can a name be written without back-quotes? */
int query_lex_is_plain(const char *name, size_t n);

#endif
