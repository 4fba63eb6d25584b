#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "callark/range.h"
#include "model/time.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define NOW "2024-12-31 14:30:05"

static int64_t
civil(const char *text)
{
	int64_t s;

	assert_int_equal(moment_parse(text, NULL, &s), 0);
	return s;
}

static void
test_ranges(void **state)
{
	static const struct {
		struct ark_range_words words;
		const char *from;
		const char *to;		/* first second outside */
	} rows[] = {
		{ { .from = "2024-12-01" }, "2024-12-01", NOW },
		{ { .from = "2024-12-01 08:00" }, "2024-12-01 08:00", NOW },
		{ { .from = "01/12/2024" }, "2024-12-01", NOW },
		{ { .from = NOW }, NOW, NOW },
		{ { .from = "2024-12-01", .to = "2024-12-02" },
		  "2024-12-01", "2024-12-03" },
		{ { .from = "2024-12-01", .to = "2024-12-01" },
		  "2024-12-01", "2024-12-02" },
		{ { .from = "2024-12-01T08:00:01", .to = "2024-12-01" },
		  "2024-12-01 08:00:01", "2024-12-02" },
		{ { .from = "2024-12-01", .to = "2024-12-02 10:00:59" },
		  "2024-12-01", "2024-12-02 10:01:00" },
		{ { .from = "2024-12-01 10:00", .to = "2024-12-01 10:00" },
		  "2024-12-01 10:00", "2024-12-01 10:00:01" },
		{ { .from = "01/12/2024 10:00", .to = "31/12/2030" },
		  "2024-12-01 10:00", "2031-01-01" },
		{ { .last = "1d" }, "2024-12-31", NOW },
		{ { .last = "3d" }, "2024-12-29", NOW },
		{ { .last = "3D" }, "2024-12-29", NOW },
		{ { .last = "1w" }, "2024-12-25", NOW },
		{ { .last = "12h" }, "2024-12-31 02:30:05", NOW },
		{ { .last = "15m" }, "2024-12-31 14:15:05", NOW },
		{ { .last = "90s" }, "2024-12-31 14:28:35", NOW },
		{ { .last = "90" }, "2024-12-31 14:28:35", NOW },
		{ { .last = "24h" }, "2024-12-30 14:30:05", NOW },
		{ { .day = "2024-12-24" }, "2024-12-24", "2024-12-25" },
		{ { .day = "24/12/2024" }, "2024-12-24", "2024-12-25" },
		{ { .day = "today" }, "2024-12-31", "2025-01-01" },
		{ { .day = "Yesterday" }, "2024-12-30", "2024-12-31" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct ark_range r = { 0 };

		assert_int_equal(ark_range_parse(&r, &rows[i].words,
						 civil(NOW), &err), 1);
		assert_int_equal(r.from_s, civil(rows[i].from));
		assert_int_equal(r.to_s, civil(rows[i].to));
		assert_string_equal(err.text, "");
	}
}

static void
test_none(void **state)
{
	const struct ark_range_words none = { 0 };
	struct ark_range r = { 7, 8 };

	(void)state;
	assert_int_equal(ark_range_parse(&r, &none, civil(NOW), NULL), 0);
	assert_int_equal(r.from_s, 7);
}

/* Each error names the option, the value and what was expected. */
static void
test_refused(void **state)
{
	static const struct {
		struct ark_range_words words;
		const char *named[3];
	} rows[] = {
		{ { .from = "" }, { "--from", "\"\"", "YYYY-MM-DD" } },
		{ { .from = "2024-13-01" },
		  { "--from", "2024-13-01", "YYYY-MM-DD" } },
		{ { .from = "yesterday" },
		  { "--from", "yesterday", "YYYY-MM-DD" } },
		{ { .from = "2024-12-01T10:00Z" },
		  { "--from", "10:00Z", "YYYY-MM-DD" } },
		{ { .from = "2024-12-01 " }, { "--from", "HH:MM" } },
		{ { .from = "1989-12-31" }, { "--from", "1990" } },
		{ { .from = "2025-01-01" },
		  { "--from", "2025-01-01", NOW } },
		{ { .to = "2024-12-01" },
		  { "--to", "2024-12-01", "--from" } },
		{ { .from = "2024-12-01", .to = "soon" },
		  { "--to", "soon", "YYYY-MM-DD" } },
		{ { .from = "2024-12-02", .to = "2024-12-01" },
		  { "--from \"2024-12-02\"", "--to \"2024-12-01\"" } },
		{ { .from = "2024-12-01 10:00:01", .to = "2024-12-01 10:00" },
		  { "10:00:01", "--to" } },
		{ { .last = "" }, { "--last", "12h" } },
		{ { .last = "d" }, { "--last", "\"d\"", "3d" } },
		{ { .last = "0d" }, { "--last", "0d" } },
		{ { .last = "0" }, { "--last" } },
		{ { .last = "-3d" }, { "--last", "-3d" } },
		{ { .last = "3 days" }, { "--last", "3 days" } },
		{ { .last = "2000w" }, { "--last", "2000w", "1990" } },
		{ { .last = "15250284452471w" }, { "--last", "1990" } },
		{ { .day = "tomorrow" }, { "--day", "tomorrow", "today" } },
		{ { .day = "2024-12-24 10:00" }, { "--day", "10:00" } },
		{ { .day = "" }, { "--day" } },
		{ { .last = "3d", .day = "today" }, { "--last", "--day" } },
		{ { .last = "3d", .from = "2024-12-01" },
		  { "--last", "3d", "--from" } },
		{ { .last = "3d", .to = "2024-12-01" },
		  { "--last", "3d", "--to" } },
		{ { .day = "today", .from = "2024-12-01" },
		  { "--day", "today", "--from" } },
		{ { .day = "today", .to = "2024-12-01" },
		  { "--day", "today", "--to" } },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct ark_range r = { 7, 8 };

		assert_int_equal(ark_range_parse(&r, &rows[i].words,
						 civil(NOW), &err),
				 ARK_EUSAGE);
		assert_int_equal(r.from_s, 7);
		for (size_t j = 0; j < 3 && rows[i].named[j]; j++) {
			if (!strstr(err.text, rows[i].named[j]))
				print_error("%s\n", err.text);
			assert_non_null(strstr(err.text, rows[i].named[j]));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
