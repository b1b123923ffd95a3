/*
 * The configuration: command line over environment over file over defaults.
 *
 * The file is YAML, a mapping of the keys below: $ELOG_CONFIG, else
 * $XDG_CONFIG_HOME/elog/config.yaml, else .../elogfetch/config.yaml (the older
 * tool's), with ~/.config for an unset XDG_CONFIG_HOME.  In the environment a key
 * is ELOG_KEY in capitals, or FETCH_ELOG_KEY as the older tool had it; a list is
 * separated by commas or white space.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

enum config_type {
	CONFIG_NUMBER, /* a decimal number, not negative */
	CONFIG_COUNT,  /* a whole number from 1 to 1,000,000 */
	CONFIG_FLAG,   /* true or false; yes, no, on and off mean the same */
	CONFIG_TEXT,
	CONFIG_PATH, /* a file name; a leading ~/ is the home directory */
	CONFIG_LIST, /* any number of texts */
	CONFIG_MODE, /* permissions of a file in octal digits, such as 0640 */
};

struct config_key {
	const char *name;
	enum config_type type;
	const char *fallback; /* default; NULL if there is none */
	const char *meaning;
};

/* All keys, in the order in which they are shown; ends with a NULL name. */
extern const struct config_key config_keys[];

struct config;

/*
 * Read the configuration.  file names the YAML file, or is NULL for the places
 * above; only a file that was named must exist.  On an error (no such key, not
 * YAML, a value of the wrong type) it says so on stderr with the file and the
 * line, and returns NULL.  Release with config_free().
 */
struct config *config_load(const char *file);

void config_free(struct config *config);

/*
 * A value by the name of its key, which must be in config_keys.  Texts belong to
 * the configuration.  config_text() returns NULL for a key without a value, and
 * must not be asked for lists.
 */
const char *config_text(const struct config *config, const char *name);
bool config_flag(const struct config *config, const char *name);
double config_number(const struct config *config, const char *name);

/* The database that is meant if none is named: database_path, else database_dir. */
const char *config_database(const struct config *config);

/*
 * Read the permissions of a file, which where, such as the option, is told to be wrong.
 * NULL: 0.  0, or 2 (the exit status) after a message.
 */
int config_mode(const char *where, const char *text, int *mode);

/* A list: its texts, *n of them. */
char *const *config_list(const struct config *config, const char *name, size_t *n);

/* Where a value comes from: "default", "environment ELOG_X", "FILE:LINE". */
const char *config_origin(const struct config *config, const char *name);

#endif
