#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "base/clock.h"

static void
test_utc(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1735655405, "2024-12-31T14:30:05Z" },
		{ 1709164800, "2024-02-29T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ INT64_C(4133980799), "2100-12-31T23:59:59Z" },
	};
	char out[CLOCK_UTC_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		clock_utc(out, rows[i].s);
		assert_string_equal(out, rows[i].text);
	}
	clock_utc(out, INT64_MAX);	/* no calendar has it */
	assert_non_null(memchr(out, 0, sizeof(out)));
	clock_utc(out, INT64_MIN);
	assert_non_null(memchr(out, 0, sizeof(out)));
}

static void
test_utc_ms(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ INT64_C(1735655405678), "2024-12-31T14:30:05.678Z" },
		{ INT64_C(1735655405007), "2024-12-31T14:30:05.007Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ -1000, "1969-12-31T23:59:59.000Z" },
	};
	char out[CLOCK_UTC_MS_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		clock_utc_ms(out, rows[i].ms);
		assert_string_equal(out, rows[i].text);
	}
	clock_utc_ms(out, INT64_MIN);
	assert_non_null(memchr(out, 0, sizeof(out)));
	clock_utc_ms(out, INT64_MAX);
	assert_non_null(memchr(out, 0, sizeof(out)));
}

static void
test_clocks_run(void **state)
{
	const struct timespec step = { .tv_nsec = 5000000 };
	int64_t before_ms = clock_now_ms();
	int64_t wall_s = clock_wall_s();
	int64_t wall_ms = clock_wall_ms();
	int64_t passed_ms;

	(void)state;
	(void)nanosleep(&step, NULL);
	passed_ms = clock_now_ms() - before_ms;
	assert_true(passed_ms >= 4 && passed_ms < 60000);
	assert_true(wall_ms / 1000 >= wall_s && wall_ms / 1000 <= wall_s + 60);
	assert_true(wall_s >= time(NULL) - 60 && wall_s <= time(NULL) + 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utc),
		cmocka_unit_test(test_utc_ms),
		cmocka_unit_test(test_clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
