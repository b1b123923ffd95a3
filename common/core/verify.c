#include "core/verify.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "core/batch.h"
#include "core/row.h"
#include "core/schema.h"
#include "stream/message.h"

/* The rows of a stream: of each its experiment, key and sum. */
struct sums {
	struct pile *pile;
	struct pile *experiments; /* of those that came whole */
	bool expected;		  /* its SCHEMA came */
};

/* What was found of an experiment. */
struct finding {
	char *experiment;
	long here, lacking, other, alone;
	struct finding *next;
};

struct verify {
	struct dbms *server;
	const char *source;
	struct row_maker maker;
	struct buffer line;
	struct sums sums[STREAMS_MAX];
	bool chosen; /* the stream is a choice of experiments */
	long errors, rows, differences;
};

struct verify *
verify_open(struct dbms *server, const char *source)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	enum schema_state state = SCHEMA_CURRENT;
	enum dbms_result result = schema_look(server, &state);

	if (verify == NULL) {
		msg("no memory");
		return NULL;
	}
	if (result != DBMS_DONE || state == SCHEMA_OLDER) {
		if (result != DBMS_DONE)
			(void)dbms_status(server, result, "the schema");
		else
			msg("%s: nothing was ever pushed there, or by an older "
			    "elog-push: "
			    "push first",
			    server->address.shown);
		free(verify);
		return NULL;
	}
	verify->server = server;
	verify->source = source;
	verify->maker.source = source;
	verify->maker.dialect = server->dialect;
	return verify;
}

void
verify_close(struct verify *verify)
{
	if (verify == NULL)
		return;
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		pile_close(verify->sums[i].pile);
		pile_close(verify->sums[i].experiments);
	}
	row_release(&verify->maker);
	buffer_free(&verify->line);
	free(verify);
}

/* ---- here ------------------------------------------------------------------- */

static bool
digest(const struct row_maker *maker, char hex[33])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool done =
	    context != NULL && EVP_DigestInit_ex(context, EVP_md5(), NULL) == 1 &&
	    EVP_DigestUpdate(context, maker->open, strlen(maker->open)) == 1 &&
	    EVP_DigestUpdate(context, maker->document.p, maker->document.n) == 1 &&
	    EVP_DigestFinal_ex(context, sum, &n) == 1;

	for (unsigned i = 0; done && i < n && i < 16; i++)
		snprintf(hex + (size_t)i * 2, 3, "%02x", sum[i]);
	EVP_MD_CTX_free(context);
	/* Where only FIPS 140 is allowed, there is no MD5. */
	if (!done)
		msg("libcrypto makes no MD5, by which the server is compared");
	return done;
}

static void
add_field(struct verify *verify, const char *p, size_t n, char end)
{
	row_escape(&verify->line, p, n);
	buffer_put(&verify->line, &end, 1);
}

/* A name as the server has it; "" for a stream without experiments. */
static bool
add_experiment(
    struct verify *verify, const struct table *table, struct json_span record, char end)
{
	struct json_span name;
	char *text;

	verify->line.n = 0;
	if (table->experiment == NULL) {
		add_field(verify, "", 0, end);
		return true;
	}
	if (!json_find(record, "experiment", &name) || name.p[0] != '"')
		return false;
	text = malloc(name.n);
	if (text == NULL)
		return false;
	add_field(verify, text, json_string_decode(name, text), end);
	free(text);
	return true;
}

static int
take_record(struct verify *verify, const struct streams_row *row, struct json_span record,
    long number)
{
	const struct table *table = table_of(row);
	struct sums *sums = &verify->sums[row - streams];
	char why[ROW_WHY], hex[33] = "";
	const char *wrong;

	if (streams_says_deleted(record))
		return EXIT_DONE;
	wrong = row_make(&verify->maker, table, record, ROW_WHOLE, why);
	if (wrong != NULL) {
		msg("line %ld: %s", number, wrong);
		verify->errors++;
		return EXIT_DONE;
	}
	if (sums->pile == NULL)
		sums->pile = pile_open();
	if (sums->pile == NULL || !digest(&verify->maker, hex) ||
	    !add_experiment(verify, table, record, '\t'))
		return EXIT_PARTIAL;
	add_field(verify, verify->maker.key.p != NULL ? verify->maker.key.p : "",
	    verify->maker.key.n, '\t');
	add_field(verify, hex, 32, '\n');
	verify->rows++;
	return pile_add(sums->pile, verify->line.p, verify->line.n, verify->maker.hash) ==
		       0
		   ? EXIT_DONE
		   : EXIT_PARTIAL;
}

/* Which streams of an experiment came whole. */
static int
take_closing(struct verify *verify, struct json_span record)
{
	struct json_span records, incremental, key, value;
	struct json_walk walk;
	bool whole =
	    !json_find(record, "incremental", &incremental) || incremental.p[0] != 't';

	if (!whole || !json_find(record, "records", &records))
		return EXIT_DONE;
	for (walk = json_walk(records); json_walk_next(&walk, &key, &value);) {
		const struct streams_row *row = streams_of(key);
		struct sums *sums;

		/* Of what is 0 the source may see nothing. */
		if (row == NULL || row->applied != STREAMS_STAGED || value.p[0] == '0')
			continue;
		sums = &verify->sums[row - streams];
		if (sums->experiments == NULL)
			sums->experiments = pile_open();
		if (sums->experiments == NULL ||
		    !add_experiment(verify, table_of(row), record, '\n') ||
		    pile_add(sums->experiments, verify->line.p, verify->line.n,
			(uint64_t)sums->experiments->rows + 1) != 0)
			return EXIT_PARTIAL;
	}
	return EXIT_DONE;
}

int
verify_line(struct verify *verify, char *line, size_t n, long number)
{
	struct message message;
	const struct streams_row *row;
	const char *why;

	if (n == 0)
		return EXIT_DONE;
	why = message_read(line, n, &message);
	if (why != NULL) {
		msg("line %ld: %s", number, why);
		verify->errors++;
		return EXIT_DONE;
	}
	if (message.type == MESSAGE_STATE)
		verify->chosen |=
		    memmem(message.value.p, message.value.n, "-e ", 3) != NULL;
	if (message.type != MESSAGE_RECORD && message.type != MESSAGE_SCHEMA)
		return EXIT_DONE;
	row = streams_of(message.stream);
	if (row == NULL)
		return EXIT_DONE;
	if (message.type == MESSAGE_SCHEMA) {
		verify->sums[row - streams].expected = true;
		return EXIT_DONE;
	}
	if (row->applied == STREAMS_CLOSING &&
	    !json_says(message.record, STREAMS_COPY, "row"))
		return take_closing(verify, message.record);
	if (row->applied == STREAMS_STAGED && streams_says_row(message.record))
		return EXIT_DONE;
	return take_record(verify, row, message.record, number);
}

/* ---- there ------------------------------------------------------------------ */

struct feed {
	struct pile *pile;
	size_t at;
};

static long
feed_pile(void *context, const char **p)
{
	struct feed *feed = context;

	return pile_read(feed->pile, &feed->at, p);
}

struct findings {
	struct finding *first;
	size_t column; /* offset of the number that is filled */
};

static int
take_finding(void *context, int n, const char *const *values, const size_t *lengths)
{
	struct findings *findings = context;
	struct finding **f = &findings->first;

	(void)lengths;
	if (n < 2 || values[0] == NULL || values[1] == NULL)
		return 0;
	while (*f != NULL && strcmp((*f)->experiment, values[0]) < 0)
		f = &(*f)->next;
	if (*f == NULL || strcmp((*f)->experiment, values[0]) != 0) {
		struct finding *found = calloc(1, sizeof(*found));

		if (found == NULL || (found->experiment = strdup(values[0])) == NULL) {
			free(found);
			msg("no memory");
			return -1;
		}
		found->next = *f;
		*f = found;
	}
	*(long *)(void *)((char *)*f + findings->column) = strtol(values[1], NULL, 10);
	return 0;
}

/* Fill a temporary table of those columns. */
static enum dbms_result
fill(struct dbms *server, const char *name, const char *columns, const char *names,
    struct pile *pile)
{
	struct feed feed = {.pile = pile};
	char *sql = dialect_sql(server->dialect->list, "k",
	    server->dialect->types[DIALECT_KEY], "c", columns, "s", name, NULL);
	enum dbms_result result = DBMS_REFUSED;

	if (sql != NULL)
		result = dbms_run(server, sql, 0);
	free(sql);
	if (result == DBMS_DONE && pile != NULL && pile->rows > 0)
		result = dbms_load(server, name, names, pile->rows, feed_pile, &feed);
	if (result == DBMS_DONE && server->dialect->analyze != NULL) {
		sql = dialect_sql(server->dialect->analyze, "s", name, NULL);
		result = sql != NULL ? dbms_run(server, sql, 0) : DBMS_REFUSED;
		free(sql);
	}
	return result;
}

static enum dbms_result
ask(struct verify *verify, const struct table *table, const char *template,
    const char *sums, const char *experiments, struct findings *findings, size_t column)
{
	char *key = dialect_sql(table->experiment != NULL
				    ? "t.\"$x\" = s.experiment AND t.row_key = s.row_key"
				    : "t.row_key = s.row_key",
	    "x", table->experiment != NULL ? table->experiment : "", NULL);
	char *named = table->experiment != NULL
			  ? dialect_sql("t.\"$x\"", "x", table->experiment, NULL)
			  : strdup("''");
	char *sql = NULL;
	enum dbms_result result = DBMS_REFUSED;
	const char *values[] = {verify->source, verify->source};
	int n = 0;

	if (key != NULL && named != NULL)
		sql = dialect_sql(template, "d", table->document, "h",
		    verify->server->dialect->digest, "t", table->name, "s", sums, "e",
		    experiments, "k", key, "o", table->staged ? "" : " AND t.source = ?",
		    "x", named, NULL);
	findings->column = column;
	if (sql != NULL) {
		for (const char *p = sql; *p != '\0'; p++)
			n += *p == '?';
		result = dbms_ask(verify->server, sql, n, values, take_finding, findings);
	}
	free(sql);
	free(key);
	free(named);
	return result;
}

static void
tell(struct verify *verify, const struct table *table, struct finding *first, FILE *out)
{
	struct finding *next;

	for (struct finding *f = first; f != NULL; f = next) {
		long there = f->here - f->lacking + f->alone;

		next = f->next;
		if (f->lacking + f->other + f->alone > 0) {
			fprintf(out, "%s\t%s\t%ld\t%ld\t%ld\t%ld\t%ld\n", f->experiment,
			    table->row->name, f->here, there, f->lacking, f->other,
			    f->alone);
			verify->differences++;
		}
		free(f->experiment);
		free(f);
	}
}

/* The group is named before its rows are counted: some servers have no GROUP BY ''. */
#define COUNT_BY "SELECT named, count(*) FROM (SELECT $x AS named FROM "

static enum dbms_result
compare(struct verify *verify, size_t i, FILE *out)
{
	const struct table *table = table_of(&streams[i]);
	struct dbms *server = verify->server;
	struct sums *sums = &verify->sums[i];
	struct findings findings = {.first = NULL};
	char rows[96], whole[96];
	enum dbms_result result;

	snprintf(
	    rows, sizeof(rows), "%ssums_%s", server->dialect->temporary, table->name);
	snprintf(
	    whole, sizeof(whole), "%swhole_%s", server->dialect->temporary, table->name);
	/* Where what comes twice is told apart by itself, an index may say so. */
	result = fill(server, rows,
	    server->dialect->delete_twice == NULL
		? "experiment $k NOT NULL, row_key $k NOT NULL, digest $k NOT NULL, "
		  "PRIMARY KEY (experiment, row_key)"
		: "experiment $k NOT NULL, row_key $k NOT NULL, digest $k NOT NULL",
	    "experiment, row_key, digest", sums->pile);
	if (result == DBMS_DONE)
		result = fill(server, whole, "experiment $k NOT NULL", "experiment",
		    sums->experiments);
	if (result == DBMS_DONE)
		result = ask(verify, table,
		    "SELECT experiment, count(DISTINCT row_key) FROM \"$s\" GROUP BY "
		    "experiment",
		    rows, whole, &findings, offsetof(struct finding, here));
	if (result == DBMS_DONE)
		result = ask(verify, table,
		    "SELECT s.experiment, count(*) FROM \"$s\" s WHERE NOT EXISTS "
		    "(SELECT 1 "
		    "FROM \"$t\" t WHERE $k) GROUP BY s.experiment",
		    rows, whole, &findings, offsetof(struct finding, lacking));
	if (result == DBMS_DONE)
		result = ask(verify, table,
		    "SELECT s.experiment, count(*) FROM \"$s\" s JOIN \"$t\" t ON $k$o "
		    "WHERE "
		    "$h <> s.digest GROUP BY s.experiment",
		    rows, whole, &findings, offsetof(struct finding, other));
	if (result == DBMS_DONE && table->staged)
		result = ask(verify, table,
		    COUNT_BY
		    "\"$t\" t WHERE t.doc IS NOT NULL AND EXISTS (SELECT 1 FROM \"$e\" e "
		    "WHERE e.experiment = $x) AND NOT EXISTS (SELECT 1 FROM \"$s\" s "
		    "WHERE "
		    "$k)) r GROUP BY named",
		    rows, whole, &findings, offsetof(struct finding, alone));
	else if (result == DBMS_DONE && sums->expected && !verify->chosen)
		result = ask(verify, table,
		    COUNT_BY
		    "\"$t\" t WHERE t.record IS NOT NULL$o AND NOT EXISTS (SELECT 1 "
		    "FROM \"$s\" s WHERE $k)) r GROUP BY named",
		    rows, whole, &findings, offsetof(struct finding, alone));
	tell(verify, table, findings.first, out);
	return result;
}

int
verify_end(struct verify *verify, FILE *out)
{
	enum dbms_result result = DBMS_DONE;

	for (size_t i = 0; i < streams_count() && result == DBMS_DONE; i++)
		if (verify->sums[i].pile != NULL || verify->sums[i].expected ||
		    verify->sums[i].experiments != NULL)
			result = compare(verify, i, out);
	if (result != DBMS_DONE)
		return dbms_status(verify->server, result, "comparing");
	msg_note("%s: %ld records compared, differences in %ld streams of experiments",
	    verify->server->address.shown, verify->rows, verify->differences);
	return verify->differences + verify->errors > 0 ? EXIT_PARTIAL : EXIT_DONE;
}
