/*
 * What the speed of a run was limited by: how its time was spent, judged at the
 * end.  A value; all time is passed in.
 */
#ifndef FLOW_BOTTLENECK_H
#define FLOW_BOTTLENECK_H

#include <stdbool.h>
#include <stdint.h>

#include "callark/sync.h"

/* What holds a run back at a moment. */
enum hold {
	HOLD_LISTING,	/* too little is listed yet to be fetched */
	HOLD_DISK,	/* no room for bytes that came, or for more of them */
	HOLD_SERVER,	/* a host wants a wait, or refused more at once */
	HOLD_NUMBER,	/* as many transfers run as were allowed by the user */
	HOLD_LINE,	/* more transfers at once brought nothing more */
	HOLD_SEARCH,	/* how many pay is still being found out */
	HOLD_REST,	/* the last transfers of a run */
	N_HOLDS
};

struct bottleneck {
	int64_t hold_ms[N_HOLDS];
	int64_t seen_ms;
	int64_t first_byte_ms, spent_ms;	/* of all attempts that succeeded */
};

void bottleneck_init(struct bottleneck *b, int64_t now_ms);

/* bottleneck_pass(b, hold, now_ms): The time since the last call went so. */
void bottleneck_pass(struct bottleneck *b, enum hold hold, int64_t now_ms);

/* bottleneck_attempt(b, first_byte_ms, spent_ms): An attempt succeeded. */
void bottleneck_attempt(struct bottleneck *b, int64_t first_byte_ms,
			int64_t spent_ms);

/* Processor time over the same stretch, and what was set. */
struct bottleneck_use {
	int64_t engine_ms;	/* of the thread that moves bytes */
	int64_t own_ms;		/* of the thread that decides */
	int64_t all_ms;		/* of the whole process */
	int n_writers;		/* threads that write and hash */
	int n_cores;
	int64_t received;	/* body bytes */
	int64_t rate_limit;	/* bytes a second; 0: none */
};

/*
 * bottleneck_judge(b, use, percent):
 * The limit, and the share of the time that speaks for it.  ARK_LIMIT_UNKNOWN
 * when less than 10 seconds were seen or nothing stands for half of them.
 */
enum ark_limit bottleneck_judge(const struct bottleneck *b,
				const struct bottleneck_use *use,
				int *percent);

#endif
