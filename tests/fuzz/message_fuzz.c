/*
 * Lines of any bytes into a database in memory, as elog-load takes them: nothing
 * but complete experiments may appear, and the database stays sound.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int condition)
{
	if (!condition)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	static sqlite3 *db;
	struct load *load;
	char *text = malloc(size + 1), *line = text;
	long number = 0;

	if (db == NULL) {
		nowhere = fopen("/dev/null", "w");
		db = db_open_writer(":memory:", NULL);
		require(nowhere != NULL && db != NULL);
	}
	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\n';
	load = load_open(db, "memory", nowhere);
	require(load != NULL);
	for (char *p = text; p <= text + size; p++)
		if (*p == '\n') {
			require(load_line(load, line, (size_t)(p - line), ++number) == 0);
			line = p + 1;
		}
	require(load_end(load) == 0);
	load_close(load);
	require(db_number(db,
		    "SELECT count(*) FROM experiments WHERE name NOT IN "
		    "(SELECT experiment FROM fetches WHERE completed_at IS NOT NULL)",
		    -1) == 0);
	require(sqlite3_exec(db,
		    "DELETE FROM logbook_entries; DELETE FROM runs; DELETE FROM files; "
		    "DELETE FROM questionnaires; DELETE FROM workflows; "
		    "DELETE FROM workflow_jobs; DELETE FROM samples; DELETE FROM shifts; "
		    "DELETE FROM fetches; DELETE FROM other_records; "
		    "DELETE FROM experiments; DELETE FROM metadata",
		    NULL, NULL, NULL) == SQLITE_OK);
	free(text);
	return 0;
}
