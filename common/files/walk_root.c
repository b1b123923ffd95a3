/* The URL that a walk begins with: its alternatives, and the source at its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "files/remote.h"
#include "files/url.h"
#include "files/walk.h"

#define ROOTS_MAX 1000

static void
root_free(struct walk_root *root)
{
	free(root->url);
	free(root->pattern);
	free(root->user);
	free(root->named);
}

void
walk_roots_free(struct walk_root *roots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		root_free(&roots[i]);
	free(roots);
}

/* Cut a URL into what stands above its last part, with a slash at its end, and that
   part.  Without sources the slash at its end says nothing. */
static void
cut(const char *text, bool sources, size_t *above, size_t *end)
{
	const char *path = url_path(text);
	size_t begin = (size_t)(path - text);

	*end = strlen(text);
	while (!sources && *end > begin && text[*end - 1] == '/')
		(*end)--;
	*above = *end;
	while (*above > begin && text[*above - 1] != '/')
		(*above)--;
}

/* The name of the one source, and whether it is a glob.  Of a URL that is a host and no
   more, that is the host. */
static int
name_source(struct walk_root *root, const char *last, size_t n, bool sources)
{
	const char *host = strstr(root->url, "://") + 3;
	char *raw = strndup(last, n);

	if (raw == NULL)
		return -1;
	root->is_glob = (n == 0 && sources) || strpbrk(raw, "*?[") != NULL;
	if (n > 0)
		root->pattern = url_decode(raw);
	else if (sources)
		root->pattern = strdup("*");
	else
		root->pattern = strndup(host, strcspn(host, ":/"));
	free(raw);
	if (root->pattern == NULL)
		return -1;
	root->named = n > 0 ? url_encode(root->pattern) : strdup("");
	return root->named != NULL ? 0 : -1;
}

/* Split one URL without alternatives.  0, 1, or 2 after a message. */
static int
read_root(const char *text, bool sources, struct walk_root *root)
{
	size_t above, end;
	char *url;

	*root = (struct walk_root){.url = NULL};
	cut(text, sources, &above, &end);
	if (asprintf(&url, "%.*s%s", (int)above, text,
		above > 0 && text[above - 1] == '/' ? "" : "/") < 0)
		goto memory;
	root->url =
	    url_clean(*url_path(text) != '\0' || strstr(text, "://") != NULL ? url : text,
		&root->user);
	free(url);
	if (root->url == NULL)
		return EXIT_USAGE;
	if (name_source(root, text + above, end - above, sources) != 0)
		goto memory;
	if (strchr(root->pattern, '#') == NULL && strcmp(root->pattern, ".") != 0 &&
	    strcmp(root->pattern, "..") != 0 && strchr(root->pattern, '/') == NULL)
		return 0;
	msg("%s%s: the last part of a URL names the source", root->url, root->named);
	return EXIT_USAGE;
memory:
	msg("no memory");
	return EXIT_PARTIAL;
}

static int
add_root(const char *text, bool sources, struct walk_root **roots, size_t *n)
{
	struct walk_root *more;
	struct walk_root root;
	int status;

	if (*n == ROOTS_MAX) {
		msg("more than %d sources", ROOTS_MAX);
		return EXIT_USAGE;
	}
	status = read_root(text, sources, &root);
	if (status != 0) {
		root_free(&root);
		return status;
	}
	more = realloc(*roots, (*n + 1) * sizeof(**roots));
	if (more == NULL) {
		root_free(&root);
		msg("no memory");
		return EXIT_PARTIAL;
	}
	*roots = more;
	more[(*n)++] = root;
	return 0;
}

int
walk_roots(const char *text, bool sources, struct walk_root **roots, size_t *n)
{
	const char *open = strchr(text, '{');
	const char *close = open != NULL ? strchr(open, '}') : NULL;
	int status = 0;

	if (open == NULL)
		return add_root(text, sources, roots, n);
	if (close == NULL) {
		msg("%.*s...: a { without its }", (int)strcspn(text, "@{"), text);
		return EXIT_USAGE;
	}
	for (const char *p = open + 1; p <= close && status == 0;) {
		size_t length = strcspn(p, ",}");
		char *one;

		if (asprintf(&one, "%.*s%.*s%s", (int)(open - text), text, (int)length, p,
			close + 1) < 0) {
			msg("no memory");
			return EXIT_PARTIAL;
		}
		status = walk_roots(one, sources, roots, n);
		free(one);
		p += length + 1;
	}
	return status;
}
