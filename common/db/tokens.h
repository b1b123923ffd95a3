/*
 * The words of a text as the table search has them: those that SQLite's tokenizer
 * unicode61 finds in a text that words_fold() folded in parts (text/words.h), without
 * asking either for each text.  What becomes of a character is learnt from both when it
 * is first met.
 */
#ifndef TOKENS_H
#define TOKENS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* Longer ones are cut off there, as FTS5 does. */
#define TOKENS_LONGEST 32768

struct tokens;

/* Gets a word, of at least one byte; eight bytes from its last on may be read. */
typedef void tokens_take(void *context, const char *word, size_t n);

/* The tokenizer is that of a connection, and is used without it.  NULL after a message
   that names path. */
struct tokens *tokens_open(sqlite3 *db, const char *path);

/* Hand over the words of n bytes in their order.  False without memory. */
bool tokens_of(
    struct tokens *tokens, const char *text, size_t n, tokens_take *take, void *context);

/* NULL is allowed. */
void tokens_close(struct tokens *tokens);

#endif
