#include "direct.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "msg.h"
#include "statement.h"

#define PARAMETERS_MAX 64 /* of all statements of a stream */

/* A parameter of a statement, and the member that it is bound to. */
struct parameter {
	sqlite3_stmt *statement;
	int number;
	char member[48];
	bool raw;   /* its text, not its value */
	bool whole; /* the record itself */
	struct scan_span found;
};

/* What one stream needs, once prepared. */
struct program {
	struct steps steps;
	struct parameter parameters[PARAMETERS_MAX];
	int n;
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
	if (direct->programs == NULL)
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
	n = (size_t)snprintf(p->member, sizeof(p->member), "%s", name + 1);
	p->whole = strcmp(p->member, "record") == 0;
	if (n > strlen(suffix) && strcmp(p->member + n - strlen(suffix), suffix) == 0) {
		p->member[n - strlen(suffix)] = '\0';
		p->raw = true;
	}
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
find_members(struct program *program, struct scan_span record)
{
	struct scan s;
	struct scan_span key, value;

	for (int i = 0; i < program->n; i++)
		program->parameters[i].found =
		    program->parameters[i].whole ? record : (struct scan_span){NULL, 0};
	scan_begin(&s, record.p, record.n);
	if (!scan_open(&s, '{'))
		return;
	while (scan_member(&s, &key) && scan_value(&s, &value))
		for (int i = 0; i < program->n; i++) {
			struct parameter *p = &program->parameters[i];

			if (p->found.p == NULL && scan_string_is(key, p->member))
				p->found = value;
		}
}

static int
bind_members(struct program *program)
{
	for (int i = 0; i < program->n; i++) {
		const struct parameter *p = &program->parameters[i];
		int code;

		if ((p->raw || p->whole) && p->found.p != NULL)
			code = sqlite3_bind_text64(p->statement, p->number, p->found.p,
			    p->found.n, SQLITE_STATIC, SQLITE_UTF8);
		else
			code = statement_value(p->statement, p->number, p->found);
		if (code != SQLITE_OK)
			return code;
	}
	return SQLITE_OK;
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
ask_reason(sqlite3_stmt *statement, char why[DIRECT_WHY])
{
	enum direct_result result = DIRECT_TAKEN;
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
		snprintf(why, DIRECT_WHY, "%s",
		    (const char *)sqlite3_column_text(statement, 0));
		result = DIRECT_REFUSED;
	} else if (code != SQLITE_ROW && code != SQLITE_DONE) {
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

	for (int i = 1; i < program->steps.n && code == SQLITE_DONE; i++)
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
    struct scan_span record, char why[DIRECT_WHY])
{
	struct program *program = &direct->programs[stream - direct_streams];
	enum direct_result result;

	if (!program->prepared && prepare(direct, program, stream->stream) != 0)
		return DIRECT_FAILED;
	if (program->steps.n == 0)
		return DIRECT_FAILED;
	find_members(program, record);
	if (bind_members(program) != SQLITE_OK) {
		db_complain(direct->db, direct->path);
		return DIRECT_FAILED;
	}
	result = ask_reason(program->steps.statements[0], why);
	if (result == DIRECT_TAKEN)
		result = apply(direct, program, why);
	if (result == DIRECT_FAILED)
		db_complain(direct->db, direct->path);
	return result;
}
