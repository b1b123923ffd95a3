#include "query/query_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "query/query_function.h"

#define SHOWN 40

/* The text of a node for a message, cut. */
#define SHOW(node)                                                                       \
	(int)((node)->place.n < SHOWN ? (node)->place.n : SHOWN),                        \
	    (node)->place.source->text + (node)->place.at

const struct query_node *
query_plain(const struct query_node *node)
{
	while (node->kind == KIND_ALIAS)
		node = node->first;
	return node;
}

static bool
is_numeric(enum query_type type)
{
	return type == QUERY_BOOL || type == QUERY_INT || type == QUERY_FLOAT;
}

static bool
takes(char parameter, const struct query_node *node)
{
	return query_function_takes(parameter, query_plain(node));
}

/* As what a mixed condition is compared with something else. */
static char
mixed_as(const struct query_node *mixed, const struct query_node *other)
{
	switch (other->type) {
	case QUERY_MIXED:
		return '*';
	case QUERY_TIME:
		return takes('s', mixed) ? 't' : '\0';
	case QUERY_STRING:
		return takes('s', mixed) ? 's' : '\0';
	default:
		return is_numeric(other->type) || other->type == QUERY_RUN
			   ? (takes('n', mixed) ? 'n' : '\0')
			   : '\0';
	}
}

char
query_compared_as(const struct query_node *a, const struct query_node *b)
{
	if (a->type == QUERY_MIXED)
		return mixed_as(a, b);
	if (b->type == QUERY_MIXED)
		return mixed_as(b, a);
	if (a->type == QUERY_TIME || b->type == QUERY_TIME)
		return takes('t', a) && takes('t', b) ? 't' : '\0';
	if (a->type == QUERY_STRING || b->type == QUERY_STRING)
		return takes('s', a) && takes('s', b) ? 's' : '\0';
	if (a->type == QUERY_PART && b->type == QUERY_PART)
		return 's';
	if (is_numeric(a->type) || is_numeric(b->type) ||
	    (a->type == QUERY_RUN && b->type == QUERY_RUN))
		return takes('n', a) && takes('n', b) ? 'n' : '\0';
	return '\0';
}

/* The part of the text from one operand to the next. */
static struct query_place
span(const struct query_node *a, const struct query_node *b)
{
	struct query_place place = a->place;

	place.n = b->place.at + b->place.n - place.at;
	return place;
}

static int
complain_none(struct query_error *error, const struct query_node *a,
    const struct query_node *b, enum query_operator operator)
{
	struct query_place place = span(a, b);
	const struct query_node *other = a->type == QUERY_NONE ? b : a;

	return query_error_set(error, &place,
	    "None is neither more, less nor equal to anything: write '%.*s is%s None'",
	    SHOW(other), operator== OPERATOR_NOT_EQUAL ? " not" : "");
}

static int
complain_time(struct query_error *error, const struct query_node *node)
{
	if (node->kind == KIND_CONSTANT && node->type == QUERY_STRING)
		return query_error_set(error, &node->place,
		    "%.*s is no time: write it as '2026-03-01' or '2026-03-01 12:30:00'",
		    SHOW(node));
	return query_error_set(error, &node->place,
	    "%.*s is of type %s and cannot be compared with a time", SHOW(node),
	    query_type_name(node->type));
}

/* No value of a mixed condition can be compared with that: say what there is. */
static int
complain_mixed(struct query_error *error, const struct query_node *mixed,
    const struct query_node *other)
{
	const struct query_node *plain = query_plain(mixed);
	unsigned kinds = plain->condition != NULL ? plain->condition->kinds : 0;
	struct query_place place =
	    mixed->place.at < other->place.at ? span(mixed, other) : span(other, mixed);
	char types[80] = "";

	for (int type = CONDITION_BOOL; type < CONDITION_MIXED; type++)
		if (kinds & CONDITION_KIND(type))
			snprintf(types + strlen(types), sizeof(types) - strlen(types),
			    "%s%s", types[0] != '\0' ? ", " : "",
			    condition_type_name((enum condition_type)type));
	return query_error_set(error, &place,
	    "%.*s has values of the types %s: none of them can be compared with %.*s, "
	    "of type %s",
	    SHOW(mixed), types, SHOW(other), query_type_name(other->type));
}

static int
complain_pair(struct query_error *error, const struct query_node *a,
    const struct query_node *b, enum query_operator operator)
{
	const struct query_node *constant = b->kind == KIND_CONSTANT ? b : a;
	const struct query_node *other = constant == b ? a : b;
	struct query_place place = span(a, b);

	if (a->type == QUERY_NONE || b->type == QUERY_NONE)
		return complain_none(error, a, b, operator);
	if (a->type == QUERY_MIXED || b->type == QUERY_MIXED)
		return complain_mixed(error, a->type == QUERY_MIXED ? a : b,
		    a->type == QUERY_MIXED ? b : a);
	if (a->type == QUERY_TIME || b->type == QUERY_TIME)
		return complain_time(error, a->type == QUERY_TIME ? b : a);
	if (constant->kind == KIND_CONSTANT && is_numeric(constant->type) &&
	    other->type == QUERY_STRING)
		return query_error_set(error, &place,
		    "%.*s is a string, %.*s is of type %s: compare float(%.*s), or with "
		    "'%.*s', in quotes",
		    SHOW(other), SHOW(constant), query_type_name(constant->type),
		    SHOW(other), SHOW(constant));
	if (a->type == QUERY_LIST || b->type == QUERY_LIST)
		return query_error_set(
		    error, &place, "a list stands behind 'in' or 'not in'");
	return query_error_set(error, &place,
	    "%.*s is of type %s, %.*s is of type %s: they cannot be compared", SHOW(a),
	    query_type_name(a->type), SHOW(b), query_type_name(b->type));
}

/* left in [a, b]: all as one kind of value. */
static int
check_in_list(struct query_error *error, const struct query_node *left,
    const struct query_node *list)
{
	char first = '\0', class;

	if (left->type == QUERY_NONE || left->type == QUERY_LIST)
		return query_error_set(error, &left->place,
		    "a value is expected before 'in'; to ask for None, write 'is None'");
	for (const struct query_node *item = list->first; item; item = item->next) {
		if (item->type == QUERY_NONE)
			return query_error_set(error, &item->place,
			    "None is in no list: write '%.*s is None or ...'",
			    SHOW(left));
		class = query_compared_as(left, item);
		if (class == '\0' && item->place.source == left->place.source)
			return complain_pair(error, left, item, OPERATOR_EQUAL);
		if (class == '\0' ||
		    (first != '\0' && class != first && left->type != QUERY_MIXED))
			return query_error_set(error, &item->place,
			    "%.*s does not go with the rest of the list", SHOW(item));
		first = class;
	}
	return 0;
}

static int
check_in(struct query_error *error, const struct query_node *left,
    const struct query_node *right)
{
	const struct query_node *plain = query_plain(right);
	struct query_place place = span(left, right);

	if (plain->kind == KIND_LIST)
		return check_in_list(error, left, plain);
	if (right->type == QUERY_JSON &&
	    (is_numeric(left->type) || left->type == QUERY_STRING ||
		left->type == QUERY_RUN || left->type == QUERY_MIXED))
		return 0;
	if ((right->type == QUERY_STRING || right->type == QUERY_PART ||
		(right->type == QUERY_MIXED && takes('s', right))) &&
	    takes('s', left))
		return 0;
	if (right->type == QUERY_JSON || right->type == QUERY_STRING)
		return query_error_set(error, &place,
		    "%.*s is of type %s and cannot be in %.*s, of type %s", SHOW(left),
		    query_type_name(left->type), SHOW(right),
		    query_type_name(right->type));
	return query_error_set(error, &right->place,
	    "'in' looks into lists, strings and JSON, but %.*s is of type %s",
	    SHOW(right), query_type_name(right->type));
}

static int
check_pair(struct query_error *error, const struct query_node *a,
    const struct query_node *b, enum query_operator operator)
{
	switch (operator) {
	case OPERATOR_IS:
	case OPERATOR_IS_NOT:
		if (b->type == QUERY_NONE && a->type != QUERY_LIST)
			return 0;
		if (query_plain(b)->kind == KIND_CONSTANT && b->type == QUERY_BOOL &&
		    takes('n', a))
			return 0;
		return query_error_set(error, &b->place,
		    "'is' goes with None, True and False: write '==' or '!='");
	case OPERATOR_IN:
	case OPERATOR_NOT_IN:
		return check_in(error, a, b);
	default:
		if (query_compared_as(a, b) == '\0')
			return complain_pair(error, a, b, operator);
		return 0;
	}
}

static int
check_compare(struct query_error *error, struct query_node *node)
{
	node->type = QUERY_BOOL;
	for (const struct query_node *a = node->first; a != NULL && a->next != NULL;
	     a = a->next)
		if (check_pair(error, a, a->next, a->next->operator) != 0)
			return -1;
	return 0;
}

static int
check_arithmetic(struct query_error *error, struct query_node *node)
{
	const struct query_node *a = node->first, *b, *wrong;

	if (a == NULL)
		return -1; /* no arithmetic is without operands */
	b = a->next;
	wrong = b == NULL || !takes('n', a) ? a : b;
	if (b != NULL && node->kind == KIND_ADD && a->type == QUERY_STRING &&
	    b->type == QUERY_STRING) {
		node->type = QUERY_STRING;
		return 0;
	}
	if (b != NULL && node->kind == KIND_SUBTRACT && query_compared_as(a, b) == 't') {
		node->type = QUERY_FLOAT;
		return 0;
	}
	if (!takes('n', a) || (b != NULL && !takes('n', b)))
		return query_error_set(error, &wrong->place,
		    "%.*s is of type %s: a number is expected here", SHOW(wrong),
		    query_type_name(wrong->type));
	node->type =
	    node->kind == KIND_DIVIDE || a->type == QUERY_FLOAT ||
		    a->type == QUERY_MIXED ||
		    (b != NULL && (b->type == QUERY_FLOAT || b->type == QUERY_MIXED))
		? QUERY_FLOAT
		: QUERY_INT;
	return 0;
}

static int
check_call(struct query_error *error, struct query_node *node)
{
	/* max([a, b]) is max(a, b). */
	if (strcmp(node->text, "max") == 0 || strcmp(node->text, "min") == 0)
		if (node->first != NULL && node->first->kind == KIND_LIST &&
		    node->first->next == NULL)
			node->first = node->first->first;
	node->function = query_function_find(node, error);
	if (node->function == NULL)
		return -1;
	node->type = node->function->result;
	if (node->type != QUERY_NONE)
		return 0;
	node->type = QUERY_INT;
	for (const struct query_node *child = node->first; child; child = child->next)
		if (child->type == QUERY_FLOAT || child->type == QUERY_JSON ||
		    child->type == QUERY_MIXED)
			node->type = QUERY_FLOAT;
	return 0;
}

bool
query_constant(const char *name, double *value)
{
	static const struct {
		const char *name;
		double value;
	} constants[] = {{"math.e", M_E}, {"math.inf", INFINITY}, {"math.pi", M_PI},
	    {"math.tau", 2 * M_PI}};

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		if (strcmp(name, constants[i].name) == 0) {
			*value = constants[i].value;
			return true;
		}
	return false;
}

static int
check_name(struct query_catalog *catalog, struct query_node *node)
{
	double value;

	if (query_constant(node->text, &value) &&
	    !query_catalog_has(catalog, node->text)) {
		node->kind = KIND_CONSTANT;
		node->type = QUERY_FLOAT;
		node->real = value;
		return 0;
	}
	node->condition = query_catalog_find(catalog, node->text, &node->place);
	if (node->condition == NULL)
		return -1;
	node->type = node->condition->type;
	return 0;
}

static int
check_logic(struct query_error *error, struct query_node *node)
{
	node->type = QUERY_BOOL;
	for (const struct query_node *child = node->first; child; child = child->next)
		if (child->type == QUERY_LIST)
			return query_error_set(
			    error, &child->place, "a list is no condition by itself");
	return 0;
}

int
query_check(struct query_catalog *catalog, struct query_node *node)
{
	for (struct query_node *child = node->first; child; child = child->next)
		if (query_check(catalog, child) != 0)
			return -1;
	switch (node->kind) {
	case KIND_CONSTANT:
	case KIND_LIST:
		return 0;
	case KIND_NAME:
		return check_name(catalog, node);
	case KIND_ALIAS:
		/* One that was not expanded is none. */
		node->type = node->first != NULL ? node->first->type : QUERY_NONE;
		return 0;
	case KIND_CALL:
		return check_call(catalog->error, node);
	case KIND_COMPARE:
		return check_compare(catalog->error, node);
	case KIND_NOT:
	case KIND_AND:
	case KIND_OR:
		return check_logic(catalog->error, node);
	default:
		return check_arithmetic(catalog->error, node);
	}
}
