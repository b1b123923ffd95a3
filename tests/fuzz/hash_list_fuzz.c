/*
 * A list of hashes of any bytes, as sha256sum or mtree wrote it or neither (its first
 * byte says which is asked for): what is read of it lies in the directory that it is
 * about, below directories that are recorded too, and a hash has 32 bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "files/hash_list.h"

#define RECORDED "/recorded/tree"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What there is at all. */
static int
count(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	int n;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		abort();
	n = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {NULL, "sha256sum", "mtree"};
	struct hash_list list = {.db = NULL};
	char path[64];
	int fd;

	if (size == 0)
		return 0;
	fd = memfd_create("list", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1 ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (hash_list_read(
		&list, path, formats[data[0] % 3], "/nowhere/at/all", RECORDED) == 0) {
		/* Names that are no UTF-8 are blobs: the same bytes count. */
		if (count(list.db,
			"SELECT count(*) FROM entries WHERE "
			"(CAST(directory AS TEXT) <> '" RECORDED "' AND "
			"substr(CAST(directory AS TEXT), 1, 15) <> '" RECORDED "/') "
			"OR length(name) = 0 OR CAST(name AS TEXT) IN ('.', '..') "
			"OR instr(CAST(name AS BLOB), x'2f') "
			"OR length(digest) <> 32") != 0)
			abort();
	}
	hash_list_close(&list);
	close(fd);
	return 0;
}
