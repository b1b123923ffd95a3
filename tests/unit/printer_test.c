/* Rows of values in each format. */
#include "query/printer.h"

#include "unit.h"

#include <errno.h>

#define TEXT(text)                                                                       \
	{                                                                                \
		.kind = CELL_TEXT, .p = (text), .n = sizeof(text) - 1                    \
	}
#define JSON(text)                                                                       \
	{                                                                                \
		.kind = CELL_JSON, .p = (text), .n = sizeof(text) - 1                    \
	}

static const struct printer_column columns[] = {{"n", CELL_INT}, {"a,\"b\"", CELL_TEXT}};

/* What a format prints of rows of two cells; free it. */
static char *
printed(const char *format, const struct cell *cells, size_t rows)
{
	struct printer printer;
	int fd = unit_file();
	char *text;

	assert_int_equal(
	    printer_open(&printer, printer_format_find(format), fd, columns, 2), 0);
	for (size_t i = 0; i < rows; i++)
		assert_int_equal(printer_row(&printer, cells + 2 * i), 0);
	assert_int_equal(printer_close(&printer, true), 0);
	text = unit_contents(fd, NULL);
	close(fd);
	return text;
}

static void
prints(const char *format, const struct cell *cells, size_t rows, const char *expected)
{
	char *text = printed(format, cells, rows);

	assert_string_equal(text, expected);
	free(text);
}

static const struct cell kinds[] = {
    {.kind = CELL_NULL},
    {.kind = CELL_BOOL, .integer = 1},
    {.kind = CELL_INT, .integer = INT64_MIN},
    {.kind = CELL_FLOAT, .real = 0.5},
    TEXT(""),
    TEXT("a,\"\r\n\t\\"),
    JSON("{\"a\":\n[1, NaN]} "),
    JSON("no\tjson"),
    {.kind = CELL_BLOB, .p = "\0\xff\x10", .n = 3},
    {.kind = CELL_BLOB, .p = "ab", .n = 2},
    TEXT("\xff\x1b\xc3\xa9"),
    {.kind = CELL_BOOL, .integer = 0},
};

static void
tsv(void **state)
{
	(void)state;
	prints("tsv", kinds, 6,
	    "\tTrue\n"
	    "-9223372036854775808\t0.5\n"
	    "\ta,\"\\r\\n\\t\\\\\n"
	    "{\"a\": [1, \"NaN\"]}\tno\\tjson\n"
	    "AP8Q\tYWI=\n"
	    "\xff\x1b\xc3\xa9\tFalse\n");
	prints("tsv", NULL, 0, "");
}

static void
csv(void **state)
{
	(void)state;
	prints("csv", kinds, 6,
	    "n,\"a,\"\"b\"\"\"\r\n"
	    ",True\r\n"
	    "-9223372036854775808,0.5\r\n"
	    "\"\",\"a,\"\"\r\n\t\\\"\r\n"
	    "\"{\"\"a\"\": [1, \"\"NaN\"\"]}\",no\tjson\r\n"
	    "AP8Q,YWI=\r\n"
	    "\xff\x1b\xc3\xa9,False\r\n");
	prints("csv", NULL, 0, "n,\"a,\"\"b\"\"\"\r\n");
}

static void
json(void **state)
{
	(void)state;
	prints("json", kinds, 6,
	    "{\"n\":null,\"a,\\\"b\\\"\":true}\n"
	    "{\"n\":-9223372036854775808,\"a,\\\"b\\\"\":0.5}\n"
	    "{\"n\":\"\",\"a,\\\"b\\\"\":\"a,\\\"\\r\\n\\t\\\\\"}\n"
	    "{\"n\":{\"a\": [1, \"NaN\"]},\"a,\\\"b\\\"\":\"no\\tjson\"}\n"
	    "{\"n\":\"AP8Q\",\"a,\\\"b\\\"\":\"YWI=\"}\n"
	    "{\"n\":\"\\ufffd\\u001b\xc3\xa9\",\"a,\\\"b\\\"\":false}\n");
	prints("json", NULL, 0, "");
}

static void
aligned(void **state)
{
	static const struct cell cells[] = {
	    {.kind = CELL_INT, .integer = 5},
	    TEXT("\xe6\x97\xa5\xe6\x9c\xac"),
	    {.kind = CELL_INT, .integer = -500},
	    TEXT("x\x1b[2J\n\xff"),
	};

	(void)state;
	prints("table", cells, 2,
	    "   n  a,\"b\"\n"
	    "----  -------\n"
	    "   5  \xe6\x97\xa5\xe6\x9c\xac\n"
	    "-500  x?[2J?\xef\xbf\xbd\n");
	prints("table", NULL, 0, "n  a,\"b\"\n-  -----\n");
}

static void
many_rows(void **state)
{
	struct cell cells[2 * 1200];
	char *text;
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < 1200; i++) {
		cells[2 * i] = (struct cell){
		    .kind = CELL_INT, .integer = i == 600 ? 1234567 : (int64_t)i};
		cells[2 * i + 1] = (struct cell)TEXT("x");
	}
	text = printed("table", cells, 1200);
	for (const char *c = text; *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 1202);
	/* Wider than what was kept: its line is longer, the others as before. */
	assert_non_null(strstr(text, "\n1234567  x\n601  x\n"));
	free(text);
}

static void
formats(void **state)
{
	(void)state;
	assert_ptr_equal(printer_format_find("csv"), &printer_csv);
	assert_null(printer_format_find("xml"));
	assert_null(printer_format_find(""));
}

static void
full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY);
	struct printer printer;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(printer_open(&printer, &printer_tsv, fd, columns, 2), 0);
	assert_int_equal(printer_row(&printer, kinds), 0);
	assert_int_equal(printer_close(&printer, true), -1);
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tsv),
	    cmocka_unit_test(csv),
	    cmocka_unit_test(json),
	    cmocka_unit_test(aligned),
	    cmocka_unit_test(many_rows),
	    cmocka_unit_test(formats),
	    cmocka_unit_test(full_disk),
	};

	return cmocka_run_group_tests_name("printer", tests, NULL, NULL);
}
