#include "core/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit.h"
#include "base/msg.h"
#include "core/table.h"
#include "text/checksum.h"

/* The tables that are of no stream: $k a key, $x a text, $n a whole number. */
static const struct {
	const char *name, *columns;
} others[] = {
    {"schema_version", "version $n NOT NULL, name $k NOT NULL, applied_at $x, "
		       "fingerprint $k NOT NULL, PRIMARY KEY (version, fingerprint)"},
    {"sources", "source $k NOT NULL, state $x, pushed_at $x, session $k, batch $n, "
		"PRIMARY KEY (source)"},
    {"holdings", "source $k NOT NULL, experiment $k NOT NULL, stream $k NOT NULL, "
		 "fetched_at $x, PRIMARY KEY (experiment, stream, source)"},
};
#define OTHERS (sizeof(others) / sizeof(others[0]))

/* What is made beside the tables.  Each may be there. */
static const struct {
	const char *table, *name, *columns;
} indexes[] = {
    {"logbook_entries", "logbook_entries_by_run", "experiment, run_number"},
    {"runs", "runs_by_run", "experiment, run_number"},
    {"logs", "logs_by_id", "log_id"},
};
#define INDEXES (sizeof(indexes) / sizeof(indexes[0]))

#define ATTEMPTS 10

static char *
create_other(const struct dialect *dialect, size_t i)
{
	return dialect_sql("CREATE TABLE $a$t ($c)$o", "a", dialect->absent, "k",
	    dialect->types[DIALECT_KEY], "x", dialect->types[DIALECT_TEXT], "n",
	    dialect->types[DIALECT_INTEGER], "c", others[i].columns, "t", others[i].name,
	    "o", dialect->options, NULL);
}

char *
schema_text(const struct dialect *dialect)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < OTHERS; i++) {
		char *sql = create_other(dialect, i);

		fprintf(out, "%s;\n", sql != NULL ? sql : "");
		free(sql);
	}
	for (const struct streams_row *row = streams; row->name != NULL; row++) {
		char *sql = table_create(table_of(row), dialect);

		fprintf(out, "%s;\n", sql != NULL ? sql : "");
		free(sql);
	}
	for (size_t i = 0; i < INDEXES; i++)
		fprintf(out, "CREATE INDEX %s%s ON %s (%s);\n", dialect->absent,
		    indexes[i].name, indexes[i].table, indexes[i].columns);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static int
fingerprint(const struct dialect *dialect, char hex[CHECKSUM_HEX])
{
	char *text = schema_text(dialect);
	int result = text != NULL ? checksum_of(text, strlen(text), hex) : -1;

	free(text);
	return result;
}

static int
count(void *context, int n, const char *const *values, const size_t *lengths)
{
	(void)n;
	(void)values;
	(void)lengths;
	++*(int *)context;
	return 0;
}

static enum dbms_result
has_table(struct dbms *server, const char *name, bool *has)
{
	int n = 0;
	enum dbms_result result =
	    dbms_ask(server, server->dialect->columns, 1, &name, count, &n);

	*has = n > 0;
	return result;
}

enum dbms_result
schema_look(struct dbms *server, enum schema_state *state)
{
	char hex[CHECKSUM_HEX], *newest = NULL, *ours = NULL;
	enum dbms_result result;
	bool has;

	*state = SCHEMA_OLDER;
	result = has_table(server, "schema_version", &has);
	if (result != DBMS_DONE || !has)
		return result;
	if (fingerprint(server->dialect, hex) != 0)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	result =
	    dbms_value(server, &newest, "SELECT max(version) FROM schema_version", 0);
	if (result == DBMS_DONE)
		result = dbms_value(server, &ours,
		    "SELECT max(version) FROM schema_version WHERE fingerprint = ?", 1,
		    hex);
	if (newest != NULL && atoi(newest) > SCHEMA_VERSION)
		*state = SCHEMA_NEWER;
	else if (ours != NULL)
		*state = SCHEMA_CURRENT;
	free(newest);
	free(ours);
	return result;
}

/* ---- making ----------------------------------------------------------------- */

/* Run a statement that somebody else may have run before. */
static enum dbms_result
make(struct dbms *server, char *sql, bool has)
{
	enum dbms_result result = DBMS_DONE;

	if (sql == NULL)
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	if (!has)
		result = dbms_run(server, sql, 0);
	free(sql);
	return result;
}

struct names {
	const struct table *table;
	bool has[TABLE_COLUMNS], any, ours;
};

static int
take_name(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct names *names = context;

	(void)lengths;
	names->any = true;
	names->ours |= n > 0 && strcmp(values[0], "row_key") == 0;
	for (size_t i = 0; n > 0 && i < names->table->n; i++)
		if (strcmp(names->table->columns[i].name, values[0]) == 0)
			names->has[i] = true;
	return 0;
}

static enum dbms_result
make_table(struct dbms *server, const struct table *table)
{
	struct names names = {.table = table};
	enum dbms_result result = dbms_ask(
	    server, server->dialect->columns, 1, &table->name, take_name, &names);

	if (result == DBMS_DONE && !names.any)
		return make(server, table_create(table, server->dialect), false);
	if (result == DBMS_DONE && !names.ours) {
		msg("%s: there is a table %s that is not elog-push's: give it a database "
		    "of its own",
		    server->address.shown, table->name);
		return DBMS_STOPPED;
	}
	for (size_t i = 0; i < table->n && result == DBMS_DONE; i++)
		if (!names.has[i])
			result = make(server,
			    table_define(table, &table->columns[i], server->dialect),
			    false);
	return result;
}

static enum dbms_result
make_all(struct dbms *server)
{
	enum dbms_result result = DBMS_DONE;
	bool fresh, has;

	result = has_table(server, "runs", &has);
	fresh = !has || server->dialect->absent[0] != '\0';
	for (size_t i = 0; i < OTHERS && result == DBMS_DONE; i++) {
		result = has_table(server, others[i].name, &has);
		if (result == DBMS_DONE)
			result = make(server, create_other(server->dialect, i), has);
	}
	for (const struct streams_row *row = streams;
	     row->name != NULL && result == DBMS_DONE; row++)
		result = make_table(server, table_of(row));
	for (size_t i = 0; i < INDEXES && fresh && result == DBMS_DONE; i++)
		result = make(server,
		    dialect_sql("CREATE INDEX $a$i ON $t ($c)", "a",
			server->dialect->absent, "i", indexes[i].name, "t",
			indexes[i].table, "c", indexes[i].columns, NULL),
		    false);
	return result;
}

static enum dbms_result
note_version(struct dbms *server)
{
	char hex[CHECKSUM_HEX], version[12];
	char *sql = dialect_sql("INSERT INTO schema_version (version, name, fingerprint, "
				"applied_at) VALUES (?, 'streams', ?, $n)",
	    "n", server->dialect->now, NULL);
	enum dbms_result result;

	if (sql == NULL || fingerprint(server->dialect, hex) != 0) {
		free(sql);
		return dbms_fail(server, DBMS_REFUSED, "no memory");
	}
	snprintf(version, sizeof(version), "%d", SCHEMA_VERSION);
	result = dbms_run(server, sql, 2, version, hex);
	free(sql);
	return result;
}

/* Also where the schema is current: somebody may have dropped a table. */
static enum dbms_result
migrate_once(struct dbms *server, enum schema_state *state)
{
	const struct dialect *dialect = server->dialect;
	char why[DBMS_WHY];
	enum dbms_result result;

	result = dbms_run(server, dialect->begin, 0);
	if (result == DBMS_DONE)
		result = schema_look(server, state);
	if (result == DBMS_DONE && *state != SCHEMA_NEWER)
		result = make_all(server);
	if (result == DBMS_DONE && *state == SCHEMA_OLDER)
		result = note_version(server);
	if (result == DBMS_DONE)
		return dbms_run(server, "COMMIT", 0);
	memcpy(why, server->why, sizeof(why));
	if (server->session != NULL)
		(void)dbms_run(server, "ROLLBACK", 0);
	memcpy(server->why, why, sizeof(why));
	return result;
}

int
schema_migrate(struct dbms *server)
{
	const struct dialect *dialect = server->dialect;
	enum schema_state state = SCHEMA_OLDER;
	enum dbms_result result;

	/* One at a time.  The lock is one of this node alone: where two nodes of a
	   cluster make the same table, one of them is told that it is there, and looks
	   again. */
	result = dbms_ask(server, dialect->lock, 0, NULL, count, &(int){0});
	for (int i = 0; i < ATTEMPTS && server->session != NULL; i++) {
		result = migrate_once(server, &state);
		if (result == DBMS_DONE || result == DBMS_AWAY || result == DBMS_LOGIN ||
		    result == DBMS_STOPPED)
			break;
		nanosleep(&(struct timespec){0, 300000000}, NULL);
	}
	if (server->session != NULL && result == DBMS_DONE)
		(void)dbms_ask(server, dialect->unlock, 0, NULL, count, &(int){0});
	if (result == DBMS_DONE && state == SCHEMA_NEWER) {
		msg("%s: its schema is newer than this elog-push: install a newer one",
		    server->address.shown);
		return EXIT_PARTIAL;
	}
	return dbms_status(server, result, "the schema");
}
