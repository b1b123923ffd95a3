/* uuid.h, secret.h, process.h, and what becomes records of jobs: job_figure.h,
   job_file.h, job_record.h. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "local/job_figure.h"
#include "local/job_file.h"
#include "local/job_state.h"
#include "text/secret.h"
#include "text/uuid.h"

static void
test_uuid(void **state)
{
	char a[UUID_BYTES], b[UUID_BYTES];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(uuid_new(a), 0);
		assert_true(uuid_valid(a));
		assert_int_equal(a[14], '7');
		assert_non_null(strchr("89ab", a[19]));
		/* They sort by time: to 244 ns, so wait a little longer than that. */
		usleep(1);
		assert_int_equal(uuid_new(b), 0);
		assert_true(strcmp(a, b) < 0);
	}
	uuid_of_hex(
	    "98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4", a);
	assert_string_equal(a, "98ea6e4f-216f-8fb4-b69f-ff9b3a44842c");
	assert_false(uuid_valid(""));
	assert_false(uuid_valid("98ea6e4f-216f-8fb4-b69f-ff9b3a44842"));
	assert_false(uuid_valid("98ea6e4f-216f-8fb4-b69f-ff9b3a44842c0"));
	assert_false(uuid_valid("98EA6E4F-216f-8fb4-b69f-ff9b3a44842c"));
	assert_false(uuid_valid("98ea6e4f0216f-8fb4-b69f-ff9b3a44842c"));
}

/* One argument, and another behind it. */
static void
hides(const char *argument, const char *next, const char *shown, const char *next_shown)
{
	const char *arguments[] = {"command", argument, next, NULL};
	bool hidden;
	char **out = secret_hide(arguments, &hidden);

	assert_non_null(out);
	assert_string_equal(out[0], "command");
	assert_string_equal(out[1], shown);
	if (next != NULL)
		assert_string_equal(out[2], next_shown);
	assert_int_equal(hidden, strcmp(argument, shown) != 0 ||
				     (next != NULL && strcmp(next, next_shown) != 0));
	secret_free(out);
}

static void
test_secret(void **state)
{
	(void)state;
	hides("--password=abc", "x", "--password=***", "x");
	hides("--password", "abc", "--password", "***");
	hides("--password", "-v", "--password", "-v");
	hides("-token", "abc", "-token", "***");
	hides("--api-key=k", NULL, "--api-key=***", NULL);
	hides("--accessKey", "k", "--accessKey", "***");
	hides("AWS_SECRET_ACCESS_KEY=k", NULL, "AWS_SECRET_ACCESS_KEY=***", NULL);
	hides("Authorization: Bearer abc", NULL, "Authorization: ***", NULL);
	hides("https://me:abc@host/p", NULL, "https://me:***@host/p", NULL);
	hides("https://host/p?a=1&token=abc&b=2", NULL,
	    "https://host/p?a=1&token=***&b=2", NULL);
	hides("ghp_0123456789abcdef0123", NULL, "***", NULL);
	hides("eyJhbGciOiJIUzI1NiJ9.e30.x", NULL, "***", NULL);
	/* What only looks a little like it. */
	hides("--passes=3", "x", "--passes=3", "x");
	hides("--author=me", NULL, "--author=me", NULL);
	hides("--monkey=x", NULL, "--monkey=x", NULL);
	hides("compass", "north", "compass", "north");
	hides("http://host:80/p", NULL, "http://host:80/p", NULL);
	hides("a@b.c", NULL, "a@b.c", NULL);
	hides("", "", "", "");
	assert_true(secret_is_name("DB_PASSWORD", 11));
	assert_true(secret_is_name("dbPassword", 10));
	assert_false(secret_is_name("PATH", 4));
}

static void
test_process(void **state)
{
	char boot[PROCESS_BOOT_BYTES];
	long long start = process_start(getpid());

	(void)state;
	process_boot(boot);
	assert_true(start > 0);
	assert_true(process_lives(getpid(), start, boot));
	assert_false(process_lives(getpid(), start + 1, boot));
	assert_false(process_lives(getpid(), start, "another"));
	assert_int_equal(process_start(0x3fffffff), -1);
}

/* What a figure's record has for a value. */
static void
figure(const char *value, bool text, const char *json)
{
	struct job_record record;
	const char *lines, *found;
	char wanted[200];
	size_t n;

	job_record_open(&record);
	job_figure_put(&record, "j", "n", value, text);
	lines = job_record_lines(&record, &n);
	assert_non_null(lines);
	assert_int_equal(lines[n - 1], '\n');
	snprintf(wanted, sizeof(wanted), "\"name\":\"n\",\"value\":%s,\"at\":", json);
	found = memmem(lines, n, wanted, strlen(wanted));
	if (found == NULL)
		print_message("%.*s: no %s\n", (int)n, lines, wanted);
	assert_non_null(found);
	job_record_close(&record);
}

static void
test_figure(void **state)
{
	(void)state;
	figure("1", false, "1");
	figure("-0.50", false, "-0.50");
	figure("9007199254740993", false, "9007199254740993");
	figure("123456789012345678901234567890", false, "123456789012345678901234567890");
	figure("1e5", false, "1e5");
	figure("1", true, "\"1\"");
	figure("nan", false, "\"nan\"");
	figure("", false, "\"\"");
	figure("a\"b\n\xe9", false, "\"a\\\"b\\n%E9\",\"value_base64\":\"YSJiCuk=\"");
	assert_null(job_figure_fault("R free"));
	assert_non_null(job_figure_fault(""));
	assert_non_null(job_figure_fault("a\nb"));
	assert_non_null(job_figure_fault("\xe9"));
}

static void
spec(const char *text, const char *role, const char *path, const char *type,
    const char *note, bool optional)
{
	struct job_file_spec spec;

	assert_int_equal(job_file_spec_read(text, &spec), 0);
	assert_string_equal(spec.role, role);
	assert_string_equal(spec.path, path);
	if (type != NULL)
		assert_string_equal(spec.type, type);
	else
		assert_null(spec.type);
	if (note != NULL)
		assert_string_equal(spec.note, note);
	else
		assert_null(spec.note);
	assert_int_equal(spec.optional, optional);
	job_file_spec_free(&spec);
}

static void
test_spec(void **state)
{
	struct job_file_spec bad;

	(void)state;
	spec("A=b", "A", "b", NULL, NULL, false);
	spec("A=b=c", "A", "b=c", NULL, NULL, false);
	spec("A=b,c", "A", "b,c", NULL, NULL, false);
	spec("A=b,type=t", "A", "b", "t", NULL, false);
	spec("A=b,type=t,note=a,type=x", "A", "b", "t", "a,type=x", false);
	spec("A=b*,optional,subtype=1", "A", "b*", NULL, NULL, true);
	spec("A=b,other=1,note=n", "A", "b,other=1", NULL, "n", false);
	assert_int_equal(job_file_spec_read("A", &bad), 2);
	assert_int_equal(job_file_spec_read("A=", &bad), 2);
	assert_int_equal(job_file_spec_read("=b", &bad), 2);
	assert_int_equal(job_file_spec_read("A=,type=x", &bad), 2);
}

static void
test_status(void **state)
{
	(void)state;
	assert_true(job_state_known("PENDING"));
	assert_true(job_state_known("RUNNING_REMOTELY"));
	assert_true(job_state_known("TO_DELETE"));
	assert_false(job_state_known("RUN"));
	assert_false(job_state_known(""));
	assert_false(job_state_known("finished"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_uuid),
	    cmocka_unit_test(test_secret),
	    cmocka_unit_test(test_process),
	    cmocka_unit_test(test_figure),
	    cmocka_unit_test(test_spec),
	    cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
