#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/idset.h"

static void
test_members(void **state)
{
	struct idset s = { 0 };
	char id[] = "b";

	(void)state;
	assert_false(idset_has(&s, "a"));
	assert_int_equal(idset_add(&s, "a"), 1);
	assert_int_equal(idset_add(&s, id), 1);
	assert_int_equal(idset_add(&s, ""), 1);
	id[0] = 'c';	/* the set has its own copy */
	assert_int_equal(idset_add(&s, "b"), 0);
	assert_int_equal(idset_add(&s, "a"), 0);
	assert_true(idset_has(&s, ""));
	assert_false(idset_has(&s, "c"));
	assert_false(idset_has(&s, "A"));
	assert_int_equal(s.n, 3);
	idset_release(&s);
	assert_false(idset_has(&s, "a"));
	assert_int_equal(idset_add(&s, "a"), 1);
	idset_release(&s);
}

static void
test_sum(void **state)
{
	static const char *const ids[] = { "a", "b", "", "abc", "a" };
	struct idset one = { 0 }, other = { 0 };

	(void)state;
	assert_int_equal(idset_sum(&one), 0);
	for (int i = 0; i < 5; i++) {
		assert_true(idset_add(&one, ids[i]) >= 0);
		assert_true(idset_add(&other, ids[4 - i]) >= 0);
	}
	assert_true(idset_sum(&one) == idset_sum(&other));
	assert_int_equal(idset_add(&other, "ab"), 1);
	assert_false(idset_sum(&one) == idset_sum(&other));
	idset_release(&one);
	idset_release(&other);
}

static void
test_many(void **state)
{
	enum { MANY = 20000 };
	struct idset s = { 0 };
	char id[24];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(id, sizeof(id), "id-%d", i);
		assert_int_equal(idset_add(&s, id), 1);
	}
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(id, sizeof(id), "id-%d", i);
		assert_int_equal(idset_add(&s, id), 0);
		(void)snprintf(id, sizeof(id), "no-%d", i);
		assert_false(idset_has(&s, id));
	}
	assert_int_equal(s.n, MANY);
	idset_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
