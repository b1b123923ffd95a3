#include "query/query_node.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "query/query_lex.h"

static const char *const operators[] = {
    [OPERATOR_LESS] = "<",
    [OPERATOR_LESS_EQUAL] = "<=",
    [OPERATOR_EQUAL] = "==",
    [OPERATOR_NOT_EQUAL] = "!=",
    [OPERATOR_GREATER_EQUAL] = ">=",
    [OPERATOR_GREATER] = ">",
    [OPERATOR_IN] = "in",
    [OPERATOR_NOT_IN] = "not in",
    [OPERATOR_IS] = "is",
    [OPERATOR_IS_NOT] = "is not",
};

static const char *const kinds[KIND_OR + 1] = {
    [KIND_ADD] = "+",
    [KIND_SUBTRACT] = "-",
    [KIND_MULTIPLY] = "*",
    [KIND_DIVIDE] = "/",
    [KIND_FLOOR_DIVIDE] = "//",
    [KIND_MODULO] = "%",
    [KIND_POWER] = "**",
    [KIND_AND] = "and",
    [KIND_OR] = "or",
};

const char *query_operator_text(enum query_operator operator)
{
	return operators[operator];
}

const char *
query_kind_text(enum query_kind kind)
{
	return kinds[kind];
}

static void
print_string(const char *p, size_t n, FILE *out)
{
	putc('\'', out);
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\'' || p[i] == '\\')
			fprintf(out, "\\%c", p[i]);
		else if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			fprintf(out, "\\x%02x", (unsigned)p[i]);
		else
			putc(p[i], out);
	putc('\'', out);
}

static void
print_real(double real, FILE *out)
{
	char text[40];

	if (isinf(real)) {
		fputs("1e999", out);
		return;
	}
	snprintf(text, sizeof(text), "%.17g", real);
	fprintf(out, "%s%s", text, strpbrk(text, ".e") == NULL ? ".0" : "");
}

static void
print_name(const struct query_node *node, FILE *out)
{
	if (query_lex_is_plain(node->text, node->length)) {
		fputs(node->text, out);
		return;
	}
	putc('`', out);
	for (const char *c = node->text; *c != '\0'; c++)
		fprintf(out, *c == '`' ? "``" : "%c", *c);
	putc('`', out);
}

static void
print_constant(const struct query_node *node, FILE *out)
{
	switch (node->type) {
	case QUERY_NONE:
		fputs("None", out);
		break;
	case QUERY_BOOL:
		fputs(node->integer ? "True" : "False", out);
		break;
	case QUERY_INT:
		/* (-2) ** 2 is another thing than -2 ** 2. */
		fprintf(
		    out, node->integer < 0 ? "(%" PRId64 ")" : "%" PRId64, node->integer);
		break;
	case QUERY_FLOAT:
		print_real(node->real, out);
		break;
	default:
		print_string(node->text, node->length, out);
	}
}

static void print_inside(const struct query_node *node, FILE *out);

static void
print_children(const struct query_node *node, const char *between, FILE *out)
{
	const struct query_node *left = node->first;

	for (const struct query_node *child = node->first; child; child = child->next) {
		if (child != node->first && child->operator!= OPERATOR_NONE)
			fprintf(out, " %s ", operators[child->operator]);
		else if (child != node->first)
			fputs(between, out);
		/* Long sums would nest more deeply than what the parser takes. */
		if (child == left && query_node_joins(node))
			print_inside(child, out);
		else
			query_node_print(child, out);
	}
}

static void
print_inside(const struct query_node *node, FILE *out)
{
	char between[8];

	snprintf(
	    between, sizeof(between), " %s ", kinds[node->kind] ? kinds[node->kind] : "");
	print_children(node, between, out);
}

void
query_node_print(const struct query_node *node, FILE *out)
{
	switch (node->kind) {
	case KIND_CONSTANT:
		print_constant(node, out);
		return;
	case KIND_NAME:
		print_name(node, out);
		return;
	case KIND_ALIAS:
		fprintf(out, "@%s", node->text);
		return;
	case KIND_LIST:
	case KIND_CALL:
		fputs(node->kind == KIND_CALL ? node->text : "", out);
		putc(node->kind == KIND_CALL ? '(' : '[', out);
		print_children(node, ", ", out);
		putc(node->kind == KIND_CALL ? ')' : ']', out);
		return;
	case KIND_NOT:
	case KIND_NEGATE:
		fputs(node->kind == KIND_NOT ? "(not " : "(- ", out);
		break;
	default:
		putc('(', out);
	}
	print_inside(node, out);
	putc(')', out);
}

static bool
same_constant(const struct query_node *a, const struct query_node *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case QUERY_BOOL:
	case QUERY_INT:
		return a->integer == b->integer;
	case QUERY_FLOAT:
		return a->real == b->real;
	case QUERY_STRING:
		return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
	default:
		return true;
	}
}

bool
query_node_equal(const struct query_node *a, const struct query_node *b)
{
	const struct query_node *c = a->first, *d = b->first;

	if (a->kind != b->kind || a->operator!= b->operator)
		return false;
	if (a->kind == KIND_CONSTANT)
		return same_constant(a, b);
	if (a->text != NULL && (b->text == NULL || strcmp(a->text, b->text) != 0))
		return false;
	for (; c != NULL && d != NULL; c = c->next, d = d->next)
		if (!query_node_equal(c, d))
			return false;
	return c == d;
}

/* Height: how far SQLite's parser nests.  Depth: how deep its expression becomes. */
struct size {
	int height, depth;
};

bool
query_node_joins(const struct query_node *node)
{
	enum query_kind left = node->first->kind;

	switch (node->kind) {
	case KIND_ADD:
	case KIND_SUBTRACT:
		return left >= KIND_ADD && left <= KIND_DIVIDE;
	case KIND_MULTIPLY:
	case KIND_DIVIDE:
		return left == KIND_MULTIPLY || left == KIND_DIVIDE;
	default:
		return false;
	}
}

static struct size
measure(const struct query_node *node)
{
	struct size size = {0, 1};
	int chain = 0;

	for (const struct query_node *child = node->first; child; child = child->next) {
		struct size part = measure(child);
		bool left = child == node->first && query_node_joins(node);

		if (part.height + !left > size.height)
			size.height = part.height + !left;
		if (part.depth + 1 > size.depth)
			size.depth = part.depth + 1;
		chain++;
	}
	if (node->kind == KIND_AND || node->kind == KIND_OR || node->kind == KIND_COMPARE)
		size.depth += chain;
	return size;
}

int
query_node_measure(const struct query_node *node, struct query_error *error)
{
	struct size size = measure(node);

	if (size.height > QUERY_HEIGHT_MAX)
		return query_error_plain(
		    error, "the query nests deeper than %d levels", QUERY_HEIGHT_MAX);
	if (size.depth > QUERY_DEPTH_MAX)
		return query_error_plain(error,
		    "the query chains more than %d operators: a list for 'in' may be "
		    "longer",
		    QUERY_DEPTH_MAX);
	return 0;
}
