/* Searches that have a name: rows of table searches. */
#ifndef SEARCH_SAVED_H
#define SEARCH_SAVED_H

#include <sqlite3.h>

#include "base/arena.h"

/*
 * The words to search for: those given, where one of them, =NAME, stands for the words
 * that were saved under that name.  Both end with NULL; the result lives in the arena.  A
 * name that there is not stays a word; *missing gets it, else NULL.  NULL after a
 * message.
 */
const char *const *search_words(sqlite3 *db, const char *path, struct arena *arena,
    const char *const *words, const char **missing);

/* Save words under a name in a database, which is at path, by elog-load; no words: forget
   the name, which must be there.  The exit status. */
int search_save(
    sqlite3 *db, const char *path, const char *name, const char *const *words);

#endif
