#include "base/argument.h"

#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "text/utf8.h"

static bool
is_negative(const char *text)
{
	const char *number = text + strspn(text, " ");

	return number[0] == '-' && number[1] != '\0' &&
	       strspn(number + 1, "+-0123456789.eE") == strlen(number + 1) &&
	       strpbrk(number, "0123456789") != NULL;
}

void
argument_hide_numbers(int argc, const char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *hidden;

		if (is_negative(argv[i]) && asprintf(&hidden, " %s", argv[i]) > 0)
			argv[i] = hidden;
	}
}

const char *
argument_shown(const char *argument)
{
	return argument + (argument[0] == ' ' && is_negative(argument) ? 1 : 0);
}

bool
argument_are_there(const char *what, const char *const *arguments)
{
	for (; *arguments != NULL; arguments++)
		if ((*arguments)[0] == '\0') {
			msg("%s: an argument is empty", what);
			return false;
		}
	return true;
}

bool
argument_are_texts(const char *const *arguments)
{
	for (; *arguments != NULL; arguments++)
		if (utf8_valid(*arguments, strlen(*arguments)) != strlen(*arguments)) {
			msg("'%s': not UTF-8", *arguments);
			return false;
		}
	return true;
}
