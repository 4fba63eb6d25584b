#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/throttle.h"

/* Chunks of 16 KiB at any rate: a minute brings a minute's bytes. */
static void
test_rate(void **state)
{
	static const int64_t rates[] = { 1024, 10000, 200000, 12345678,
					 1000000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct throttle t;
		int64_t now_ms = 5000, came = 0, want = rates[i] * 60;

		throttle_init(&t, rates[i], now_ms);
		while (now_ms < 65000) {
			while (throttle_allows(&t, now_ms)) {
				throttle_spend(&t, 16384);
				came += 16384;
			}
			assert_true(throttle_wait_ms(&t, now_ms) >= 1);
			now_ms += throttle_wait_ms(&t, now_ms);
		}
		assert_true(came >= want - rates[i] / 4 - 32768);
		assert_true(came <= want + rates[i] / 4 + 32768);
	}
}

static void
test_wait_is_enough(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 1000, 0);
	assert_true(throttle_allows(&t, 0));
	throttle_spend(&t, 500);
	assert_false(throttle_allows(&t, 0));
	assert_int_equal(throttle_wait_ms(&t, 0), 500);
	assert_int_equal(throttle_wait_ms(&t, 100), 400);
	assert_false(throttle_allows(&t, 499));
	assert_true(throttle_allows(&t, 500));
	/* Without a rate there is nothing to wait for. */
	throttle_init(&t, 0, 0);
	throttle_spend(&t, 1 << 20);
	assert_true(throttle_allows(&t, 0));
	assert_int_equal(throttle_wait_ms(&t, 0), 1);
}

/* Silence saves up for a quarter of a second, not for ever. */
static void
test_burst(void **state)
{
	struct throttle t;
	int64_t came = 0;

	(void)state;
	throttle_init(&t, 1000, 0);
	while (throttle_allows(&t, 1000000)) {
		throttle_spend(&t, 10);
		came += 10;
	}
	assert_in_range(came, 250, 260);
	/* Time that runs backwards is no time. */
	assert_false(throttle_allows(&t, 999000));
}

static void
test_unlimited(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 0, 0);
	throttle_spend(&t, INT64_MAX / 2000);
	assert_true(throttle_allows(&t, 0));
	throttle_init(&t, INT64_MAX, 0);
	assert_true(throttle_allows(&t, 0));
	assert_true(throttle_allows(&t, INT64_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_wait_is_enough),
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_unlimited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
