/* The configuration. */
#include "base/config.h"

#include <sys/stat.h>

#include "unit.h"

static char home[] = "/tmp/elog-config-XXXXXX";
static char file[64]; /* a file for the test at hand */

static void
write_file(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

/* Load, and give what was said; free both. */
static struct config *
load(const char *name, char **said)
{
	struct config *config;

	unit_listen();
	config = config_load(name);
	*said = unit_said();
	return config;
}

static struct config *
load_text(const char *text)
{
	struct config *config;
	char *said;

	write_file(file, text);
	config = load(file, &said);
	if (config == NULL)
		fail_msg("%s", said);
	assert_string_equal(said, "");
	free(said);
	return config;
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(home) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/file.yaml", home);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(home);
}

static int
clear(void **state)
{
	const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");
	char *kept = output != NULL ? strdup(output) : NULL;

	(void)state;
	clearenv();
	setenv("HOME", home, 1);
	if (kept != NULL)
		setenv("CMOCKA_MESSAGE_OUTPUT", kept, 1);
	free(kept);
	return 0;
}

static void
defaults(void **state)
{
	char *said;
	struct config *config = load(NULL, &said);
	size_t n;

	(void)state;
	assert_non_null(config);
	assert_string_equal(said, "");
	assert_true(config_number(config, "hours_lookback") == 168);
	assert_true(config_number(config, "update_frequency_hours") == 12);
	assert_true(config_number(config, "parallel_jobs") == 10);
	assert_string_equal(
	    config_text(config, "base_url"), "https://pswww.slac.stanford.edu");
	assert_null(config_text(config, "keytab"));
	(void)config_list(config, "exclude_patterns", &n);
	assert_int_equal(n, 0);
	for (const struct config_key *key = config_keys; key->name != NULL; key++)
		assert_string_equal(config_origin(config, key->name), "default");
	config_free(config);
	free(said);
}

static void
values_and_origins(void **state)
{
	struct config *config = load_text("# a comment\n"
					  "hours_lookback: 24.5\n"
					  "\n"
					  "keytab: ~/my.keytab\n"
					  "exclude_patterns:\n"
					  "  - 'txi*'\n"
					  "  - \"*0025\"\n"
					  "database_dir: /data/it's\n"
					  "cacert: ~\n");
	char expected[100];
	size_t n;
	char *const *list;

	(void)state;
	assert_true(config_number(config, "hours_lookback") == 24.5);
	snprintf(expected, sizeof(expected), "%s:2", file);
	assert_string_equal(config_origin(config, "hours_lookback"), expected);
	snprintf(expected, sizeof(expected), "%s/my.keytab", home);
	assert_string_equal(config_text(config, "keytab"), expected);
	list = config_list(config, "exclude_patterns", &n);
	assert_int_equal(n, 2);
	assert_string_equal(list[0], "txi*");
	assert_string_equal(list[1], "*0025");
	snprintf(expected, sizeof(expected), "%s:5", file);
	assert_string_equal(config_origin(config, "exclude_patterns"), expected);
	assert_string_equal(config_text(config, "database_dir"), "/data/it's");
	/* "~" alone is YAML's null: as if it were not there. */
	assert_null(config_text(config, "cacert"));
	assert_string_equal(config_origin(config, "cacert"), "default");
	config_free(config);
	/* One text is a list, too; an empty list is one. */
	config = load_text("exclude_patterns: txi*\n");
	list = config_list(config, "exclude_patterns", &n);
	assert_int_equal(n, 1);
	assert_string_equal(list[0], "txi*");
	config_free(config);
	config = load_text("exclude_patterns: []\n");
	(void)config_list(config, "exclude_patterns", &n);
	assert_int_equal(n, 0);
	config_free(config);
}

static void
empty_files(void **state)
{
	static const char *const texts[] = {"", "# nothing\n", "---\n", "{}\n"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct config *config = load_text(texts[i]);

		assert_true(config_number(config, "hours_lookback") == 168);
		config_free(config);
	}
}

static void
environment_over_file(void **state)
{
	struct config *config;
	char *const *list;
	size_t n;

	(void)state;
	setenv("FETCH_ELOG_HOURS_LOOKBACK", "48", 1);
	setenv("FETCH_ELOG_PARALLEL_JOBS", "3", 1);
	setenv("ELOG_PARALLEL_JOBS", "4", 1);
	setenv("ELOG_EXCLUDE_PATTERNS", " a*, b*\n,c", 1);
	setenv("ELOG_KEYTAB", "~/k", 1);
	setenv("ELOG_BASE_URL", "", 1); /* empty is unset */
	config = load_text("hours_lookback: 24\nparallel_jobs: 2\nbase_url: https://x\n"
			   "exclude_patterns: [z]\n");
	assert_true(config_number(config, "hours_lookback") == 48);
	assert_string_equal(config_origin(config, "hours_lookback"),
	    "environment FETCH_ELOG_HOURS_LOOKBACK");
	assert_true(config_number(config, "parallel_jobs") == 4);
	assert_string_equal(
	    config_origin(config, "parallel_jobs"), "environment ELOG_PARALLEL_JOBS");
	list = config_list(config, "exclude_patterns", &n);
	assert_int_equal(n, 3);
	assert_string_equal(list[0], "a*");
	assert_string_equal(list[1], "b*");
	assert_string_equal(list[2], "c");
	assert_string_equal(config_text(config, "base_url"), "https://x");
	assert_non_null(strstr(config_text(config, "keytab"), home));
	config_free(config);
}

/* ~/.config/elog before ~/.config/elogfetch, XDG_CONFIG_HOME, ELOG_CONFIG. */
static void
where_the_file_is(void **state)
{
	char directory[100], ours[120], older[120], elsewhere[140];
	struct config *config;
	char *said;

	(void)state;
	snprintf(directory, sizeof(directory), "%s/.config", home);
	mkdir(directory, 0700);
	snprintf(older, sizeof(older), "%s/elogfetch", directory);
	mkdir(older, 0700);
	strcat(older, "/config.yaml");
	snprintf(ours, sizeof(ours), "%s/elog", directory);
	mkdir(ours, 0700);
	strcat(ours, "/config.yaml");

	/* A file as the older tool's users have it. */
	write_file(older,
	    "hours_lookback: 1\nupdate_frequency_hours: 24\n"
	    "exclude_patterns:\n  - 'txi*'\nparallel_jobs: 8\n"
	    "queue_size: 100\nbatch_commit_size: 50\nlock_timeout: 60\n"
	    "database_dir: ~/elog\nbase_url: https://pswww.slac.stanford.edu\n"
	    "kerberos_principal: HTTP@pswww.slac.stanford.edu\n");
	config = load(NULL, &said);
	assert_string_equal(said, "");
	free(said);
	assert_true(config_number(config, "hours_lookback") == 1);
	assert_non_null(strstr(config_origin(config, "hours_lookback"), older));
	config_free(config);

	write_file(ours, "hours_lookback: 2\n");
	config = load(NULL, &said);
	free(said);
	assert_true(config_number(config, "hours_lookback") == 2);
	assert_true(config_number(config, "parallel_jobs") == 10);
	config_free(config);

	snprintf(elsewhere, sizeof(elsewhere), "%s/xdg", home);
	mkdir(elsewhere, 0700);
	setenv("XDG_CONFIG_HOME", elsewhere, 1);
	config = load(NULL, &said);
	free(said);
	assert_true(config_number(config, "hours_lookback") == 168);
	config_free(config);

	write_file(file, "hours_lookback: 3\n");
	setenv("ELOG_CONFIG", file, 1);
	config = load(NULL, &said);
	free(said);
	assert_true(config_number(config, "hours_lookback") == 3);
	config_free(config);

	/* Named, so it must be there. */
	setenv("ELOG_CONFIG", "/nonexistent/config.yaml", 1);
	assert_null(load(NULL, &said));
	assert_non_null(strstr(said, "/nonexistent/config.yaml: No such file"));
	free(said);
	assert_null(load("/nonexistent/2", &said));
	assert_non_null(strstr(said, "/nonexistent/2: No such file"));
	free(said);

	unlink(ours);
	unlink(older);
	*strrchr(ours, '/') = *strrchr(older, '/') = '\0';
	rmdir(ours);
	rmdir(older);
	rmdir(elsewhere);
	rmdir(directory);
}

static void
faults(void **state)
{
	static const struct {
		const char *text;
		int line; /* 0: not told */
		const char *says;
	} table[] = {
	    {"hours_lookback: 24\nhours_lookbak: 1\n", 2,
		"unknown key 'hours_lookbak'; the nearest is 'hours_lookback'"},
	    {"key_tab: x\n", 1, "unknown key 'key_tab'; the nearest is 'keytab'"},
	    {"\n\nexclude: [a]\n", 3, "unknown key 'exclude'"},
	    {"hours_lookback: many\n", 1, "'many' is not a number"},
	    {"hours_lookback: -1\n", 1, "'-1' is not a number"},
	    {"hours_lookback: nan\n", 1, "not a number"},
	    {"hours_lookback: inf\n", 1, "not a number"},
	    {"hours_lookback: 1e999\n", 1, "not a number"},
	    {"hours_lookback: 24h\n", 1, "not a number"},
	    {"hours_lookback: ''\n", 1, "not a number"},
	    {"hours_lookback: [1]\n", 1, "one value is expected"},
	    {"keep: 0\n", 1, "whole number"},
	    {"keep: 2.5\n", 1, "whole number"},
	    {"keep: 1000001\n", 1, "whole number"},
	    {"base_url: {a: b}\n", 1, "one value is expected"},
	    {"exclude_patterns: {a: b}\n", 1, "one list is expected"},
	    {"exclude_patterns: [a, [b]]\n", 1, "no text"},
	    {"keep: 1\nkeep: 2\n", 2, "set twice"},
	    {"- a\n- b\n", 0, "'key: value' lines are expected"},
	    {"just text\n", 0, "'key: value' lines are expected"},
	    {"keep: 1\n  bad: indent\n", 2, "not YAML"},
	    {"keep: \"1\n", 2, "not YAML"},
	    {"[a]: 1\n", 1, "a key is expected"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char where[100], *said;

		write_file(file, table[i].text);
		if (load(file, &said) != NULL)
			fail_msg("accepted: %s", table[i].text);
		if (table[i].line > 0)
			snprintf(
			    where, sizeof(where), "elog: %s:%d: ", file, table[i].line);
		else
			snprintf(where, sizeof(where), "elog: %s: ", file);
		if (strncmp(said, where, strlen(where)) != 0 ||
		    strstr(said, table[i].says) == NULL)
			fail_msg("%s%s: %s", table[i].text, table[i].says, said);
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
		free(said);
	}
}

static void
faults_of_the_environment(void **state)
{
	char *said;

	(void)state;
	setenv("ELOG_KEEP", "none", 1);
	assert_null(load(NULL, &said));
	assert_string_equal(
	    said, "elog: environment ELOG_KEEP: keep: 'none' is not a number\n");
	free(said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(defaults, clear),
	    cmocka_unit_test_setup(values_and_origins, clear),
	    cmocka_unit_test_setup(empty_files, clear),
	    cmocka_unit_test_setup(environment_over_file, clear),
	    cmocka_unit_test_setup(where_the_file_is, clear),
	    cmocka_unit_test_setup(faults, clear),
	    cmocka_unit_test_setup(faults_of_the_environment, clear),
	};

	return cmocka_run_group_tests_name("config", tests, set_up, tear_down);
}
