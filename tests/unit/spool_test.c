/* Response bodies in an unlinked file. */
#include "spool.h"

#include <dirent.h>
#include <errno.h>

#include "unit.h"

static void
write_and_map(void **state)
{
	struct spool spool;
	char block[10000];
	const char *map;
	size_t n = 0;

	(void)state;
	memset(block, 'x', sizeof(block));
	assert_int_equal(spool_open(&spool), 0);
	assert_non_null(spool_map(&spool)); /* never NULL for an empty spool */
	for (int i = 0; i < 500; i++) {
		block[0] = (char)i;
		assert_int_equal(spool_write(&spool, block, sizeof(block)), 0);
		n += sizeof(block);
		assert_int_equal(spool.size, n);
	}
	map = spool_map(&spool);
	assert_non_null(map);
	for (int i = 0; i < 500; i++)
		assert_int_equal(map[(size_t)i * sizeof(block)], (char)i);
	/* What was released can be read again. */
	spool_release(&spool, n - 1);
	spool_release(&spool, n);
	for (int i = 0; i < 500; i++)
		assert_int_equal(map[(size_t)i * sizeof(block)], (char)i);
	spool_close(&spool);
}

static void
reset_begins_anew(void **state)
{
	struct spool spool;

	(void)state;
	assert_int_equal(spool_open(&spool), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(spool_write(&spool, "long and longer", 15), 0);
		assert_memory_equal(spool_map(&spool), "long and longer", 15);
		spool_reset(&spool);
		assert_int_equal(spool.size, 0);
		assert_int_equal(lseek(spool.fd, 0, SEEK_END), 0);
		lseek(spool.fd, 0, SEEK_SET);
		assert_int_equal(spool_write(&spool, "short", 5), 0);
		assert_int_equal(spool.size, 5);
		assert_memory_equal(spool_map(&spool), "short", 5);
		spool_reset(&spool);
	}
	spool_close(&spool);
	spool_close(&spool); /* twice does no harm */
	spool = (struct spool){.fd = -1};
	spool_close(&spool);
}

static void
leaves_no_name(void **state)
{
	char directory[] = "/tmp/elog-spool-XXXXXX";
	struct spool spool;
	struct dirent *entry;
	DIR *dir;

	(void)state;
	assert_non_null(mkdtemp(directory));
	setenv("TMPDIR", directory, 1);
	assert_int_equal(spool_open(&spool), 0);
	assert_int_equal(spool_write(&spool, "x", 1), 0);
	dir = opendir(directory);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		assert_int_equal(entry->d_name[0], '.');
	closedir(dir);
	spool_close(&spool);
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(spool_open(&spool), -1); /* it is gone */
	assert_int_equal(errno, ENOENT);
	setenv("TMPDIR", "", 1);
	assert_int_equal(spool_open(&spool), 0);
	spool_close(&spool);
	unsetenv("TMPDIR");
}

static void
full_disk(void **state)
{
	struct spool spool = {.fd = open("/dev/full", O_WRONLY)};

	(void)state;
	if (spool.fd < 0)
		skip();
	errno = 0;
	assert_int_equal(spool_write(&spool, "x", 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(spool.size, 0);
	spool_close(&spool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(write_and_map),
	    cmocka_unit_test(reset_begins_anew),
	    cmocka_unit_test(leaves_no_name),
	    cmocka_unit_test(full_disk),
	};

	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
