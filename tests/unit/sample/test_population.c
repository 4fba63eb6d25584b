/* The SHA-256 of a population: everything a draw depends on, and no more. */
#include "unit/sample/calls.h"

static void
hash(char hex[DIGEST_SHA256_HEX], struct sample_population *p)
{
	assert_int_equal(sample_measure(p, NULL), 0);
	digest_hex(hex, p->sha256, sizeof(p->sha256));
	sample_population_release(p);
}

static void
test_manual(void **state)
{
	static const struct {
		int32_t day;
		int64_t n;
	} days[] = { { 20451, 5 }, { 20452, 3 }, { 20453, 2 } };
	struct sample_population p = { 0 };
	char hex[DIGEST_SHA256_HEX];

	(void)state;
	for (int way = 0; way < 2; way++) {
		add_manual(&p, way);
		assert_int_equal(sample_measure(&p, NULL), 0);
		assert_int_equal(p.n_days, N(days));
		for (size_t i = 0; i < N(days); i++) {
			assert_int_equal(p.days[i].day, days[i].day);
			assert_int_equal(p.days[i].population, days[i].n);
		}
		digest_hex(hex, p.sha256, sizeof(p.sha256));
		assert_string_equal(hex, "da7ebd07c12f9980dc8f569649a6373d14b2"
				    "f58c7a2db7b18fbbb10f4cd67b95");
		sample_population_release(&p);
	}
}

/* A day's hash is that of a population of that day alone. */
static void
test_days_are_populations(void **state)
{
	struct sample_population all = { 0 }, day = { 0 };

	(void)state;
	add_many(&all, 200, 4, 5, 7);
	assert_int_equal(sample_measure(&all, NULL), 0);
	for (size_t i = 0; i < all.n_days; i++) {
		for (size_t k = 0; k < all.n; k++) {
			const struct sample_call *c = &all.calls[k];

			if (day_of(c->start_s) == all.days[i].day)
				add(&day, c->id, c->agent, c->service,
				    c->start_s, c->length_ms);
		}
		assert_int_equal(sample_measure(&day, NULL), 0);
		assert_memory_equal(day.sha256, all.days[i].sha256, 32);
		sample_population_release(&day);
	}
	sample_population_release(&all);
}

static void
test_everything_counts(void **state)
{
	static const struct {
		const char *id, *agent, *service;
		int64_t start_s, length_ms;
	} table[] = {
		{ "a", "b", "c", 5, 6 }, { "x", "b", "c", 5, 6 },
		{ "a", "x", "c", 5, 6 }, { "a", "b", "x", 5, 6 },
		{ "a", "b", "c", 4, 6 }, { "a", "b", "c", 5, 7 },
		{ "a", "b", "c", 5, -1 }, { "a", "b", "c", 5, 0 },
		/* what goes where is not lost */
		{ "a", "", "bc", 5, 6 }, { "a", "bc", "", 5, 6 },
		{ "a", "b,1:c", "", 5, 6 }, { "a", "b", "c\n", 5, 6 },
	};
	char hex[N(table)][DIGEST_SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct sample_population p = { 0 };

		add(&p, table[i].id, table[i].agent, table[i].service,
		    table[i].start_s, table[i].length_ms);
		hash(hex[i], &p);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(hex[i], hex[k]);
	}
}

/* By bytes, as strcmp() and no locale has it: "Z" before "a" before "é". */
static void
test_order_of_ids(void **state)
{
	static const char *const ids[] = { "\xc3\xa9", "a", "Z", "ab", "10",
					   "9" };
	static const char *const sorted[] = { "10", "9", "Z", "a", "ab",
					      "\xc3\xa9" };
	struct sample_population p = { 0 };

	(void)state;
	for (size_t i = 0; i < N(ids); i++)
		add(&p, ids[i], "", "", FIRST_S, -1);
	assert_int_equal(sample_measure(&p, NULL), 0);
	for (size_t i = 0; i < N(ids); i++)
		assert_string_equal(p.calls[i].id, sorted[i]);
	sample_population_release(&p);
}

/* One more than may be is refused, and how to have less is told. */
static void
test_limit(void **state)
{
	const struct sample_call call = {
		.id = "a", .agent = "", .service = "",
	};
	struct sample_population p = { .n = SAMPLE_MAX_CALLS };
	struct ark_error err = { 0 };

	(void)state;
	assert_int_equal(sample_add(&p, &call, &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, "choose a shorter range"));
	assert_int_equal(p.n, SAMPLE_MAX_CALLS);
	assert_null(p.calls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_days_are_populations),
		cmocka_unit_test(test_everything_counts),
		cmocka_unit_test(test_order_of_ids),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
