/* A dump of the mirror: experiments, each with its documents, byte for byte. */
#ifndef DUMP_EXPERIMENTS_H
#define DUMP_EXPERIMENTS_H

#include "query/dump_record.h"

/* All that are wanted, or those that changed (dump_collect()) with what changed of them.
   0, or -1 after a message. */
int dump_experiments(struct dump *dump);

#endif
