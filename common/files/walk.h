/*
 * A walk through dated trees: from the directories of the sources down to the files, and
 * only where a template says that the time may lie in the window.
 *
 * What is found becomes records of the streams remote_files and scanned_directories.  A
 * directory's record comes behind those of all files and directories below it, so that
 * whoever has it has them; a walk that was killed lacks it, and goes there again.
 */
#ifndef WALK_H
#define WALK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "files/lister.h"
#include "files/remote_record.h"
#include "files/seen.h"
#include "files/template.h"
#include "files/window.h"
#include "stream/stream.h"

/* Where a walk begins. */
struct walk_root {
	char *url;     /* of the directory above the sources, with '/' at its end */
	char *pattern; /* the source's name, or a glob over the names below url */
	char *user;    /* or NULL */
	bool is_glob;
	char *named; /* the name percent-encoded; "": the server itself is the source */
};

/*
 * Which files count: by what is to become the record, where url, fields and observed_at
 * are not filled in yet, by name, and by what the name and path say.  1: it does; 0: it
 * does not; -1 without memory.
 */
typedef int walk_wanted(void *context, const struct remote_file *file, const char *name,
    const struct template_values *values);

struct walk_options {
	const struct template *template;
	struct window window;
	int64_t settle;	       /* seconds after which a directory rests */
	bool recheck;	       /* list those that rest again */
	bool retry;	       /* try what failed before its time has come */
	const char *selection; /* all that decides which files count, as one text */
	walk_wanted *wanted;   /* or NULL: all */
	void *context;
};

/* What a walk came to. */
struct walk_totals {
	long directories, failed, skipped, refused;
	long unmatched; /* patterns that no source has */
	long files;	/* in the window and wanted */
	long emitted;	/* of these, new or changed */
	bool over;	/* the window ended, and all in it is listed and settled */
	int64_t newest; /* time of the newest file, INT64_MIN: there is none */
};

/*
 * Split a URL as the user gave it into the roots of a walk: {A,B} stands for each of the
 * alternatives; the last part is the source, or a glob over the sources, or "" for all of
 * them.  Where the template has no sources, all of the URL is the one source.  Appends to
 * *roots (malloc'd, as all in it), *n of them.  Returns 0, or 1 or 2 (the exit status)
 * after a message.
 */
int walk_roots(const char *text, bool sources, struct walk_root **roots, size_t *n);

void walk_roots_free(struct walk_root *roots, size_t n);

/*
 * Walk once through all roots.  Messages name what failed: the first time a directory
 * does; and patterns that match no source, unless totals, of the walk before or all 0,
 * has some already.  Returns 0, or -1 after a message if the machine failed us.
 */
int walk_run(const struct walk_options *options, const struct walk_root *roots, size_t n,
    struct lister *lister, struct seen *seen, struct stream *out,
    const volatile sig_atomic_t *stop, struct walk_totals *totals);

#endif
