#include "flow/bottleneck.h"

#define LEAST_MS 10000		/* a shorter run says nothing */
#define HALF 50
#define BUSY 85			/* hundredths of what a thread can do at most */
#define AT_LIMIT 90

void
bottleneck_init(struct bottleneck *b, int64_t now_ms)
{
	*b = (struct bottleneck){ .seen_ms = now_ms };
}

void
bottleneck_pass(struct bottleneck *b, enum hold hold, int64_t now_ms)
{
	b->hold_ms[hold] += now_ms - b->seen_ms;
	b->seen_ms = now_ms;
}

void
bottleneck_attempt(struct bottleneck *b, int64_t first_byte_ms,
		   int64_t spent_ms)
{
	b->first_byte_ms += first_byte_ms;
	b->spent_ms += spent_ms;
}

static int
percent_of(int64_t part, int64_t whole)
{
	int64_t percent = whole > 0 ? part * 100 / whole : 0;

	return percent < 0 ? 0 : percent > 100 ? 100 : (int)percent;
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

/* How busy the busiest of our threads was, or all the processors together. */
static int
busiest(const struct bottleneck_use *use, int64_t total_ms)
{
	int64_t others_ms = use->all_ms - use->engine_ms - use->own_ms;
	int most;

	most = larger(percent_of(use->engine_ms, total_ms),
		      percent_of(use->own_ms, total_ms));
	most = larger(most, percent_of(others_ms, total_ms * use->n_writers));
	return larger(most, percent_of(use->all_ms, total_ms * use->n_cores));
}

/* The rate limit holds while there is something to fetch. */
static int
used_rate(const struct bottleneck *b, const struct bottleneck_use *use,
	  int64_t total_ms)
{
	int64_t fetching_ms = total_ms - b->hold_ms[HOLD_LISTING];

	if (!use->rate_limit || fetching_ms * 2 < total_ms)
		return 0;
	return percent_of(use->received * 1000 / use->rate_limit, fetching_ms);
}

static enum ark_limit
limit_of(const struct bottleneck *b, enum hold hold)
{
	switch (hold) {
	case HOLD_LISTING: return ARK_LIMIT_LISTING;
	case HOLD_DISK: return ARK_LIMIT_DISK;
	case HOLD_SERVER: return ARK_LIMIT_SERVER;
	case HOLD_NUMBER: return ARK_LIMIT_NUMBER;
	case HOLD_LINE:
		/* Waiting for answers is the server's, receiving the line's. */
		return percent_of(b->first_byte_ms, b->spent_ms) >= HALF ?
		       ARK_LIMIT_SERVER : ARK_LIMIT_NETWORK;
	default: return ARK_LIMIT_UNKNOWN;
	}
}

enum ark_limit
bottleneck_judge(const struct bottleneck *b, const struct bottleneck_use *use,
		 int *percent)
{
	enum hold longest = HOLD_LISTING;
	int64_t total_ms = 0;

	for (int i = 0; i < N_HOLDS; i++) {
		total_ms += b->hold_ms[i];
		if (b->hold_ms[i] > b->hold_ms[longest])
			longest = (enum hold)i;
	}
	*percent = 0;
	if (total_ms < LEAST_MS)
		return ARK_LIMIT_UNKNOWN;
	*percent = busiest(use, total_ms);
	if (*percent >= BUSY)
		return ARK_LIMIT_CPU;
	*percent = used_rate(b, use, total_ms);
	if (*percent >= AT_LIMIT)
		return ARK_LIMIT_RATE;
	*percent = percent_of(b->hold_ms[longest], total_ms);
	if (*percent >= HALF && limit_of(b, longest))
		return limit_of(b, longest);
	*percent = 0;
	return ARK_LIMIT_UNKNOWN;
}
