/*
 * A file of any bytes as each format of data acquisition: what is read has names, and
 * values that are JSON.  What is behind a NUL is the list of names.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "local/daq.h"
#include "text/json.h"
#include "text/timestamp.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check(const struct daq_value *value)
{
	struct json s;
	struct json_span json;
	int64_t at;
	size_t n = strlen(value->name);

	require(utf8_valid(value->name, n) == n);
	json_begin(&s, value->json, strlen(value->json));
	require(json_value(&s, &json) && json_end(&s) && !s.unclean);
	require(memchr(value->json, '\n', json.n) == NULL);
	require(value->type == NULL || strcmp(value->type, "time") == 0);
	if (value->type != NULL)
		require(json.p[0] == '"' && timestamp_read(json.p + 1, json.n - 2, &at));
}

static void
read_as(const char *format, const char *path, const char *names)
{
	struct daq daq;

	if (daq_read(&daq, format, path, names) != 0)
		return;
	require(daq.run == NULL || strspn(daq.run, "0123456789") == strlen(daq.run));
	for (size_t i = 0; i < daq.n; i++)
		check(&daq.values[i]);
	daq_free(&daq);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	size_t n = nul != NULL ? (size_t)(nul - data) : size;
	char *names = nul != NULL ? strndup((const char *)nul + 1, size - n - 1) : NULL;
	char path[40];
	int fd = memfd_create("daq", 0);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (names != NULL && utf8_valid(names, strlen(names)) != strlen(names))
		names[0] = '\0';
	read_as("coda", path, names);
	read_as("caget", path, names);
	close(fd);
	free(names);
	return 0;
}
