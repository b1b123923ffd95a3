/* Whole discussions, printed for a person. */
#ifndef SEARCH_THREAD_H
#define SEARCH_THREAD_H

#include "query/search_print.h"

struct search_threads;

/* Begin; what is printed goes through print, which is borrowed.  NULL after a message. */
struct search_threads *search_threads_open(
    sqlite3 *db, const char *path, struct search_print *print);

/* A search_take: print the discussion that a document belongs to, unless it was printed
   already. */
int search_threads_take(void *threads, const struct search_document *document);

/* NULL is allowed.  The exit status: 1 if anything could not be read. */
int search_threads_close(struct search_threads *threads);

#endif
