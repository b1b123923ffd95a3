/*
 * The SQL files of common/sql/, compiled in.  A file's name is its path under
 * common/sql/ without ".sql": "load/runs".
 */
#ifndef SQL_H
#define SQL_H

struct sql_file {
	const char *name;
	const char *text;
};

/* All of them, in the order of their names; ends with a row of NULLs. */
extern const struct sql_file sql_files[];

#endif
