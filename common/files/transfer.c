#include "files/transfer.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/gzip.h"
#include "logbook/record.h"
#include "text/timestamp.h"

static bool
is_http(const struct transfer *t)
{
	return t->scheme == URL_HTTP || t->scheme == URL_HTTPS;
}

/* Take no byte of this answer; always returns false. */
static bool
refuse(struct transfer *t, enum transfer_outcome outcome, const char *why)
{
	t->refused = true;
	t->outcome = outcome;
	snprintf(t->why, sizeof(t->why), "%s", why);
	return false;
}

/* Something on our side went wrong: is there room, or is it only this file? */
static bool
refuse_errno(struct transfer *t, const char *what)
{
	int code = errno;
	bool disk = code == ENOSPC || code == EDQUOT || code == EROFS || code == EIO ||
		    code == EFBIG;

	refuse(t, disk ? TRANSFER_NO_ROOM : TRANSFER_FAILED, "");
	snprintf(t->why, sizeof(t->why), "%s: %s", what, strerror(code));
	return false;
}

/* ---- the answer ----------------------------------------------------------------- */

static void
answer_free(struct transfer_answer *answer)
{
	free(answer->etag);
	free(answer->last_modified);
	free(answer->type);
	*answer = (struct transfer_answer){.from = -1, .total = -1};
}

static void
keep(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
}

/* One header of an HTTP answer. */
static void
take_header(struct transfer *t, const char *name, const char *value)
{
	struct transfer_answer *answer = &t->answer;
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (strcasecmp(name, "ETag") == 0) {
		keep(&answer->etag, value);
	} else if (strcasecmp(name, "Last-Modified") == 0) {
		keep(&answer->last_modified, value);
	} else if (strcasecmp(name, "Content-Type") == 0) {
		keep(&answer->type, value);
	} else if (strcasecmp(name, "Content-Range") == 0) {
		/* RFC 9110, section 14.4 */
		if (sscanf(value, "bytes %lld-%*d/%lld", &answer->from, &answer->total) <
		    1)
			answer->from = -1;
	} else {
		checksum_expect_header(&answer->expected, name, value, status == 200);
	}
}

static size_t
receive_header(char *p, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	char line[1024], *value;
	size_t length = n < sizeof(line) ? n : sizeof(line) - 1;

	(void)size; /* always 1 */
	if (!is_http(t))
		return n;
	memcpy(line, p, length);
	line[length] = '\0';
	if (strncasecmp(line, "HTTP/", 5) == 0) {
		answer_free(&t->answer); /* of a redirect, or of a 401 before */
		return n;
	}
	value = strchr(line, ':');
	if (value == NULL)
		return n;
	*value++ = '\0';
	value += strspn(value, " \t");
	length = strlen(value);
	while (length > 0 && isspace((unsigned char)value[length - 1]))
		value[--length] = '\0';
	take_header(t, line, value);
	return n;
}

static bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Is the rest that comes the rest of what we have? */
static bool
judge_rest(struct transfer *t, long long total, long long changed)
{
	const struct partial_state *state = &t->partial.state;

	if (is_http(t) && t->answer.from != t->offset)
		return refuse(t, TRANSFER_RESTART, "the server sent another part of it");
	if (state->size >= 0 && total >= 0 && total != state->size)
		return refuse(
		    t, TRANSFER_RESTART, "its size changed between two attempts");
	if ((state->changed >= 0 && changed >= 0 && changed != state->changed) ||
	    (t->answer.etag != NULL && state->etag != NULL &&
		!same_text(t->answer.etag, state->etag)))
		return refuse(t, TRANSFER_RESTART, "it changed between two attempts");
	return true;
}

/* It comes from its first byte: note what it is, and begin the .part. */
static bool
judge_whole(struct transfer *t, long long total, long long changed)
{
	struct partial_state *state = &t->partial.state;

	if (t->offset > 0 || t->partial.bytes > 0) {
		checksum_end(&t->checksum);
		if (checksum_begin(&t->checksum, t->file->expected.md5[0] != '\0') != 0)
			return refuse(t, TRANSFER_FAILED, "no memory");
		if (partial_empty(&t->partial) != 0)
			return refuse_errno(t, "its .part");
	}
	t->offset = 0;
	state->size = total;
	state->changed = changed;
	free(state->etag);
	free(state->last_modified);
	state->etag = t->answer.etag != NULL ? strdup(t->answer.etag) : NULL;
	state->last_modified =
	    t->answer.last_modified != NULL ? strdup(t->answer.last_modified) : NULL;
	if (t->answer.expected.md5[0] != '\0' && t->checksum.md5 == NULL) {
		checksum_end(&t->checksum);
		if (checksum_begin(&t->checksum, true) != 0)
			return refuse(t, TRANSFER_FAILED, "no memory");
	}
	if (partial_begin(&t->partial) != 0)
		return refuse_errno(t, "its .part");
	return true;
}

/* "text/html" of "text/html; charset=utf-8": their length, without the parameters. */
static size_t
kind(const char *type)
{
	return strcspn(type, "; \t");
}

/* Is what comes for an attachment of the type that its entry names? */
static bool
judge_type(struct transfer *t)
{
	const char *came = t->answer.type, *type = t->file->type;

	if (!t->file->attachment || !is_http(t) || type == NULL || came == NULL ||
	    strncasecmp(came, "application/octet-stream", kind(came)) == 0 ||
	    (kind(came) == kind(type) && strncasecmp(came, type, kind(came)) == 0))
		return true;
	refuse(t, TRANSFER_FAILED, "");
	snprintf(t->why, sizeof(t->why), "%.60s came in place of %.60s%s", came, type,
	    strncasecmp(came, "text/html", 9) == 0 ? " (a page to log in?)" : "");
	return false;
}

/* The first bytes, or the end without any: is this what we want? */
static bool
judge_answer(struct transfer *t)
{
	curl_off_t length = -1, changed = -1;
	long status = 0;
	long long total;

	if (t->judged || t->refused)
		return t->judged;
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	curl_easy_getinfo(t->easy, CURLINFO_FILETIME_T, &changed);
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	total = length >= 0 ? length + t->offset : -1;
	if (is_http(t) && status != 206)
		total = length;
	else if (is_http(t) && t->answer.total >= 0)
		total = t->answer.total;
	if (t->as_listed) {
		total = t->file->size;
		changed = t->file->changed;
	}
	if (t->file->size >= 0 && total >= 0 && t->file->size != total) {
		refuse(t, TRANSFER_FAILED, "");
		snprintf(t->why, sizeof(t->why),
		    "%lld bytes there, %lld when it was listed: list it again", total,
		    t->file->size);
		return false;
	}
	if (t->scheme == URL_FILE && total < 0)
		return refuse(t, TRANSFER_FAILED, "no regular file");
	if (!judge_type(t))
		return false;
	if (t->offset > 0 && (!is_http(t) || status == 206))
		t->judged = judge_rest(t, total, changed);
	else
		t->judged = judge_whole(t, total, changed);
	return t->judged;
}

static size_t
receive(char *p, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	long status = 0;

	(void)size; /* always 1 */
	if (is_http(t)) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		if (status >= 300)
			return n; /* an error page is of no use to us */
	}
	if (t->rate != NULL && !rate_open(t->rate)) {
		/* libcurl cannot pause a file://, which it reads in one go. */
		if (t->scheme != URL_FILE) {
			t->paused = true;
			return CURL_WRITEFUNC_PAUSE;
		}
		(void)rate_sleep(t->rate, t->stop);
	}
	if (t->scheme == URL_FILE && *t->stop != 0) {
		refuse(t, TRANSFER_AGAIN, "stopped");
		return 0;
	}
	if (!judge_answer(t))
		return 0;
	if (t->rate != NULL)
		rate_take(t->rate, (long long)n);
	if (t->partial.state.size >= 0 &&
	    (long long)n > t->partial.state.size - t->partial.bytes) {
		refuse(t, TRANSFER_RESTART, "more bytes than the server said");
		return 0;
	}
	if (partial_write(&t->partial, p, n) != 0) {
		/* What was written before the error must not miss in the sum. */
		refuse_errno(t, "its .part");
		t->partial.bytes = t->offset + t->moved;
		return 0;
	}
	if (checksum_add(&t->checksum, p, n) != 0) {
		refuse(t, TRANSFER_FAILED, "no memory");
		return 0;
	}
	t->moved += (long long)n;
	return n;
}

/* ---- an attempt ------------------------------------------------------------------- */

int
transfer_open(
    struct transfer *t, const struct target *file, int directory, const char *name)
{
	struct partial *partial = &t->partial;

	*t = (struct transfer){.file = file,
	    .scheme = url_scheme(file->url),
	    .changed = -1,
	    .anew = t->anew,
	    .unchecked = t->unchecked};
	answer_free(&t->answer);
	switch (partial_open(partial, directory, name, file->url)) {
	case PARTIAL_FOREIGN:
		snprintf(t->why, sizeof(t->why),
		    "a %.100s.part or .part.json is there that is not its: move it away",
		    name);
		return -1;
	case PARTIAL_ERROR:
		snprintf(t->why, sizeof(t->why), "its .part: %s", strerror(errno));
		return -1;
	default:
		break;
	}
	if (partial->state.url == NULL) {
		char now[28];

		timestamp_now(now);
		partial_state_free(&partial->state);
		partial->state.url = strdup(file->url);
		partial->state.started = strdup(now);
		if (partial->state.url == NULL) {
			snprintf(t->why, sizeof(t->why), "no memory");
			return -1;
		}
	}
	if (t->anew && partial_empty(partial) != 0)
		return -1;
	/* The version that the record speaks of is another than the one begun. */
	if ((file->size >= 0 && partial->state.size >= 0 &&
		file->size != partial->state.size) ||
	    !target_same_time(file->changed, partial->state.listed)) {
		partial->state.size = -1;
		if (partial_empty(partial) != 0)
			return -1;
	}
	partial->state.listed = file->changed;
	return 0;
}

bool
transfer_is_whole(const struct transfer *t)
{
	return t->partial.bytes > 0 && t->partial.bytes == t->partial.state.size;
}

/* Hash what is there; if it is not what was left there, begin anew. */
static int
take_prefix(struct transfer *t)
{
	struct partial *partial = &t->partial;
	const struct partial_state *state = &partial->state;
	long long summed =
	    state->sha256[0] != '\0' && state->bytes > 0 ? state->bytes : 0;
	char hex[CHECKSUM_HEX];

	checksum_end(&t->checksum);
	if (checksum_begin(&t->checksum, t->file->expected.md5[0] != '\0') != 0)
		return -1;
	if (partial->bytes == 0)
		return 0;
	/* Of what a run that was killed wrote since, no sum is known. */
	if (summed <= partial->bytes &&
	    checksum_file(&t->checksum, partial->fd, 0, summed) == 0 &&
	    checksum_sha256(&t->checksum, hex) == 0 &&
	    (summed == 0 || strcmp(hex, state->sha256) == 0) &&
	    checksum_file(&t->checksum, partial->fd, summed, partial->bytes) == 0)
		return 0;
	if (partial_empty(partial) != 0)
		return -1;
	checksum_end(&t->checksum);
	return checksum_begin(&t->checksum, t->file->expected.md5[0] != '\0');
}

/* Ask for the rest only, and of HTTP only if it is still the same (RFC 9110, 13.1.5). */
static int
ask_rest(struct transfer *t)
{
	const struct partial_state *state = &t->partial.state;
	const char *validator = state->etag;
	char line[600];

	if (!is_http(t)) {
		curl_easy_setopt(
		    t->easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->offset);
		return 0;
	}
	if (validator == NULL || strncmp(validator, "W/", 2) == 0)
		validator = state->last_modified;
	if (validator == NULL || strlen(validator) > 500) {
		t->offset = 0; /* nothing tells whether it is: begin anew */
		return 0;
	}
	snprintf(line, sizeof(line), "If-Range: %s", validator);
	t->headers = curl_slist_append(NULL, line);
	if (t->headers == NULL)
		return -1;
	snprintf(line, sizeof(line), "%lld-", t->offset);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(t->easy, CURLOPT_RANGE, line);
	return 0;
}

/* What a new attempt begins with. */
static void
reset(struct transfer *t)
{
	curl_slist_free_all(t->headers);
	t->headers = NULL;
	answer_free(&t->answer);
	free(t->redirect);
	t->redirect = NULL;
	t->judged = t->refused = t->paused = false;
	t->moved = 0;
	t->why[0] = '\0';
}

int
transfer_begin(struct transfer *t, CURL *easy)
{
	reset(t);
	t->easy = easy;
	if (take_prefix(t) != 0) {
		refuse_errno(t, "its .part");
		return -1;
	}
	t->offset = t->partial.bytes;
	t->partial.state.attempts++;
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	/*
	 * Of FTP, size and time cost a round trip each: from the first byte on, those of
	 * an exact listing do.  Before a file is gone on with, the server is asked.
	 */
	t->as_listed = (t->scheme == URL_FTP || t->scheme == URL_FTPS) &&
		       t->offset == 0 && t->file->size >= 0 && t->file->changed % 60 > 0;
	curl_easy_setopt(easy, CURLOPT_IGNORE_CONTENT_LENGTH, t->as_listed ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_FILETIME, t->as_listed ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_RANGE, NULL);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)0);
	/* If it is killed, the .part that is there must not outlive its attempt unseen.
	 */
	if (t->offset > 0 && (ask_rest(t) != 0 || partial_save(&t->partial) != 0)) {
		refuse_errno(t, "its .part");
		return -1;
	}
	return 0;
}

/* All bytes came: are they the right ones, and then into their place. */
static enum transfer_outcome
complete(struct transfer *t)
{
	struct partial *partial = &t->partial;
	struct checksum_expected expected = t->answer.expected;
	const char *wrong, *whose = "that the server gives";

	if (partial->state.size >= 0 && partial->bytes != partial->state.size) {
		snprintf(t->why, sizeof(t->why), "%lld bytes of %lld came",
		    partial->bytes, partial->state.size);
		return TRANSFER_AGAIN;
	}
	if (t->file->size >= 0 && partial->bytes != t->file->size) {
		snprintf(t->why, sizeof(t->why),
		    "%lld bytes came, %lld when it was listed: list it again",
		    partial->bytes, t->file->size);
		partial_empty(partial);
		return TRANSFER_FAILED;
	}
	if (t->offset > 0) /* what the server says of a part alone is of no use */
		expected.md5[0] = '\0';
	wrong = t->unchecked ? NULL : checksum_wrong(&t->checksum, &expected);
	if (wrong == NULL && !t->unchecked) {
		wrong = checksum_wrong(&t->checksum, &t->file->expected);
		whose = "of its record";
	}
	if (wrong != NULL) {
		snprintf(
		    t->why, sizeof(t->why), "its %s is not the one %s", wrong, whose);
		return TRANSFER_RESTART;
	}
	if (!t->unchecked && gzip_is_name(partial->name) &&
	    (wrong = gzip_wrong(partial->fd, partial->bytes)) != NULL) {
		snprintf(t->why, sizeof(t->why), "%s", wrong);
		/* Of the size that was told, it is so over there. */
		if (partial->state.size < 0 && t->file->size < 0)
			return TRANSFER_RESTART;
		partial_empty(partial);
		return TRANSFER_FAILED;
	}
	if (checksum_sha256(&t->checksum, t->sha256) != 0) {
		snprintf(t->why, sizeof(t->why), "no memory");
		return TRANSFER_FAILED;
	}
	/* The server's own is exact; but what the next listing shows must agree with it.
	 */
	t->changed = partial->state.changed;
	if (t->changed < 0 ||
	    (t->file->changed >= 0 && !target_same_time(t->changed, t->file->changed)))
		t->changed = t->file->changed;
	switch (partial_finish(partial, t->sha256, t->changed, t->replace)) {
	case 1:
		snprintf(t->why, sizeof(t->why),
		    "it is in its place, but maybe not after a power cut: %s",
		    strerror(errno));
		return TRANSFER_DONE;
	case 0:
		return TRANSFER_DONE;
	default:
		break;
	}
	refuse_errno(t,
	    errno == EEXIST ? "a file that is not ours came into its place" : "its file");
	return t->outcome;
}

/* What a transfer that ended well or badly on libcurl's side came to. */
static enum transfer_outcome
outcome_of(struct transfer *t, struct remote *remote, CURLcode code)
{
	enum remote_outcome remote_outcome;
	long status = 0;

	if (t->refused)
		return t->outcome;
	if (code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME ||
	    code == CURLE_FTP_COULDNT_USE_REST) {
		snprintf(t->why, sizeof(t->why), "the server does not resume it");
		return TRANSFER_RESTART;
	}
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (is_http(t) && status == 416) {
		snprintf(t->why, sizeof(t->why), "it is shorter than it was");
		return TRANSFER_RESTART;
	}
	if (is_http(t) && code == CURLE_OK && status >= 300 && status < 400) {
		t->redirect = remote_redirect(t->easy);
		if (t->redirect != NULL)
			return TRANSFER_REDIRECT;
	}
	remote_outcome = remote_judge(remote, t->easy, code, t->why, sizeof(t->why));
	switch (remote_outcome) {
	case REMOTE_OK:
		return judge_answer(t) ? TRANSFER_DONE : t->outcome;
	case REMOTE_AWAY:
		return TRANSFER_AWAY;
	case REMOTE_BROKEN:
		return TRANSFER_AGAIN;
	case REMOTE_LOGIN:
		return TRANSFER_LOGIN;
	default:
		return TRANSFER_FAILED;
	}
}

enum transfer_outcome
transfer_finish(struct transfer *t, struct remote *remote, CURLcode code)
{
	enum transfer_outcome outcome = TRANSFER_DONE;

	if (t->easy != NULL)
		outcome = outcome_of(t, remote, code);
	else if (take_prefix(t) != 0) /* all was there before anything was asked */
		outcome = TRANSFER_FAILED;
	if (outcome == TRANSFER_DONE)
		outcome = complete(t);
	if (outcome == TRANSFER_RESTART && partial_empty(&t->partial) != 0)
		outcome = TRANSFER_FAILED;
	if (outcome != TRANSFER_DONE && outcome != TRANSFER_REDIRECT)
		transfer_leave(t);
	return outcome;
}

void
transfer_leave(struct transfer *t)
{
	struct partial *partial = &t->partial;

	t->sha256[0] = '\0';
	if (partial->fd < 0)
		return;
	if (partial->bytes > 0 && t->checksum.sha256 != NULL)
		(void)checksum_sha256(&t->checksum, t->sha256);
	if (ftruncate(partial->fd, partial->bytes) == 0)
		(void)partial_leave(partial, t->sha256);
}

void
transfer_end(struct transfer *t)
{
	curl_slist_free_all(t->headers);
	answer_free(&t->answer);
	checksum_end(&t->checksum);
	partial_close(&t->partial);
	free(t->redirect);
	*t = (struct transfer){0};
	t->partial.fd = -1;
}
