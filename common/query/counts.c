#include "query/counts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "stream/streams.h"

/* Those of the rows whose tables the database has.  0, or -1 after a message. */
static int
put_counts(FILE *sql, sqlite3_stmt *has, const char *path)
{
	for (const struct streams_row *row = streams; row->name != NULL; row++) {
		int there;

		if (row->applied == STREAMS_CLOSING || row->uncounted)
			continue;
		statement_text(has, ":table", streams_table(row));
		there = statement_ask(has, path);
		if (there < 0)
			return -1;
		if (there > 0)
			fprintf(sql,
			    " UNION ALL SELECT '%s', (SELECT count(*) FROM \"%s\")",
			    row->name, streams_table(row));
	}
	return 0;
}

char *
counts_sql(sqlite3 *db, const char *path)
{
	sqlite3_stmt *has =
	    db_prepare(db, path, "SELECT 1 FROM sqlite_schema WHERE name = :table");
	char *text = NULL;
	size_t n;
	FILE *sql = has != NULL ? open_memstream(&text, &n) : NULL;
	int result = -1;

	if (sql != NULL) {
		result = put_counts(sql, has, path);
		if (fclose(sql) != 0)
			result = -1;
	} else if (has != NULL) {
		msg("no memory");
	}
	sqlite3_finalize(has);
	if (result == 0)
		return text;
	free(text);
	return NULL;
}
