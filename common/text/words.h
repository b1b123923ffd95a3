/*
 * Words as people look for them: whatever the case, the accents and the form in which
 * a character was typed.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "text/buffer.h"

/*
 * Add to out the n bytes of a text folded: compatibility forms become the plain ones
 * (NFKC of Unicode Standard Annex #15: CO₂ is co2), letters are folded as Unicode folds
 * their case (Straße is strasse), accents are left out.  With parts, the characters of
 * scripts that put no spaces between words (Chinese, Japanese, Thai, ...) stand each
 * between spaces, so that a tokenizer that looks for spaces finds each; that is the form
 * that is indexed.  Bytes that are no UTF-8 become U+FFFD.
 */
void words_fold(struct buffer *out, const char *p, size_t n, bool parts);

/* Does a character fold to something, and to the same whatever is before it?  Accents and
   what else combines do not. */
bool words_stands_alone(unsigned c);

/*
 * The next word from *at on: a run of letters, digits and private characters, as SQLite's
 * tokenizer unicode61 takes them apart; a character of a script without spaces is a word
 * by itself.  False at the end; else *at is the offset of the word, *length its bytes.
 */
bool words_next(const char *p, size_t n, size_t *at, size_t *length);

#endif
