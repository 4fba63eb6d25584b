/*
 * The controller against simulated hosts, in simulated time.
 *
 * Each kind of host is tried with many seeds; what is asked of every run is
 * nine tenths of what the best fixed number gets, that the number comes to rest,
 * and that a host which refuses too many is left in peace.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/pace.h"

#define CEILING 64
#define TICK_MS 10
#define PAUSE_MS 250		/* after a refusal: our own jitter, on average */
#define N_SEEDS 20

/*
 * A host: every transfer waits, then takes its share of the line.  Rates are
 * bytes a millisecond.
 */
struct host {
	const char *name;
	double each;		/* for one connection */
	double all;		/* for all of them together */
	int64_t latency_ms;	/* give or take a fifth */
	double file;		/* bytes of a body … */
	double spread;		/* … give or take this share of it */
	uint32_t refuses_above;	/* 429 when more are in flight; 0: never */
	bool refuses_all;
	int64_t pause_ms;	/* that a refusal asks for; 0: PAUSE_MS */
	uint32_t knee;		/* above it the whole gets slower; 0: never */
	double noise;		/* share by which the line swings */
	bool is_flat;		/* many numbers are as good: the goodput comes
				   to rest, the number may wander among them */
	int64_t settle_ms;
};

struct live {
	double left;
	int64_t wait_ms, started_ms, first_byte_ms;
	bool is_refused;
};

struct run {
	struct pace pace;
	const struct host *host;
	struct live live[CEILING];
	uint32_t n;
	uint32_t random;
	int64_t now_ms, closed_until_ms;
	double received, swing;
	int64_t swing_until_ms;
	uint32_t ended, refused, least, most;
};

static double
random_share(struct run *r)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 17;
	r->random ^= r->random << 5;
	return (double)r->random / UINT32_MAX;
}

/* Between 1 - spread and 1 + spread. */
static double
about(struct run *r, double spread)
{
	return 1 + spread * (2 * random_share(r) - 1);
}

static void
begin(struct run *r, const struct host *host, uint32_t pinned, uint32_t seed)
{
	*r = (struct run){ .host = host, .random = seed * 2654435769u + 1 };
	pace_init(&r->pace, pinned, 0, CEILING, 0);
}

static void
fill(struct run *r)
{
	const struct host *h = r->host;

	if (r->now_ms < r->closed_until_ms)
		return;
	while (r->n < r->pace.limit) {
		bool is_refused = h->refuses_all || (h->refuses_above &&
						     r->n >= h->refuses_above);

		r->live[r->n++] = (struct live){
			.left = is_refused ? 0 : h->file * about(r, h->spread),
			.wait_ms = (int64_t)((double)h->latency_ms *
					     about(r, 0.2)),
			.started_ms = r->now_ms, .is_refused = is_refused,
		};
	}
}

static void
end_transfer(struct run *r, uint32_t i)
{
	const struct live *t = &r->live[i];
	struct pace_attempt a = {
		.end = t->is_refused ? PACE_THROTTLED : PACE_DONE,
		.first_byte_ms = t->first_byte_ms - t->started_ms,
		.spent_ms = r->now_ms - t->started_ms,
	};

	r->ended++;
	r->refused += t->is_refused;
	if (t->is_refused)
		r->closed_until_ms = r->now_ms + (r->host->pause_ms ?
						  r->host->pause_ms : PAUSE_MS);
	r->live[i] = r->live[--r->n];
	pace_ended(&r->pace, &a, r->now_ms);
}

/* Bytes that each of those that receive gets in a tick. */
static double
share_of_line(struct run *r)
{
	const struct host *h = r->host;
	uint32_t n = 0;
	double share, all = h->all;

	if (r->now_ms >= r->swing_until_ms) {
		r->swing_until_ms = r->now_ms + 500;
		r->swing = about(r, h->noise);
	}
	if (h->knee && r->n > h->knee)
		all = all * h->knee / r->n;
	for (uint32_t i = 0; i < r->n; i++)
		n += r->live[i].wait_ms <= 0;
	share = all / (n ? n : 1);
	return (share < h->each ? share : h->each) * r->swing * TICK_MS;
}

static void
receive(struct run *r, uint32_t i, double share)
{
	struct live *t = &r->live[i];
	double got;

	if (t->wait_ms > 0) {
		t->wait_ms -= TICK_MS;
		return;
	}
	if (!t->first_byte_ms)
		t->first_byte_ms = r->now_ms;
	got = share < t->left ? share : t->left;
	t->left -= got;
	r->received += got;
	pace_bytes(&r->pace, (int64_t)got);
	if (t->left <= 0)
		end_transfer(r, i);
}

static void
tick(struct run *r)
{
	double share = share_of_line(r);

	r->now_ms += TICK_MS;
	for (uint32_t i = r->n; i-- > 0;)
		receive(r, i, share);
	fill(r);
	pace_tick(&r->pace, r->n, r->now_ms >= r->closed_until_ms, r->now_ms);
	assert_in_range(r->pace.limit, 1, CEILING);
	if (r->pace.limit < r->least)
		r->least = r->pace.limit;
	if (r->pace.limit > r->most)
		r->most = r->pace.limit;
}

/* Goodput in bytes a ms over the stretch. */
static double
run_for(struct run *r, int64_t ms)
{
	int64_t until_ms = r->now_ms + ms;
	double before = r->received;

	r->least = UINT32_MAX;
	r->most = r->ended = r->refused = 0;
	while (r->now_ms < until_ms)
		tick(r);
	return (r->received - before) / (double)ms;
}

static double
best_fixed(const struct host *h, uint32_t *number)
{
	double best = 0;

	for (uint32_t n = 1; n <= CEILING; n += h->noise > 0 ? 1 + n / 8 : 1 + n / 30) {
		struct run r;
		double rate;

		begin(&r, h, n, 1);
		(void)run_for(&r, 5000);
		rate = run_for(&r, h->noise > 0 ? 300000 : 40000);
		if (rate > best * 1.001) {
			best = rate;
			*number = n;
		}
	}
	return best;
}

static const struct host hosts[] = {
	{ "capped line", 1000, 20000, 30, 65536, .5, .settle_ms = 60000 },
	{ "narrow line", 1000, 3000, 30, 65536, .5, .is_flat = true,
	  .settle_ms = 60000 },
	{ "one by one", 1000, 1000, 20, 500000, .5, .settle_ms = 90000 },
	{ "each is slow", 500, 1e9, 20, 500000, .5, .settle_ms = 30000 },
	{ "latency", 1e6, 1e9, 200, 65536, .5, .settle_ms = 30000 },
	{ "long latency", 1e6, 1e9, 900, 200000, .9, .settle_ms = 60000 },
	{ "latency, then line", 1e6, 2000, 200, 20000, .9, .is_flat = true,
	  .settle_ms = 300000 },
	{ "large files", 2000, 50000, 50, 4e6, .5, .settle_ms = 60000 },
	{ "huge files", 2000, 30000, 50, 4e8, .5, .is_flat = true,
	  .settle_ms = 600000 },
	{ "noisy line", 1000, 20000, 30, 65536, .5, .noise = .2,
	  .is_flat = true, .settle_ms = 240000 },
	{ "noisy and each slow", 500, 1e9, 20, 500000, .5, .noise = .2,
	  .settle_ms = 120000 },
	{ "falls beyond 10", 1000, 10000, 30, 65536, .5, .knee = 10,
	  .settle_ms = 120000 },
	{ "refuses above 3", 1000, 1e9, 50, 65536, .5, .refuses_above = 3,
	  .settle_ms = 120000 },
	{ "refuses above 20", 1000, 1e9, 50, 65536, .5, .refuses_above = 20,
	  .settle_ms = 120000 },
	{ "refuses above 50", 1000, 1e9, 50, 65536, .5, .refuses_above = 50,
	  .settle_ms = 120000 },
};

/* What a run came to over SLICES slices of SLICE_MS. */
#define SLICES 12
#define SLICE_MS 20000

struct outcome {
	double rate, slowest, fastest;
	uint32_t least, most;
	double refused;		/* share of the attempts */
};

static struct outcome
observe(struct run *r)
{
	struct outcome o = { .slowest = 1e300, .least = UINT32_MAX };
	uint32_t ended = 0, refused = 0;

	for (int i = 0; i < SLICES; i++) {
		double rate = run_for(r, SLICE_MS);

		o.rate += rate / SLICES;
		o.slowest = rate < o.slowest ? rate : o.slowest;
		o.fastest = rate > o.fastest ? rate : o.fastest;
		o.least = r->least < o.least ? r->least : o.least;
		o.most = r->most > o.most ? r->most : o.most;
		ended += r->ended;
		refused += r->refused;
	}
	o.refused = (double)refused / (ended ? ended : 1);
	return o;
}

/* No number of the stretch is further than a fifth (or one) from its middle. */
static bool
is_steady(const struct outcome *o)
{
	double middle = (o->least + o->most) / 2.0;

	return o->most - middle <= (middle * 0.2 > 1 ? middle * 0.2 : 1);
}

static void
check_host(const struct host *h)
{
	uint32_t number = 0, least = UINT32_MAX, most = 0;
	double best = best_fixed(h, &number), worst = 1e300;

	for (uint32_t seed = 1; seed <= N_SEEDS; seed++) {
		struct outcome o;
		struct run r;

		begin(&r, h, 0, seed);
		(void)run_for(&r, h->settle_ms);
		o = observe(&r);
		if (o.rate < best * 0.9 || o.slowest < o.rate * 0.8 ||
		    o.fastest > o.rate * 1.2 || o.refused > 0.01 ||
		    (!h->is_flat && !is_steady(&o)))
			fail_msg("%s, seed %u: %.0f (%.0f to %.0f) of %.0f with "
				 "%u to %u, %.4f refused", h->name, seed,
				 o.rate, o.slowest, o.fastest, best, o.least,
				 o.most, o.refused);
		worst = o.rate < worst ? o.rate : worst;
		least = o.least < least ? o.least : least;
		most = o.most > most ? o.most : most;
	}
	print_message("%-20s best %6.0f with %2u; adaptive at least %3.0f %% "
		      "with %u to %u\n", h->name, best, number,
		      worst * 100 / best, least, most);
}

static void
test_nine_tenths_of_the_best(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		check_host(&hosts[i]);
}

/* ---- hosts that change in the middle of a run ---------------------------- */

static const struct {
	const char *name;
	struct host before, after;
	int64_t settle_ms;		/* 40 s when 0 */
} changes[] = {
	{ "the line gets wider",
	  { "", 1000, 5000, 30, 65536, .5 },
	  { "", 1000, 40000, 30, 65536, .5 } },
	{ "the line gets narrower",
	  { "", 1000, 40000, 30, 65536, .5 },
	  { "", 1000, 5000, 30, 65536, .5 } },
	{ "answers take longer",
	  { "", 1000, 10000, 20, 65536, .5 },
	  { "", 1000, 10000, 300, 65536, .5 }, .settle_ms = 120000 },
	{ "refuses above 40, then 10",
	  { "", 1000, 1e9, 50, 65536, .5, .refuses_above = 40 },
	  { "", 1000, 1e9, 50, 65536, .5, .refuses_above = 10 } },
	{ "falls beyond 30, then 8",
	  { "", 1000, 30000, 30, 65536, .5, .knee = 30 },
	  { "", 1000, 8000, 30, 65536, .5, .knee = 8 } },
};

static void
test_follows_a_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint32_t number = 0;
		double best = best_fixed(&changes[i].after, &number);

		for (uint32_t seed = 1; seed <= N_SEEDS; seed++) {
			struct outcome o;
			struct run r;

			begin(&r, &changes[i].before, 0, seed);
			(void)run_for(&r, 200000);
			r.host = &changes[i].after;
			(void)run_for(&r, changes[i].settle_ms ?
					  changes[i].settle_ms : 40000);
			o = observe(&r);
			if (o.rate < best * 0.9 || o.refused > 0.01)
				fail_msg("%s, seed %u: %.0f of %.0f with %u to "
					 "%u, %.4f refused", changes[i].name,
					 seed, o.rate, best, o.least, o.most,
					 o.refused);
		}
	}
}

/* Who refuses all for a while is asked for one at a time, and then again for as
 * many as before.
 */
static void
test_comes_back_after_an_outage(void **state)
{
	static const struct host good = { "", 500, 1e9, 20, 200000, .5 };
	struct host bad = good;
	double rate;

	(void)state;
	bad.refuses_all = true;
	for (uint32_t seed = 1; seed <= N_SEEDS; seed++) {
		struct run r;

		/* Every other one asks for waits that outlast any hold. */
		bad.pause_ms = seed % 2 ? 15000 : 0;
		begin(&r, &good, 0, seed);
		(void)run_for(&r, 60000);
		rate = run_for(&r, 20000);
		r.host = &bad;
		(void)run_for(&r, 180000);
		assert_int_equal(r.least, 1);
		r.host = &good;
		(void)run_for(&r, 60000);
		assert_true(run_for(&r, 20000) >= rate * 0.9);
	}
}

static void
test_climbs_quickly(void **state)
{
	static const struct host wide = { "", 500, 1e9, 20, 500000, .5 };
	struct run r;

	(void)state;
	for (uint32_t seed = 1; seed <= N_SEEDS; seed++) {
		begin(&r, &wide, 0, seed);
		(void)run_for(&r, 10000);
		assert_int_equal(r.most, CEILING);
	}
}

/* ---- single rules --------------------------------------------------------- */

static void
end(struct pace *p, enum pace_end how, int64_t spent_ms, int64_t now_ms)
{
	const struct pace_attempt a = { how, spent_ms / 2, spent_ms };

	pace_ended(p, &a, now_ms);
}

/* Busy with n at a time and rate bytes a ms for each, over the stretch. */
static void
keep_busy(struct pace *p, int64_t from_ms, int64_t to_ms, int64_t each)
{
	for (int64_t t = from_ms; t < to_ms; t += 100) {
		pace_bytes(p, (int64_t)p->limit * each * 100);
		pace_tick(p, p->limit, true, t);
	}
}

static void
test_pinned(void **state)
{
	static const struct host picky = {
		"", 1000, 1e9, 20, 65536, .5, .refuses_above = 4,
	};
	struct run r;

	(void)state;
	begin(&r, &picky, 12, 1);
	(void)run_for(&r, 30000);
	assert_int_equal(r.least, 12);
	assert_int_equal(r.most, 12);
	assert_int_equal(pace_stand(&r.pace, r.now_ms), PACE_PINNED);
	assert_int_equal(pace_learned(&r.pace), 0);
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
	pace_init(&p, 0, 30, 0, 0);
	assert_int_equal(p.limit, 1);
	assert_int_equal(pace_learned(&p), 0);
}

/* Bytes alone close a window: bodies of an hour need no end to be measured. */
static void
test_time_decides_without_events(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 0, 64, 0);
	keep_busy(&p, 0, 60000, 100);
	assert_in_range(p.limit, 56, 64);
	assert_int_equal(pace_stand(&p, 60000), PACE_CEILING);
	assert_int_equal(pace_learned(&p), 64);
}

static void
test_throttled(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 32, 64, 0);
	end(&p, PACE_DONE, 50, 90);
	end(&p, PACE_THROTTLED, 50, 100);
	assert_int_equal(p.limit, 16);
	assert_int_equal(pace_stand(&p, 100), PACE_REFUSED);
	/* Those of the same volley, those begun before, and once a window. */
	end(&p, PACE_THROTTLED, 50, 110);
	end(&p, PACE_THROTTLED, 5000, 4000);
	end(&p, PACE_THROTTLED, 50, 900);
	assert_int_equal(p.limit, 16);
	/* A quota, not a number of connections: to the ground, … */
	for (int64_t t = 2200; t < 20000; t += 2200)
		end(&p, PACE_THROTTLED, 50, t);
	assert_int_equal(p.limit, 1);
	/* … held there for ten seconds, and up again, below where it began. */
	keep_busy(&p, 20000, 29000, 100);
	assert_int_equal(p.limit, 1);
	keep_busy(&p, 29000, 100000, 100);
	assert_in_range(p.limit, 27, 31);
	assert_int_equal(pace_stand(&p, 100000), PACE_REFUSED);
	assert_int_equal(pace_learned(&p), 31);
	/* In ten minutes it may be otherwise. */
	keep_busy(&p, 100000, 900000, 100);
	assert_int_equal(pace_learned(&p), 64);
}

/* After the hold, at once as many as went well before the refusal. */
static void
test_returns_to_what_went_well(void **state)
{
	int64_t now_ms = 0;
	uint32_t good = 0;
	struct pace p;

	(void)state;
	pace_init(&p, 0, 20, 64, 0);
	while (p.limit < 40) {
		good = p.limit;
		keep_busy(&p, now_ms, now_ms + 500, 100);
		now_ms += 500;
	}
	end(&p, PACE_DONE, 50, now_ms);
	end(&p, PACE_THROTTLED, 50, now_ms);
	assert_true(p.limit < good);
	keep_busy(&p, now_ms, now_ms + 9900, 100);
	assert_true(p.limit < good);
	pace_tick(&p, p.limit, true, now_ms + 10000);
	assert_int_equal(p.limit, good);
}

static void
test_losses(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 20, 64, 0);
	for (int64_t t = 1; t <= 19; t++)
		end(&p, PACE_DONE, 1, t);
	end(&p, PACE_LOST, 1, 2000);
	assert_int_equal(p.limit, 20);
	/* What is useless says nothing of how many there may be. */
	pace_init(&p, 0, 20, 64, 0);
	for (int64_t t = 1; t <= 100; t++)
		end(&p, PACE_USELESS, 1, t * 50);
	assert_int_equal(p.limit, 20);
	/* One is chance, and so are two in a hundred; two in twenty are not. */
	pace_init(&p, 0, 20, 64, 0);
	for (int64_t t = 1; t <= 98; t++)
		end(&p, PACE_DONE, 1, t);
	end(&p, PACE_LOST, 1, 100);
	end(&p, PACE_LOST, 1, 2000);
	assert_int_equal(p.limit, 20);
	pace_init(&p, 0, 20, 64, 0);
	for (int64_t t = 1; t <= 18; t++)
		end(&p, PACE_DONE, 1, t);
	end(&p, PACE_LOST, 1, 100);
	end(&p, PACE_LOST, 1, 2000);
	assert_int_equal(p.limit, 14);
	/* Held for ten seconds, whatever the goodput. */
	keep_busy(&p, 2000, 11900, 1000);
	assert_int_equal(p.limit, 14);
	keep_busy(&p, 11900, 20000, 1000);
	assert_in_range(p.limit, 15, 19);
}

/* A disk that is behind, or a queue that runs dry, says nothing of the host. */
static void
test_not_wanted_does_not_grow(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 0, 64, 0);
	for (int64_t t = 0; t < 60000; t += 50) {
		pace_bytes(&p, t * 100);
		end(&p, PACE_DONE, 50, t);
		pace_tick(&p, 8, false, t);
	}
	assert_int_equal(p.limit, 8);
	assert_int_equal(pace_learned(&p), 0);
	keep_busy(&p, 60000, 90000, 100);
	assert_true(p.limit > 8);
}

/* Whatever is told, in whatever order, the limit stays within its bounds. */
static void
test_any_events(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 200; seed++) {
		struct run r = { .random = seed * 2654435769u + 1 };
		uint32_t ceiling = 1 + seed % 100;

		pace_init(&r.pace, 0, seed % 7, ceiling, 0);
		for (int i = 0; i < 5000; i++) {
			struct pace_attempt a = {
				.end = (enum pace_end)(random_share(&r) * 3.99),
				.spent_ms = (int64_t)(random_share(&r) * 2e4),
			};

			a.first_byte_ms = a.spent_ms / (1 + i % 9);
			r.now_ms += (int64_t)(random_share(&r) * 500);
			pace_bytes(&r.pace, (int64_t)(random_share(&r) * 1e9));
			if (a.end == PACE_DONE || i % 40 == 0)
				pace_ended(&r.pace, &a, r.now_ms);
			pace_tick(&r.pace, (uint32_t)i % 70, i % 11 != 0,
				  r.now_ms);
			assert_in_range(r.pace.limit, 1, ceiling);
			assert_in_range(pace_learned(&r.pace), 0, ceiling);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nine_tenths_of_the_best),
		cmocka_unit_test(test_follows_a_change),
		cmocka_unit_test(test_comes_back_after_an_outage),
		cmocka_unit_test(test_climbs_quickly),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_time_decides_without_events),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_returns_to_what_went_well),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_not_wanted_does_not_grow),
		cmocka_unit_test(test_any_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
