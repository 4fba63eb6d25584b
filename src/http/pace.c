#include "http/pace.h"

#define START 8
#define MAX_STEP 16
#define WINDOW_MS 1000		/* no more than one decrease in so long */
#define PATIENCE_MS 10000	/* for an answer that ends a window */
#define HOLD_MS 10000		/* no growth for so long after a decrease */
#define DRAIN_MS 5000		/* for a trial with fewer to begin */
#define TRIAL_MS 5000		/* from one round of trials in vain to the next … */
#define TRIAL_MAX_MS 60000	/* … each time twice as long, up to this */
#define REFUSED_MS (10 * 60 * 1000)	/* not that many again for so long … */
#define LOST_MS (60 * 1000)	/* … or only so long, where they were lost */
#define TALLY_ENDED 20		/* attempts that show how many are lost … */
#define TALLY_MS 10000		/* … or all of so long */
#define MIN_LOST 2		/* one lost connection is no tendency */
#define MISSES 2		/* windows in vain that end a climb */
#define SHARE_FIRST 2		/* of the limit, tried without after a climb */
#define SHARE_LARGE 4		/* then trials of a quarter more and less … */
#define SHARE_SMALL 8		/* … and of an eighth */

static void
change_limit(struct pace *p, uint32_t limit, int64_t now_ms)
{
	if (limit < 1)
		limit = 1;
	if (limit == p->limit) {
		goodput_open(&p->goodput, now_ms);
		return;
	}
	p->is_draining = limit < p->limit;
	p->limit = limit;
	goodput_shut(&p->goodput, now_ms);
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

/* ---- climbing ----------------------------------------------------------- */

static void
start_climb(struct pace *p)
{
	p->phase = PACE_CLIMB;
	p->best = p->each = 0;
	p->misses = 0;
}

/* share: of the limit, for the first trial, which is one with fewer. */
static void
start_steady(struct pace *p, int share, int64_t trial_ms)
{
	p->phase = PACE_STEADY;
	p->usual = 0;
	p->is_surprised = false;
	p->share = share;
	p->goes_up = false;
	p->in_vain = 0;
	p->every_ms = TRIAL_MS;
	p->trial_ms = trial_ms;
}

/* Half as many again; towards a wall, half of the way. */
static uint32_t
next_step(const struct pace *p, uint32_t most)
{
	uint32_t step = p->limit / 2;

	if (step > MAX_STEP)
		step = MAX_STEP;
	if (p->wall && step > (p->wall - p->limit) / 2)
		step = (p->wall - p->limit) / 2;
	if (step < 1)
		step = 1;
	return step < most - p->limit ? p->limit + step : most;
}

/*
 * The last steps brought nothing: back to as many as the best rate takes at
 * the best rate of a single one, and a tenth more.
 */
static void
end_climb(struct pace *p, int64_t now_ms)
{
	double enough = p->best / p->each * 1.1 + 1;

	start_steady(p, SHARE_FIRST, now_ms);
	change_limit(p, enough < p->limit ? (uint32_t)enough : p->limit, now_ms);
}

static void
climb(struct pace *p, double rate, int64_t now_ms)
{
	uint32_t most = highest(p, now_ms);
	double wanted = 1;

	if (p->best > 0 && p->limit > p->best_limit)
		wanted += trial_wanted(p->best_limit, p->limit);
	if (rate / p->limit > p->each)
		p->each = rate / p->limit;
	if (rate < p->best * wanted) {
		if (rate > p->best)
			p->best = rate;
		if (++p->misses < MISSES)
			goodput_open(&p->goodput, now_ms);
		else
			end_climb(p, now_ms);
		return;
	}
	p->best = rate;
	p->best_limit = p->limit;
	p->misses = 0;
	if (p->limit < most)
		change_limit(p, next_step(p, most), now_ms);
	else	/* every step paid: it is little that fewer could do */
		start_steady(p, SHARE_SMALL, now_ms + TRIAL_MS);
}

/* ---- steady, and trials ------------------------------------------------- */

/* The number to compare with, in the direction that is due or the other. */
static uint32_t
candidate(struct pace *p, int64_t now_ms)
{
	uint32_t most = highest(p, now_ms);
	uint32_t step = (p->limit + (uint32_t)p->share / 2) /
			(uint32_t)p->share;

	if (step < 1)
		step = 1;
	if (p->limit >= most)
		p->goes_up = false;
	else if (p->limit == 1)
		p->goes_up = true;
	if (!p->goes_up)
		return p->limit > step ? p->limit - step : 1;
	return step < most - p->limit ? p->limit + step : most;
}

/* Two windows in a row far from the usual: the line is not what it was. */
static bool
has_changed(struct pace *p, double rate)
{
	double far = 16 * p->trial.noise;
	bool was_surprised = p->is_surprised;
	double apart;

	if (p->usual == 0)
		p->usual = rate;
	apart = (rate - p->usual) / ((rate + p->usual) / 2);
	p->is_surprised = apart * apart > (far > 0.04 ? far : 0.04);
	if (!p->is_surprised)
		p->usual += (rate - p->usual) / 4;
	return was_surprised && p->is_surprised;
}

static void
steady(struct pace *p, double rate, int64_t now_ms)
{
	uint32_t test;

	if (has_changed(p, rate)) {
		start_climb(p);
		climb(p, rate, now_ms);
		return;
	}
	test = now_ms >= p->trial_ms ? candidate(p, now_ms) : p->limit;
	if (test == p->limit) {
		goodput_open(&p->goodput, now_ms);
		return;
	}
	p->phase = PACE_TRIAL;
	trial_begin(&p->trial, p->limit, test);
	(void)trial_add(&p->trial, rate);
	change_limit(p, test, now_ms);
}

/* Nothing came of a trial: the other way, then smaller steps, then a rest. */
static void
count_vain(struct pace *p, int64_t now_ms)
{
	p->goes_up = !p->goes_up;
	p->trial_ms = now_ms;
	if (p->share < SHARE_LARGE) {
		p->share = SHARE_LARGE;
		return;
	}
	if (++p->in_vain % 2)
		return;
	if (p->share < SHARE_SMALL) {
		p->share = SHARE_SMALL;
		return;
	}
	p->trial_ms = now_ms + p->every_ms;
	p->every_ms *= 2;
	if (p->every_ms > TRIAL_MAX_MS)
		p->every_ms = TRIAL_MAX_MS;
}

static void
end_trial(struct pace *p, enum trial_verdict verdict, int64_t now_ms)
{
	p->phase = PACE_STEADY;
	p->is_surprised = false;
	if (verdict == TRIAL_BASE) {
		count_vain(p, now_ms);
		change_limit(p, p->trial.base, now_ms);
		return;
	}
	p->usual = 0;
	p->in_vain = 0;
	p->every_ms = TRIAL_MS;
	p->trial_ms = now_ms;
	if (p->share > SHARE_LARGE)
		p->share = SHARE_LARGE;
	change_limit(p, p->trial.test, now_ms);
}

static void
try(struct pace *p, double rate, int64_t now_ms)
{
	enum trial_verdict verdict = trial_add(&p->trial, rate);

	if (verdict == TRIAL_GOES_ON)
		change_limit(p, trial_number(&p->trial), now_ms);
	else
		end_trial(p, verdict, now_ms);
}

/* Transfers that take minutes do not make room for a trial with fewer. */
static void
drain(struct pace *p, uint32_t in_flight, int64_t now_ms)
{
	if (in_flight <= p->limit)
		p->is_draining = false;
	else if (p->is_draining && p->phase == PACE_TRIAL &&
		 now_ms >= p->goodput.open_ms + DRAIN_MS)
		end_trial(p, TRIAL_BASE, now_ms);
}

/* Rates of another unit say nothing beside those that are remembered. */
static bool
is_other_unit(struct pace *p)
{
	if (p->phase == PACE_TRIAL || !goodput_choose_unit(&p->goodput))
		return false;
	p->usual = p->best = p->each = 0;
	p->misses = 0;
	return true;
}

static void
close_window(struct pace *p, int64_t now_ms)
{
	double rate = goodput_rate(&p->goodput, now_ms);

	if (rate <= 0 || now_ms < p->hold_until_ms || is_other_unit(p)) {
		goodput_open(&p->goodput, now_ms);
		return;
	}
	p->has_learned = true;
	if (p->limit > p->good)
		p->good = p->limit;
	switch (p->phase) {
	case PACE_CLIMB:
		climb(p, rate, now_ms);
		break;
	case PACE_STEADY:
		steady(p, rate, now_ms);
		break;
	case PACE_TRIAL:
		try(p, rate, now_ms);
		break;
	}
}

static void
open_or_close(struct pace *p, int64_t now_ms)
{
	if (!p->is_draining && goodput_may_open(&p->goodput, now_ms))
		goodput_open(&p->goodput, now_ms);
	else if (goodput_is_due(&p->goodput, p->limit, now_ms))
		close_window(p, now_ms);
}

/* ---- refusals and losses ------------------------------------------------ */

/*
 * What the host refused or lost while it served others is known better than any
 * trial could tell: back below it at once, and not there again for a good while.
 * Refusals while the limit still sinks, or when nothing is served at all, say
 * less: they may be of another kind (so many a minute; an outage), and would
 * nail the limit to the ground.
 */
static void
decrease(struct pace *p, uint32_t tenths, int64_t avoid_ms, int64_t now_ms)
{
	if (now_ms >= p->hold_until_ms && p->is_served && p->limit > 1) {
		p->wall = p->limit;
		p->wall_until_ms = now_ms + avoid_ms;
	}
	if (p->good >= p->limit)
		p->good = 0;
	change_limit(p, p->limit * tenths / 10, now_ms);
	p->has_learned = true;
	p->is_served = false;
	p->decreased_ms = now_ms;
	p->hold_until_ms = now_ms + HOLD_MS;
	p->tally_ms = now_ms;
	p->ended = p->lost = 0;
	start_climb(p);
}

/* The hold is over: as many as went well before, and on from there. */
static void
end_hold(struct pace *p, int64_t now_ms)
{
	p->hold_until_ms = 0;
	change_limit(p, p->good > p->limit ? p->good : p->limit, now_ms);
}

static void
tally(struct pace *p, enum pace_end end, int64_t now_ms)
{
	int64_t age_ms = now_ms - p->tally_ms;

	p->ended++;
	p->lost += end == PACE_LOST;
	if (age_ms < WINDOW_MS ||
	    (p->ended < TALLY_ENDED && age_ms < TALLY_MS))
		return;
	if (p->lost >= MIN_LOST && p->lost * 20 >= p->ended) {
		decrease(p, 7, LOST_MS, now_ms);
		return;
	}
	p->tally_ms = now_ms;
	p->ended = p->lost = 0;
}

/* ---- the way in --------------------------------------------------------- */

void
pace_init(struct pace *p, uint32_t pinned, uint32_t start, uint32_t ceiling,
	  int64_t now_ms)
{
	uint32_t limit = pinned ? pinned : start ? start : START;

	if (!ceiling)
		ceiling = 1;
	*p = (struct pace){
		.limit = limit > ceiling ? ceiling : limit,
		.ceiling = ceiling,
		.is_pinned = pinned > 0,
		.seen_ms = now_ms, .tally_ms = now_ms,
		.decreased_ms = now_ms - WINDOW_MS,
	};
	goodput_open(&p->goodput, now_ms);
	trial_init(&p->trial);
	start_climb(p);
}

void
pace_bytes(struct pace *p, int64_t n)
{
	goodput_bytes(&p->goodput, n);
}

void
pace_ended(struct pace *p, const struct pace_attempt *a, int64_t now_ms)
{
	if (p->is_pinned)
		return;
	if (a->end == PACE_DONE) {
		p->is_served |= now_ms - a->spent_ms >= p->decreased_ms;
		goodput_answer(&p->goodput, a->first_byte_ms, a->spent_ms);
	}
	/*
	 * Once a window; and what was under way before a decrease says nothing
	 * about the new limit.
	 */
	if (now_ms - a->spent_ms >= p->decreased_ms) {
		if (a->end != PACE_THROTTLED)
			tally(p, a->end, now_ms);
		else if (now_ms - p->decreased_ms >= WINDOW_MS)
			decrease(p, 5, REFUSED_MS, now_ms);
	}
	/* Answers come in volleys: a window reaches from one to another. */
	open_or_close(p, now_ms);
}

void
pace_tick(struct pace *p, uint32_t in_flight, bool is_wanted, int64_t now_ms)
{
	struct goodput *g = &p->goodput;
	int64_t spent_ms = now_ms - p->seen_ms;

	p->seen_ms = now_ms;
	if (p->is_pinned)
		return;
	if (p->hold_until_ms && now_ms >= p->hold_until_ms)
		end_hold(p, now_ms);
	drain(p, in_flight, now_ms);
	if (!is_wanted)
		goodput_idle(g, spent_ms, now_ms);
	/* Where answers are counted, one of them should end the window. */
	if (!g->counts_answers)
		open_or_close(p, now_ms);
	else if (goodput_is_due(g, p->limit, now_ms - PATIENCE_MS))
		close_window(p, now_ms);
}

enum pace_stand
pace_stand(const struct pace *p, int64_t now_ms)
{
	uint32_t limit = p->phase == PACE_TRIAL ? p->trial.base : p->limit;

	if (p->is_pinned)
		return PACE_PINNED;
	if (now_ms < p->hold_until_ms || (p->wall && limit + 1 >= p->wall))
		return PACE_REFUSED;
	if (p->phase == PACE_CLIMB)
		return PACE_SEARCHING;
	return limit >= p->ceiling ? PACE_CEILING : PACE_SETTLED;
}

uint32_t
pace_learned(const struct pace *p)
{
	if (p->is_pinned || !p->has_learned)
		return 0;
	if (p->phase == PACE_TRIAL)
		return p->trial.base;
	if (p->hold_until_ms && p->good > p->limit)
		return p->good;
	return p->limit;
}
