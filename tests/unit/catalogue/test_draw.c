/* Who was drawn is known for good. */
#include "unit/catalogue/fixture.h"

#include "catalogue/draw.h"

static const uint8_t sha256[32] = { 1 };

static void
test_first_draw_counts(void **state)
{
	struct fixture *f = *state;
	int64_t n = -1;

	assert_int_equal(catalogue_last_draw(f->c, &n, &f->err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(catalogue_has_draw(f->c, 1, &f->err), 0);
	for (int64_t draw = 3; draw <= 4; draw++) {
		assert_int_equal(catalogue_draw_add(f->c, draw, "{}", sha256,
						    &f->err), 0);
		assert_int_equal(catalogue_drawn_add(f->c, draw, "both",
						     &f->err), 0);
	}
	assert_int_equal(catalogue_drawn_add(f->c, 4, "later", &f->err), 0);
	assert_int_equal(catalogue_last_draw(f->c, &n, &f->err), 0);
	assert_int_equal(n, 4);
	assert_int_equal(catalogue_has_draw(f->c, 3, &f->err), 1);
	assert_int_equal(catalogue_was_drawn(f->c, "both", &n, &f->err), 1);
	assert_int_equal(n, 3);
	assert_int_equal(catalogue_was_drawn(f->c, "later", &n, &f->err), 1);
	assert_int_equal(n, 4);
	/* by bytes: not by case, not by a part */
	assert_int_equal(catalogue_was_drawn(f->c, "BOTH", &n, &f->err), 0);
	assert_int_equal(catalogue_was_drawn(f->c, "bot", &n, &f->err), 0);
}

static void
test_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t n;

	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	assert_int_equal(catalogue_draw_add(f->c, 1, "{}", sha256, &f->err), 0);
	assert_int_equal(catalogue_drawn_add(f->c, 1, "a", &f->err), 0);
	/* an id twice in one draw, a draw that is none, a number twice */
	assert_true(catalogue_drawn_add(f->c, 1, "a", &f->err) < 0);
	assert_true(catalogue_drawn_add(f->c, 2, "a", &f->err) < 0);
	assert_true(catalogue_draw_add(f->c, 1, "{}", sha256, &f->err) < 0);
	catalogue_rollback(f->c);
	assert_int_equal(catalogue_was_drawn(f->c, "a", &n, &f->err), 0);
	assert_int_equal(catalogue_has_draw(f->c, 1, &f->err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_draw_counts,
						fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_all_or_nothing,
						fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
