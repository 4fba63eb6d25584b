#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/gate.h"

static void
test_pause(void **state)
{
	struct gate g;

	(void)state;
	gate_init(&g);
	assert_true(gate_allows(&g, 0, 1000));
	assert_int_equal(gate_opens_ms(&g, 0), 0);
	gate_pause(&g, 1000, 500);
	assert_false(gate_allows(&g, 1499, 0));
	assert_int_equal(gate_opens_ms(&g, 1499), 1);
	assert_true(gate_allows(&g, 1500, 63));
	assert_int_equal(gate_opens_ms(&g, 1500), 0);
	/* A shorter pause does not shorten a longer one. */
	gate_pause(&g, 2000, 5000);
	gate_pause(&g, 2100, 10);
	gate_pause(&g, 2100, 0);
	gate_pause(&g, 2100, -5);
	assert_int_equal(gate_opens_ms(&g, 2100), 4900);
	/* Success of what was in flight does not open it. */
	gate_success(&g);
	assert_false(gate_allows(&g, 2100, 0));
}

static void
test_breaker(void **state)
{
	static const int64_t pauses_ms[] = { 10000, 20000, 40000, 80000,
					     160000, 300000, 300000 };
	struct gate g;
	int64_t now_ms = 1000;

	(void)state;
	gate_init(&g);
	for (int i = 0; i < 4; i++)
		gate_failure(&g, now_ms, true);
	assert_true(gate_allows(&g, now_ms, 10));
	/* In a row means in a row. */
	gate_failure(&g, now_ms, false);
	for (int i = 0; i < 4; i++)
		gate_failure(&g, now_ms, true);
	gate_success(&g);
	for (int i = 0; i < 4; i++)
		gate_failure(&g, now_ms, true);
	assert_true(gate_allows(&g, now_ms, 10));
	gate_failure(&g, now_ms, true);
	assert_int_equal(gate_opens_ms(&g, now_ms), 5000);
	/* The rest of the volley changes nothing. */
	for (int i = 0; i < 60; i++)
		gate_failure(&g, now_ms + 100, true);
	assert_int_equal(gate_opens_ms(&g, now_ms), 5000);
	for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		now_ms += gate_opens_ms(&g, now_ms);
		/* One probe; it fails. */
		assert_true(gate_allows(&g, now_ms, 0));
		assert_false(gate_allows(&g, now_ms, 1));
		gate_failure(&g, now_ms, true);
		assert_int_equal(gate_opens_ms(&g, now_ms), pauses_ms[i]);
	}
	now_ms += gate_opens_ms(&g, now_ms);
	gate_success(&g);
	assert_true(gate_allows(&g, now_ms, 63));
	/* And all begins anew. */
	for (int i = 0; i < 5; i++)
		gate_failure(&g, now_ms, true);
	assert_int_equal(gate_opens_ms(&g, now_ms), 5000);
}

static void
test_budget(void **state)
{
	struct gate g;

	(void)state;
	gate_init(&g);
	for (int i = 0; i < 100; i++)
		assert_true(gate_spend(&g, false));
	assert_false(gate_spend(&g, false));
	for (int i = 0; i < 9; i++)
		gate_success(&g);
	assert_false(gate_spend(&g, true));
	assert_true(gate_spend(&g, false));
	for (int i = 0; i < 6; i++)
		gate_success(&g);
	assert_true(gate_spend(&g, true));
	assert_int_equal(g.budget, 0);
	for (int i = 0; i < 1000; i++)
		gate_success(&g);
	assert_int_equal(g.budget, 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_breaker),
		cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
