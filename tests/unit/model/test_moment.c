#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "model/time.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static struct zone *
open_zone(const char *name)
{
	struct zone *z = NULL;

	assert_int_equal(zone_open(&z, name, NULL), 0);
	return z;
}

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		const char *civil;	/* NULL: refused */
	} rows[] = {
		{ "2024-12-31", "2024-12-31 00:00:00" },
		{ "2024-12-31 14:30", "2024-12-31 14:30:00" },
		{ "2024-12-31 14:30:05", "2024-12-31 14:30:05" },
		{ "2024-12-31T14:30:05", "2024-12-31 14:30:05" },
		{ "2024-12-31T14:30:05.123456", "2024-12-31 14:30:05" },
		{ "2024-12-31T14:30:05.9", "2024-12-31 14:30:05" },
		{ "31/12/2024", "2024-12-31 00:00:00" },
		{ "31/12/2024 14:30:05", "2024-12-31 14:30:05" },
		{ "2024-02-29", "2024-02-29 00:00:00" },
		{ "2000-02-29", "2000-02-29 00:00:00" },
		{ "1990-01-01", "1990-01-01 00:00:00" },
		{ "2100-12-31 23:59:59", "2100-12-31 23:59:59" },
		/* An offset moves the time to the zone, three hours west. */
		{ "2024-12-31T14:30:05Z", "2024-12-31 11:30:05" },
		{ "2024-12-31T14:30:05.000Z", "2024-12-31 11:30:05" },
		{ "2024-12-31 14:30Z", "2024-12-31 11:30:00" },
		{ "2024-12-31T14:30:05-03:00", "2024-12-31 14:30:05" },
		{ "2024-12-31T14:30:05-0300", "2024-12-31 14:30:05" },
		{ "2024-12-31T14:30:05-03", "2024-12-31 14:30:05" },
		{ "2024-12-31T14:30:05+05:30", "2024-12-31 06:00:05" },
		{ "2025-01-01T01:00:00Z", "2024-12-31 22:00:00" },
		{ "31/12/2024 14:30:05Z", "2024-12-31 11:30:05" },
		{ "1735655405", "2024-12-31 11:30:05" },
		{ "1735655405999", "2024-12-31 11:30:05" },
		/* Refused. */
		{ "", NULL }, { " ", NULL }, { "now", NULL },
		{ "2024", NULL }, { "2024-12", NULL }, { "2024-1-1", NULL },
		{ "24-12-31", NULL }, { "2024/12/31", NULL },
		{ "2024-00-10", NULL }, { "2024-13-10", NULL },
		{ "2024-01-00", NULL }, { "2024-01-32", NULL },
		{ "2024-04-31", NULL }, { "2023-02-29", NULL },
		{ "2100-02-29", NULL }, { "12/31/2024", NULL },
		{ "31/12/24", NULL }, { "31-12-2024", NULL },
		{ "1989-12-31", NULL }, { "2101-01-01", NULL },
		{ "0000-00-00 00:00:00", NULL },
		{ " 2024-12-31", NULL }, { "2024-12-31 ", NULL },
		{ "2024-12-31T", NULL }, { "2024-12-31 14", NULL },
		{ "2024-12-31  14:30", NULL }, { "2024-12-31 1:30", NULL },
		{ "2024-12-31 24:00:00", NULL },
		{ "2024-12-31 14:60:00", NULL },
		{ "2024-12-31 23:59:60", NULL },
		{ "2024-12-31 14:30:", NULL }, { "2024-12-31 14:30:5", NULL },
		{ "2024-12-31 14:30:05.", NULL },
		{ "2024-12-31 14:30:05,5", NULL },
		{ "2024-12-31 -1:30", NULL }, { "2024-12-31 +1:30", NULL },
		{ "2024-12-31Z", NULL }, { "2024-12-31-03:00", NULL },
		{ "2024-12-31T14:30:05ZZ", NULL },
		{ "2024-12-31T14:30:05 Z", NULL },
		{ "2024-12-31T14:30:05z", NULL },
		{ "2024-12-31T14:30:05+", NULL },
		{ "2024-12-31T14:30:05+3", NULL },
		{ "2024-12-31T14:30:05+03:", NULL },
		{ "2024-12-31T14:30:05+03:60", NULL },
		{ "2024-12-31T14:30:05+15:00", NULL },
		{ "2024-12-31T14:30:05+030", NULL },
		{ "173565540", NULL }, { "17356554050", NULL },
		{ "17356554059999", NULL }, { "-735655405", NULL },
		{ "0000000000", NULL }, { "9999999999", NULL },
		{ "9999999999999", NULL }, { "1735655405x", NULL },
		{ "1990-01-01T00:00:00Z", NULL },	/* 1989 in the zone */
	};
	struct zone *z = open_zone("America/Sao_Paulo");

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		char shown[MOMENT_SIZE];
		int64_t s = -7;
		int rc = moment_parse(rows[i].text, z, &s);

		if ((rc == 0) != (rows[i].civil != NULL))
			print_error("\"%s\"\n", rows[i].text);
		if (!rows[i].civil) {
			assert_int_equal(rc, ARK_EFORMAT);
			assert_int_equal(s, -7);
			continue;
		}
		assert_int_equal(rc, 0);
		moment_format(shown, s);
		assert_string_equal(shown, rows[i].civil);
	}
	zone_free(z);
}

/* The same instant on the two sides of a change of the clocks. */
static void
test_parse_across_change(void **state)
{
	struct zone *z = open_zone("America/Sao_Paulo");
	char shown[MOMENT_SIZE];
	int64_t s;

	(void)state;
	assert_int_equal(moment_parse("2018-11-04T02:59:59Z", z, &s), 0);
	moment_format(shown, s);
	assert_string_equal(shown, "2018-11-03 23:59:59");
	assert_int_equal(moment_parse("2018-11-04T03:00:00Z", z, &s), 0);
	moment_format(shown, s);
	assert_string_equal(shown, "2018-11-04 01:00:00");
	zone_free(z);
}

/* Every day from 1990 to 2100, against the C library. */
static void
test_every_day(void **state)
{
	(void)state;
	for (int32_t day = 7305; day <= 47846; day++) {
		time_t t = (time_t)day * 86400;
		char expected[DAY_SIZE], shown[DAY_SIZE];
		int32_t back = -1;
		int year, month, day_of_month;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_true(strftime(expected, sizeof(expected), "%Y-%m-%d",
				     &tm) > 0);
		day_format(shown, day);
		assert_string_equal(shown, expected);
		assert_int_equal(day_parse(shown, &back), 0);
		assert_int_equal(back, day);
		day_date(day, &year, &month, &day_of_month);
		assert_int_equal(year, tm.tm_year + 1900);
		assert_int_equal(month, tm.tm_mon + 1);
		assert_int_equal(day_of_month, tm.tm_mday);
	}
}

static void
test_day_parse(void **state)
{
	static const char *const bad[] = {
		"", "2024-12-31 ", "2024-12-31 00:00", "31/12/2024",
		"2024-02-30", "1989-12-31", "2101-01-01", "1735655405", "/",
		"31", "2024-12-3",
	};
	int32_t day = -7;

	(void)state;
	for (size_t i = 0; i < N(bad); i++)
		assert_int_equal(day_parse(bad[i], &day), ARK_EFORMAT);
	assert_int_equal(day, -7);
}

static void
test_format(void **state)
{
	static const struct {
		int64_t s;
		int32_t day;
		const char *shown;
	} rows[] = {
		{ 0, 0, "1970-01-01 00:00:00" },
		{ 86399, 0, "1970-01-01 23:59:59" },
		{ 86400, 1, "1970-01-02 00:00:00" },
		{ -1, -1, "1969-12-31 23:59:59" },
		{ -86400, -1, "1969-12-31 00:00:00" },
		{ -86401, -2, "1969-12-30 23:59:59" },
		{ 1735655405, 20088, "2024-12-31 14:30:05" },
	};
	char shown[MOMENT_SIZE];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		assert_int_equal(day_of(rows[i].s), rows[i].day);
		moment_format(shown, rows[i].s);
		assert_string_equal(shown, rows[i].shown);
	}
	/* No value may run over the buffer. */
	moment_format(shown, INT64_MAX);
	moment_format(shown, INT64_MIN);
	assert_int_equal(day_of(INT64_MAX), INT32_MAX);
	assert_int_equal(day_of(INT64_MIN), INT32_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_across_change),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_day_parse),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
