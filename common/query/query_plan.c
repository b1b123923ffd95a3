#include "query/query_plan.h"

#include <stdint.h>

#include "query/query_check.h"

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

/* Number a condition, or those that it uses, unless that was done. */
static void
number(struct query_condition *condition, int *next)
{
	for (int i = 0; i < QUERY_USES_MAX; i++)
		if (condition->uses[i] != NULL)
			number(condition->uses[i], next);
	if (condition->sql == NULL && condition->number < 0)
		condition->number = (*next)++;
}

static void
number_names(const struct query_node *node, int *next)
{
	if (node->kind == KIND_NAME) {
		number(node->condition, next);
		node->condition->filtered = true;
	}
	for (const struct query_node *child = node->first; child; child = child->next)
		number_names(child, next);
}

/* How many rows of condition_columns a condition has, where local values count as one,
   and how long one of them is: those of a condition are mostly alike. */
static int
count_columns(sqlite3 *db, struct query_condition *condition)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db,
	    "SELECT (SELECT count(*) FROM condition_columns WHERE type_id = ?1) + "
	    "EXISTS (SELECT 1 FROM local_conditions WHERE type_id = ?1), "
	    "(SELECT length(data) FROM condition_columns WHERE type_id = ?1 LIMIT 1)",
	    -1, &statement, NULL);

	if (code == SQLITE_OK) {
		sqlite3_bind_int64(statement, 1, condition->id);
		code = sqlite3_step(statement);
		condition->columns = sqlite3_column_int64(statement, 0);
		condition->bytes = sqlite3_column_int64(statement, 1);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 0 : -1;
}

int
query_plan(const struct query_catalog *catalog, const struct query_node *filter)
{
	int next = 0;
	Set set;

	number_names(filter, &next);
	set = required(filter, true);
	for (struct query_condition *c = catalog->first; c; c = c->next) {
		c->required =
		    c->number >= 0 && c->number < 64 && (set >> c->number & 1) != 0;
		if (c->required && count_columns(catalog->db, c) != 0)
			return -1;
	}
	return 0;
}

void
query_plan_column(const struct query_catalog *catalog, struct query_condition *condition)
{
	int next = 0;

	for (const struct query_condition *c = catalog->first; c; c = c->next)
		if (c->number >= next)
			next = c->number + 1;
	number(condition, &next);
}
