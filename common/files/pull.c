#include "files/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "files/download.h"
#include "files/layout.h"
#include "files/place.h"
#include "files/rate.h"
#include "files/target.h"
#include "files/transfer.h"
#include "logbook/http.h"

#define WAITING_MAX 200 /* files that wait for another attempt */
#define SERVERS_MAX 64	/* servers in trouble that are remembered */
#define AWAY_MS 60000	/* how long one that is away is not asked */
#define REDIRECTS_MAX 5
#define BUFFER_BYTES 131072L
#define SLOW_BUFFER_BYTES 16384L

/* One file on its way. */
struct job {
	struct target file;
	char *path; /* under the directory */
	int directory;
	const char *name; /* within path */
	struct transfer transfer;
	bool open; /* transfer is to be ended */
	bool replace;
	int attempts; /* in this run */
	int redirects;
	long long not_before; /* monotonic milliseconds */
	struct job *next;     /* of those that wait */
};

/* A transfer at a time. */
struct slot {
	CURL *easy;
	struct job *job; /* NULL while idle */
};

/* A server that is not asked for now, or not any more. */
struct trouble {
	char *url;	 /* of a file of it */
	long long until; /* monotonic milliseconds, -1: for the rest of the run */
};

struct pull {
	const struct pull_options *options;
	const struct pull_source *source;
	struct pull_totals *totals;
	struct download download;
	CURLM *multi;
	struct slot *slots;
	int active;
	struct job *waiting; /* in no order */
	int n_waiting;
	struct trouble troubles[SERVERS_MAX];
	int n_troubles;
	struct rate rate;
	int status;
	bool ended;   /* the source has */
	bool stopped; /* nothing more is begun */
	long long shown;
};

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
worsen(struct pull *pull, int status)
{
	if (pull->status < status)
		pull->status = status;
}

/* ---- servers in trouble ----------------------------------------------------------- */

static bool
in_trouble(const struct pull *pull, const char *url)
{
	for (int i = 0; i < pull->n_troubles; i++)
		if (remote_same_server(pull->troubles[i].url, url))
			return pull->troubles[i].until < 0 ||
			       pull->troubles[i].until > now_ms();
	return false;
}

/* Do not ask a server any more, or not for a while; say so if that is news. */
static void
avoid(struct pull *pull, const char *url, bool for_good, const char *why)
{
	long long until = for_good ? -1 : now_ms() + AWAY_MS;
	int host = (int)(remote_path(url) - url);
	int i = 0;

	while (i < pull->n_troubles && !remote_same_server(pull->troubles[i].url, url))
		i++;
	if (i == SERVERS_MAX)
		return;
	if (i == pull->n_troubles) {
		pull->troubles[i].url = strdup(url);
		if (pull->troubles[i].url == NULL)
			return;
		pull->n_troubles++;
		msg("%.*s: %s: its files are left for another time", host, url, why);
	}
	pull->troubles[i].until = until;
}

/* ---- jobs ----------------------------------------------------------------------- */

static void
job_free(struct job *job)
{
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
	long long attempts = job->attempts;

	if (job->open && partial->state.attempts > attempts)
		attempts = partial->state.attempts;
	if (!quiet)
		msg("%s: %s%s", job->file.url, why,
		    job->attempts > 1 ? ", after several attempts" : "");
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
	char mtime[32], modified[32];
	const char *time = target_time_text(changed, mtime);

	download_done(&pull->download, &job->file,
	    &(struct download_done){
		.path = job->path,
		.sha256 = sha256,
		.started = started,
		.modified = job->file.modified != NULL
				? job->file.modified
				: target_time_text(changed, modified),
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
		    !target_began_early(file, target_time(label.started)) &&
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
	if (downloads_find(pull->options->known, job->file.url, &known) == 1) {
		ours = strcmp(known.path, job->path) == 0;
		state = !ours ? PLACE_FOREIGN
			: known.size == st.st_size && known.mtime == st.st_mtim.tv_sec &&
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
	for (int i = 0; i < pull->options->jobs; i++)
		if (pull->slots[i].job != NULL &&
		    strcmp(pull->slots[i].job->path, path) == 0)
			return pull->slots[i].job;
	for (const struct job *job = pull->waiting; job != NULL; job = job->next)
		if (strcmp(job->path, path) == 0)
			return job;
	return NULL;
}

/* ---- from a record to a job ------------------------------------------------------- */

/* May its URL be asked?  NULL, or why not. */
static const char *
check_url(struct pull *pull, const struct target *file)
{
	const char *why;

	if (remote_scheme_checked(file->url, &why) == REMOTE_NONE)
		return why;
	if (remote_scheme(file->url) == REMOTE_FILE &&
	    strcasestr(file->url, "%2f") != NULL)
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

/* A known file whose place need not even be looked for by its directories. */
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
	else if (in_trouble(pull, job->file.url)) {
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
	job_free(job);
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
	rate_refill(&pull->rate, now_ms());
	for (int i = 0; i < pull->options->jobs && rate_open(&pull->rate); i++) {
		struct slot *slot = &pull->slots[i];

		if (slot->job == NULL || !slot->job->transfer.paused)
			continue;
		slot->job->transfer.paused = false;
		(void)curl_easy_pause(slot->easy, CURLPAUSE_CONT);
	}
}

static void finish_job(struct pull *pull, struct job *job, enum transfer_outcome outcome);

/* Aim a slot's handle at a URL and start it. */
static void
slot_go(struct pull *pull, struct slot *slot, const char *url)
{
	const struct pull_options *o = pull->options;
	struct job *job = slot->job;

	remote_aim(o->remote, slot->easy, url, NULL);
	/* The directory stays the one of the login: no CWD for each. */
	curl_easy_setopt(slot->easy, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD);
	curl_easy_setopt(slot->easy, CURLOPT_BUFFERSIZE,
	    pull->rate.per_second > 0 ? SLOW_BUFFER_BYTES : BUFFER_BYTES);
	curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
	if (job->file.attachment)
		http_authenticate(slot->easy, &o->session->service.http);
	pull->active++;
	if (transfer_begin(&job->transfer, slot->easy, url) == 0 &&
	    curl_multi_add_handle(pull->multi, slot->easy) == CURLM_OK)
		return;
	pull->active--;
	slot->job = NULL;
	finish_job(pull, job, job->transfer.outcome);
}

/* Begin an attempt at a job. */
static void
slot_start(struct pull *pull, struct slot *slot, struct job *job)
{
	slot->job = NULL;
	if (job->open)
		transfer_end(&job->transfer);
	job->open = true;
	job->redirects = 0;
	if (transfer_open(&job->transfer, &job->file, job->directory, job->name) != 0) {
		finish_job(pull, job, TRANSFER_FAILED);
		return;
	}
	job->transfer.replace = job->replace;
	job->transfer.rate = pull->rate.per_second > 0 ? &pull->rate : NULL;
	if (job->transfer.partial.state.attempts == 0)
		job->transfer.partial.state.attempts =
		    downloads_attempts(pull->options->known, job->file.url) +
		    job->attempts;
	job->attempts++;
	if (transfer_is_whole(&job->transfer)) {
		finish_job(pull, job,
		    transfer_finish(&job->transfer, pull->options->remote, CURLE_OK));
		return;
	}
	if (slot->easy == NULL)
		slot->easy = remote_handle(pull->options->remote);
	if (slot->easy == NULL) {
		snprintf(job->transfer.why, TRANSFER_WHY, "no handle");
		finish_job(pull, job, TRANSFER_FAILED);
		return;
	}
	slot->job = job;
	slot_go(pull, slot, job->file.url);
}

static void
job_done(struct pull *pull, struct job *job)
{
	const struct transfer *t = &job->transfer;

	tell_done(pull, job, t->sha256, t->partial.bytes, time_of(job),
	    t->partial.state.attempts, t->offset, t->partial.state.started);
	pull->totals->fetched++;
	job_free(job);
}

/* Wait, and try again, if an attempt is left. */
static bool
try_again(struct pull *pull, struct job *job)
{
	if (pull->stopped || job->attempts >= pull->options->attempts)
		return false;
	job->not_before = now_ms() + remote_backoff(job->attempts);
	job->next = pull->waiting;
	pull->waiting = job;
	pull->n_waiting++;
	return true;
}

/* An attempt has ended; the job is done, waits, or is left. */
static void
finish_job(struct pull *pull, struct job *job, enum transfer_outcome outcome)
{
	const char *why = job->transfer.why;

	pull->totals->bytes += job->transfer.moved;
	switch (outcome) {
	case TRANSFER_DONE:
		job_done(pull, job);
		return;
	case TRANSFER_AGAIN:
	case TRANSFER_RESTART:
		if (try_again(pull, job))
			return;
		job_leave(pull, job, false, why, false);
		break;
	case TRANSFER_AWAY:
		if (!in_trouble(pull, job->file.url) && try_again(pull, job))
			return;
		avoid(pull, job->file.url, false, why);
		job_leave(pull, job, false, why, true);
		worsen(pull, EXIT_LATER);
		break;
	case TRANSFER_LOGIN:
		avoid(pull, job->file.url, true, why);
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
	job_free(job);
}

/* libcurl has ended a transfer. */
static void
slot_finish(struct pull *pull, struct slot *slot, CURLcode code)
{
	struct job *job = slot->job;
	enum transfer_outcome outcome =
	    transfer_finish(&job->transfer, pull->options->remote, code);

	curl_multi_remove_handle(pull->multi, slot->easy);
	pull->active--;
	if (outcome == TRANSFER_REDIRECT) {
		char *url = job->transfer.redirect;

		job->transfer.redirect = NULL;
		if (job->file.attachment || ++job->redirects > REDIRECTS_MAX) {
			snprintf(job->transfer.why, TRANSFER_WHY,
			    "redirected: a page to log in, or a loop");
			outcome = TRANSFER_FAILED;
		} else if (url != NULL) {
			slot_go(pull, slot, url);
			free(url);
			return;
		}
		free(url);
	}
	slot->job = NULL;
	finish_job(pull, job, outcome);
}

/* ---- the loop -------------------------------------------------------------------- */

/* A waiting job whose time has come; *soonest gets the wait for the others. */
static struct job *
take_waiting(struct pull *pull, long long *soonest)
{
	long long now = now_ms();

	for (struct job **p = &pull->waiting; *p != NULL; p = &(*p)->next) {
		struct job *job = *p;

		if (job->not_before <= now) {
			*p = job->next;
			job->next = NULL;
			pull->n_waiting--;
			return job;
		}
		if (*soonest < 0 || job->not_before - now < *soonest)
			*soonest = job->not_before - now;
	}
	return NULL;
}

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
	job_free(job);
}

/* The next job of the source; NULL if there is none now. */
static struct job *
take_next(struct pull *pull, bool *later)
{
	*later = false;
	while (!pull->ended && !pull->stopped && pull->n_waiting < WAITING_MAX &&
	       *pull->options->stop == 0) {
		struct json_span record;
		bool attachment;
		struct job *job;

		switch (pull->source->next(pull->source->context, &record, &attachment)) {
		case PULL_LATER:
			*later = true;
			return NULL;
		case PULL_END:
			pull->ended = true;
			return NULL;
		default:
			break;
		}
		job = job_make(pull, record, attachment);
		if (job != NULL && pull->options->dry_run)
			tell_plan(pull, job);
		else if (job != NULL)
			return job;
	}
	return NULL;
}

/* Give idle slots something to do.  *wait: ms until a retry is due, or -1. */
static void
fill(struct pull *pull, long long *wait, bool *later)
{
	*wait = -1;
	*later = false;
	for (int i = 0; i < pull->options->jobs && !pull->stopped; i++) {
		while (pull->slots[i].job == NULL && *pull->options->stop == 0) {
			struct job *job = take_waiting(pull, wait);

			if (job == NULL && !*later)
				job = take_next(pull, later);
			if (job == NULL)
				return;
			slot_start(pull, &pull->slots[i], job);
		}
	}
}

static void
show(struct pull *pull)
{
	long long now = now_ms();

	if (pull->options->quiet || now - pull->shown < 200)
		return;
	pull->shown = now;
	msg_progress("%ld files, %lld MB, %d on their way", pull->totals->fetched,
	    pull->totals->bytes / 1000000, pull->active);
}

static void
collect(struct pull *pull)
{
	CURLMsg *done;
	int left;

	while ((done = curl_multi_info_read(pull->multi, &left)) != NULL) {
		struct slot *slot = NULL;
		CURLcode code = done->data.result;

		curl_easy_getinfo(done->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		slot_finish(pull, slot, code);
	}
}

static int
loop(struct pull *pull)
{
	const struct pull_options *o = pull->options;
	struct curl_waitfd fds[2];
	long long wait;
	bool later;
	int running;

	for (;;) {
		unsigned n = 0;

		fill(pull, &wait, &later);
		go_on(pull);
		if (stream_flush(o->out) != 0)
			pull->stopped = true;
		if (*o->stop != 0 || pull->stopped ||
		    (pull->ended && pull->active == 0 && pull->waiting == NULL))
			return 0;
		if (curl_multi_perform(pull->multi, &running) != CURLM_OK) {
			msg("libcurl failed");
			return -1;
		}
		show(pull);
		if (running < pull->active) {
			collect(pull);
			continue;
		}
		if (o->wake >= 0)
			fds[n++] = (struct curl_waitfd){
			    .fd = o->wake, .events = CURL_WAIT_POLLIN};
		if (later && pull->source->fd >= 0)
			fds[n++] = (struct curl_waitfd){
			    .fd = pull->source->fd, .events = CURL_WAIT_POLLIN};
		if (rate_wait(&pull->rate) > 0 &&
		    (wait < 0 || wait > rate_wait(&pull->rate)))
			wait = rate_wait(&pull->rate);
		(void)curl_multi_poll(pull->multi, fds, n,
		    wait >= 0 && wait < 1000 ? (int)wait + 1 : 1000, NULL);
	}
}

/* Leave what is on its way, each with its record. */
static void
leave_all(struct pull *pull)
{
	pull->stopped = true;
	for (int i = 0; i < pull->options->jobs; i++) {
		struct slot *slot = &pull->slots[i];
		struct job *job = slot->job;

		if (job == NULL)
			continue;
		curl_multi_remove_handle(pull->multi, slot->easy);
		transfer_leave(&job->transfer);
		pull->totals->bytes += job->transfer.moved;
		job_leave(pull, job, false, "stopped", true);
		job_free(job);
		slot->job = NULL;
	}
	while (pull->waiting != NULL) {
		struct job *job = pull->waiting;

		pull->waiting = job->next;
		job_leave(pull, job, false, job->transfer.why, true);
		job_free(job);
	}
}

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
	    .multi = curl_multi_init(),
	    .slots = calloc((size_t)options->jobs, sizeof(*pull.slots)),
	};

	*totals = (struct pull_totals){0};
	if (pull.multi == NULL || pull.slots == NULL) {
		msg("libcurl cannot be set up");
		pull.status = EXIT_PARTIAL;
		goto done;
	}
	curl_multi_setopt(pull.multi, CURLMOPT_MAXCONNECTS, (long)options->jobs * 2);
	if (loop(&pull) != 0)
		worsen(&pull, EXIT_PARTIAL);
	leave_all(&pull);
	if (stream_flush(options->out) != 0) {
		if (errno != EPIPE)
			msg("stdout: %s", strerror(errno));
		worsen(&pull, EXIT_PARTIAL);
	}
	for (int i = 0; i < options->jobs; i++)
		curl_easy_cleanup(pull.slots[i].easy);
	for (int i = 0; i < pull.n_troubles; i++)
		free(pull.troubles[i].url);
done:
	curl_multi_cleanup(pull.multi);
	free(pull.slots);
	msg_progress_end();
	return pull.status;
}
