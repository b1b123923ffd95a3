/*
 * Parameters of runs in many loads into one database, and local values between them.
 * The bytes choose what comes next, so that nearly all inputs get past the scanner.  All
 * that database_check() knows must be true in between; in the end each run has the
 * conditions that its document gives it, and loading the same again changes nothing.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "database.h"

#define EXPERIMENTS 2
#define RUNS 4
#define RECORD 4000
#define PARAMETERS 6
#define LOADS 4 /* between those at the end */
#define STEPS 40

#define PICK(bytes, table) ((table)[next(bytes) % (sizeof(table) / sizeof((table)[0]))])

struct bytes {
	const uint8_t *p, *end;
};

/* What the service holds, and the lines that are to be loaded. */
struct logbook {
	char runs[EXPERIMENTS][RUNS][RECORD]; /* "": there is no such run */
	char *lines;
	size_t used;
	int loads;
	bool declared; /* a type was, so that values may be left out */
};

/* Some of them are one name, spelled differently. */
static const char *const names[] = {"a", "b", "\\u0061", "x.y", "x\xef\xbc\x8ey",
    "\\uff04z", "$z", "", "\\u0000", "n\\\"\\\\", "\xc3\xa9", "event_count",
    "a name that is longer than what fits into eight bytes or sixteen or thirty-two"};

static const char *const values[] = {"true", "false", "null", "0", "1", "-0", "7", "1.50",
    "1e3", "1E400", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "\"\"", "\"1\"", "\"007\"", "\"0.1\"", "\"true\"", "\"NaN\"", "\"NaN \"",
    "\"Infinity\"", "\"-Infinity\"", "\"text\"", "\"t\\u00e9\\n\\u0000\"", "\"\\ud800\"",
    "{}", "[1,{\"b\":[]}]", "{\"$base64\":\"AAEC\"}", "{\"value\":3}",
    "\"2026-01-01T12:00:00Z\"", "\"1.5e0\"", "\"-\"",
    "0.1000000000000000055511151231257827"};

static const char *const types[] = {
    "bool", "int", "float", "string", "json", "blob", "time"};

static const char *const numbers[RUNS] = {"1", "2", "\"007\"", "\"B\""};

static unsigned
next(struct bytes *bytes)
{
	return bytes->p < bytes->end ? *bytes->p++ : 0;
}

__attribute__((format(printf, 2, 3))) static void
put(struct logbook *logbook, const char *format, ...)
{
	va_list arguments;
	char *grown = realloc(logbook->lines, logbook->used + RECORD * 2);
	int n;

	require(grown != NULL);
	logbook->lines = grown;
	va_start(arguments, format);
	n = vsnprintf(grown + logbook->used, RECORD * 2, format, arguments);
	va_end(arguments);
	require(n >= 0 && n < RECORD * 2);
	logbook->used += (size_t)n;
}

/* Members of an object; wrapped: each in an object of its own, under "value". */
static int
write_members(struct bytes *bytes, char *out, size_t size, bool wrapped)
{
	unsigned count = next(bytes) % PARAMETERS;
	int n = 0;

	for (unsigned i = 0; i < count; i++) {
		const char *name = PICK(bytes, names), *value = PICK(bytes, values);

		n += snprintf(out + n, size - (size_t)n,
		    wrapped ? "%s\"%s\":{\"type\":\"t\",\"value\":%s}" : "%s\"%s\":%s",
		    i > 0 ? "," : "", name, value);
	}
	out[n] = '\0';
	return n;
}

static void
set_run(struct bytes *bytes, struct logbook *logbook)
{
	unsigned experiment = next(bytes) % EXPERIMENTS, run = next(bytes) % RUNS;
	char params[RECORD / 2 - 200], editable[RECORD / 2 - 200];

	write_members(bytes, params, sizeof(params), false);
	write_members(bytes, editable, sizeof(editable), true);
	snprintf(logbook->runs[experiment][run], RECORD,
	    "{\"experiment\":\"e%u\",\"num\":%s,\"params\":{%s},"
	    "\"editable_params\":{%s}}",
	    experiment, numbers[run], params, editable);
}

static void
drop_run(struct bytes *bytes, struct logbook *logbook)
{
	unsigned experiment = next(bytes) % EXPERIMENTS;

	logbook->runs[experiment][next(bytes) % RUNS][0] = '\0';
}

/* All runs of an experiment as they are now, and how the fetch ended. */
static void
send(struct logbook *logbook, unsigned experiment, const char *status)
{
	int count = 0;

	for (int run = 0; run < RUNS; run++) {
		const char *record = logbook->runs[experiment][run];

		if (record[0] == '\0')
			continue;
		put(logbook, "{\"type\":\"RECORD\",\"stream\":\"runs\",\"record\":%s}\n",
		    record);
		count++;
	}
	put(logbook,
	    "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":"
	    "\"e%u\",\"status\":\"%s\",\"fetched_at\":\"2026-01-01T00:00:00Z\","
	    "\"records\":{\"runs\":%d}}}\n",
	    experiment, status, count);
}

static void
set_local(struct bytes *bytes, struct logbook *logbook)
{
	unsigned experiment = next(bytes) % EXPERIMENTS, run = next(bytes) % RUNS;
	const char *name = PICK(bytes, names), *value = PICK(bytes, values);

	put(logbook,
	    "{\"type\":\"RECORD\",\"stream\":\"conditions\",\"record\":{\"experiment\":"
	    "\"e%u\",\"run\":%s,\"name\":\"%s\",\"value\":%s%s}}\n",
	    experiment, numbers[run], name, value,
	    next(bytes) % 2 == 0 ? ",\"mode\":\"replace\"" : "");
}

static void
declare(struct bytes *bytes, struct logbook *logbook)
{
	const char *name = PICK(bytes, names), *type = PICK(bytes, types);

	put(logbook,
	    "{\"type\":\"RECORD\",\"stream\":\"condition_types\",\"record\":{"
	    "\"name\":\"%s\",\"value_type\":\"%s\"%s}}\n",
	    name, type, next(bytes) % 2 == 0 ? ",\"mode\":\"ensure\"" : "");
	logbook->declared = true;
}

static long
flush(struct logbook *logbook, sqlite3 *db)
{
	struct load_totals totals;

	database_load(
	    db, logbook->lines != NULL ? logbook->lines : "", logbook->used, &totals);
	logbook->used = 0;
	database_check(db);
	return totals.changed;
}

static void
step(struct bytes *bytes, struct logbook *logbook, sqlite3 *db)
{
	switch (next(bytes) % 8) {
	case 0:
	case 1:
		set_run(bytes, logbook);
		break;
	case 2:
		drop_run(bytes, logbook);
		break;
	case 3:
		send(logbook, next(bytes) % EXPERIMENTS, "complete");
		break;
	case 4:
		send(logbook, next(bytes) % EXPERIMENTS, "failed");
		break;
	case 5:
		set_local(bytes, logbook);
		break;
	case 6:
		declare(bytes, logbook);
		break;
	default:
		if (logbook->loads++ < LOADS)
			flush(logbook, db);
	}
}

/* A name ends at a NUL, which SQLite's reader takes differently. */
#define NAMED " WHERE name <> '' AND hex(name) NOT LIKE '00%' "

/* The conditions that documents give, computed by SQLite's reader of JSON. */
#define GIVEN                                                                            \
	"SELECT * FROM (SELECT r.id AS run_id, replace(replace(p.key, char(0xff0e), "    \
	"'.'), "                                                                         \
	"char(0xff04), '$') AS name FROM runs r, json_each(r.doc, '$.params') p "        \
	"WHERE p.type <> 'null' AND p.value IS NOT 'NaN' "                               \
	"UNION SELECT r.id, replace(replace(p.key, char(0xff0e), '.'), "                 \
	"char(0xff04), '$') FROM runs r, json_each(r.doc, '$.editable_params') p "       \
	"WHERE json_extract(p.value, '$.value') IS NOT NULL "                            \
	"AND json_type(p.value, '$.value') <> 'object' " /* a part of a name */          \
	"AND json_extract(p.value, '$.value') IS NOT 'NaN') " NAMED

#define HELD                                                                             \
	"SELECT * FROM (SELECT c.run_id, t.name FROM conditions c "                      \
	"JOIN condition_types t ON t.id = c.type_id) " NAMED

/* An object "value" within an edited one is a part of a name, which GIVEN leaves out. */
#define MIRRORED                                                                         \
	"SELECT * FROM (SELECT c.run_id, t.name FROM conditions c "                      \
	"JOIN condition_types t ON t.id = c.type_id WHERE c.set_by IS NULL "             \
	"AND t.name NOT GLOB '*.value*') " NAMED

/* The first column of the only row, malloc'd. */
static char *
ask(sqlite3 *db, const char *query)
{
	sqlite3_stmt *statement;
	const char *text;
	char *copy;

	require(sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK);
	require(sqlite3_step(statement) == SQLITE_ROW);
	text = (const char *)sqlite3_column_text(statement, 0);
	copy = strdup(text != NULL ? text : "");
	sqlite3_finalize(statement);
	require(copy != NULL);
	return copy;
}

static char *
snapshot(sqlite3 *db)
{
	static const char query[] =
	    "SELECT group_concat(row, char(10)) FROM ("
	    "SELECT t.name || ' ' || t.value_type || ' ' || c.run_id || ' ' || "
	    "quote(c.value) || ' ' || quote(c.set_by) AS row FROM condition_types t "
	    "LEFT JOIN conditions c ON c.type_id = t.id UNION ALL "
	    "SELECT id || ' ' || run_number || ' ' || quote(doc) FROM runs)";

	return ask(db, query);
}

static void
same(char *one, char *other)
{
	if (strcmp(one, other) != 0) {
		printf("%s\n--\n%s\n", one, other);
		fflush(stdout);
		abort();
	}
	free(one);
	free(other);
}

/* Documents loaded once, where the types are known before, give the same values. */
static void
load_at_once(struct logbook *logbook, sqlite3 *db)
{
	static const char values[] =
	    "SELECT group_concat(row, char(10)) FROM (SELECT e.name || ' ' || "
	    "r.run_number "
	    "|| ' ' || t.name || ' ' || quote(c.value) AS row FROM conditions c "
	    "JOIN condition_types t ON t.id = c.type_id JOIN runs r ON r.id = c.run_id "
	    "JOIN experiments e ON e.id = r.experiment_id WHERE c.set_by IS NULL "
	    "ORDER BY e.name, r.run_number, t.name)";
	char *before = ask(db, values);

	require(sqlite3_exec(db,
		    "UPDATE runs SET doc = ''; DELETE FROM condition_columns; "
		    "INSERT INTO metadata (key, value) VALUES ('search_pending', 'all')",
		    NULL, NULL, NULL) == SQLITE_OK);
	for (unsigned i = 0; i < EXPERIMENTS; i++)
		send(logbook, i, "complete");
	flush(logbook, db);
	same(before, ask(db, values));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct logbook logbook;
	struct bytes bytes = {data, data + size};
	sqlite3 *db = database_fresh("");
	char *before;
	long changed;

	memset(logbook.runs, 0, sizeof(logbook.runs));
	logbook.used = 0;
	logbook.loads = 0;
	logbook.declared = false;
	for (int steps = 0; bytes.p < bytes.end && steps < STEPS; steps++)
		step(&bytes, &logbook, db);
	for (unsigned i = 0; i < EXPERIMENTS; i++)
		send(&logbook, i, "complete");
	flush(&logbook, db);
	before = snapshot(db);
	database_none(db, MIRRORED "EXCEPT " GIVEN);
	if (!logbook.declared)
		database_none(db, GIVEN "EXCEPT " HELD);
	for (unsigned i = 0; i < EXPERIMENTS; i++)
		send(&logbook, i, "complete");
	changed = flush(&logbook, db);
	require(changed == 0);
	same(before, snapshot(db));
	if (!logbook.declared)
		load_at_once(&logbook, db);
	free(logbook.lines);
	logbook.lines = NULL;
	return 0;
}
