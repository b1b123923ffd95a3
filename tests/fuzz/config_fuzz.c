/* A configuration file of any bytes: read, or refused with a message. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config;
	char path[40];
	int fd = memfd_create("config", 0);
	size_t n;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config = config_load(path);
	if (config != NULL)
		for (const struct config_key *key = config_keys; key->name != NULL; key++)
			if (config_origin(config, key->name) == NULL ||
			    (config_list(config, key->name, &n) == NULL && n > 0))
				abort();
	config_free(config);
	close(fd);
	return 0;
}
