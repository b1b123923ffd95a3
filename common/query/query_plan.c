#include "query/query_plan.h"

#include <stdint.h>

#include "query/query_check.h"
#include "query/query_sql.h"

/* Rows of a condition that are looked at: about a millisecond. */
#define SAMPLE 3000

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

/* Does an expression need nothing but the value of one condition? */
static bool
is_about(const struct query_node *node, const struct query_condition *condition)
{
	if (node->kind == KIND_NAME)
		return node->condition == condition;
	for (const struct query_node *child = node->first; child; child = child->next)
		if (!is_about(child, condition))
			return false;
	return true;
}

/* Write, for each AND-ed part that is about the condition, " AND " and the part. */
static void
write_parts(struct query_sql *sql, const struct query_node *node,
    const struct query_condition *condition)
{
	node = query_plain(node);
	if (node->kind == KIND_AND) {
		for (const struct query_node *child = node->first; child;
		     child = child->next)
			write_parts(sql, child, condition);
	} else if (is_about(node, condition)) {
		fputs(" AND ", sql->out);
		query_sql_filter(sql, node);
	}
}

static int
sample(sqlite3 *db, const struct query_sql *sql, struct query_condition *condition)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, sql->text, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = query_sql_bind(sql, statement);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		condition->rows = sqlite3_column_double(statement, 0);
		condition->pass = sqlite3_column_double(statement, 1);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 0 : -1;
}

int
query_plan_sample(const struct query_catalog *catalog, const struct query_node *filter)
{
	for (struct query_condition *c = catalog->first; c; c = c->next) {
		struct query_sql sql;
		int result = 0;

		if (!c->required)
			continue;
		if (query_sql_begin(&sql, catalog->arena) != 0)
			return -1;
		fputs("SELECT count(*), total(true", sql.out);
		write_parts(&sql, filter, c);
		fputs(") FROM (SELECT value FROM conditions WHERE type_id = ", sql.out);
		query_sql_integer(&sql, c->id, NULL);
		fprintf(sql.out, " LIMIT %d) c%d", SAMPLE, c->number);
		/* One that is too long is reported when the whole is written. */
		if (query_sql_end(&sql) == 0)
			result = sample(catalog->db, &sql, c);
		query_sql_free(&sql);
		if (result != 0)
			return -1;
	}
	return 0;
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
