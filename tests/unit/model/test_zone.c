#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/time.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static int64_t
civil(const char *text)
{
	int64_t s;

	assert_int_equal(moment_parse(text, NULL, &s), 0);
	return s;
}

/* The C library's word for it: the instant's own calendar read as UTC. */
static int64_t
libc_civil(int64_t instant_s)
{
	time_t t = (time_t)instant_s;
	struct tm tm;

	assert_non_null(localtime_r(&t, &tm));
	return timegm(&tm);
}

static void
test_agrees_with_libc(void **state)
{
	static const char *const names[] = {
		"America/Sao_Paulo", "America/New_York", "Asia/Kolkata",
		"UTC", "Australia/Lord_Howe", "Africa/Casablanca",
		"Europe/Lisbon", "Pacific/Apia",
	};

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		struct zone *z = NULL;

		assert_int_equal(zone_open(&z, names[i], NULL), 0);
		assert_string_equal(zone_name(z), names[i]);
		assert_int_equal(setenv("TZ", names[i], 1), 0);
		tzset();
		/* Every 5 hours and a bit, from 1990 to 2100. */
		for (int64_t s = 631152000; s < INT64_C(4133980800); s += 18061)
			assert_int_equal(zone_civil(z, s), libc_civil(s));
		assert_int_equal(unsetenv("TZ"), 0);
		tzset();
		zone_free(z);
	}
}

/* mktime() with an offset that leaves no doubt leads to the same instant. */
static void
test_instant_agrees_with_mktime(void **state)
{
	static const char *const names[] = { "America/Sao_Paulo",
					     "America/New_York",
					     "Asia/Kolkata" };

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		struct zone *z = NULL;

		assert_int_equal(zone_open(&z, names[i], NULL), 0);
		assert_int_equal(setenv("TZ", names[i], 1), 0);
		tzset();
		for (int64_t s = 946684800; s < 1900000000; s += 86399) {
			int64_t back = zone_instant(z, zone_civil(z, s));
			time_t t = (time_t)s;
			struct tm tm;

			assert_non_null(localtime_r(&t, &tm));
			assert_int_equal(mktime(&tm), s);
			/* In a fold: the first of the two. */
			assert_true(back == s || back == s - 3600);
			assert_int_equal(zone_civil(z, back),
					 zone_civil(z, s));
		}
		assert_int_equal(unsetenv("TZ"), 0);
		tzset();
		zone_free(z);
	}
}

static void
test_sao_paulo_nights(void **state)
{
	static const struct {
		const char *wall;
		int64_t instant_s;
		const char *back;	/* what the wall shows then */
	} rows[] = {
		/* 2018-11-04: midnight does not exist. */
		{ "2018-11-03 23:59:59", 1541300399, "2018-11-03 23:59:59" },
		{ "2018-11-04 00:00:00", 1541300400, "2018-11-04 01:00:00" },
		{ "2018-11-04 00:30:00", 1541302200, "2018-11-04 01:30:00" },
		{ "2018-11-04 00:59:59", 1541303999, "2018-11-04 01:59:59" },
		{ "2018-11-04 01:00:00", 1541300400, "2018-11-04 01:00:00" },
		/* 2019-02-17: the last hour of the 16th happens twice. */
		{ "2019-02-16 22:59:59", 1550365199, "2019-02-16 22:59:59" },
		{ "2019-02-16 23:00:00", 1550365200, "2019-02-16 23:00:00" },
		{ "2019-02-16 23:59:59", 1550368799, "2019-02-16 23:59:59" },
		{ "2019-02-17 00:00:00", 1550372400, "2019-02-17 00:00:00" },
		/* Since then there is no summer time. */
		{ "2024-12-31 14:30:05", 1735666205, "2024-12-31 14:30:05" },
		{ "2099-12-31 12:00:00", INT64_C(4102412400),
		  "2099-12-31 12:00:00" },
	};
	struct zone *z = NULL;

	(void)state;
	assert_int_equal(zone_open(&z, "America/Sao_Paulo", NULL), 0);
	for (size_t i = 0; i < N(rows); i++) {
		int64_t s = zone_instant(z, civil(rows[i].wall));

		assert_int_equal(s, rows[i].instant_s);
		assert_int_equal(zone_civil(z, s), civil(rows[i].back));
	}
	/* The second pass of the hour that happens twice. */
	assert_int_equal(zone_civil(z, 1550368800),
			 civil("2019-02-16 23:00:00"));
	assert_int_equal(zone_civil(z, 1550372399),
			 civil("2019-02-16 23:59:59"));
	zone_free(z);
}

static void
test_other_zones(void **state)
{
	static const struct {
		const char *name;
		const char *wall;
		int64_t instant_s;
	} rows[] = {
		{ "UTC", "1990-01-01", 631152000 },
		{ "UTC", "2100-12-31 23:59:59", INT64_C(4133980799) },
		{ "Asia/Kolkata", "2024-12-31 05:30:00", 1735603200 },
		{ "America/New_York", "2024-03-10 02:30:00", 1710055800 },
		{ "America/New_York", "2024-11-03 01:30:00", 1730611800 },
		{ "America/New_York", "2090-07-01 00:00:00",
		  INT64_C(3802564800) },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct zone *z = NULL;

		assert_int_equal(zone_open(&z, rows[i].name, NULL), 0);
		assert_int_equal(zone_instant(z, civil(rows[i].wall)),
				 rows[i].instant_s);
		zone_free(z);
	}
}

static void
test_bad_names(void **state)
{
	static const char *const names[] = {
		"", "Mars/Olympus", "america/sao_paulo", "America",
		"../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", "UTC0", "<-03>3",
		"America/Sao_Paulo ", "right/UTC", "zone.tab", "leapseconds",
		"EST5EDT,M3.2.0", ":UTC", "Am\xc3\xa9rica",
	};
	char longer[300];

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		struct ark_error err = { 0 };
		struct zone *z = NULL;

		assert_int_equal(zone_open(&z, names[i], &err), ARK_EUSAGE);
		assert_null(z);
		assert_non_null(strstr(err.text, "America/Sao_Paulo"));
		assert_non_null(strstr(err.text, names[i]));
	}
	memset(longer, 'A', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_int_equal(zone_open(&(struct zone *){ NULL }, longer, NULL),
			 ARK_EUSAGE);
	zone_free(NULL);
}

/* A machine without zone data still knows UTC, and says what is missing. */
static void
test_without_zone_data(void **state)
{
	char dir[] = "/tmp/callark-zone-XXXXXX";
	struct ark_error err = { 0 };
	struct zone *z = NULL;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(setenv("TZDIR", dir, 1), 0);
	assert_int_equal(zone_open(&z, "America/Sao_Paulo", &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, "tzdata"));
	assert_non_null(strstr(err.text, dir));
	assert_int_equal(zone_open(&z, "UTC", NULL), 0);
	assert_int_equal(zone_civil(z, 1735655405), 1735655405);
	zone_free(z);
	assert_int_equal(unsetenv("TZDIR"), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_restores_tz(void **state)
{
	struct zone *z = NULL;
	time_t t = 1735655405;
	struct tm tm;

	(void)state;
	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	tzset();
	assert_int_equal(zone_open(&z, "America/New_York", NULL), 0);
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	assert_non_null(localtime_r(&t, &tm));
	assert_int_equal(tm.tm_gmtoff, 9 * 3600);
	zone_free(z);
	assert_int_equal(unsetenv("TZ"), 0);
	assert_int_equal(zone_open(&z, "America/New_York", NULL), 0);
	assert_null(getenv("TZ"));
	zone_free(z);
	tzset();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agrees_with_libc),
		cmocka_unit_test(test_instant_agrees_with_mktime),
		cmocka_unit_test(test_sao_paulo_nights),
		cmocka_unit_test(test_other_zones),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_without_zone_data),
		cmocka_unit_test(test_restores_tz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
