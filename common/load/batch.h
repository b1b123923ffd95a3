/*
 * Values of conditions gathered in memory, and shown to SQL in the order of the key of
 * table conditions: one INSERT ... SELECT from the virtual table
 *
 *	gathered (type_id, run_id, value)
 *
 * takes them all.  It costs half of what a prepared statement costs that is bound and
 * stepped for each row, and rows in key order a third of rows in any order, because
 * neighbours meet in one page.
 */
#ifndef BATCH_H
#define BATCH_H

#include <sqlite3.h>
#include <stdbool.h>

#include "db/condition_type.h"
#include "text/json.h"

/* More than this, in rows or in bytes of their values, should not be gathered. */
#define BATCH_ROWS 100000
#define BATCH_BYTES ((size_t)8 * 1024 * 1024)

/* What the values of one condition become; it outlives the rows that name it. */
struct batch_type {
	sqlite3_int64 id;	   /* in condition_types */
	enum condition_type type;  /* in which its values are given */
	size_t rows;		   /* gathered of it */
	size_t place;		   /* where its next row belongs, while they are sorted */
	long refused;		   /* rows whose value did not fit, so that it is NULL */
	sqlite3_int64 refused_run; /* one of them */
};

struct batch;

/* Make the virtual table known to a connection.  NULL without memory. */
struct batch *batch_open(sqlite3 *db);

/* Add a value, a JSON text that is copied.  Runs should ascend within a type.  0, or -1
   without memory. */
int batch_add(struct batch *gathered, struct batch_type *type, sqlite3_int64 run,
    struct json_span value);

bool batch_is_full(const struct batch *gathered);

/*
 * Put the rows into key order, when the types have got their ids.  types are those that
 * any row names, n of them, and are sorted by id.  0, or -1 without memory.
 */
int batch_sort(struct batch *gathered, struct batch_type **types, size_t n);

/* Forget the rows. */
void batch_clear(struct batch *gathered);

/* To be called when the connection is closed, or shows the table no more. */
void batch_close(struct batch *gathered);

#endif
