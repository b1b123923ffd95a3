/* Print the SQL for Microsoft SQL Server, which no server of its kind is here to try. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dialect.h"
#include "core/merge.h"
#include "core/schema.h"
#include "core/table.h"

/* Print a text that is ours to release. */
static int
print(char *sql, const char *end)
{
	int result = sql != NULL && printf("%s%s", sql, end) > 0 ? 0 : 1;

	free(sql);
	return result;
}

int
main(void)
{
	static const char *const kinds[] = {"runs", "aliases", "metadata"};
	const struct dialect *d = &dialect_sqlserver;
	int failed = print(schema_text(d), "\n");

	/* One of each kind: what comes whole, what has a time, what is each source's own.
	 */
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct table *table =
		    table_of(streams_named(kinds[i], strlen(kinds[i])));

		failed |= print(merge_text(table, d), "\n");
		failed |= print(
		    dialect_sql(d->stage, "t", table->name, "s", "#staged", NULL), ";\n");
	}
	failed |= print(dialect_sql(d->empty, "s", "#staged", NULL), ";\n");
	failed |= print(
	    dialect_sql("SELECT $h FROM \"runs\" t", "d", "doc", "h", d->digest, NULL),
	    ";\n");
	printf("%s;\n%s;\n%s;\n%s;\n%s;\n%s;\n%s;\n", d->lock, d->isolate, d->begin,
	    d->savepoint, d->undo, d->unlock, d->claim);
	return failed;
}
