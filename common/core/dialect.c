#include "core/dialect.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PIECES_MAX 8

/*
 * PostgreSQL: documents are json, which keeps each byte and takes \u0000, not jsonb.
 * Names are compared byte by byte.
 */
const struct dialect dialect_postgresql = {
    .name = "PostgreSQL",
    .types = {[DIALECT_KEY] = "text COLLATE \"C\"",
	[DIALECT_TEXT] = "text",
	[DIALECT_INTEGER] = "bigint",
	[DIALECT_REAL] = "double precision",
	[DIALECT_JSON] = "json"},
    .options = "",
    .absent = "IF NOT EXISTS ",
    .now = "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    .temporary = "staged_",
    .list = "CREATE TEMPORARY TABLE \"$s\" ($c)",
    .stage = "CREATE TEMPORARY TABLE IF NOT EXISTS \"$s\" (LIKE \"$t\" INCLUDING "
	     "DEFAULTS, ordinal bigint GENERATED ALWAYS AS IDENTITY)",
    .empty = "TRUNCATE \"$s\"",
    .analyze = "ANALYZE \"$s\"",
    .delete_come = "DELETE FROM \"$t\" t USING \"$s\" s WHERE $k AND $w",
    .delete_staged = "DELETE FROM \"$s\" s USING \"$t\" t WHERE $k AND $w",
    .delete_twice = "DELETE FROM \"$s\" t USING \"$s\" s WHERE $k AND t.ordinal < "
		    "s.ordinal",
    .same = "t.\"$d\"::text = s.\"$d\"::text",
    .digest = "md5(t.\"$d\"::text)",
    .begin = "BEGIN",
    .isolate = "SET default_transaction_isolation = 'read committed'",
    .snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ",
    .savepoint = "SAVEPOINT before_rows",
    .undo = "ROLLBACK TO SAVEPOINT before_rows",
    .claim = "SELECT session, batch FROM sources WHERE source = ? FOR UPDATE",
    .lock = "SELECT pg_advisory_lock(7310575178676666480)",
    .unlock = "SELECT pg_advisory_unlock(7310575178676666480)",
    /* information_schema takes a hundred times as long. */
    .columns = "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = "
	       "to_regclass(?::text) AND attnum > 0 AND NOT attisdropped",
};

/*
 * MariaDB: a collation that tells `Run' from `run' and keeps spaces at the end.  JSON is
 * a text without a check, which would refuse what is nested more than 31 deep.
 */
const struct dialect dialect_mariadb = {
    .name = "MariaDB",
    .types = {[DIALECT_KEY] = "varchar(191)",
	[DIALECT_TEXT] = "longtext",
	[DIALECT_INTEGER] = "bigint",
	[DIALECT_REAL] = "double",
	[DIALECT_JSON] = "longtext"},
    .options = " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 "
	       "COLLATE=utf8mb4_nopad_bin",
    .absent = "IF NOT EXISTS ",
    .now = "(date_format(utc_timestamp(6), '%Y-%m-%dT%H:%i:%s.%fZ'))",
    .temporary = "staged_",
    .list = "CREATE TEMPORARY TABLE \"$s\" ($c) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
	    "COLLATE=utf8mb4_nopad_bin",
    .stage = "CREATE TEMPORARY TABLE IF NOT EXISTS \"$s\" LIKE \"$t\"",
    .empty = "DELETE FROM \"$s\"",
    .delete_come = "DELETE t FROM \"$s\" s JOIN \"$t\" t ON $k WHERE $w",
    .delete_staged = "DELETE s FROM \"$s\" s JOIN \"$t\" t ON $k WHERE $w",
    .same = "t.\"$d\" = s.\"$d\"",
    .digest = "md5(t.\"$d\")",
    .begin = "START TRANSACTION",
    .isolate = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    .snapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT",
    .savepoint = "SAVEPOINT before_rows",
    .undo = "ROLLBACK TO SAVEPOINT before_rows",
    .claim = "SELECT session, batch FROM sources WHERE source = ? FOR UPDATE",
    .lock = "SELECT get_lock(concat('elog-push ', database()), 60)",
    .unlock = "SELECT release_lock(concat('elog-push ', database()))",
    .columns = "SELECT column_name FROM information_schema.columns WHERE table_schema = "
	       "database() AND table_name = ?",
    .repeats = "AS (json_extract(doc, '$.$m')) VIRTUAL",
    .repeats_all = "AS (doc) VIRTUAL",
};

/* SQL Server, over ODBC.  A UTF-8 collation, which 2019 was the first to have. */
const struct dialect dialect_sqlserver = {
    .name = "SQL Server",
    .types = {[DIALECT_KEY] = "varchar(191) COLLATE Latin1_General_100_BIN2_UTF8",
	[DIALECT_TEXT] = "varchar(max) COLLATE Latin1_General_100_BIN2_UTF8",
	[DIALECT_INTEGER] = "bigint",
	[DIALECT_REAL] = "float",
	[DIALECT_JSON] = "varchar(max) COLLATE Latin1_General_100_BIN2_UTF8"},
    .options = "",
    .absent = "",
    .now = "(convert(varchar(27), sysutcdatetime(), 126) + 'Z')",
    .temporary = "#staged_",
    .list = "CREATE TABLE \"$s\" ($c)",
    .stage = "IF object_id('tempdb..$s') IS NULL SELECT TOP 0 * INTO \"$s\" FROM \"$t\"",
    .empty = "TRUNCATE TABLE \"$s\"",
    .delete_come = "DELETE t FROM \"$t\" t JOIN \"$s\" s ON $k WHERE $w",
    .delete_staged = "DELETE s FROM \"$s\" s JOIN \"$t\" t ON $k WHERE $w",
    .same = "t.\"$d\" = s.\"$d\"",
    .digest = "lower(convert(varchar(32), hashbytes('MD5', t.\"$d\"), 2))",
    .begin = "BEGIN TRANSACTION",
    .isolate = "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
    .snapshot = "BEGIN TRANSACTION",
    .savepoint = "SAVE TRANSACTION before_rows",
    .undo = "ROLLBACK TRANSACTION before_rows",
    .claim = "SELECT session, batch FROM sources WITH (UPDLOCK) WHERE source = ?",
    .lock = "EXEC sp_getapplock @Resource = 'elog-push', @LockMode = 'Exclusive', "
	    "@LockOwner = 'Session', @LockTimeout = 60000",
    .unlock = "EXEC sp_releaseapplock @Resource = 'elog-push', @LockOwner = 'Session'",
    .columns = "SELECT column_name FROM information_schema.columns WHERE table_schema = "
	       "schema_name() AND table_name = ?",
};

struct piece {
	char letter;
	const char *text;
};

static void
put(FILE *sql, const char *template, const struct piece *pieces, int n)
{
	for (const char *p = template; *p != '\0'; p++) {
		int i = 0;

		while (*p == '$' && i < n && pieces[i].letter != p[1])
			i++;
		if (*p == '$' && i < n) {
			/* A piece may be a template itself, of letters before it. */
			put(sql, pieces[i].text, pieces, i);
			p++;
		} else {
			fputc(*p, sql);
		}
	}
}

static int
collect(struct piece pieces[PIECES_MAX], va_list more)
{
	const char *letter;
	int n = 0;

	while ((letter = va_arg(more, const char *)) != NULL && n < PIECES_MAX)
		pieces[n++] = (struct piece){*letter, va_arg(more, const char *)};
	return n;
}

void
dialect_put(FILE *sql, const char *template, ...)
{
	struct piece pieces[PIECES_MAX];
	va_list more;
	int n;

	va_start(more, template);
	n = collect(pieces, more);
	va_end(more);
	put(sql, template, pieces, n);
}

char *
dialect_sql(const char *template, ...)
{
	struct piece pieces[PIECES_MAX];
	char *text = NULL;
	size_t size;
	FILE *sql = open_memstream(&text, &size);
	va_list more;
	int n;

	if (sql == NULL)
		return NULL;
	va_start(more, template);
	n = collect(pieces, more);
	va_end(more);
	put(sql, template, pieces, n);
	if (fclose(sql) == 0)
		return text;
	free(text);
	return NULL;
}
