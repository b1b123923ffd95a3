#include "local/log_delete.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "stream/emit.h"
#include "stream/loader.h"
#include "stream/streams.h"
#include "text/timestamp.h"

/* Write records through a loader on the database that query has open, and close that
   before, so that it does not stand in the loader's way. */
static int
begin(struct log_query *query, struct stream *out)
{
	char *path = query->path != NULL ? strdup(query->path) : NULL;
	int status;

	log_query_close(query);
	if (path == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	status = loader_start(path);
	free(path);
	if (status == EXIT_DONE && stream_open(out, STDOUT_FILENO) != 0) {
		msg("no memory");
		(void)loader_end();
		status = EXIT_PARTIAL;
	}
	if (status == EXIT_DONE)
		streams_schema_named(out, "logs");
	return status;
}

static int
end(struct stream *out)
{
	int failed = stream_close(out), error = errno, status = loader_end();

	if (failed != 0 && status == EXIT_DONE) {
		msg("elog-load: %s", strerror(error));
		status = EXIT_PARTIAL;
	}
	return status;
}

int
log_delete(const char *db, const char *config, const char *site, const char *const *ids)
{
	struct log_query query;
	struct stream out;
	char now[28], *rest;
	int64_t *found;
	size_t n = 0, count = 0;
	int status = EXIT_DONE, written;

	while (ids[count] != NULL) {
		(void)strtoll(ids[count], &rest, 10);
		if (*rest != '\0' || rest == ids[count]) {
			msg("delete %s: the number of a line (log_id) is expected",
			    ids[count]);
			return EXIT_USAGE;
		}
		count++;
	}
	found = calloc(count + 1, sizeof(*found));
	if (found == NULL) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	written = log_query_open(&query, db, config);
	for (size_t i = 0; i < count && written == EXIT_DONE; i++) {
		int64_t id = strtoll(ids[i], NULL, 10);

		if (log_query_has(&query, id, site)) {
			found[n++] = id;
		} else {
			msg("%s: %s: there is no such line", query.path, ids[i]);
			status = EXIT_PARTIAL;
		}
	}
	if (written == EXIT_DONE && n > 0) {
		written = begin(&query, &out);
		timestamp_now(now);
		for (size_t i = 0; i < n && written == EXIT_DONE; i++) {
			struct writer w = emit_record(&out, "logs");

			writer_integer(&w, "log_id", found[i]);
			if (site != NULL)
				writer_string(&w, "site_id", site);
			writer_string(&w, "_sdc_deleted_at", now);
			emit_end(&w);
		}
		if (written == EXIT_DONE)
			written = end(&out);
	}
	log_query_close(&query);
	free(found);
	if (written != EXIT_DONE)
		return written;
	printf("%zu deleted\n", n);
	return status;
}

/* Until when the lines of each level go.  0, or 2 after a message. */
static int
read_keep(char *const *keep, int64_t before[LOG_LEVELS])
{
	for (; keep != NULL && *keep != NULL; keep++) {
		const char *equals = strchr(*keep, '=');
		const struct log_level *level =
		    equals != NULL ? log_level_named(*keep, (size_t)(equals - *keep))
				   : NULL;
		int64_t time_before;

		if (level == NULL ||
		    !log_time_read(equals + 1, time(NULL), &time_before)) {
			msg("--keep %s: LEVEL=TIME is expected, as in ERROR=365d", *keep);
			return EXIT_USAGE;
		}
		for (int i = (int)(level - log_levels); i < LOG_LEVELS; i++)
			if (time_before < before[i])
				before[i] = time_before;
	}
	return EXIT_DONE;
}

int
log_prune(const char *db, const char *config, const struct log_choice *choice,
    char *const *keep)
{
	struct log_query query;
	struct stream out;
	int64_t before[LOG_LEVELS], n = 0;
	int status;

	for (int i = 0; i < LOG_LEVELS; i++)
		before[i] = choice->before;
	if (read_keep(keep, before) != EXIT_DONE)
		return EXIT_USAGE;
	status = log_query_open(&query, db, config);
	for (int i = 0; i < LOG_LEVELS && status == EXIT_DONE; i++) {
		struct log_choice each = *choice;
		int64_t some;

		each.exact = &log_levels[i];
		each.before = before[i];
		some = log_query_count(&query, &each);
		if (some < 0)
			status = EXIT_PARTIAL;
		n += some;
	}
	if (status == EXIT_DONE && n > 0) {
		status = begin(&query, &out);
		for (int i = 0; i < LOG_LEVELS && status == EXIT_DONE; i++) {
			struct writer w = emit_record(&out, "logs");

			writer_string(&w, "mode", "prune");
			writer_string(&w, "log_level", log_levels[i].name);
			writer_integer(&w, "before", before[i]);
			if (choice->site != NULL)
				writer_string(&w, "site_id", choice->site);
			if (choice->session != NULL)
				writer_string(&w, "session_id", choice->session);
			emit_end(&w);
		}
		if (status == EXIT_DONE)
			status = end(&out);
	}
	log_query_close(&query);
	if (status == EXIT_DONE)
		printf("%" PRId64 " deleted\n", n);
	return status;
}
