/*
 * Which days a calendar has, how they fall into months, and the text of it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/calendar.h"
#include "model/time.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define LEGEND_OF(complete, empty, incomplete, so_far, not_asked)              \
	"\n# complete " complete "  . empty " empty "  ! incomplete "          \
	incomplete "  ~ so far " so_far "  ? not asked " not_asked "\n"
#define HEAD "         MTWTFSS MTWTFSS MTWTFSS MTWTFSS MTWTFSS MT\n"

static int32_t
day(const char *text)
{
	int32_t d = 0;

	assert_int_equal(day_parse(text, &d), 0);
	return d;
}

static void
put_many(struct calendar *c, const char *from, const char *to, enum cell cell)
{
	for (int32_t d = day(from); d <= day(to); d++)
		assert_int_equal(calendar_put(c, d, cell), 0);
}

static char *
text_of(const struct calendar *c, bool has_color)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	calendar_print(c, has_color, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
shows(struct calendar *c, const char *expected)
{
	char *text = text_of(c, false);

	assert_string_equal(text, expected);
	free(text);
	calendar_release(c);
}

/* ---- a day */

static void
a_day_has_a_word_and_a_cell(void **state)
{
	static const struct {
		const char *word;
		enum cell cell;
		struct ark_day day;
	} rows[] = {
		{ "not asked", CELL_NOT_ASKED, { .listed = 3 } },
		{ "complete", CELL_COMPLETE,
		  { .was_asked = true, .is_complete = true, .listed = 1 } },
		{ "complete", CELL_COMPLETE,
		  { .was_asked = true, .is_complete = true, .listed = 1,
		    .is_current = true } },
		{ "empty", CELL_EMPTY,
		  { .was_asked = true, .is_complete = true } },
		{ "incomplete", CELL_INCOMPLETE, { .was_asked = true } },
		{ "so far", CELL_SO_FAR,
		  { .was_asked = true, .is_current = true, .listed = 1 } },
		{ "incomplete", CELL_INCOMPLETE,
		  { .was_asked = true, .is_current = true, .oddities = 1 } },
		{ "open", CELL_INCOMPLETE,
		  { .was_asked = true, .is_complete = true, .listed = 1,
		    .oddities = 1 } },
		{ "incomplete", CELL_INCOMPLETE,
		  { .was_asked = true, .is_complete = true, .listed = 1,
		    .reports_incomplete = 1u << ARK_VOICE_LOG } },
		{ "incomplete", CELL_INCOMPLETE,
		  { .was_asked = true, .is_complete = true, .oddities = 1,
		    .reports_incomplete = 1u << ARK_VOICE_LOG } },
		{ "so far", CELL_SO_FAR,
		  { .was_asked = true, .is_current = true, .is_complete = true,
		    .reports_incomplete = 1u << ARK_VOICE_LOG } },
	};
	static const enum ark_state open[] = {
		ARK_DEFERRED, ARK_QUARANTINED, ARK_FAILED, ARK_GONE,
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		assert_string_equal(day_word(&rows[i].day), rows[i].word);
		assert_int_equal(day_cell(&rows[i].day), rows[i].cell);
	}
	for (size_t i = 0; i < N(open); i++) {
		struct ark_day d = rows[1].day;

		d.counts[open[i]] = 1;
		assert_string_equal(day_word(&d), "open");
		assert_int_equal(day_cell(&d), CELL_INCOMPLETE);
	}
}

static void
missing_reports_are_named(void **state)
{
	static const struct {
		unsigned routes;
		const char *text;
	} rows[] = {
		{ 0, "" },
		{ 1u << ARK_VOICE_LOG, "not listed completely: voice-log" },
		{ 1u << ARK_VOICE_LOG | 1u << ARK_SERVICE_HISTORY,
		  "not listed completely: service-history, voice-log" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_day d = { .reports_incomplete = rows[i].routes };
		struct buf out = BUF_INIT(1024);

		day_missing(&d, &out);
		assert_int_equal(out.rc, 0);
		assert_string_equal(buf_text(&out), rows[i].text);
		buf_release(&out);
	}
}

static void
signs_and_names_are_distinct(void **state)
{
	(void)state;
	for (int i = 0; i < N_CELLS; i++) {
		for (int k = 0; k < i; k++) {
			assert_int_not_equal(cell_sign((enum cell)i),
					     cell_sign((enum cell)k));
			assert_string_not_equal(cell_name((enum cell)i),
						cell_name((enum cell)k));
		}
	}
}

/* ---- months */

static void
months_are_as_long_as_they_are(void **state)
{
	static const struct {
		const char *from, *last;
		int weekday;		/* of the first of the month */
	} rows[] = {
		{ "2024-02-01", "2024-02-29", 3 },
		{ "2023-02-01", "2023-02-28", 2 },
		{ "2000-02-29", "2000-02-29", 1 },
		{ "2100-02-01", "2100-02-28", 0 },
		{ "2024-12-01", "2024-12-31", 6 },
		{ "2024-04-30", "2024-04-30", 0 },
		{ "1990-01-01", "1990-01-31", 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct calendar c = CALENDAR_EMPTY;
		struct calendar_part p;
		int32_t from = day(rows[i].from);

		assert_int_equal(calendar_put(&c, from, CELL_EMPTY), 0);
		calendar_cover(&c, from, from + 40);
		p = calendar_before(&c);
		assert_true(calendar_next(&c, &p));
		assert_true(p.is_month && p.is_known);
		assert_int_equal(p.first, from);
		assert_int_equal(p.last, day(rows[i].last));
		assert_int_equal(calendar_weekday(calendar_month_first(from)),
				 rows[i].weekday);
		calendar_release(&c);
	}
}

/* Ten years, of which every day comes once, in the month that is its own. */
static void
ten_years_have_every_day_once(void **state)
{
	struct calendar c = CALENDAR_EMPTY;
	struct calendar_part p;
	int32_t next = day("2015-01-01");
	int64_t counts[N_CELLS];
	int n_months = 0;

	(void)state;
	put_many(&c, "2015-01-01", "2024-12-31", CELL_COMPLETE);
	for (p = calendar_before(&c); calendar_next(&c, &p); n_months++) {
		int year, month, d;

		assert_int_equal(p.first, next);
		assert_true(p.is_month && p.is_known);
		day_date(p.first, &year, &month, &d);
		assert_int_equal(d, 1);
		assert_int_equal(year, 2015 + n_months / 12);
		assert_int_equal(month, n_months % 12 + 1);
		next = p.last + 1;
	}
	assert_int_equal(next, day("2025-01-01"));
	assert_int_equal(n_months, 120);
	calendar_count(&c, counts);
	assert_int_equal(counts[CELL_COMPLETE], 3653);
	assert_int_equal(counts[CELL_NOT_ASKED], 0);
	calendar_release(&c);
}

static void
months_that_were_not_asked_are_one_part(void **state)
{
	static const struct {
		const char *first, *last;
		bool is_month, is_known;
	} parts[] = {
		{ "2023-11-20", "2024-01-31", false, false },
		{ "2024-02-01", "2024-02-29", true, true },
		{ "2024-03-01", "2024-03-31", true, false },
		{ "2024-04-01", "2024-04-30", true, true },
		{ "2024-05-01", "2026-03-31", false, false },
		{ "2026-04-01", "2026-04-30", true, true },
		{ "2026-05-01", "2026-05-02", true, false },
	};
	struct calendar c = CALENDAR_EMPTY;
	struct calendar_part p;

	(void)state;
	put_many(&c, "2024-02-28", "2024-02-28", CELL_COMPLETE);
	put_many(&c, "2024-04-01", "2024-04-01", CELL_COMPLETE);
	put_many(&c, "2026-04-30", "2026-04-30", CELL_COMPLETE);
	calendar_cover(&c, day("2023-11-20"), day("2026-05-02"));
	p = calendar_before(&c);
	for (size_t i = 0; i < N(parts); i++) {
		assert_true(calendar_next(&c, &p));
		assert_int_equal(p.first, day(parts[i].first));
		assert_int_equal(p.last, day(parts[i].last));
		assert_int_equal(p.is_month, parts[i].is_month);
		assert_int_equal(p.is_known, parts[i].is_known);
	}
	assert_false(calendar_next(&c, &p));
	calendar_release(&c);
}

static void
what_no_calendar_has_is_left_out(void **state)
{
	struct calendar c = CALENDAR_EMPTY;

	(void)state;
	assert_int_equal(calendar_put(&c, INT32_MIN, CELL_COMPLETE), 0);
	assert_int_equal(calendar_put(&c, -719529, CELL_COMPLETE), 0);
	assert_int_equal(c.n, 0);
	assert_int_equal(calendar_put(&c, -719528, CELL_COMPLETE), 0);
	assert_int_equal(calendar_put(&c, 2932896, CELL_COMPLETE), 0);
	assert_int_equal(calendar_put(&c, 2932897, CELL_COMPLETE), 0);
	assert_int_equal(calendar_put(&c, INT32_MAX, CELL_COMPLETE), 0);
	assert_int_equal(c.n, 2);
	shows(&c, HEAD
	      "0000-01       #? ??????? ??????? ??????? ??????? ?   ? 2-31\n"
	      "         0000-02-01 to 9999-11-30: 3652363 days not asked\n"
	      "9999-12    ????? ??????? ??????? ??????? ????#       ? 1-30\n"
	      LEGEND_OF("2", "0", "0", "0", "3652423"));
}

static void
a_cover_without_days_or_the_wrong_way_round_is_none(void **state)
{
	struct calendar c = CALENDAR_EMPTY;

	(void)state;
	calendar_cover(&c, ARK_NO_DAY, day("2024-12-31"));
	shows(&c, "");
	calendar_cover(&c, day("2030-01-01"), day("2024-12-31"));
	shows(&c, "");
	calendar_cover(&c, day("2024-12-31"), day("2024-12-31"));
	shows(&c, HEAD
	      "2024-12                                           ?  ? 31\n"
	      LEGEND_OF("0", "0", "0", "0", "1"));
}

/* ---- text */

static void
a_month_is_a_line_of_weeks(void **state)
{
	struct calendar c = CALENDAR_EMPTY;

	(void)state;
	put_many(&c, "2024-02-03", "2024-02-16", CELL_COMPLETE);
	put_many(&c, "2024-02-17", "2024-02-18", CELL_EMPTY);
	put_many(&c, "2024-02-19", "2024-02-21", CELL_INCOMPLETE);
	put_many(&c, "2024-02-24", "2024-02-24", CELL_INCOMPLETE);
	put_many(&c, "2024-02-29", "2024-02-29", CELL_SO_FAR);
	calendar_cover(&c, ARK_NO_DAY, day("2024-02-29"));
	shows(&c, HEAD
	      "2024-02       ## ####### #####.. !!!?" "?!? ???~        "
	      "! 19-21 24  ? 22-23 25-28\n"
	      LEGEND_OF("14", "2", "4", "1", "6"));
}

static void
one_day_is_a_line_and_years_stand_apart(void **state)
{
	struct calendar c = CALENDAR_EMPTY;

	(void)state;
	put_many(&c, "2024-12-31", "2024-12-31", CELL_COMPLETE);
	shows(&c, HEAD "2024-12                                           #\n"
	      LEGEND_OF("1", "0", "0", "0", "0"));
	put_many(&c, "2024-12-31", "2025-01-01", CELL_COMPLETE);
	shows(&c, HEAD "2024-12                                           #\n"
	      "\n2025-01    #\n" LEGEND_OF("2", "0", "0", "0", "0"));
}

/* Six weeks are touched by a month that begins on a Sunday. */
static void
the_longest_lines_have_80_columns(void **state)
{
	struct calendar c = CALENDAR_EMPTY;
	char *text;

	(void)state;
	for (int32_t d = day("2019-01-01"); d <= day("2024-12-31"); d++)
		assert_int_equal(calendar_put(&c, d, d % 2 ? CELL_INCOMPLETE :
					      CELL_NOT_ASKED), 0);
	text = text_of(&c, false);
	assert_non_null(strstr(text, "2024-12        ? !?!?!?! ?!?!?!? !?!?!?! "
			       "?!?!?!? !?  ! 2 4 6 8 10 12 14 16 18 ..\n"));
	for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
		assert_in_range(strcspn(p, "\n"), 0, 80);
	free(text);
	calendar_release(&c);
}

/* Colour adds sequences and takes nothing away. */
static void
colour_is_not_needed(void **state)
{
	struct calendar c = CALENDAR_EMPTY;
	char *plain, *colored, *out;
	int n_sequences = 0;

	(void)state;
	put_many(&c, "2024-01-01", "2024-01-20", CELL_COMPLETE);
	put_many(&c, "2024-01-21", "2024-01-22", CELL_EMPTY);
	put_many(&c, "2024-01-23", "2024-01-24", CELL_INCOMPLETE);
	calendar_cover(&c, ARK_NO_DAY, day("2024-02-02"));
	plain = text_of(&c, false);
	colored = out = text_of(&c, true);
	assert_null(strchr(plain, '\033'));
	for (const char *p = colored; *p;) {
		if (*p == '\033') {
			p += strcspn(p, "m") + 1;
			n_sequences++;
		} else {
			*out++ = *p++;
		}
	}
	*out = 0;
	assert_string_equal(colored, plain);
	assert_in_range(n_sequences, 10, 30);
	free(colored);
	free(plain);
	calendar_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_has_a_word_and_a_cell),
		cmocka_unit_test(missing_reports_are_named),
		cmocka_unit_test(signs_and_names_are_distinct),
		cmocka_unit_test(months_are_as_long_as_they_are),
		cmocka_unit_test(ten_years_have_every_day_once),
		cmocka_unit_test(months_that_were_not_asked_are_one_part),
		cmocka_unit_test(what_no_calendar_has_is_left_out),
		cmocka_unit_test(
			a_cover_without_days_or_the_wrong_way_round_is_none),
		cmocka_unit_test(a_month_is_a_line_of_weeks),
		cmocka_unit_test(one_day_is_a_line_and_years_stand_apart),
		cmocka_unit_test(the_longest_lines_have_80_columns),
		cmocka_unit_test(colour_is_not_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
