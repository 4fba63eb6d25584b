/*
 * How many transfers at once.  An adaptive controller for one host: slow start
 * while goodput rises, then careful probing; fewer when the server says so or
 * attempts fail.  A value type; all time is passed in, so that it can be
 * tested in simulated time.
 */
#ifndef HTTP_PACE_H
#define HTTP_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	uint32_t limit;		/* transfers allowed now */
	uint32_t ceiling;
	bool is_pinned;
	bool is_frozen;		/* the disk is behind: do not grow */
	bool is_slow_start;
	int misses;		/* windows without growth in slow start; those
				   still to pass over in a probe */
	int64_t window_start_ms, hold_until_ms, probe_at_ms, probe_every_ms;
	int64_t bytes;		/* in this window */
	uint32_t done, failed;	/* attempts ended in this window */
	uint32_t busiest;	/* most in flight in this window */
	bool was_throttled;	/* in this window */
	double best_rate, rate_before_probe;	/* bytes a second */
	uint32_t limit_before_probe;	/* 0: no probe is running */
	uint32_t wall;		/* limit at which the host said no; 0: none */
	int64_t wall_until_ms;	/* then it is tried again */
};

/*
 * pace_init(p, pinned, start, ceiling, now_ms):
 * pinned > 0 fixes the limit; else begin at start (0: 8), never above ceiling.
 */
void pace_init(struct pace *p, uint32_t pinned, uint32_t start,
	       uint32_t ceiling, int64_t now_ms);

enum pace_event { PACE_DONE, PACE_FAILED, PACE_THROTTLED };

/* pace_bytes(p, n): n more body bytes arrived. */
void pace_bytes(struct pace *p, int64_t n);

/* pace_event(p, event, in_flight, now_ms): An attempt ended. */
void pace_event(struct pace *p, enum pace_event event, uint32_t in_flight,
		int64_t now_ms);

/* pace_freeze(p, on): Growth stops while the commit queue is behind. */
void pace_freeze(struct pace *p, bool on);

#endif
