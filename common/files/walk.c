#include "files/walk.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"
#include "files/gone.h"
#include "files/remote_record.h"
#include "files/url.h"
#include "text/timestamp.h"

#define SOURCES (-1) /* level of a directory whose entries are the sources */
#define FAILURES_SHOWN 10
#define WAITING_MAX 100000
/* FTP does not tell what is gone from what is refused: after so many attempts, one
   outside the window is tried once a day. */
#define OVERDUE_ATTEMPTS 30
#define OVERDUE_SECONDS 86400

/* A directory that is to be listed, or waits for those below it. */
struct node {
	struct lister_request request; /* first: requests come back as nodes */
	struct node *above;
	const struct walk_root *root;
	int level;
	char *source;
	char *path; /* below the root's url, not encoded, with '/' at its end */
	struct template_values values;
	struct window span;   /* that its path names */
	struct window window; /* what is looked for: more if it failed before */
	char modified[DIRECTORY_MODIFIED]; /* as the directory above shows it */
	char newest[DIRECTORY_MODIFIED];
	struct seen_directory before;
	long entries;
	long pending; /* below it, and itself */
	bool failed, whole;
	bool over;	   /* nothing of the window is to come there any more */
	bool overdue;	   /* outside the window: it failed before */
	struct node *next; /* on the stack */
};

struct walk {
	const struct walk_options *options;
	struct seen *seen;
	struct stream *out;
	const volatile sig_atomic_t *stop;
	struct walk_totals *totals;
	struct node *stack;
	long waiting;	     /* on it */
	struct node **found; /* in the listing at hand */
	long n_found, capacity;
	struct gone gone; /* of the listing at hand, if it was listed before */
	const struct walk_root *root; /* that begins */
	struct node *at;	      /* whose entries are being read */
	uint64_t selection;
	char selection_text[20];
	int64_t now;
	char now_text[TIMESTAMP_SHORT];
	int64_t shown;	/* fifth of a second */
	bool unmatched; /* was told already */
	bool no_memory;
};

/* ---- nodes ------------------------------------------------------------------ */

static void
node_free(struct node *node)
{
	lister_request_clear(&node->request);
	template_forget(&node->values);
	free(node->source);
	free(node->path);
	free(node);
}

/* The texts of a node for a directory called name below another one. */
static bool
name_node(
    struct node *node, const struct node *above, const char *name, const char *encoded)
{
	if (asprintf(&node->request.url, "%s%s/", above->request.url, encoded) < 0) {
		node->request.url = NULL;
		return false;
	}
	if (asprintf(&node->path, "%s%s/", above->path, name) < 0) {
		node->path = NULL;
		return false;
	}
	node->source = strdup(above->level == SOURCES ? name : above->source);
	return node->source != NULL && template_copy(&above->values, &node->values);
}

/* A node for it; encoded is its name in a URL, NULL: to be made.  NULL without memory. */
static struct node *
node_below(struct walk *walk, struct node *above, const char *name, const char *encoded)
{
	struct node *node = calloc(1, sizeof(*node));
	char *own;

	if (node == NULL) {
		walk->no_memory = true;
		return NULL;
	}
	own = encoded == NULL ? url_encode(name) : strdup(encoded);
	if (own == NULL || !name_node(node, above, name, own)) {
		walk->no_memory = true;
		free(own);
		node_free(node);
		return NULL;
	}
	free(own);
	node->root = above->root;
	node->request.user = above->root->user;
	node->level = above->level + 1;
	node->above = above;
	node->whole = node->over = true;
	node->span = above->span;
	node->window = above->window;
	return node;
}

/* Look up what earlier scans noted of a directory.  Where the last one failed to list it,
   what that scan was looking for is looked for again. */
static void
remember(struct walk *walk, struct node *node)
{
	if (seen_directory(walk->seen, node->request.url, &node->before) &&
	    node->before.failed && node->before.selection == walk->selection)
		node->window = window_both(node->window, node->before.span);
}

static void
push(struct walk *walk, struct node *node)
{
	node->pending = 1;
	node->next = walk->stack;
	walk->stack = node;
	walk->waiting++;
	if (node->above != NULL)
		node->above->pending++;
}

/* One that the listing at hand has; to be pushed when all are found. */
static void
find(struct walk *walk, struct node *node)
{
	if (walk->n_found == walk->capacity) {
		long capacity = 2 * walk->capacity + 64;
		struct node **found =
		    realloc(walk->found, (size_t)capacity * sizeof(void *));

		if (found == NULL) {
			walk->no_memory = true;
			node_free(node);
			return;
		}
		walk->found = found;
		walk->capacity = capacity;
	}
	walk->found[walk->n_found++] = node;
}

static int
by_url(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return strcmp((*x)->request.url, (*y)->request.url);
}

/* Push the directories that were found, so that the earliest is taken first; one that was
   listed twice counts once.  False if more wait than any instrument makes: a hundred
   thousand. */
static bool
push_found(struct walk *walk)
{
	long n = walk->n_found;
	bool room = walk->waiting + n <= WAITING_MAX;

	if (n > 0)
		qsort(walk->found, (size_t)n, sizeof(void *), by_url);
	while (n-- > 0) {
		struct node *node = walk->found[n];

		if (room && (n == 0 || by_url(&node, &walk->found[n - 1]) != 0))
			push(walk, node);
		else
			node_free(node);
	}
	walk->n_found = 0;
	return room;
}

/* ---- records ---------------------------------------------------------------- */

static void
emit_directory(
    struct walk *walk, const struct node *node, const struct seen_directory *is)
{
	char from[TIMESTAMP_SHORT] = "", to[TIMESTAMP_SHORT] = "";
	struct remote_directory record = {
	    .url = node->request.url,
	    .source = node->source,
	    .time = from,
	    .until = to,
	    .listed = is->listed,
	    .settled = is->settled,
	    .entries = is->entries,
	    .attempts = is->attempts,
	    .newest_change = is->newest_change,
	    .modified = is->modified,
	    .selection = walk->selection_text,
	    .message = is->listed ? NULL : node->request.message,
	    .tried_at = walk->now_text,
	};

	window_texts(is->span, from, to);
	remote_record_directory(walk->out, &record);
}

static void
emit_file(struct walk *walk, struct remote_file *record, const struct seen_file *file)
{
	record->url = file->url;
	record->fields = file->fields;
	record->observed_at = walk->now_text;
	remote_record_file(walk->out, record);
	walk->totals->emitted++;
}

/* ---- entries ---------------------------------------------------------------- */

/* One that rests: listed in full when it was old, and unchanged as far as can be seen. */
static bool
rests(const struct walk *walk, const struct node *node)
{
	if (walk->options->retry && seen_refused(walk->seen, node->request.url))
		return false;
	return !walk->options->recheck && node->before.listed && node->before.settled &&
	       node->before.selection == walk->selection &&
	       !directory_changed(node->before.modified, node->modified);
}

static void
take_source(struct walk *walk, struct node *node, const struct directory_entry *entry)
{
	struct node *below;

	if (entry->type != DIRECTORY_DIRECTORY ||
	    fnmatch(node->root->pattern, entry->name, FNM_PERIOD) != 0)
		return;
	below = node_below(walk, node, entry->name, NULL);
	if (below == NULL)
		return;
	remember(walk, below);
	find(walk, below);
}

static void
take_directory(struct walk *walk, struct node *node, const struct directory_entry *entry)
{
	const struct template *template = walk->options->template;
	struct node *below;

	if (entry->type != DIRECTORY_DIRECTORY)
		return;
	below = node_below(walk, node, entry->name, NULL);
	if (below == NULL)
		return;
	if (!template_match(
		template, node->level, entry->name, entry->length, &below->values) ||
	    !template_span(template, &below->values, &below->span)) {
		node_free(below); /* not of this tree */
		return;
	}
	if (!window_overlap(node->window, below->span)) {
		node->whole = false;
		node_free(below);
		return;
	}
	snprintf(below->modified, sizeof(below->modified), "%s", entry->modified);
	remember(walk, below);
	if (rests(walk, below)) {
		walk->totals->skipped++;
		if (below->span.from > walk->totals->newest &&
		    below->span.from != INT64_MIN)
			walk->totals->newest = below->span.from;
		node_free(below);
		return;
	}
	find(walk, below);
}

/* A file that counts: is it new? */
static void
compare_file(struct walk *walk, const struct node *node, const char *entry,
    struct remote_file *record, const struct template_values *values)
{
	struct seen_file file = {.size = record->size,
	    .modified = record->modified,
	    .time = record->time,
	    .listed = walk->now};
	char *name = url_encode(entry), *url = NULL,
	     *fields = remote_record_fields(walk->options->template, values);

	if (name == NULL || fields == NULL ||
	    asprintf(&url, "%s%s", node->request.url, name) < 0) {
		walk->no_memory = true;
		url = NULL;
		goto done;
	}
	file.url = url;
	file.fields = fields;
	if (!seen_file(walk->seen, &file) ||
	    (walk->options->retry && seen_refused(walk->seen, url))) {
		emit_file(walk, record, &file);
		if (seen_note_file(walk->seen, &file) != 0)
			walk->no_memory = true;
	}
done:
	free(name);
	free(url);
	free(fields);
}

/* A file of a listing, and what its place and name say. */
struct found {
	struct remote_file record;
	struct template_values values;
	struct window span;
	char time[TIMESTAMP_SHORT];
	char *path;
};

/* Is it a file of the template, and one that counts?  found may have grown even if not.
 */
static bool
is_wanted(struct walk *walk, const struct node *node, const struct directory_entry *entry,
    struct found *found)
{
	const struct walk_options *o = walk->options;
	int wanted = 1;

	if (!template_copy(&node->values, &found->values)) {
		walk->no_memory = true;
		return false;
	}
	if (!template_match_file(
		o->template, entry->name, entry->length, &found->values) ||
	    !template_span(o->template, &found->values, &found->span) ||
	    found->span.from == INT64_MIN)
		return false;
	timestamp_text(found->span.from, found->time);
	if (asprintf(&found->path, "%s%s", node->path, entry->name) < 0) {
		found->path = NULL;
		walk->no_memory = true;
		return false;
	}
	found->record = (struct remote_file){
	    .source = node->source,
	    .path = found->path,
	    .size = entry->size,
	    .modified = entry->modified,
	    .time = found->time,
	};
	if (o->wanted != NULL)
		wanted =
		    o->wanted(o->context, &found->record, entry->name, &found->values);
	if (wanted < 0)
		walk->no_memory = true;
	return wanted > 0;
}

static void
take_file(struct walk *walk, struct node *node, const struct directory_entry *entry)
{
	struct found found = {.path = NULL};

	if (entry->type != DIRECTORY_FILE)
		return;
	if (!is_wanted(walk, node, entry, &found))
		goto done;
	if (!window_overlap(node->window, found.span)) {
		node->whole = false;
		goto done;
	}
	walk->totals->files++;
	if (found.span.from > walk->totals->newest)
		walk->totals->newest = found.span.from;
	compare_file(walk, node, entry->name, &found.record, &found.values);
done:
	template_forget(&found.values);
	free(found.path);
}

/* ---- one listing -------------------------------------------------------------- */

static void
take(void *context, const struct directory_entry *entry)
{
	struct walk *walk = context;
	struct node *node = walk->at;

	node->entries++;
	if (node->before.listed && gone_note(&walk->gone, entry->name) != 0)
		walk->no_memory = true;
	if (strcmp(entry->modified, node->newest) > 0)
		snprintf(node->newest, sizeof(node->newest), "%s", entry->modified);
	if (node->level == SOURCES)
		take_source(walk, node, entry);
	else if (node->level < template_depth(walk->options->template))
		take_directory(walk, node, entry);
	else
		take_file(walk, node, entry);
}

/* A node was listed as it had been before: what it had then and has no more is told. */
static void
tell_gone(struct walk *walk, const struct node *node)
{
	bool directories = node->level < template_depth(walk->options->template);

	gone_tell(
	    &walk->gone, node->request.url, directories ? SEEN_DIRECTORIES : SEEN_FILES);
}

/* ---- directories ------------------------------------------------------------ */

/* Was nothing put there lately? */
static bool
is_quiet(const struct walk *walk, const struct node *node)
{
	struct window changed;

	return node->newest[0] == '\0' ||
	       !window_time(node->newest, walk->now, &changed) ||
	       changed.to <= walk->now - walk->options->settle;
}

/* Was it old enough when it was listed, by its name and by its newest entry? */
static bool
is_old(const struct walk *walk, const struct node *node)
{
	if (node->span.to == WINDOW_OPEN ||
	    node->span.to > walk->now - walk->options->settle)
		return false;
	return is_quiet(walk, node);
}

/* All below it is done: say what came of it, if that is news. */
static void
conclude(struct walk *walk, struct node *node)
{
	struct seen_directory is = {
	    .listed = !node->failed,
	    .failed = node->failed,
	    .tried = walk->now,
	    .span = node->failed ? window_common(node->span, node->window) : node->span,
	    .settled = !node->failed && node->whole && is_old(walk, node),
	    .entries = node->failed ? node->before.entries : node->entries,
	    .attempts =
		node->failed ? node->before.attempts + node->request.task.attempts : 0,
	    .selection = walk->selection,
	};
	const struct seen_directory *was = &node->before;

	memcpy(is.modified, node->modified, sizeof(is.modified));
	memcpy(is.newest_change, node->failed ? was->newest_change : node->newest,
	    sizeof(is.newest_change));
	if (node->above != NULL && !is.settled)
		node->above->whole = false;
	if (node->failed || (node->level == template_depth(walk->options->template) &&
				!is_quiet(walk, node)))
		node->over = false;
	if (!node->over && node->above != NULL)
		node->above->over = false;
	else if (!node->over)
		walk->totals->over = false;
	if (is.listed != was->listed || is.settled != was->settled ||
	    is.attempts != was->attempts || is.entries != was->entries ||
	    is.selection != was->selection || strcmp(is.modified, was->modified) != 0 ||
	    strcmp(is.newest_change, was->newest_change) != 0) {
		emit_directory(walk, node, &is);
		if (seen_note_directory(walk->seen, node->request.url, &is) != 0)
			walk->no_memory = true;
	}
	if (is.settled && node->level == template_depth(walk->options->template))
		seen_forget_files(walk->seen, node->request.url);
}

/* One thing less is pending at a node; what has nothing left is done, and gone. */
static void
finish(struct walk *walk, struct node *node)
{
	while (node != NULL && --node->pending == 0) {
		struct node *above = node->above;

		if (!*walk->stop)
			conclude(walk, node);
		node_free(node);
		node = above;
	}
}

static void
fail(struct walk *walk, struct node *node)
{
	node->failed = true;
	if (*walk->stop)
		return;
	walk->totals->failed++;
	/* Of a server that was given up, one message came already. */
	if (node->request.task.attempts > 0 && node->request.outcome != REMOTE_AWAY &&
	    node->request.outcome != REMOTE_LOGIN &&
	    node->request.outcome != REMOTE_UNTRUSTED && node->before.attempts == 0 &&
	    walk->totals->failed <= FAILURES_SHOWN)
		msg("%s: %s%s", node->request.url, node->request.message,
		    walk->totals->failed == FAILURES_SHOWN
			? " (more that fail are only recorded)"
			: "");
}

/* The progress line, five times a second at the most. */
static void
show(struct walk *walk)
{
	struct timespec now;
	int64_t fifth;

	clock_gettime(CLOCK_MONOTONIC, &now);
	fifth = (int64_t)now.tv_sec * 5 + now.tv_nsec / 200000000;
	if (fifth == walk->shown)
		return;
	walk->shown = fifth;
	msg_progress("%ld directories, %ld files, %ld new, %ld failed",
	    walk->totals->directories, walk->totals->files, walk->totals->emitted,
	    walk->totals->failed);
}

/* A listing has no source that the pattern matches. */
static void
miss_sources(struct walk *walk, const struct node *node)
{
	walk->totals->unmatched++;
	if (!walk->unmatched)
		msg("%s: no directory matches '%s': see the URL's last part",
		    node->request.url, node->root->pattern);
}

static void
arrived(struct lister_request *request, void *context)
{
	struct walk *walk = context;
	struct node *node = (struct node *)request;
	struct directory_result result;

	if (request->outcome == REMOTE_OK) {
		walk->at = node;
		lister_read(request, take, walk, &result);
		if (node->before.listed && result.error[0] == '\0' && result.refused == 0)
			tell_gone(walk, node);
		gone_forget(&walk->gone);
		walk->totals->directories++;
		if (result.refused > 0) {
			walk->totals->refused += result.refused;
			msg("%s: left out %ld names that no file should have, as '%s'",
			    request->url, result.refused, result.first_refused);
		}
		if (node->level == SOURCES && walk->n_found == 0 &&
		    result.error[0] == '\0')
			miss_sources(walk, node);
		if (!push_found(walk))
			snprintf(result.error, sizeof(result.error),
			    "more than %d directories at once", WAITING_MAX);
		if (result.error[0] != '\0') {
			request->outcome =
			    result.missing ? REMOTE_MISSING : REMOTE_FAILED;
			snprintf(request->message, sizeof(request->message), "%s",
			    result.error);
		}
	}
	/* One that is overdue and gone is no failure: nothing can be missed there. */
	if (request->outcome != REMOTE_OK &&
	    !(node->overdue && request->outcome == REMOTE_MISSING))
		fail(walk, node);
	finish(walk, node);
	show(walk);
	if (walk->stack == NULL)
		(void)stream_flush(walk->out);
}

static struct lister_request *
next(void *context)
{
	struct walk *walk = context;
	struct node *node = walk->stack;

	if (node == NULL || walk->no_memory || walk->out->error != 0)
		return NULL;
	walk->stack = node->next;
	walk->waiting--;
	return &node->request;
}

/* The directory above the sources of a root, or the server if that is the one source.
   NULL without memory. */
static struct node *
root_node(struct walk *walk, const struct walk_root *root)
{
	struct node *node = calloc(1, sizeof(*node));

	if (node == NULL) {
		walk->no_memory = true;
		return NULL;
	}
	node->root = root;
	node->request.user = root->user;
	node->level = root->named[0] == '\0' && !root->is_glob ? 0 : SOURCES;
	node->whole = node->over = true;
	node->span = (struct window){INT64_MIN, WINDOW_OPEN};
	node->window = walk->options->window;
	node->request.url = strdup(root->url);
	node->path = strdup("");
	node->source = strdup(root->pattern);
	if (node->request.url != NULL && node->path != NULL && node->source != NULL)
		return node;
	walk->no_memory = true;
	node_free(node);
	return NULL;
}

/* The first node of a root: that one, or the one source. */
static void
push_root(struct walk *walk, const struct walk_root *root)
{
	struct node *node = root_node(walk, root), *below;

	if (node == NULL)
		return;
	if (!root->is_glob && node->level == SOURCES) {
		below = node_below(walk, node, root->pattern, root->named);
		node_free(node);
		if (below == NULL)
			return;
		below->above = NULL;
		node = below;
	}
	remember(walk, node);
	push(walk, node);
}

/* Step down from a node, which is gone then, to the directory of an encoded name of n
   bytes; NULL if the tree has no such place. */
static struct node *
step_down(struct walk *walk, struct node *node, const char *encoded, size_t n)
{
	const struct template *template = walk->options->template;
	const struct walk_root *root = node->root;
	char *part = strndup(encoded, n);
	char *name = part != NULL ? url_decode(part) : NULL;
	struct node *below = NULL;
	bool fits = name != NULL && node->level < template_depth(template);

	if (fits && node->level == SOURCES)
		fits = root->is_glob ? fnmatch(root->pattern, name, FNM_PERIOD) == 0
				     : strcmp(root->pattern, name) == 0;
	if (fits)
		below = node_below(walk, node, name, part);
	if (below != NULL && node->level != SOURCES &&
	    (!template_match(template, node->level, name, strlen(name), &below->values) ||
		!template_span(template, &below->values, &below->span))) {
		node_free(below);
		below = NULL;
	}
	if (below != NULL)
		below->above = NULL;
	node_free(node);
	free(part);
	free(name);
	return below;
}

/* A directory that failed lies outside the window now: it is tried again all the same,
   for what was looked for then. */
static void
push_overdue(void *context, const char *url, const struct seen_directory *directory)
{
	struct walk *walk = context;
	struct node *node;
	const char *p;

	if (directory->selection != walk->selection ||
	    (!walk->options->retry && directory->attempts >= OVERDUE_ATTEMPTS &&
		directory->tried > walk->now - OVERDUE_SECONDS))
		return;
	node = root_node(walk, walk->root);
	p = url + strlen(walk->root->url);
	while (*p != '\0' && node != NULL) {
		size_t n = strcspn(p, "/");

		node = step_down(walk, node, p, n);
		p += n + (p[n] == '/');
	}
	if (node == NULL)
		return;
	if (node->level <= 0 || window_overlap(walk->options->window, node->span)) {
		node_free(node); /* the walk comes there itself */
		return;
	}
	node->overdue = true;
	node->window = directory->span;
	node->before = *directory;
	memcpy(node->modified, directory->modified, sizeof(node->modified));
	push(walk, node);
}

int
walk_run(const struct walk_options *options, const struct walk_root *roots, size_t n,
    struct lister *lister, struct seen *seen, struct stream *out,
    const volatile sig_atomic_t *stop, struct walk_totals *totals)
{
	struct walk walk = {.options = options,
	    .seen = seen,
	    .gone = {.seen = seen, .out = out},
	    .out = out,
	    .stop = stop,
	    .totals = totals,
	    .unmatched = totals->unmatched > 0,
	    .selection = seen_hash(options->selection),
	    .now = (int64_t)time(NULL)};
	int result;

	*totals = (struct walk_totals){.newest = INT64_MIN,
	    .over = options->window.to != WINDOW_OPEN &&
		    options->window.to <= walk.now - options->settle};
	timestamp_text(walk.now, walk.now_text);
	snprintf(walk.selection_text, sizeof(walk.selection_text), "%016" PRIx64,
	    walk.selection);
	for (size_t i = n; i > 0; i--) {
		walk.root = &roots[i - 1];
		push_root(&walk, walk.root);
		if (seen_failed(seen, walk.root->url, push_overdue, &walk) != 0)
			walk.no_memory = true;
	}
	result = lister_run(lister, next, arrived, &walk, stop);
	msg_progress_end();
	while (walk.stack != NULL) {
		struct node *node = walk.stack;

		walk.stack = node->next;
		/* Not asked: neither listed nor failed. */
		for (struct node *above = node->above;
		     above != NULL && --above->pending == 0;) {
			struct node *up = above->above;

			node_free(above);
			above = up;
		}
		node_free(node);
	}
	free(walk.found);
	gone_free(&walk.gone);
	if (walk.no_memory && result == 0) {
		msg("no memory");
		result = -1;
	}
	return result;
}
