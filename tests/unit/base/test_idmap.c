#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idmap.h"

static void
test_entries(void **state)
{
	struct idmap m = { 0 };
	int a = 1, b = 2;

	(void)state;
	assert_null(idmap_get(&m, "a"));
	idmap_drop(&m, "a");
	assert_int_equal(idmap_put(&m, "a", &a), 0);
	assert_int_equal(idmap_put(&m, "", &b), 0);
	assert_ptr_equal(idmap_get(&m, "a"), &a);
	assert_ptr_equal(idmap_get(&m, ""), &b);
	assert_null(idmap_get(&m, "A"));
	assert_null(idmap_get(&m, "aa"));
	assert_int_equal(m.n, 2);
	assert_int_equal(idmap_put(&m, "a", &b), 0);
	assert_ptr_equal(idmap_get(&m, "a"), &b);
	assert_int_equal(m.n, 2);
	idmap_drop(&m, "no");
	assert_int_equal(m.n, 2);
	idmap_drop(&m, "a");
	assert_null(idmap_get(&m, "a"));
	assert_ptr_equal(idmap_get(&m, ""), &b);
	assert_int_equal(m.n, 1);
	idmap_release(&m);
	assert_null(idmap_get(&m, ""));
	assert_int_equal(idmap_put(&m, "a", &a), 0);
	idmap_release(&m);
}

/* An entry put again goes by the new key: the old one may be gone. */
static void
test_key_is_replaced(void **state)
{
	struct idmap m = { 0 };
	char *old = strdup("id");
	int a = 1, b = 2;

	(void)state;
	assert_non_null(old);
	assert_int_equal(idmap_put(&m, old, &a), 0);
	assert_int_equal(idmap_put(&m, "id", &b), 0);
	memset(old, 'x', 2);
	free(old);
	assert_ptr_equal(idmap_get(&m, "id"), &b);
	idmap_release(&m);
}

enum { MANY = 5000 };

struct thing {
	char id[16];
	int number;
	int is_in;
};

static void
check_all(const struct idmap *m, struct thing *things)
{
	size_t n = 0;

	for (int i = 0; i < MANY; i++) {
		assert_ptr_equal(idmap_get(m, things[i].id),
				 things[i].is_in ? &things[i] : NULL);
		n += (size_t)things[i].is_in;
	}
	assert_int_equal(m->n, n);
}

/* Puts and drops in any order: a gap never hides what lies behind it. */
static void
test_many(void **state)
{
	struct thing *things = calloc(MANY, sizeof(*things));
	struct idmap m = { 0 };
	uint32_t luck = 1;

	(void)state;
	assert_non_null(things);
	for (int i = 0; i < MANY; i++)
		(void)snprintf(things[i].id, sizeof(things[i].id), "%d", i);
	for (int step = 0; step < 60000; step++) {
		struct thing *t;

		luck = luck * 1664525u + 1013904223u;
		t = &things[(luck >> 8) % MANY];
		if (t->is_in)
			idmap_drop(&m, t->id);
		else
			assert_int_equal(idmap_put(&m, t->id, t), 0);
		t->is_in = !t->is_in;
		if (step % 3000 == 0)
			check_all(&m, things);
	}
	for (int i = 0; i < MANY; i++) {
		idmap_drop(&m, things[i].id);
		things[i].is_in = 0;
	}
	check_all(&m, things);
	idmap_release(&m);
	free(things);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_key_is_replaced),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
