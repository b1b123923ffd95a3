#include "load/direct.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/path.h"
#include "db/statement.h"
#include "db/value.h"
#include "load/upsert.h"

/* A member that parameters are bound to, or that is checked. */
struct member {
	const char *name; /* n bytes */
	size_t n;
	struct json_span found;
};

enum from {
	FROM_MEMBER,
	FROM_TEXT,   /* a member's text, not its value */
	FROM_RECORD, /* the record itself */
	FROM_COLUMN, /* of the first statement */
	FROM_GIVEN,  /* which members of the row's columns there are */
};

/* A parameter of a statement, and what it is bound to. */
struct parameter {
	sqlite3_stmt *statement;
	int number;
	enum from from;
	size_t index; /* of the member, or the column */
};

/* What one stream needs, once prepared. */
struct program {
	const struct streams_row *row;
	struct streams_row as_copied; /* the row, changed for copies */
	struct steps steps;
	sqlite3_stmt *upsert, *remove; /* derived; NULL if the row does all by hand */
	struct parameter *parameters;
	size_t n, room;
	struct member *members; /* the row's columns, in their order; then
				   STREAMS_DELETED and STREAMS_COPY */
	size_t n_members, members_room, n_columns;
	sqlite3_int64 always; /* bits of :given that the first statement has */
	int next; /* column of the first statement that says where to go on, or 0 */
	int from; /* where that is */
	bool prepared, failed;
	bool takes_deleted; /* a statement has a parameter for it */
	bool copies;	    /* for records of elog-dump */
};

struct direct {
	sqlite3 *db;
	const char *path;
	sqlite3_stmt *begin, *end, *undo;
	struct program *programs; /* by row of streams[]; then those that copy */
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
	direct->n = streams_count();
	direct->programs = calloc(direct->n * 2, sizeof(*direct->programs));
	if (direct->programs == NULL || value_functions(db) != SQLITE_OK ||
	    path_functions(db) != SQLITE_OK)
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

static void
program_free(struct program *program)
{
	steps_finalize(&program->steps);
	sqlite3_finalize(program->upsert);
	sqlite3_finalize(program->remove);
	free(program->parameters);
	free(program->members);
}

void
direct_close(struct direct *direct)
{
	if (direct == NULL)
		return;
	for (size_t i = 0; i < direct->n * 2 && direct->programs != NULL; i++)
		program_free(&direct->programs[i]);
	sqlite3_finalize(direct->begin);
	sqlite3_finalize(direct->end);
	sqlite3_finalize(direct->undo);
	free(direct->programs);
	free(direct);
}

/* ---- preparing --------------------------------------------------------------- */

/* The column of the first statement that is called that, behind the reason, or 0. */
static int
column_named(const struct program *program, const char *name, size_t n)
{
	sqlite3_stmt *first = program->steps.n > 0 ? program->steps.statements[0] : NULL;

	for (int i = 1; first != NULL && i < sqlite3_column_count(first); i++) {
		const char *column = sqlite3_column_name(first, i);

		if (strlen(column) == n && memcmp(column, name, n) == 0)
			return i;
	}
	return 0;
}

/* Room for one more in an array.  0, or -1 without memory. */
static int
make_room(void **array, size_t *room, size_t n, size_t size)
{
	size_t wanted = *room > 0 ? *room * 2 : 32;
	void *bigger;

	if (n < *room)
		return 0;
	bigger = realloc(*array, wanted * size);
	if (bigger == NULL)
		return -1;
	*array = bigger;
	*room = wanted;
	return 0;
}

/* The number of a member, which is added if it is new; -1 without memory. */
static long
member_named(struct program *program, const char *name, size_t n)
{
	void *members = program->members;

	for (size_t i = 0; i < program->n_members; i++)
		if (program->members[i].n == n &&
		    memcmp(program->members[i].name, name, n) == 0)
			return (long)i;
	if (make_room(&members, &program->members_room, program->n_members,
		sizeof(*program->members)) != 0)
		return -1;
	program->members = members;
	program->members[program->n_members] = (struct member){.name = name, .n = n};
	return (long)program->n_members++;
}

/* Learn from a parameter's name what is bound to it.  -1 without memory. */
static int
add_parameter(struct program *program, sqlite3_stmt *statement, int number)
{
	static const char suffix[] = "_json";
	const char *name = sqlite3_bind_parameter_name(statement, number);
	struct parameter *p;
	void *parameters = program->parameters;
	size_t n;
	long index = 0;

	if (name == NULL)
		return 0;
	if (make_room(&parameters, &program->room, program->n, sizeof(*p)) != 0)
		return -1;
	program->parameters = parameters;
	p = &program->parameters[program->n++];
	*p = (struct parameter){.statement = statement, .number = number};
	name++;
	n = strlen(name);
	if (program->steps.n == 0 || statement != program->steps.statements[0])
		index = column_named(program, name, n);
	if (index > 0) {
		p->from = FROM_COLUMN;
	} else if (strcmp(name, "record") == 0) {
		p->from = FROM_RECORD;
	} else if (strcmp(name, "given") == 0) {
		p->from = FROM_GIVEN;
	} else {
		if (n > strlen(suffix) &&
		    strcmp(name + n - strlen(suffix), suffix) == 0) {
			n -= strlen(suffix);
			p->from = FROM_TEXT;
		}
		index = member_named(program, name, n);
		program->takes_deleted |=
		    n == strlen(STREAMS_DELETED) && memcmp(name, STREAMS_DELETED, n) == 0;
	}
	p->index = (size_t)index;
	return index < 0 ? -1 : 0;
}

static int
add_parameters(struct program *program, sqlite3_stmt *statement)
{
	int count = statement != NULL ? sqlite3_bind_parameter_count(statement) : 0;

	for (int number = 1; number <= count; number++)
		if (add_parameter(program, statement, number) != 0)
			return -1;
	return 0;
}

/* Prepare a derived statement, and give its text back. */
static sqlite3_stmt *
derive(struct direct *direct, char *sql)
{
	sqlite3_stmt *statement =
	    sql != NULL ? db_prepare(direct->db, direct->path, sql) : NULL;

	free(sql);
	return statement;
}

static int
prepare(struct direct *direct, struct program *program, const struct streams_row *row)
{
	const char *sql = program->copies ? statement_file("copy", row->name, "") : NULL;

	if (program->copies) {
		program->as_copied = *row;
		program->as_copied.whole |= row->by_hand;
		program->as_copied.by_hand = sql != NULL;
		row = &program->as_copied;
	} else {
		sql = statement_file("direct", row->name, "");
	}
	program->row = row;
	if (steps_prepare(&program->steps, direct->db, direct->path, sql, 0, STEPS_MAX) <
	    0)
		return -1;
	if (row->by_hand && program->steps.n == 0) {
		msg("stream %s has no SQL file", row->name);
		return -1;
	}
	if (!row->by_hand) {
		program->upsert =
		    derive(direct, upsert_sql(direct->db, direct->path, row));
		program->remove = derive(direct, upsert_delete_sql(row));
		if (program->upsert == NULL || program->remove == NULL)
			return -1;
	}
	for (const struct streams_column *c = row->columns; c->name != NULL; c++) {
		long i = member_named(program, c->name, strlen(c->name));

		if (i < 0)
			goto memory;
		program->n_columns = (size_t)i + 1;
		if (column_named(program, c->name, strlen(c->name)) > 0)
			program->always |= 1LL << i;
	}
	if (member_named(program, STREAMS_DELETED, strlen(STREAMS_DELETED)) < 0 ||
	    member_named(program, STREAMS_COPY, strlen(STREAMS_COPY)) < 0)
		goto memory;
	program->next = column_named(program, "next", strlen("next"));
	for (int i = 0; i < program->steps.n; i++)
		if (add_parameters(program, program->steps.statements[i]) != 0)
			goto memory;
	if (add_parameters(program, program->upsert) != 0 ||
	    add_parameters(program, program->remove) != 0)
		goto memory;
	return 0;
memory:
	msg("no memory");
	return -1;
}

/* ---- a record ---------------------------------------------------------------- */

/* Find the members that are asked for in one pass, the first of each name. */
static void
find_members(struct program *program, struct json_span record)
{
	struct json s;
	struct json_span key, value;

	for (size_t i = 0; i < program->n_members; i++)
		program->members[i].found = (struct json_span){NULL, 0};
	json_begin(&s, record.p, record.n);
	if (!json_open(&s, '{'))
		return;
	while (json_member(&s, &key) && json_value(&s, &value))
		for (size_t i = 0; i < program->n_members; i++) {
			struct member *member = &program->members[i];

			if (member->found.p == NULL &&
			    json_string_says(key, member->name, member->n))
				member->found = value;
		}
}

/* Does the record say that its row is no more? */
static bool
is_deleted(const struct program *program)
{
	const struct json_span *found = &program->members[program->n_columns].found;

	return found->p != NULL && found->p[0] != 'n';
}

/* Is it of elog-dump, and to be a row just so? */
static bool
is_copy(const struct program *program)
{
	const struct json_span *found = &program->members[program->n_columns + 1].found;

	return found->p != NULL && found->p[0] == '"' && json_string_is(*found, "row");
}

/* Does it not matter what is wrong with a member?  Of a record that deletes all but the
   keys; of a copy texts, which another database has so. */
static bool
is_forgiven(const struct program *program, const struct streams_column *c,
    struct json_span value, bool deleted)
{
	if (streams_is_key(program->row, c))
		return false;
	/* A member that need not come again, of a row that may be there. */
	if (deleted || (!program->row->whole && value.p == NULL))
		return true;
	return program->copies &&
	       (value.p == NULL || value.p[0] == 'n' ||
		   ((c->type == STREAMS_TEXT || c->type == STREAMS_TIME) &&
		       value.p[0] == '"'));
}

/* Is each value what its column says? */
static enum direct_result
check_types(const struct program *program, bool deleted, char why[DIRECT_WHY])
{
	const struct streams_column *c = program->row->columns;
	const struct json_span *key = &program->members[0].found;
	int length = key->p != NULL && key->p[0] == '"' ? (int)key->n - 2 : 0;

	for (size_t i = 0; i < program->n_columns; i++, c++) {
		char fault[STREAMS_WHY];

		if (streams_fits(c, program->members[i].found, fault) ||
		    is_forgiven(program, c, program->members[i].found, deleted))
			continue;
		if (i == 0 || length == 0)
			snprintf(why, DIRECT_WHY, "%s %s", c->name, fault);
		else
			snprintf(why, DIRECT_WHY, "%.*s: %s %s",
			    length < 150 ? length : 150, key->p + 1, c->name, fault);
		return DIRECT_REFUSED;
	}
	return DIRECT_TAKEN;
}

static sqlite3_int64
given(const struct program *program)
{
	sqlite3_int64 bits = program->always;

	for (size_t i = 0; i < program->n_columns; i++)
		if (program->members[i].found.p != NULL)
			bits |= 1LL << i;
	return bits;
}

static int
bind_members(struct program *program, struct json_span record)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < program->n && code == SQLITE_OK; i++) {
		const struct parameter *p = &program->parameters[i];
		struct json_span value = record;

		if (p->from == FROM_MEMBER || p->from == FROM_TEXT)
			value = program->members[p->index].found;
		if (p->from == FROM_GIVEN)
			code =
			    sqlite3_bind_int64(p->statement, p->number, given(program));
		else if (p->from == FROM_MEMBER || value.p == NULL)
			code = statement_value(p->statement, p->number, value);
		else if (p->from != FROM_COLUMN)
			code = sqlite3_bind_text64(p->statement, p->number, value.p,
			    value.n, SQLITE_STATIC, SQLITE_UTF8);
	}
	return code;
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
	for (size_t i = 0; i < program->n && code == SQLITE_OK; i++) {
		const struct parameter *p = &program->parameters[i];

		if (p->from == FROM_COLUMN && found)
			code = sqlite3_bind_value(p->statement, p->number,
			    sqlite3_column_value(first, (int)p->index));
		else if (p->from == FROM_COLUMN)
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
	int code;

	if (program->steps.n == 0)
		return DIRECT_TAKEN;
	code = sqlite3_step(statement);
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

/* Run statements of the program's steps and one behind them, all or none. */
static enum direct_result
apply(struct direct *direct, struct program *program, int from, sqlite3_stmt *last,
    char why[DIRECT_WHY])
{
	bool several = program->steps.n - from + (last != NULL) > 1;
	int code = several ? step(direct->begin) : SQLITE_DONE;

	for (int i = from; i < program->steps.n && code == SQLITE_DONE; i++)
		code = step(program->steps.statements[i]);
	if (code == SQLITE_DONE && last != NULL)
		code = step(last);
	if (code == SQLITE_DONE)
		return !several || step(direct->end) == SQLITE_DONE ? DIRECT_TAKEN
								    : DIRECT_FAILED;
	if ((code & 0xff) != SQLITE_CONSTRAINT)
		return DIRECT_FAILED;
	snprintf(why, DIRECT_WHY, "%s", sqlite3_errmsg(direct->db));
	if (several &&
	    (step(direct->undo) != SQLITE_DONE || step(direct->end) != SQLITE_DONE))
		return DIRECT_FAILED;
	return DIRECT_REFUSED;
}

/* A record whose members were found. */
static enum direct_result
take(struct direct *direct, struct program *program, struct json_span record,
    char why[DIRECT_WHY])
{
	bool deleted = is_deleted(program);
	enum direct_result result = DIRECT_TAKEN;

	if (deleted && program->remove == NULL && !program->takes_deleted) {
		snprintf(why, DIRECT_WHY, "a record of %s cannot be deleted so",
		    program->row->name);
		return DIRECT_REFUSED;
	}
	if (program->upsert != NULL)
		result = check_types(program, deleted, why);
	if (result != DIRECT_TAKEN)
		return result;
	if (bind_members(program, record) != SQLITE_OK)
		return DIRECT_FAILED;
	if (deleted && program->remove != NULL)
		return apply(direct, program, program->steps.n, program->remove, why);
	result = ask_reason(program, why);
	if (result == DIRECT_TAKEN)
		result = apply(direct, program, program->from, program->upsert, why);
	return result;
}

int
direct_prepare(struct direct *direct, const struct streams_row *stream, bool copy)
{
	struct program *program =
	    &direct->programs[stream - streams + (copy ? (ptrdiff_t)direct->n : 0)];

	program->copies = copy;
	if (!program->prepared)
		program->failed = prepare(direct, program, stream) != 0;
	program->prepared = true;
	return program->failed ? -1 : 0;
}

enum direct_result
direct_take(struct direct *direct, const struct streams_row *stream,
    struct json_span record, char why[DIRECT_WHY])
{
	struct program *program = &direct->programs[stream - streams];
	bool copy = stream->applied == STREAMS_STAGED;
	enum direct_result result;

	if (direct_prepare(direct, stream, copy) != 0)
		return DIRECT_FAILED;
	program += copy ? direct->n : 0;
	find_members(program, record);
	if (!copy && is_copy(program)) {
		if (direct_prepare(direct, stream, true) != 0)
			return DIRECT_FAILED;
		program += direct->n;
		find_members(program, record);
	}
	result = take(direct, program, record, why);
	if (result == DIRECT_FAILED)
		db_complain(direct->db, direct->path);
	return result;
}
