#include "text/utf8.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

size_t
utf8_read(const char *p, size_t n, unsigned *character)
{
	/* What a character of that many bytes says at least: shorter is overlong. */
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = n > 0 ? (unsigned char)p[0] : 0x80;
	size_t length = first < 0x80	? 1
			: first < 0xc2	? 0
			: first < 0xe0	? 2
			: first < 0xf0	? 3
			: first <= 0xf4 ? 4
					: 0;

	if (length == 0 || length > n)
		return 0;
	if (length == 1) {
		*character = first;
		return 1;
	}
	*character = first & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (c & 0x3fU);
	}
	if (*character < least[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return length;
}

size_t
utf8_write(unsigned character, char *out)
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xc0 | character >> 6);
		out[1] = (char)(0x80 | (character & 0x3f));
		return 2;
	}
	if (character < 0x10000) {
		if (character >= 0xd800 && character <= 0xdfff)
			return 0;
		out[0] = (char)(0xe0 | character >> 12);
		out[1] = (char)(0x80 | (character >> 6 & 0x3f));
		out[2] = (char)(0x80 | (character & 0x3f));
		return 3;
	}
	if (character > 0x10ffff)
		return 0;
	out[0] = (char)(0xf0 | character >> 18);
	out[1] = (char)(0x80 | (character >> 12 & 0x3f));
	out[2] = (char)(0x80 | (character >> 6 & 0x3f));
	out[3] = (char)(0x80 | (character & 0x3f));
	return 4;
}

size_t
utf8_valid(const char *p, size_t n)
{
	size_t at = 0, length;
	unsigned character;

	while (at < n && (length = utf8_read(p + at, n - at, &character)) > 0)
		at += length;
	return at;
}

size_t
utf8_ascii(const char *p, size_t n)
{
	size_t i = 0;

	for (uint64_t eight; i + 8 <= n; i += 8) {
		memcpy(&eight, p + i, 8);
		if ((eight & 0x8080808080808080u) != 0)
			break;
	}
	while (i < n && (unsigned char)p[i] < 0x80)
		i++;
	return i;
}

int
utf8_width(unsigned character)
{
	static locale_t locale;
	static bool tried;
	locale_t before;
	int width;

	if (character < 0x20 || (character >= 0x7f && character < 0xa0))
		return -1;
	if (character < 0x7f)
		return 1;
	/* wcwidth(3) knows only the characters of the locale. */
	if (!tried)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	tried = true;
	if (locale == NULL)
		return 1;
	before = uselocale(locale);
	width = wcwidth((wchar_t)character);
	uselocale(before);
	/* Not printable: direction marks and the like, which could disguise a text. */
	return width;
}
