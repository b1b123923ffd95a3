#include "files/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/engine.h"
#include "base/exit.h"
#include "base/msg.h"
#include "files/download.h"
#include "files/hook.h"
#include "files/layout.h"
#include "files/place.h"
#include "files/rate.h"
#include "files/target.h"
#include "files/transfer.h"
#include "files/trouble.h"
#include "files/url.h"
#include "logbook/http.h"
#include "text/timestamp.h"

#define WAITING_MAX 200 /* files that wait for another attempt */
#define BUFFER_BYTES 131072L
#define SLOW_BUFFER_BYTES 16384L

/* One file on its way. */
struct job {
	struct engine_task task; /* first: tasks come back as jobs */
	struct target file;
	char *path; /* under the directory */
	int directory;
	const char *name; /* within path */
	struct transfer transfer;
	bool open; /* transfer is to be ended */
	bool replace;
	struct job *next; /* of all that are at hand */
};

struct pull {
	const struct pull_options *options;
	const struct pull_source *source;
	struct pull_totals *totals;
	struct download download;
	struct engine *engine;
	struct job *jobs;	  /* at hand, in no order */
	struct troubles troubles; /* of servers whose files are left */
	struct rate rate;
	struct hook hook;
	int status;
	bool ended;   /* the source has */
	bool later;   /* it may have more soon */
	bool stopped; /* nothing more is begun */
	long long shown;
};

static void
worsen(struct pull *pull, int status)
{
	if (pull->status < status)
		pull->status = status;
}

/* ---- jobs ----------------------------------------------------------------------- */

static void
job_free(struct pull *pull, struct job *job)
{
	struct job **p = &pull->jobs;

	while (*p != NULL && *p != job)
		p = &(*p)->next;
	if (*p == job)
		*p = job->next;
	if (job->open)
		transfer_end(&job->transfer);
	if (job->directory >= 0)
		close(job->directory);
	target_free(&job->file);
	free(job->path);
	free(job);
}

/* Leave a file for another time: a message, and a record. */
static void
job_leave(struct pull *pull, struct job *job, bool failed, const char *why, bool quiet)
{
	const struct partial *partial = &job->transfer.partial;
	long long attempts = job->task.attempts;

	if (job->open && partial->state.attempts > attempts)
		attempts = partial->state.attempts;
	if (failed) { /* however it failed, it comes later each time */
		long long before =
		    downloads_attempts(pull->options->downloads, job->file.url);

		attempts = attempts > before ? attempts : before + 1;
	}
	if (!quiet)
		msg("%s: %s%s", job->file.url, why,
		    job->task.attempts > 1 ? ", after several attempts" : "");
	worsen(pull, EXIT_PARTIAL);
	pull->totals->left++;
	if (pull->options->dry_run)
		return;
	download_left(&pull->download, &job->file,
	    &(struct download_left){
		.path = job->path,
		.sha256 = job->open ? job->transfer.sha256 : NULL,
		.error = why,
		.bytes = job->open ? partial->bytes : 0,
		.total = job->open && partial->state.size >= 0 ? partial->state.size
							       : job->file.size,
		.attempts = attempts,
		.failed = failed,
	    });
}

static void
tell_done(struct pull *pull, const struct job *job, const char *sha256, long long size,
    long long changed, long long attempts, long long from, const char *started)
{
	char mtime[TIMESTAMP_SHORT];
	const char *time = changed >= 0 ? timestamp_text(changed, mtime) : NULL;

	download_done(&pull->download, &job->file,
	    &(struct download_done){
		.path = job->path,
		.directory = pull->options->place,
		.sha256 = sha256,
		.started = started,
		.modified = job->file.modified != NULL ? job->file.modified : time,
		.mtime = time,
		.size = size,
		.attempts = attempts,
		.resumed_from = from,
	    });
}

/* Its time of change as it is in the directory, which a server need not have told. */
static long long
time_of(const struct job *job)
{
	struct stat st;

	if (fstatat(job->directory, job->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	return st.st_mtim.tv_sec;
}

/* ---- what is in the place already ----------------------------------------------- */

enum place_state {
	PLACE_FREE,
	PLACE_SAME,   /* it is the file that is wanted */
	PLACE_OURS,   /* an older version of it */
	PLACE_FOREIGN /* why says what */
};

/* Does the wanted file look like one of that size and time of change? */
static bool
agrees(const struct target *file, long long size, long long changed)
{
	return (file->size < 0 || file->size == size) &&
	       target_same_time(file->changed, changed);
}

/* A file that the database does not know: is there a label on it, or is it the same? */
static enum place_state
judge_file(struct pull *pull, struct job *job, int fd, const struct stat *st)
{
	const struct target *file = &job->file;
	struct partial_state label;
	struct checksum sum;
	char hex[CHECKSUM_HEX];
	enum place_state state = PLACE_FOREIGN;
	int labelled = partial_label(fd, file->url, &label);

	if (labelled > 0) {
		state = PLACE_OURS;
		if (label.bytes == st->st_size &&
		    !target_began_early(file, timestamp_seconds(label.started)) &&
		    agrees(file, st->st_size,
			label.listed >= 0 ? label.listed : label.changed)) {
			state = PLACE_SAME;
			tell_done(pull, job, label.sha256, st->st_size,
			    st->st_mtim.tv_sec, label.attempts, 0, label.started);
		}
		partial_state_free(&label);
	} else if (labelled == 0 && file->size >= 0 && file->changed >= 0 &&
		   file->size == st->st_size &&
		   target_same_time(file->changed, st->st_mtim.tv_sec)) {
		/* As other programs that mirror do, we take it for the file itself. */
		if (checksum_begin(&sum, file->expected.md5[0] != '\0') == 0 &&
		    checksum_file(&sum, fd, 0, st->st_size) == 0 &&
		    checksum_wrong(&sum, &file->expected) == NULL &&
		    checksum_sha256(&sum, hex) == 0) {
			state = PLACE_SAME;
			tell_done(
			    pull, job, hex, st->st_size, st->st_mtim.tv_sec, 0, 0, NULL);
		}
		checksum_end(&sum);
	}
	return state;
}

static enum place_state
look_at_place(struct pull *pull, struct job *job, const char **why)
{
	struct downloads_row known;
	enum place_state state;
	struct stat st;
	bool ours;
	int fd;

	fd = openat(
	    job->directory, job->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return PLACE_FREE;
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		*why = fd < 0 ? strerror(errno) : "no regular file is in its place";
		if (fd >= 0)
			close(fd);
		return PLACE_FOREIGN;
	}
	*why = "a file that is not ours is in its place: move it away";
	if (downloads_find(pull->options->downloads, job->file.url, &known) == 1) {
		ours = strcmp(known.path, job->path) == 0;
		state = !ours ? PLACE_FOREIGN
			: !pull->options->distrust && known.complete &&
				known.size == st.st_size &&
				known.mtime == st.st_mtim.tv_sec &&
				agrees(&job->file, known.size, known.modified) &&
				!target_began_early(&job->file, known.started)
			    ? PLACE_SAME
			    : PLACE_OURS;
		downloads_row_free(&known);
		if (ours) {
			close(fd);
			return state;
		}
	}
	state = judge_file(pull, job, fd, &st);
	close(fd);
	return state;
}

/* The job that is at this path, or NULL. */
static const struct job *
job_at(const struct pull *pull, const char *path)
{
	const struct job *job = pull->jobs;

	while (job != NULL && strcmp(job->path, path) != 0)
		job = job->next;
	return job;
}

/* ---- from a record to a job ------------------------------------------------------- */

/* May its URL be asked?  NULL, or why not. */
static const char *
check_url(struct pull *pull, const struct target *file)
{
	const char *why;

	if (url_scheme_checked(file->url, &why) == URL_NONE)
		return why;
	if (url_scheme(file->url) == URL_FILE && strcasestr(file->url, "%2f") != NULL)
		return "the URL has an encoded slash";
	if (!file->attachment)
		return NULL;
	if (session_begin(pull->options->session) != 0) {
		worsen(pull, pull->options->session->status);
		return "no session with the logbook service";
	}
	if (!session_owns(pull->options->session, file->url))
		return "an attachment that is not under the service's URL (see --url)";
	return NULL;
}

/* Find its directory and what is in its place: true if it is to be fetched; else why says
   what is wrong, or is "" for one that is there. */
static bool
settle_place(struct pull *pull, struct job *job, char why[LAYOUT_WHY])
{
	const struct pull_options *o = pull->options;
	const char *wrong = NULL;

	job->directory = place_directory(o->root, job->path, !o->dry_run, &job->name);
	if (job->directory < 0 && !(o->dry_run && errno == ENOENT)) {
		snprintf(why, LAYOUT_WHY, "its directory: %s", strerror(errno));
		if (errno == ENOSPC || errno == EROFS || errno == EDQUOT)
			pull->stopped = true;
		return false;
	}
	switch (job->directory < 0 ? PLACE_FREE : look_at_place(pull, job, &wrong)) {
	case PLACE_SAME:
		pull->totals->already++;
		why[0] = '\0';
		return false;
	case PLACE_FOREIGN:
		snprintf(why, LAYOUT_WHY, "%s", wrong);
		return false;
	case PLACE_OURS:
		job->replace = true;
		return true;
	default:
		return true;
	}
}

/* Make a job of a record; NULL if there is nothing to do for it. */
static struct job *
job_make(struct pull *pull, struct json_span record, bool attachment)
{
	const struct pull_options *o = pull->options;
	struct job *job = calloc(1, sizeof(*job));
	char path[PLACE_PATH_MAX + 1], why[LAYOUT_WHY] = "no memory";
	const char *wrong = "no memory";

	if (job != NULL) {
		job->directory = -1;
		wrong = target_read(record, attachment, &job->file);
	}
	if (wrong != NULL) {
		msg("%s", wrong);
		worsen(pull, EXIT_PARTIAL);
		free(job);
		return NULL;
	}
	wrong = check_url(pull, &job->file);
	if (wrong != NULL)
		snprintf(why, sizeof(why), "%s", wrong);
	else if (trouble_with(&pull->troubles, job->file.url)) {
		pull->totals->left++; /* not tried: nothing new is known of it */
		goto done;
	} else if (layout_path(attachment ? LAYOUT_ATTACHMENTS : o->layout, job->file.url,
		       job->file.path, job->file.record, path, why) == 0 &&
		   (job->path = strdup(path)) != NULL) {
		const struct job *other = job_at(pull, path);

		if (other != NULL && strcmp(other->file.url, job->file.url) == 0)
			goto done; /* named twice */
		if (other != NULL)
			snprintf(why, sizeof(why), "another file of this run is at %.80s",
			    path);
		else if (settle_place(pull, job, why))
			return job;
		else if (why[0] == '\0')
			goto done; /* it is there */
	}
	job_leave(pull, job, true, why, false);
done:
	job_free(pull, job);
	return NULL;
}

/* ---- transfers ------------------------------------------------------------------ */

/*
 * Let those go on that wait for the rate.  libcurl's own limit does not hold for what
 * came into the socket's buffer before it looked.
 */
static void
go_on(struct pull *pull)
{
	if (pull->rate.per_second == 0)
		return;
	rate_refill(&pull->rate, clock_ms());
	for (struct job *job = pull->jobs; job != NULL && rate_open(&pull->rate);
	     job = job->next)
		if (job->transfer.paused) {
			job->transfer.paused = false;
			(void)curl_easy_pause(job->transfer.easy, CURLPAUSE_CONT);
		}
}

/* Aim a handle at what it is to fetch: from the beginning, or behind a redirect. */
static bool
aim(struct pull *pull, CURL *easy, struct job *job, const char *url)
{
	const struct pull_options *o = pull->options;

	remote_aim(o->remote, easy, url, NULL);
	/* The directory stays the one of the login: no CWD for each. */
	curl_easy_setopt(easy, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE,
	    pull->rate.per_second > 0 ? SLOW_BUFFER_BYTES : BUFFER_BYTES);
	if (job->file.attachment)
		http_authenticate(easy, &o->session->service.http);
	return transfer_begin(&job->transfer, easy) == 0;
}

/* Behind its record, so that the database has it, or will, before its command ends. */
static void
run_hook(struct pull *pull, const struct job *job)
{
	const struct pull_options *o = pull->options;
	char *path;

	if (o->exec == NULL)
		return;
	(void)stream_flush(o->out);
	if (asprintf(&path, "%s/%s", o->place != NULL ? o->place : o->directory,
		job->path) < 0) {
		pull->hook.failed = true;
		return;
	}
	hook_run(&pull->hook, path, job->file.url);
	free(path);
}

static void
job_done(struct pull *pull, struct job *job)
{
	const struct transfer *t = &job->transfer;

	if (t->why[0] != '\0') {
		msg("%s: %s", job->file.url, t->why);
		worsen(pull, EXIT_PARTIAL);
	}
	tell_done(pull, job, t->sha256, t->partial.bytes, time_of(job),
	    t->partial.state.attempts, t->offset, t->partial.state.started);
	pull->totals->fetched++;
	run_hook(pull, job);
	job_free(pull, job);
}

/* An attempt has ended; the job is done, waits, or is left. */
static enum engine_step
finish_job(struct pull *pull, struct job *job, enum transfer_outcome outcome)
{
	const char *why = job->transfer.why;

	pull->totals->bytes += job->transfer.moved;
	switch (outcome) {
	case TRANSFER_DONE:
		job_done(pull, job);
		return ENGINE_DONE;
	case TRANSFER_AGAIN:
	case TRANSFER_RESTART:
		if (engine_again(pull->engine, &job->task, 0))
			return ENGINE_WAIT;
		job_leave(pull, job, false, why, false);
		break;
	case TRANSFER_AWAY:
		if (!trouble_with(&pull->troubles, job->file.url) &&
		    engine_again(pull->engine, &job->task, 0))
			return ENGINE_WAIT;
		trouble_note(&pull->troubles, job->file.url, false, why);
		job_leave(pull, job, false, why, true);
		worsen(pull, EXIT_LATER);
		break;
	case TRANSFER_LOGIN:
		trouble_note(&pull->troubles, job->file.url, true, why);
		job_leave(pull, job, false, why, true);
		worsen(pull, EXIT_LOGIN);
		break;
	case TRANSFER_NO_ROOM:
		if (!pull->stopped)
			msg("%s: %s: make room and run it again; what came is kept",
			    pull->options->directory, why);
		job_leave(pull, job, false, why, true);
		pull->stopped = true;
		break;
	default:
		job_leave(pull, job, true, why, false);
	}
	job_free(pull, job);
	return ENGINE_DONE;
}

/* Begin an attempt at a job, or go on with it where a redirect leads. */
static enum engine_step
begin(void *context, struct engine_slot *slot, struct engine_task *task)
{
	struct pull *pull = context;
	struct job *job = (struct job *)task;
	struct transfer *t = &job->transfer;
	char *url = t->redirect;

	if (url != NULL) {
		bool began;

		t->redirect = NULL;
		began = aim(pull, slot->easy, job, url);
		free(url);
		return began ? ENGINE_GO : finish_job(pull, job, t->outcome);
	}
	if (pull->stopped) {
		job_leave(pull, job, false, t->why, true);
		job_free(pull, job);
		return ENGINE_DONE;
	}
	if (job->open)
		transfer_end(t);
	job->open = true;
	t->anew = pull->options->anew;
	t->unchecked = pull->options->unchecked;
	if (transfer_open(t, &job->file, job->directory, job->name) != 0)
		return finish_job(pull, job, TRANSFER_FAILED);
	t->replace = job->replace;
	t->rate = pull->rate.per_second > 0 ? &pull->rate : NULL;
	t->stop = pull->options->stop;
	if (t->partial.state.attempts == 0)
		t->partial.state.attempts =
		    downloads_attempts(pull->options->downloads, job->file.url) +
		    task->attempts - 1;
	if (transfer_is_whole(t))
		return finish_job(
		    pull, job, transfer_finish(t, pull->options->remote, CURLE_OK));
	if (slot->easy == NULL)
		slot->easy = remote_handle(pull->options->remote);
	if (slot->easy == NULL)
		return ENGINE_BROKEN;
	return aim(pull, slot->easy, job, job->file.url)
		   ? ENGINE_GO
		   : finish_job(pull, job, t->outcome);
}

/* libcurl has ended a transfer. */
static enum engine_step
end(void *context, struct engine_slot *slot, struct engine_task *task, CURLcode code)
{
	struct pull *pull = context;
	struct job *job = (struct job *)task;
	enum transfer_outcome outcome =
	    transfer_finish(&job->transfer, pull->options->remote, code);

	if (outcome == TRANSFER_AWAY && remote_turn(pull->options->remote, slot->easy))
		return ENGINE_GO;
	if (outcome == TRANSFER_REDIRECT) {
		if (!job->file.attachment && engine_hop(task))
			return ENGINE_GO;
		snprintf(job->transfer.why, TRANSFER_WHY,
		    "redirected: a page to log in, or a loop");
		outcome = TRANSFER_FAILED;
	}
	return finish_job(pull, job, outcome);
}

/* ---- the run --------------------------------------------------------------------- */

/* What would be done, as a line. */
static void
tell_plan(struct pull *pull, struct job *job)
{
	struct stream *out = pull->options->out;

	stream_puts(out, job->replace ? "replace\t" : "fetch\t");
	stream_puts(out, job->path);
	stream_puts(out, "\t");
	stream_puts(out, job->file.url);
	stream_end_line(out);
	pull->totals->fetched++;
	job_free(pull, job);
}

/* The next job of the source. */
static struct engine_task *
next_job(void *context, bool *later)
{
	struct pull *pull = context;

	pull->later = false;
	while (!pull->ended && !pull->stopped &&
	       engine_waiting(pull->engine) < WAITING_MAX && *pull->options->stop == 0) {
		struct json_span record;
		bool attachment;
		struct job *job;

		switch (pull->source->next(pull->source->context, &record, &attachment)) {
		case PULL_LATER:
			*later = pull->later = true;
			return NULL;
		case PULL_END:
			pull->ended = true;
			return NULL;
		default:
			break;
		}
		job = job_make(pull, record, attachment);
		if (job == NULL)
			continue;
		if (pull->options->dry_run) {
			tell_plan(pull, job);
			continue;
		}
		job->next = pull->jobs;
		pull->jobs = job;
		return &job->task;
	}
	return NULL;
}

static void
show(struct pull *pull)
{
	long long now = clock_ms();

	if (pull->options->quiet || now - pull->shown < 200)
		return;
	pull->shown = now;
	msg_progress("%ld files, %lld MB, %d on their way", pull->totals->fetched,
	    pull->totals->bytes / 1000000, engine_moving(pull->engine));
}

static bool
turn(void *context, struct engine_wait *wait)
{
	struct pull *pull = context;
	const struct pull_options *o = pull->options;

	go_on(pull);
	if (stream_flush(o->out) != 0)
		pull->stopped = true;
	show(pull);
	hook_collect(&pull->hook, false);
	if (o->wake >= 0)
		wait->fds[wait->n++] =
		    (struct curl_waitfd){.fd = o->wake, .events = CURL_WAIT_POLLIN};
	if (pull->later && pull->source->fd >= 0)
		wait->fds[wait->n++] = (struct curl_waitfd){
		    .fd = pull->source->fd, .events = CURL_WAIT_POLLIN};
	if (rate_wait(&pull->rate) > 0 &&
	    (wait->ms < 0 || wait->ms > rate_wait(&pull->rate)))
		wait->ms = rate_wait(&pull->rate);
	return !pull->stopped;
}

/* Leave what is at hand when the run ends, each with its record. */
static void
drop(void *context, struct engine_task *task, bool moving)
{
	struct pull *pull = context;
	struct job *job = (struct job *)task;

	pull->stopped = true;
	if (moving) {
		transfer_leave(&job->transfer);
		pull->totals->bytes += job->transfer.moved;
	}
	job_leave(pull, job, false, moving ? "stopped" : job->transfer.why, true);
	job_free(pull, job);
}

static const struct engine_owner owner = {.spare = true,
    .next = next_job,
    .begin = begin,
    .end = end,
    .drop = drop,
    .turn = turn};

int
pull_run(const struct pull_options *options, const struct pull_source *source,
    struct pull_totals *totals)
{
	struct pull pull = {
	    .options = options,
	    .source = source,
	    .totals = totals,
	    .download.out = options->out,
	    .rate.per_second = options->rate,
	    .hook = {.command = options->exec, .most = options->jobs},
	};

	*totals = (struct pull_totals){0};
	pull.engine = engine_open(options->jobs, options->attempts, &owner, &pull);
	if (pull.engine == NULL)
		return EXIT_PARTIAL;
	if (engine_run(pull.engine, options->stop) != 0)
		worsen(&pull, EXIT_PARTIAL);
	hook_collect(&pull.hook, true);
	if (pull.hook.failed)
		worsen(&pull, EXIT_PARTIAL);
	if (stream_flush(options->out) != 0) {
		if (errno != EPIPE)
			msg("stdout: %s", strerror(errno));
		worsen(&pull, EXIT_PARTIAL);
	}
	trouble_free(&pull.troubles);
	engine_close(pull.engine);
	msg_progress_end();
	return pull.status;
}
