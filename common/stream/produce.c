#include "stream/produce.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "stream/loader.h"

int
produce(const char *db, int (*put)(struct stream *out, const void *context),
    const void *context)
{
	struct stream out;
	int status = loader_start(db), loaded;

	if (status != EXIT_DONE)
		return status;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		status = EXIT_PARTIAL;
	} else {
		status = put(&out, context);
		if (stream_close(&out) != 0) {
			/* Where elog-load reads, it says why it went away. */
			if (errno != EPIPE || db == NULL)
				msg("stdout: %s", strerror(errno));
			status = EXIT_PARTIAL;
		}
	}
	loaded = loader_end();
	return loaded != EXIT_DONE ? loaded : status;
}
