/*
 * What shall happen later: a heap of (time, item), earliest first.
 */
#ifndef BASE_TIMERS_H
#define BASE_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct timers_entry {
	int64_t at_ms;
	void *item;
};

struct timers {
	struct timers_entry *heap;
	size_t n, cap;
};

/* timers_add(t, at_ms, item): Borrow item until it is taken.  0 or ARK_ENOMEM. */
int timers_add(struct timers *t, int64_t at_ms, void *item);

/* timers_take_due(t, now_ms): Take the earliest item due by now, or NULL. */
void *timers_take_due(struct timers *t, int64_t now_ms);

/* timers_take_any(t): Take some item regardless of its time, or NULL. */
void *timers_take_any(struct timers *t);

/* timers_next_ms(t): When the earliest is due, or -1 when there is none. */
int64_t timers_next_ms(const struct timers *t);

void timers_release(struct timers *t);

#endif
