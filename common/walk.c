#include "walk.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "msg.h"
#include "remote_record.h"

#define SOURCES (-1) /* level of a directory whose entries are the sources */
#define FAILURES_SHOWN 10

/* A directory that is to be listed, or waits for those below it. */
struct node {
	struct lister_request request; /* first: requests come back as nodes */
	struct node *above;
	const struct walk_root *root;
	int level;
	char *source;
	char *path; /* below the root's url, not encoded, with '/' at its end */
	struct template_values values;
	struct window span;
	char modified[DIRECTORY_MODIFIED]; /* as the directory above shows it */
	char newest[DIRECTORY_MODIFIED];
	struct known_directory before;
	long entries;
	long pending; /* below it, and itself */
	bool failed, whole;
	struct node *next; /* on the stack */
};

struct walk {
	const struct walk_options *options;
	struct known *known;
	struct stream *out;
	const volatile sig_atomic_t *stop;
	struct walk_totals *totals;
	struct node *stack;
	struct node *at; /* whose entries are being read */
	uint64_t selection;
	char selection_text[20];
	int64_t now;
	char now_text[WINDOW_TEXT];
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

/* A node for a directory called name below another one; NULL without memory. */
static struct node *
node_below(struct walk *walk, struct node *above, const char *name, const char *encoded)
{
	struct node *node = calloc(1, sizeof(*node));
	char *own = encoded == NULL ? remote_encode(name) : NULL;

	if (encoded == NULL)
		encoded = own;
	if (node == NULL || encoded == NULL ||
	    asprintf(&node->request.url, "%s%s/", above->request.url, encoded) < 0) {
		if (node != NULL)
			node->request.url = NULL;
		goto memory;
	}
	if (asprintf(&node->path, "%s%s/", above->path, name) < 0) {
		node->path = NULL;
		goto memory;
	}
	node->root = above->root;
	node->request.user = above->root->user;
	node->level = above->level + 1;
	node->source = strdup(above->level == SOURCES ? name : above->source);
	if (node->source == NULL || !template_copy(&above->values, &node->values))
		goto memory;
	node->above = above;
	node->whole = true;
	node->span = above->span;
	free(own);
	return node;
memory:
	walk->no_memory = true;
	free(own);
	if (node != NULL)
		node_free(node);
	return NULL;
}

static void
push(struct walk *walk, struct node *node)
{
	node->pending = 1;
	node->next = walk->stack;
	walk->stack = node;
	if (node->above != NULL)
		node->above->pending++;
}

/* ---- records ---------------------------------------------------------------- */

static void
emit_directory(
    struct walk *walk, const struct node *node, const struct known_directory *is)
{
	char from[WINDOW_TEXT] = "", to[WINDOW_TEXT] = "";
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

	if (node->span.from != INT64_MIN) {
		window_text(node->span.from, from);
		window_text(node->span.to, to);
	}
	remote_record_directory(walk->out, &record);
}

static void
emit_file(struct walk *walk, const struct node *node, const struct directory_entry *entry,
    const struct known_file *file)
{
	struct remote_file record = {
	    .url = file->url,
	    .source = node->source,
	    .size = file->size,
	    .modified = file->modified,
	    .observed_at = walk->now_text,
	    .time = file->time,
	    .fields = file->fields,
	};
	char *path;

	if (asprintf(&path, "%s%s", node->path, entry->name) < 0) {
		walk->no_memory = true;
		return;
	}
	record.path = path;
	remote_record_file(walk->out, &record);
	walk->totals->emitted++;
	free(path);
}

/* ---- entries ---------------------------------------------------------------- */

/* One that rests: listed in full when it was old, and unchanged as far as can be seen. */
static bool
rests(const struct walk *walk, const struct node *node)
{
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
	known_directory(walk->known, below->request.url, &below->before);
	push(walk, below);
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
	if (!window_overlap(walk->options->window, below->span)) {
		node->whole = false;
		node_free(below);
		return;
	}
	snprintf(below->modified, sizeof(below->modified), "%s", entry->modified);
	known_directory(walk->known, below->request.url, &below->before);
	if (rests(walk, below)) {
		walk->totals->skipped++;
		if (below->span.from > walk->totals->newest &&
		    below->span.from != INT64_MIN)
			walk->totals->newest = below->span.from;
		node_free(below);
		return;
	}
	push(walk, below);
}

/* A file that counts: is it new? */
static void
compare_file(struct walk *walk, struct node *node, const struct directory_entry *entry,
    const struct template_values *values, const char *time)
{
	struct known_file file = {
	    .size = entry->size, .modified = entry->modified, .time = time};
	char *name = remote_encode(entry->name), *url = NULL,
	     *fields = remote_record_fields(walk->options->template, values);

	if (name == NULL || fields == NULL ||
	    asprintf(&url, "%s%s", node->request.url, name) < 0) {
		walk->no_memory = true;
		url = NULL;
		goto done;
	}
	file.url = url;
	file.fields = fields;
	if (!known_file(walk->known, &file)) {
		emit_file(walk, node, entry, &file);
		if (known_note_file(walk->known, &file) != 0)
			walk->no_memory = true;
	}
done:
	free(name);
	free(url);
	free(fields);
}

static void
take_file(struct walk *walk, struct node *node, const struct directory_entry *entry)
{
	const struct walk_options *o = walk->options;
	struct template_values values;
	struct window span;
	char time[WINDOW_TEXT];

	if (entry->type != DIRECTORY_FILE)
		return;
	if (!template_copy(&node->values, &values)) {
		walk->no_memory = true;
		template_forget(&values);
		return;
	}
	if (!template_match_file(o->template, entry->name, entry->length, &values) ||
	    !template_span(o->template, &values, &span) || span.from == INT64_MIN ||
	    (o->wanted != NULL &&
		!o->wanted(o->context, node->source, entry->name, &values)))
		goto done;
	if (!window_overlap(o->window, span)) {
		node->whole = false;
		goto done;
	}
	walk->totals->files++;
	if (span.from > walk->totals->newest)
		walk->totals->newest = span.from;
	window_text(span.from, time);
	compare_file(walk, node, entry, &values, time);
done:
	template_forget(&values);
}

static void
take(void *context, const struct directory_entry *entry)
{
	struct walk *walk = context;
	struct node *node = walk->at;

	node->entries++;
	if (strcmp(entry->modified, node->newest) > 0)
		snprintf(node->newest, sizeof(node->newest), "%s", entry->modified);
	if (node->level == SOURCES)
		take_source(walk, node, entry);
	else if (node->level < template_depth(walk->options->template))
		take_directory(walk, node, entry);
	else
		take_file(walk, node, entry);
}

/* ---- directories ------------------------------------------------------------ */

/* Was it old enough when it was listed, by its name and by its newest entry? */
static bool
is_old(const struct walk *walk, const struct node *node)
{
	struct window changed;

	if (node->span.to == WINDOW_OPEN ||
	    node->span.to > walk->now - walk->options->settle)
		return false;
	return node->newest[0] == '\0' ||
	       !window_time(node->newest, walk->now, &changed) ||
	       changed.to <= walk->now - walk->options->settle;
}

/* All below it is done: say what came of it, if that is news. */
static void
conclude(struct walk *walk, struct node *node)
{
	struct known_directory is = {
	    .listed = !node->failed,
	    .settled = !node->failed && node->whole && is_old(walk, node),
	    .entries = node->failed ? node->before.entries : node->entries,
	    .attempts = node->failed ? node->before.attempts + node->request.attempts : 0,
	    .selection = walk->selection,
	};
	const struct known_directory *was = &node->before;

	memcpy(is.modified, node->modified, sizeof(is.modified));
	memcpy(is.newest_change, node->failed ? was->newest_change : node->newest,
	    sizeof(is.newest_change));
	if (node->above != NULL && !is.settled)
		node->above->whole = false;
	if (is.listed != was->listed || is.settled != was->settled ||
	    is.attempts != was->attempts || is.entries != was->entries ||
	    is.selection != was->selection || strcmp(is.modified, was->modified) != 0 ||
	    strcmp(is.newest_change, was->newest_change) != 0) {
		emit_directory(walk, node, &is);
		if (known_note_directory(walk->known, node->request.url, &is) != 0)
			walk->no_memory = true;
	}
	if (is.settled && node->level == template_depth(walk->options->template))
		known_forget_files(walk->known, node->request.url);
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
	if (node->request.attempts > 0 && node->request.outcome != REMOTE_AWAY &&
	    node->request.outcome != REMOTE_LOGIN &&
	    node->request.outcome != REMOTE_UNTRUSTED && node->before.attempts == 0 &&
	    walk->totals->failed <= FAILURES_SHOWN)
		msg("%s: %s%s", node->request.url, node->request.message,
		    walk->totals->failed == FAILURES_SHOWN
			? " (more that fail are only recorded)"
			: "");
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
		walk->totals->directories++;
		if (result.refused > 0) {
			walk->totals->refused += result.refused;
			msg("%s: left out %ld names that no file should have, as '%s'",
			    request->url, result.refused, result.first_refused);
		}
		if (result.error[0] != '\0') {
			request->outcome = REMOTE_FAILED;
			snprintf(request->message, sizeof(request->message), "%s",
			    result.error);
		}
	}
	if (request->outcome != REMOTE_OK)
		fail(walk, node);
	finish(walk, node);
	msg_progress("%ld directories, %ld files, %ld new, %ld failed",
	    walk->totals->directories, walk->totals->files, walk->totals->emitted,
	    walk->totals->failed);
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
	return &node->request;
}

/* The first node of a root: the directory above the sources, or the one source. */
static void
push_root(struct walk *walk, const struct walk_root *root)
{
	struct node *node = calloc(1, sizeof(*node)), *below;

	if (node == NULL)
		goto memory;
	node->root = root;
	node->request.user = root->user;
	node->level = SOURCES;
	node->whole = true;
	node->span = (struct window){INT64_MIN, WINDOW_OPEN};
	node->request.url = strdup(root->url);
	node->path = strdup("");
	node->source = strdup(root->pattern);
	if (node->request.url == NULL || node->path == NULL || node->source == NULL)
		goto memory;
	if (root->is_glob) {
		known_directory(walk->known, node->request.url, &node->before);
		push(walk, node);
		return;
	}
	if (root->named[0] == '\0') { /* the server itself is the source */
		node->level = 0;
		below = node;
	} else {
		below = node_below(walk, node, root->pattern, root->named);
		node_free(node);
		if (below == NULL)
			return;
		below->above = NULL;
	}
	known_directory(walk->known, below->request.url, &below->before);
	push(walk, below);
	return;
memory:
	walk->no_memory = true;
	if (node != NULL)
		node_free(node);
}

int
walk_run(const struct walk_options *options, const struct walk_root *roots, size_t n,
    struct lister *lister, struct known *known, struct stream *out,
    const volatile sig_atomic_t *stop, struct walk_totals *totals)
{
	struct walk walk = {.options = options,
	    .known = known,
	    .out = out,
	    .stop = stop,
	    .totals = totals,
	    .selection = known_hash(options->selection),
	    .now = (int64_t)time(NULL)};
	int result;

	*totals = (struct walk_totals){.newest = INT64_MIN};
	window_text(walk.now, walk.now_text);
	snprintf(walk.selection_text, sizeof(walk.selection_text), "%016" PRIx64,
	    walk.selection);
	for (size_t i = n; i > 0; i--)
		push_root(&walk, &roots[i - 1]);
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
	if (walk.no_memory && result == 0) {
		msg("no memory");
		result = -1;
	}
	return result;
}
