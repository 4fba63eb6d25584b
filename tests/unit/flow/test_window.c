#include "unit/omni/platform.h"

#include "flow/lister_internal.h"

/* A row says what it is about; the rest is nothing. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define DASH OMNI_PARAM_DASH
#define UNDERSCORE OMNI_PARAM_UNDERSCORE
#define PAGES OMNI_UNIT_PAGES
#define DOCUMENTS OMNI_UNIT_DOCUMENTS

/* A page as the reader would have it. */
struct fake {
	struct page_reader reader;
	struct lister_page page;
	struct lister_document documents[MAX_DOCUMENTS];
	struct ark_recording recordings[MAX_DOCUMENTS];
	struct lister_wreck wrecks[2];
	const char *ids[MAX_DOCUMENTS];
};

static struct fake *
fake_new(void)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->reader.documents = f->documents;
	f->reader.wrecks = f->wrecks;
	f->reader.ids = f->ids;
	return f;
}

static void
fake_fill(struct fake *f, const struct platform *p, const struct answer *a)
{
	for (size_t i = 0; i < a->n; i++) {
		f->ids[i] = a->ids[i];
		f->recordings[i] = (struct ark_recording){ .start_s = -1 };
		for (int k = 0; k < p->n; k++) {
			if (!strcmp(p->documents[k].id, a->ids[i]))
				f->recordings[i].start_s = p->documents[k].at_s;
		}
		f->documents[i] = (struct lister_document){
			.recording = &f->recordings[i],
		};
	}
	f->reader.n = f->reader.n_ids = a->n;
	f->page = (struct lister_page){
		.documents = f->documents, .n = a->n,
	};
}

/* Walk a day, as the lister does. */
static void
run(struct platform *p, struct window *w)
{
	struct fake *f = fake_new();
	bool is_done = false;
	int steps = 0;

	while (!is_done) {
		struct answer a;

		assert_true(++steps < MAX_STEPS);
		platform_ask(p, &w->walk);
		a = platform_take(p);
		fake_fill(f, p, &a);
		if (a.query.page >= 0 && !a.is_failed)
			assert_int_equal(window_see(w, &f->reader, &f->page),
					 0);
		platform_feed(&w->walk, &a);
		/* an answer must not outlive the walk that asked for it */
		if (walk_verdict(&w->walk) != WALK_GOING)
			assert_int_equal(p->n_in_flight, 0);
		is_done = window_advance(w);
	}
	free(f);
}

struct expected {
	const char *name;
	struct scenario s;
	bool is_complete, was_split;
	int max_requests;
	bool misses;
};

static const struct expected days[] = {
	{ "sound", { 25, 10, PAGES, DASH }, true, false, 3 },
	{ "empty", { 0, 10, PAGES, DASH }, true, false, 1 },
	{ "full pages", { 30, 10, DOCUMENTS, UNDERSCORE }, true, false, 8 },
	{ "ceiling", { 45, 10, PAGES, DASH, .ceiling = 20 }, true, true, 21 },
	{ "ceiling of a page", { 45, 10, PAGES, DASH, .ceiling = 10 },
	  true, true, 40 },
	{ "ceiling, end exclusive", { 45, 10, PAGES, DASH, .ceiling = 20,
	  .ends_before_end = true }, true, true, 21 },
	{ "ceiling, documents", { 45, 10, DOCUMENTS, DASH, .ceiling = 20 },
	  true, true, 25 },
	{ "ceiling, in mid-page", { 45, 10, PAGES, DASH, .ceiling = 15 },
	  true, true, 30 },
	{ "ceiling, within an hour", { 45, 10, PAGES, DASH, .ceiling = 20,
	  .at_s = 50000, .within_s = 3600 }, true, true, 50 },
	{ "ceiling, within a second", { 45, 10, PAGES, DASH, .ceiling = 20,
	  .at_s = 50000, .within_s = 1 }, false, true, 120, true },
	{ "capped", { 45, 10, PAGES, DASH, .ceiling = 20, .is_capped = true },
	  true, true, 30 },
	{ "capped, all in the evening", { 45, 10, PAGES, DASH, .ceiling = 20,
	  .is_capped = true, .at_s = 80000, .within_s = 6000 },
	  true, true, 60 },
	{ "capped, all in one second", { 45, 10, PAGES, DASH, .ceiling = 20,
	  .is_capped = true, .at_s = 80000, .within_s = 1 },
	  false, true, 120, true },
	{ "times ignored", { 45, 10, PAGES, DASH, .ignores_times = true },
	  true, false, 5 },
	{ "times ignored, full pages", { 40, 10, PAGES, DASH,
	  .ignores_times = true }, true, true, 21 },
	{ "times ignored, full pages, of an hour", { 40, 10, DOCUMENTS, DASH,
	  .ignores_times = true, .at_s = 30000, .within_s = 3600 },
	  true, true, 25 },
	/* Halving does not help, and Total tells what is kept back. */
	{ "times ignored, and a ceiling", { 45, 10, PAGES, DASH,
	  .ceiling = 20, .ignores_times = true }, false, true, 15, true },
	{ "times ignored, and deep pages refused", { 45, 10, PAGES, DASH,
	  .refuses_from = 2, .ignores_times = true }, false, true, 15, true },
	{ "deep pages refused", { 45, 10, PAGES, DASH, .refuses_from = 2 },
	  true, true, 30 },
	{ "all but page 0 refused", { 45, 10, PAGES, DASH,
	  .refuses_from = 1 }, true, true, 40 },
	{ "a page too many", { 25, 10, PAGES, DASH, TOTAL_DELTA, 10 },
	  false, true, 30 },
	{ "a million", { 25, 10, PAGES, DASH, TOTAL_CONSTANT, 1000000 },
	  false, true, 40 },
	{ "always 20", { 25, 10, PAGES, DASH, TOTAL_CONSTANT, 20 },
	  false, false, 12 },
	{ "always 20, and it is so", { 20, 10, PAGES, DASH,
	  TOTAL_CONSTANT, 20 }, false, true, 20 },
	{ "that of the page", { 25, 10, PAGES, DASH, TOTAL_OF_PAGE },
	  false, false, 12, true },
	{ "no Total", { 25, 10, PAGES, DASH, TOTAL_NONE },
	  false, false, 5 },
	{ "insert before", { 25, 10, PAGES, DASH, .drift = INSERT_BEFORE,
	  .drift_at = 1, .drift_times = 1 }, true, false, 6 },
	{ "delete before", { 25, 10, PAGES, DASH, .drift = DELETE_BEFORE,
	  .drift_at = 1, .drift_times = 1 }, true, false, 6 },
	{ "reorder", { 25, 10, PAGES, DASH, .drift = REORDER, .drift_at = 2,
	  .drift_times = 1 }, true, false, 12 },
	{ "reorder all the time", { 45, 10, PAGES, DASH, .drift = REORDER },
	  false, false, 20 },
	{ "same page for ever", { 25, 10, PAGES, DASH, .drift = SAME_PAGE },
	  false, false, 12, true },
	{ "the last page empty once", { 25, 10, PAGES, DASH,
	  .drift = EMPTY_PAGE, .drift_at = 2, .drift_times = 1 },
	  true, true, 8 },
	{ "a half refused, then the halves", { 30, 10, PAGES, DASH,
	  .drift = REFUSE, .drift_at = 4, .drift_times = 1 },
	  false, false, 6 },
	{ "refused", { 25, 10, PAGES, DASH, .drift = REFUSE },
	  false, false, 1, true },
};

static void
check(const struct expected *e, enum feed_order order)
{
	struct window_range range = { DAY_FROM, DAY_TO, false };
	struct omni_dialect d;
	struct platform p;
	struct window w;
	int missing;

	dialect_init(&d);
	platform_init(&p, &e->s, order, 1);
	window_open(&w, &d, &range);
	assert_int_equal(w.day, 20000);
	run(&p, &w);
	missing = platform_missing(&p, &w.seen);
	if (e->is_complete == !!*w.flaw || w.was_split != e->was_split ||
	    p.requests > e->max_requests || (missing && !e->misses))
		fail_msg("%s (order %d): split %d, %d requests, %d missing; "
			 "%s", e->name, order, w.was_split, p.requests,
			 missing, w.flaw);
	if (e->is_complete && !e->s.drift)
		assert_int_equal(window_total(&w), window_distinct(&w));
	window_release(&w);
	assert_false(w.is_open);
	window_release(&w);
}

static void
test_days(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		assert_false(days[i].is_complete && days[i].misses);
		for (enum feed_order order = IN_ORDER; order < N_ORDERS;
		     order++)
			check(&days[i], order);
	}
}

/* What a window taught serves the next: nothing is found out twice. */
static void
test_dialect_lasts(void **state)
{
	const struct scenario s = { 25, 10, DOCUMENTS, UNDERSCORE };
	struct window_range range = { DAY_FROM, DAY_TO, false };
	struct omni_dialect d;
	struct platform p;
	struct window w;

	(void)state;
	dialect_init(&d);
	for (int i = 0; i < 3; i++) {
		platform_init(&p, &s, IN_ORDER, 1);
		window_open(&w, &d, &range);
		run(&p, &w);
		assert_string_equal(w.flaw, "");
		assert_int_equal(p.requests, i ? 3 : 5);
		window_release(&w);
	}
}

/*
 * Walk all that s has with the dialect that is known, which is mended; nothing
 * is missing at the end.  How many requests it took.
 */
static int
walk_known(const struct scenario *s, struct omni_dialect *known)
{
	struct window_range range = { DAY_FROM, DAY_TO, false };
	struct platform p;
	struct window w;

	platform_init(&p, s, IN_ORDER, 1);
	window_open(&w, known, &range);
	run(&p, &w);
	assert_string_equal(w.flaw, "");
	assert_int_equal(platform_missing(&p, &w.seen), 0);
	window_release(&w);
	return p.requests;
}

/* A dialect that was remembered and is no longer so is found out again. */
static void
test_dialect_changes(void **state)
{
	const struct scenario s = { 25, 10, PAGES, DASH };
	struct omni_dialect d;

	(void)state;
	dialect_init(&d);
	d.param = UNDERSCORE;
	d.unit = DOCUMENTS;
	d.page_size = 20;
	assert_in_range(walk_known(&s, &d), 1, 6);
	assert_int_equal(d.param, DASH);
	assert_int_equal(d.unit, PAGES);
	assert_int_equal(d.page_size, 10);
}

/*
 * A platform that was known to count documents and counts pages: page 1 is
 * another than was meant, and shares nothing with page 0.
 */
static void
test_dialect_changes_unseen(void **state)
{
	const struct scenario s = { 11, 3, PAGES, DASH };
	struct omni_dialect d;

	(void)state;
	dialect_init(&d);
	d.param = DASH;
	d.unit = DOCUMENTS;
	d.page_size = 3;
	assert_in_range(walk_known(&s, &d), 1, 9);
	assert_int_equal(d.unit, PAGES);
	assert_int_equal(d.ceiling, 0);
}

/* What was known is doubted once: a ceiling is a ceiling after that. */
static void
test_dialect_is_doubted_once(void **state)
{
	const struct scenario s = { 45, 10, DOCUMENTS, DASH, .ceiling = 20 };
	int n_requests[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct omni_dialect d;

		dialect_init(&d);
		d.param = DASH;
		d.unit = DOCUMENTS;
		d.page_size = 10;
		d.ceiling = i ? 20 : 0;
		n_requests[i] = walk_known(&s, &d);
		assert_int_equal(d.unit, DOCUMENTS);
	}
	assert_true(n_requests[0] > n_requests[1]);
	assert_true(n_requests[0] <= n_requests[1] + 6);
}

/* With pages of a known size, a full one is looked into. */
static void
test_capped_at_a_page(void **state)
{
	const struct scenario s = {
		45, 10, PAGES, DASH, .ceiling = 10, .is_capped = true,
	};
	struct window_range range = { DAY_FROM, DAY_TO, false };
	struct omni_dialect d;
	struct platform p;
	struct window w;

	(void)state;
	dialect_init(&d);
	d.page_size = 10;
	platform_init(&p, &s, IN_ORDER, 1);
	window_open(&w, &d, &range);
	run(&p, &w);
	assert_string_equal(w.flaw, "");
	assert_int_equal(platform_missing(&p, &w.seen), 0);
	assert_true(p.requests <= 40);
	window_release(&w);
}

/* The second page of the same documents: nothing on it is new any more. */
static void
test_see(void **state)
{
	static const struct answer a = {
		.ids = { "d0", "d1", "d1" }, .n = 3,
	};
	const struct scenario s = { 3, 10, PAGES, DASH };
	struct window_range range = { DAY_FROM, DAY_TO, false };
	struct fake *f = fake_new();
	struct omni_dialect d;
	struct platform p;
	struct window w;

	(void)state;
	dialect_init(&d);
	platform_init(&p, &s, IN_ORDER, 1);
	window_open(&w, &d, &range);
	fake_fill(f, &p, &a);
	f->ids[f->reader.n_ids++] = "raw-1";
	f->reader.n_wrecks = 1;
	assert_int_equal(window_see(&w, &f->reader, &f->page), 0);
	assert_true(f->documents[0].is_new);
	assert_true(f->documents[1].is_new);
	assert_false(f->documents[2].is_new);
	assert_true(f->wrecks[0].is_new);
	assert_int_equal(window_distinct(&w), 3);
	fake_fill(f, &p, &a);
	f->ids[f->reader.n_ids++] = "raw-1";
	assert_int_equal(window_see(&w, &f->reader, &f->page), 0);
	assert_false(f->documents[0].is_new);
	assert_false(f->wrecks[0].is_new);
	assert_int_equal(window_distinct(&w), 3);
	window_release(&w);
	free(f);
}

/* The first second behind the window is the next window's. */
static void
test_beyond(void **state)
{
	const struct scenario s = { 3, 10, PAGES, DASH };
	struct window_range range = { DAY_FROM, DAY_TO, false };
	struct omni_dialect d;
	struct platform p;
	struct window w;

	(void)state;
	dialect_init(&d);
	platform_init(&p, &s, IN_ORDER, 1);
	p.documents[1].at_s = DAY_TO;
	window_open(&w, &d, &range);
	run(&p, &w);
	assert_string_equal(w.flaw, "");
	assert_int_equal(window_total(&w), 2);
	assert_int_equal(window_distinct(&w), 2);
	window_release(&w);
}

static void
test_beyond_page(void **state)
{
	static const struct answer a = { .ids = { "d0", "d1", "d2" }, .n = 3 };
	const struct scenario s = { 3, 10, PAGES, DASH };
	struct window_range range = { DAY_FROM, DAY_TO, false, true };
	struct fake *f = fake_new();
	struct omni_dialect d;
	struct platform p;
	struct window w;

	(void)state;
	dialect_init(&d);
	platform_init(&p, &s, IN_ORDER, 1);
	p.documents[1].at_s = DAY_TO;
	window_open(&w, &d, &range);
	for (int i = 0; i < 2; i++) {
		fake_fill(f, &p, &a);
		assert_int_equal(window_see(&w, &f->reader, &f->page), 0);
		assert_int_equal(f->page.n, 2);
		assert_ptr_equal(f->documents[0].recording, &f->recordings[0]);
		assert_ptr_equal(f->documents[1].recording, &f->recordings[2]);
	}
	assert_int_equal(window_distinct(&w), 2);
	assert_int_equal(window_total(&w), -1);
	window_release(&w);
	/* with a window behind this one, that one may not be given it */
	range.is_last = false;
	window_open(&w, &d, &range);
	fake_fill(f, &p, &a);
	assert_int_equal(window_see(&w, &f->reader, &f->page), 0);
	assert_int_equal(f->page.n, 3);
	assert_int_equal(window_distinct(&w), 2);
	assert_false(w.has_strayed);
	p.documents[2].at_s = DAY_TO + 1;
	fake_fill(f, &p, &a);
	assert_int_equal(window_see(&w, &f->reader, &f->page), 0);
	assert_true(w.has_strayed);
	window_release(&w);
	free(f);
}

static int
between(struct platform *p, int low, int high)
{
	return low + (int)platform_luck(p, (uint32_t)(high - low + 1));
}

/* Any sound platform, whatever its manners and ceiling: told the truth. */
static void
test_any_manner(void **state)
{
	struct window_range range = { DAY_FROM, DAY_TO, false };
	struct platform *p = calloc(1, sizeof(*p));
	struct platform *luck = calloc(1, sizeof(*luck));

	(void)state;
	assert_non_null(p);
	assert_non_null(luck);
	for (uint32_t i = 0; i < 3000; i++) {
		struct scenario s = { .size = 1 };
		struct omni_dialect d;
		struct window w;

		luck->luck = i;
		s = (struct scenario){
			.n = between(luck, 0, 90), .size = between(luck, 4, 12),
			.unit = between(luck, 0, 1) ? PAGES : DOCUMENTS,
			.param = between(luck, 0, 1) ? DASH : UNDERSCORE,
			.ends_before_end = between(luck, 0, 1),
			.within_s = between(luck, 0, 2) ? 0 :
				1 << between(luck, 10, 16),
		};
		s.ceiling = s.size * between(luck, 0, 5);
		s.is_capped = s.ceiling > s.size && between(luck, 0, 1);
		dialect_init(&d);
		platform_init(p, &s, (enum feed_order)(i % N_ORDERS), i);
		window_open(&w, &d, &range);
		run(p, &w);
		if (*w.flaw || platform_missing(p, &w.seen))
			fail_msg("scenario %u: %d missing; %s", i,
				 platform_missing(p, &w.seen), w.flaw);
		assert_int_equal(window_total(&w), s.n);
		window_release(&w);
	}
	free(luck);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_dialect_lasts),
		cmocka_unit_test(test_dialect_changes),
		cmocka_unit_test(test_dialect_changes_unseen),
		cmocka_unit_test(test_dialect_is_doubted_once),
		cmocka_unit_test(test_capped_at_a_page),
		cmocka_unit_test(test_see),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_beyond_page),
		cmocka_unit_test(test_any_manner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
