#include "platform.h"

/* A row says what it is about; the rest is nothing. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define DASH OMNI_PARAM_DASH
#define UNDERSCORE OMNI_PARAM_UNDERSCORE
#define PAGES OMNI_UNIT_PAGES
#define DOCUMENTS OMNI_UNIT_DOCUMENTS

/* One window, walked once: what is it to end with, after how much asking? */
struct expected {
	const char *name;
	struct scenario s;
	enum walk_verdict verdict;
	int max_requests;
	enum omni_param param;		/* learned */
	enum omni_unit unit;
	int64_t page_size;
	bool misses;			/* and says so: not complete */
};

/* What a platform without faults does, in every dialect. */
static const struct expected sound[] = {
	{ "nothing", { 0, 10, PAGES, DASH }, WALK_COMPLETE, 1 },
	{ "one document", { 1, 10, PAGES, DASH }, WALK_COMPLETE, 2 },
	{ "part of a page", { 7, 10, PAGES, DASH }, WALK_COMPLETE, 2 },
	{ "a page", { 10, 10, PAGES, DASH }, WALK_COMPLETE, 2 },
	{ "a page and one", { 11, 10, PAGES, DASH }, WALK_COMPLETE, 2,
	  DASH, PAGES, 10 },
	{ "three pages", { 25, 10, PAGES, DASH }, WALK_COMPLETE, 3,
	  DASH, PAGES, 10 },
	{ "many pages", { 333, 10, PAGES, DASH }, WALK_COMPLETE, 34,
	  DASH, PAGES, 10 },
	{ "full pages", { 30, 10, PAGES, DASH }, WALK_COMPLETE, 6,
	  DASH, PAGES, 10 },
	{ "full pages, the end exclusive",
	  { 30, 10, PAGES, DASH, .ends_before_end = true }, WALK_COMPLETE, 6,
	  DASH, PAGES, 10 },
	{ "full pages, and then the last one again",
	  { 30, 10, PAGES, DASH, .clamps = true }, WALK_COMPLETE, 6,
	  DASH, PAGES, 10 },
	{ "full pages, and then a refusal",
	  { 30, 10, PAGES, DASH, .refuses_from = 3 }, WALK_COMPLETE, 6,
	  DASH, PAGES, 10 },
	{ "a page, and then a refusal",
	  { 10, 10, PAGES, DASH, .refuses_from = 1 }, WALK_COMPLETE, 2 },
	{ "a page, and then it again",
	  { 10, 10, PAGES, DASH, .clamps = true }, WALK_COMPLETE, 3 },
	{ "documents", { 25, 10, DOCUMENTS, DASH }, WALK_COMPLETE, 4,
	  DASH, DOCUMENTS, 10 },
	{ "documents, just over a page", { 11, 10, DOCUMENTS, DASH },
	  WALK_COMPLETE, 3, DASH, DOCUMENTS, 10 },
	{ "documents, a part of a page", { 7, 10, DOCUMENTS, DASH },
	  WALK_COMPLETE, 3, DASH, DOCUMENTS },
	{ "underscore", { 25, 10, PAGES, UNDERSCORE }, WALK_COMPLETE, 4,
	  UNDERSCORE, PAGES, 10 },
	{ "underscore and documents", { 25, 10, DOCUMENTS, UNDERSCORE },
	  WALK_COMPLETE, 5, UNDERSCORE, DOCUMENTS, 10 },
	{ "full pages of documents", { 30, 10, DOCUMENTS, UNDERSCORE },
	  WALK_COMPLETE, 8, UNDERSCORE, DOCUMENTS, 10 },
};

/* Totals that are not the number of documents. */
static const struct expected lies[] = {
	{ "too many", { 25, 10, PAGES, DASH, TOTAL_DELTA, 2 },
	  WALK_INCOMPLETE, 12, DASH, PAGES, 10 },
	{ "too few", { 25, 10, PAGES, DASH, TOTAL_DELTA, -2 },
	  WALK_INCOMPLETE, 12, DASH, PAGES, 10 },
	{ "too few, and just full pages",
	  { 25, 10, PAGES, DASH, TOTAL_DELTA, -5 },
	  WALK_INCOMPLETE, 12, DASH, PAGES, 10 },
	{ "too few, and just full pages of documents",
	  { 25, 10, DOCUMENTS, DASH, TOTAL_DELTA, -5 },
	  WALK_INCOMPLETE, 16, DASH, DOCUMENTS, 10 },
	{ "too few by more than a page",
	  { 25, 10, PAGES, DASH, TOTAL_DELTA, -13 },
	  WALK_INCOMPLETE, 12, DASH, PAGES, 10, true },
	{ "less than page 0 brings", { 25, 10, PAGES, DASH, TOTAL_DELTA, -20 },
	  WALK_INCOMPLETE, 12, .misses = true },
	{ "0", { 25, 10, PAGES, DASH, TOTAL_CONSTANT, 0 },
	  WALK_INCOMPLETE, 12, .misses = true },
	{ "that of the page", { 25, 10, PAGES, DASH, TOTAL_OF_PAGE },
	  WALK_INCOMPLETE, 12, DASH, PAGES, .misses = true },
	{ "that of the page, underscore",
	  { 25, 10, PAGES, UNDERSCORE, TOTAL_OF_PAGE },
	  WALK_INCOMPLETE, 12, UNDERSCORE, PAGES, .misses = true },
	{ "that of the page, documents",
	  { 25, 10, DOCUMENTS, DASH, TOTAL_OF_PAGE },
	  WALK_INCOMPLETE, 12, DASH, DOCUMENTS, 10, true },
	{ "that of the page, all of them full",
	  { 30, 10, DOCUMENTS, UNDERSCORE, TOTAL_OF_PAGE },
	  WALK_INCOMPLETE, 12, UNDERSCORE, DOCUMENTS, 10, true },
	{ "none", { 25, 10, PAGES, DASH, TOTAL_NONE },
	  WALK_INCOMPLETE, 5, DASH, PAGES },
	{ "none, and documents", { 25, 10, DOCUMENTS, DASH, TOTAL_NONE },
	  WALK_INCOMPLETE, 6, DASH, DOCUMENTS, 10 },
	{ "none, and nothing", { 0, 10, PAGES, DASH, TOTAL_NONE },
	  WALK_INCOMPLETE, 1 },
	{ "none, and the last page again",
	  { 25, 10, PAGES, DASH, TOTAL_NONE, .clamps = true },
	  WALK_INCOMPLETE, 8, DASH, PAGES },
	{ "a page more", { 25, 10, PAGES, DASH, TOTAL_DELTA, 10 },
	  WALK_SPLIT, 5, DASH, PAGES, 10 },
	{ "a million", { 25, 10, PAGES, DASH, TOTAL_CONSTANT, 1000000 },
	  WALK_SPLIT, 12, DASH, PAGES, 10 },
	{ "of documents that come twice",
	  { 25, 10, PAGES, DASH, .repeated = 3 },
	  WALK_INCOMPLETE, 12, DASH, PAGES, 10 },
};

/* Results that are cut off. */
static const struct expected ceilings[] = {
	{ "true", { 45, 10, PAGES, DASH, .ceiling = 20 }, WALK_SPLIT, 6,
	  DASH, PAGES, 10, true },
	{ "true, one page", { 45, 10, PAGES, DASH, .ceiling = 10 },
	  WALK_SPLIT, 6, .page_size = 10, .misses = true },
	{ "true, one page of documents",
	  { 45, 10, DOCUMENTS, DASH, .ceiling = 10 },
	  WALK_SPLIT, 7, DASH, DOCUMENTS, 10, true },
	{ "true, documents", { 45, 10, DOCUMENTS, DASH, .ceiling = 20 },
	  WALK_SPLIT, 7, DASH, DOCUMENTS, 10, true },
	{ "true, in mid-page", { 45, 10, PAGES, DASH, .ceiling = 15 },
	  WALK_SPLIT, 6, DASH, PAGES, 10, true },
	{ "true, on the last page", { 29, 10, PAGES, DASH, .ceiling = 25 },
	  WALK_INCOMPLETE, 12, DASH, PAGES, 10, true },
	{ "true, told by a refusal",
	  { 45, 10, PAGES, DASH, .refuses_from = 2 }, WALK_SPLIT, 6,
	  DASH, PAGES, 10, true },
	{ "true, told by a refusal of page 1",
	  { 45, 10, PAGES, DASH, .refuses_from = 1 }, WALK_SPLIT, 2,
	  .page_size = 10, .misses = true },
	{ "capped", { 45, 10, PAGES, DASH, .ceiling = 20, .is_capped = true },
	  WALK_SPLIT, 6, DASH, PAGES, 10, true },
	{ "capped, all in the morning",
	  { 45, 10, PAGES, DASH, .ceiling = 20, .is_capped = true,
	    .within_s = 43000 }, WALK_SPLIT, 6, DASH, PAGES, 10, true },
	{ "capped, all in the evening",
	  { 45, 10, PAGES, DASH, .ceiling = 20, .is_capped = true,
	    .at_s = 80000, .within_s = 6000 }, WALK_SPLIT, 6,
	  DASH, PAGES, 10, true },
};

/* Pages that change while they are read. */
static const struct expected drifts[] = {
	{ "insert before page 1", { 25, 10, PAGES, DASH,
	  .drift = INSERT_BEFORE, .drift_at = 1, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "insert before page 2", { 25, 10, PAGES, DASH,
	  .drift = INSERT_BEFORE, .drift_at = 2, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "insert after page 0", { 25, 10, PAGES, DASH,
	  .drift = INSERT_AFTER, .drift_at = 1, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "delete before page 1", { 25, 10, PAGES, DASH,
	  .drift = DELETE_BEFORE, .drift_at = 1, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "delete before page 2", { 25, 10, PAGES, DASH,
	  .drift = DELETE_BEFORE, .drift_at = 2, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "delete after page 1", { 25, 10, PAGES, DASH,
	  .drift = DELETE_AFTER, .drift_at = 2, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "full pages once one is deleted", { 31, 10, PAGES, DASH,
	  .within_s = 86000,
	  .drift = DELETE_BEFORE, .drift_at = 2, .drift_times = 1 },
	  WALK_COMPLETE, 10, DASH, PAGES, 10 },
	{ "insert all the time", { 25, 10, PAGES, DASH,
	  .drift = INSERT_BEFORE, .drift_at = 1 },
	  WALK_INCOMPLETE, 16, .page_size = 10 },
	{ "delete all the time", { 45, 10, PAGES, DASH,
	  .drift = DELETE_BEFORE, .drift_at = 1 },
	  WALK_INCOMPLETE, 20, DASH, PAGES, 10, true },
	{ "documents, insert before", { 25, 10, DOCUMENTS, DASH,
	  .drift = INSERT_BEFORE, .drift_at = 3, .drift_times = 1 },
	  WALK_COMPLETE, 8, DASH, DOCUMENTS, 10 },
	{ "documents, delete before", { 25, 10, DOCUMENTS, DASH,
	  .drift = DELETE_BEFORE, .drift_at = 3, .drift_times = 1 },
	  WALK_COMPLETE, 8, DASH, DOCUMENTS, 10 },
	{ "the same page once", { 25, 10, PAGES, DASH,
	  .drift = SAME_PAGE, .drift_at = 2, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "the same page for ever", { 25, 10, PAGES, DASH,
	  .drift = SAME_PAGE, .drift_at = 1 },
	  WALK_INCOMPLETE, 12, .page_size = 10, .misses = true },
	{ "endless", { 25, 10, PAGES, DASH, .drift = ENDLESS },
	  WALK_COMPLETE, 3, DASH, PAGES, 10 },
	{ "endless behind full pages", { 30, 10, PAGES, DASH,
	  .drift = ENDLESS }, WALK_INCOMPLETE, 16, DASH, PAGES, 10 },
	{ "page 0 empty once", { 25, 10, PAGES, DASH, .drift = EMPTY_PAGE,
	  .drift_at = 0, .drift_times = 1 },
	  WALK_COMPLETE, 4, DASH, PAGES, 10 },
	{ "page 0 always empty", { 25, 10, PAGES, DASH, .drift = EMPTY_PAGE },
	  WALK_INCOMPLETE, 4, .misses = true },
	{ "page 1 empty once", { 25, 10, PAGES, DASH, .drift = EMPTY_PAGE,
	  .drift_at = 1, .drift_times = 1 },
	  WALK_COMPLETE, 6, DASH, PAGES, 10 },
	{ "page 2 of 5 empty once", { 45, 10, PAGES, DASH,
	  .drift = EMPTY_PAGE, .drift_at = 2, .drift_times = 1 },
	  WALK_COMPLETE, 10, DASH, PAGES, 10 },
	{ "the last page empty once", { 25, 10, PAGES, DASH,
	  .drift = EMPTY_PAGE, .drift_at = 2, .drift_times = 1 },
	  WALK_SPLIT, 3, DASH, PAGES, 10, true },
	{ "page 0 refused", { 25, 10, PAGES, DASH, .drift = REFUSE,
	  .drift_at = 0, .drift_times = 1 }, WALK_FAILED, 1, .misses = true },
	{ "page 2 of 5 refused", { 45, 10, PAGES, DASH, .drift = REFUSE,
	  .drift_at = 2, .drift_times = 1 },
	  WALK_FAILED, 5, DASH, PAGES, 10, true },
	{ "a half refused", { 30, 10, PAGES, DASH, .drift = REFUSE,
	  .drift_at = 4, .drift_times = 1 }, WALK_FAILED, 6, DASH, PAGES, 10 },
	{ "both halves refused", { 30, 10, PAGES, DASH, .drift = REFUSE,
	  .drift_at = 4 }, WALK_FAILED, 6, DASH, PAGES, 10 },
};

static void
run(struct platform *p, struct walk *w)
{
	int steps = 0;

	while (walk_verdict(w) == WALK_GOING) {
		struct answer a;

		assert_true(++steps < MAX_STEPS);
		platform_ask(p, w);
		a = platform_take(p);	/* fails where nothing was asked */
		platform_feed(w, &a);
	}
	assert_int_equal(p->n_in_flight, 0);
	assert_int_equal(w->in_flight, 0);
}

static void
check(const struct expected *e, enum feed_order order)
{
	struct omni_dialect d;
	struct platform p;
	struct walk_query q;
	struct walk w;
	int missing;

	dialect_init(&d);
	platform_init(&p, &e->s, order, 1);
	walk_init(&w, &d, DAY_FROM, DAY_TO);
	run(&p, &w);
	missing = platform_missing(&p, &w.ids);
	if (walk_verdict(&w) != e->verdict || p.requests > e->max_requests ||
	    d.param != e->param || d.unit != e->unit ||
	    d.page_size != e->page_size || (missing && !e->misses))
		fail_msg("%s (order %d): verdict %d, %d requests, parameter "
			 "%d, unit %d, page size %d, %d missing; %s", e->name,
			 order, walk_verdict(&w), p.requests, d.param, d.unit,
			 (int)d.page_size, missing, w.flaw);
	assert_int_equal(walk_next(&w, &q), 0);
	if (e->verdict == WALK_INCOMPLETE || e->verdict == WALK_FAILED)
		assert_true(*w.flaw);
	walk_release(&w);
}

static void
check_all(const struct expected *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_false(table[i].verdict == WALK_COMPLETE &&
			     table[i].misses);
		for (enum feed_order order = IN_ORDER; order < N_ORDERS;
		     order++)
			check(&table[i], order);
	}
}

static void
test_sound(void **state)
{
	(void)state;
	check_all(sound, sizeof(sound) / sizeof(sound[0]));
}

static void
test_lies(void **state)
{
	(void)state;
	check_all(lies, sizeof(lies) / sizeof(lies[0]));
}

static void
test_ceilings(void **state)
{
	(void)state;
	check_all(ceilings, sizeof(ceilings) / sizeof(ceilings[0]));
}

static void
test_drifts(void **state)
{
	(void)state;
	check_all(drifts, sizeof(drifts) / sizeof(drifts[0]));
}

static int
between(struct platform *p, int low, int high)
{
	return low + (int)platform_luck(p, (uint32_t)(high - low + 1));
}

/*
 * Some scenario: the manners in every mixture, and of the faults those that
 * can be told from a sound platform.  A Total that lies, or is capped, while
 * documents move cannot, nor where the page that would show it is refused; nor
 * made-up documents in the place of withheld ones.
 */
static struct scenario
any_scenario(struct platform *p)
{
	struct scenario s = {
		.n = between(p, 0, 60), .size = between(p, 3, 12),
		.unit = between(p, 0, 1) ? PAGES : DOCUMENTS,
		.param = between(p, 0, 1) ? DASH : UNDERSCORE,
		.ends_before_end = between(p, 0, 1),
		.clamps = !between(p, 0, 4),
		.within_s = between(p, 0, 2) ? 0 : 1 << between(p, 1, 16),
	};

	if (!between(p, 0, 3)) {
		s.total = (enum total_kind)between(p, 1, 4);
		s.lie = between(p, s.total == TOTAL_DELTA ? -12 : 0, 30);
		return s;
	}
	if (!between(p, 0, 3)) {
		/* a capped Total shows only where its pages are full */
		s.ceiling = s.size * between(p, 1, 4);
		s.is_capped = between(p, 0, 1);
	}
	if (!between(p, 0, 5))
		s.refuses_from = between(p, 1, 4);
	if (between(p, 0, 1)) {
		s.drift = (enum drift)between(p, INSERT_BEFORE, REFUSE);
		s.drift_at = between(p, 0, 7);
		s.drift_times = between(p, s.drift < REORDER, 3);
	}
	if (s.is_capped || (s.ceiling && s.drift == ENDLESS))
		s.drift = NO_DRIFT;
	return s;
}

/*
 * Any dialect may be remembered, also one that the platform never had, unless
 * the platform lies: wrong pages and a wrong Total may agree by chance.
 */
static void
any_dialect(struct platform *p, const struct scenario *s,
	    struct omni_dialect *d)
{
	dialect_init(d);
	d->page_size = s->size;
	if (s->total == TOTAL_TRUE && s->drift != ENDLESS &&
	    between(p, 0, 1)) {
		d->unit = (enum omni_unit)between(p, 0, 2);
		d->param = (enum omni_param)between(p, 0, 2);
	}
}

/* Whatever happens: it ends, soon, and a window called complete is. */
static void
test_any(void **state)
{
	struct platform *p = calloc(1, sizeof(*p));
	struct platform *luck = calloc(1, sizeof(*luck));
	int n_complete = 0;

	(void)state;
	assert_non_null(p);
	assert_non_null(luck);
	for (uint32_t i = 0; i < 20000; i++) {
		struct omni_dialect d;
		struct scenario s;
		struct walk w;

		luck->luck = i;
		s = any_scenario(luck);
		any_dialect(luck, &s, &d);
		platform_init(p, &s, (enum feed_order)(i % N_ORDERS), i);
		walk_init(&w, &d, DAY_FROM, DAY_TO);
		run(p, &w);
		if (walk_verdict(&w) == WALK_COMPLETE &&
		    platform_missing(p, &w.ids))
			fail_msg("scenario %u is called complete and lacks %d",
				 i, platform_missing(p, &w.ids));
		if (p->requests > 4 * (60 / s.size + 12))
			fail_msg("scenario %u took %d requests", i,
				 p->requests);
		n_complete += walk_verdict(&w) == WALK_COMPLETE;
		walk_release(&w);
	}
	assert_true(n_complete > 5000);
	free(luck);
	free(p);
}

/* Ever new documents and never a Total: one pass, and that one has an end. */
static void
test_endless(void **state)
{
	struct omni_dialect d;
	struct walk_query q;
	struct walk w;
	int requests = 0;

	(void)state;
	dialect_init(&d);
	walk_init(&w, &d, DAY_FROM, DAY_TO);
	while (walk_verdict(&w) == WALK_GOING) {
		char id[16];
		const char *ids[] = { id };

		assert_true(requests++ < WALK_MAX_PAGES);
		assert_int_equal(walk_next(&w, &q), 1);
		(void)snprintf(id, sizeof(id), "%d", requests);
		assert_int_equal(walk_feed(&w, &q, -1, ids, 1), 0);
	}
	assert_int_equal(walk_verdict(&w), WALK_INCOMPLETE);
	assert_int_equal(requests, WALK_MAX_PAGES);
	walk_release(&w);
}

/* One step of a walk; whether it goes on. */
static bool
step(struct platform *p, struct walk *w)
{
	struct answer a;

	if (walk_verdict(w) != WALK_GOING)
		return false;
	a = platform_take(p);
	platform_feed(w, &a);
	return true;
}

/*
 * Two walks of a dialect that is not so any more: both ask page 1 in the old
 * way, and what the second then hears must not undo what the first learned.
 */
static void
test_two_walks_learn_once(void **state)
{
	static const struct scenario s[] = {
		{ 25, 10, PAGES, UNDERSCORE }, { 25, 10, PAGES, DASH },
		{ 25, 10, DOCUMENTS, DASH }, { 25, 10, DOCUMENTS, UNDERSCORE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		struct omni_dialect d;
		struct platform p[2];
		struct walk w[2];
		bool goes_on = true;

		dialect_init(&d);
		d.param = s[i].param == DASH ? UNDERSCORE : DASH;
		d.unit = PAGES;
		d.page_size = 10;
		for (int k = 0; k < 2; k++) {
			platform_init(&p[k], &s[i], IN_ORDER, 1);
			walk_init(&w[k], &d, DAY_FROM, DAY_TO);
		}
		while (goes_on) {
			platform_ask(&p[0], &w[0]);
			platform_ask(&p[1], &w[1]);
			goes_on = step(&p[0], &w[0]);
			goes_on |= step(&p[1], &w[1]);
		}
		for (int k = 0; k < 2; k++) {
			assert_int_equal(walk_verdict(&w[k]), WALK_COMPLETE);
			assert_int_equal(platform_missing(&p[k], &w[k].ids), 0);
			walk_release(&w[k]);
		}
		assert_int_equal(d.param, s[i].param);
		assert_int_equal(d.unit, s[i].unit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_drifts),
		cmocka_unit_test(test_two_walks_learn_once),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
