#include "http/pace.h"

#define START 8
#define WINDOW_MS 1000
#define LONG_WINDOW_MS 2000 /* enough even with few completions */
#define HOLD_MS 10000 /* no growth for so long after a decrease */
#define PROBE_MS 5000
#define PROBE_MAX_MS 60000
#define WALL_MS (10 * 60 * 1000)
#define MAX_STEP 16
#define MISSES 2
#define MIN_FAILED 2 /* one lost connection is no tendency */

void
pace_init(struct pace *p, uint32_t pinned, uint32_t start, uint32_t ceiling,
	  int64_t now_ms)
{
	uint32_t limit = pinned ? pinned : start ? start : START;

	if (!ceiling)
		ceiling = 1;
	if (limit > ceiling)
		limit = ceiling;
	*p = (struct pace){
		.limit = limit,
		.ceiling = ceiling,
		.is_pinned = pinned > 0,
		.is_slow_start = true,
		.window_start_ms = now_ms,
		.probe_every_ms = PROBE_MS,
	};
}

void
pace_bytes(struct pace *p, int64_t n)
{
	p->bytes += n;
}

void
pace_freeze(struct pace *p, bool on)
{
	p->is_frozen = on;
}

static void
start_window(struct pace *p, int64_t now_ms)
{
	p->window_start_ms = now_ms;
	p->bytes = 0;
	p->done = 0;
	p->failed = 0;
	p->busiest = 0;
	p->was_throttled = false;
}

/* As far as the limit may grow: below the ceiling and below the wall. */
static uint32_t
highest(struct pace *p, int64_t now_ms)
{
	if (p->wall && now_ms >= p->wall_until_ms)
		p->wall = 0;
	if (p->wall && p->wall <= p->ceiling)
		return p->wall > 1 ? p->wall - 1 : 1;
	return p->ceiling;
}

static void
grow(struct pace *p, uint32_t step, int64_t now_ms)
{
	uint32_t most = highest(p, now_ms);

	if (p->limit >= most)
		return;
	p->limit = step > most - p->limit ? most : p->limit + step;
}

static void
decrease(struct pace *p, uint32_t tenths, int64_t now_ms)
{
	p->limit = p->limit * tenths / 10;
	if (!p->limit)
		p->limit = 1;
	p->is_slow_start = false;
	p->limit_before_probe = 0;
	p->probe_every_ms = PROBE_MS;
	p->hold_until_ms = now_ms + HOLD_MS;
	p->probe_at_ms = p->hold_until_ms;
}

/*
 * The host named its limit, so it is known better than any probe could tell:
 * climb back to just below it, and do not touch it again for a good while.
 * Refusals while the limit still sinks say less: they may be of another kind
 * (so many a minute), and would nail the limit to the ground.
 */
static void
throttle(struct pace *p, int64_t now_ms)
{
	if (now_ms >= p->hold_until_ms) {
		p->wall = p->limit;
		p->wall_until_ms = now_ms + WALL_MS;
	}
	decrease(p, 5, now_ms);
	start_window(p, now_ms);
	p->was_throttled = true;
}

/*
 * The first window after a change still carries the old number of transfers;
 * with a step of half it does no harm, the next window shows the rest.
 */
static void
slow_start(struct pace *p, double rate, int64_t now_ms)
{
	uint32_t step = p->limit / 2;

	if (rate >= p->best_rate * 1.1) {
		p->best_rate = rate;
		p->misses = 0;
		grow(p, step > MAX_STEP ? MAX_STEP : step ? step : 1, now_ms);
		return;
	}
	p->misses++;
	if (p->misses < MISSES)
		return;
	p->is_slow_start = false;
	p->probe_at_ms = now_ms + PROBE_MS;
}

/* Judge the probe that ran, or begin one when its time has come. */
static void
probe(struct pace *p, double rate, int64_t now_ms)
{
	if (p->limit_before_probe && p->misses > 0) {
		p->misses--;
		return;
	}
	if (p->limit_before_probe) {
		if (rate >= p->rate_before_probe * 1.03) {
			p->probe_every_ms = PROBE_MS;
		} else {
			p->limit = p->limit_before_probe;
			p->probe_every_ms *= 2;
			if (p->probe_every_ms > PROBE_MAX_MS)
				p->probe_every_ms = PROBE_MAX_MS;
		}
		p->limit_before_probe = 0;
		p->probe_at_ms = now_ms + p->probe_every_ms;
		return;
	}
	if (now_ms < p->probe_at_ms || p->limit >= highest(p, now_ms))
		return;
	p->limit_before_probe = p->limit;
	p->rate_before_probe = rate;
	p->misses = 1;
	/* A twentieth more, rounded up, so that three hundredths can show. */
	grow(p, (p->limit + 19) / 20, now_ms);
}

static void
close_window(struct pace *p, int64_t now_ms)
{
	double rate =
		(double)p->bytes * 1000 / (double)(now_ms - p->window_start_ms);
	uint32_t attempts = p->done + p->failed;
	bool is_full = p->busiest + 1 >= p->limit;
	bool is_failing = p->failed >= MIN_FAILED && p->failed * 20 >= attempts;

	start_window(p, now_ms);
	if (is_failing) {
		decrease(p, 7, now_ms);
		return;
	}
	/* A disk that is behind or an empty queue made this rate, not us. */
	if (p->is_frozen || !is_full) {
		if (p->limit_before_probe)
			p->limit = p->limit_before_probe;
		p->limit_before_probe = 0;
		return;
	}
	if (now_ms < p->hold_until_ms)
		return;
	if (p->is_slow_start)
		slow_start(p, rate, now_ms);
	else if (p->wall && !p->limit_before_probe &&
		 p->limit < highest(p, now_ms))
		grow(p, (p->limit + 7) / 8, now_ms);
	else
		probe(p, rate, now_ms);
}

void
pace_event(struct pace *p, enum pace_event event, uint32_t in_flight,
	   int64_t now_ms)
{
	int64_t age_ms = now_ms - p->window_start_ms;

	if (p->is_pinned)
		return;
	/* Attempts end in volleys: the last of one sees few beside it. */
	if (in_flight > p->busiest)
		p->busiest = in_flight;
	if (event == PACE_FAILED)
		p->failed++;
	else
		p->done++;
	/*
	 * Once a window; and what was in flight before a decrease may still
	 * be refused, which says nothing about the new limit.
	 */
	if (event == PACE_THROTTLED && !p->was_throttled &&
	    in_flight <= p->limit + 1) {
		throttle(p, now_ms);
		return;
	}
	if (age_ms >= LONG_WINDOW_MS ||
	    (age_ms >= WINDOW_MS && p->done + p->failed >= 2 * p->limit))
		close_window(p, now_ms);
}
