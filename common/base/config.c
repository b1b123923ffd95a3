#include "base/config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/exit.h"
#include "base/msg.h"
#include "base/suggest.h"
#include "base/who.h"

const struct config_key config_keys[] = {
    {"base_url", CONFIG_TEXT, "https://pswww.slac.stanford.edu",
	"where the service is: https://, http:// or file://"},
    {"auth", CONFIG_TEXT, "negotiate", "negotiate, bearer, basic or none"},
    {"public_prefix", CONFIG_TEXT, "/ws/lgbk/lgbk",
	"path of the part that is open to anyone"},
    {"authenticated_prefix", CONFIG_TEXT, NULL,
	"path of the part behind authentication; by default /ws-kerb/lgbk/lgbk for "
	"negotiate, /ws-jwt/... for bearer, /ws-auth/... for basic, /ws/... for none"},
    {"questionnaire_prefix", CONFIG_TEXT, NULL,
	"path of the questionnaires; by default /ws-kerb/questionnaire and so on"},
    {"kerberos_principal", CONFIG_TEXT, "HTTP@pswww.slac.stanford.edu",
	"the service's Kerberos name; the part before @ is used, the host is the URL's"},
    {"client_principal", CONFIG_TEXT, NULL, "who asks: name@REALM"},
    {"keytab", CONFIG_PATH, NULL, "file with keys to take a ticket with (cron)"},
    {"token_file", CONFIG_PATH, NULL, "file with a bearer token, or user:password"},
    {"cacert", CONFIG_PATH, NULL, "file of certificates to trust"},
    {"timeout", CONFIG_COUNT, "60", "seconds without progress that end an attempt"},
    {"hours_lookback", CONFIG_NUMBER, "168", "how far back an update counts"},
    {"exclude_patterns", CONFIG_LIST, NULL, "globs of experiments to leave out"},
    {"update_frequency_hours", CONFIG_NUMBER, "12",
	"elog-sync.sh does nothing while the last synchronization is younger"},
    {"look_at_all_hours", CONFIG_NUMBER, "24",
	"elog-sync.sh fetches all of what is not settled that often, moved or not"},
    {"settled_days", CONFIG_NUMBER, "30",
	"an experiment that ended so long ago is left alone until it moves"},
    {"parallel_jobs", CONFIG_COUNT, "10", "requests in flight, over all processes"},
    {"database_dir", CONFIG_PATH, ".",
	"where elog-sync.sh keeps elog.db and its backups"},
    {"database_path", CONFIG_PATH, NULL, "the database, whatever its name and directory"},
    {"file_mode", CONFIG_MODE, NULL,
	"permissions of the database and its backups: 0640 lets the group read"},
    {"keep", CONFIG_COUNT, "5", "how many backups elog-sync.sh keeps"},
    {"verify_checksums", CONFIG_FLAG, "true",
	"elog-pull: false takes files whose checksums or gzip data are wrong"},
    {"resume", CONFIG_FLAG, "true",
	"elog-pull: false begins each attempt at the first byte"},
    {"queue_size", CONFIG_COUNT, "100", "accepted from the older tool, not used"},
    {"batch_commit_size", CONFIG_COUNT, "50", "accepted from the older tool, not used"},
    {"lock_timeout", CONFIG_COUNT, "60",
	"seconds that elog-sync.sh waits for other writers"},
    {"push_target", CONFIG_TEXT, NULL,
	"the server database that elog-push writes: postgresql://user@host/database"},
    {"push_source", CONFIG_TEXT, NULL,
	"whose records elog-push brings; by default USER@HOST"},
    {"push_migrate", CONFIG_FLAG, "true",
	"elog-push: false leaves the server's schema alone"},
    {"live_interval", CONFIG_TEXT, "35m",
	"how often a site should be heard of: elog-site dashboard"},
    {NULL, CONFIG_TEXT, NULL, NULL},
};

#define KEYS (sizeof(config_keys) / sizeof(config_keys[0]) - 1)

struct value {
	char **items; /* one for all types but lists */
	size_t n;
	char *origin; /* NULL: the default */
};

struct config {
	struct value values[KEYS];
};

static size_t
key_index(const char *name)
{
	size_t i = 0;

	while (i < KEYS && strcmp(config_keys[i].name, name) != 0)
		i++;
	return i;
}

static void
value_clear(struct value *value)
{
	for (size_t i = 0; i < value->n; i++)
		free(value->items[i]);
	free(value->items);
	free(value->origin);
	*value = (struct value){0};
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < KEYS; i++)
		value_clear(&config->values[i]);
	free(config);
}

/* Append n bytes of text as an item.  Returns -1 without memory. */
static int
value_add(struct value *value, const char *text, size_t n)
{
	char **items = realloc(value->items, (value->n + 1) * sizeof(*items));

	if (items == NULL)
		return -1;
	value->items = items;
	items[value->n] = strndup(text, n);
	return items[value->n++] == NULL ? -1 : 0;
}

/* Put the home directory in place of a leading "~/". */
static int
expand_home(struct value *value)
{
	const char *home;
	char *path;

	if (value->items[0][0] != '~' || value->items[0][1] != '/' ||
	    (home = who_home()) == NULL)
		return 0;
	if (asprintf(&path, "%s%s", home, value->items[0] + 1) < 0)
		return -1;
	free(value->items[0]);
	value->items[0] = path;
	return 0;
}

int
config_mode(const char *where, const char *text, int *mode)
{
	size_t n = text != NULL ? strlen(text) : 0;

	*mode = text != NULL ? (int)strtol(text, NULL, 8) : 0;
	if (text == NULL || (n >= 3 && n <= 4 && strspn(text, "01234567") == n &&
				(*mode & 0600) == 0600 && (*mode & ~0666) == 0))
		return EXIT_DONE;
	msg("%s: '%s' is no file mode like 0640, in which the owner may read and write",
	    where, text);
	return EXIT_USAGE;
}

/* Make it "true" or "false" (YAML 1.1, "bool"). */
static int
check_flag(const struct config_key *key, struct value *value, const char *where)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
	char *normal;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(value->items[0], words[i]) != 0)
			continue;
		normal = strdup(words[i % 2]);
		if (normal == NULL) {
			msg("no memory");
			return -1;
		}
		free(value->items[0]);
		value->items[0] = normal;
		return 0;
	}
	msg("%s: %s: '%s' is not true or false", where, key->name, value->items[0]);
	return -1;
}

/* Does a value fit its key?  Says what is wrong. */
static int
value_check(const struct config_key *key, struct value *value, const char *where)
{
	char *end, both[4300];
	double number;
	int mode;

	switch (key->type) {
	case CONFIG_NUMBER:
	case CONFIG_COUNT:
		errno = 0;
		number = strtod(value->items[0], &end);
		if (end == value->items[0] || *end != '\0' || errno != 0 ||
		    !(number >= 0 && number < 1e15)) {
			msg("%s: %s: '%s' is not a number", where, key->name,
			    value->items[0]);
			return -1;
		}
		if (key->type == CONFIG_COUNT &&
		    (number < 1 || number > 1e6 || (double)(long)number != number)) {
			msg("%s: %s: '%s' is not a whole number from 1 to 1000000", where,
			    key->name, value->items[0]);
			return -1;
		}
		return 0;
	case CONFIG_FLAG:
		return check_flag(key, value, where);
	case CONFIG_PATH:
		if (expand_home(value) != 0) {
			msg("no memory");
			return -1;
		}
		return 0;
	case CONFIG_MODE:
		snprintf(both, sizeof(both), "%s: %s", where, key->name);
		return config_mode(both, value->items[0], &mode) == EXIT_DONE ? 0 : -1;
	case CONFIG_TEXT:
	case CONFIG_LIST:
		return 0;
	}
	return 0;
}

/* ---- the file --------------------------------------------------------------- */

/* Is a node no value at all: nothing, ~ or null? */
static bool
is_empty(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

static int
read_value(struct config *config, size_t i, yaml_document_t *yaml,
    const yaml_node_t *node, const char *where)
{
	const struct config_key *key = &config_keys[i];
	struct value *value = &config->values[i];
	const yaml_node_item_t *item;

	if (value->origin != NULL) {
		msg("%s: %s is set twice", where, key->name);
		return -1;
	}
	if (node->type == YAML_SCALAR_NODE) {
		const char *text = (const char *)node->data.scalar.value;
		size_t n = node->data.scalar.length;

		if (is_empty(node))
			return 0; /* the default */
		if (value_add(value, text, n) != 0)
			goto memory;
	} else if (node->type == YAML_SEQUENCE_NODE && key->type == CONFIG_LIST) {
		for (item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++) {
			const yaml_node_t *element = yaml_document_get_node(yaml, *item);

			if (element->type != YAML_SCALAR_NODE) {
				msg("%s: %s: the list holds something that is no text",
				    where, key->name);
				return -1;
			}
			if (value_add(value, (const char *)element->data.scalar.value,
				element->data.scalar.length) != 0)
				goto memory;
		}
	} else {
		msg("%s: %s: one %s is expected", where, key->name,
		    key->type == CONFIG_LIST ? "list" : "value");
		return -1;
	}
	value->origin = strdup(where);
	if (value->origin == NULL)
		goto memory;
	return value_check(key, value, where);
memory:
	msg("no memory");
	return -1;
}

static const char *
key_name(const void *table, size_t i)
{
	(void)table;
	return config_keys[i].name;
}

static int
read_pair(struct config *config, yaml_document_t *yaml, const yaml_node_pair_t *pair,
    const char *file)
{
	const yaml_node_t *key = yaml_document_get_node(yaml, pair->key);
	const char *name;
	char where[4200];
	size_t i;

	snprintf(where, sizeof(where), "%s:%zu", file, key->start_mark.line + 1);
	if (key->type != YAML_SCALAR_NODE) {
		msg("%s: a key is expected", where);
		return -1;
	}
	name = (const char *)key->data.scalar.value;
	i = key_index(name);
	if (i == KEYS) {
		size_t near = suggest(name, key_name, NULL, KEYS);

		if (suggest_is_near(name, suggest_far(name, config_keys[near].name)))
			msg("%s: unknown key '%s'; the nearest is '%s' (elog-config "
			    "lists all)",
			    where, name, config_keys[near].name);
		else
			msg("%s: unknown key '%s' (elog-config lists all)", where, name);
		return -1;
	}
	return read_value(
	    config, i, yaml, yaml_document_get_node(yaml, pair->value), where);
}

static int
read_file(struct config *config, const char *file, FILE *stream)
{
	yaml_parser_t parser;
	yaml_document_t yaml;
	const yaml_node_t *root;
	const yaml_node_pair_t *pair;
	int result = -1;

	if (!yaml_parser_initialize(&parser)) {
		msg("no memory");
		return -1;
	}
	yaml_parser_set_input_file(&parser, stream);
	if (!yaml_parser_load(&parser, &yaml)) {
		msg("%s:%zu: not YAML: %s", file, parser.problem_mark.line + 1,
		    parser.problem != NULL ? parser.problem : "it cannot be read");
		goto done;
	}
	root = yaml_document_get_root_node(&yaml);
	if (root == NULL || is_empty(root)) {
		result = 0; /* nothing is configured */
		goto unload;
	}
	if (root->type != YAML_MAPPING_NODE) {
		msg("%s: 'key: value' lines are expected", file);
		goto unload;
	}
	for (pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top;
	     pair++)
		if (read_pair(config, &yaml, pair, file) != 0)
			goto unload;
	result = 0;
unload:
	yaml_document_delete(&yaml);
done:
	yaml_parser_delete(&parser);
	return result;
}

/* Open the first file that is there; *path gets its name, malloc'd. */
static FILE *
open_default(char **path)
{
	static const char *const names[] = {"elog", "elogfetch"};
	const char *base = getenv("XDG_CONFIG_HOME"), *home = who_home();
	FILE *stream;

	for (int i = 0; i < 2; i++) {
		int n = base != NULL && base[0] != '\0'
			    ? asprintf(path, "%s/%s/config.yaml", base, names[i])
			    : asprintf(path, "%s/.config/%s/config.yaml",
				  home != NULL ? home : "", names[i]);

		if (n < 0) {
			*path = NULL;
			return NULL;
		}
		stream = fopen(*path, "re");
		if (stream != NULL)
			return stream;
		free(*path);
	}
	*path = NULL;
	return NULL;
}

static int
read_files(struct config *config, const char *file)
{
	char *path = NULL;
	FILE *stream;
	int result;

	if (file == NULL)
		file = getenv("ELOG_CONFIG");
	if (file != NULL && file[0] != '\0') {
		stream = fopen(file, "re");
		if (stream == NULL) {
			msg("%s: %s", file, strerror(errno));
			return -1;
		}
	} else {
		stream = open_default(&path);
		if (stream == NULL)
			return 0;
		file = path;
	}
	result = read_file(config, file, stream);
	fclose(stream);
	free(path);
	return result;
}

/* ---- the environment -------------------------------------------------------- */

static int
set_from_environment(
    struct config *config, size_t i, const char *variable, const char *text)
{
	const struct config_key *key = &config_keys[i];
	struct value *value = &config->values[i];
	const char *const separators = ", \t\n";
	int failed = 0;

	value_clear(value);
	if (key->type != CONFIG_LIST)
		failed |= value_add(value, text, strlen(text));
	else
		for (text += strspn(text, separators); *text != '\0';) {
			size_t n = strcspn(text, separators);

			failed |= value_add(value, text, n);
			text += n;
			text += strspn(text, separators);
		}
	if (failed != 0 || asprintf(&value->origin, "environment %s", variable) < 0) {
		value->origin = NULL;
		msg("no memory");
		return -1;
	}
	return value_check(key, value, value->origin);
}

static int
read_environment(struct config *config)
{
	static const char *const prefixes[] = {"ELOG_", "FETCH_ELOG_"};

	for (size_t i = 0; i < KEYS; i++)
		for (int p = 0; p < 2; p++) {
			char variable[80];
			const char *text;

			snprintf(variable, sizeof(variable), "%s%s", prefixes[p],
			    config_keys[i].name);
			for (char *c = variable; *c != '\0'; c++)
				if (*c >= 'a' && *c <= 'z')
					*c = (char)(*c - 'a' + 'A');
			text = getenv(variable);
			if (text == NULL || text[0] == '\0')
				continue;
			if (set_from_environment(config, i, variable, text) != 0)
				return -1;
			break;
		}
	return 0;
}

static int
set_defaults(struct config *config)
{
	for (size_t i = 0; i < KEYS; i++) {
		const char *text = config_keys[i].fallback;

		if (config->values[i].origin == NULL && text != NULL &&
		    value_add(&config->values[i], text, strlen(text)) != 0) {
			msg("no memory");
			return -1;
		}
	}
	return 0;
}

struct config *
config_load(const char *file)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL) {
		msg("no memory");
		return NULL;
	}
	if (read_files(config, file) != 0 || read_environment(config) != 0 ||
	    set_defaults(config) != 0) {
		config_free(config);
		return NULL;
	}
	return config;
}

const char *
config_text(const struct config *config, const char *name)
{
	const struct value *value = &config->values[key_index(name)];

	return value->n > 0 ? value->items[0] : NULL;
}

const char *
config_database(const struct config *config)
{
	const char *path = config_text(config, "database_path");

	return path != NULL ? path : config_text(config, "database_dir");
}

bool
config_flag(const struct config *config, const char *name)
{
	const char *text = config_text(config, name);

	return text != NULL && strcmp(text, "true") == 0;
}

double
config_number(const struct config *config, const char *name)
{
	const char *text = config_text(config, name);

	return text != NULL ? strtod(text, NULL) : 0;
}

char *const *
config_list(const struct config *config, const char *name, size_t *n)
{
	const struct value *value = &config->values[key_index(name)];

	*n = value->n;
	return value->items;
}

const char *
config_origin(const struct config *config, const char *name)
{
	const struct value *value = &config->values[key_index(name)];

	return value->origin != NULL ? value->origin : "default";
}
