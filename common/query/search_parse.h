/*
 * What somebody searches for: words as people type them, taken apart.  elog-search(1)
 * describes the language; no word is an error, but a field whose value makes no sense is.
 */
#ifndef SEARCH_PARSE_H
#define SEARCH_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "query/search_document.h"

/* What a term looks at. */
enum search_field {
	SEARCH_ANYWHERE, /* title, content, author, tags, names of files */
	SEARCH_AUTHOR,
	SEARCH_TAG,
	SEARCH_TITLE,
	SEARCH_FILE,
	SEARCH_INDEXED, /* the fields above are in the index, those below are not */
	SEARCH_EXPERIMENT = SEARCH_INDEXED,
	SEARCH_INSTRUMENT,
	SEARCH_RUN,
	SEARCH_TYPE,
	SEARCH_WHERE,
};

/* How it looks there. */
enum search_way {
	SEARCH_WORDS,  /* these words in a row, each whole */
	SEARCH_PREFIX, /* the last of them begins so */
	SEARCH_PART,   /* this text anywhere, also within a word */
	SEARCH_REGEX,  /* a regular expression of PCRE2, on the text as it was written */
};

struct search_term {
	struct search_term *next; /* of those of which one is enough */
	enum search_field field;
	enum search_way way;
	bool without;	    /* it must not be there */
	bool exact;	    /* its words are all that there is to see to */
	const char *text;   /* as it was typed */
	const char *folded; /* the same by words_fold(), not in parts */
	const char **words; /* SEARCH_WORDS, SEARCH_PREFIX: by words_fold() in parts */
	size_t n_words;
	size_t number; /* SEARCH_WHERE: which of them it is, from 0 */
	void *regex;   /* SEARCH_REGEX: a pcre2_code */
};

struct search_query {
	struct arena arena;
	struct search_term **groups; /* one of each must hold */
	size_t n_groups;
	unsigned kinds; /* 1 << of each that was asked for; 0: nothing said */
	int64_t since,
	    until; /* seconds since 1970: from, and before; INT64_MIN and MAX */
	/* Worth a hint where nothing is found: */
	const char *unknown; /* a field that there is not: it is text */
	const char *unsaid;  /* one with nothing behind its colon: so is it */
	const char *unread;  /* the value of run:, if it is no list of numbers */
};

/*
 * Take words apart: arguments as a shell hands them on, each one word or several; ends
 * with NULL.  now is in seconds since 1970.  0; -1 after a message: a value makes no
 * sense (exit status 2); -2 without memory.  Release with search_free(), also after that.
 */
int search_parse(struct search_query *query, const char *const *words, int64_t now);

/* Nothing was found: tell what may not have been meant so. */
void search_hint(const struct search_query *query);

void search_free(struct search_query *query);

/*
 * The query as FTS5 has it: what holds for all that is found, and perhaps for more, which
 * search_match.h sees to.  NULL if the index cannot help.  It lives in the arena; *failed
 * is set without memory.
 */
const char *search_expression(struct search_query *query, bool *failed);

/* Does the expression see to a group wholly, so that nothing is left to look at? */
bool search_is_seen_to(const struct search_term *group);

#endif
