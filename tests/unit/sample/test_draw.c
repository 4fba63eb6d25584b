/* The draw: the vectors of callark(1), and what holds for every draw. */
#include "unit/sample/calls.h"

/* "c02 c03* c05", as callark(1) prints a draw. */
static void
tell_drawn(char *out, size_t size, const struct sample_draw *d)
{
	size_t len = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct sample_call *c = d->calls[i].call;

		len += (size_t)snprintf(out + len, size - len, "%s%s%s",
					i ? " " : "", c->id,
					c->fate == SAMPLE_PICKED ? "*" : "");
		assert_true(len < size);
	}
}

static void
test_vectors_of_the_manual(void **state)
{
	static const struct {
		struct ark_sample_rules words;
		const char *drawn;
	} table[] = {
		{ { .count = 4 }, "c03 c07 c09 c10" },
		{ { .percent = "33.3" }, "c01 c03 c07 c09" },
		{ { .per_agent = 2 }, "c02 c07 c08 c09" },
		{ { .per_service = 3, .pick = "longest:1" },
		  "c03* c04 c06 c07 c08* c09" },
		{ { .pick = "shortest:2" }, "c04* c05*" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * N(table); i++) {
		struct ark_sample_rules words = table[i / 2].words;
		struct sample_population p = { 0 };
		struct sample_rules r;
		struct sample_draw d;
		char drawn[200] = "";

		words.seed = MANUAL_SEED;
		add_manual(&p, i % 2);
		rules(&r, &words);
		measure_and_draw(&d, &r, &p);
		tell_drawn(drawn, sizeof(drawn), &d);
		assert_string_equal(drawn, table[i / 2].drawn);
		sample_draw_release(&d);
		sample_rules_release(&r);
		sample_population_release(&p);
	}
}

static void
test_dealing_of_the_manual(void **state)
{
	static const char *const dealt[] = {
		"c01:eva", "c02:eva", "c03:ivo", "c07:ivo", "c08:eva+ivo",
		"c09:eva", "c10:ivo",
	};
	/* in whatever order the names are given */
	static const char *const names[] = { "eva,ivo", "ivo, eva" };

	(void)state;
	for (size_t k = 0; k < N(names); k++) {
		const struct ark_sample_rules words = {
			.seed = MANUAL_SEED, .count = 7,
			.evaluators = names[k], .calibration = 1,
		};
		struct sample_population p = { 0 };
		struct sample_rules r;
		struct sample_draw d;

		add_manual(&p, false);
		rules(&r, &words);
		measure_and_draw(&d, &r, &p);
		assert_int_equal(d.n, N(dealt));
		for (size_t i = 0; i < d.n; i++) {
			const char *const *who;
			char text[32];
			size_t n = sample_evaluators(&r, d.calls[i].evaluator,
						     &who);

			(void)snprintf(text, sizeof(text), "%s:%s",
				       d.calls[i].call->id,
				       n == 2 ? "eva+ivo" : who[0]);
			assert_string_equal(text, dealt[i]);
		}
		sample_draw_release(&d);
		sample_rules_release(&r);
		sample_population_release(&p);
	}
}

/* ---- what holds for every draw ------------------------------------------ */

/* Drawn and left of one group and day. */
struct tally {
	const char *group;
	int32_t day;
	int64_t calls, drawn, picked;
};

struct tallies {
	struct tally items[2000];
	size_t n;
};

static const char *
group_of(const struct sample_rules *r, const struct sample_call *c)
{
	return r->size == SAMPLE_PER_AGENT ? c->agent :
	       r->size == SAMPLE_PER_SERVICE ? c->service : "";
}

static void
count(struct tallies *t, const struct sample_rules *r,
      const struct sample_population *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct sample_call *c = &p->calls[i];
		int32_t day = day_of(c->start_s);
		struct tally *found = NULL;

		for (size_t k = 0; k < t->n && !found; k++) {
			if (t->items[k].day == day &&
			    !strcmp(t->items[k].group, group_of(r, c)))
				found = &t->items[k];
		}
		if (!found) {
			assert_true(t->n < N(t->items));
			found = &t->items[t->n++];
			*found = (struct tally){ group_of(r, c), day, 0, 0,
						 0 };
		}
		found->calls++;
		found->drawn += c->fate == SAMPLE_DRAWN;
		found->picked += c->fate == SAMPLE_PICKED;
	}
}

/* All tallies of one group in one. */
static struct tally
sum(const struct tallies *t, const char *group)
{
	struct tally s = { .group = group };

	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->items[i].group, group) != 0)
			continue;
		s.calls += t->items[i].calls;
		s.drawn += t->items[i].drawn;
		s.picked += t->items[i].picked;
	}
	return s;
}

/* Of two days, the one that gave less has nothing left, or gave one less. */
static void
must_be_even(const struct tallies *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct tally *a = &t->items[i];

		for (size_t k = 0; k < t->n; k++) {
			const struct tally *b = &t->items[k];

			if (strcmp(a->group, b->group) != 0 ||
			    a->drawn + a->picked == a->calls)
				continue;
			assert_true(b->drawn - a->drawn <= 1);
		}
	}
}

/* No day is off its share by one call or more. */
static void
must_be_shares(const struct tallies *t)
{
	struct tally all = sum(t, "");
	int64_t left = all.calls - all.picked;

	for (size_t i = 0; i < t->n; i++) {
		const struct tally *day = &t->items[i];
		int64_t share = (day->calls - day->picked) * all.drawn;

		assert_true(llabs(day->drawn * left - share) < left);
	}
}

/* Every group has as many as was asked for, or all. */
static void
must_be_exact(const struct tallies *t, const struct sample_rules *r)
{
	for (size_t i = 0; i < t->n; i++) {
		struct tally s = sum(t, t->items[i].group);

		assert_int_equal(s.drawn + s.picked,
				 sample_size_n(r, s.calls));
		assert_true(s.picked <= r->n_picks);
	}
}

/* Whoever was picked is at least as long (short) as whoever was not. */
static void
must_be_extreme(const struct sample_population *p, const struct sample_rules *r)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct sample_call *a = &p->calls[i];

		if (a->fate != SAMPLE_PICKED)
			continue;
		assert_true(a->length_ms >= 0);
		for (size_t k = 0; k < p->n; k++) {
			const struct sample_call *b = &p->calls[k];

			if (b->fate == SAMPLE_PICKED || b->length_ms < 0 ||
			    strcmp(group_of(r, a), group_of(r, b)) != 0)
				continue;
			assert_true(r->pick == SAMPLE_LONGEST ?
				    a->length_ms >= b->length_ms :
				    a->length_ms <= b->length_ms);
		}
	}
}

static void
must_be_in_order(const struct sample_draw *d, const struct sample_population *p)
{
	int64_t of_days = 0, of_calls = 0;

	for (size_t i = 1; i < d->n; i++)
		assert_true(d->calls[i - 1].call->start_s <=
			    d->calls[i].call->start_s);
	for (size_t i = 0; i < p->n_days; i++) {
		of_days += p->days[i].drawn;
		of_calls += p->days[i].population;
	}
	assert_int_equal(of_days, d->n);
	assert_int_equal(of_calls, p->n);
}

static const struct ark_sample_rules many[] = {
	{ .count = 1 }, { .count = 35 }, { .count = 299 }, { .count = 300 },
	{ .count = 5000 }, { .percent = "0.000001" }, { .percent = "5" },
	{ .percent = "33.333333" }, { .percent = "99.9" },
	{ .percent = "100" }, { .per_agent = 1 }, { .per_agent = 7 },
	{ .per_service = 40 }, { .pick = "longest:10" },
	{ .count = 50, .pick = "shortest:10" },
	{ .percent = "10", .pick = "longest:7" },
	{ .percent = "1", .pick = "longest:7" },
	{ .per_agent = 4, .pick = "longest:2" },
	{ .per_service = 9, .pick = "shortest:9" },
};

static void
test_what_holds_for_every_draw(void **state)
{
	static const int sizes[] = { 1, 2, 30, 300 };

	(void)state;
	for (size_t i = 0; i < N(many) * N(sizes); i++) {
		struct sample_population p = { 0 };
		struct tallies t = { .n = 0 };
		struct sample_rules r;
		struct sample_draw d;

		add_many(&p, sizes[i / N(many)], 9, 7, i);
		rules(&r, &many[i % N(many)]);
		measure_and_draw(&d, &r, &p);
		count(&t, &r, &p);
		if (r.size != SAMPLE_PICKS)
			must_be_exact(&t, &r);
		if (r.size == SAMPLE_PERCENT)
			must_be_shares(&t);
		else
			must_be_even(&t);
		must_be_extreme(&p, &r);
		must_be_in_order(&d, &p);
		sample_draw_release(&d);
		sample_rules_release(&r);
		sample_population_release(&p);
	}
}

/* Whom --percent takes differs with the seed; so each has its turn. */
static void
test_every_call_can_be_drawn(void **state)
{
	static const struct ark_sample_rules table[] = {
		{ .percent = "10" }, { .count = 4 }, { .per_agent = 1 },
	};
	int drawn[40] = { 0 };

	(void)state;
	for (int i = 0; i < 900; i++) {
		struct ark_sample_rules words = table[i % 3];
		struct sample_population p = { 0 };
		struct sample_rules r;
		struct sample_draw d;
		char seed[16];

		(void)snprintf(seed, sizeof(seed), "%d", i);
		words.seed = seed;
		add_many(&p, 40, 3, 5, 1);
		rules(&r, &words);
		measure_and_draw(&d, &r, &p);
		for (size_t k = 0; k < d.n; k++)
			drawn[strtol(d.calls[k].call->id + 3, NULL, 10)]++;
		sample_draw_release(&d);
		sample_rules_release(&r);
		sample_population_release(&p);
	}
	for (size_t k = 0; k < N(drawn); k++)
		assert_true(drawn[k] > 15);
}

/* ---- evaluators --------------------------------------------------------- */

static void
must_be_fair(const struct sample_draw *d, const struct sample_rules *r)
{
	size_t all[8] = { 0 }, everybody = 0, least = SIZE_MAX, most = 0;

	for (size_t i = 0; i < d->n; i++) {
		if (d->calls[i].evaluator == SAMPLE_EVERYBODY)
			everybody++;
		else
			all[d->calls[i].evaluator]++;
	}
	for (size_t i = 0; i < r->n_evaluators; i++) {
		least = all[i] < least ? all[i] : least;
		most = all[i] > most ? all[i] : most;
	}
	assert_true(most - least <= 1);
	assert_int_equal(everybody, d->n < (size_t)r->calibration ? d->n :
			 (size_t)r->calibration);
}

/* Calls of one agent, for each evaluator. */
static void
must_be_fair_to_agents(const struct sample_draw *d,
		       const struct sample_rules *r)
{
	for (size_t i = 0; i < d->n; i++) {
		size_t of_agent[8] = { 0 }, least = SIZE_MAX, most = 0;

		for (size_t k = 0; k < d->n; k++) {
			if (d->calls[k].evaluator != SAMPLE_EVERYBODY &&
			    d->calls[k].call->agent == d->calls[i].call->agent)
				of_agent[d->calls[k].evaluator]++;
		}
		for (size_t k = 0; k < r->n_evaluators; k++) {
			least = of_agent[k] < least ? of_agent[k] : least;
			most = of_agent[k] > most ? of_agent[k] : most;
		}
		assert_true(most - least <= 1);
	}
}

static void
test_evaluators(void **state)
{
	static const struct ark_sample_rules table[] = {
		{ .count = 100, .evaluators = "a" },
		{ .count = 100, .evaluators = "a,b,c" },
		{ .count = 2, .evaluators = "a,b,c" },
		{ .count = 101, .evaluators = "a,b,c,d,e", .calibration = 7 },
		{ .per_agent = 3, .evaluators = "a,b", .calibration = 1 },
		{ .percent = "12.5", .evaluators = "a,b,c", .calibration = 3 },
		{ .count = 3, .evaluators = "a,b", .calibration = 3 },
		{ .count = 3, .evaluators = "a,b", .calibration = 4000 },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct sample_population p = { 0 };
		struct sample_rules r;
		struct sample_draw d;

		add_many(&p, 400, 9, 7, i);
		rules(&r, &table[i]);
		measure_and_draw(&d, &r, &p);
		must_be_fair(&d, &r);
		must_be_fair_to_agents(&d, &r);
		sample_draw_release(&d);
		sample_rules_release(&r);
		sample_population_release(&p);
	}
}

static void
test_shortage_is_known(void **state)
{
	static const struct {
		struct ark_sample_rules words;
		int64_t groups, shorter;
	} table[] = {
		{ { .count = 10 }, 1, 0 }, { { .count = 11 }, 1, 1 },
		{ { .percent = "100" }, 1, 0 }, { { .per_agent = 5 }, 2, 0 },
		{ { .per_agent = 6 }, 2, 2 }, { { .per_service = 5 }, 2, 1 },
		{ { .pick = "longest:10" }, 1, 0 },
		{ { .pick = "longest:11" }, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct sample_population p = { 0 };
		struct sample_rules r;
		struct sample_draw d;

		add_manual(&p, false);
		rules(&r, &table[i].words);
		measure_and_draw(&d, &r, &p);
		assert_int_equal(d.groups, table[i].groups);
		assert_int_equal(d.short_groups, table[i].shorter);
		sample_draw_release(&d);
		sample_rules_release(&r);
		sample_population_release(&p);
	}
}

/* Calls that begin in one second are told by their ids. */
static void
test_order_of_what_was_drawn(void **state)
{
	static const char *const ids[] = { "b", "d", "a", "c" };
	struct sample_population p = { 0 };
	const char *const *names;
	struct sample_rules r;
	struct sample_draw d;

	(void)state;
	for (size_t i = 0; i < N(ids); i++)
		add(&p, ids[i], "ana", "sales", FIRST_S, 1000);
	rules(&r, &(struct ark_sample_rules){ .count = 4 });
	measure_and_draw(&d, &r, &p);
	assert_int_equal(d.n, 4);
	for (size_t i = 0; i < d.n; i++) {
		assert_int_equal(d.calls[i].call->id[0], 'a' + (int)i);
		/* nobody was named who might listen */
		assert_int_equal(sample_evaluators(&r, d.calls[i].evaluator,
						   &names), 0);
	}
	sample_draw_release(&d);
	sample_rules_release(&r);
	sample_population_release(&p);
}

/* Nothing is left to be drawn by lot behind the picks. */
static void
test_all_are_picked(void **state)
{
	static const struct ark_sample_rules table[] = {
		{ .count = 3, .pick = "longest:3" },
		{ .percent = "100", .pick = "shortest:3" },
		{ .per_agent = 3, .pick = "longest:3" },
		{ .count = 9, .pick = "longest:3" },
		{ .percent = "100", .pick = "longest:9" },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct sample_population p = { 0 };
		struct sample_rules r;
		struct sample_draw d;

		add(&p, "a", "ana", "sales", FIRST_S, 1000);
		add(&p, "b", "ana", "sales", FIRST_S, 2000);
		add(&p, "c", "ana", "sales", FIRST_S + 9, 1000);
		rules(&r, &table[i]);
		measure_and_draw(&d, &r, &p);
		assert_int_equal(d.n, 3);
		for (size_t k = 0; k < d.n; k++)
			assert_int_equal(d.calls[k].call->fate, SAMPLE_PICKED);
		sample_draw_release(&d);
		sample_rules_release(&r);
		sample_population_release(&p);
	}
}

static void
test_nobody_to_draw(void **state)
{
	struct sample_population p = { 0 };
	struct sample_rules r;
	struct sample_draw d;

	(void)state;
	rules(&r, &(struct ark_sample_rules){ .count = 3, .evaluators = "a" });
	measure_and_draw(&d, &r, &p);
	assert_int_equal(d.n, 0);
	assert_int_equal(d.groups, 0);
	assert_int_equal(p.n_days, 0);
	sample_draw_release(&d);
	sample_rules_release(&r);
	sample_population_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_of_the_manual),
		cmocka_unit_test(test_dealing_of_the_manual),
		cmocka_unit_test(test_what_holds_for_every_draw),
		cmocka_unit_test(test_every_call_can_be_drawn),
		cmocka_unit_test(test_evaluators),
		cmocka_unit_test(test_shortage_is_known),
		cmocka_unit_test(test_order_of_what_was_drawn),
		cmocka_unit_test(test_all_are_picked),
		cmocka_unit_test(test_nobody_to_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
