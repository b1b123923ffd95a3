/* What the engine of all transfers decides by itself: waits, hops, whom to follow. */
#include "base/engine.h"

#include "unit.h"

static void
waits(void **state)
{
	unsigned short seed[3] = {1, 2, 3}, again[3] = {1, 2, 3}, other[3] = {4, 5, 6};
	bool differs = false;

	(void)state;
	for (int i = 1; i < 20; i++) {
		long full = 1000L << (i < 6 ? i - 1 : 5), wait = engine_backoff(seed, i);

		assert_in_range(wait, full / 2, full);
		assert_int_equal(engine_backoff(again, i), wait);
		differs |= engine_backoff(other, i) != wait;
	}
	assert_true(differs); /* so that many do not come back at once */
}

static void
attempts(void **state)
{
	static const struct engine_owner owner = {.spare = false};
	struct engine *engine = engine_open(2, 3, &owner, NULL);
	struct engine_task task = {.attempts = 1};
	long long soon;

	(void)state;
	assert_non_null(engine);
	assert_true(engine_again(engine, &task, 0));
	soon = task.not_before;
	assert_true(engine_again(engine, &task, 100)); /* the server asks for more */
	assert_true(task.not_before > soon + 90000);
	task.attempts = 3;
	assert_false(engine_again(engine, &task, 0));
	engine_close(engine);
	engine_close(NULL);
}

static void
redirects(void **state)
{
	struct engine_task task = {.attempts = 1};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(engine_hop(&task));
	assert_false(engine_hop(&task));
	assert_int_equal(engine_compare("http://h/a", "http://H:80/b"), 0);
	assert_int_equal(engine_compare("http://h/a", "https://h/b"), 1);
	assert_int_equal(engine_compare("https://h/a", "http://h/b"), -1);
	assert_int_equal(engine_compare("http://h/a", "http://h:8080/a"), -1);
	assert_int_equal(engine_compare("http://h/a", "http://h.evil/a"), -1);
	assert_int_equal(engine_compare("http://h/a", "file:///a"), -1);
	assert_int_equal(engine_compare("http://h/a", "//"), -1);
}

static void
faults(void **state)
{
	(void)state;
	assert_int_equal(engine_fault(CURLE_COULDNT_CONNECT), ENGINE_AWAY);
	assert_int_equal(engine_fault(CURLE_PARTIAL_FILE), ENGINE_CUT);
	assert_int_equal(engine_fault(CURLE_PEER_FAILED_VERIFICATION), ENGINE_FAULT);
	assert_int_equal(engine_fault(CURLE_FAILED_INIT), ENGINE_FAULT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(waits),
	    cmocka_unit_test(attempts),
	    cmocka_unit_test(redirects),
	    cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
