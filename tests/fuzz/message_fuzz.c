/*
 * Lines of any bytes into a database in memory, as elog-load takes them: nothing
 * but complete experiments may appear, and the database stays sound.
 */
#include <stdint.h>

#include "database.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sqlite3 *db = database_fresh("");

	database_load(db, (const char *)data, size, NULL);
	database_check(db);
	return 0;
}
