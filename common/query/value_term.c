#include "query/value_term.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db/condition_type.h"
#include "text/number.h"

/* As SQL orders them; of another kind than a number or a text no value is. */
enum class { CLASS_NULL, CLASS_NUMBER, CLASS_TEXT, CLASS_BLOB };

#define PLACES 4 /* behind the point that are read before a number is read whole */

struct value_constant {
	enum class class;
	struct number number;
	double scaled[PLACES + 1]; /* times 10 to that power, about */
	/* A value of which the digits before the point are more than above is more, one
	   of which they are less than below is less. */
	int64_t above, below;
	char *text;
	size_t n;
};

/* What is compared with them. */
struct operand {
	enum class class;
	struct number number;
	struct json_span text;
};

bool
value_term_add(struct value_term *term, sqlite3_value *value)
{
	struct value_constant *more =
				  realloc(term->constants, (term->n + 1) * sizeof(*more)),
			      *constant;

	if (more == NULL)
		return false;
	term->constants = more;
	constant = &more[term->n];
	*constant = (struct value_constant){.class = CLASS_NULL};
	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		constant->class = CLASS_NUMBER;
		constant->number.integer = sqlite3_value_int64(value);
		constant->number.real = (double)constant->number.integer;
		break;
	case SQLITE_FLOAT:
		constant->class = CLASS_NUMBER;
		constant->number =
		    (struct number){.is_real = true, .real = sqlite3_value_double(value)};
		break;
	case SQLITE_TEXT:
	case SQLITE_BLOB:
		constant->class =
		    sqlite3_value_type(value) == SQLITE_TEXT ? CLASS_TEXT : CLASS_BLOB;
		constant->n = (size_t)sqlite3_value_bytes(value);
		constant->text = malloc(constant->n + 1);
		if (constant->text == NULL)
			return false;
		if (constant->n > 0)
			memcpy(constant->text, sqlite3_value_blob(value), constant->n);
		break;
	default:
		break;
	}
	constant->above = INT64_MAX;
	if (constant->class == CLASS_NUMBER && fabs(constant->number.real) < 1e15) {
		constant->above = (int64_t)fmax(floor(constant->number.real), -1);
		constant->below = (int64_t)ceil(constant->number.real) - 1;
	}
	constant->scaled[0] = constant->number.real;
	for (int i = 1; i <= PLACES; i++)
		constant->scaled[i] = constant->scaled[i - 1] * 10;
	term->n++;
	return true;
}

void
value_term_free(struct value_term *term)
{
	for (size_t i = 0; i < term->n; i++)
		free(term->constants[i].text);
	free(term->constants);
	term->constants = NULL;
	term->n = 0;
}

/* ---- comparing -------------------------------------------------------------- */

bool
value_term_order(int operator, int order)
{
	switch (operator) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return order == 0;
	case SQLITE_INDEX_CONSTRAINT_GT:
		return order > 0;
	case SQLITE_INDEX_CONSTRAINT_GE:
		return order >= 0;
	case SQLITE_INDEX_CONSTRAINT_LT:
		return order < 0;
	case SQLITE_INDEX_CONSTRAINT_LE:
		return order <= 0;
	default:
		return false;
	}
}

static int
compare_texts(struct json_span text, const struct value_constant *constant)
{
	size_t n = text.n < constant->n ? text.n : constant->n;
	int order = n > 0 ? memcmp(text.p, constant->text, n) : 0;

	return order != 0 ? order : (text.n > constant->n) - (text.n < constant->n);
}

static bool
operand_holds(const struct value_term *term, const struct operand *operand)
{
	if (operand->class == CLASS_NULL ||
	    (term->form == 'n' && operand->class != CLASS_NUMBER) ||
	    (term->form == 's' && operand->class == CLASS_NUMBER))
		return false;
	for (size_t i = 0; i < term->n; i++) {
		const struct value_constant *constant = &term->constants[i];
		int order;

		if (constant->class == CLASS_NULL)
			continue;
		if (operand->class != constant->class)
			order = operand->class < constant->class ? -1 : 1;
		else if (operand->class == CLASS_NUMBER)
			order = number_compare(&operand->number, &constant->number);
		else if (term->operator== SQLITE_INDEX_CONSTRAINT_EQ &&
			 operand->text.n != constant->n)
			continue;
		else
			order = compare_texts(operand->text, constant);
		if (value_term_order(term->operator, order))
			return true;
	}
	return false;
}

/*
 * Is a plain number clearly less (-1) or more (1) than a constant, by its first digits?
 * 0: it is near, or has many digits.
 */
static int
clearly(struct json_span text, const struct value_constant *constant)
{
	const char *p = text.p, *end = text.p + text.n;
	bool negative = text.n > 0 && *p == '-';
	int64_t whole = 0;
	double low, high, bound;
	int places = 0;

	p += negative;
	for (int digits = 0; p < end && *p >= '0' && *p <= '9'; p++) {
		if (++digits > VALUE_TERM_DIGITS)
			return 0;
		whole = whole * 10 + (*p - '0');
	}
	if (!negative && whole > constant->above)
		return 1;
	if (!negative && whole < constant->below)
		return -1;
	if (p < end && *p++ == '.')
		for (; p < end && places < PLACES; p++, places++)
			whole = whole * 10 + (*p - '0');
	/* What follows adds less than one to the last digit; one more is for what the
	   arithmetic and the rounding of the whole number may be off. */
	low = (double)(negative ? -whole - 2 : whole - 1);
	high = (double)(negative ? -whole + 1 : whole + 2);
	bound = constant->scaled[places];
	return low > bound ? 1 : high < bound ? -1 : 0;
}

bool
value_term_quick(const struct value_term *term, struct value_quick *quick)
{
	if (term->n != 1 || term->form == 's' || term->constants->class != CLASS_NUMBER)
		return false;
	*quick = (struct value_quick){.above = term->constants->above,
	    .below = term->constants->below,
	    .more = value_term_order(term->operator, 1),
	    .less = value_term_order(term->operator, - 1)};
	return true;
}

/* A value that is no plain text or number.  The text, which may be decoded into memory
   that *decoded gets, is borrowed.  False without memory. */
static bool
read_operand(struct json_span json, struct operand *operand, char **decoded)
{
	struct condition_value value;

	*decoded = NULL;
	condition_value_read(json, &value);
	*operand = (struct operand){.class = CLASS_TEXT, .text = json};
	switch (value.type) {
	case CONDITION_NONE:
		operand->class = CLASS_NULL;
		break;
	case CONDITION_BOOL:
		operand->class = CLASS_NUMBER;
		operand->number.integer = json.p[0] == 't';
		operand->number.real = (double)operand->number.integer;
		break;
	case CONDITION_INT:
	case CONDITION_FLOAT:
		operand->class = CLASS_NUMBER;
		operand->number = value.number;
		break;
	default:
		if (json.p[0] != '"')
			break;
		operand->text = (struct json_span){json.p + 1, json.n - 2};
		if (memchr(json.p, '\\', json.n) == NULL)
			break;
		*decoded = malloc(json.n);
		if (*decoded == NULL)
			return false;
		operand->text.p = *decoded;
		operand->text.n = json_string_decode(json, *decoded);
	}
	return true;
}

/* Could a string in quotes be a number, an infinity or none at all? */
static bool
may_be_number(struct json_span string)
{
	return string.n > 2 && strchr("-0123456789IN", string.p[1]) != NULL;
}

/* A number without exponent, or a string without escapes? */
static bool
is_plain(struct json_span value)
{
	if (value.p[0] == '"')
		return memchr(value.p, '\\', value.n) == NULL;
	return (value.p[0] == '-' || (value.p[0] >= '0' && value.p[0] <= '9')) &&
	       memchr(value.p, 'e', value.n) == NULL &&
	       memchr(value.p, 'E', value.n) == NULL;
}

bool
value_term_holds(const struct value_term *term, struct json_span value, bool plain)
{
	struct operand operand;
	char *decoded;
	bool result;

	plain = plain || is_plain(value);
	if (plain && value.p[0] == '"' && !may_be_number(value)) {
		operand = (struct operand){
		    .class = CLASS_TEXT, .text = {value.p + 1, value.n - 2}};
		return operand_holds(term, &operand);
	}
	if (plain && value.p[0] != '"' && term->n == 1 &&
	    term->constants->class == CLASS_NUMBER && term->form != 's') {
		int order = clearly(value, term->constants);

		if (order != 0)
			return value_term_order(term->operator, order);
	}
	result = read_operand(value, &operand, &decoded) && operand_holds(term, &operand);
	free(decoded);
	return result;
}

bool
value_term_holds_local(const struct value_term *term, sqlite3_value *value)
{
	struct operand operand = {.class = CLASS_NULL};

	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		operand.class = CLASS_NUMBER;
		operand.number.integer = sqlite3_value_int64(value);
		operand.number.real = (double)operand.number.integer;
		break;
	case SQLITE_FLOAT:
		operand.class = CLASS_NUMBER;
		operand.number =
		    (struct number){.is_real = true, .real = sqlite3_value_double(value)};
		break;
	case SQLITE_TEXT:
	case SQLITE_BLOB:
		operand.class =
		    sqlite3_value_type(value) == SQLITE_TEXT ? CLASS_TEXT : CLASS_BLOB;
		operand.text = (struct json_span){
		    sqlite3_value_blob(value), (size_t)sqlite3_value_bytes(value)};
		/* A text that spells a number is that number. */
		if (operand.class == CLASS_TEXT &&
		    number_spelled(operand.text.p, operand.text.n, &operand.number))
			operand.class = CLASS_NUMBER;
		break;
	default:
		break;
	}
	return operand_holds(term, &operand);
}

/* ---- bounds ----------------------------------------------------------------- */

/* Can anything between two bounds satisfy it, given how they compare? */
static bool
range_holds(int operator, int least, int most)
{
	switch (operator) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return least <= 0 && most >= 0;
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return value_term_order(operator, most);
	default:
		return value_term_order(operator, least);
	}
}

/* A number in a bound.  False if it is none. */
static bool
number_of(sqlite3_value *value, struct number *number)
{
	*number = (struct number){.is_real = sqlite3_value_type(value) == SQLITE_FLOAT};
	if (!number->is_real && sqlite3_value_type(value) != SQLITE_INTEGER)
		return false;
	number->real = sqlite3_value_double(value);
	number->integer = number->is_real ? 0 : sqlite3_value_int64(value);
	return true;
}

/* How a bound that is a text compares with a constant.  False if it is none. */
static bool
order_of(sqlite3_value *bound, const struct value_constant *constant, int *order)
{
	struct json_span text;

	if (sqlite3_value_type(bound) != SQLITE_TEXT)
		return false;
	text.p = (const char *)sqlite3_value_text(bound);
	text.n = (size_t)sqlite3_value_bytes(bound);
	if (text.p == NULL)
		return false;
	*order = compare_texts(text, constant);
	return true;
}

static bool
constant_can_hold(const struct value_term *term, const struct value_constant *constant,
    unsigned kinds, sqlite3_value *minimum, sqlite3_value *maximum)
{
	bool numbers = (kinds & CONDITION_NUMBERS) != 0 && term->form != 's';
	bool texts = (kinds & CONDITION_TEXTS) != 0 && term->form != 'n';
	struct number least, most;
	int first, last;

	switch (constant->class) {
	case CLASS_NULL:
		return false;
	case CLASS_NUMBER:
		/* Texts are more than any number. */
		if (texts && value_term_order(term->operator, 1))
			return true;
		if (!numbers)
			return false;
		if (!number_of(minimum, &least) || !number_of(maximum, &most))
			return true;
		return range_holds(term->operator,
		    number_compare(&least, &constant->number),
		    number_compare(&most, &constant->number));
	case CLASS_TEXT:
		if (numbers && value_term_order(term->operator, - 1))
			return true;
		if (!texts)
			return false;
		if (!order_of(minimum, constant, &first) ||
		    !order_of(maximum, constant, &last))
			return true;
		return range_holds(term->operator, first, last);
	case CLASS_BLOB:
		return value_term_order(term->operator, - 1);
	}
	return true;
}

bool
value_term_can_hold(const struct value_term *term, unsigned kinds, sqlite3_value *minimum,
    sqlite3_value *maximum)
{
	for (size_t i = 0; i < term->n; i++)
		if (constant_can_hold(term, &term->constants[i], kinds, minimum, maximum))
			return true;
	return false;
}
