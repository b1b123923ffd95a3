/* Checking JSON texts, and where their values begin and end. */
#include "text/json.h"

#include "unit.h"

/* A text and its length, for those that hold NUL. */
#define T(text)                                                                          \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}

struct text {
	const char *p;
	size_t n;
};

/* Scan a whole text; the text is copied to a block of its exact size, so that a
 * read behind its end is seen by valgrind and the address sanitizer. */
static bool
accepts(const char *p, size_t n, struct json *s)
{
	char *copy = malloc(n > 0 ? n : 1);
	bool good;

	assert_non_null(copy);
	memcpy(copy, p, n);
	json_begin(s, copy, n);
	good = json_value(s, NULL) && json_end(s);
	assert_int_equal(good, s->error == NULL);
	assert_true(s->at <= n);
	free(copy);
	return good;
}

/* JSONTestSuite, the y_ files. */
static const struct text good[] = {
    T("[[]   ]"),
    T("[\"\"]"),
    T("[]"),
    T("[\"a\"]"),
    T("[false]"),
    T("[null, 1, \"1\", {}]"),
    T("[null]"),
    T("[1\n]"),
    T(" [1]"),
    T("[1,null,null,null,2]"),
    T("[2] "),
    T("[123e65]"),
    T("[0e+1]"),
    T("[0e1]"),
    T("[ 4]"),
    T("[-0.000000000000000000000000000000000000000000000000000000000000000000000000001]"),
    T("[20e1]"),
    T("[-0]"),
    T("[-123]"),
    T("[-1]"),
    T("[-0]"),
    T("[1E22]"),
    T("[1E-2]"),
    T("[1E+2]"),
    T("[123e45]"),
    T("[123.456e78]"),
    T("[1e-2]"),
    T("[1e+2]"),
    T("[123]"),
    T("[123.456789]"),
    T("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
    T("{\"asd\":\"sdf\"}"),
    T("{\"a\":\"b\",\"a\":\"c\"}"),
    T("{\"a\":\"b\",\"a\":\"b\"}"),
    T("{}"),
    T("{\"\":0}"),
    T("{\"foo\\u0000bar\": 42}"),
    T("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"),
    T("{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], "
      "\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}"),
    T("{\"a\":[]}"),
    T("{\"title\":\"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430\" }"),
    T("{\n\"a\": \"b\"\n}"),
    T("[\"\\u0060\\u012a\\u12AB\"]"),
    T("[\"\\uD801\\udc37\"]"),
    T("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
    T("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    T("[\"\\\\u0000\"]"),
    T("[\"\\\"\"]"),
    T("[\"a/*b*/c/*d//e\"]"),
    T("[\"\\\\a\"]"),
    T("[\"\\\\n\"]"),
    T("[\"\\u0012\"]"),
    T("[\"\\uFFFF\"]"),
    T("[\"asd\"]"),
    T("[ \"asd\"]"),
    T("[\"\\uDBFF\\uDFFF\"]"),
    T("[\"new\\u00A0line\"]"),
    T("[\"\xf4\x8f\xbf\xbf\"]"),
    T("[\"\xef\xbf\xbf\"]"),
    T("[\"\\u0000\"]"),
    T("[\"\\u002c\"]"),
    T("[\"\xcf\x80\"]"),
    T("[\"\xf0\x9b\xbf\xbf\"]"),
    T("[\"asd \"]"),
    T("\" \""),
    T("[\"\\uD834\\uDd1e\"]"),
    T("[\"\\u0821\"]"),
    T("[\"\\u0123\"]"),
    T("[\"\xe2\x80\xa8\"]"),
    T("[\"\xe2\x80\xa9\"]"),
    T("[\"\\u0061\\u30af\\u30EA\\u30b9\"]"),
    T("[\"new\\u000Aline\"]"),
    T("[\"\x7f\"]"),
    T("[\"\\uA66D\"]"),
    T("[\"\\u005C\"]"),
    T("[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]"),
    T("[\"\\uDBFF\\uDFFE\"]"),
    T("[\"\\u200B\"]"),
    T("[\"\\u2064\"]"),
    T("[\"\\uFDD0\"]"),
    T("[\"\\uFFFE\"]"),
    T("[\"\\u0022\"]"),
    T("[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]"),
    T("[\"a\x7f"
      "a\"]"),
    T("false"),
    T("42"),
    T("-0.1"),
    T("null"),
    T("\"asd\""),
    T("true"),
    T("\"\""),
    T("[\"a\"]\n"),
    T("[true]"),
    T(" [] "),
    /* The i_ files that the grammar accepts: numbers of any size, surrogates. */
    T("[123.456e-789]"),
    T("[0.4e00669999999999999999999999999999999999999999999999999999999999999999999]"),
    T("[-1e+9999]"),
    T("[-123123123123123123123123123123]"),
    T("[100000000000000000000]"),
    T("{\"\\uDFAA\":0}"),
    T("[\"\\uDADA\"]"),
    T("[\"\\uD888\\u1234\"]"),
    T("[\"\\uD800\\n\"]"),
    T("[\"\\uDd1ea\"]"),
    T("[\"\\uD800\\uD800\\n\"]"),
    T("[\"\\ud800\"]"),
    T("[\"\\ud800abc\"]"),
    T("[\"\\uDd1e\\uD834\"]"),
    T("[\"\\uDFAA\"]"),
    /* What Python's encoder adds. */
    T("NaN"),
    T("Infinity"),
    T("-Infinity"),
    T("{\"a\": NaN, \"b\": [Infinity, -Infinity]}"),
};

/* JSONTestSuite, the n_ files, and a few more. */
static const struct text bad[] = {
    T("[1 true]"),
    T("[a\xe5]"),
    T("[\"\": 1]"),
    T("[\"\"],"),
    T("[,1]"),
    T("[1,,2]"),
    T("[\"x\",,]"),
    T("[\"x\"]]"),
    T("[\"\",]"),
    T("[\"x\""),
    T("[x"),
    T("[3[4]]"),
    T("[\xff]"),
    T("[1:2]"),
    T("[,]"),
    T("[-]"),
    T("[   , \"\"]"),
    T("[\"a\",\n4\n,1,"),
    T("[1,]"),
    T("[1,,]"),
    T("[\"a\vb\"]"),
    T("[\"a\"\v,\"\\f\"]"),
    T("[*]"),
    T("[\"\""),
    T("[1,"),
    T("[1,\n1\n,1"),
    T("[{}"),
    T("[fals]"),
    T("[nul]"),
    T("[tru]"),
    T("123\0"),
    T("[++1234]"),
    T("[+1]"),
    T("[+Inf]"),
    T("[-01]"),
    T("[-1.0.]"),
    T("[-2.]"),
    T("[-NaN]"),
    T("[.-1]"),
    T("[.2e-3]"),
    T("[0.1.2]"),
    T("[0.3e+]"),
    T("[0.3e]"),
    T("[0.e1]"),
    T("[0E+]"),
    T("[0E]"),
    T("[0e+]"),
    T("[0e]"),
    T("[1.0e+]"),
    T("[1.0e-]"),
    T("[1.0e]"),
    T("[1 000.0]"),
    T("[1eE2]"),
    T("[2.e+3]"),
    T("[2.e-3]"),
    T("[2.e3]"),
    T("[9.e+]"),
    T("[Inf]"),
    T("[\xef\xbc\x91]"),
    T("[1+2]"),
    T("[0x1]"),
    T("[0x42]"),
    T("[0e+-1]"),
    T("[-123.123foo]"),
    T("[123\xe5]"),
    T("[1e1\xe5]"),
    T("[0\xe5]"),
    T("[-Infinit]"),
    T("[-foo]"),
    T("[- 1]"),
    T("[-012]"),
    T("[-.123]"),
    T("[-1x]"),
    T("[1ea]"),
    T("[1e\xe5]"),
    T("[1.]"),
    T("[.123]"),
    T("[1.2a-3]"),
    T("[1.8011670033376514H-308]"),
    T("[012]"),
    T("[\"x\", truth]"),
    T("{[: \"x\"}\n"),
    T("{\"x\", null}"),
    T("{\"x\"::\"b\"}"),
    T("{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}"),
    T("{\"a\":\"a\" 123}"),
    T("{key: 'value'}"),
    T("{\"\xb9\":\"0\",}"),
    T("{\"a\" b}"),
    T("{:\"b\"}"),
    T("{\"a\" \"b\"}"),
    T("{\"a\":"),
    T("{\"a\""),
    T("{1:1}"),
    T("{9999E9999:1}"),
    T("{null:null,null:null}"),
    T("{\"id\":0,,,,,}"),
    T("{'a':0}"),
    T("{\"id\":0,}"),
    T("{\"a\":\"b\"}/**/"),
    T("{\"a\":\"b\"}/**//"),
    T("{\"a\":\"b\"}//"),
    T("{\"a\":\"b\"}/"),
    T("{\"a\":\"b\",,\"c\":\"d\"}"),
    T("{a: \"b\"}"),
    T("{\"a\":\"a"),
    T("{ \"foo\" : \"bar\", \"a\" }"),
    T("{\"a\":\"b\"}#"),
    T(" "),
    T(""),
    T("[\"\\uD800\\\"]"),
    T("[\"\\uD800\\u\"]"),
    T("[\"\\uD800\\u1\"]"),
    T("[\"\\uD800\\u1x\"]"),
    T("[\xc3\xa9]"),
    T("[\"\\\0\"]"),
    T("[\"\\x00\"]"),
    T("[\"\\\\\\\"]"),
    T("[\"\\\t\"]"),
    T("[\"\\\xf0\x9f\x8c\x80\"]"),
    T("[\"\\\"]"),
    T("[\"\\u00A\"]"),
    T("[\"\\uD834\\uDd\"]"),
    T("[\"\\uD800\\uD800\\x\"]"),
    T("[\"\\u\xe5\"]"),
    T("[\"\\a\"]"),
    T("[\"\\uqqqq\"]"),
    T("[\"\\\xe5\"]"),
    T("[\\u0020\"asd\"]"),
    T("[\\n]"),
    T("\""),
    T("['single quote']"),
    T("abc"),
    T("[\"\\"),
    T("[\"a\0a\"]"),
    T("[\"new\nline\"]"),
    T("[\"\t\"]"),
    T("\"\\UA66D\""),
    T("\"\"x"),
    T("[\xe2\x81\xa0]"),
    T("\xef\xbb\xbf"),
    T("\xef\xbb\xbf{}"),
    T("<.>"),
    T("[<null>]"),
    T("[1]x"),
    T("[1]]"),
    T("[\"asd]"),
    T("a\xc3\xa5"),
    T("[True]"),
    T("1]"),
    T("{\"x\": true,"),
    T("[][]"),
    T("]"),
    T("\xef\xbb{}"),
    T("\xe5"),
    T("["),
    T("2@"),
    T("{}}"),
    T("{\"\":"),
    T("{\"a\":/*comment*/\"b\"}"),
    T("{\"a\": true} \"x\""),
    T("['"),
    T("[,"),
    T("[{"),
    T("[\"a"),
    T("{"),
    T("{]"),
    T("{,"),
    T("{["),
    T("{\"a"),
    T("{'a'"),
    T("[\"\\{[\"\\{[\"\\{[\"\\{"),
    T("*"),
    T("{\"a\":\"b\"}#{}"),
    T("[\\u000A\"\"]"),
    T("[1"),
    T("[ false, nul"),
    T("[ true, fals"),
    T("[ false, tru"),
    T("{\"asd\":\"asd\""),
    T("\xc2\xa5"),
    T("[\xe2\x80\xa8]"),
    T("[\f]"),
    T("[\v]"),
    T("nan"),
    T("NAN"),
    T("-NaN"),
    T("infinity"),
    T("+Infinity"),
    T("NaNN"),
    T("Infinity1"),
    T("--Infinity"),
    T("{NaN:1}"),
    T("[1\0]"),
    T("\0"),
    T("{\"a\":1 \"b\":2}"),
    T("[}"),
    T("{\"a\":1]"),
    T("[1}"),
    T("[{\"a\":[1}]"),
};

static void
accept_table(void **state)
{
	struct json s;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (!accepts(good[i].p, good[i].n, &s))
			fail_msg("refused: %s: %s", good[i].p, s.error);
}

static void
reject_table(void **state)
{
	struct json s;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (accepts(bad[i].p, bad[i].n, &s))
			fail_msg("accepted: %s", bad[i].p);
}

/* RFC 3629, section 4: the edges of every row of the grammar. */
static void
utf8_table(void **state)
{
	static const struct {
		const char *bytes;
		bool good;
	} table[] = {
	    {"\x7f", true},
	    {"\x80", false},
	    {"\xbf", false},
	    {"\xc0\x80", false},
	    {"\xc1\xbf", false},
	    {"\xc2\x7f", false},
	    {"\xc2\x80", true},
	    {"\xc2\xc0", false},
	    {"\xdf\xbf", true},
	    {"\xe0\x9f\xbf", false},
	    {"\xe0\xa0\x80", true},
	    {"\xe0\xa0\x7f", false},
	    {"\xe1\x80\x80", true},
	    {"\xec\xbf\xbf", true},
	    {"\xed\x9f\xbf", true},
	    {"\xed\xa0\x80", false},
	    {"\xed\xbf\xbf", false},
	    {"\xee\x80\x80", true},
	    {"\xef\xbf\xbf", true},
	    {"\xf0\x8f\xbf\xbf", false},
	    {"\xf0\x90\x80\x80", true},
	    {"\xf0\x90\x80\xc0", false},
	    {"\xf0\x90\x7f\x80", false},
	    {"\xf1\x80\x80\x80", true},
	    {"\xf3\xbf\xbf\xbf", true},
	    {"\xf4\x8f\xbf\xbf", true},
	    {"\xf4\x90\x80\x80", false},
	    {"\xf5\x80\x80\x80", false},
	    {"\xf8\x88\x80\x80\x80", false},
	    {"\xfe", false},
	    {"\xff", false},
	    {"\xe2\x82", false},
	    {"\xf0\x9f\x98", false},
	};

	(void)state;
	/* At every place of a word of eight bytes: plain text is read in words. */
	for (size_t i = 0; i < COUNT_OF(table); i++)
		for (int before = 0; before < 9; before++) {
			char text[64];
			struct json s;
			int n = snprintf(text, sizeof(text), "\"%.*s%sxyz\"", before,
			    "abcdefgh", table[i].bytes);

			if (accepts(text, (size_t)n, &s) != table[i].good)
				fail_msg("row %zu behind %d bytes", i, before);
		}
}

static void
control_characters(void **state)
{
	char text[] = "\"0123456789abcdef\"";
	struct json s;

	(void)state;
	for (size_t at = 1; at <= 16; at++)
		for (int c = 0; c < 0x20; c++) {
			char kept = text[at];

			text[at] = (char)c;
			assert_false(accepts(text, sizeof(text) - 1, &s));
			assert_int_equal(s.at, at);
			text[at] = kept;
		}
}

static const char sample[] =
    "{\"success\": true, \"value\": [{\"num\": 8, \"ok\": [true, false, null, NaN, "
    "-Infinity, Infinity], \"params\": {\"A:\\uff0eB\\n\\\"\": -12.50e+10, "
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\xa7\x8a\": \"\\ud83e\\uddca\xf0\x9f\xa7\x8a\", "
    "\"e\": {}, \"z\": [], \"n\": 0, \"big\": 9007199254740993}}, {\"num\": 7}]}";

static void
truncated_at_every_byte(void **state)
{
	struct json s;

	(void)state;
	assert_true(accepts(sample, sizeof(sample) - 1, &s));
	for (size_t n = 0; n < sizeof(sample) - 1; n++) {
		assert_false(accepts(sample, n, &s));
		if (!s.truncated)
			fail_msg("cut at byte %zu: '%s'", n, s.error);
	}
}

static void
not_truncated_where_it_is_wrong(void **state)
{
	static const char *const table[] = {
	    "[1,]", "{\"a\":}", "[tru]", "\"\xff\"", "[1}", "[01]", "x", "[1] x"};
	struct json s;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_false(accepts(table[i], strlen(table[i]), &s));
		if (s.truncated)
			fail_msg("%s", table[i]);
	}
}

static void
spans_byte_for_byte(void **state)
{
	static const char text[] = "  { \"a\" : 1.50 ,\n\"b\\u0062\":[ 1 , \"]\" ],"
				   "\"c\":{\"}\":[]} , \"\":\"\\\"\" }  ";
	static const char *const keys[] = {"\"a\"", "\"b\\u0062\"", "\"c\"", "\"\""};
	static const char *const values[] = {
	    "1.50", "[ 1 , \"]\" ]", "{\"}\":[]}", "\"\\\"\""};
	struct json s;
	struct json_span key, value;
	size_t i = 0;

	(void)state;
	json_begin(&s, text, sizeof(text) - 1);
	assert_int_equal(json_peek(&s), '{');
	assert_true(json_open(&s, '{'));
	while (json_member(&s, &key)) {
		assert_true(i < COUNT_OF(keys));
		assert_int_equal(key.n, strlen(keys[i]));
		assert_memory_equal(key.p, keys[i], key.n);
		assert_true(json_value(&s, &value));
		assert_int_equal(value.n, strlen(values[i]));
		assert_memory_equal(value.p, values[i], value.n);
		i++;
	}
	assert_int_equal(i, COUNT_OF(keys));
	assert_true(json_end(&s));
	assert_true(s.unclean); /* the line break between two members */
}

static void
elements(void **state)
{
	struct json s;
	struct json_span value;
	char joined[40] = "";

	(void)state;
	json_begin(&s, "[1, [2, 3] ,\"x\"]", 16);
	assert_true(json_open(&s, '['));
	while (json_element(&s)) {
		assert_true(json_value(&s, &value));
		strncat(joined, value.p, value.n);
		strcat(joined, ";");
	}
	assert_string_equal(joined, "1;[2, 3];\"x\";");
	assert_true(json_end(&s));

	json_begin(&s, "[]", 2);
	assert_true(json_open(&s, '['));
	assert_false(json_element(&s));
	assert_null(s.error);
	json_begin(&s, "[1,]", 4);
	assert_true(json_open(&s, '['));
	assert_true(json_element(&s) && json_value(&s, &value));
	assert_false(json_element(&s) && json_value(&s, &value));
	assert_non_null(s.error);
	json_begin(&s, "{}", 2);
	assert_false(json_open(&s, '['));
	assert_non_null(s.error);
}

/* n times open, then n times close. */
static bool
accepts_depth(size_t n, const char *open, const char *inside, const char *close)
{
	size_t o = strlen(open), c = strlen(close), i = strlen(inside);
	char *text = malloc(n * (o + c) + i), *p = text;
	struct json s;
	bool result;

	assert_non_null(text);
	for (size_t k = 0; k < n; k++, p += o)
		memcpy(p, open, o);
	memcpy(p, inside, i);
	p += i;
	for (size_t k = 0; k < n; k++, p += c)
		memcpy(p, close, c);
	result = accepts(text, (size_t)(p - text), &s);
	if (!result) {
		assert_string_equal(s.error, "it is nested too deeply");
		assert_false(s.truncated);
	}
	free(text);
	return result;
}

static void
depth_bound(void **state)
{
	(void)state;
	assert_true(accepts_depth(JSON_DEPTH, "[", "1", "]"));
	assert_true(accepts_depth(JSON_DEPTH, "{\"a\":", "1", "}"));
	assert_true(accepts_depth(JSON_DEPTH / 2, "[{\"a\":", "1", "}]"));
	assert_false(accepts_depth(JSON_DEPTH + 1, "[", "", "]"));
	assert_false(accepts_depth(JSON_DEPTH + 1, "{\"a\":", "1", "}"));
	assert_false(accepts_depth(1000000, "[", "", "]"));
}

/* Brackets of both kinds in every order come out as they went in. */
static void
mixed_nesting(void **state)
{
	struct json s;
	char text[4096];

	(void)state;
	for (unsigned bits = 0; bits < 256; bits++) {
		char *p = text;

		for (unsigned i = 0; i < 200; i++)
			p += sprintf(p, "%s", bits >> (i % 8) & 1 ? "{\"\":" : "[");
		p += sprintf(p, "0");
		for (unsigned i = 200; i-- > 0;)
			p += sprintf(p, "%s", bits >> (i % 8) & 1 ? "}" : "]");
		assert_true(accepts(text, (size_t)(p - text), &s));
		p[-1] = p[-1] == '}' ? ']' : '}';
		assert_false(accepts(text, (size_t)(p - text), &s));
	}
}

static void
find(void **state)
{
	static const char text[] =
	    "{\"x\":{\"name\":1},\"n\\u0061me\":\"first\",\"name\":\"second\"}";
	struct json_span object = {text, sizeof(text) - 1}, value;

	(void)state;
	assert_true(json_find(object, "name", &value));
	assert_int_equal(value.n, 7);
	assert_memory_equal(value.p, "\"first\"", 7);
	assert_false(json_find(object, "nam", &value));
	assert_false(json_find(object, "first", &value));
	assert_false(json_find((struct json_span){"[1]", 3}, "name", &value));
	assert_false(json_find((struct json_span){"{}", 2}, "name", &value));
}

static void
decode_table(void **state)
{
	static const struct {
		const char *json, *plain;
		size_t n;
	} table[] = {
	    {"\"\"", "", 0},
	    {"\"abc\"", "abc", 3},
	    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
	    {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6},
	    {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"",
		"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf", 11},
	    {"\"\\ud83e\\uddca\"", "\xf0\x9f\xa7\x8a", 4},
	    {"\"\\ud800\\udc00\\udbff\\udfff\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8},
	    {"\"\\ud83e\"", "\xef\xbf\xbd", 3},
	    {"\"\\ud83ex\"", "\xef\xbf\xbdx", 4},
	    {"\"\\ud83e\\n\"", "\xef\xbf\xbd\n", 4},
	    {"\"\\ud83e\\u0041\"",
		"\xef\xbf\xbd"
		"A",
		4},
	    {"\"\\uddca\\ud83e\"", "\xef\xbf\xbd\xef\xbf\xbd", 6},
	    {"\"\\ud83e\\ud83e\\uddca\"", "\xef\xbf\xbd\xf0\x9f\xa7\x8a", 7},
	    {"\"a\\u0000b\"", "a\0b", 3},
	    {"\"\xf0\x9f\xa7\x8a\"", "\xf0\x9f\xa7\x8a", 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct json_span string = {table[i].json, strlen(table[i].json)};
		char *out = malloc(string.n); /* exactly what is promised to be enough */
		size_t n;

		assert_non_null(out);
		n = json_string_decode(string, out);
		assert_int_equal(n, table[i].n);
		assert_memory_equal(out, table[i].plain, n + 1);
		if (strlen(table[i].plain) == table[i].n)
			assert_true(json_string_is(string, table[i].plain));
		assert_false(json_string_is(string, "another"));
		free(out);
	}
	assert_false(json_string_is((struct json_span){"\"ab\"", 4}, "a"));
	assert_false(json_string_is((struct json_span){"\"a\"", 3}, "ab"));
	assert_false(json_string_is((struct json_span){"\"\\u0061\"", 8}, "ab"));
	assert_false(json_string_is((struct json_span){"\"\\u0061b\"", 9}, "a"));
	/* A NUL in the string does not lead behind the end of the plain one. */
	assert_false(json_string_is((struct json_span){"\"a\\u0000b\"", 10}, "a\0b"));
}

static void
append(void *context, const char *p, size_t n)
{
	strncat(context, p, n);
}

static void
says(void **state)
{
	const char text[] = "{\"a\":\"x\\u0079\",\"b\":\"\",\"c\":1,\"a\":\"z\"}";
	struct json_span object = {text, sizeof(text) - 1}, value;
	size_t n;
	char *copy;

	(void)state;
	assert_true(json_says(object, "a", "xy"));
	assert_false(json_says(object, "a", "x"));
	assert_false(json_says(object, "a", "z"));
	assert_true(json_says(object, "b", ""));
	assert_false(json_says(object, "c", "1"));
	assert_false(json_says(object, "d", ""));
	assert_true(json_find(object, "a", &value));
	copy = json_string_copy(value, &n);
	assert_string_equal(copy, "xy");
	assert_int_equal(n, 2);
	free(copy);
}

static void
clean_table(void **state)
{
	static const struct {
		const char *text, *clean;
		bool unclean;
	} table[] = {
	    {"[1, \"NaN\", {\"NaN\": \"-Infinity\\\"\"}]",
		"[1, \"NaN\", {\"NaN\": \"-Infinity\\\"\"}]", false},
	    {"NaN", "\"NaN\"", true},
	    {"[NaN,NaN]", "[\"NaN\",\"NaN\"]", true},
	    {"[Infinity, -Infinity, -1]", "[\"Infinity\", \"-Infinity\", -1]", true},
	    {"{\"a\":\n NaN\r\n}", "{\"a\":  \"NaN\"  }", true},
	    {"{\"\\\\\":NaN,\"\\\"NaN\":-0.0}", "{\"\\\\\":\"NaN\",\"\\\"NaN\":-0.0}",
		true},
	    {"[1,\n2]", "[1, 2]", true},
	    {"[\"\\n\",\t1]", "[\"\\n\",\t1]", false},
	    {"9007199254740993", "9007199254740993", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct json_span text = {table[i].text, strlen(table[i].text)};
		char out[200] = "";
		struct json s;

		assert_true(accepts(text.p, text.n, &s));
		assert_int_equal(s.unclean, table[i].unclean);
		json_clean(text, 0, append, out);
		assert_string_equal(out, table[i].clean);
		/* Clean is clean. */
		assert_true(accepts(out, strlen(out), &s));
		assert_false(s.unclean);
	}
}

struct marks {
	int n;
	size_t last;
};

static void
note_mark(void *context, size_t at)
{
	struct marks *marks = context;

	assert_true(at >= marks->last);
	marks->last = at;
	marks->n++;
}

/* What was read is told now and then, inside of long strings, too. */
static void
passes_marks(void **state)
{
	size_t n = 5 * JSON_STRIDE;
	char *text = malloc(n);
	struct marks marks = {0};
	struct json s;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n);
	text[0] = text[n - 1] = '"';
	json_begin(&s, text, n);
	s.passed = note_mark;
	s.context = &marks;
	assert_true(json_value(&s, NULL) && json_end(&s));
	assert_int_equal(marks.n, 4);

	/* Beyond ASCII, and across every mark. */
	for (size_t i = 1; i + 2 < n; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	marks = (struct marks){0};
	json_begin(&s, text, n);
	s.passed = note_mark;
	s.context = &marks;
	assert_true(json_value(&s, NULL) && json_end(&s));
	assert_in_range(marks.n, 3, 5);

	/* Many short values. */
	memset(text, ' ', n);
	text[0] = '[';
	for (size_t i = 1; i + 2 < n; i += 2)
		memcpy(text + i, "1,", 2);
	text[n - 2] = ' '; /* no comma behind the last */
	text[n - 1] = ']';
	marks = (struct marks){0};
	json_begin(&s, text, n);
	s.passed = note_mark;
	s.context = &marks;
	assert_true(json_value(&s, NULL) && json_end(&s));
	assert_int_equal(marks.n, 4);
	free(text);
}

/* After an error nothing more comes, and the first error stays. */
static void
errors_stay(void **state)
{
	struct json s;
	struct json_span key;

	(void)state;
	json_begin(&s, "{\"a\":01}", 8);
	assert_true(json_open(&s, '{'));
	assert_true(json_member(&s, &key));
	assert_true(json_value(&s, NULL)); /* the 0 */
	assert_false(json_member(&s, &key));
	assert_string_equal(s.error, "a comma is missing");
	assert_int_equal(s.at, 6);
	assert_false(json_value(&s, NULL));
	assert_false(json_open(&s, '{'));
	assert_false(json_element(&s));
	assert_false(json_end(&s));
	assert_string_equal(s.error, "a comma is missing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accept_table),
	    cmocka_unit_test(reject_table),
	    cmocka_unit_test(utf8_table),
	    cmocka_unit_test(control_characters),
	    cmocka_unit_test(truncated_at_every_byte),
	    cmocka_unit_test(not_truncated_where_it_is_wrong),
	    cmocka_unit_test(spans_byte_for_byte),
	    cmocka_unit_test(elements),
	    cmocka_unit_test(depth_bound),
	    cmocka_unit_test(mixed_nesting),
	    cmocka_unit_test(find),
	    cmocka_unit_test(decode_table),
	    cmocka_unit_test(says),
	    cmocka_unit_test(clean_table),
	    cmocka_unit_test(passes_marks),
	    cmocka_unit_test(errors_stay),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
