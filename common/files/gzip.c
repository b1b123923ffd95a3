#include "files/gzip.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

#define BUFFER 65536

bool
gzip_is_name(const char *name)
{
	const char *end = strrchr(name, '.');

	return end != NULL &&
	       (strcasecmp(end, ".gz") == 0 || strcasecmp(end, ".tgz") == 0);
}

/* Unpack what is in the buffer; code is the state before and after: Z_STREAM_END behind
   the last member, Z_OK within one. */
static int
unpack(z_stream *z, int code)
{
	static unsigned char out[BUFFER];

	while (z->avail_in > 0 && (code == Z_OK || code == Z_STREAM_END)) {
		if (code == Z_STREAM_END) {
			/* Zeros may fill up a block; else another member begins. */
			if (*z->next_in == 0) {
				z->next_in++;
				z->avail_in--;
				continue;
			}
			inflateReset(z);
		}
		z->next_out = out;
		z->avail_out = sizeof(out);
		code = inflate(z, Z_NO_FLUSH);
		if (code == Z_BUF_ERROR)
			code = Z_OK;
	}
	return code;
}

const char *
gzip_wrong(int fd, long long n)
{
	static unsigned char in[BUFFER];
	z_stream z = {0};
	int code = Z_OK;
	long long at = 0;

	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return "no memory";
	while (at < n && (code == Z_OK || code == Z_STREAM_END)) {
		size_t wanted = n - at < BUFFER ? (size_t)(n - at) : BUFFER;
		ssize_t got = pread(fd, in, wanted, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		at += got;
		z.next_in = in;
		z.avail_in = (unsigned)got;
		code = unpack(&z, code);
	}
	inflateEnd(&z);
	if (at < n && (code == Z_OK || code == Z_STREAM_END))
		return "its gzip data cannot be read";
	return code == Z_STREAM_END ? NULL
	       : code == Z_OK	    ? "its gzip data ends too early"
				    : "its gzip data is damaged";
}
