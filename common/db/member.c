#include "db/member.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "db/db.h"

/* Where a member comes from a column that holds a number of ours.  % is the alias. */
static const struct reference {
	const char *member, *column;
	const char *value;  /* the member of a row */
	const char *equals; /* true of the row that has the parameter for a member */
} references[] = {
    {"experiment", "experiment_id",
	"(SELECT name FROM experiments WHERE id = %.experiment_id)",
	"%.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)"},
    {"experiment", "run_id",
	"(SELECT e.name FROM runs r JOIN experiments e ON e.id = r.experiment_id "
	"WHERE r.id = %.run_id)",
	"true"},
    {"run", "run_number", "%.run_number", "%.run_number = :run"},
    {"run", "run_id", "(SELECT run_number FROM runs WHERE id = %.run_id)",
	"%.run_id = (SELECT r.id FROM runs r JOIN experiments e ON e.id = "
	"r.experiment_id "
	"WHERE e.name = :experiment AND r.run_number = :run)"},
    {"name", "type_id", "(SELECT name FROM condition_types WHERE id = %.type_id)",
	"%.type_id = (SELECT id FROM condition_types WHERE name = :name)"},
    {NULL, NULL, NULL, NULL},
};

int
member_table_open(
    struct member_table *table, sqlite3 *db, const char *path, const char *name)
{
	sqlite3_stmt *info = db_prepare(db, path,
	    "SELECT name, hidden, (SELECT wr FROM pragma_table_list(:table) LIMIT 1) "
	    "FROM pragma_table_xinfo(:table)");
	int code;

	*table = (struct member_table){.n = 0};
	if (info == NULL)
		return -1;
	sqlite3_bind_text(info, 1, name, -1, SQLITE_STATIC);
	while ((code = sqlite3_step(info)) == SQLITE_ROW) {
		char *column = strdup((const char *)sqlite3_column_text(info, 0));

		if (column == NULL || table->n == MEMBER_COLUMNS_MAX) {
			msg("%s: table %s: %s", path, name,
			    column == NULL ? "no memory" : "too many columns");
			free(column);
			sqlite3_finalize(info);
			return -1;
		}
		table->generated[table->n] = sqlite3_column_int(info, 1) > 1;
		table->without_rowid = sqlite3_column_int(info, 2) != 0;
		table->columns[table->n++] = column;
	}
	sqlite3_finalize(info);
	if (code == SQLITE_DONE)
		return 0;
	db_complain(db, path);
	return -1;
}

void
member_table_close(struct member_table *table)
{
	for (int i = 0; i < table->n; i++)
		free(table->columns[i]);
	table->n = 0;
}

bool
member_table_has(const struct member_table *table, const char *column)
{
	for (int i = 0; i < table->n; i++)
		if (strcmp(table->columns[i], column) == 0)
			return true;
	return false;
}

/* The reference that gives a member, or NULL. */
static const struct reference *
reference_of(const struct member_table *table, const char *member)
{
	const struct reference *r;

	for (r = references; r->member != NULL; r++)
		if (strcmp(r->member, member) == 0 && member_table_has(table, r->column))
			return r;
	return NULL;
}

void
member_put_text(FILE *sql, const char *text, const char *alias)
{
	for (; *text != '\0'; text++)
		if (*text == '%')
			fputs(alias, sql);
		else
			putc(*text, sql);
}

bool
member_put(FILE *sql, const struct member_table *table,
    const struct streams_column *column, const char *alias)
{
	const char *own = streams_column_of(column);
	const struct reference *reference;

	if (member_table_has(table, own)) {
		fprintf(sql, "%s.\"%s\"", alias, own);
		return true;
	}
	reference = reference_of(table, column->name);
	if (reference != NULL)
		member_put_text(sql, reference->value, alias);
	return reference != NULL;
}

void
member_put_keys(FILE *sql, const struct member_table *table,
    const struct streams_row *row, const char *alias)
{
	for (int i = 0; row->keys[i] != NULL; i++) {
		const struct streams_column *column =
		    streams_column(row, row->keys[i], strlen(row->keys[i]));
		const char *own = streams_column_of(column);
		const struct reference *reference = reference_of(table, column->name);

		fputs(i > 0 ? " AND " : "", sql);
		if (member_table_has(table, own))
			fprintf(sql, "%s.\"%s\" IS :%s", alias, own, column->name);
		else if (reference != NULL)
			member_put_text(sql, reference->equals, alias);
		else
			fputs("false", sql);
	}
}
