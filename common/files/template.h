/*
 * How a dated tree is laid out, and what its names say: templates of paths such as
 * {source}/{Y}/{m}/{d}/{H}/{MS}/, and patterns of file names with named groups.
 *
 * {Y} is a year of four digits; {m} {d} {H} {M} {S} month, day, hour, minute and second
 * of two; {j} the day of the year of three; {MS} minute and second (3020 is 30 min 20 s).
 * {NAME} is any text without a slash, and becomes the field of that name.  All else
 * stands for itself.  Behind the last slash stands the template of a file's name; a
 * template that ends in a slash takes any.  PCRE2 does the matching.
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "files/window.h"

#define TEMPLATE_LEVELS 24 /* parts between slashes */
#define TEMPLATE_FIELDS 24 /* different names, of template and pattern together */
#define TEMPLATE_NAME 33   /* room for a name: PCRE2's longest is 32 */

struct template;

/* What the parts of a path said so far: a text for each name, NULL if not yet. */
struct template_values {
	char *text[TEMPLATE_FIELDS];
};

/*
 * Read a template, and a pattern of file names with groups (?<NAME>...) (NULL: none).
 * NULL after a message: neither names a year, month and day, a name is not closed, the
 * pattern is no regular expression.  Release with template_free().
 */
struct template *template_read(const char *text, const char *name_pattern);

void template_free(struct template *template);

/* The number of directories above the files. */
int template_depth(const struct template *template);

/* Does it begin with {source}/? */
bool template_has_sources(const struct template *template);

/* The names: the template's in its order, then the pattern's; NULL behind the last. */
const char *template_field(const struct template *template, int i);

/*
 * Match the name of a directory at a level (0: the first), of n bytes.  Adds to values
 * what it says.  False if it does not fit, contradicts what is there, or without memory;
 * values may have grown even so.
 */
bool template_match(const struct template *template, int level, const char *name,
    size_t n, struct template_values *values);

/* The same for a file: the last part of the template, and then the pattern. */
bool template_match_file(const struct template *template, const char *name, size_t n,
    struct template_values *values);

/*
 * The stretch of time that the values leave open: a day if year, month and day are
 * known.  False if there is no such time, as on February 30.  Without even a year: all.
 */
bool template_span(const struct template *template, const struct template_values *values,
    struct window *span);

/* A copy with texts of its own.  False without memory. */
bool template_copy(const struct template_values *from, struct template_values *to);

void template_forget(struct template_values *values);

#endif
