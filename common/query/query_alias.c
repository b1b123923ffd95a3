/* Expressions by themselves, for who stores them: see query.h. */
#include <stdlib.h>
#include <string.h>

#include "query/query.h"
#include "query/query_lex.h"
#include "query/query_parse.h"

/* Append a copy of a text that is not there yet.  -1 without memory. */
static int
add(char ***texts, size_t *n, const char *text)
{
	char **more;

	for (size_t i = 0; i < *n; i++)
		if (strcmp((*texts)[i], text) == 0)
			return 0;
	more = realloc(*texts, (*n + 1) * sizeof(*more));
	if (more == NULL)
		return -1;
	*texts = more;
	more[*n] = strdup(text);
	return more[(*n)++] != NULL ? 0 : -1;
}

static int
collect(struct query_names *names, const struct query_node *node)
{
	if (node->kind == KIND_NAME && add(&names->names, &names->n, node->text) != 0)
		return -1;
	if (node->kind == KIND_ALIAS &&
	    add(&names->aliases, &names->n_aliases, node->text) != 0)
		return -1;
	for (const struct query_node *child = node->first; child; child = child->next)
		if (collect(names, child) != 0)
			return -1;
	return 0;
}

int
query_names_read(
    const char *expression, struct query_names *names, struct query_error *error)
{
	struct arena arena = {0};
	struct query_parser parser = {&arena, error, 0};
	struct query_source source = {expression, strlen(expression), NULL};
	struct query_node *tree;
	int result = -1;

	*names = (struct query_names){0};
	tree = query_parse(&parser, &source);
	if (tree == NULL || query_node_measure(tree, error) != 0)
		goto done;
	result = collect(names, tree);
	if (result != 0) {
		query_names_free(names);
		query_error_plain(error, "no memory");
	}
done:
	arena_free(&arena);
	return result;
}

void
query_names_free(struct query_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->names[i]);
	for (size_t i = 0; i < names->n_aliases; i++)
		free(names->aliases[i]);
	free(names->names);
	free(names->aliases);
	*names = (struct query_names){0};
}

int
query_alias_check(const char *name, const char *expression,
    const char *(*lookup)(void *context, const char *alias), void *context,
    struct query_error *error)
{
	struct arena arena = {0};
	struct query_parser parser = {&arena, error, 0};
	struct query_source source = {expression, strlen(expression), NULL};
	struct query_node *tree;
	int result = -1;

	if (!query_lex_is_plain(name, strlen(name)))
		return query_error_plain(error,
		    "'%.60s' cannot be the name of an alias: letters, digits and '_' "
		    "can, "
		    "with ':' and '.' between them",
		    name);
	tree = query_parse(&parser, &source);
	if (tree != NULL && query_expand(&parser, tree, name, lookup, context) == 0)
		result = query_node_measure(tree, error);
	arena_free(&arena);
	return result;
}
