#include "query/query_function.h"

#include <string.h>

#include "base/suggest.h"
#include "query/query_name.h"
#include "text/timestamp.h"

/* The SQL functions that begin with elog_ are those of query_sqlite.c. */
const struct query_function query_functions[] = {
    {"abs", "n", "elog_abs", QUERY_NONE},
    {"bool", "v", "elog_bool", QUERY_BOOL},
    {"endswith", "ss", "elog_endswith", QUERY_BOOL},
    {"float", "n", "elog_float", QUERY_FLOAT},
    {"float", "s", "elog_float", QUERY_FLOAT},
    {"int", "n", "elog_int", QUERY_INT},
    {"int", "s", "elog_int", QUERY_INT},
    {"len", "j", "elog_json_length", QUERY_INT},
    {"len", "s", "length", QUERY_INT},
    {"len", "b", "length", QUERY_INT},
    {"lower", "s", "lower", QUERY_STRING},
    {"max", "nn*", "max", QUERY_NONE},
    {"max", "ss*", "max", QUERY_STRING},
    {"max", "tt*", "max", QUERY_TIME},
    {"min", "nn*", "min", QUERY_NONE},
    {"min", "ss*", "min", QUERY_STRING},
    {"min", "tt*", "min", QUERY_TIME},
    {"round", "n", "elog_round", QUERY_INT},
    {"round", "nn", "elog_round", QUERY_FLOAT},
    {"startswith", "ss", "elog_startswith", QUERY_BOOL},
    {"str", "t", "elog_time_text", QUERY_STRING},
    {"str", "p", "elog_text", QUERY_STRING},
    {"str", "n", "elog_text", QUERY_STRING},
    {"str", "s", "elog_text", QUERY_STRING},
    {"time", "t", "", QUERY_TIME},
    {"time", "s", "elog_time", QUERY_TIME},
    {"upper", "s", "upper", QUERY_STRING},
    {"math.acos", "n", "elog_acos", QUERY_FLOAT},
    {"math.asin", "n", "elog_asin", QUERY_FLOAT},
    {"math.atan", "n", "elog_atan", QUERY_FLOAT},
    {"math.atan2", "nn", "elog_atan2", QUERY_FLOAT},
    {"math.ceil", "n", "elog_ceil", QUERY_INT},
    {"math.cos", "n", "elog_cos", QUERY_FLOAT},
    {"math.cosh", "n", "elog_cosh", QUERY_FLOAT},
    {"math.degrees", "n", "elog_degrees", QUERY_FLOAT},
    {"math.exp", "n", "elog_exp", QUERY_FLOAT},
    {"math.fabs", "n", "elog_fabs", QUERY_FLOAT},
    {"math.floor", "n", "elog_floor", QUERY_INT},
    {"math.fmod", "nn", "elog_fmod", QUERY_FLOAT},
    {"math.hypot", "nn", "elog_hypot", QUERY_FLOAT},
    {"math.log", "n?n", "elog_log", QUERY_FLOAT},
    {"math.log10", "n", "elog_log10", QUERY_FLOAT},
    {"math.log2", "n", "elog_log2", QUERY_FLOAT},
    {"math.pow", "nn", "elog_pow", QUERY_FLOAT},
    {"math.radians", "n", "elog_radians", QUERY_FLOAT},
    {"math.sin", "n", "elog_sin", QUERY_FLOAT},
    {"math.sinh", "n", "elog_sinh", QUERY_FLOAT},
    {"math.sqrt", "n", "elog_sqrt", QUERY_FLOAT},
    {"math.tan", "n", "elog_tan", QUERY_FLOAT},
    {"math.tanh", "n", "elog_tanh", QUERY_FLOAT},
    {"math.trunc", "n", "elog_int", QUERY_INT},
    {NULL, NULL, NULL, QUERY_NONE},
};

#define FUNCTIONS (sizeof(query_functions) / sizeof(query_functions[0]) - 1)
#define ARGUMENTS_MAX 100 /* SQLite's own limit is 127 */

char
query_function_parameter(const struct query_function *function, size_t i)
{
	const char *p = function->parameters;
	char last = '\0';

	for (; *p != '\0'; p++) {
		if (*p == '?')
			continue;
		if (*p == '*')
			return last;
		last = *p;
		if (i-- == 0)
			return last;
	}
	return '\0';
}

bool
query_function_takes(char parameter, const struct query_node *node)
{
	unsigned kinds;
	int64_t when;

	switch (node->type) {
	case QUERY_BOOL:
	case QUERY_INT:
	case QUERY_FLOAT:
		return parameter == 'n' || parameter == 'v';
	case QUERY_STRING:
		if (parameter == 't')
			return node->kind == KIND_CONSTANT &&
			       timestamp_read(node->text, node->length, &when);
		return parameter == 's' || parameter == 'v';
	case QUERY_JSON:
		return strchr("njsv", parameter) != NULL;
	case QUERY_RUN:
		return strchr("nsv", parameter) != NULL;
	case QUERY_PART:
		return strchr("npsv", parameter) != NULL;
	case QUERY_TIME:
		return parameter == 't' || parameter == 'v';
	case QUERY_BLOB:
		return parameter == 'b' || parameter == 'v';
	case QUERY_MIXED:
		/* Only names are; of one whose kinds are not known, all may be there. */
		kinds = node->condition != NULL ? node->condition->kinds : 0;
		if (parameter == 'n')
			return kinds == 0 || (kinds & CONDITION_NUMBERS) != 0;
		if (parameter == 's')
			return kinds == 0 || (kinds & CONDITION_TEXTS) != 0;
		return parameter == 'p' || parameter == 'v';
	default:
		return false;
	}
}

/* Do the arguments fit?  *wrong gets the first that does not, if their number does. */
static bool
fits(const struct query_function *function, const struct query_node *call, size_t n,
    const struct query_node **wrong)
{
	const char *optional = strchr(function->parameters, '?');
	size_t least = optional != NULL ? (size_t)(optional - function->parameters)
					: strcspn(function->parameters, "*");
	size_t i = 0;

	*wrong = NULL;
	if (n < least || (n > 0 && query_function_parameter(function, n - 1) == '\0'))
		return false;
	for (const struct query_node *child = call->first; child; child = child->next)
		if (!query_function_takes(
			query_function_parameter(function, i++), child)) {
			*wrong = child;
			return false;
		}
	return true;
}

static const char *
name_at(const void *table, size_t i)
{
	return ((const struct query_function *)table)[i].name;
}

static const struct query_function *
unknown(const struct query_node *call, struct query_error *error)
{
	const char *dot = strrchr(call->text, '.');
	const char *name =
	    dot != NULL && strncmp(call->text, "math.", 5) != 0 ? dot + 1 : call->text;
	const char *best =
	    query_functions[suggest(name, name_at, query_functions, FUNCTIONS)].name;
	bool near = suggest_is_near(name, suggest_far(name, best));

	if (name != call->text && strcmp(name, best) == 0)
		query_error_set(error, &call->place,
		    "there are no methods: write %s(%.*s, ...)", best,
		    (int)(dot - call->text), call->text);
	else if (strcmp(call->text, "jobs") == 0)
		query_error_set(error, &call->place,
		    "jobs takes a task in quotes: jobs('refine'), or jobs('') for all");
	else
		query_error_set(error, &call->place,
		    near ? "there is no function %.60s; the nearest is %s"
			 : "there is no function %.60s; elog-query(7) has them all",
		    call->text, best);
	return NULL;
}

const struct query_function *
query_function_find(const struct query_node *call, struct query_error *error)
{
	const struct query_node *wrong = NULL, *child;
	bool known = false;
	size_t n = 0;

	for (child = call->first; child != NULL; child = child->next)
		n++;
	for (const struct query_function *f = query_functions; f->name != NULL; f++) {
		const struct query_node *here = NULL;

		if (strcmp(f->name, call->text) != 0)
			continue;
		known = true;
		if (n <= ARGUMENTS_MAX && fits(f, call, n, &here))
			return f;
		if (here != NULL)
			wrong = here;
	}
	if (!known)
		return unknown(call, error);
	if (wrong != NULL)
		query_error_set(error, &wrong->place, "%s does not take a %s here",
		    call->text, query_type_name(wrong->type));
	else
		query_error_set(error, &call->place,
		    "%s is called with another number of arguments", call->text);
	return NULL;
}
