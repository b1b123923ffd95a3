/* Expressions over files: names, texts, numbers, what is unknown, what is wrong. */
#include "files/file_query.h"

#include "unit.h"

#define TREE "{source}/{Y}/{m}/{d}/"
#define NAMES "^(?<radar>[A-Z0-9]+)_(?<volume>[^_]*)(?:_(?<field>[A-Z]+))?\\."

/* Is an expression true for RMA1/2025/01/31/name?  -2: it is wrong. */
static int
holds(const char *expression, const char *name, int64_t size, const char *modified)
{
	static const char *const directories[] = {"2025", "01", "31"};
	struct template *template = template_read(TREE, NAMES);
	struct template_values values = {{NULL}};
	struct remote_file file = {.source = "RMA1",
	    .path = "RMA1/2025/01/31/file",
	    .size = size,
	    .modified = modified,
	    .time = "2025-01-31T00:00:00Z"};
	struct file_query *query;
	int status, result = -2;

	assert_non_null(template);
	for (int i = 0; i < (int)COUNT_OF(directories); i++)
		assert_true(template_match(
		    template, i, directories[i], strlen(directories[i]), &values));
	assert_true(template_match_file(template, name, strlen(name), &values));
	query = file_query_open(expression, template, &status);
	assert_int_equal(status, query != NULL ? 0 : 2);
	if (query != NULL)
		result = file_query_holds(query, &file, name, &values);
	/* Once more: nothing of the last file is left. */
	if (query != NULL)
		assert_int_equal(file_query_holds(query, &file, name, &values), result);
	file_query_close(query);
	template_forget(&values);
	template_free(template);
	return result;
}

static void
truths(void **state)
{
	static const struct {
		const char *expression;
		int one, bare; /* for RMA1_01_DBZH.x, for RMA1_x.x */
	} table[] = {
	    {"volume == 1", 1, 0},
	    {"volume == 1.0", 1, 0},
	    {"volume != 2", 1, 0},
	    {"volume == '01'", 1, 0},
	    {"volume != '1'", 1, 1},
	    {"volume in [1, 2]", 1, 0},
	    {"volume not in [2]", 1, 0},
	    {"volume in [x, '01']", 1, 1},
	    {"volume is None", 0, 0},
	    {"volume is True", 1, 0},
	    {"-volume + 3 == 2 and volume ** 2 == 1", 1, 0},
	    {"0 < volume <= m", 1, 0},
	    {"field == DBZH", 1, 0},
	    {"DBZH == field == DBZH", 1, 0},
	    {"field in [VRAD, DBZH,]", 1, 0},
	    {"field in (VRAD, TH)", 0, 0},
	    {"field in []", 0, 0},
	    {"field not in []", 1, 0},
	    {"field in DBZHV", 1, 0},
	    {"BZ in field", 1, 0},
	    {"lower(field) == dbzh", 1, 0},
	    {"field is None", 0, 1},
	    {"field is not None", 1, 0},
	    {"not field == VRAD", 1, 0},
	    {"field == VRAD or volume", 1, 1},
	    {"field == VRAD and volume", 0, 0},
	    {"bool(field)", 1, 0},
	    {"radar == source", 1, 1},
	    {"radar in path", 1, 1},
	    {"name == 'RMA1_x.x'", 0, 1},
	    {"size > 1e3", 1, 0},
	    {"size is None", 0, 1},
	    {"modified >= '2025-02-01' and modified > time", 1, 0},
	    {"(modified - time) / 86400 == 1", 1, 0},
	    {"time == '2025-01-31'", 1, 1},
	    {"time(str(time)) == time", 1, 1},
	    {"Y == 2025 and m == 1 and d == 31", 1, 1},
	    {"min(volume, 5) == 1 and max([volume, d]) == 31", 1, 0},
	    {"str(volume) == '01'", 1, 0},
	    {"int(volume) == 1 and float(volume) == 1", 1, 0},
	    {"len(volume) == 2", 1, 0},
	    {"size > math.pi", 1, 0},
	    {"`volume` == 1", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int one = holds(
		    table[i].expression, "RMA1_01_DBZH.x", 2000, "2025-02-01T00:00:00Z");
		int bare = holds(table[i].expression, "RMA1_x.x", -1, "");

		if (one != table[i].one || bare != table[i].bare)
			fail_msg("%s: %d, %d", table[i].expression, one, bare);
	}
}

/* What counts as a number, beside one. */
static void
numbers(void **state)
{
	static const struct {
		const char *volume;
		int is; /* volume == 7 */
	} table[] = {{"7", 1}, {"007", 1}, {"7.0", 1}, {"+7", 1}, {"70e-1", 1}, {"7x", 0},
	    {"0x7", 0}, {"", 0}, {"-7", 0}, {"7-", 0}};
	char name[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		snprintf(name, sizeof(name), "RMA1_%s.x", table[i].volume);
		if (holds("volume == 7", name, 1, "") != table[i].is)
			fail_msg("%s", table[i].volume);
	}
}

static void
wrong(void **state)
{
	static const struct {
		const char *expression, *says, *caret;
	} table[] = {
	    {"", "the query ends", "\n    ^\n"},
	    {"volum == 1", "there is no field volum; the nearest: volume", "    ^~~~~\n"},
	    {"nofield == nofield", "there is no field nofield", "    ^~~~~~~\n"},
	    {"1 in [DBZH]", "there is no field DBZH", "          ^~~~\n"},
	    {"DBZH + 'x' == field", "there is no field DBZH", "    ^~~~\n"},
	    {"field == [DBZH]", "list", "^"},
	    {"field is DBZH", "'is' goes with", "^"},
	    {"field == None", "write 'field is None'", "^"},
	    {"size in name", "cannot be in", "^"},
	    {"volume(1)", "there is no function volume", "^"},
	    {"@a", "no alias @a of files", "^~"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *said;
		int result;

		unit_listen();
		result = holds(table[i].expression, "RMA1_01.x", 1, "");
		said = unit_said();
		if (result != -2 || strstr(said, "--where: ") == NULL ||
		    strstr(said, table[i].says) == NULL ||
		    strstr(said, table[i].caret) == NULL)
			fail_msg("%s: %d, %s", table[i].expression, result, said);
		free(said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(truths),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
