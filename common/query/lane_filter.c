#include "query/lane_filter.h"

#include <stdlib.h>
#include <string.h>

#include "query/query_check.h"
#include "query/value_term.h"
#include "text/number.h"
#include "text/timestamp.h"

#define LANES_MAX 8

/* What SQL knows: NULL is unknown. */
enum truth { FALSE, TRUE, UNKNOWN };

enum part_kind {
	PART_AND,
	PART_OR,
	PART_NOT,
	PART_PRESENT, /* there is a value */
	PART_VALUE,   /* a value of a condition satisfies the term */
	PART_NUMBER,  /* a number of a run does */
	PART_TEXT,    /* a text of a run does */
};

/* Of a run itself. */
enum number_of { OF_RUN, OF_TIME, OF_DURATION };

/* A number or text that something is compared with. */
struct constant {
	bool is_text;
	struct number number;
	const char *text; /* borrowed from the tree */
	size_t n;
};

struct part {
	enum part_kind kind;
	struct part *first, *next;
	struct part *older; /* of all parts */
	int lane;	    /* -1: none */
	bool negate;	    /* it must not be so */
	struct value_term term;
	bool is_quick; /* most numbers are told by their first digits */
	struct value_quick quick;
	int operator; /* of numbers and texts */
	enum number_of of;
	struct constant *constants; /* one of those will do */
	size_t n;
};

struct lane_filter {
	sqlite3 *db;
	sqlite3_stmt *values; /* gives constants as SQL has them */
	struct arena arena;
	struct part *root, *newest;
	struct lane lanes[LANES_MAX];
	const struct query_condition *conditions[LANES_MAX];
	int n;
	bool failed;
};

/* ---- Reading the tree ------------------------------------------------------- */

static struct part *read_part(struct lane_filter *filter, const struct query_node *node);

static struct part *
new_part(struct lane_filter *filter, enum part_kind kind)
{
	struct part *part = arena_get(&filter->arena, sizeof(*part));

	if (part == NULL)
		return NULL;
	*part = (struct part){.kind = kind, .lane = -1, .older = filter->newest};
	filter->newest = part;
	return part;
}

/* The lane of a condition, or -1. */
static int
lane_of(struct lane_filter *filter, const struct query_condition *condition)
{
	sqlite3_int64 stored = condition->declared == CONDITION_NONE ? condition->id : 0;
	int there;

	for (int i = 0; i < filter->n; i++)
		if (filter->conditions[i] == condition)
			return i;
	if (filter->n == LANES_MAX || condition->derived ||
	    (condition->sql == NULL && stored == 0))
		return -1;
	there = lane_is_there(filter->db, condition->name, stored);
	if (there < 0)
		filter->failed = true;
	if (there <= 0)
		return -1;
	filter->conditions[filter->n] = condition;
	return filter->n++;
}

/* A number or text of a tree; false if it is something else. */
static bool
read_constant(const struct query_node *node, struct constant *constant)
{
	bool negative;

	node = query_plain(node);
	negative = node->kind == KIND_NEGATE;
	if (negative)
		node = query_plain(node->first);
	if (node->kind != KIND_CONSTANT)
		return false;
	*constant = (struct constant){.text = node->text, .n = node->length};
	switch (node->type) {
	case QUERY_BOOL:
	case QUERY_INT:
		constant->number.integer = negative ? -node->integer : node->integer;
		constant->number.real = (double)constant->number.integer;
		return true;
	case QUERY_FLOAT:
		constant->number.is_real = true;
		constant->number.real = negative ? -node->real : node->real;
		return true;
	case QUERY_STRING:
		constant->is_text = true;
		return !negative;
	default:
		return false;
	}
}

static bool
add_constant(
    struct lane_filter *filter, struct part *part, const struct constant *constant)
{
	struct constant *more = arena_get(&filter->arena, (part->n + 1) * sizeof(*more));

	if (more == NULL)
		return false;
	if (part->n > 0)
		memcpy(more, part->constants, part->n * sizeof(*more));
	more[part->n++] = *constant;
	part->constants = more;
	return true;
}

/* Add a constant to the term of a value, as SQL would have it. */
static bool
add_value(struct lane_filter *filter, struct part *part, const struct constant *constant)
{
	sqlite3_value *value;
	bool added;

	sqlite3_reset(filter->values);
	if (constant->is_text)
		sqlite3_bind_text64(filter->values, 1, constant->text, constant->n,
		    SQLITE_STATIC, SQLITE_UTF8);
	else if (constant->number.is_real)
		sqlite3_bind_double(filter->values, 1, constant->number.real);
	else
		sqlite3_bind_int64(filter->values, 1, constant->number.integer);
	if (sqlite3_step(filter->values) != SQLITE_ROW)
		return false;
	value = sqlite3_value_dup(sqlite3_column_value(filter->values, 0));
	added = value != NULL && value_term_add(&part->term, value);
	sqlite3_value_free(value);
	sqlite3_reset(filter->values);
	return added;
}

/* The operator of SQL, and whether it is the contrary that is asked for; 0: none. */
static int
operator_of(enum query_operator operator, bool flipped, bool *negate)
{
	*negate = false;
	switch (operator) {
	case OPERATOR_LESS:
		return flipped ? SQLITE_INDEX_CONSTRAINT_GT : SQLITE_INDEX_CONSTRAINT_LT;
	case OPERATOR_LESS_EQUAL:
		return flipped ? SQLITE_INDEX_CONSTRAINT_GE : SQLITE_INDEX_CONSTRAINT_LE;
	case OPERATOR_GREATER:
		return flipped ? SQLITE_INDEX_CONSTRAINT_LT : SQLITE_INDEX_CONSTRAINT_GT;
	case OPERATOR_GREATER_EQUAL:
		return flipped ? SQLITE_INDEX_CONSTRAINT_LE : SQLITE_INDEX_CONSTRAINT_GE;
	case OPERATOR_NOT_EQUAL:
	case OPERATOR_IS_NOT:
	case OPERATOR_NOT_IN:
		*negate = true;
		/* fall through */
	case OPERATOR_EQUAL:
	case OPERATOR_IS:
	case OPERATOR_IN:
		return SQLITE_INDEX_CONSTRAINT_EQ;
	default:
		return 0;
	}
}

/*
 * A constant beside a condition, whose values may be of any kind: a text that spells a
 * number stands for both where it is asked for equality, and is left to SQL elsewhere.
 */
static bool
add_mixed(struct lane_filter *filter, struct part *part, const struct constant *constant)
{
	struct constant spelled = {.is_text = false};
	bool equality = part->term.operator== SQLITE_INDEX_CONSTRAINT_EQ;

	if (constant->is_text &&
	    number_spelled(constant->text, constant->n, &spelled.number)) {
		if (!equality || !add_value(filter, part, &spelled))
			return false;
	} else if (!equality) {
		part->term.form = constant->is_text ? 's' : 'n';
	}
	return add_value(filter, part, constant);
}

/* What a run has, told by name; false if it is none of those. */
static bool
read_number_of(const struct query_condition *condition, enum number_of *of)
{
	if (condition->sql == NULL)
		return false;
	if (strcmp(condition->name, "run") == 0)
		*of = OF_RUN;
	else if (strcmp(condition->name, "duration") == 0)
		*of = OF_DURATION;
	else if (condition->type == QUERY_TIME)
		*of = OF_TIME;
	else
		return false;
	return true;
}

/* A text beside a time. */
static bool
read_time(struct constant *constant)
{
	int64_t when;

	if (!constant->is_text || !timestamp_read(constant->text, constant->n, &when))
		return false;
	*constant = (struct constant){.number = {.integer = when, .real = (double)when}};
	return true;
}

static bool
take_constant(struct lane_filter *filter, struct part *part,
    const struct query_condition *condition, const struct query_node *node)
{
	struct constant constant;

	if (!read_constant(node, &constant))
		return false;
	switch (part->kind) {
	case PART_NUMBER:
		if (part->of == OF_TIME ? !read_time(&constant) : constant.is_text)
			return false;
		return add_constant(filter, part, &constant);
	case PART_TEXT:
		return constant.is_text && add_constant(filter, part, &constant);
	default:
		if (condition->type == QUERY_MIXED)
			return add_mixed(filter, part, &constant);
		return constant.is_text == (condition->type == QUERY_STRING) &&
		       add_value(filter, part, &constant);
	}
}

/* What of a condition is compared; NULL if it cannot be told here. */
static struct part *
begin_term(struct lane_filter *filter, const struct query_condition *condition)
{
	struct part *part = new_part(filter, PART_VALUE);

	if (part == NULL)
		return NULL;
	part->term.form = 'v';
	if (read_number_of(condition, &part->of))
		part->kind = PART_NUMBER;
	else if (condition->sql != NULL)
		part->kind = PART_TEXT;
	else if (condition->type != QUERY_BOOL && condition->type != QUERY_INT &&
		 condition->type != QUERY_FLOAT && condition->type != QUERY_STRING &&
		 condition->type != QUERY_MIXED)
		return NULL;
	if (part->kind == PART_NUMBER && part->of == OF_RUN)
		return part;
	part->lane = lane_of(filter, condition);
	return part->lane >= 0 ? part : NULL;
}

/* A comparison of a name with a constant, a list of them, or None. */
static struct part *
read_pair(struct lane_filter *filter, const struct query_node *left,
    const struct query_node *right)
{
	const struct query_node *name = query_plain(left), *other = query_plain(right);
	enum query_operator operator= right->operator;
	bool flipped = name->kind != KIND_NAME, negate;
	struct part *part;
	int sql;

	if (flipped) {
		const struct query_node *swap = name;

		/* 'a' in name asks for a part of a text. */
		if (operator== OPERATOR_IN || operator== OPERATOR_NOT_IN || operator==
		    OPERATOR_IS ||
		    operator== OPERATOR_IS_NOT)
			return NULL;
		name = other;
		other = swap;
	}
	sql = operator_of(operator, flipped, &negate);
	if (sql == 0 || name->kind != KIND_NAME ||
	    (part = begin_term(filter, name->condition)) == NULL)
		return NULL;
	part->negate = negate;
	part->operator= part->term.operator= sql;
	if (other->kind == KIND_CONSTANT && other->type == QUERY_NONE) {
		/* A time that is none is a text all the same. */
		if (part->lane < 0 ||
		    (part->kind == PART_NUMBER && part->of == OF_TIME) ||
		    (operator!= OPERATOR_IS && operator!= OPERATOR_IS_NOT))
			return NULL;
		part->kind = PART_PRESENT;
		part->negate = !negate;
		return part;
	}
	if (operator!= OPERATOR_IN && operator!= OPERATOR_NOT_IN)
		return take_constant(filter, part, name->condition, other) ? part : NULL;
	if (other->kind != KIND_LIST || other->first == NULL)
		return NULL;
	for (const struct query_node *item = other->first; item; item = item->next)
		if (!take_constant(filter, part, name->condition, item))
			return NULL;
	return part;
}

/* AND, OR, and a chain of comparisons, which is an AND of its pairs. */
static struct part *
read_chain(struct lane_filter *filter, const struct query_node *node)
{
	bool pairs = node->kind == KIND_COMPARE;
	struct part *whole = new_part(filter, node->kind == KIND_OR ? PART_OR : PART_AND),
		    **end;

	if (whole == NULL)
		return NULL;
	end = &whole->first;
	for (const struct query_node *child = node->first; child; child = child->next) {
		if (pairs && child->next == NULL)
			break;
		*end = pairs ? read_pair(filter, child, child->next)
			     : read_part(filter, child);
		if (*end == NULL)
			return NULL;
		end = &(*end)->next;
	}
	return whole->first != NULL && whole->first->next == NULL ? whole->first : whole;
}

/* NULL if there is anything in it that is not told here. */
static struct part *
read_part(struct lane_filter *filter, const struct query_node *node)
{
	struct part *part;

	node = query_plain(node);
	switch (node->kind) {
	case KIND_AND:
	case KIND_OR:
	case KIND_COMPARE:
		return read_chain(filter, node);
	case KIND_NOT:
		part = new_part(filter, PART_NOT);
		if (part != NULL)
			part->first = read_part(filter, node->first);
		return part != NULL && part->first != NULL ? part : NULL;
	default:
		return NULL;
	}
}

int
lane_filter_read(struct lane_filter **out, sqlite3 *db, const struct query_node *tree)
{
	struct lane_filter *filter = calloc(1, sizeof(*filter));
	bool failed;

	*out = NULL;
	if (filter == NULL)
		return -1;
	filter->db = db;
	if (sqlite3_prepare_v2(db, "SELECT ?1", -1, &filter->values, NULL) == SQLITE_OK)
		filter->root = read_part(filter, tree);
	else
		filter->failed = true;
	failed = filter->failed || filter->arena.failed;
	for (struct part *p = filter->newest; p != NULL; p = p->older)
		p->is_quick =
		    p->kind == PART_VALUE && value_term_quick(&p->term, &p->quick);
	if (!failed && filter->root != NULL)
		*out = filter;
	else
		lane_filter_free(filter);
	return failed ? -1 : 0;
}

/* ---- Telling ---------------------------------------------------------------- */

int
lane_filter_begin(struct lane_filter *filter, const struct lane_scope *scope)
{
	for (int i = 0; i < filter->n; i++) {
		const struct query_condition *condition = filter->conditions[i];

		lane_close(&filter->lanes[i]);
		if (lane_open(&filter->lanes[i], filter->db, condition->name,
			condition->sql == NULL ? condition->id : 0, scope) != 0)
			return -1;
	}
	return 0;
}

static bool
number_holds(const struct part *part, const struct number *number)
{
	for (size_t i = 0; i < part->n; i++)
		if (value_term_order(part->operator,
			number_compare(number, &part->constants[i].number)))
			return true;
	return false;
}

static bool
whole_holds(const struct part *part, sqlite3_int64 whole)
{
	struct number number = {.integer = whole, .real = (double)whole};

	return number_holds(part, &number);
}

/* A number that a lane of runs has. */
static bool
run_holds(const struct part *part, const struct lane *lane)
{
	struct number number = {.is_real = true};

	if (part->of != OF_DURATION)
		return whole_holds(part, lane_integer(lane));
	number.real = lane_duration(lane);
	return number_holds(part, &number);
}

static bool
text_holds(struct lane_filter *filter, const struct part *part, struct json_span text)
{
	const char *p = text.p + 1;
	size_t n = text.n - 2;
	char *decoded = NULL;
	bool result = false;

	if (text.n < 2)
		return false;
	if (memchr(text.p, '\\', text.n) != NULL) {
		decoded = malloc(text.n);
		if (decoded == NULL) {
			filter->failed = true;
			return false;
		}
		n = json_string_decode(text, decoded);
		p = decoded;
	}
	for (size_t i = 0; i < part->n && !result; i++) {
		const struct constant *constant = &part->constants[i];
		size_t least = n < constant->n ? n : constant->n;
		int order = least > 0 ? memcmp(p, constant->text, least) : 0;

		if (order == 0)
			order = (n > constant->n) - (n < constant->n);
		result = value_term_order(part->operator, order);
	}
	free(decoded);
	return result;
}

/* Is a value of the other kind than those that a term asks for? */
static bool
is_other_kind(const struct value_term *term, struct json_span value)
{
	bool text = value.p[0] == '"' || value.p[0] == '{' || value.p[0] == '[';

	return (term->form == 'n' && text) || (term->form == 's' && !text);
}

/* Does a value satisfy the term of a part? */
static bool
value_holds(const struct part *part, struct json_span value)
{
	const char *p = value.p, *end = p + value.n;
	sqlite3_int64 whole = 0;

	if (!part->is_quick)
		return value_term_holds(&part->term, value, false);
	for (; p < end && *p >= '0' && *p <= '9' && p - value.p < VALUE_TERM_DIGITS; p++)
		whole = whole * 10 + (*p - '0');
	/* Without an exponent, and not too many digits: none is left behind the point but
	   those of a fraction. */
	if (p > value.p && p < end && *p == '.' &&
	    memchr(p, 'e', (size_t)(end - p)) == NULL &&
	    memchr(p, 'E', (size_t)(end - p)) == NULL) {
		if (whole > part->quick.above)
			return part->quick.more;
		if (whole < part->quick.below)
			return part->quick.less;
	}
	return value_term_holds(&part->term, value, false);
}

static enum truth
tell_term(struct lane_filter *filter, const struct part *part, const struct lane *leader)
{
	struct lane *lane;
	int follows;
	bool result;

	/* The run's own number. */
	if (part->lane < 0)
		return whole_holds(part, leader->run.number) != part->negate ? TRUE
									     : FALSE;
	lane = &filter->lanes[part->lane];
	follows = lane_follow(lane, leader);
	if (follows < 0)
		filter->failed = true;
	if (part->kind == PART_PRESENT)
		return (follows > 0) == !part->negate ? TRUE : FALSE;
	if (follows <= 0)
		return UNKNOWN;
	if (part->kind == PART_NUMBER) {
		result = run_holds(part, lane);
	} else if (part->kind == PART_TEXT) {
		result = text_holds(filter, part, lane->value);
	} else {
		if (is_other_kind(&part->term, lane->value))
			return UNKNOWN;
		result = value_holds(part, lane->value);
	}
	return result != part->negate ? TRUE : FALSE;
}

static enum truth
tell(struct lane_filter *filter, const struct part *part, const struct lane *leader)
{
	enum truth ends = part->kind == PART_OR ? TRUE : FALSE, result, one;

	switch (part->kind) {
	case PART_AND:
	case PART_OR:
		result = ends == TRUE ? FALSE : TRUE;
		for (const struct part *p = part->first; p != NULL; p = p->next) {
			one = tell(filter, p, leader);
			if (one == ends)
				return ends;
			if (one == UNKNOWN)
				result = UNKNOWN;
		}
		return result;
	case PART_NOT:
		one = tell(filter, part->first, leader);
		return one == UNKNOWN ? UNKNOWN : one == TRUE ? FALSE : TRUE;
	default:
		return tell_term(filter, part, leader);
	}
}

int
lane_filter_holds(struct lane_filter *filter, const struct lane *leader)
{
	enum truth truth = tell(filter, filter->root, leader);

	return filter->failed ? -1 : truth == TRUE;
}

void
lane_filter_free(struct lane_filter *filter)
{
	if (filter == NULL)
		return;
	for (struct part *part = filter->newest; part != NULL; part = part->older)
		value_term_free(&part->term);
	for (int i = 0; i < LANES_MAX; i++)
		lane_close(&filter->lanes[i]);
	sqlite3_finalize(filter->values);
	arena_free(&filter->arena);
	free(filter);
}
