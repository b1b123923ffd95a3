/* Numbers in words, for a person: 2.3 MB, 4 minutes. */
#ifndef HUMAN_H
#define HUMAN_H

#include <stdint.h>

#define HUMAN_BYTES 32

/* So many bytes, in the units of the SI: "0 bytes", "999 bytes", "2.3 MB", "45 GB". */
void human_size(int64_t bytes, char out[HUMAN_BYTES]);

/* So many seconds, in the unit of which there are at least two, but of one: "1 second",
   "119 seconds", "4 minutes", "47 hours", "3 days".  Negative ones count from 0. */
void human_span(int64_t seconds, char out[HUMAN_BYTES]);

#endif
