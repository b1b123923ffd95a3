#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <fcntl.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "local/job_figure.h"

/* Steps that an expression may take at one place before it is given up. */
#define MATCH_LIMIT 10000000

static pcre2_code *
compile(const char *expression)
{
	PCRE2_SIZE at;
	PCRE2_UCHAR why[200];
	uint32_t names = 0;
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
	    PCRE2_MULTILINE | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &at, NULL);

	if (code == NULL) {
		pcre2_get_error_message(error, why, sizeof(why));
		msg("'%s': at %zu: %s", expression, (size_t)at, (const char *)why);
		return NULL;
	}
	(void)pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &names);
	if (names > 0)
		return code;
	msg("'%s': it names no group: write (?<NAME>...) around what is to be kept",
	    expression);
	pcre2_code_free(code);
	return NULL;
}

int
job_figure_check_expression(const char *expression)
{
	pcre2_code *code = compile(expression);

	pcre2_code_free(code);
	return code != NULL ? EXIT_DONE : EXIT_USAGE;
}

/* The named groups of a match. */
static void
put_groups(struct job_record *record, const char *job, const pcre2_code *code,
    const char *text, const PCRE2_SIZE *ends)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR names = NULL;

	(void)pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
	(void)pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	(void)pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &names);
	for (uint32_t i = 0; i < count; i++, names += size) {
		size_t group = (size_t)names[0] << 8 | names[1];
		PCRE2_SIZE begin = ends[2 * group], end = ends[2 * group + 1];
		char *value;

		if (begin == PCRE2_UNSET || end < begin)
			continue;
		value = strndup(text + begin, end - begin);
		if (value != NULL)
			job_figure_put(
			    record, job, (const char *)names + 2, value, false);
		free(value);
	}
}

/* The last match in a text.  1, 0: there is none, or -1: an error of PCRE2's. */
static int
match(struct job_record *record, const char *job, const pcre2_code *code,
    pcre2_match_context *limits, const char *text, size_t n, int *error)
{
	pcre2_match_data *one = pcre2_match_data_create_from_pattern(code, NULL);
	pcre2_match_data *last = pcre2_match_data_create_from_pattern(code, NULL), *swap;
	PCRE2_SIZE at = 0, *ends;
	bool found = false;

	*error = one != NULL && last != NULL ? 0 : PCRE2_ERROR_NOMEMORY;
	while (*error == 0 && at <= n) {
		int count = pcre2_match(code, (PCRE2_SPTR)text, n, at, 0, one, limits);

		if (count < 0) {
			if (count != PCRE2_ERROR_NOMATCH)
				*error = count;
			break;
		}
		ends = pcre2_get_ovector_pointer(one);
		at = ends[1] > ends[0] ? ends[1] : ends[1] + 1;
		swap = last;
		last = one;
		one = swap;
		found = true;
	}
	if (found)
		put_groups(record, job, code, text, pcre2_get_ovector_pointer(last));
	pcre2_match_data_free(one);
	pcre2_match_data_free(last);
	return *error != 0 ? -1 : found;
}

/* The same in a file, which is mapped. */
static int
match_file(struct job_record *record, const char *job, const pcre2_code *code,
    pcre2_match_context *limits, const char *path, int *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = 0;
	struct stat st;
	char *text;

	*error = 0;
	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0)
		goto done;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED) {
		*error = PCRE2_ERROR_NOMEMORY;
		result = -1;
		goto done;
	}
	result = match(record, job, code, limits, text, (size_t)st.st_size, error);
	munmap(text, (size_t)st.st_size);
done:
	if (fd >= 0)
		close(fd);
	return result;
}

int
job_figure_put_matches(struct job_record *record, const char *job, const char *expression,
    const char *const paths[2])
{
	pcre2_code *code = compile(expression);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	PCRE2_UCHAR why[200];
	int result = 0, error = 0;

	if (code == NULL || limits == NULL) {
		result = -1;
		goto done;
	}
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	for (int i = 0; i < 2 && result == 0; i++)
		if (paths[i] != NULL)
			result = match_file(record, job, code, limits, paths[i], &error);
	if (result < 0) {
		pcre2_get_error_message(error, why, sizeof(why));
		msg("'%s': %s", expression, (const char *)why);
	}
done:
	pcre2_match_context_free(limits);
	pcre2_code_free(code);
	return result < 0 ? -1 : 0;
}
