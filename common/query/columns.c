#include "query/columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS_MAX 16
#define WIDEST 60 /* what is longer sticks out */

/* What is printed for a byte. */
static const char *
shown(char c, char one[2])
{
	switch (c) {
	case '\t':
		return "\\t";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\\':
		return "\\\\";
	default:
		one[0] = (unsigned char)c < 0x20 || c == 0x7f ? '?' : c;
		return one;
	}
}

/* Characters of a text as it is printed. */
static int
width_of(const char *text)
{
	char one[2] = "";
	int width = 0;

	for (; text != NULL && *text != '\0' && width < WIDEST; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			width += (int)strlen(shown(*text, one));
	return width;
}

static void
print(const char *text, int width)
{
	char one[2] = "";

	for (const char *p = text; p != NULL && *p != '\0'; p++)
		fputs(shown(*p, one), stdout);
	for (int i = width_of(text); i < width; i++)
		putchar(' ');
}

static int
measure(sqlite3_stmt *query, int widths[COLUMNS_MAX], int n)
{
	int code;

	for (int i = 0; i < n; i++)
		widths[i] = width_of(sqlite3_column_name(query, i));
	while ((code = sqlite3_step(query)) == SQLITE_ROW)
		for (int i = 0; i < n; i++) {
			int width = width_of((const char *)sqlite3_column_text(query, i));

			if (width > widths[i])
				widths[i] = width;
		}
	sqlite3_reset(query);
	return code;
}

static void
print_row(sqlite3_stmt *query, const int widths[COLUMNS_MAX], int n, bool names)
{
	for (int i = 0; i < n; i++) {
		const char *text = names ? sqlite3_column_name(query, i)
					 : (const char *)sqlite3_column_text(query, i);

		print(text, i < n - 1 ? widths[i] : 0);
		if (i < n - 1)
			fputs(widths[i] > 0 ? "  " : "\t", stdout);
	}
	putchar('\n');
}

enum columns_form
columns_form_of_stdout(void)
{
	return isatty(STDOUT_FILENO) == 1 ? COLUMNS_ALIGNED : COLUMNS_TABS;
}

int
columns_print(sqlite3_stmt *query, enum columns_form form)
{
	int n = sqlite3_column_count(query), widths[COLUMNS_MAX] = {0}, code;

	if (n > COLUMNS_MAX)
		n = COLUMNS_MAX;
	if (form == COLUMNS_ALIGNED) {
		code = measure(query, widths, n);
		if (code != SQLITE_DONE)
			return code;
		print_row(query, widths, n, true);
	}
	while ((code = sqlite3_step(query)) == SQLITE_ROW)
		if (form == COLUMNS_JSON)
			puts((const char *)sqlite3_column_text(query, 0));
		else
			print_row(query, widths, n, false);
	sqlite3_reset(query);
	return code;
}
