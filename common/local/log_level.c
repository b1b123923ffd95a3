#include "local/log_level.h"

#include <string.h>
#include <strings.h>

#include "text/duration.h"
#include "text/timestamp.h"

enum { DEBUG, INFO, WARNING, ERROR, CRITICAL };

const struct log_level log_levels[LOG_LEVELS] = {
    [DEBUG] = {"DEBUG", 5},
    [INFO] = {"INFO", 9},
    [WARNING] = {"WARNING", 13},
    [ERROR] = {"ERROR", 17},
    [CRITICAL] = {"CRITICAL", 21},
};

static const struct {
	const char *name;
	int level;
} words[] = {
    {"TRACE", DEBUG},
    {"NOTICE", INFO},
    {"INFORMATION", INFO},
    {"WARN", WARNING},
    {"ERR", ERROR},
    {"CRIT", CRITICAL},
    {"FATAL", CRITICAL},
    {"ALERT", CRITICAL},
    {"EMERG", CRITICAL},
};

static bool
is_word(const char *word, const char *name, size_t n)
{
	return strlen(word) == n && strncasecmp(word, name, n) == 0;
}

const struct log_level *
log_level_named(const char *name, size_t n)
{
	for (int i = 0; i < LOG_LEVELS; i++)
		if (is_word(log_levels[i].name, name, n))
			return &log_levels[i];
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(words[i].name, name, n))
			return &log_levels[words[i].level];
	return NULL;
}

const struct log_level *
log_level_of_priority(int priority)
{
	return &log_levels[priority <= 2   ? CRITICAL
			   : priority == 3 ? ERROR
			   : priority == 4 ? WARNING
			   : priority <= 6 ? INFO
					   : DEBUG];
}

bool
log_time_read(const char *text, int64_t now, int64_t *seconds)
{
	int64_t span;

	if (text[0] != '\0' && strspn(text, "0123456789") != strlen(text) &&
	    timestamp_read(text, strlen(text), seconds)) {
		*seconds /= 1000000;
		return true;
	}
	/* A bare number of four digits is rather a year. */
	if (strlen(text) == 4 && strspn(text, "0123456789") == 4 &&
	    timestamp_read(text, 4, seconds)) {
		*seconds /= 1000000;
		return true;
	}
	if (!duration_read(text + (text[0] == '-'), &span))
		return false;
	*seconds = now - span;
	return true;
}
