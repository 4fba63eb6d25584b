/* The controller against simulated hosts, in simulated time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/pace.h"

#define MAX_LIVE 128
#define TICK_MS 5

/* A host: every transfer waits, then shares the line with the others. */
struct host {
	double each;		/* bytes a ms for one connection */
	double all;		/* for all of them together */
	int64_t latency_ms;
	uint32_t refuses_above;	/* 429 when more are in flight; 0: never */
	double file;		/* bytes of a body */
};

struct live {
	double left;
	int64_t wait_ms;
	bool is_refused;
};

struct run {
	struct pace pace;
	struct live live[MAX_LIVE];
	uint32_t n;
	int64_t now_ms;
	double received;
	uint32_t refused, least, most;
};

static void
fill(struct run *r, const struct host *h)
{
	while (r->n < r->pace.limit) {
		bool is_refused = h->refuses_above && r->n >= h->refuses_above;

		r->live[r->n++] = (struct live){
			is_refused ? 0 : h->file, h->latency_ms, is_refused
		};
	}
}

static void
end_transfer(struct run *r, uint32_t i)
{
	bool is_refused = r->live[i].is_refused;

	r->live[i] = r->live[--r->n];
	r->refused += is_refused;
	pace_event(&r->pace, is_refused ? PACE_THROTTLED : PACE_DONE, r->n,
		   r->now_ms);
}

static void
tick(struct run *r, const struct host *h)
{
	uint32_t n_receiving = 0;
	double share, got;

	for (uint32_t i = 0; i < r->n; i++)
		n_receiving += r->live[i].wait_ms <= 0;
	share = h->all / (n_receiving ? n_receiving : 1);
	share = (share < h->each ? share : h->each) * TICK_MS;
	r->now_ms += TICK_MS;
	for (uint32_t i = r->n; i-- > 0;) {
		if (r->live[i].wait_ms > 0) {
			r->live[i].wait_ms -= TICK_MS;
			continue;
		}
		got = share < r->live[i].left ? share : r->live[i].left;
		r->live[i].left -= got;
		r->received += got;
		pace_bytes(&r->pace, (int64_t)got);
		if (r->live[i].left <= 0)
			end_transfer(r, i);
	}
	fill(r, h);
	if (r->pace.limit < r->least)
		r->least = r->pace.limit;
	if (r->pace.limit > r->most)
		r->most = r->pace.limit;
}

/* Goodput in bytes a ms over the stretch. */
static double
run_for(struct run *r, const struct host *h, int64_t ms)
{
	int64_t until_ms = r->now_ms + ms;
	double before = r->received;

	r->least = UINT32_MAX;
	r->most = 0;
	r->refused = 0;
	while (r->now_ms < until_ms)
		tick(r, h);
	return (r->received - before) / (double)ms;
}

static double
best_fixed(const struct host *h, uint32_t ceiling)
{
	double best = 0;

	for (uint32_t n = 1; n <= ceiling; n++) {
		struct run r = { 0 };
		double rate;

		pace_init(&r.pace, n, 0, ceiling, 0);
		(void)run_for(&r, h, 5000);
		rate = run_for(&r, h, 20000);
		if (rate > best)
			best = rate;
	}
	return best;
}

static const struct {
	const char *name;
	struct host host;
	int64_t settle_ms;
} hosts[] = {
	{ "capped line", { 1000, 20000, 30, 0, 65536 }, 60000 },
	{ "narrow line", { 1000, 3000, 30, 0, 65536 }, 60000 },
	{ "latency", { 1e6, 1e9, 200, 0, 65536 }, 60000 },
	{ "long latency", { 1e6, 1e9, 900, 0, 200000 }, 90000 },
	{ "large files", { 2000, 50000, 50, 0, 4e6 }, 120000 },
	{ "wide line", { 500, 1e9, 20, 0, 500000 }, 60000 },
	{ "one by one", { 1000, 1000, 20, 0, 500000 }, 60000 },
	{ "refuses above 20", { 1000, 1e9, 50, 20, 65536 }, 240000 },
	{ "refuses above 3", { 1000, 1e9, 50, 3, 65536 }, 240000 },
	{ "refuses above 50", { 1000, 1e9, 50, 50, 65536 }, 240000 },
};

static void
test_settles(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		const struct host *h = &hosts[i].host;
		double best = best_fixed(h, 64), rate, worst = 1e300, top = 0;
		struct run r = { 0 };

		pace_init(&r.pace, 0, 0, 64, 0);
		(void)run_for(&r, h, hosts[i].settle_ms);
		rate = run_for(&r, h, 200000);
		print_message("%-18s best %8.0f, adaptive %8.0f, limit %u-%u, "
			      "%u refused\n", hosts[i].name, best, rate,
			      r.least, r.most, r.refused);
		assert_true(rate >= best * 0.9);
		/* Steady: neither the limit nor the goodput swings. */
		assert_true((double)r.least >= (double)r.most * 0.8 - 1);
		for (int slice = 0; slice < 5; slice++) {
			rate = run_for(&r, h, 20000);
			worst = rate < worst ? rate : worst;
			top = rate > top ? rate : top;
		}
		assert_true(worst >= top * 0.8);
	}
}

static void
test_slow_start_is_quick(void **state)
{
	static const struct host wide = { 500, 1e9, 20, 0, 500000 };
	struct run r = { 0 };

	(void)state;
	pace_init(&r.pace, 0, 0, 64, 0);
	(void)run_for(&r, &wide, 15000);
	assert_int_equal(r.pace.limit, 64);
}

static void
test_pinned(void **state)
{
	static const struct host picky = { 1000, 1e9, 20, 4, 65536 };
	struct run r = { 0 };

	(void)state;
	pace_init(&r.pace, 12, 0, 64, 0);
	(void)run_for(&r, &picky, 30000);
	assert_int_equal(r.least, 12);
	assert_int_equal(r.most, 12);
	pace_init(&r.pace, 100, 0, 64, 0);
	assert_int_equal(r.pace.limit, 64);
}

static void
test_start(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 0, 64, 0);
	assert_int_equal(p.limit, 8);
	pace_init(&p, 0, 30, 64, 0);
	assert_int_equal(p.limit, 30);
	pace_init(&p, 0, 30, 4, 0);
	assert_int_equal(p.limit, 4);
}

static void
test_throttled(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 32, 64, 0);
	pace_event(&p, PACE_THROTTLED, 31, 100);
	assert_int_equal(p.limit, 16);
	/* Those of the same volley, and those still in flight. */
	pace_event(&p, PACE_THROTTLED, 30, 110);
	pace_event(&p, PACE_THROTTLED, 15, 120);
	assert_int_equal(p.limit, 16);
	/* A quota, not a number of connections: to the ground, … */
	for (int64_t t = 2200; t < 20000; t += 2200) {
		pace_event(&p, PACE_DONE, p.limit, t);
		pace_event(&p, PACE_THROTTLED, p.limit, t + 10);
	}
	assert_int_equal(p.limit, 1);
	/* … and up again when it is over, below where it began. */
	for (int64_t t = 40000; t < 100000; t += 100) {
		pace_bytes(&p, (int64_t)p.limit * 100000);
		pace_event(&p, PACE_DONE, p.limit, t);
	}
	assert_int_equal(p.limit, 31);
}

static void
test_failures(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 20, 64, 0);
	for (int64_t t = 1; t <= 19; t++)
		pace_event(&p, PACE_DONE, 19, t);
	pace_event(&p, PACE_FAILED, 19, 2000);
	assert_true(p.limit >= 20);
	/* One is chance; two in twenty are not. */
	pace_init(&p, 0, 20, 64, 0);
	for (int64_t t = 1; t <= 18; t++)
		pace_event(&p, PACE_DONE, 19, t);
	pace_event(&p, PACE_FAILED, 19, 100);
	pace_event(&p, PACE_FAILED, 19, 2000);
	assert_int_equal(p.limit, 14);
	/* Held for ten seconds, whatever the goodput. */
	for (int64_t t = 2100; t < 11900; t += 100) {
		pace_bytes(&p, t * 1000);
		pace_event(&p, PACE_DONE, 14, t);
	}
	assert_int_equal(p.limit, 14);
}

static void
test_frozen(void **state)
{
	static const struct host wide = { 500, 1e9, 20, 0, 500000 };
	struct run r = { 0 };

	(void)state;
	pace_init(&r.pace, 0, 0, 64, 0);
	pace_freeze(&r.pace, true);
	(void)run_for(&r, &wide, 30000);
	assert_int_equal(r.most, 8);
	pace_freeze(&r.pace, false);
	(void)run_for(&r, &wide, 30000);
	assert_int_equal(r.pace.limit, 64);
}

/* A queue that runs dry says nothing about the host. */
static void
test_idle_does_not_grow(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 0, 64, 0);
	for (int64_t t = 0; t < 60000; t += 50) {
		pace_bytes(&p, t * 100);
		pace_event(&p, PACE_DONE, 2, t);
	}
	assert_int_equal(p.limit, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settles),
		cmocka_unit_test(test_slow_start_is_quick),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_idle_does_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
