/*
 * What data acquisition systems leave behind in files: readers, a table of them.  Adding
 * a format is adding a row to daq_formats[] and a reader.
 */
#ifndef DAQ_H
#define DAQ_H

#include <stdbool.h>
#include <stddef.h>

/* A condition that was read. */
struct daq_value {
	char *name;
	char *json;	  /* its value */
	const char *type; /* "time" where the text alone does not tell, else NULL */
	double sum;	  /* of its readings */
	long readings;	  /* how many of them, 0: it is no number */
};

/* What a file says. */
struct daq {
	const char *path;  /* for messages */
	const char *names; /* names of values that come without, by commas, or NULL */
	char *run;	   /* NULL if it does not say */
	struct daq_value *values;
	size_t n;
	size_t next; /* where the next reading is looked for first */
	long bad;    /* lines that were reported and left out */
};

struct daq_format {
	const char *name;
	/* Read a text of n bytes, NUL behind it, into daq.  0, or -1 after a message. */
	int (*read)(struct daq *daq, const char *text, size_t n);
};

/* Ends with a row whose name is NULL. */
extern const struct daq_format daq_formats[];

/*
 * The run log of CODA, as RCDB reads it (python/rcdb/coda_parser.py): XML without a
 * document type.  Gives the run and is_valid_run_end; and run_type, session,
 * run_start_time, run_end_time (or when the file was written), event_count, components
 * and component_stats (objects by component), rtvs (an object), run_config,
 * evio_last_file, evio_files_count, user_comment, as far as they are there.  Its times
 * are of the zone of base/zone.h.
 */
int daq_coda_read(struct daq *daq, const char *text, size_t n);

/*
 * What caget of EPICS prints (tool_lib.c): "NAME VALUE" lines; an array as "NAME COUNT
 * VALUE...", which becomes a JSON array; with -a a time behind the name, which becomes
 * NAME.timestamp, and an alarm at the end, which is left out; with -t values alone, whose
 * names daq->names says.  A name that is not connected, or whose value is nan, is
 * reported.  Of several readings of a name the mean counts where they are numbers, else
 * the last.
 */
int daq_caget_read(struct daq *daq, const char *text, size_t n);

/* Read a file of a format: the names by commas of values without one may be NULL.  0, or
   -1 after a message, with nothing to release. */
int daq_read(struct daq *daq, const char *format, const char *path, const char *names);

void daq_free(struct daq *daq);

/* For readers: the same for a value that may be read several times: of numbers, which
   JSON may have as strings, it becomes the mean. */
int daq_add_reading(
    struct daq *daq, const char *name, size_t n, char *json, const char *type);

/* For readers: add a value, whose JSON is taken over, NULL for no memory.  0, or -1 after
   a message. */
int daq_add(struct daq *daq, const char *name, size_t n, char *json, const char *type);

/* For readers: are these n bytes a number of JSON that fits an int or a float? */
bool daq_is_number(const char *text, size_t n);

#endif
