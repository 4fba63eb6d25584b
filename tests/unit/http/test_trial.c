#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/trial.h"

static void
test_wanted(void **state)
{
	static const struct {
		uint32_t from, to;
		double wanted;
	} rows[] = {
		{ 63, 64, 0.015 },	/* never less */
		{ 10, 11, 0.0159 },
		{ 8, 12, 0.0667 },
		{ 1, 2, 0.10 },		/* never more */
		{ 1, 64, 0.10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double wanted = trial_wanted(rows[i].from, rows[i].to);

		assert_true(wanted > rows[i].wanted - 0.0001);
		assert_true(wanted < rows[i].wanted + 0.0001);
	}
}

/* The verdict of trials, one after the other, with rates that do not vary. */
static void
test_verdict(void **state)
{
	static const struct {
		uint32_t base, test;
		double rate, other;	/* of base and of test */
		enum trial_verdict verdict;
	} rows[] = {
		{ 10, 12, 100, 120, TRIAL_TEST },
		{ 10, 12, 100, 101, TRIAL_BASE },
		{ 10, 12, 100, 80, TRIAL_BASE },
		{ 12, 10, 100, 100, TRIAL_TEST },
		{ 12, 10, 100, 120, TRIAL_TEST },
		{ 12, 10, 100, 90, TRIAL_BASE },
		{ 64, 32, 1e9, 0.97e9, TRIAL_TEST },	/* half costs little */
		{ 64, 32, 1e9, 0.90e9, TRIAL_BASE },
		{ 1, 2, 1e-6, 2e-6, TRIAL_TEST },
	};
	struct trial t;

	(void)state;
	trial_init(&t);
	/* Learn how quiet it is. */
	trial_begin(&t, 2, 1);
	for (int i = 0; i < 100; i++)
		(void)trial_add(&t, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum trial_verdict verdict = TRIAL_GOES_ON;
		int n = 0;

		trial_begin(&t, rows[i].base, rows[i].test);
		while (verdict == TRIAL_GOES_ON) {
			bool is_base = trial_number(&t) == rows[i].base;

			assert_true(is_base ||
				    trial_number(&t) == rows[i].test);
			verdict = trial_add(&t, is_base ? rows[i].rate
							: rows[i].other);
			assert_true(++n <= 24);
		}
		assert_int_equal(verdict, rows[i].verdict);
	}
}

/* Base, test, test, base, base, ...: one change for each pair. */
static void
test_order(void **state)
{
	static const uint32_t order[] = { 8, 9, 9, 8, 8, 9, 9, 8 };
	struct trial t;

	(void)state;
	trial_init(&t);
	trial_begin(&t, 8, 9);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_int_equal(trial_number(&t), order[i]);
		assert_int_equal(trial_add(&t, i % 2 ? 140 : 100), TRIAL_GOES_ON);
	}
}

/* A line that gets better all the while is no merit of the other number. */
static void
test_drift_falls_on_both(void **state)
{
	enum trial_verdict verdict = TRIAL_GOES_ON;
	struct trial t;
	double rate = 100;

	(void)state;
	trial_init(&t);
	trial_begin(&t, 20, 21);
	while (verdict == TRIAL_GOES_ON) {
		verdict = trial_add(&t, rate);
		rate *= 1.05;
	}
	assert_int_equal(verdict, TRIAL_BASE);
}

/* Where rates swing, nothing is changed for a difference within the swing. */
static void
test_noise_is_no_merit(void **state)
{
	uint32_t random = 1;
	int n_changed = 0;
	struct trial t;

	(void)state;
	trial_init(&t);
	for (int i = 0; i < 500; i++) {
		enum trial_verdict verdict = TRIAL_GOES_ON;

		trial_begin(&t, 20, 23);
		while (verdict == TRIAL_GOES_ON) {
			random = random * 1664525u + 1013904223u;
			verdict = trial_add(&t, 80.0 + (random >> 16) % 41);
		}
		n_changed += verdict == TRIAL_TEST;
	}
	assert_in_range(n_changed, 0, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_drift_falls_on_both),
		cmocka_unit_test(test_noise_is_no_merit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
