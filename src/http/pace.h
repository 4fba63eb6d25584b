/*
 * How many transfers at once: an adaptive controller for one host.
 *
 * It climbs by half while goodput rises with it, goes back to as many as that
 * took, and from then on tries fewer and more now and then, in steps that get
 * smaller the longer nothing comes of it.  A refusal (429, 503) halves the
 * number, lost attempts make it seven tenths; what went wrong there is not
 * tried again for a while.
 *
 * A value type; all time is passed in, so that it can be tested in simulated
 * time.
 */
#ifndef HTTP_PACE_H
#define HTTP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/goodput.h"
#include "http/trial.h"

enum pace_phase { PACE_CLIMB, PACE_STEADY, PACE_TRIAL };

struct pace {
	uint32_t limit;		/* transfers allowed now: [1, ceiling] */
	uint32_t ceiling;
	bool is_pinned;
	enum pace_phase phase;
	struct goodput goodput;
	bool is_draining;	/* more are under way than the limit allows */
	int64_t seen_ms;
	/* climbing */
	double best, each;	/* highest rate, and for one transfer */
	uint32_t best_limit;
	int misses;
	/* steady */
	struct trial trial;
	double usual;		/* rate, smoothed */
	bool is_surprised;	/* the last window was far from it */
	int share;		/* of the limit to try next: 1/share of it */
	bool goes_up;		/* the next trial */
	int in_vain;		/* trials one after the other */
	int64_t trial_ms, every_ms;
	/* refusals and losses */
	uint32_t good;		/* the most that went well; 0: unknown */
	uint32_t wall;		/* the fewest that did not; 0: none known */
	int64_t wall_until_ms;	/* then it is tried again */
	int64_t hold_until_ms, decreased_ms;
	bool is_served;		/* something was answered since */
	int64_t tally_ms;	/* since when these are counted: */
	uint32_t ended, lost;
	bool has_learned;
};

/*
 * pace_init(p, pinned, start, ceiling, now_ms):
 * pinned > 0 fixes the limit; else begin at start (0: 8), never above ceiling.
 */
void pace_init(struct pace *p, uint32_t pinned, uint32_t start,
	       uint32_t ceiling, int64_t now_ms);

/* pace_bytes(p, n): n more body bytes arrived. */
void pace_bytes(struct pace *p, int64_t n);

enum pace_end {
	PACE_DONE,	/* it brought what was asked for */
	PACE_USELESS,	/* it did not, for reasons of its own */
	PACE_LOST,	/* timed out, reset, not connected: perhaps too many */
	PACE_THROTTLED,	/* refused as one too many */
};

struct pace_attempt {
	enum pace_end end;
	int64_t first_byte_ms;	/* from its start; 0: none came */
	int64_t spent_ms;	/* from its start to its end */
};

/* pace_ended(p, a, now_ms): An attempt ended. */
void pace_ended(struct pace *p, const struct pace_attempt *a, int64_t now_ms);

/*
 * pace_tick(p, in_flight, is_wanted, now_ms):
 * Time has passed, with so many transfers under way.  is_wanted: there was more
 * to start, and nothing but the limit (no slow disk, no wait that the host asked
 * for, no empty queue) held it back.  Call it several times a second.
 */
void pace_tick(struct pace *p, uint32_t in_flight, bool is_wanted,
	       int64_t now_ms);

/* What the limit stands for. */
enum pace_stand {
	PACE_PINNED,	/* set from outside */
	PACE_SEARCHING,	/* more may still be better */
	PACE_REFUSED,	/* the host refused more, or lost them */
	PACE_CEILING,	/* more might be better, but are not allowed */
	PACE_SETTLED,	/* more brought nothing */
};

enum pace_stand pace_stand(const struct pace *p, int64_t now_ms);

/* pace_learned(p): The number that proved best; 0: nothing was learned. */
uint32_t pace_learned(const struct pace *p);

#endif
