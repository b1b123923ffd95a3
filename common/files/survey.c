#include "files/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/interrupt.h"
#include "base/msg.h"
#include "stream/streams.h"
#include "text/human.h"
#include "text/timestamp.h"

/* Behind each walk: say how far behind we are, when that becomes worth a line. */
static void
report(const struct survey *survey, const struct walk_totals *totals)
{
	static bool behind;
	char text[TIMESTAMP_SHORT] = "-", ago[HUMAN_BYTES];
	/* Behind the end of the window there is nothing to wait for. */
	int64_t now = (int64_t)time(NULL), end = survey->walk->window.to;
	int64_t lag = (now < end ? now : end) - totals->newest;
	bool far = totals->newest == INT64_MIN || lag > survey->walk->settle;

	if (totals->newest != INT64_MIN)
		timestamp_text(totals->newest, text);
	human_span(totals->newest != INT64_MIN ? lag : 0, ago);
	if (far != behind && totals->newest == INT64_MIN)
		msg_note("behind: there is no file in the window yet");
	else if (far != behind && far)
		msg_note("behind: the newest file is of %s, %s before %s", text, ago,
		    now < end ? "now" : "the end of the window");
	else if (far != behind)
		msg_note("caught up: the newest file is of %s", text);
	behind = far;
	msg_progress(
	    "newest %s, %s behind; %ld directories failed", text, ago, totals->failed);
}

/* Nothing more can come: say so to who asked for it. */
static void
make_over(const char *path)
{
	int fd = path != NULL
		     ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600)
		     : -1;

	if (path != NULL && fd < 0)
		msg("--over: %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* What a scan that is over says, and its exit status. */
static int
conclude(const struct survey *survey, const struct walk_totals *totals, bool failed)
{
	if (lister_refused(survey->lister))
		return EXIT_LOGIN;
	if (interrupt_stop && survey->follow <= 0) {
		msg("interrupted: the next scan goes on");
		return EXIT_PARTIAL;
	}
	if (totals->refused > 0 && survey->follow <= 0)
		msg("%ld names were left out: see the lines above", totals->refused);
	if (totals->failed > 0 && survey->follow <= 0)
		msg("%ld directories could not be listed: the next scan tries them again",
		    totals->failed);
	if (lister_away(survey->lister))
		return EXIT_LATER;
	return failed ? EXIT_PARTIAL : EXIT_DONE;
}

int
survey_run(const struct survey *survey, struct stream *out)
{
	struct walk_totals totals = {.unmatched = 0};
	bool failed, again;

	streams_schema_named(out, "remote_files");
	streams_schema_named(out, "scanned_directories");
	do {
		lister_forgive(survey->lister);
		if (walk_run(survey->walk, survey->roots, survey->n_roots, survey->lister,
			survey->seen, out, &interrupt_stop, &totals) != 0)
			return EXIT_PARTIAL;
		failed = totals.failed > 0 || totals.refused > 0 ||
			 totals.unmatched > 0 || seen_broken(survey->seen);
		if (stream_flush(out) != 0 || lister_refused(survey->lister))
			break;
		if (totals.over && !failed) {
			make_over(survey->over);
			if (survey->follow > 0)
				msg_note("the window has ended, and all of it is listed");
		}
		again = survey->follow > 0 && !interrupt_stop && (!totals.over || failed);
		if (again) {
			report(survey, &totals);
			interrupt_sleep(survey->follow);
		}
	} while (again && !interrupt_stop);
	return conclude(survey, &totals, failed);
}
