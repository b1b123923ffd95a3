/* What the search needs of SQL: texts folded as they are indexed. */
#ifndef FOLD_H
#define FOLD_H

#include <sqlite3.h>

/*
 * Make these functions known to a connection:
 *
 * folded(TEXT): the text as words_fold() folds it, in parts; NULL of NULL.
 * folded_html(TEXT): the same of the text that a person reads in HTML; of a text without
 *   a tag or an entity it is that of folded().
 * member(DOC, NAME): a member of a JSON object by the scanner, which reads no further
 *   than it must: its text, NULL if there is none.
 * comments(JSON): the texts among a run's editable parameters, a line each.
 *
 * An SQLite code.
 */
int fold_functions(sqlite3 *db);

#endif
