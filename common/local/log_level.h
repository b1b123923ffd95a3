/* Levels of log lines, and points in time as people give them to elog-log. */
#ifndef LOG_LEVEL_H
#define LOG_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LEVELS 5

struct log_level {
	const char *name; /* as it is recorded */
	int number;	  /* OpenTelemetry's severity */
};

/* DEBUG, INFO, WARNING, ERROR, CRITICAL. */
extern const struct log_level log_levels[LOG_LEVELS];

/* A level by its name of n bytes, in any case, or another word for it (WARN, ERR, FATAL,
   NOTICE, ...).  NULL if there is none. */
const struct log_level *log_level_named(const char *name, size_t n);

/* The level of a priority of syslog(3), 0 to 7. */
const struct log_level *log_level_of_priority(int priority);

/*
 * Read "24h", "-24h" (so long before now) or a date as of timestamp.h: Unix seconds.
 * False if it is none.
 */
bool log_time_read(const char *text, int64_t now, int64_t *seconds);

#endif
