/*
 * A record of a file that is wanted, and behind a NUL a header of an answer, of any
 * bytes: the place of the file lies in the tree, whatever its URL, path and fields say,
 * and a checksum is one in hexadecimal or none.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "files/layout.h"
#include "files/target.h"
#include "text/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_sums(const struct checksum_expected *expected)
{
	size_t n = strlen(expected->sha256);

	require(n == 0 || n == 64);
	require(strspn(expected->sha256, "0123456789abcdef") == n);
	n = strlen(expected->md5);
	require(n == 0 || n == 32);
	require(strspn(expected->md5, "0123456789abcdef") == n);
}

static void
place(const struct target *file, const char *template)
{
	char out[PLACE_PATH_MAX + 1], why[LAYOUT_WHY];

	why[0] = '\0';
	if (layout_path(template, file->url, file->path, file->record, out, why) != 0) {
		require(why[0] != '\0');
		return;
	}
	require(place_check(out) == NULL);
	require(out[0] != '/' && strncmp(out, "../", 3) != 0);
	require(strstr(out, "/../") == NULL && strpbrk(out, "\n\r\t") == NULL);
}

static void
read_record(struct json_span record, bool attachment)
{
	struct target file;
	char text[TIMESTAMP_SHORT];

	if (target_read(record, attachment, &file) != NULL)
		return;
	require(file.url != NULL && file.size >= -1);
	check_sums(&file.expected);
	if (file.changed >= 0)
		require(timestamp_seconds(timestamp_text(file.changed, text)) ==
			file.changed);
	place(&file, attachment ? LAYOUT_ATTACHMENTS : LAYOUT_FILES);
	place(&file, "{scheme}/{name}.{field}/{source}");
	target_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const headers[] = {
	    "Digest", "Repr-Digest", "Content-MD5", "Content-Digest"};
	char *text = malloc(size + 1);
	struct json s;
	struct json_span record;
	size_t n;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	n = strlen(text);
	json_begin(&s, text, n);
	if (json_peek(&s) == '{' && json_value(&s, &record) && json_end(&s)) {
		read_record(record, false);
		read_record(record, true);
	}
	for (size_t i = 0; n < size && i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct checksum_expected expected = {"", ""};

		checksum_expect_header(&expected, headers[i], text + n + 1, true);
		check_sums(&expected);
		(void)checksum_expect(&expected, text + n + 1);
		check_sums(&expected);
	}
	free(text);
	return 0;
}
