#include "http/pace_internal.h"

#define START 8
#define WINDOW_MS 1000		/* no more than one decrease in so long */
#define PATIENCE_MS 10000	/* for an answer that ends a window */
#define HOLD_MS 10000		/* no growth for so long after a decrease */
#define REFUSED_MS (10 * 60 * 1000)	/* not that many again for so long … */
#define LOST_MS (60 * 1000)	/* … or only so long, where they were lost */
#define TALLY_ENDED 20		/* attempts that show how many are lost … */
#define TALLY_MS 10000		/* … or all of so long */
#define MIN_LOST 2		/* one lost connection is no tendency */

static void
open_or_close(struct pace *p, int64_t now_ms)
{
	if (!p->is_draining && goodput_may_open(&p->goodput, now_ms))
		goodput_open(&p->goodput, now_ms);
	else if (goodput_is_due(&p->goodput, p->limit, now_ms))
		pace_close_window(p, now_ms);
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
	pace_change_limit(p, p->limit * tenths / 10, now_ms);
	p->has_learned = true;
	p->is_served = false;
	p->decreased_ms = now_ms;
	p->hold_until_ms = now_ms + HOLD_MS;
	p->tally_ms = now_ms;
	p->ended = p->lost = 0;
	pace_start_climb(p);
}

/* The hold is over: as many as went well before, and on from there. */
static void
end_hold(struct pace *p, int64_t now_ms)
{
	p->hold_until_ms = 0;
	pace_change_limit(p, p->good > p->limit ? p->good : p->limit, now_ms);
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
	pace_start_climb(p);
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
	pace_drain(p, in_flight, now_ms);
	if (!is_wanted)
		goodput_idle(g, spent_ms, now_ms);
	/* Where answers are counted, one of them should end the window. */
	if (!g->counts_answers)
		open_or_close(p, now_ms);
	else if (goodput_is_due(g, p->limit, now_ms - PATIENCE_MS))
		pace_close_window(p, now_ms);
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
