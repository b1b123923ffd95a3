/* Response bodies in memory and in an unlinked file. */
#include "logbook/spool.h"

#include <dirent.h>
#include <errno.h>

#include "unit.h"

/* Append n bytes of 'x'. */
static void
fill(struct spool *spool, size_t n)
{
	char *block = malloc(n);

	assert_non_null(block);
	memset(block, 'x', n);
	assert_int_equal(spool_write(spool, block, n), 0);
	free(block);
}

static void
write_and_map(void **state)
{
	struct spool spool;
	char block[10000];
	const char *map;
	size_t n = 0;

	(void)state;
	memset(block, 'x', sizeof(block));
	spool_open(&spool);
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
	spool_open(&spool);
	for (int i = 0; i < 3; i++) {
		fill(&spool, SPOOL_MEMORY + 1);
		assert_memory_equal(
		    spool_map(&spool) + SPOOL_MEMORY - 10, "xxxxxxxxxxx", 11);
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
}

/* Whatever the pieces, the bytes around the bound of memory stay in their order. */
static void
at_the_bound(void **state)
{
	static const size_t sizes[] = {
	    SPOOL_MEMORY - 1, SPOOL_MEMORY, SPOOL_MEMORY + 1, 2 * SPOOL_MEMORY};
	static const size_t pieces[] = {1000, 65536, 3 * SPOOL_MEMORY};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (size_t j = 0; j < COUNT_OF(pieces); j++) {
			struct spool spool;
			char *text = malloc(sizes[i]);

			assert_non_null(text);
			for (size_t k = 0; k < sizes[i]; k++)
				text[k] = (char)(k * 31 + k / 251);
			spool_open(&spool);
			for (size_t at = 0; at < sizes[i]; at += pieces[j])
				assert_int_equal(
				    spool_write(&spool, text + at,
					sizes[i] - at < pieces[j] ? sizes[i] - at
								  : pieces[j]),
				    0);
			assert_int_equal(spool.size, sizes[i]);
			assert_int_equal(spool.fd >= 0, sizes[i] > SPOOL_MEMORY);
			assert_memory_equal(spool_map(&spool), text, sizes[i]);
			spool_close(&spool);
			free(text);
		}
}

static void
leaves_no_name(void **state)
{
	char directory[] = "/tmp/elog-spool-XXXXXX";
	struct spool spool;
	struct dirent *entry;
	DIR *dir;
	char *big;

	(void)state;
	assert_non_null(mkdtemp(directory));
	setenv("TMPDIR", directory, 1);
	spool_open(&spool);
	fill(&spool, SPOOL_MEMORY + 1);
	assert_true(spool.fd >= 0);
	dir = opendir(directory);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		assert_int_equal(entry->d_name[0], '.');
	closedir(dir);
	spool_close(&spool);
	assert_int_equal(rmdir(directory), 0);
	big = calloc(1, SPOOL_MEMORY + 1);
	assert_non_null(big);
	assert_int_equal(spool_write(&spool, big, SPOOL_MEMORY + 1), -1); /* it is gone */
	assert_int_equal(errno, ENOENT);
	setenv("TMPDIR", "", 1);
	assert_int_equal(spool_write(&spool, big, SPOOL_MEMORY + 1), 0);
	spool_close(&spool);
	free(big);
	unsetenv("TMPDIR");
}

static void
full_disk(void **state)
{
	struct spool spool = {.fd = open("/dev/full", O_WRONLY)};
	char *big = calloc(1, SPOOL_MEMORY + 1);

	(void)state;
	if (spool.fd < 0)
		skip();
	assert_non_null(big);
	errno = 0;
	assert_int_equal(spool_write(&spool, big, SPOOL_MEMORY + 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(spool.size, 0);
	free(big);
	spool_close(&spool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(write_and_map),
	    cmocka_unit_test(at_the_bound),
	    cmocka_unit_test(reset_begins_anew),
	    cmocka_unit_test(leaves_no_name),
	    cmocka_unit_test(full_disk),
	};

	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
