#include "query_plan.h"

#include <stdint.h>

#include "query_check.h"

/* A set of conditions by their numbers; those from 64 on are never in it. */
typedef uint64_t Set;

static Set required(const struct query_node *node, bool truth);

/* The conditions without which a node has no value. */
static Set
needed(const struct query_node *node)
{
	Set set = 0;

	switch (node->kind) {
	case KIND_NAME:
		return node->condition->number >= 0 && node->condition->number < 64
			   ? (Set)1 << node->condition->number
			   : 0;
	case KIND_ALIAS:
		return needed(node->first);
	case KIND_COMPARE:
	case KIND_NOT:
	case KIND_AND:
	case KIND_OR:
		return required(node, true) & required(node, false);
	default:
		for (const struct query_node *child = node->first; child;
		     child = child->next)
			set |= needed(child);
		return set;
	}
}

static Set
required_pair(const struct query_node *left, bool truth)
{
	const struct query_node *right = left->next;

	switch (right->operator) {
	case OPERATOR_IS:
	case OPERATOR_IS_NOT:
		if (right->type == QUERY_NONE)
			return truth == (right->operator== OPERATOR_IS_NOT) ? needed(left)
									    : 0;
		return needed(left);
	case OPERATOR_IN:
	case OPERATOR_NOT_IN:
		/* One of a list may be missing. */
		return needed(left) |
		       (query_plain(right)->kind == KIND_LIST ? 0 : needed(right));
	default:
		return needed(left) | needed(right);
	}
}

/* Those without which a node cannot be true (or false). */
static Set
required(const struct query_node *node, bool truth)
{
	bool all = truth == (node->kind != KIND_OR);
	Set set = all ? 0 : ~(Set)0;

	switch (node->kind) {
	case KIND_ALIAS:
		return required(node->first, truth);
	case KIND_NOT:
		return required(node->first, !truth);
	case KIND_AND:
	case KIND_OR:
	case KIND_COMPARE:
		break;
	default:
		return needed(node);
	}
	for (const struct query_node *child = node->first; child; child = child->next) {
		Set part;

		if (node->kind == KIND_COMPARE && child->next == NULL)
			break;
		part = node->kind == KIND_COMPARE ? required_pair(child, truth)
						  : required(child, truth);
		set = all ? set | part : set & part;
	}
	return set;
}

static void
number_names(const struct query_node *node, int *next)
{
	struct query_condition *condition = node->condition;

	if (node->kind == KIND_NAME && condition->sql == NULL && condition->number < 0)
		condition->number = (*next)++;
	if (node->kind == KIND_NAME)
		condition->filtered = true;
	for (const struct query_node *child = node->first; child; child = child->next)
		number_names(child, next);
}

/* What a comparison lets pass, from its operators alone. */
static double
guess(const struct query_node *node)
{
	double part = 1, n = 0;

	if (node->kind != KIND_COMPARE)
		return 0.5;
	for (const struct query_node *child = node->first->next; child; child = child->next)
		switch (child->operator) {
		case OPERATOR_EQUAL:
			part *= 0.05;
			break;
		case OPERATOR_IN:
			for (const struct query_node *item = query_plain(child)->first;
			     item != NULL; item = item->next)
				n++;
			part *= n > 0 && n < 8 ? 0.05 * n : 0.4;
			break;
		case OPERATOR_NOT_EQUAL:
		case OPERATOR_NOT_IN:
		case OPERATOR_IS_NOT:
			part *= 0.9;
			break;
		default:
			part *= 0.35;
		}
	return part;
}

/* Give each condition of a node that must hold its part. */
static void
guess_parts(const struct query_catalog *catalog, const struct query_node *node)
{
	double part;
	Set set;

	node = query_plain(node);
	if (node->kind == KIND_AND) {
		for (const struct query_node *child = node->first; child;
		     child = child->next)
			guess_parts(catalog, child);
		return;
	}
	part = guess(node);
	set = required(node, true);
	for (struct query_condition *c = catalog->first; c; c = c->next)
		if (c->number >= 0 && c->number < 64 && (set >> c->number & 1) != 0)
			c->part *= part;
}

void
query_plan(const struct query_catalog *catalog, const struct query_node *filter)
{
	int next = 0;
	Set set;

	number_names(filter, &next);
	set = required(filter, true);
	for (struct query_condition *c = catalog->first; c; c = c->next) {
		if (c->number < 0)
			continue;
		c->joined = c->number < QUERY_JOINS_MAX;
		c->required = c->joined && (set >> c->number & 1) != 0;
	}
	guess_parts(catalog, filter);
}

void
query_plan_column(const struct query_catalog *catalog, struct query_condition *condition)
{
	int next = 0;

	if (condition->sql != NULL || condition->number >= 0)
		return;
	for (const struct query_condition *c = catalog->first; c; c = c->next)
		if (c->number >= next)
			next = c->number + 1;
	condition->number = next;
	condition->joined = next < QUERY_JOINS_MAX;
}
