/* elog-status: the file, how fresh it is, what failed, how many rows it has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/colour.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/migration.h"
#include "db/statement.h"
#include "query/counts.h"
#include "query/query_jobs.h"
#include "query/rows.h"
#include "query/status.h"
#include "text/human.h"
#include "text/timestamp.h"
#include "text/writer.h"

#define SHOWN 10 /* failures that a person sees, of each kind */

/* Where there are jobs, how they are: rows that follow the counts; "" where there is
   none. malloc'd, NULL after a message. */
static char *
jobs_sql(const struct status *status)
{
	char *inner, *sql = NULL;

	if (!db_has(status->db, "jobs") ||
	    db_number(status->db, "SELECT EXISTS (SELECT 1 FROM jobs)", 0) == 0)
		return strdup("");
	if (query_jobs_functions(status->db) != SQLITE_OK)
		return NULL;
	inner = statement_inner(
	    status->db, status->path, statement_file("status", "jobs", ""));
	if (inner != NULL && asprintf(&sql, " UNION ALL %s", inner) < 0)
		sql = NULL;
	free(inner);
	return sql;
}

sqlite3_stmt *
status_facts(const struct status *status)
{
	const char *file = status->path;
	/* A database of an older elog has no outcomes of streams. */
	int known = db_has(status->db, "fetched_streams")
			? 0
			: db_exec(status->db, file,
			      "CREATE TEMP TABLE fetched_streams (stream, status)");
	char *facts = known == 0 ? statement_inner(status->db, file,
				       statement_file("status", "facts", ""))
				 : NULL;
	char *counts = facts != NULL ? counts_sql(status->db, file) : NULL;
	char *jobs = counts != NULL ? jobs_sql(status) : NULL;
	char *pending = migration_pending(status->db), *sql = NULL;
	char modified[TIMESTAMP_SHORT];
	sqlite3_stmt *query = NULL;
	struct stat st;

	if (counts != NULL && stat(file, &st) != 0)
		msg("%s: %s", file, strerror(errno));
	else if (jobs != NULL && asprintf(&sql, "%s%s%s", facts, counts, jobs) < 0)
		msg("no memory");
	else if (jobs != NULL)
		query = db_prepare(status->db, file, sql);
	if (query != NULL) {
		statement_text(query, ":file", file); /* it lives longer */
		sqlite3_bind_int64(
		    query, sqlite3_bind_parameter_index(query, ":size"), st.st_size);
		sqlite3_bind_text(query, sqlite3_bind_parameter_index(query, ":modified"),
		    timestamp_text(st.st_mtim.tv_sec, modified), -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(query, sqlite3_bind_parameter_index(query, ":pending"),
		    pending != NULL && *pending != '\0' ? pending : NULL, -1,
		    SQLITE_TRANSIENT);
	}
	free(sql);
	free(pending);
	free(jobs);
	free(counts);
	free(facts);
	return query;
}

/* ---- for a program ------------------------------------------------------------- */

static int
write_retry(const struct status *status, struct writer *w)
{
	sqlite3_stmt *failed = status_prepare(status, "failed");
	int code;

	if (failed == NULL)
		return EXIT_PARTIAL;
	writer_array(w, "to_retry");
	while ((code = status_step(failed)) == SQLITE_ROW)
		rows_member(w, NULL, failed, 0);
	writer_end_array(w);
	if (code != SQLITE_DONE)
		db_complain(status->db, status->path);
	sqlite3_finalize(failed);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

static int
write_members(const struct status *status, struct writer *w)
{
	int result = status_pairs(status, status_facts(status), w);

	return result == EXIT_DONE ? write_retry(status, w) : result;
}

static int
print_text(const struct status *status)
{
	int result = status_pairs(status, status_facts(status), NULL), code;
	sqlite3_stmt *row;

	if (result != EXIT_DONE)
		return result;
	row = status_prepare(status, "outcomes");
	if (row == NULL)
		return EXIT_PARTIAL;
	while ((code = status_step(row)) == SQLITE_ROW) {
		printf("%-19s", (const char *)sqlite3_column_text(row, 0));
		for (int i = 1; i < 4; i++) {
			fputs(i == 1 ? " " : ": ", stdout);
			status_put((const char *)sqlite3_column_text(row, i));
		}
		putchar('\n');
	}
	if (code != SQLITE_DONE)
		db_complain(status->db, status->path);
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

/* ---- for a person --------------------------------------------------------------- */

/* What is said of the experiments of a kind (problems.sql): "2 experiments", and ... */
static const struct kind {
	const char *name, *one, *several;
	enum colour colour;
	const char *first; /* what is to be done before they are fetched again; NULL: they
			      need not be */
} kinds[] = {
    {"failed", "failed", "failed", COLOUR_RED, ""},
    {"partial", "came in part", "came in part", COLOUR_RED, ""},
    {"login", "was refused, for you were not known",
	"were refused, for you were not known", COLOUR_RED, "kinit && "},
    {"denied", "is not yours to read", "are not yours to read", COLOUR_YELLOW, NULL},
    {"gone", "is no longer there", "are no longer there", COLOUR_YELLOW, NULL},
    {NULL, "is not complete", "are not complete", COLOUR_YELLOW, NULL},
};

/* "2 experiments failed; to fetch them again:", and how. */
static void
print_kind(const struct status *status, const char *name, int n)
{
	const struct kind *kind = kinds;
	const char *file = status_word(status->path);

	while (kind->name != NULL && strcmp(kind->name, name) != 0)
		kind++;
	printf("%s%d experiment%s %s%s", colour(kind->colour), n, n == 1 ? "" : "s",
	    n == 1 ? kind->one : kind->several, colour(COLOUR_NONE));
	if (kind->first != NULL)
		printf("; to fetch %s again:\n    %selog-status --failed %s | elog-get | "
		       "elog-load %s\n",
		    n == 1 ? "it" : "them", kind->first, file, file);
	else
		puts("");
}

static void
print_problem(sqlite3_stmt *row)
{
	fputs("  ", stdout);
	status_put((const char *)sqlite3_column_text(row, 2));
	for (int i = 3; i < 5; i++)
		if (sqlite3_column_type(row, i) != SQLITE_NULL) {
			fputs(i == 3 ? "  " : ": ", stdout);
			status_put((const char *)sqlite3_column_text(row, i));
		}
	printf("%s, %s%s\n", colour(COLOUR_FAINT),
	    status_ago((const char *)sqlite3_column_text(row, 5)), colour(COLOUR_NONE));
}

/* What is wrong, and the commands that mend it. */
static int
print_problems(const struct status *status)
{
	sqlite3_stmt *row = status_prepare(status, "problems");
	char kind[20] = "";
	int code, shown = 0, n = 0;
	bool any = false;

	if (row == NULL)
		return EXIT_PARTIAL;
	while ((code = status_step(row)) == SQLITE_ROW) {
		const char *is = (const char *)sqlite3_column_text(row, 0);

		if (strcmp(kind, is) != 0) {
			snprintf(kind, sizeof(kind), "%s", is);
			n = sqlite3_column_int(row, 1);
			print_kind(status, kind, n);
			shown = 0;
			any = true;
		}
		if (shown++ < SHOWN)
			print_problem(row);
		else if (shown == SHOWN + 1)
			printf("  and %d more\n", n - SHOWN);
	}
	if (any)
		putchar('\n');
	if (code != SQLITE_DONE)
		db_complain(status->db, status->path);
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

/* Facts that are said in words; all others are counts. */
static const struct fact {
	const char *key, *label;
	enum { PATH, SIZE, AGE, HOURS, PENDING, OUTCOMES, NEVER } how;
} facts[] = {
    {"database", "database", PATH},
    {"size", "size", SIZE},
    {"modified", "written", AGE},
    {"schema_version", NULL, NEVER},
    {"schema_pending", "schema", PENDING},
    {"last_update", "last update", AGE},
    {"last_sync", "last sync", AGE},
    {"hours_lookback", "looks back", HOURS},
    {"complete", "complete", OUTCOMES},
    {"partial", NULL, NEVER},
    {"failed", NULL, NEVER},
    {"denied", NULL, NEVER},
    {"gone", NULL, NEVER},
    {NULL, NULL, NEVER},
};

static void
print_fact(const struct status *status, const struct fact *fact, sqlite3_stmt *row)
{
	const char *text = (const char *)sqlite3_column_text(row, 1);
	char words[HUMAN_BYTES];

	if (fact->how == NEVER || text == NULL)
		return;
	printf("%-16s ", fact->label);
	switch (fact->how) {
	case SIZE:
		human_size(sqlite3_column_int64(row, 1), words);
		puts(words);
		break;
	case AGE:
		printf("%s%s, ", status_ago(text), colour(COLOUR_FAINT));
		status_put(text);
		puts(colour(COLOUR_NONE));
		break;
	case HOURS:
		human_span((int64_t)(sqlite3_column_double(row, 1) * 3600), words);
		puts(words);
		break;
	case PENDING:
		printf("%sof an older elog: elog-load --migrate %s%s\n",
		    colour(COLOUR_YELLOW), status_word(status->path),
		    colour(COLOUR_NONE));
		break;
	case OUTCOMES:
		printf("%s experiment%s\n", text, strcmp(text, "1") == 0 ? "" : "s");
		break;
	default:
		fputs(colour(COLOUR_BOLD), stdout);
		status_put(text);
		puts(colour(COLOUR_NONE));
	}
}

static int
print_person(const struct status *status)
{
	int result = print_problems(status), code;
	sqlite3_stmt *row = result == EXIT_DONE ? status_facts(status) : NULL;

	if (row == NULL)
		return EXIT_PARTIAL;
	while ((code = status_step(row)) == SQLITE_ROW) {
		const char *key = (const char *)sqlite3_column_text(row, 0);
		const struct fact *fact = facts;

		while (fact->key != NULL && strcmp(fact->key, key) != 0)
			fact++;
		if (fact->key != NULL)
			print_fact(status, fact, row);
		else if (sqlite3_column_int64(row, 1) != 0)
			printf(
			    "%-16s %lld\n", key, (long long)sqlite3_column_int64(row, 1));
	}
	if (code != SQLITE_DONE)
		db_complain(status->db, status->path);
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

/* ---- the views ------------------------------------------------------------------ */

int
status_summary(const struct status *status)
{
	return status->json	? status_object(status, write_members)
	       : status->person ? print_person(status)
				: print_text(status);
}

int
status_failed(const struct status *status)
{
	sqlite3_stmt *row = status_prepare(status, "failed");
	int code;

	if (row == NULL)
		return EXIT_PARTIAL;
	if (status->nul) {
		code = rows_print(row, status->path, &printer_nul, NULL);
		sqlite3_finalize(row);
		return code;
	}
	while ((code = status_step(row)) == SQLITE_ROW) {
		status_put((const char *)sqlite3_column_text(row, 0));
		putchar('\n');
	}
	if (code != SQLITE_DONE)
		db_complain(status->db, status->path);
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}
