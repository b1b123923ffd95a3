/* NAME.part and what stands beside it: begun, left, found again, finished. */
#include "files/partial.h"

#include <errno.h>
#include <sys/stat.h>

#include "unit.h"

#define URL "ftp://h/a"

static char directory_name[40];
static int directory;

static int
make_directory(void **state)
{
	(void)state;
	strcpy(directory_name, "/tmp/partial.XXXXXX");
	if (mkdtemp(directory_name) == NULL)
		return -1;
	directory = open(directory_name, O_RDONLY | O_DIRECTORY);
	return directory < 0;
}

static int
remove_directory(void **state)
{
	char command[80];

	(void)state;
	close(directory);
	snprintf(command, sizeof(command), "rm -r %s", directory_name);
	return system(command); /* NOLINT: a name of our own */
}

/* Begin "a" and write some bytes. */
static void
begin(struct partial *partial, const char *bytes)
{
	assert_int_equal(partial_open(partial, directory, "a", URL), PARTIAL_NONE);
	partial->state.url = strdup(URL);
	partial->state.started = strdup("2026-01-01T00:00:00Z");
	partial->state.etag = strdup("\"x\\y\"");
	partial->state.size = 10;
	partial->state.changed = 1700000000;
	partial->state.attempts = 1;
	assert_int_equal(partial_begin(partial), 0);
	assert_int_equal(partial_write(partial, bytes, strlen(bytes)), 0);
}

/* The next test begins with nothing. */
static void
clear(void)
{
	(void)unlinkat(directory, "a.part", 0);
	(void)unlinkat(directory, "a.part.json", 0);
}

static void
there(const char *name, bool expected)
{
	struct stat st;

	assert_int_equal(
	    fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0, expected);
}

static void
killed(void **state)
{
	struct partial partial;

	(void)state;
	begin(&partial, "12345");
	partial_close(&partial); /* as a kill would */
	assert_int_equal(partial_open(&partial, directory, "a", URL), PARTIAL_RESUMES);
	assert_int_equal(partial.bytes, 5);
	assert_int_equal(partial.state.size, 10);
	assert_int_equal(partial.state.changed, 1700000000);
	assert_int_equal(partial.state.attempts, 1);
	assert_string_equal(partial.state.etag, "\"x\\y\"");
	assert_null(partial.state.last_modified);
	partial_close(&partial);
	clear();
}

static void
left(void **state)
{
	struct partial partial;

	(void)state;
	begin(&partial, "123");
	assert_int_equal(partial_leave(&partial, "abc"), 0);
	partial_close(&partial);
	assert_int_equal(partial_open(&partial, directory, "a", URL), PARTIAL_RESUMES);
	assert_int_equal(partial.state.bytes, 3);
	assert_string_equal(partial.state.sha256, "abc");
	assert_int_equal(partial_empty(&partial), 0);
	assert_int_equal(partial.bytes, 0);
	partial_close(&partial);
	assert_int_equal(partial_open(&partial, directory, "a", URL), PARTIAL_NONE);
	partial_close(&partial);
	clear();
}

static void
foreign(void **state)
{
	struct partial partial;
	int fd;

	(void)state;
	/* Another URL's. */
	begin(&partial, "123");
	partial_close(&partial);
	assert_int_equal(
	    partial_open(&partial, directory, "a", "ftp://h/b"), PARTIAL_FOREIGN);
	partial_close(&partial);
	/* Without, or with a broken, state. */
	fd = openat(directory, "a.part.json", O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "{\"url\":", 7), 7);
	close(fd);
	assert_int_equal(partial_open(&partial, directory, "a", URL), PARTIAL_FOREIGN);
	partial_close(&partial);
	assert_int_equal(unlinkat(directory, "a.part.json", 0), 0);
	assert_int_equal(partial_open(&partial, directory, "a", URL), PARTIAL_FOREIGN);
	partial_close(&partial);
	/* A link in its place. */
	assert_int_equal(unlinkat(directory, "a.part", 0), 0);
	assert_int_equal(symlinkat("elsewhere", directory, "a.part"), 0);
	assert_int_equal(partial_open(&partial, directory, "a", URL), PARTIAL_FOREIGN);
	partial_close(&partial);
	assert_int_equal(unlinkat(directory, "a.part", 0), 0);
}

/* After a restart of the machine, only what was put on disk counts. */
static void
another_boot(void **state)
{
	struct partial partial;
	char text[1000], *id;
	ssize_t n;
	int fd;

	(void)state;
	begin(&partial, "123456");
	partial.bytes = 4; /* as if the rest had come later */
	assert_int_equal(partial_leave(&partial, "abc"), 0);
	partial_close(&partial);
	fd = openat(directory, "a.part", O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "789", 3), 3);
	close(fd);
	fd = openat(directory, "a.part.json", O_RDWR);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	id = strstr(text, "\"boot\":\"");
	assert_non_null(id);
	id[8] = id[8] == '0' ? '1' : '0';
	assert_int_equal(pwrite(fd, text, (size_t)n, 0), n);
	close(fd);
	assert_int_equal(partial_open(&partial, directory, "a", URL), PARTIAL_RESUMES);
	assert_int_equal(partial.bytes, 4);
	partial_close(&partial);
	clear();
}

static void
finished(void **state)
{
	static const char sum[] =
	    "c775e7b757ede630cd0aa1113bd102661ab38829ca52a6422ab782862f268646";
	struct partial partial;
	struct partial_state label;
	struct stat st;
	int fd, labelled;

	(void)state;
	begin(&partial, "1234567890");
	assert_int_equal(partial_finish(&partial, sum, 1600000000, false), 0);
	partial_close(&partial);
	there("a.part", false);
	there("a.part.json", false);
	fd = openat(directory, "a", O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 10);
	assert_int_equal(st.st_mtim.tv_sec, 1600000000);
	assert_int_equal(st.st_mode & 0777, 0600);
	labelled = partial_label(fd, URL, &label);
	if (labelled != 0) { /* the file system has extended attributes */
		assert_int_equal(labelled, 1);
		assert_int_equal(label.bytes, 10);
		assert_string_equal(label.sha256, sum);
		partial_state_free(&label);
		assert_int_equal(partial_label(fd, "ftp://h/b", &label), -1);
	}
	close(fd);
	/* Somebody made one meanwhile: it is not overwritten, unless it is ours. */
	begin(&partial, "0987654321");
	assert_int_equal(partial_finish(&partial, sum, -1, false), -1);
	assert_int_equal(errno, EEXIST);
	there("a.part", true);
	assert_int_equal(partial_finish(&partial, sum, -1, true), 0);
	partial_close(&partial);
	there("a.part", false);
	assert_int_equal(unlinkat(directory, "a", 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed),
	    cmocka_unit_test(left),
	    cmocka_unit_test(foreign),
	    cmocka_unit_test(another_boot),
	    cmocka_unit_test(finished),
	};

	return cmocka_run_group_tests_name(
	    "partial", tests, make_directory, remove_directory);
}
