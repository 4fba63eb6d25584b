/*
 * A token bucket: how many bytes may be read now.  A value type; all time is
 * passed in.  Bytes are spent after they came, so the level may go below zero,
 * and nobody reads on until it is back.
 */
#ifndef HTTP_THROTTLE_H
#define HTTP_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

struct throttle {
	int64_t rate;		/* bytes a second; 0: unlimited */
	int64_t level;		/* in thousandths of a byte */
	int64_t at_ms;		/* when level was right */
};

void throttle_init(struct throttle *t, int64_t rate, int64_t now_ms);

/* throttle_allows(t, now_ms): Whether anything may be read now. */
bool throttle_allows(struct throttle *t, int64_t now_ms);

/* throttle_spend(t, n): n bytes were read. */
void throttle_spend(struct throttle *t, int64_t n);

/* throttle_wait_ms(t, now_ms): How long until throttle_allows, at least 1. */
int64_t throttle_wait_ms(const struct throttle *t, int64_t now_ms);

#endif
