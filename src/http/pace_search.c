#include "http/pace_internal.h"

#define MAX_STEP 16
#define DRAIN_MS 5000		/* for a trial with fewer to begin */
#define TRIAL_MS 5000		/* from one round of trials in vain to the next … */
#define TRIAL_MAX_MS 60000	/* … each time twice as long, up to this */
#define MISSES 2		/* windows in vain that end a climb */
#define SHARE_FIRST 2		/* of the limit, tried without after a climb */
#define SHARE_LARGE 4		/* then trials of a quarter more and less … */
#define SHARE_SMALL 8		/* … and of an eighth */

void
pace_change_limit(struct pace *p, uint32_t limit, int64_t now_ms)
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

void
pace_start_climb(struct pace *p)
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
	pace_change_limit(p, enough < p->limit ? (uint32_t)enough : p->limit,
			  now_ms);
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
		pace_change_limit(p, next_step(p, most), now_ms);
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
		pace_start_climb(p);
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
	pace_change_limit(p, test, now_ms);
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
		pace_change_limit(p, p->trial.base, now_ms);
		return;
	}
	p->usual = 0;
	p->in_vain = 0;
	p->every_ms = TRIAL_MS;
	p->trial_ms = now_ms;
	if (p->share > SHARE_LARGE)
		p->share = SHARE_LARGE;
	pace_change_limit(p, p->trial.test, now_ms);
}

static void
try(struct pace *p, double rate, int64_t now_ms)
{
	enum trial_verdict verdict = trial_add(&p->trial, rate);

	if (verdict == TRIAL_GOES_ON)
		pace_change_limit(p, trial_number(&p->trial), now_ms);
	else
		end_trial(p, verdict, now_ms);
}

/* Transfers that take minutes do not make room for a trial with fewer. */
void
pace_drain(struct pace *p, uint32_t in_flight, int64_t now_ms)
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

void
pace_close_window(struct pace *p, int64_t now_ms)
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
