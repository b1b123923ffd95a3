#include "query/query_sql.h"

#include <stdlib.h>
#include <string.h>

#include "query/query_check.h"
#include "query/query_function.h"
#include "query/query_sqlite.h"
#include "text/number.h"
#include "text/timestamp.h"

/* Chains of comparisons write their middle twice: nested ones grow fast. */
#define SQL_BYTES_MAX 262144

static void write_as(struct query_sql *sql, const struct query_node *node, char as);

int
query_sql_begin(struct query_sql *sql, struct arena *arena)
{
	*sql = (struct query_sql){.arena = arena};
	sql->end = &sql->values;
	sql->out = open_memstream(&sql->text, &sql->length);
	return sql->out != NULL ? 0 : -1;
}

static void
put(struct query_sql *sql, const char *text)
{
	fputs(text, sql->out);
}

void
query_sql_value(struct query_sql *sql, const struct query_value *value)
{
	struct query_value *copy = arena_get(sql->arena, sizeof(*copy));

	if (copy == NULL)
		return; /* query_sql_end() sees that */
	*copy = *value;
	*sql->end = copy;
	sql->end = &copy->next;
	fprintf(sql->out, "?%d", ++sql->n);
}

void
query_sql_integer(struct query_sql *sql, sqlite3_int64 integer, const char *about)
{
	struct query_value value = {
	    .type = QUERY_INT, .integer = integer, .about = about};

	query_sql_value(sql, &value);
}

static void
write_stored(struct query_sql *sql, const struct query_condition *condition, char form)
{
	if (condition != NULL)
		fprintf(sql->out, "c.%c%d", form, condition->number);
	else
		put(sql, "NULL");
}

void
query_sql_condition(struct query_sql *sql, const struct query_condition *condition)
{
	if (condition->sql == NULL) {
		write_stored(sql, condition, 'v');
		return;
	}
	for (const char *p = condition->sql; *p != '\0'; p++)
		if (*p == '%' && condition->derived)
			write_stored(sql, condition->uses[*++p - '0'], 'v');
		else
			putc(*p, sql->out);
}

/* ---- Values of one kind ----------------------------------------------------- */

static void
write_constant(struct query_sql *sql, const struct query_node *node, char as)
{
	struct query_value value = {.type = node->type,
	    .integer = node->integer,
	    .real = node->real,
	    .text = node->text,
	    .length = node->length};
	int64_t when;

	if (node->type == QUERY_BOOL)
		value.type = QUERY_INT;
	if (as == 't' && timestamp_read(node->text, node->length, &when)) {
		value.type = QUERY_INT;
		value.integer = when;
		value.about = node->text;
	}
	if (node->type == QUERY_NONE)
		put(sql, "NULL");
	else
		query_sql_value(sql, &value);
}

/* A condition as a kind of value: some are stored as another. */
static void
write_condition(struct query_sql *sql, const struct query_condition *condition, char as)
{
	bool mixed = condition->type == QUERY_MIXED;
	const char *call = NULL;

	if (as == 't')
		call = "elog_time(";
	else if (as == 'n' && condition->type == QUERY_RUN)
		call = "elog_integer(";
	else if (as == 'n' && condition->type == QUERY_PART)
		call = "elog_number(";
	else if (as == 's' && condition->type == QUERY_RUN)
		call = "elog_text(";
	if (call != NULL)
		put(sql, call);
	if (mixed && (as == 'n' || as == 's' || as == 't'))
		write_stored(sql, condition, as == 'n' ? 'n' : 's');
	else
		query_sql_condition(sql, condition);
	if (call != NULL)
		put(sql, ")");
}

/* Is the SQL of a node a float for sure, so that it divides as one? */
static bool
is_real(const struct query_node *node)
{
	node = query_plain(node);
	switch (node->kind) {
	case KIND_DIVIDE:
		return true;
	case KIND_CONSTANT:
		return node->type == QUERY_FLOAT;
	case KIND_ADD:
	case KIND_SUBTRACT:
	case KIND_MULTIPLY:
		return is_real(node->first) || is_real(node->first->next);
	default:
		return false;
	}
}

/* SQLite reads a + b + c from left to right, as we do: no brackets on the left. */
static void
write_arithmetic(struct query_sql *sql, const struct query_node *node)
{
	const struct query_node *left = node->first, *right = left->next;
	bool cast = node->kind == KIND_DIVIDE && !is_real(left);

	if (node->kind == KIND_SUBTRACT && query_compared_as(left, right) == 't') {
		put(sql, "(");
		write_as(sql, left, 't');
		put(sql, " - ");
		write_as(sql, right, 't');
		put(sql, ") / 1000000.0");
		return;
	}
	if (cast)
		put(sql, "CAST(");
	if (query_node_joins(node))
		write_arithmetic(sql, left);
	else
		write_as(sql, left, node->type == QUERY_STRING ? 's' : 'n');
	if (cast)
		put(sql, " AS REAL)");
	fprintf(sql->out, " %s ",
	    node->type == QUERY_STRING ? "||" : query_kind_text(node->kind));
	write_as(sql, right, node->type == QUERY_STRING ? 's' : 'n');
}

static void
write_arguments(struct query_sql *sql, const char *function,
    const struct query_node *first, const struct query_function *types)
{
	size_t i = 0;

	fprintf(sql->out, "%s(", function);
	for (const struct query_node *child = first; child; child = child->next) {
		if (child != first)
			put(sql, ", ");
		write_as(sql, child,
		    types != NULL ? query_function_parameter(types, i++) : 'n');
	}
	put(sql, ")");
}

/* The number that a text in quotes spells: beside a value of any kind it means that, too.
   False if it spells none. */
static bool
spells_number(const struct query_node *node, struct query_value *value)
{
	struct number number;

	node = query_plain(node);
	if (node->kind != KIND_CONSTANT || node->type != QUERY_STRING ||
	    !number_spelled(node->text, node->length, &number))
		return false;
	*value = (struct query_value){.type = number.is_real ? QUERY_FLOAT : QUERY_INT,
	    .integer = number.integer,
	    .real = number.real,
	    .about = node->text};
	return true;
}

static void
write_spelled(
    struct query_sql *sql, const struct query_node *left, const struct query_node *item)
{
	struct query_value value;

	if (left->type != QUERY_MIXED || !spells_number(item, &value))
		return;
	put(sql, ", ");
	query_sql_value(sql, &value);
}

static void
write_item_list(struct query_sql *sql, const struct query_node *left,
    const struct query_node *list, bool negative)
{
	char as;

	if (list->first == NULL) {
		/* In SQL, NULL IN () is false: here it has no answer. */
		put(sql, "CASE WHEN ");
		write_as(sql, left, '*');
		fprintf(sql->out, " IS NULL THEN NULL ELSE %d END", negative);
		return;
	}
	as = query_compared_as(left, list->first);
	if (left->type == QUERY_MIXED)
		as = '*';
	write_as(sql, left, as);
	put(sql, negative ? " NOT IN (" : " IN (");
	for (const struct query_node *item = list->first; item; item = item->next) {
		if (item != list->first)
			put(sql, ", ");
		write_as(sql, item, as);
		write_spelled(sql, left, item);
	}
	put(sql, ")");
}

static void
write_in(struct query_sql *sql, const struct query_node *left,
    const struct query_node *right, bool negative)
{
	const struct query_node *plain = query_plain(right);

	if (plain->kind == KIND_LIST) {
		write_item_list(sql, left, plain, negative);
		return;
	}
	if (right->type == QUERY_JSON) {
		put(sql, negative ? "NOT elog_json_in(" : "elog_json_in(");
		write_as(sql, left,
		    left->type == QUERY_STRING	? 's'
		    : left->type == QUERY_MIXED ? '*'
						: 'n');
		put(sql, ", ");
		write_as(sql, right, 'j');
	} else {
		put(sql, negative ? "NOT (instr(" : "(instr(");
		write_as(sql, right, 's');
		put(sql, ", ");
		write_as(sql, left, 's');
		put(sql, ") > 0");
	}
	put(sql, ")");
}

static bool
is_equality(const char *operator)
{
	return strcmp(operator, "==") == 0 || strcmp(operator, "!=") == 0;
}

/* A comparison of a mixed condition with a text that spells a number: of numbers with
   that number, of texts with the text. */
static void
write_spelled_pair(struct query_sql *sql, const struct query_node *left,
    const struct query_node *right, const char *operator,
    const struct query_value * number)
{
	bool first = left->type == QUERY_MIXED;

	if (is_equality(operator)) {
		write_as(sql, first ? left : right, '*');
		put(sql, operator[0] == '!' ? " NOT IN (" : " IN (");
		query_sql_value(sql, number);
		put(sql, ", ");
		write_as(sql, first ? right : left, 's');
		put(sql, ")");
		return;
	}
	put(sql, "iif(");
	write_as(sql, first ? left : right, 's');
	put(sql, " IS NULL, ");
	if (first)
		write_as(sql, left, 'n');
	else
		query_sql_value(sql, number);
	fprintf(sql->out, " %s ", operator);
	if (first)
		query_sql_value(sql, number);
	else
		write_as(sql, right, 'n');
	put(sql, ", ");
	write_as(sql, left, 's');
	fprintf(sql->out, " %s ", operator);
	write_as(sql, right, 's');
	put(sql, ")");
}

/*
 * A comparison with a mixed condition: each value by its own kind.  Values of different
 * kinds are not equal, and which of them is greater is unknown.
 */
static void
write_mixed_pair(struct query_sql *sql, const struct query_node *left,
    const struct query_node *right, const char *operator)
{
	bool both = left->type == right->type, equality = is_equality(operator);
	char as = query_compared_as(left, right);
	struct query_value number;

	if (!both && as == 's' &&
	    spells_number(left->type == QUERY_MIXED ? right : left, &number)) {
		write_spelled_pair(sql, left, right, operator, & number);
		return;
	}
	if (both && !equality) {
		put(sql, "iif((");
		write_as(sql, left, 's');
		put(sql, " IS NULL) = (");
		write_as(sql, right, 's');
		put(sql, " IS NULL), ");
	}
	write_as(
	    sql, left, equality && left->type == QUERY_MIXED && as != 't' ? '*' : as);
	fprintf(sql->out, " %s ", operator);
	write_as(
	    sql, right, equality && right->type == QUERY_MIXED && as != 't' ? '*' : as);
	if (both && !equality)
		put(sql, ", NULL)");
}

static void
write_pair(struct query_sql *sql, const struct query_node *left)
{
	const struct query_node *right = left->next;
	enum query_operator operator= right->operator;
	const char *text = query_operator_text(operator);
	char as;

	switch (operator) {
	case OPERATOR_IN:
	case OPERATOR_NOT_IN:
		write_in(sql, left, right, operator== OPERATOR_NOT_IN);
		return;
	case OPERATOR_IS:
	case OPERATOR_IS_NOT:
		if (right->type == QUERY_NONE) {
			write_as(sql, left, '*');
			put(sql, operator== OPERATOR_IS ? " IS NULL" : " IS NOT NULL");
			return;
		}
		text = operator== OPERATOR_IS ? "==" : "!=";
		break;
	default:
		break;
	}
	if (left->type == QUERY_MIXED || right->type == QUERY_MIXED) {
		write_mixed_pair(sql, left, right, text);
		return;
	}
	as = query_compared_as(left, right);
	write_as(sql, left, as);
	fprintf(sql->out, " %s ", text);
	write_as(sql, right, as);
}

/* Operands with AND or OR between them; of a comparison its pairs. */
static void
write_chain(struct query_sql *sql, const struct query_node *node)
{
	bool compare = node->kind == KIND_COMPARE;

	for (const struct query_node *child = node->first; child; child = child->next) {
		if (compare && child->next == NULL)
			break;
		if (child != node->first)
			put(sql, node->kind == KIND_OR ? " OR " : " AND ");
		if (compare)
			write_pair(sql, child);
		else
			write_as(sql, child, 'v');
	}
}

/* What is no truth value yet: Python's truth of it. */
static void
write_truth(struct query_sql *sql, const struct query_node *node)
{
	switch (node->type) {
	case QUERY_STRING:
	case QUERY_PART:
		put(sql, "(");
		write_as(sql, node, 's');
		put(sql, " <> '')");
		break;
	case QUERY_MIXED:
		put(sql, "(");
		write_as(sql, node, '*');
		put(sql, " NOT IN (0, ''))");
		break;
	case QUERY_JSON:
		put(sql, "elog_json_truth(");
		write_as(sql, node, 'j');
		put(sql, ")");
		break;
	case QUERY_TIME:
		put(sql, "(");
		write_as(sql, node, 't');
		put(sql, " NOTNULL OR NULL)"); /* true, or unknown */
		break;
	case QUERY_BLOB:
		put(sql, "(length(");
		write_as(sql, node, 'b');
		put(sql, ") > 0)");
		break;
	case QUERY_NONE:
		put(sql, "NULL");
		break;
	default:
		put(sql, "(");
		write_as(sql, node, 'n');
		put(sql, " <> 0)");
	}
}

/* A comparison or a logical expression: 1, 0 or NULL. */
static bool
is_logical(const struct query_node *node)
{
	return node->kind == KIND_COMPARE || node->kind == KIND_NOT ||
	       node->kind == KIND_AND || node->kind == KIND_OR;
}

static void
write_value(struct query_sql *sql, const struct query_node *node, char as)
{
	switch (node->kind) {
	case KIND_CONSTANT:
		write_constant(sql, node, as);
		break;
	case KIND_NAME:
		write_condition(sql, node->condition, as);
		break;
	case KIND_CALL:
		write_arguments(sql, node->function->sql, node->first, node->function);
		break;
	case KIND_NEGATE:
		put(sql, "(- ");
		write_as(sql, node->first, 'n');
		put(sql, ")");
		break;
	case KIND_MODULO:
		write_arguments(sql, "elog_modulo", node->first, NULL);
		break;
	case KIND_FLOOR_DIVIDE:
		write_arguments(sql, "elog_floor_divide", node->first, NULL);
		break;
	case KIND_POWER:
		write_arguments(sql, "elog_power", node->first, NULL);
		break;
	case KIND_NOT:
		put(sql, "(NOT ");
		write_as(sql, node->first, 'v');
		put(sql, ")");
		break;
	default:
		put(sql, "(");
		if (is_logical(node))
			write_chain(sql, node);
		else
			write_arithmetic(sql, node);
		put(sql, ")");
	}
}

/*
 * Write a node as a kind of value, the letters of query_function.h; '*' is whatever it
 * is.
 */
static void
write_as(struct query_sql *sql, const struct query_node *node, char as)
{
	node = query_plain(node);
	if (ftell(sql->out) > SQL_BYTES_MAX)
		return;
	if (as == 'v' && !is_logical(node)) {
		write_truth(sql, node);
		return;
	}
	if (node->type == QUERY_JSON && (as == 'n' || as == 's')) {
		put(sql, as == 'n' ? "elog_json_number(" : "elog_json_string(");
		write_value(sql, node, '*');
		put(sql, ")");
		return;
	}
	write_value(sql, node, as);
}

void
query_sql_filter(struct query_sql *sql, const struct query_node *filter)
{
	write_as(sql, filter, 'v');
}

int
query_sql_end(struct query_sql *sql)
{
	int failed = fclose(sql->out);

	sql->out = NULL;
	return failed != 0 || sql->arena->failed || sql->length > SQL_BYTES_MAX ? -1 : 0;
}

static int
bind(sqlite3_stmt *statement, int i, const struct query_value *value)
{
	switch (value->type) {
	case QUERY_INT:
		return sqlite3_bind_int64(statement, i, value->integer);
	case QUERY_FLOAT:
		return sqlite3_bind_double(statement, i, value->real);
	case QUERY_RUN:
		return sqlite3_bind_pointer(
		    statement, i, value->runs, QUERY_SQLITE_RUNS, NULL);
	default:
		return sqlite3_bind_text64(
		    statement, i, value->text, value->length, SQLITE_STATIC, SQLITE_UTF8);
	}
}

int
query_sql_bind(const struct query_sql *sql, sqlite3_stmt *statement)
{
	int i = 0, code = SQLITE_OK;

	for (const struct query_value *v = sql->values; v && code == SQLITE_OK;
	     v = v->next)
		code = bind(statement, ++i, v);
	return code;
}

void
query_sql_free(struct query_sql *sql)
{
	if (sql->out != NULL)
		fclose(sql->out);
	free(sql->text);
	*sql = (struct query_sql){0};
}
