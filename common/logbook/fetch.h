/* Everything about several experiments, from the service to a stream of records. */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>

#include "logbook/attachment.h"
#include "logbook/experiment.h"
#include "logbook/filter.h"
#include "logbook/service.h"
#include "stream/stream.h"

struct fetch_options {
	const bool *wanted;    /* by row of streams[] */
	struct filter *filter; /* run over each record, or NULL for messages */
	/* Records of the attachments of each logbook entry, behind it; or NULL. */
	struct attachment_output *attachments;
	bool quiet; /* say nothing of experiments that are denied */
	/*
	 * Not 0: ask nothing, close all experiments as failed, and return this exit
	 * status: there is no ticket.
	 */
	int unasked;
};

/*
 * Fetch the experiments of a list, all resources of several at once, and write
 * their records.  Each experiment is closed by a record of stream "fetches".  What
 * fails is reported on stderr and does not stop the others; only a service that
 * does not know us, cannot be trusted or cannot be reached stops everything, and
 * then each experiment that is left is closed as failed, unasked.
 *
 * Returns 0; 1 if any experiment is not complete, or stdout failed; 75 if the
 * service could not be reached; 77 if it refused us.
 */
int fetch_run(const struct service *service, const struct experiment_list *experiments,
    const struct fetch_options *options, struct stream *out);

#endif
