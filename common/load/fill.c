#include "load/fill.h"

#include "load/conditions.h"
#include "load/run_columns.h"

int
fill_tables(sqlite3 *db, const char *path, int number)
{
	switch (number) {
	case 7:
		return conditions_fill(db, path, number);
	case 16:
		return run_columns_write(db, path);
	default:
		return 0;
	}
}
