/* What a user asks for: understood exactly, or refused with the mend. */
#include "unit/sample/calls.h"

static void
test_refused(void **state)
{
	static const struct {
		struct ark_sample_rules words;
		const char *told;
	} table[] = {
		{ { .seed = "s" }, "--count" },
		{ { .seed = "s", .count = 3, .percent = "5" }, "in one way" },
		{ { .seed = "s", .per_agent = 3, .per_service = 3 },
		  "in one way" },
		{ { .seed = "s", .count = -1 }, "1 or more" },
		{ { .seed = "", .count = 3 }, "--seed" },
		{ { .seed = "a\nb", .count = 3 }, "--seed" },
		{ { .seed = "a\x7f", .count = 3 }, "--seed" },
		{ { .seed = "\xff", .count = 3 }, "UTF-8" },
		{ { .seed = "s", .percent = "0" }, "above 0" },
		{ { .seed = "s", .percent = "0.0000001" }, "decimals" },
		{ { .seed = "s", .percent = "100.1" }, "up to 100" },
		{ { .seed = "s", .percent = "1000" }, "up to 100" },
		{ { .seed = "s", .percent = "5%" }, "--percent \"5%\"" },
		{ { .seed = "s", .percent = "2,5" }, "such as 5 or 2.5" },
		{ { .seed = "s", .percent = "1e1" }, "a number" },
		{ { .seed = "s", .percent = "-5" }, "a number" },
		{ { .seed = "s", .percent = "5." }, "a number" },
		{ { .seed = "s", .percent = "5.5x" }, "a number" },
		{ { .seed = "s", .percent = "5x5" }, "a number" },
		{ { .seed = "s", .percent = ".5" }, "a number" },
		{ { .seed = "s", .percent = "" }, "a number" },
		{ { .seed = "s", .percent = " 5" }, "a number" },
		{ { .seed = "s", .pick = "" }, "longest:N" },
		{ { .seed = "s", .pick = "longest" }, "longest:N" },
		{ { .seed = "s", .pick = "longest:" }, "longest:N" },
		{ { .seed = "s", .pick = "longest:0" }, "longest:N" },
		{ { .seed = "s", .pick = ":3" }, "longest:N" },
		{ { .seed = "s", .pick = "long:3" }, "longest:N" },
		{ { .seed = "s", .pick = "largest:3" }, "longest:N" },
		{ { .seed = "s", .pick = "longest:3x" }, "longest:N" },
		{ { .seed = "s", .count = 2, .pick = "longest:3" },
		  "more than the 2" },
		{ { .seed = "s", .count = 2, .evaluators = "" }, "names" },
		{ { .seed = "s", .count = 2, .evaluators = "a,,b" }, "names" },
		{ { .seed = "s", .count = 2, .evaluators = "a,b," }, "names" },
		{ { .seed = "s", .count = 2, .evaluators = "a, a" }, "twice" },
		{ { .seed = "s", .count = 2, .evaluators = "a\x1b" },
		  "names" },
		{ { .seed = "s", .count = 2, .calibration = 1 }, "two" },
		{ { .seed = "s", .count = 2, .evaluators = "a",
		    .calibration = 1 }, "two" },
		{ { .seed = "s", .count = 2, .evaluators = "a,b",
		    .calibration = -1 }, "two" },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct ark_error err = { 0 };
		struct sample_rules r;

		assert_int_equal(sample_rules_read(&r, &table[i].words, &err),
				 ARK_EUSAGE);
		assert_int_equal(err.code, ARK_EUSAGE);
		if (!strstr(err.text, table[i].told))
			fail_msg("%s: lacks %s", err.text, table[i].told);
		sample_rules_release(&r);
	}
}

/* n times text. */
static char *
repeat(const char *text, size_t n)
{
	size_t len = strlen(text);
	char *all = malloc(n * len + 1);

	assert_non_null(all);
	for (size_t i = 0; i < n; i++)
		memcpy(all + i * len, text, len);
	all[n * len] = 0;
	return all;
}

static void
expect(const struct ark_sample_rules *words, const char *told)
{
	struct ark_error err = { 0 };
	struct sample_rules r;

	assert_int_equal(sample_rules_read(&r, words, &err),
			 told ? ARK_EUSAGE : 0);
	if (told && !strstr(err.text, told))
		fail_msg("%s: lacks %s", err.text, told);
	sample_rules_release(&r);
}

/* One byte and one name more than may be. */
static void
test_limits(void **state)
{
	struct ark_sample_rules words = { .count = 1 };
	char *text;

	(void)state;
	words.seed = text = repeat("\xc3\xa9", 100);
	expect(&words, NULL);
	free(text);
	words.seed = text = repeat("a", 201);
	expect(&words, "--seed");
	words.seed = "s";
	words.evaluators = text;
	expect(&words, "--evaluators");
	free(text);
	words.evaluators = text = repeat("a,", 1000);
	expect(&words, "more than 1000 names");
	text[1999] = 0;		/* its last comma */
	expect(&words, "twice");
	free(text);
}

/* The least whole number that is not below the percentage; no rounding else. */
static void
test_percentages(void **state)
{
	static const struct {
		const char *percent, *printed;
		int64_t population, n;
	} table[] = {
		{ "5", "5", 100, 5 }, { "5", "5", 101, 6 },
		{ "5", "5", 1, 1 }, { "5.0", "5", 20, 1 },
		{ "2.5", "2.5", 1000, 25 }, { "2.5", "2.5", 1001, 26 },
		{ "33.333333", "33.333333", 3, 1 },
		{ "33.333334", "33.333334", 3, 2 },
		{ "0.1", "0.1", 1000, 1 }, { "0.1", "0.1", 3000, 3 },
		{ "0.000001", "0.000001", 5000000, 1 },
		{ "100", "100", 5000000, 5000000 },
		{ "100.000", "100", 7, 7 }, { "99.999999", "99.999999", 7, 7 },
		/* 0.07 * 100 is 7.000000000000001 elsewhere */
		{ "7", "7", 100, 7 }, { "0.29", "0.29", 10000, 29 },
		{ "007.10", "7.1", 1000, 71 },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		const struct ark_sample_rules words = {
			.percent = table[i].percent,
		};
		char printed[SAMPLE_WORD_SIZE];
		struct sample_rules r;

		rules(&r, &words);
		assert_int_equal(sample_size_n(&r, table[i].population),
				 table[i].n);
		sample_percent(printed, &r);
		assert_string_equal(printed, table[i].printed);
		sample_rules_release(&r);
	}
}

static void
test_evaluators_and_picks(void **state)
{
	const struct ark_sample_rules words = {
		.percent = "1", .pick = "shortest:12",
		.evaluators = " Eva Lima ,\xc3\x8dtalo", .calibration = 2,
	};
	char printed[SAMPLE_WORD_SIZE];
	struct sample_rules r;

	(void)state;
	rules(&r, &words);
	assert_int_equal(r.n_evaluators, 2);
	assert_string_equal(r.evaluators[0], "Eva Lima");
	assert_string_equal(r.evaluators[1], "\xc3\x8dtalo");
	sample_pick(printed, &r);
	assert_string_equal(printed, "shortest:12");
	sample_rules_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_percentages),
		cmocka_unit_test(test_evaluators_and_picks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
