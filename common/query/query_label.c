#include "query/query_label.h"

#include <string.h>

#include "query/query_name.h"

char *
query_label_address(struct arena *arena, const char *text, size_t n)
{
	char *address = arena_text(arena, text, n);

	for (char *p = address; p != NULL && (size_t)(p - address) < n; p++)
		if (*p == ' ')
			*p = '_';
	return address;
}

static bool
is_experiment(const struct query_node *node)
{
	return node->kind == KIND_NAME && node->condition != NULL &&
	       node->condition->sql != NULL && strcmp(node->text, "experiment") == 0;
}

static int
resolve_text(struct query_node *node, struct arena *arena)
{
	int result = 0;

	if (node->kind == KIND_CONSTANT && node->type == QUERY_STRING) {
		node->text = query_label_address(arena, node->text, node->length);
		return node->text != NULL ? 0 : -1;
	}
	if (node->kind == KIND_LIST)
		for (struct query_node *child = node->first; child; child = child->next)
			result |= resolve_text(child, arena);
	return result;
}

int
query_label_resolve(struct query_node *node, struct arena *arena)
{
	bool about = false;
	int result = 0;

	for (const struct query_node *child = node->first; child; child = child->next)
		about = about || is_experiment(child);
	for (struct query_node *child = node->first; child; child = child->next) {
		if (about)
			result |= resolve_text(child, arena);
		result |= query_label_resolve(child, arena);
	}
	return result;
}
