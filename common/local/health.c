#include "local/health.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/sibling.h"
#include "db/db.h"
#include "db/migration.h"
#include "db/open.h"
#include "db/statement.h"
#include "text/human.h"
#include "text/timestamp.h"
#include "text/writer.h"

/* Nobody writes for so long, and what waits is taken sooner. */
#define LOCK_SECONDS 86400
#define SPOOL_SECONDS 600
/* A load that brings a schema up to date copies the database first. */
#define ROOM_LEAST (100LL * 1000 * 1000)

struct health {
	bool json, well;
	struct writer w;
};

static void
put(void *context, const char *p, size_t n)
{
	fwrite(p, 1, n, context);
}

/* A line for a person: what, whether it is well, and how it is. */
static void
tell(struct health *health, bool well, const char *what, const char *how)
{
	health->well = health->well && well;
	if (health->json)
		return;
	printf("%-8s %-10s ", well ? "ok" : "PROBLEM", what);
	for (; *how != '\0'; how++)
		putchar((unsigned char)*how < 0x20 || *how == 0x7f ? '?' : *how);
	putchar('\n');
}

static void
integer(struct health *health, const char *name, long long value)
{
	if (health->json)
		writer_integer(&health->w, name, value);
}

static void
string(struct health *health, const char *name, const char *text)
{
	if (health->json)
		writer_string(&health->w, name, text);
}

static void
boolean(struct health *health, const char *name, bool value)
{
	if (health->json)
		writer_bool(&health->w, name, value);
}

/* ---- what is looked at -------------------------------------------------- */

static void
look_inside(struct health *health, sqlite3 *db)
{
	sqlite3_stmt *check = NULL;
	const char *said = "it cannot be checked";
	char *pending = migration_pending(db), how[80];
	long long version = db_number(db, "SELECT max(version) FROM schema_version", 0);
	bool current = pending != NULL && pending[0] == '\0';

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &check, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(check) == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(check, 0);
	boolean(health, "integrity", strcmp(said, "ok") == 0);
	string(health, "integrity_check", said);
	tell(health, strcmp(said, "ok") == 0, "integrity", said);
	sqlite3_finalize(check);

	integer(health, "schema_version", version);
	string(health, "schema_pending", pending);
	snprintf(how, sizeof(how),
	    current ? "version %lld"
		    : "version %lld: elog-load --migrate brings it "
		      "up to date",
	    version);
	tell(health, current, "schema", how);
	free(pending);
}

static void
look_at_sync(struct health *health, sqlite3 *db)
{
	sqlite3_stmt *query = NULL;
	char how[HUMAN_BYTES + 60] = "never: nothing was synchronized into it",
			       span[HUMAN_BYTES];
	const char *text = NULL;
	int64_t at, age = -1;
	double hours;
	bool well = true;

	if (sqlite3_prepare_v2(db,
		"SELECT (SELECT value FROM metadata WHERE key = 'last_sync'), "
		"(SELECT value FROM metadata WHERE key = 'hours_lookback')",
		-1, &query, NULL) == SQLITE_OK &&
	    sqlite3_step(query) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(query, 0);
	if (text != NULL && timestamp_read(text, strlen(text), &at)) {
		age = time(NULL) - at / 1000000;
		hours = sqlite3_column_double(query, 1);
		/* What was updated longer ago than it looks back is missed. */
		well = hours <= 0 || (double)age <= hours * 3600;
		human_span(age, span);
		snprintf(how, sizeof(how), "%s ago%s", span,
		    well ? "" : ", longer than it looks back: elog-sync.sh");
	}
	string(health, "last_sync", text);
	if (age >= 0)
		integer(health, "last_sync_age", age);
	tell(health, well, "last sync", how);
	sqlite3_finalize(query);
}

static void
look_at_disk(struct health *health, const char *file)
{
	char room[HUMAN_BYTES], how[HUMAN_BYTES + 60];
	struct statvfs disk;
	struct stat st;
	long long free_bytes, needed;

	if (statvfs(file, &disk) != 0 || stat(file, &st) != 0) {
		tell(health, false, "disk", "it cannot be looked at");
		return;
	}
	free_bytes = (long long)disk.f_bavail * (long long)disk.f_frsize;
	needed = st.st_size > ROOM_LEAST ? (long long)st.st_size : ROOM_LEAST;
	integer(health, "size_bytes", st.st_size);
	integer(health, "free_bytes", free_bytes);
	human_size(free_bytes, room);
	snprintf(how, sizeof(how), "%s free%s", room,
	    free_bytes >= needed ? "" : ": too little for a copy of the database");
	tell(health, free_bytes >= needed, "disk", how);
}

/* Who holds FILE.lock, and since when? */
static void
look_at_lock(struct health *health, const char *file)
{
	char path[4096], how[HUMAN_BYTES + 60] = "nobody writes", pid[24] = "",
					   ago[HUMAN_BYTES];
	struct stat st;
	bool held = false, well = true;
	int fd;

	snprintf(path, sizeof(path), "%s.lock", file);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && fstat(fd, &st) == 0) {
		ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);
		time_t seconds = time(NULL) - st.st_mtim.tv_sec;

		held = true;
		pid[n > 0 ? n : 0] = '\0';
		pid[strspn(pid, "0123456789")] = '\0';
		well = seconds < LOCK_SECONDS;
		human_span(seconds, ago);
		snprintf(how, sizeof(how), "held by process %s for %s",
		    pid[0] != '\0' ? pid : "(unknown)", ago);
		integer(health, "locked_since", st.st_mtim.tv_sec);
	}
	if (fd >= 0)
		close(fd);
	boolean(health, "locked", held);
	if (held)
		integer(health, "locked_by", strtoll(pid, NULL, 10));
	tell(health, well, "lock", how);
}

/* Records that wait beside it (stream/backlog.h). */
static void
look_at_spool(struct health *health, const char *file)
{
	static const char *const names[] = {".spool.loading", ".spool"};
	char path[4096], how[2 * HUMAN_BYTES + 60] = "nothing waits", size[HUMAN_BYTES],
					       span[HUMAN_BYTES];
	long long bytes = 0;
	time_t age = 0;
	struct stat st;
	bool well;

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", file, names[i]);
		if (stat(path, &st) != 0 || st.st_size == 0)
			continue;
		bytes += st.st_size;
		if (time(NULL) - st.st_mtim.tv_sec > age)
			age = time(NULL) - st.st_mtim.tv_sec;
	}
	well = bytes == 0 || age < SPOOL_SECONDS;
	if (bytes > 0) {
		human_size(bytes, size);
		human_span(age, span);
		snprintf(how, sizeof(how), "%s waiting for %s%s", size, span,
		    well ? "" : ": elog-load takes it");
	}
	integer(health, "spool_bytes", bytes);
	if (bytes > 0)
		integer(health, "spool_age", age);
	tell(health, well, "spool", how);
}

/* How far behind is the server that the configuration names, of what elog-push brings? */
static void
look_at_target(struct health *health, sqlite3 *db, const char *config_file)
{
	const char *arguments[] = {"elog-push", "--bookmark", "--quiet", "--wait", "0",
	    config_file != NULL ? "--config" : NULL, config_file, NULL};
	struct config *config = config_load(config_file);
	const char *target = config != NULL ? config_text(config, "push_target") : NULL;
	sqlite3_stmt *query = NULL;
	char *state = NULL, how[120] = "nothing was pushed to it yet: elog-push";
	long long behind = -1, rows = -1;
	int status;

	if (target == NULL || !db_has(db, "dump_generations")) {
		config_free(config);
		return;
	}
	status = sibling_line(arguments, &state);
	if (status != EXIT_DONE)
		snprintf(how, sizeof(how), "it cannot be asked");
	/* A state of before what is remembered, or of another file: all is behind. */
	if (state != NULL &&
	    sqlite3_prepare_v2(db, statement_file("status", "behind", ""), -1, &query,
		NULL) == SQLITE_OK) {
		sqlite3_bind_text(query, 1, state, -1, SQLITE_STATIC);
		if (sqlite3_step(query) == SQLITE_ROW &&
		    sqlite3_column_type(query, 0) != SQLITE_NULL) {
			behind = sqlite3_column_int64(query, 0);
			rows = sqlite3_column_int64(query, 1);
			snprintf(how, sizeof(how), "%lld changes, %lld rows behind%s",
			    behind, rows, behind == 0 ? "" : ": elog-push");
		} else {
			snprintf(how, sizeof(how),
			    "its bookmark is of another database or "
			    "too old: elog-push writes all");
		}
	}
	sqlite3_finalize(query);
	string(health, "target", target);
	if (behind >= 0) {
		integer(health, "target_behind", behind);
		integer(health, "target_rows_behind", rows);
	}
	tell(health, status == EXIT_DONE && behind >= 0, "target", how);
	free(state);
	config_free(config);
}

int
health_print(const char *db, const char *config_file, bool json)
{
	struct health health = {.json = json, .well = true};
	struct config *config = NULL;
	char *file = NULL;
	sqlite3 *reader;

	if (db == NULL) {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		db = config_database(config);
	}
	health.w = writer_to(put, stdout);
	reader = db_open_reader(db, &file); /* what is wrong is said */
	if (json)
		writer_object(&health.w, NULL);
	string(&health, "database", file != NULL ? file : db);
	boolean(&health, "readable", reader != NULL);
	tell(&health, reader != NULL, "readable", file != NULL ? file : db);
	if (reader != NULL) {
		char *full = db_path(file);

		look_inside(&health, reader);
		look_at_sync(&health, reader);
		look_at_target(&health, reader, config_file);
		if (full != NULL) {
			look_at_disk(&health, full);
			look_at_lock(&health, full);
			look_at_spool(&health, full);
		}
		free(full);
	}
	boolean(&health, "ok", health.well);
	if (json) {
		writer_end_object(&health.w);
		putchar('\n');
	}
	sqlite3_close(reader);
	free(file);
	config_free(config);
	return health.well ? EXIT_DONE : EXIT_PARTIAL;
}
