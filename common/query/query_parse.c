#include "query/query_parse.h"

#include <string.h>

#include "query/query_lex.h"
#include "text/utf8.h"

/* How deep the parser itself recurses: more than what can pass afterwards. */
#define RECURSION_MAX 100
/* Aliases in aliases. */
#define ALIASES_MAX 16

/* One source that is being read. */
struct reader {
	struct query_parser *parser;
	struct query_lexer lexer;
	struct query_token token; /* the next one */
	int depth;
};

static struct query_node *parse_or(struct reader *reader);
static struct query_node *parse_factor(struct reader *reader);

static bool
advance(struct reader *reader)
{
	return query_lex(&reader->lexer, &reader->token) == 0;
}

#define FAIL(reader, ...)                                                                \
	((void)query_error_set(                                                          \
	     (reader)->parser->error, &(reader)->token.place, __VA_ARGS__),              \
	    NULL)

static struct query_node *
new_node(struct reader *reader, enum query_kind kind, const struct query_place *place)
{
	struct query_parser *parser = reader->parser;
	struct query_node *node;

	if (++parser->nodes > QUERY_NODES_MAX) {
		query_error_plain(parser->error,
		    "the query has more than %d parts, aliases written out",
		    QUERY_NODES_MAX);
		return NULL;
	}
	node = arena_get(parser->arena, sizeof(*node));
	if (node == NULL) {
		query_error_plain(parser->error, "no memory");
		return NULL;
	}
	node->kind = kind;
	node->place = *place;
	return node;
}

/* A node of two children, from the first of which it takes its place. */
static struct query_node *
new_pair(struct reader *reader, enum query_kind kind, struct query_node *left,
    struct query_node *right)
{
	struct query_node *node;

	if (left == NULL || right == NULL)
		return NULL;
	node = new_node(reader, kind, &left->place);
	if (node == NULL)
		return NULL;
	node->place.n = right->place.at + right->place.n - left->place.at;
	node->first = left;
	left->next = right;
	return node;
}

/* Make a node's place reach up to the token that was read last. */
static void
extend(struct query_node *node, const struct query_place *last)
{
	node->place.n = last->at + last->n - node->place.at;
}

static bool
starts_value(enum query_word word)
{
	return (word >= WORD_NAME && word <= WORD_FLOAT) || word == WORD_NONE ||
	       word == WORD_TRUE || word == WORD_FALSE || word == WORD_OPEN ||
	       word == WORD_OPEN_LIST;
}

static struct query_node *
complain(struct reader *reader)
{
	if (reader->token.word == WORD_END)
		return FAIL(reader, "the query ends where a value is expected");
	return FAIL(reader, "a value is expected here");
}

/*
 * Values with commas between them, up to the closing word.  *comma tells whether
 * there was one.
 */
static struct query_node *
parse_items(
    struct reader *reader, struct query_node *node, enum query_word close, bool *comma)
{
	struct query_node **end = &node->first;

	*comma = false;
	while (reader->token.word != close) {
		if (reader->token.word == WORD_END)
			return FAIL(reader, "'%s' is not closed",
			    close == WORD_CLOSE ? "(" : "[");
		if (node->first != NULL && !*comma)
			return FAIL(reader, "'%s' or a comma is expected here",
			    close == WORD_CLOSE ? ")" : "]");
		*end = parse_or(reader);
		if (*end == NULL)
			return NULL;
		end = &(*end)->next;
		*comma = reader->token.word == WORD_COMMA;
		if (*comma && !advance(reader))
			return NULL;
	}
	extend(node, &reader->token.place);
	return advance(reader) ? node : NULL;
}

/* ( value ), or a list as Python's tuple: (1, 2), (1,), (). */
static struct query_node *
parse_brackets(struct reader *reader)
{
	struct query_node *list = new_node(reader, KIND_LIST, &reader->token.place),
			  *only;
	bool round = reader->token.word == WORD_OPEN, comma;

	if (list == NULL || !advance(reader) ||
	    parse_items(reader, list, round ? WORD_CLOSE : WORD_CLOSE_LIST, &comma) ==
		NULL)
		return NULL;
	list->type = QUERY_LIST;
	only = list->first;
	if (!round || only == NULL || only->next != NULL || comma)
		return list;
	only->place = list->place;
	return only;
}

static struct query_node *
parse_constant(struct reader *reader)
{
	const struct query_token *token = &reader->token;
	struct query_node *node = new_node(reader, KIND_CONSTANT, &token->place);

	if (node == NULL)
		return NULL;
	node->integer = token->integer;
	node->real = token->real;
	node->text = token->text;
	node->length = token->length;
	switch (token->word) {
	case WORD_INTEGER:
		node->type = QUERY_INT;
		break;
	case WORD_FLOAT:
		node->type = QUERY_FLOAT;
		break;
	case WORD_STRING:
		node->type = QUERY_STRING;
		break;
	case WORD_TRUE:
	case WORD_FALSE:
		node->type = QUERY_BOOL;
		node->integer = token->word == WORD_TRUE;
		node->real = (double)node->integer;
		break;
	default:
		node->type = QUERY_NONE;
	}
	return advance(reader) ? node : NULL;
}

static struct query_node *
parse_name(struct reader *reader)
{
	enum query_word word = reader->token.word;
	struct query_node *node = new_node(
	    reader, word == WORD_ALIAS ? KIND_ALIAS : KIND_NAME, &reader->token.place);
	bool comma;

	if (node == NULL)
		return NULL;
	node->text = reader->token.text;
	node->length = reader->token.length;
	if (!advance(reader))
		return NULL;
	if (reader->token.word != WORD_OPEN)
		return node;
	if (word != WORD_NAME)
		return FAIL(reader, "what stands before it is no function");
	node->kind = KIND_CALL;
	if (!advance(reader))
		return NULL;
	return parse_items(reader, node, WORD_CLOSE, &comma);
}

static struct query_node *
parse_atom(struct reader *reader)
{
	switch (reader->token.word) {
	case WORD_NAME:
	case WORD_QUOTED:
	case WORD_ALIAS:
		return parse_name(reader);
	case WORD_OPEN:
	case WORD_OPEN_LIST:
		return parse_brackets(reader);
	case WORD_INTEGER:
	case WORD_FLOAT:
	case WORD_STRING:
	case WORD_TRUE:
	case WORD_FALSE:
	case WORD_NONE:
		return parse_constant(reader);
	default:
		return complain(reader);
	}
}

/* An atom, and what it is raised to: a factor, so 2 ** -1, and right associative. */
static struct query_node *
parse_power(struct reader *reader)
{
	struct query_node *base = parse_atom(reader);

	if (base == NULL || reader->token.word != WORD_POWER)
		return base;
	if (!advance(reader))
		return NULL;
	return new_pair(reader, KIND_POWER, base, parse_factor(reader));
}

static struct query_node *
negate(struct reader *reader, const struct query_place *place, struct query_node *child)
{
	struct query_node *node;

	/* The one integer whose positive counterpart is none. */
	if (child->kind == KIND_CONSTANT && child->type == QUERY_FLOAT &&
	    child->real == 0x1p63 && child->text == NULL &&
	    memchr(child->place.source->text + child->place.at, '.', child->place.n) ==
		NULL &&
	    memchr(child->place.source->text + child->place.at, 'e', child->place.n) ==
		NULL) {
		child->type = QUERY_INT;
		child->integer = INT64_MIN;
		child->real = -0x1p63;
		return child;
	}
	if (child->kind == KIND_CONSTANT && child->type == QUERY_INT &&
	    child->integer > 0) {
		child->integer = -child->integer;
		child->real = -child->real;
		return child;
	}
	node = new_node(reader, KIND_NEGATE, place);
	if (node != NULL)
		node->first = child;
	return node;
}

static struct query_node *
parse_factor(struct reader *reader)
{
	struct query_place place = reader->token.place;
	enum query_word word = reader->token.word;
	struct query_node *node;

	if (word != WORD_MINUS && word != WORD_PLUS)
		return parse_power(reader);
	if (++reader->depth > RECURSION_MAX)
		return FAIL(reader, "the query nests too deeply here");
	if (!advance(reader))
		return NULL;
	node = parse_factor(reader);
	reader->depth--;
	if (node != NULL && word == WORD_MINUS)
		node = negate(reader, &place, node);
	if (node != NULL) {
		size_t end = node->place.at + node->place.n;

		if (node->kind == KIND_NEGATE && node->first != NULL)
			end = node->first->place.at + node->first->place.n;
		node->place = place;
		node->place.n = end - place.at;
	}
	return node;
}

/* + - * / // %: the kind of a word, and how strongly it binds; 0: none of them. */
static int
binary(enum query_word word, enum query_kind *kind)
{
	switch (word) {
	case WORD_PLUS:
		*kind = KIND_ADD;
		return 1;
	case WORD_MINUS:
		*kind = KIND_SUBTRACT;
		return 1;
	case WORD_TIMES:
		*kind = KIND_MULTIPLY;
		return 2;
	case WORD_DIVIDE:
		*kind = KIND_DIVIDE;
		return 2;
	case WORD_FLOOR_DIVIDE:
		*kind = KIND_FLOOR_DIVIDE;
		return 2;
	case WORD_MODULO:
		*kind = KIND_MODULO;
		return 2;
	default:
		return 0;
	}
}

/* Operators that bind at least that strongly, from left to right. */
static struct query_node *
parse_arithmetic(struct reader *reader, int least)
{
	struct query_node *left = parse_factor(reader);
	enum query_kind kind = KIND_ADD;
	int strength;

	while (left != NULL && (strength = binary(reader->token.word, &kind)) >= least) {
		if (!advance(reader))
			return NULL;
		left =
		    new_pair(reader, kind, left, parse_arithmetic(reader, strength + 1));
	}
	return left;
}

/* Read an operator of comparisons, of one word or two.  NONE: there is none. */
static enum query_operator
parse_operator(struct reader *reader)
{
	enum query_word word = reader->token.word;

	if (word >= WORD_LESS && word <= WORD_GREATER) {
		if (!advance(reader))
			return OPERATOR_NONE;
		return OPERATOR_LESS + (word - WORD_LESS);
	}
	if (word != WORD_IN && word != WORD_IS && word != WORD_NOT)
		return OPERATOR_NONE;
	if (!advance(reader))
		return OPERATOR_NONE;
	if (word == WORD_IN)
		return OPERATOR_IN;
	if (word == WORD_IS && reader->token.word != WORD_NOT)
		return OPERATOR_IS;
	if (word == WORD_NOT && reader->token.word != WORD_IN) {
		(void)FAIL(reader, "'in' is expected behind 'not'");
		return OPERATOR_NONE;
	}
	if (!advance(reader))
		return OPERATOR_NONE;
	return word == WORD_IS ? OPERATOR_IS_NOT : OPERATOR_NOT_IN;
}

static struct query_node *
parse_comparison(struct reader *reader)
{
	struct query_node *left = parse_arithmetic(reader, 1), *node = NULL, *last = left;
	enum query_operator operator;

	if (left == NULL)
		return NULL;
	while ((operator= parse_operator(reader)) != OPERATOR_NONE) {
		struct query_node *right = parse_arithmetic(reader, 1);

		if (right == NULL)
			return NULL;
		if (node == NULL)
			node = new_pair(reader, KIND_COMPARE, left, right);
		if (node == NULL)
			return NULL;
		last->next = right;
		right->operator= operator;
		last = right;
		extend(node, &right->place);
	}
	if (reader->parser->error->message[0] != '\0')
		return NULL;
	return node != NULL ? node : left;
}

static struct query_node *
parse_not(struct reader *reader)
{
	struct query_place place = reader->token.place;
	struct query_node *node, *child;

	if (reader->token.word != WORD_NOT)
		return parse_comparison(reader);
	if (++reader->depth > RECURSION_MAX)
		return FAIL(reader, "the query nests too deeply here");
	if (!advance(reader))
		return NULL;
	child = parse_not(reader);
	reader->depth--;
	if (child == NULL)
		return NULL;
	node = new_node(reader, KIND_NOT, &place);
	if (node == NULL)
		return NULL;
	node->first = child;
	extend(node, &child->place);
	return node;
}

/* Operands with one word between them become one node. */
static struct query_node *
parse_chain(struct reader *reader, enum query_word word, enum query_kind kind,
    struct query_node *(*operand)(struct reader *reader))
{
	struct query_node *left = operand(reader), *node = NULL, *last = left;

	while (last != NULL && reader->token.word == word) {
		struct query_node *right;

		if (!advance(reader))
			return NULL;
		right = operand(reader);
		if (node == NULL)
			node = new_pair(reader, kind, left, right);
		if (node == NULL || right == NULL)
			return NULL;
		last->next = right;
		last = right;
		extend(node, &right->place);
	}
	return last == NULL ? NULL : node != NULL ? node : left;
}

static struct query_node *
parse_and(struct reader *reader)
{
	return parse_chain(reader, WORD_AND, KIND_AND, parse_not);
}

static struct query_node *
parse_or(struct reader *reader)
{
	struct query_node *node;

	if (++reader->depth > RECURSION_MAX)
		return FAIL(reader, "the query nests too deeply here");
	node = parse_chain(reader, WORD_OR, KIND_OR, parse_and);
	reader->depth--;
	return node;
}

struct query_node *
query_parse(struct query_parser *parser, const struct query_source *source)
{
	struct reader reader = {
	    .parser = parser,
	    .lexer = {parser->arena, source, parser->error, 0},
	};
	size_t valid = utf8_valid(source->text, source->length);
	struct query_node *tree;

	*parser->error = (struct query_error){0};
	if (valid < source->length) {
		struct query_place place = {source, valid, 1};

		query_error_set(parser->error, &place, "the query is not UTF-8");
		return NULL;
	}
	if (!advance(&reader))
		return NULL;
	tree = parse_or(&reader);
	if (tree == NULL || reader.token.word == WORD_END)
		return tree;
	if (starts_value(reader.token.word))
		return FAIL(&reader,
		    "an operator is expected before this; names that hold "
		    "spaces need back-quotes");
	return FAIL(&reader, "this has no counterpart before it");
}

/* The aliases that are being written out, innermost first. */
struct within {
	const struct within *outer;
	const char *name;
	int depth;
};

static int expand(struct query_parser *parser, struct query_node *node,
    const struct within *within, query_lookup *lookup, void *context);

static int
expand_alias(struct query_parser *parser, struct query_node *node,
    const struct within *within, query_lookup *lookup, void *context)
{
	struct within inner = {within, node->text, within->depth + 1};
	struct query_source *source = arena_get(parser->arena, sizeof(*source));
	const char *text;

	for (const struct within *w = within; w != NULL; w = w->outer)
		if (w->name != NULL && strcmp(w->name, node->text) == 0)
			return query_error_set(parser->error, &node->place,
			    "@%.60s comes to use itself", node->text);
	if (inner.depth > ALIASES_MAX)
		return query_error_set(parser->error, &node->place,
		    "aliases use each other more than %d deep", ALIASES_MAX);
	text = lookup(context, node->text);
	if (text == NULL) {
		query_error_set(
		    parser->error, &node->place, "there is no alias @%.60s", node->text);
		snprintf(
		    parser->error->alias, sizeof(parser->error->alias), "%s", node->text);
		return -1;
	}
	if (source != NULL) {
		source->length = strlen(text);
		source->text = arena_text(parser->arena, text, source->length);
		source->alias = node->text;
	}
	if (source == NULL || source->text == NULL)
		return query_error_plain(parser->error, "no memory");
	node->first = query_parse(parser, source);
	if (node->first == NULL)
		return -1;
	return expand(parser, node->first, &inner, lookup, context);
}

static int
expand(struct query_parser *parser, struct query_node *node, const struct within *within,
    query_lookup *lookup, void *context)
{
	if (node->kind == KIND_ALIAS)
		return expand_alias(parser, node, within, lookup, context);
	for (struct query_node *child = node->first; child; child = child->next)
		if (expand(parser, child, within, lookup, context) != 0)
			return -1;
	return 0;
}

int
query_expand(struct query_parser *parser, struct query_node *tree, const char *name,
    query_lookup *lookup, void *context)
{
	struct within within = {NULL, name, 0};

	return expand(parser, tree, &within, lookup, context);
}
