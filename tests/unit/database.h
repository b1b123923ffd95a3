/* A database in memory as elog-load makes it, and dice that fall the same each time. */
#ifndef DATABASE_H
#define DATABASE_H

#include <sqlite3.h>

#include "db/condition_column.h"
#include "db/sql.h"
#include "unit.h"

/* A number from 0 to n - 1. */
static inline unsigned
dice(unsigned n)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % n);
}

/* One of n texts. */
static inline const char *
pick(const char *const *from, size_t n)
{
	return from[dice((unsigned)n)];
}

static inline void
exec(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static inline sqlite3 *
empty_database(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(condition_column_functions(db), SQLITE_OK);
	for (const struct sql_file *file = sql_files; file->name != NULL; file++)
		if (strncmp(file->name, "migrations/", 11) == 0)
			exec(db, file->text);
	return db;
}

/* Conditions have the types that their columns say. */
static inline void
count_types(sqlite3 *db)
{
	exec(db, "UPDATE condition_types SET kinds = k, value_type = "
		 "ifnull(type_of_kinds(k), 'mixed') FROM (SELECT type_id AS n, "
		 "all_kinds(kinds) AS k FROM condition_columns GROUP BY 1) WHERE n = id");
}

#endif
