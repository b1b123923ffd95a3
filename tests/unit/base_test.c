/* The process: what it says, what it prints, the secrets that it reads. */
#include <stdbool.h>
#include <sys/wait.h>

#include "base/command.h"
#include "base/credential.h"
#include "base/msg.h"
#include "unit.h"

static void
says_plainly(void **state)
{
	static const struct {
		const char *text, *said;
	} table[] = {
	    {"caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac"},
	    {"two\nlines\x1b[31m", "two?lines?[31m"},
	    {"CSI in 8 bits: \xc2\x9b"
	     "31m",
		"CSI in 8 bits: ??31m"},
	    {"bytes: \xff\x9b \xc3", "bytes: ?? ?"},
	};

	(void)state;
	msg_program("base_test");
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *said, expected[100];

		unit_listen();
		msg("%s", table[i].text);
		said = unit_said();
		snprintf(expected, sizeof(expected), "base_test: %s\n", table[i].said);
		assert_string_equal(said, expected);
		free(said);
	}
}

/*
 * The status of a program that prints so many bytes to a full disk; flushed: and has
 * nothing left to be written at its end.
 */
static int
print_to_full(size_t bytes, bool flushed)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/full", "w", stdout) == NULL)
			_exit(99);
		for (size_t i = 0; i < bytes; i++)
			putchar('x');
		if (flushed)
			fflush(stdout);
		_exit(command_finish(0));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
lost_output_is_told(void **state)
{
	static const struct {
		size_t bytes;
		bool flushed;
		int status;
	} table[] = {
	    {0, false, 0},
	    {1, false, 1},
	    {1, true, 1},
	    {100000, false, 1},
	    {100000, true, 1},
	};

	(void)state;
	fflush(stdout);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *said;
		int status;

		unit_listen();
		status = print_to_full(table[i].bytes, table[i].flushed);
		said = unit_said();
		assert_int_equal(status, table[i].status);
		assert_int_equal(strstr(said, "stdout: ") != NULL, status != 0);
		free(said);
	}
}

static void
credentials(void **state)
{
	static const struct {
		const char *file, *credential;
	} table[] = {
	    {"token", "token"},
	    {"  user:pass word \r\nsecond line\n", "user:pass word"},
	    {"", NULL},
	    {" \n\ntoken\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int fd = unit_file();
		char path[40], *credential, *said;

		assert_int_equal(write(fd, table[i].file, strlen(table[i].file)),
		    (long)strlen(table[i].file));
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		unit_listen();
		credential = credential_read(path);
		said = unit_said();
		if (table[i].credential != NULL) {
			assert_non_null(credential);
			assert_string_equal(credential, table[i].credential);
			assert_string_equal(said, "");
		} else {
			assert_null(credential);
			assert_non_null(strstr(said, "no credential"));
		}
		credential_free(credential);
		free(said);
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_plainly),
	    cmocka_unit_test(lost_output_is_told),
	    cmocka_unit_test(credentials),
	};

	return cmocka_run_group_tests_name("the process", tests, NULL, NULL);
}
