/* When runs began and ended, and how. */
#include "fixture.h"

static int64_t
last_success(struct fixture *f)
{
	int64_t ended_s = -7;

	assert_int_equal(catalogue_last_success(f->c, &ended_s, &f->err), 0);
	return ended_s;
}

static int64_t
last_run(struct fixture *f)
{
	int64_t started_s = -7;

	assert_int_equal(catalogue_last_run(f->c, &started_s, &f->err), 0);
	return started_s;
}

static void
end(struct fixture *f, int code, int64_t now_s)
{
	assert_int_equal(catalogue_run_end(f->c, f->run, code, now_s, &f->err),
			 0);
}

static void
a_run_without_an_end_is_no_success(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(last_run(f), 1000);
	assert_int_equal(last_success(f), -1);
}

static void
the_last_success_outlives_what_came_after(void **state)
{
	struct fixture *f = *state;

	end(f, ARK_EINCOMPLETE, 1100);
	assert_int_equal(last_success(f), -1);
	fixture_next_run(f);
	end(f, 0, 2100);
	assert_int_equal(last_success(f), 2100);
	for (int code = ARK_EEXISTS; code < 0; code++) {
		fixture_next_run(f);
		end(f, code, 3000);
		assert_int_equal(last_success(f), 2100);
	}
	fixture_next_run(f);
	assert_int_equal(last_success(f), 2100);
	end(f, 0, 4100);
	assert_int_equal(last_success(f), 4100);
	assert_int_equal(last_run(f), 2000);
}

/* The clock was wrong once: the latest counts, not the last. */
static void
the_latest_success_counts(void **state)
{
	struct fixture *f = *state;

	end(f, 0, 9000);
	fixture_next_run(f);
	end(f, 0, 5000);
	assert_int_equal(last_success(f), 9000);
}

static void
an_empty_catalogue_knows_none(void **state)
{
	struct fixture *f = *state;

	catalogue_close(f->c);
	assert_int_equal(unlink(f->path), 0);
	fixture_open(f);
	assert_int_equal(last_run(f), -1);
	assert_int_equal(last_success(f), -1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_without_an_end_is_no_success),
		TEST(the_last_success_outlives_what_came_after),
		TEST(the_latest_success_counts),
		TEST(an_empty_catalogue_knows_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
