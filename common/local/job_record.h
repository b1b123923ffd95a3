/*
 * Records of jobs on their way into memory, a line each.  All calls do nothing once
 * memory ran out; job_record_text() then tells.
 */
#ifndef JOB_RECORD_H
#define JOB_RECORD_H

#include <stdbool.h>

#include "text/buffer.h"
#include "text/writer.h"

struct job_record {
	struct buffer lines;
	struct writer w;
	char at[28]; /* RFC 3339 */
};

/* Begin; what is written is of the time now. */
void job_record_open(struct job_record *record);

/* A record of a stream begins; its members follow, then job_record_end(). */
void job_record_begin(struct job_record *record, const char *stream);

/* Its last member: when it was written. */
void job_record_end(struct job_record *record);

/* A member with a text of UTF-8; NULL: there is none. */
void job_record_put(struct job_record *record, const char *name, const char *text);

/*
 * A member with a text of any bytes: those that are no UTF-8 become %XX, and a member
 * NAME_base64 then has them all.
 */
void job_record_bytes(struct job_record *record, const char *name, const char *text);

/* A member with a value as it stands: JSON. */
void job_record_json(struct job_record *record, const char *name, struct json_span json);

/* The number of a run: a number where it is one as it would be written, else a text. */
void job_record_run(struct job_record *record, const char *name, const char *run);

void job_record_number(struct job_record *record, const char *name, long long number);
void job_record_real(struct job_record *record, const char *name, double real);
void job_record_bool(struct job_record *record, const char *name, bool value);

/* A member with an array of texts of any bytes; one that is no UTF-8 is
   {"$base64": "..."}.  Ends with NULL. */
void job_record_list(struct job_record *record, const char *name, char *const *texts);

/* A member with an object of texts: "NAME=VALUE", ends with NULL. */
void job_record_pairs(struct job_record *record, const char *name, char *const *pairs);

/* All lines, *n bytes, which live until job_record_close(); NULL without memory. */
const char *job_record_lines(struct job_record *record, size_t *n);

void job_record_close(struct job_record *record);

#endif
