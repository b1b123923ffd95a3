#include "db/reader.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"

/* Steps of SQLite's machine between two looks at the clock: some milliseconds. */
#define STEPS 200000
#define PATIENCE 1.0 /* seconds before anything is shown */
#define BETWEEN 0.2

#define KEPT_PAGES "64"

/* A process reads for one person. */
static struct {
	double begun, shown;
	long rows;
} wait;

static int
show_progress(void *context)
{
	double at = clock_seconds();

	(void)context;
	if (at - wait.begun < PATIENCE || at - wait.shown < BETWEEN)
		return 0;
	wait.shown = at;
	if (wait.rows > 0)
		msg_progress("reading: %ld rows, %.0f s", wait.rows, at - wait.begun);
	else
		msg_progress("reading: %.0f s", at - wait.begun);
	return 0;
}

/* Nobody named a database: say how, if that of the configuration is not there. */
static bool
is_missing(const struct config *config)
{
	char *path = reader_configured(config);
	bool is = path == NULL || (access(path, F_OK) != 0 && errno == ENOENT);

	if (is)
		msg("%s: No such file or directory: name a database, or set database_dir",
		    path != NULL ? path : "elog.db");
	free(path);
	return is;
}

int
reader_find(const char *path, const char *config_file, char **file)
{
	struct config *config = NULL;

	if (path == NULL) {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		path = config_database(config);
		if (is_missing(config)) {
			config_free(config);
			return EXIT_PARTIAL;
		}
	}
	*file = db_file(path);
	config_free(config);
	return *file != NULL ? EXIT_DONE : EXIT_PARTIAL;
}

int
reader_open(struct reader *reader, const char *path, const char *config_file)
{
	char *file = NULL;
	int status = reader_find(path, config_file, &file);

	*reader = (struct reader){0};
	if (status != EXIT_DONE)
		return status;
	reader->db = db_open_reader(file, &reader->path);
	free(file);
	if (reader->db == NULL)
		return EXIT_PARTIAL;
	msg_debug("%s: SQLite %s, schema %lld", reader->path, sqlite3_libversion(),
	    db_number(reader->db, "SELECT max(version) FROM schema_version", 0));
	if (msg_terminal()) {
		wait.begun = wait.shown = clock_seconds();
		wait.rows = 0;
		sqlite3_progress_handler(reader->db, STEPS, show_progress, NULL);
	}
	return EXIT_DONE;
}

void
reader_keep_few(const struct reader *reader)
{
	if (reader->db != NULL)
		(void)sqlite3_exec(
		    reader->db, "PRAGMA cache_size = " KEPT_PAGES, NULL, NULL, NULL);
}

void
reader_row(sqlite3 *db)
{
	static int terminal = -1;

	if (wait.begun == 0) /* nobody waits at a terminal */
		return;
	if (terminal < 0)
		terminal = isatty(STDOUT_FILENO) == 1;
	if (wait.rows++ == 0 && terminal) {
		sqlite3_progress_handler(db, 0, NULL, NULL);
		msg_progress_end();
	}
}

void
reader_close(struct reader *reader)
{
	msg_progress_end();
	sqlite3_close(reader->db);
	free(reader->path);
	*reader = (struct reader){0};
}

char *
reader_configured(const struct config *config)
{
	return db_file(config_database(config));
}

bool
reader_is_misnamed(const struct config *config, const char *word)
{
	char *usual = reader_configured(config);
	bool is = usual != NULL && access(usual, F_OK) != 0 && access(word, F_OK) == 0;

	if (is)
		msg("%s: it is no database, so it is a word, and there is no %s: name a "
		    "database behind the words",
		    word, usual);
	free(usual);
	return is;
}

bool
reader_is_database(const char *path)
{
	size_t n = strlen(path);
	struct stat st;
	char begin[16] = "", *inside = NULL;
	FILE *file;
	bool is = false;

	if (n > 3 && strcmp(path + n - 3, ".db") == 0)
		return true;
	if (stat(path, &st) != 0)
		return false;
	if (S_ISDIR(st.st_mode)) {
		is = asprintf(&inside, "%s/elog.db", path) >= 0 &&
		     access(inside, F_OK) == 0;
		free(inside);
	} else if ((file = fopen(path, "re")) != NULL) {
		is = fread(begin, 1, 16, file) == 16 &&
		     memcmp(begin, "SQLite format 3", 16) == 0;
		fclose(file);
	}
	return is;
}
