/* daq.c and its readers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "local/daq.h"

/* The JSON of a value, or "-". */
static const char *
value(const struct daq *daq, const char *name)
{
	for (size_t i = 0; i < daq->n; i++)
		if (strcmp(daq->values[i].name, name) == 0)
			return daq->values[i].json;
	return "-";
}

static int
coda(struct daq *daq, const char *text)
{
	*daq = (struct daq){.path = "log"};
	return daq_coda_read(daq, text, strlen(text));
}

static int
caget(struct daq *daq, const char *text, const char *names)
{
	*daq = (struct daq){.path = "caget", .names = names};
	return daq_caget_read(daq, text, strlen(text));
}

static void
coda_whole(void **state)
{
	struct daq daq;

	(void)state;
	assert_int_equal(
	    coda(&daq,
		"<coda runtype='r&amp;d' session=\"s\"><run-start><run-number>002472"
		"</run-number><start-time>02/17/16 13:26:01</start-time><total-evt>1"
		"</total-evt><components><component name='A\"' type='ROC'><evt-rate>6.10"
		"</evt-rate><out-file>x</out-file></component></components><rtvs>"
		"<rtv name='k' value='v'/></rtvs></run-start><run-end><total-evt> 12 "
		"</total-evt></run-end><end-comment>\nfine\n-------------\nDate\n"
		"</end-comment><more><total-evt>9</total-evt></more></coda>"),
	    0);
	assert_string_equal(daq.run, "2472");
	assert_string_equal(value(&daq, "run_type"), "\"r&d\"");
	assert_string_equal(value(&daq, "run_start_time"), "\"2016-02-17T13:26:01Z\"");
	assert_string_equal(value(&daq, "run_end_time"), "-");
	assert_string_equal(value(&daq, "is_valid_run_end"), "true");
	assert_string_equal(value(&daq, "run_config"), "-");
	assert_string_equal(value(&daq, "evio_last_file"), "-");
	assert_string_equal(value(&daq, "event_count"), "\"12\"");
	assert_string_equal(value(&daq, "components"), "{\"A\\\"\":\"ROC\"}");
	assert_string_equal(
	    value(&daq, "component_stats"), "{\"A\\\"\":{\"evt-rate\":6.10}}");
	assert_string_equal(value(&daq, "rtvs"), "{\"k\":\"v\"}");
	assert_string_equal(value(&daq, "user_comment"), "\"fine\"");
	assert_int_equal(daq.bad, 0);
	daq_free(&daq);
}

static void
coda_bad(void **state)
{
	static const char *const texts[] = {"", "no XML", "<coda>", "<run/>",
	    "<!DOCTYPE coda [<!ENTITY a 'b'>]><coda/>",
	    "<!DOCTYPE coda SYSTEM 'file:///etc/passwd'><coda/>",
	    "<coda><run-start><run-number>seven</run-number></run-start></coda>",
	    "<coda>&unknown;</coda>"};
	struct daq daq;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(coda(&daq, texts[i]), -1);
		daq_free(&daq);
	}
	/* A component within a component, or without a name, makes no broken JSON. */
	assert_int_equal(
	    coda(&daq, "<coda><run-end><components><component><component name='b'/>"
		       "<evt-rate>1</evt-rate></component><component name='c'><component "
		       "name='d'/></component></components></run-end></coda>"),
	    0);
	assert_string_equal(value(&daq, "components"), "{\"c\":\"\"}");
	daq_free(&daq);
	/* A time that is none is left out, and reported. */
	assert_int_equal(coda(&daq, "<coda><run-start><start-time>noon</start-time>"
				    "</run-start></coda>"),
	    0);
	assert_int_equal(daq.bad, 1);
	daq_free(&daq);
	assert_int_equal(coda(&daq, "<coda><run-start><start-time>02/30/16 13:26:01"
				    "</start-time></run-start></coda>"),
	    0);
	assert_int_equal(daq.bad, 1);
	assert_int_equal(daq.n, 1);
	assert_string_equal(value(&daq, "is_valid_run_end"), "false");
	daq_free(&daq);
}

/* What RCDB makes of it: rtvs are strings. */
static void
infinities(void **state)
{
	struct daq daq;

	(void)state;
	assert_int_equal(
	    coda(&daq, "<coda><run-start><rtvs><rtv name='a' value='-Infinity'/>"
		       "<rtv name='b' value='-1'/></rtvs></run-start></coda>"),
	    0);
	assert_string_equal(value(&daq, "rtvs"), "{\"a\":\"-Infinity\",\"b\":\"-1\"}");
	daq_free(&daq);
	assert_int_equal(caget(&daq, "W 2 1 -Infinity\nV 2 1 1e400\n", NULL), 0);
	assert_string_equal(value(&daq, "W"), "\"2 1 -Infinity\"");
	assert_string_equal(value(&daq, "V"), "\"2 1 1e400\"");
	daq_free(&daq);
}

static void
coda_deep(void **state)
{
	char text[2000] = "<coda>";
	struct daq daq;

	(void)state;
	for (int i = 0; i < 300; i++)
		strcat(text, "<x>");
	assert_int_equal(coda(&daq, text), -1);
	daq_free(&daq);
}

static void
caget_lines(void **state)
{
	struct daq daq;

	(void)state;
	assert_int_equal(
	    caget(&daq,
		"A:B.RBV    12.5\r\n\nW 3 1 2.5 -4e3\nN 3 1 2\nS  two words \n"
		"T 2026-03-01 12:00:00.250000 3e-09 HIHI MAJOR\n"
		"G *** Not connected (PV not found)\nE\n",
		NULL),
	    0);
	assert_string_equal(value(&daq, "A:B.RBV"), "\"12.5\"");
	assert_string_equal(value(&daq, "W"), "[1,2.5,-4e3]");
	assert_string_equal(value(&daq, "N"), "\"3 1 2\"");
	assert_string_equal(value(&daq, "S"), "\"two words\"");
	assert_string_equal(value(&daq, "T"), "\"3e-09\"");
	assert_string_equal(
	    value(&daq, "T.timestamp"), "\"2026-03-01T12:00:00.250000Z\"");
	assert_string_equal(value(&daq, "G"), "-");
	assert_string_equal(value(&daq, "E"), "-");
	assert_int_equal(daq.bad, 2);
	assert_null(daq.run);
	daq_free(&daq);
}

static void
caget_terse(void **state)
{
	struct daq daq;

	(void)state;
	assert_int_equal(caget(&daq, "5\nat rest\n7\n", "x,y"), 0);
	assert_string_equal(value(&daq, "x"), "\"5\"");
	assert_string_equal(value(&daq, "y"), "\"at rest\"");
	assert_int_equal(daq.n, 2);
	assert_int_equal(daq.bad, 1);
	daq_free(&daq);
}

/* Files of the recorder, the configuration, the end that is not told, comments. */
static void
coda_as_rcdb(void **state)
{
	struct daq daq;

	(void)state;
	assert_int_equal(
	    coda(&daq,
		"<coda><run-start><update-time>02/17/16 "
		"13:59:57</update-time><components>"
		"<component name='E' type='ER'><out-file>/d/hd_000002_009.evio</out-file>"
		"<out-file>/d/hd_000002_010.evio</out-file><out-file></out-file>"
		"<evt-number>x</evt-number></component>"
		"<component name='R' type='ROC'><out-file>z_999.evio</out-file>"
		"<min-evt-size>0</min-evt-size><other>7</other></component></components>"
		"<rtvs><rtv name='%(config)' value='/c/a.conf'/></rtvs></run-start>"
		"<end-comment> as it is </end-comment></coda>"),
	    0);
	assert_string_equal(value(&daq, "run_end_time"), "\"2016-02-17T13:59:57Z\"");
	assert_string_equal(value(&daq, "is_valid_run_end"), "false");
	assert_string_equal(value(&daq, "run_config"), "\"a.conf\"");
	assert_string_equal(value(&daq, "evio_last_file"), "\"/d/hd_000002_010.evio\"");
	assert_string_equal(value(&daq, "evio_files_count"), "11");
	assert_string_equal(
	    value(&daq, "component_stats"), "{\"E\":{},\"R\":{\"min-evt-size\":0}}");
	assert_int_equal(daq.bad, 1);
	daq_free(&daq);
	assert_int_equal(
	    coda(&daq, "<coda><run-start><components><component type='ER' "
		       "name='E'><out-file>evio</out-file></component>"
		       "</components></run-start><end-comment>Add run comments "
		       "here ....\n\n-------------</end-comment></coda>"),
	    0);
	assert_string_equal(value(&daq, "evio_last_file"), "\"evio\"");
	assert_string_equal(value(&daq, "evio_files_count"), "-");
	assert_string_equal(value(&daq, "user_comment"), "\"\"");
	daq_free(&daq);
}

/* Several readings of a name: the mean of numbers, the last of texts. */
static void
caget_means(void **state)
{
	struct daq daq;

	(void)state;
	assert_int_equal(caget(&daq,
			     "A 1\nB 2.5\nT one\nS 3\nA 2\nB 2.5\nT two\nS x\nA 6\nB "
			     "2.5\nT two\nS 5\nN nan\nN -NaN\nI inf\nJ -inf\nA nan\n",
			     NULL),
	    0);
	assert_string_equal(value(&daq, "A"), "3.0");
	assert_string_equal(value(&daq, "B"), "\"2.5\"");
	assert_string_equal(value(&daq, "T"), "\"two\"");
	assert_string_equal(value(&daq, "S"), "\"5\"");
	assert_string_equal(value(&daq, "N"), "-");
	assert_string_equal(value(&daq, "I"), "\"Infinity\"");
	assert_string_equal(value(&daq, "J"), "\"-Infinity\"");
	assert_int_equal(daq.bad, 3);
	daq_free(&daq);
	assert_int_equal(
	    caget(&daq, "A 2026-03-01 12:00:00.5 1\nA 2026-03-01 12:00:01.5 2\n", NULL),
	    0);
	assert_string_equal(value(&daq, "A"), "1.5");
	assert_string_equal(
	    value(&daq, "A.timestamp"), "\"2026-03-01T12:00:01.500000Z\"");
	assert_int_equal(daq.n, 2);
	daq_free(&daq);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(coda_whole),
	    cmocka_unit_test(coda_as_rcdb),
	    cmocka_unit_test(caget_means),
	    cmocka_unit_test(coda_bad),
	    cmocka_unit_test(infinities),
	    cmocka_unit_test(coda_deep),
	    cmocka_unit_test(caget_lines),
	    cmocka_unit_test(caget_terse),
	};

	return cmocka_run_group_tests_name("daq", tests, NULL, NULL);
}
