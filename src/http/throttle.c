#include "http/throttle.h"

/* A bucket that fills in a quarter of a second evens out the loop's rounds. */
#define BURST_MS 250
#define LONGEST_MS 60000

void
throttle_init(struct throttle *t, int64_t rate, int64_t now_ms)
{
	/* Thousandths of a byte for a minute must fit. */
	if (rate > INT64_MAX / 1000 / LONGEST_MS)
		rate = 0;
	*t = (struct throttle){ .rate = rate, .at_ms = now_ms };
}

bool
throttle_allows(struct throttle *t, int64_t now_ms)
{
	int64_t passed_ms = now_ms - t->at_ms;

	if (!t->rate)
		return true;
	if (passed_ms > LONGEST_MS)
		passed_ms = LONGEST_MS;
	if (passed_ms > 0) {
		t->level += passed_ms * t->rate;
		t->at_ms = now_ms;
	}
	if (t->level > t->rate * BURST_MS)
		t->level = t->rate * BURST_MS;
	return t->level >= 0;
}

void
throttle_spend(struct throttle *t, int64_t n)
{
	if (t->rate)
		t->level -= n * 1000;
}

int64_t
throttle_wait_ms(const struct throttle *t, int64_t now_ms)
{
	int64_t wait_ms = 1;

	if (t->rate && t->level < 0)
		wait_ms = (-t->level + t->rate - 1) / t->rate -
			  (now_ms - t->at_ms);
	return wait_ms > 1 ? wait_ms : 1;
}
