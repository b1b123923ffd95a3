/*
 * A listing of any bytes in each format: names that are handed over stay in their
 * directory, and are counted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "files/directory.h"

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
take(void *context, const struct directory_entry *entry)
{
	long *taken = context;

	++*taken;
	require(entry->length > 0 && entry->length <= DIRECTORY_NAME_MAX);
	require(strlen(entry->name) == entry->length);
	require(strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0);
	require(strpbrk(entry->name, "/\n\r\t\x7f") == NULL);
	require(entry->size >= -1);
	require(memchr(entry->modified, '\0', sizeof(entry->modified)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum directory_format formats[] = {
	    DIRECTORY_MLSD, DIRECTORY_LIST, DIRECTORY_INDEX};
	char *text = malloc(size > 0 ? size : 1);

	require(text != NULL);
	memcpy(text, data, size);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct directory_result result;
		long taken = 0;

		directory_read(formats[i], text, size, "/data/", INT64_C(1752580800),
		    take, &taken, &result);
		require(taken == result.entries);
	}
	free(text);
	return 0;
}
