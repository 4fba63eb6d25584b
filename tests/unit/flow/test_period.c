#include "unit/catalogue/fixture.h"

#include "flow/period.h"

#define WORDS(...) (&(const struct ark_range_words){ __VA_ARGS__ })

/* An archive of which only the catalogue and the zone are looked at. */
struct world {
	struct fixture *f;
	struct archive archive;
	struct ark_config config;
	struct ark_range got;
	struct ark_error err;
	int64_t began_s;	/* the present, as the test began */
	int32_t today;
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *f = NULL;

	assert_non_null(w);
	(void)fixture_setup(&f);
	w->f = f;
	w->archive.catalogue = w->f->c;
	assert_int_equal(zone_open(&w->archive.zone, "UTC", &w->err), 0);
	w->config.look_back_s = 3 * DAY_S;
	w->began_s = period_now(w->archive.zone);
	w->today = day_of(w->began_s);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	void *f = w->f;

	zone_free(w->archive.zone);
	(void)fixture_teardown(&f);
	free(w);
	return 0;
}

/* The test may have been overtaken by midnight: then it says nothing. */
static bool
is_still_today(const struct world *w)
{
	return day_of(period_now(w->archive.zone)) == w->today;
}

static void
assert_from_day(struct world *w, int32_t day)
{
	int64_t now_s = period_now(w->archive.zone);

	if (is_still_today(w))
		assert_int_equal(w->got.from_s, day * DAY_S);
	assert_in_range(w->got.to_s, w->began_s + 1, now_s + 1);
}

static int
of_sync(struct world *w, const struct ark_range_words *words)
{
	return period_of_sync(&w->got, words, &w->config, &w->archive,
			      &w->err);
}

/* Every day asked and whole, but for the one that is not. */
static void
ask(struct world *w, int32_t day, bool is_complete)
{
	const char *none[] = { NULL };
	struct catalogue_window window = {
		.day = day, .from_s = day * DAY_S, .to_s = (day + 1) * DAY_S,
		.is_whole_day = true, .is_complete = is_complete, .total = 0,
		.flaw = is_complete ? NULL : "never added up",
	};
	int64_t vanished;

	assert_int_equal(catalogue_listed(w->f->c, w->f->run, 1600, &window,
					  was_seen, none, &vanished, &w->err),
			 0);
}

static void
test_now(void **state)
{
	struct world *w = *state;
	struct zone *far = NULL;
	int64_t ahead;

	assert_int_equal(zone_open(&far, "Etc/GMT-3", &w->err), 0);
	ahead = period_now(far) - period_now(w->archive.zone);
	assert_in_range(ahead, 3 * 3600 - 2, 3 * 3600 + 2);
	zone_free(far);
}

static void
test_sync_of_nothing(void **state)
{
	struct world *w = *state;

	assert_int_equal(of_sync(w, WORDS(.day = NULL)), 0);
	assert_from_day(w, w->today - 3);
	w->config.look_back_s = 0;
	assert_int_equal(of_sync(w, WORDS(.day = NULL)), 0);
	assert_from_day(w, w->today);
}

/* From the last settled day, not from later ones that are. */
static void
test_sync_from_settled(void **state)
{
	struct world *w = *state;

	ask(w, FIRST_DAY, true);
	ask(w, FIRST_DAY + 1, true);
	ask(w, FIRST_DAY + 2, false);
	ask(w, FIRST_DAY + 3, true);
	assert_int_equal(of_sync(w, WORDS(.day = NULL)), 0);
	assert_from_day(w, FIRST_DAY + 1 - 3);
}

/* Nothing settled: from the first day that was asked. */
static void
test_sync_from_open(void **state)
{
	struct world *w = *state;

	ask(w, FIRST_DAY, false);
	ask(w, FIRST_DAY + 1, true);
	assert_int_equal(of_sync(w, WORDS(.day = NULL)), 0);
	assert_from_day(w, FIRST_DAY - 3);
}

/* A clock that was set back must not make a range that ends before it. */
static void
test_sync_after_the_future(void **state)
{
	struct world *w = *state;

	ask(w, w->today + 400, true);
	assert_int_equal(of_sync(w, WORDS(.day = NULL)), 0);
	assert_from_day(w, w->today - 3);
}

static void
test_sync_of_words(void **state)
{
	struct world *w = *state;

	ask(w, FIRST_DAY, true);
	assert_int_equal(of_sync(w, WORDS(.day = "2024-02-03")), 0);
	assert_int_equal(w->got.from_s, INT64_C(1706918400));
	assert_int_equal(w->got.to_s - w->got.from_s, DAY_S);
	/* never into the future */
	assert_int_equal(of_sync(w, WORDS(.day = "today")), 0);
	assert_from_day(w, w->today);
	assert_int_equal(of_sync(w, WORDS(.from = "2024-02-03",
					  .to = "2099-12-31")), 0);
	assert_from_day(w, 19756);
	assert_int_equal(of_sync(w, WORDS(.day = "2099-12-31")), ARK_EUSAGE);
	assert_non_null(strstr(w->err.text, "2099-12-31 00:00:00"));
	assert_int_equal(of_sync(w, WORDS(.day = "soon")), ARK_EUSAGE);
}

static void
test_or_all(void **state)
{
	struct world *w = *state;

	assert_int_equal(period_or_all(&w->got, WORDS(.day = NULL),
				       w->archive.zone, &w->err), 0);
	assert_true(w->got.from_s < -DAY_S * 365 * 10000);
	assert_true(w->got.to_s > DAY_S * 365 * 10000);
	assert_true(day_of(w->got.from_s) < 0);
	assert_true(day_of(w->got.to_s) > 0);
	assert_int_equal(period_or_all(&w->got, WORDS(.day = "2099-12-31"),
				       w->archive.zone, &w->err), 0);
	assert_int_equal(w->got.from_s, INT64_C(4102358400));
	assert_int_equal(period_or_all(&w->got, WORDS(.last = "x"),
				       w->archive.zone, &w->err), ARK_EUSAGE);
}

static void
test_past_or_all(void **state)
{
	struct world *w = *state;

	assert_int_equal(period_past_or_all(&w->got, WORDS(.day = NULL),
					    w->archive.zone, &w->err), 0);
	assert_true(w->got.from_s < -DAY_S * 365 * 10000);
	assert_true(w->got.to_s > DAY_S * 365 * 10000);
	assert_int_equal(period_past_or_all(&w->got,
					    WORDS(.from = "2024-02-03",
						  .to = "2099-12-31"),
					    w->archive.zone, &w->err), 1);
	assert_from_day(w, 19756);
	assert_int_equal(period_past_or_all(&w->got,
					    WORDS(.day = "2099-12-31"),
					    w->archive.zone, &w->err),
			 ARK_EUSAGE);
	assert_non_null(strstr(w->err.text, "2099-12-31 00:00:00"));
	assert_int_equal(period_past_or_all(&w->got, WORDS(.last = "x"),
					    w->archive.zone, &w->err),
			 ARK_EUSAGE);
}

static void
test_or_today(void **state)
{
	struct world *w = *state;

	assert_int_equal(period_or_today(&w->got, WORDS(.day = NULL),
					 w->archive.zone, &w->err), 0);
	assert_from_day(w, w->today);
	assert_int_equal(period_or_today(&w->got, WORDS(.day = "2024-02-03"),
					 w->archive.zone, &w->err), 0);
	assert_int_equal(w->got.to_s, INT64_C(1706918400) + DAY_S);
	assert_int_equal(period_or_today(&w->got, WORDS(.day = "2099-12-31"),
					 w->archive.zone, &w->err),
			 ARK_EUSAGE);
	assert_int_equal(period_or_today(&w->got, WORDS(.to = "2024-02-03"),
					 w->archive.zone, &w->err),
			 ARK_EUSAGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_now),
		TEST(test_sync_of_nothing),
		TEST(test_sync_from_settled),
		TEST(test_sync_from_open),
		TEST(test_sync_after_the_future),
		TEST(test_sync_of_words),
		TEST(test_or_all),
		TEST(test_past_or_all),
		TEST(test_or_today),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
