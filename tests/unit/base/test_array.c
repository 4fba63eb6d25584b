#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"

static void
grows_and_keeps_what_is_there(void **state)
{
	int *items = NULL;
	size_t cap = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		items = array_room(items, n, &cap, sizeof(*items));
		assert_non_null(items);
		assert_true(n < cap);
		items[n] = (int)n;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], (int)i);
	free(items);
}

static void
leaves_all_as_it_was_without_memory(void **state)
{
	size_t cap = SIZE_MAX / 2 + 1;
	int item;

	(void)state;
	assert_null(array_room(&item, cap, &cap, sizeof(item)));
	assert_true(cap == SIZE_MAX / 2 + 1);
	cap = SIZE_MAX / 4;
	assert_null(array_room(&item, cap, &cap, 64));
	assert_true(cap == SIZE_MAX / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps_what_is_there),
		cmocka_unit_test(leaves_all_as_it_was_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
