#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/timers.h"

static void
test_empty(void **state)
{
	struct timers t = { 0 };

	(void)state;
	assert_int_equal(timers_next_ms(&t), -1);
	assert_null(timers_take_due(&t, INT64_MAX));
	assert_null(timers_take_any(&t));
	timers_release(&t);
}

static void
test_due(void **state)
{
	struct timers t = { 0 };
	int early, late;

	(void)state;
	assert_int_equal(timers_add(&t, 20, &late), 0);
	assert_int_equal(timers_add(&t, 10, &early), 0);
	assert_int_equal(timers_next_ms(&t), 10);
	assert_null(timers_take_due(&t, 9));
	assert_ptr_equal(timers_take_due(&t, 10), &early);
	assert_null(timers_take_due(&t, 19));
	assert_int_equal(timers_next_ms(&t), 20);
	assert_ptr_equal(timers_take_any(&t), &late);
	assert_int_equal(timers_next_ms(&t), -1);
	timers_release(&t);
}

/* Times in a scrambled order come out sorted, each item once. */
static void
test_order(void **state)
{
	enum { N = 1009 };	/* prime: steps of 7 meet every number */
	struct timers t = { 0 };
	int64_t items[N];

	(void)state;
	for (int i = 0; i < N; i++) {
		items[i] = i * 7 % N / 2;
		assert_int_equal(timers_add(&t, items[i], &items[i]), 0);
	}
	for (int i = 0; i < N; i++) {
		int64_t at_ms = timers_next_ms(&t);
		int64_t *item = timers_take_due(&t, at_ms);

		assert_int_equal(at_ms, i / 2);
		assert_non_null(item);
		assert_int_equal(*item, at_ms);
		*item = -1;
	}
	assert_null(timers_take_any(&t));
	timers_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
