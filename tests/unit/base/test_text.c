#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void
test_is_utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool is_good;
	} rows[] = {
		{ "", 0, true },
		{ "abc", 3, true },
		{ "a\0b", 3, true },
		{ "S\xc3\xa3o", 4, true },
		{ "\xe2\x82\xac", 3, true },
		{ "\xf0\x9f\x8e\xa7", 4, true },
		{ "\xf4\x8f\xbf\xbf", 4, true },
		{ "\xc3", 1, false },			/* cut short */
		{ "\xe2\x82", 2, false },
		{ "\xf0\x9f\x8e", 3, false },
		{ "\x80", 1, false },			/* no first byte */
		{ "\xc3(", 2, false },
		{ "\xc0\x80", 2, false },		/* overlong */
		{ "\xc1\xbf", 2, false },
		{ "\xe0\x9f\xbf", 3, false },
		{ "\xf0\x8f\xbf\xbf", 4, false },
		{ "\xed\xa0\x80", 3, false },		/* surrogate */
		{ "\xed\xbf\xbf", 3, false },
		{ "\xf4\x90\x80\x80", 4, false },	/* beyond the end */
		{ "\xf5\x80\x80\x80", 4, false },
		{ "\xff", 1, false },
		{ "ok\xfe", 3, false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		assert_int_equal(text_is_utf8(rows[i].bytes, rows[i].n),
				 rows[i].is_good);
}

static void
test_to_int(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max;
		int rc;
		int64_t value;
	} rows[] = {
		{ "0", 0, 9, 0, 0 },
		{ "42", 0, 99, 0, 42 },
		{ "007", 0, 9, 0, 7 },
		{ "-5", -5, 5, 0, -5 },
		{ "9223372036854775807", 0, INT64_MAX, 0, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, 0, 0, INT64_MIN },
		{ "9223372036854775808", 0, INT64_MAX, ARK_EFORMAT, 0 },
		{ "10", 0, 9, ARK_EFORMAT, 0 },
		{ "-1", 0, 9, ARK_EFORMAT, 0 },
		{ "", 0, 9, ARK_EFORMAT, 0 },
		{ "-", -9, 9, ARK_EFORMAT, 0 },
		{ "--1", -9, 9, ARK_EFORMAT, 0 },
		{ "+1", 0, 9, ARK_EFORMAT, 0 },
		{ " 1", 0, 9, ARK_EFORMAT, 0 },
		{ "1 ", 0, 9, ARK_EFORMAT, 0 },
		{ "1x", 0, 99, ARK_EFORMAT, 0 },
		{ "0x1", 0, 99, ARK_EFORMAT, 0 },
		{ "1.0", 0, 99, ARK_EFORMAT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		int64_t value = 77;

		assert_int_equal(text_to_int(rows[i].text, rows[i].min,
					     rows[i].max, &value), rows[i].rc);
		assert_int_equal(value, rows[i].rc ? 77 : rows[i].value);
	}
}

struct quantity {
	const char *text;
	int64_t value;		/* -1: refused */
};

static void
check_quantities(int (*parse)(const char *, int64_t *),
		 const struct quantity *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t value = -1;
		int rc = parse(rows[i].text, &value);

		if (value != rows[i].value)
			print_error("\"%s\"\n", rows[i].text);
		assert_int_equal(rc, rows[i].value < 0 ? ARK_EFORMAT : 0);
		assert_int_equal(value, rows[i].value);
	}
}

static void
test_to_bytes(void **state)
{
	static const struct quantity rows[] = {
		{ "0", 0 },
		{ "512", 512 },
		{ "512B", 512 },
		{ "10K", 10240 },
		{ "10k", 10240 },
		{ "10KB", 10240 },
		{ "10KiB", 10240 },
		{ "10M", 10485760 },
		{ "1.5G", INT64_C(1610612736) },
		{ "0.5K", 512 },
		{ "2T", INT64_C(2199023255552) },
		{ "8388607T", INT64_C(9223370937343148032) },
		{ "8388608T", -1 },
		{ "99999999999999999999", -1 },
		{ "", -1 }, { "K", -1 }, { "-1", -1 }, { "+1", -1 },
		{ " 1", -1 }, { "1 ", -1 }, { "1 K", -1 }, { "1.5", -1 },
		{ "1.K", -1 }, { ".5K", -1 }, { "1,5K", -1 }, { "1Ki", -1 },
		{ "1iB", -1 }, { "1KBB", -1 }, { "1X", -1 }, { "1KK", -1 },
	};

	(void)state;
	check_quantities(text_to_bytes, rows, N(rows));
}

static void
test_to_seconds(void **state)
{
	static const struct quantity rows[] = {
		{ "0", 0 }, { "90", 90 }, { "90s", 90 }, { "15m", 900 },
		{ "2h", 7200 }, { "3d", 259200 }, { "3D", 259200 },
		{ "1w", 604800 },
		{ "15250284452471w", INT64_C(9223372036854460800) },
		{ "15250284452472w", -1 },
		{ "", -1 }, { "s", -1 }, { "-1s", -1 }, { "1.5h", -1 },
		{ "1h30m", -1 }, { "1y", -1 }, { "1 h", -1 }, { "1hh", -1 },
		{ "99999999999999999999s", -1 },
	};

	(void)state;
	check_quantities(text_to_seconds, rows, N(rows));
}

static void
test_bytes(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} rows[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" }, { 1048524, "1023.9 KiB" },
		{ 1048575, "1.0 MiB" }, { 1503238554, "1.4 GiB" },
		{ INT64_MAX, "8.0 EiB" }, { INT64_MIN, "-8.0 EiB" },
		{ -5, "-5 B" }, { -1536, "-1.5 KiB" },
	};
	char out[24];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		text_bytes(out, rows[i].n);
		assert_string_equal(out, rows[i].text);
	}
}

static void
test_duration(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} rows[] = {
		{ 0, "0s" }, { 17, "17s" }, { 59, "59s" }, { 60, "1m 00s" },
		{ 3599, "59m 59s" }, { 3600, "1h 00m" }, { 7499, "2h 04m" },
		{ 86399, "23h 59m" }, { 86400, "1d 00h" },
		{ 277200, "3d 05h" }, { -17, "-17s" },
		{ INT64_MAX, "106751991167300d 15h" },
		{ INT64_MIN, "-106751991167300d 15h" },
	};
	char out[24];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		text_duration(out, rows[i].s);
		assert_string_equal(out, rows[i].text);
	}
}

static void
test_equal_nocase(void **state)
{
	(void)state;
	assert_true(text_equal_nocase("", ""));
	assert_true(text_equal_nocase("AbC", "aBc"));
	assert_false(text_equal_nocase("abc", "ab"));
	assert_false(text_equal_nocase("ab", "abc"));
	assert_false(text_equal_nocase("[", "{"));
	assert_false(text_equal_nocase("\xc3\x89", "\xc3\xa9"));
}

#define LONG_NAME "a-name-that-is-so-long-that-nobody-could-mistype-it-by-" \
		  "hand-at-all-really"

static void
test_nearest(void **state)
{
	static const char *const names[] = {
		"list", "sync", "status", "verify", "omni.base_url",
		"omni.password_file", "omni.password_command",
		LONG_NAME,
	};
	static const struct {
		const char *word;
		const char *nearest;
	} rows[] = {
		{ "sync", "sync" },
		{ "SYNC", "sync" },
		{ "snyc", "sync" },		/* neighbours swapped */
		{ "lst", "list" },
		{ "lisst", "list" },
		{ "statsu", "status" },
		{ "verfy", "verify" },
		{ "omni.baseurl", "omni.base_url" },
		{ "omni.pasword", "omni.password_file" },
		{ "omni.passwrod_comand", "omni.password_command" },
		{ "", NULL },
		{ "xyz", NULL },
		{ "export", NULL },
		{ LONG_NAME, NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		const char *found = text_nearest(rows[i].word, names,
						 N(names));

		if (rows[i].nearest) {
			assert_non_null(found);
			assert_string_equal(found, rows[i].nearest);
		} else {
			assert_null(found);
		}
	}
	assert_null(text_nearest("sync", names, 0));
}

static void
test_control(void **state)
{
	static const struct {
		const char *text;
		size_t n, at;
	} rows[] = {
		{ "", 0, 0 }, { "abc", 3, 3 }, { " ~", 2, 2 },
		{ "a\tb", 3, 1 }, { "ab\n", 3, 2 }, { "\x1f", 1, 0 },
		{ "a\x7f", 2, 1 }, { "a\0b", 3, 1 }, { "\x80\xff", 2, 2 },
		{ "ab\n", 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		assert_int_equal(text_control(rows[i].text, rows[i].n),
				 rows[i].at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_utf8),
		cmocka_unit_test(test_to_int),
		cmocka_unit_test(test_to_bytes),
		cmocka_unit_test(test_to_seconds),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_equal_nocase),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
