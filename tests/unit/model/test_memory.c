/*
 * Filters and time zones without memory, and zones that the C library does not
 * tell of as one expects.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "callark/filter.h"
#include "model/time.h"
#include "unit/heap.h"

/* ---- the C library ---- */

/* The n-th setenv() from now on fails, once; 0: none. */
static int failing_setenv;

/* What localtime_r() tells, instead of what is so. */
static enum { TRUTH, NOTHING, RESTLESS } clock_tells;

int __real_setenv(const char *name, const char *value, int replaces);
int __wrap_setenv(const char *name, const char *value, int replaces);
struct tm *__real_localtime_r(const time_t *t, struct tm *tm);
struct tm *__wrap_localtime_r(const time_t *t, struct tm *tm);

int
__wrap_setenv(const char *name, const char *value, int replaces)
{
	if (failing_setenv && !--failing_setenv) {
		errno = ENOMEM;
		return -1;
	}
	return __real_setenv(name, value, replaces);
}

/* A restless zone has another offset each day. */
struct tm *
__wrap_localtime_r(const time_t *t, struct tm *tm)
{
	if (clock_tells == NOTHING)
		return NULL;
	(void)__real_localtime_r(t, tm);
	if (clock_tells == RESTLESS)
		tm->tm_gmtoff = *t / 86400 % 5 * 3600;
	return tm;
}

/* ---- zones ---- */

static void
open_zone(void *ctx)
{
	struct zone *z = NULL;
	struct ark_error err = { 0 };
	int rc = zone_open(&z, ctx, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	if (rc)
		assert_null(z);
	else
		assert_string_equal(zone_name(z), ctx);
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	zone_free(z);
}

/* And the TZ of the process stays what it was. */
static void
a_zone_without_memory_is_not_unknown(void **state)
{
	static char zone[] = "America/Sao_Paulo";

	(void)state;
	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	assert_true(heap_each(open_zone, zone) > 0);
	assert_int_equal(unsetenv("TZ"), 0);
}

static void
an_environment_without_room_is_told(void **state)
{
	struct ark_error err = { 0 };
	struct zone *z = NULL;

	(void)state;
	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	for (int n = 1; n <= 2; n++) {
		failing_setenv = n;
		assert_int_equal(zone_open(&z, "America/Sao_Paulo", &err),
				 ARK_ENOMEM);
		assert_int_equal(failing_setenv, 0);
		assert_null(z);
	}
	assert_int_equal(unsetenv("TZ"), 0);
}

static void
an_odd_clock_makes_no_odd_zone(void **state)
{
	struct ark_error err = { 0 };
	struct zone *z = NULL;

	(void)state;
	clock_tells = RESTLESS;
	assert_int_equal(zone_open(&z, "America/Sao_Paulo", &err), ARK_EUSAGE);
	clock_tells = TRUTH;
	assert_non_null(strstr(err.text, "America/Sao_Paulo changes more than"));
	assert_null(z);
	/* Where it cannot tell, it is UTC. */
	clock_tells = NOTHING;
	assert_int_equal(zone_open(&z, "America/Sao_Paulo", NULL), 0);
	clock_tells = TRUTH;
	assert_int_equal(zone_civil(z, 1700000000), 1700000000);
	zone_free(z);
}

/* ---- filters ---- */

static int
count(void *ctx, const char *name, const char *value)
{
	int *left = ctx;

	assert_string_equal(name, "agent");
	assert_string_equal(value, "a*");
	return --*left ? 0 : 7;
}

static void
make_filter(void *ctx)
{
	struct ark_error err = { 0 };
	struct ark_filter *f = NULL;
	int rc, left = 100;

	(void)ctx;
	rc = ark_filter_new(&f, &err);
	if (!rc)
		rc = ark_filter_add(f, "agent", "a*", &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_int_equal(ark_filter_is_empty(f), !!rc);
	assert_int_equal(ark_filter_each(f, count, &left), 0);
	assert_int_equal(left, rc ? 100 : 99);
	ark_filter_free(f);
}

static void
a_filter_without_memory_is_not_wider(void **state)
{
	(void)state;
	assert_true(heap_each(make_filter, NULL) > 0);
}

/* Who goes through it may stop, and there may be nothing to go through. */
static void
going_through_a_filter_ends(void **state)
{
	struct ark_filter *f = NULL;
	int left = 2;

	(void)state;
	assert_int_equal(ark_filter_each(NULL, count, &left), 0);
	assert_int_equal(left, 2);
	assert_int_equal(ark_filter_new(&f, NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ark_filter_add(f, "agent", "a*", NULL), 0);
	assert_int_equal(ark_filter_each(f, count, &left), 7);
	assert_int_equal(left, 0);
	ark_filter_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_without_memory_is_not_unknown),
		cmocka_unit_test(an_environment_without_room_is_told),
		cmocka_unit_test(an_odd_clock_makes_no_odd_zone),
		cmocka_unit_test(a_filter_without_memory_is_not_wider),
		cmocka_unit_test(going_through_a_filter_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
