#include "text/uuid.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static void
write_out(const unsigned char b[16], char out[UUID_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[b[i] >> 4];
		*p++ = digits[b[i] & 15];
	}
	*p = '\0';
}

static void
mark(unsigned char b[16], unsigned version)
{
	b[6] = (unsigned char)((b[6] & 0x0f) | version << 4);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
}

int
uuid_new(char out[UUID_BYTES])
{
	unsigned char b[16];
	struct timespec now;
	uint64_t ms, part;

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return -1;
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	part = (uint64_t)now.tv_nsec % 1000000 * 4096 / 1000000;
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(ms >> (40 - 8 * i));
	b[6] = (unsigned char)(part >> 8);
	b[7] = (unsigned char)part;
	mark(b, 7);
	write_out(b, out);
	return 0;
}

static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

void
uuid_of_hex(const char *hex, char out[UUID_BYTES])
{
	unsigned char b[16];

	for (int i = 0; i < 16; i++, hex += 2)
		b[i] = (unsigned char)(digit(hex[0]) << 4 | digit(hex[1]));
	mark(b, 8);
	write_out(b, out);
}

bool
uuid_valid(const char *text)
{
	for (int i = 0; i < UUID_BYTES - 1; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (text[i] == '\0' ||
		    (hyphen ? text[i] != '-'
			    : strchr("0123456789abcdef", text[i]) == NULL))
			return false;
	}
	return text[UUID_BYTES - 1] == '\0';
}
