#include "load/direct.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "db/value.h"
#include "load/parameter.h"

#define PARAMETERS_MAX 96 /* of all statements of a stream */
#define MEMBERS_MAX 32

/* A member that parameters are bound to. */
struct member {
	char name[48];
	struct json_span found;
};

/* A parameter of a statement, and what it is bound to. */
struct parameter {
	sqlite3_stmt *statement;
	int number;
	const struct member *member; /* NULL: the record itself, or a column */
	int column;		     /* of the first statement, 0 if it is none */
	bool raw;		     /* the member's text, not its value */
};

/* What one stream needs, once prepared. */
struct program {
	struct steps steps;
	struct parameter parameters[PARAMETERS_MAX];
	struct member members[MEMBERS_MAX];
	int n, n_members;
	int next; /* column of the first statement that says where to go on, or 0 */
	int from; /* where that is */
	bool prepared;
};

struct direct {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *begin, *end, *undo;
	struct program *programs; /* by row of direct_streams[] */
	size_t n;
};

struct direct *
direct_open(sqlite3 *db, const char *path)
{
	struct direct *direct = calloc(1, sizeof(*direct));

	if (direct == NULL)
		goto memory;
	direct->db = db;
	direct->path = path;
	while (direct_streams[direct->n].stream != NULL)
		direct->n++;
	direct->programs = calloc(direct->n + 1, sizeof(*direct->programs));
	if (direct->programs == NULL || value_functions(db) != SQLITE_OK ||
	    parameter_functions(db) != SQLITE_OK)
		goto memory;
	direct->begin = db_prepare(db, path, "SAVEPOINT record");
	direct->end = db_prepare(db, path, "RELEASE record");
	direct->undo = db_prepare(db, path, "ROLLBACK TO record");
	if (direct->begin != NULL && direct->end != NULL && direct->undo != NULL)
		return direct;
	direct_close(direct);
	return NULL;
memory:
	msg("no memory");
	direct_close(direct);
	return NULL;
}

void
direct_close(struct direct *direct)
{
	if (direct == NULL)
		return;
	for (size_t i = 0; i < direct->n && direct->programs != NULL; i++)
		steps_finalize(&direct->programs[i].steps);
	sqlite3_finalize(direct->begin);
	sqlite3_finalize(direct->end);
	sqlite3_finalize(direct->undo);
	free(direct->programs);
	free(direct);
}

/* The column of the first statement that is called that, behind the reason, or 0. */
static int
column_named(const struct program *program, const char *name)
{
	sqlite3_stmt *first = program->steps.statements[0];

	for (int i = 1; i < sqlite3_column_count(first); i++)
		if (strcmp(sqlite3_column_name(first, i), name) == 0)
			return i;
	return 0;
}

static const struct member *
member_named(struct program *program, const char *name, size_t n)
{
	struct member *member = program->members;

	for (; member < program->members + program->n_members; member++)
		if (strncmp(member->name, name, n) == 0 && member->name[n] == '\0')
			return member;
	if (program->n_members == MEMBERS_MAX || n >= sizeof(member->name))
		return NULL;
	memcpy(member->name, name, n);
	program->n_members++;
	return member;
}

/* Learn from a parameter's name what is bound to it. */
static void
add_parameter(struct program *program, sqlite3_stmt *statement, int number)
{
	static const char suffix[] = "_json";
	const char *name = sqlite3_bind_parameter_name(statement, number);
	struct parameter *p = &program->parameters[program->n];
	size_t n;

	if (name == NULL || program->n == PARAMETERS_MAX)
		return;
	*p = (struct parameter){.statement = statement, .number = number};
	name++;
	n = strlen(name);
	if (statement != program->steps.statements[0])
		p->column = column_named(program, name);
	if (n > strlen(suffix) && strcmp(name + n - strlen(suffix), suffix) == 0) {
		n -= strlen(suffix);
		p->raw = true;
	}
	if (p->column == 0 && strcmp(name, "record") != 0)
		p->member = member_named(program, name, n);
	program->n++;
}

static int
prepare(struct direct *direct, struct program *program, const char *stream)
{
	program->prepared = true;
	if (steps_prepare(&program->steps, direct->db, direct->path,
		statement_file("direct", stream, ""), 0, STEPS_MAX) <= 0) {
		steps_finalize(&program->steps);
		return -1;
	}
	program->next = column_named(program, "next");
	for (int i = 0; i < program->steps.n; i++) {
		sqlite3_stmt *statement = program->steps.statements[i];
		int count = sqlite3_bind_parameter_count(statement);

		for (int number = 1; number <= count; number++)
			add_parameter(program, statement, number);
	}
	return 0;
}

/* Find the members that are asked for in one pass, the first of each name. */
static void
find_members(struct program *program, struct json_span record)
{
	struct json s;
	struct json_span key, value;

	for (int i = 0; i < program->n_members; i++)
		program->members[i].found = (struct json_span){NULL, 0};
	json_begin(&s, record.p, record.n);
	if (!json_open(&s, '{'))
		return;
	while (json_member(&s, &key) && json_value(&s, &value))
		for (int i = 0; i < program->n_members; i++) {
			struct member *member = &program->members[i];

			if (member->found.p == NULL && json_string_is(key, member->name))
				member->found = value;
		}
}

static int
bind_members(struct program *program, struct json_span record)
{
	for (int i = 0; i < program->n; i++) {
		const struct parameter *p = &program->parameters[i];
		struct json_span value = p->member != NULL ? p->member->found : record;
		int code;

		if (p->column > 0)
			continue;
		if ((p->raw || p->member == NULL) && value.p != NULL)
			code = sqlite3_bind_text64(p->statement, p->number, value.p,
			    value.n, SQLITE_STATIC, SQLITE_UTF8);
		else
			code = statement_value(p->statement, p->number, value);
		if (code != SQLITE_OK)
			return code;
	}
	return SQLITE_OK;
}

/* What the first statement found, for those behind it. */
static int
bind_columns(struct program *program, bool found)
{
	sqlite3_stmt *first = program->steps.statements[0];
	int code = SQLITE_OK;

	program->from = 1;
	if (found && program->next > 0 && sqlite3_column_int(first, program->next) > 1)
		program->from = sqlite3_column_int(first, program->next);
	for (int i = 0; i < program->n && code == SQLITE_OK; i++) {
		const struct parameter *p = &program->parameters[i];

		if (p->column > 0 && found)
			code = sqlite3_bind_value(p->statement, p->number,
			    sqlite3_column_value(first, p->column));
		else if (p->column > 0)
			code = sqlite3_bind_null(p->statement, p->number);
	}
	return code;
}

/* Run one statement to its end.  Its SQLite code, SQLITE_DONE if all is well. */
static int
step(sqlite3_stmt *statement)
{
	int code;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		;
	sqlite3_reset(statement);
	return code;
}

/* The first statement: DIRECT_TAKEN if nothing speaks against the record. */
static enum direct_result
ask_reason(struct program *program, char why[DIRECT_WHY])
{
	sqlite3_stmt *statement = program->steps.statements[0];
	enum direct_result result = DIRECT_TAKEN;
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
		snprintf(why, DIRECT_WHY, "%s",
		    (const char *)sqlite3_column_text(statement, 0));
		result = DIRECT_REFUSED;
	} else if ((code != SQLITE_ROW && code != SQLITE_DONE) ||
		   bind_columns(program, code == SQLITE_ROW) != SQLITE_OK) {
		result = DIRECT_FAILED;
	}
	sqlite3_reset(statement);
	return result;
}

/* Those behind the first, all or none. */
static enum direct_result
apply(struct direct *direct, struct program *program, char why[DIRECT_WHY])
{
	int code = step(direct->begin);

	for (int i = program->from; i < program->steps.n && code == SQLITE_DONE; i++)
		code = step(program->steps.statements[i]);
	if (code == SQLITE_DONE)
		return step(direct->end) == SQLITE_DONE ? DIRECT_TAKEN : DIRECT_FAILED;
	if ((code & 0xff) != SQLITE_CONSTRAINT)
		return DIRECT_FAILED;
	snprintf(why, DIRECT_WHY, "%s", sqlite3_errmsg(direct->db));
	if (step(direct->undo) != SQLITE_DONE || step(direct->end) != SQLITE_DONE)
		return DIRECT_FAILED;
	return DIRECT_REFUSED;
}

enum direct_result
direct_take(struct direct *direct, const struct direct_stream *stream,
    struct json_span record, char why[DIRECT_WHY])
{
	struct program *program = &direct->programs[stream - direct_streams];
	enum direct_result result;

	if (!program->prepared && prepare(direct, program, stream->stream) != 0)
		return DIRECT_FAILED;
	if (program->steps.n == 0)
		return DIRECT_FAILED;
	find_members(program, record);
	if (bind_members(program, record) != SQLITE_OK) {
		db_complain(direct->db, direct->path);
		return DIRECT_FAILED;
	}
	result = ask_reason(program, why);
	if (result == DIRECT_TAKEN)
		result = apply(direct, program, why);
	if (result == DIRECT_FAILED)
		db_complain(direct->db, direct->path);
	return result;
}
